"""The state of a social account's login, and the claims that cannot be judged yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ghl_notebook.login.flow import FlowState, Status
from ghl_notebook.login.page_messages import Channel, Claim
from ghl_notebook.models import MessagePayload

# How many logins in the accounts list the user is asked about at once.
MAX_FOUND = 5
MAX_NAME_LENGTH = 200
_MAX_PENDING = 8


class Appearance(NamedTuple):
    """A login in the accounts list that is new, or that has renewed connections.

    Attributes
    ----------
    account_id : str
        The id that the login's message would name ``accountId``: the rows' `oauth_id`.
    renewed : tuple of str
        Ids of rows that existed before and belong to this login now.
    names : tuple of str
        Names of its rows, if the list has them.
    picture : str or None
        Address of the picture of one of the rows.
    found_at : float
        When the login was first seen, in seconds since the epoch.
    """

    account_id: str
    renewed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    picture: str | None = None
    found_at: float = 0.0


@dataclass(frozen=True, slots=True)
class LoginState(FlowState):
    """The state of a social account's login."""

    payload: MessagePayload | None = None
    delivered_by: Channel | None = None
    account_names: tuple[str, ...] = ()
    found: tuple[Appearance, ...] = ()
    watches_accounts: bool = False
    can_recheck: bool = False  # whether a claim is stored that can be checked again

    @property
    def is_prefetched(self) -> bool:
        """Whether the authorization URL was requested before anyone pressed the button."""
        return self.status is Status.IDLE and self.run is not None


@dataclass(slots=True)
class PendingClaims:
    """A few claims of each kind that cannot be judged yet; a kind cannot crowd out another."""

    _pending: list[tuple[Claim, Channel, bool]] = field(default_factory=list)

    def add(self, claim: Claim, channel: Channel, *, is_allowed: bool) -> None:
        """Store a claim if its kind is not full; `is_allowed` is whether its origin is allowed."""
        same = [
            c
            for c, _, allowed in self._pending
            if (c.source, allowed) == (claim.source, is_allowed)
        ]
        if len(same) < _MAX_PENDING:
            self._pending.append((claim, channel, is_allowed))

    def take(self) -> list[tuple[Claim, Channel]]:
        """Remove and return all claims, starting with claims of the run's own window."""
        pending, self._pending = sorted(self._pending, key=lambda p: p[0].source != "popup"), []
        return [(claim, channel) for claim, channel, _ in pending]
