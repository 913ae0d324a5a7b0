"""The service: one request path, its operations, and their sync and async doors."""

from .async_client import AsyncClient
from .background import run_in_background, start_in_background
from .client import Client

__all__ = ["AsyncClient", "Client", "run_in_background", "start_in_background"]
