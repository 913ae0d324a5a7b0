"""Claims that cannot be judged yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from .state import Claim, Way

_MOST = 8


@dataclass(slots=True)
class KeptClaims:
    """A few claims of each kind: strangers do not take the places of the run's own window."""

    _kept: list[tuple[Claim, Way, bool]] = field(default_factory=list)

    def keep(self, claim: Claim, way: Way, *, is_allowed: bool) -> None:
        """Keep a claim if there is room; `is_allowed` tells of its origin."""
        kind = (claim.source, is_allowed)
        if sum((kept.source, allowed) == kind for kept, _, allowed in self._kept) < _MOST:
            self._kept.append((claim, way, is_allowed))

    def take(self) -> list[tuple[Claim, Way]]:
        """Take all out, those of the run's own window first."""
        kept, self._kept = sorted(self._kept, key=lambda one: one[0].source != "popup"), []
        return [(claim, way) for claim, way, _ in kept]
