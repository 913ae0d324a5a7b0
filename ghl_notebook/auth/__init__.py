"""Who asks: kinds of credential, their storage, their renewal, and the ``httpx.Auth`` of each.

Here is what a client with a token takes; logins are in `app` and `logins`, which load more.
"""

from .bearer import BearerAuth
from .credential import Clock, Credential, TokenCredential
from .find import find_credential, log_out, open_logins

__all__ = [
    "BearerAuth",
    "Clock",
    "Credential",
    "TokenCredential",
    "find_credential",
    "log_out",
    "open_logins",
]
