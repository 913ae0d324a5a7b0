"""Who asks: kinds of credential, their storage, their renewal, and the bearer of each.

Here is what a client with a token takes; logins are in `app` and `logins`, which load more.
"""

from typing import TYPE_CHECKING

from .bearer import BearerAuth, TokenAuth
from .credential import Clock, Credential, TokenCredential
from .find import find_agency_credential, find_credential, log_out, open_logins

if TYPE_CHECKING:
    from .agency_credential import AgencyCredential as AgencyCredential

__all__ = [
    "BearerAuth",
    "Clock",
    "Credential",
    "TokenAuth",
    "TokenCredential",
    "find_agency_credential",
    "find_credential",
    "log_out",
    "open_logins",
]
