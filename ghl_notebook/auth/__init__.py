"""Who asks: kinds of credential, their storage, their renewal, and the ``httpx.Auth`` of each."""

from .app import App, Authorization
from .bearer import BearerAuth
from .credential import Clock, Credential, TokenCredential
from .find import find_credential, log_out, open_logins
from .logins import Logins, Stores
from .tokens import Tokens

__all__ = [
    "App",
    "Authorization",
    "BearerAuth",
    "Clock",
    "Credential",
    "Logins",
    "Stores",
    "TokenCredential",
    "Tokens",
    "find_credential",
    "log_out",
    "open_logins",
]
