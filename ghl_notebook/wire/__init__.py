"""What every request to the service has in common, whoever sends it, and how answers are read."""

from .options import (
    API_V3,
    API_VERSION,
    API_VERSIONS,
    MORE_FILES,
    TOO_MANY_FILES,
    client_options,
    is_out_of_files,
    open_client,
    trusted,
    unusable,
)
from .unpacking import MAX_BODY, Unpacking, UnreadableError, read_whole

__all__ = [
    "API_V3",
    "API_VERSION",
    "API_VERSIONS",
    "MAX_BODY",
    "MORE_FILES",
    "TOO_MANY_FILES",
    "Unpacking",
    "UnreadableError",
    "client_options",
    "is_out_of_files",
    "open_client",
    "read_whole",
    "trusted",
    "unusable",
]
