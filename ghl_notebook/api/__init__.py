"""GoHighLevel's API: its operations, with sync and async clients."""

from ghl_notebook.transport import Limits

from .agency import Agency
from .async_agency import AsyncAgency
from .async_client import AsyncClient
from .client import Browser, Client, MessageEvent

__all__ = [
    "Agency",
    "AsyncAgency",
    "AsyncClient",
    "Browser",
    "Client",
    "Limits",
    "MessageEvent",
]
