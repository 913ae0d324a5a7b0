"""The service: one request path, its operations, and their sync and async doors."""

from .async_client import AsyncClient
from .background import run_in_background, start_in_background
from .client import Browser, Client, MessageEvent

__all__ = [
    "AsyncClient",
    "Browser",
    "Client",
    "MessageEvent",
    "run_in_background",
    "start_in_background",
]
