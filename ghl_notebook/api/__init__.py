"""The service: one request path, its operations, and their sync and async doors."""

from .async_client import AsyncClient
from .client import Browser, Client, MessageEvent
from .limits import Limits

__all__ = [
    "AsyncClient",
    "Browser",
    "Client",
    "Limits",
    "MessageEvent",
]
