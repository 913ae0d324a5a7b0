"""``ghl.doctor(client)``: find problems, each with its next step."""

from .doctor import doctor
from .finding import Diagnosis, Finding, Mark

__all__ = ["Diagnosis", "Finding", "Mark", "doctor"]
