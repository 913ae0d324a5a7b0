"""Who asks: credentials, who gives out their tokens, where they are stored, and `TokenAuth`.

These names are what a client with a token needs; logins are in `app` and `login_store`, which load
more.
"""

from typing import TYPE_CHECKING

from .bearer import TokenAuth
from .credential import Clock, Credential
from .resolve import log_out, open_login_store, resolve_agency_credential, resolve_credential
from .token_provider import StaticTokenProvider

if TYPE_CHECKING:
    from .agency_credential import AgencyCredential as AgencyCredential

__all__ = [
    "Clock",
    "Credential",
    "StaticTokenProvider",
    "TokenAuth",
    "log_out",
    "open_login_store",
    "resolve_agency_credential",
    "resolve_credential",
]
