"""How each assumption is checked: a function of its name, from a walk to what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ghl_notebook.verify.evidence import Found, Walk

from . import accounts, documents, message, service, step2

Check = Callable[[Walk], Found | None]

CHECKS: Final[dict[str, Check]] = {
    name: check
    for module in (message, service, step2, accounts, documents)
    for name, check in vars(module).items()
    if getattr(check, "__module__", None) == module.__name__ and not name.startswith("_")
}
"""By the assumption's name. None: there was nothing to see."""
