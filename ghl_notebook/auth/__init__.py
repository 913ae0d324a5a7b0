"""Who asks: kinds of credential, their storage, their renewal, and the ``httpx.Auth`` of each."""

from .app import App, Authorization
from .bearer import BearerAuth
from .endpoint import TokenEndpoint
from .tokens import Tokens

__all__ = ["App", "Authorization", "BearerAuth", "TokenEndpoint", "Tokens"]
