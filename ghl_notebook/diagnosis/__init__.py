"""``ghl.doctor(client)``: what is wrong, and what to do about it."""

from .doctor import doctor
from .finding import Diagnosis, Finding, Mark

__all__ = ["Diagnosis", "Finding", "Mark", "doctor"]
