"""``ghl-notebook verify-live``: compare the live service with the assumptions of this project.

The project's developers cannot call the live service; you can. With your own credentials, and in
your own browser, a probe logs in once and compares each step, from start to the accounts list, with
the assumptions and with the vendor's OpenAPI files. You can publish the printed report: it contains
forms of values instead of values.
"""

from .assumptions import Assumption
from .checks import ASSUMPTIONS
from .evidence import CheckResult, Verdict
from .live import verify_live
from .report import Report, ReportRow

__all__ = [
    "ASSUMPTIONS", "Assumption", "CheckResult", "Report", "ReportRow", "Verdict", "verify_live",
]  # fmt: skip
