"""What every request to the service has in common, whoever sends it, and how answers are read."""

from .options import API_V3, API_VERSION, API_VERSIONS, client_options, trusted
from .unpacking import MAX_BODY, Unpacking, UnreadableError, read_whole

__all__ = [
    "API_V3",
    "API_VERSION",
    "API_VERSIONS",
    "MAX_BODY",
    "Unpacking",
    "UnreadableError",
    "client_options",
    "read_whole",
    "trusted",
]
