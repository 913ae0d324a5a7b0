"""Words that checks share."""

from __future__ import annotations

from collections.abc import Iterable

from ghl_notebook.verify.evidence import Found, Verdict

_MOST = 6


def judge(is_so: bool, seen: str = "") -> Found:
    """Return what was found, as assumed or not."""
    return Found(Verdict.AS_ASSUMED if is_so else Verdict.DIFFERS, seen)


def differs(seen: str) -> Found:
    """Return that it is otherwise."""
    return Found(Verdict.DIFFERS, seen)


def listed(words: Iterable[str], most: int = _MOST) -> str:
    """Return words once each, in their order, and how many are left out."""
    once = list(dict.fromkeys(words))
    rest = len(once) - most
    return ", ".join(once[:most]) + (f" and {rest} more" if rest > 0 else "")


def without(faults: Iterable[str], seen: str) -> Found:
    """Return that nothing differs, or what does."""
    found = listed(faults)
    return differs(found) if found else judge(True, seen)
