"""Who asks: kinds of credential, their storage, their renewal, and the ``httpx.Auth`` of each."""

from .app import App, Authorization
from .bearer import BearerAuth

__all__ = ["App", "Authorization", "BearerAuth"]
