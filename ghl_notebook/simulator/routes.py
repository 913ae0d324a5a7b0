"""A route: one operation of the service, and what answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from .wire import Answer, Call

Audience = Literal["sub_account", "agency", "both"]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: what it is called by, who may (every scope where None), what answers it."""

    method: str
    pattern: re.Pattern[str]
    scope: str | None
    handler: Callable[[Call], Answer]
    audience: Audience = "sub_account"
    v3_only: bool = False


class Add(Protocol):
    """Adds a route."""

    def __call__(
        self,
        method: str,
        template: str,
        scope: str | None,
        handler: Callable[[Call], Answer],
        audience: Audience = "sub_account",
        *,
        v3_only: bool = False,
    ) -> None:
        """Add one; the earlier of two that fit answers."""
        ...
