"""Whether the live service is as this project assumes it to be: ``ghl-notebook verify-live``.

Nobody of the project can call the live service; its users can. With a user's own credentials, and
in their own browser, one login is walked through from its start to the accounts list, and each
step is compared with `assumptions` and with the vendor's OpenAPI files. What is printed can be
published: it holds the forms of values, and no values.
"""

from .assumptions import ASSUMPTIONS, Assumption
from .evidence import Found, Verdict
from .live import verify_live
from .report import Report, Row

__all__ = ["ASSUMPTIONS", "Assumption", "Found", "Report", "Row", "Verdict", "verify_live"]
