"""The results of checks."""

from __future__ import annotations

from collections.abc import Iterable

from ghl_notebook.verify.evidence import CheckResult, Verdict

_MAX_WORDS = 6

NOTHING = ("absent", "empty", "null")
"""Shapes of a value that is missing."""


def judge(is_so: bool, seen: str = "") -> CheckResult:
    """Return that the service is as assumed, or differs."""
    return CheckResult(Verdict.AS_ASSUMED if is_so else Verdict.DIFFERS, seen)


def differs(seen: str) -> CheckResult:
    """Return that the service differs."""
    return judge(False, seen)


def listed(words: Iterable[str], limit: int = _MAX_WORDS) -> str:
    """Return words once each, in their order, and the number of omitted ones."""
    once = list(dict.fromkeys(words))
    rest = len(once) - limit
    return ", ".join(once[:limit]) + (f" and {rest} more" if rest > 0 else "")


def without(faults: Iterable[str], seen: str) -> CheckResult:
    """Return the differences, or ``seen`` if there are none."""
    found = listed(faults)
    return differs(found) if found else judge(True, seen)
