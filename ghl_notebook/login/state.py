"""What there is to know about a login at one moment, and what may change it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from ghl_notebook.errors import GHLError, LoginFailedError
from ghl_notebook.models import MessagePayload


class Status(StrEnum):
    """Where a login is."""

    IDLE = "idle"
    STARTING = "starting"
    WAITING = "waiting"
    CHECKING = "checking"
    CONNECTED = "connected"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    FAILED = "failed"


ENDS = frozenset({Status.CONNECTED, Status.CANCELLED, Status.TIMED_OUT, Status.FAILED})
"""Statuses in which nothing more happens by itself."""


TICKET_REUSED = "The address of the login page was opened a second time"


def ticket_reused() -> LoginFailedError:
    """Return why a login does not count whose page two have opened."""
    return LoginFailedError(
        f"{TICKET_REUSED}, so somebody else may have logged in there. Nothing was taken from it.",
        "Begin the login again.",
    )


class Way(StrEnum):
    """How a login's result arrived."""

    MESSAGE = "message"
    """The window's ``message`` event, told by the page over the comm."""
    LOOPBACK = "loopback"
    """The same event, told by the page to the kernel's loopback server."""
    ACCOUNTS = "accounts"
    """A change in the accounts list."""
    PASTED = "pasted"
    """An account id that the user has entered."""
    BROWSER = "browser"
    """The message that the client's own browser brought back."""


Source = Literal["popup", "other"]
"""The window a message came from: the run's own, or one that the page does not know."""


class Claim(msgspec.Struct, frozen=True, tag="claim"):
    """A message as the page saw it."""

    run: str
    origin: str
    page_origin: str
    source: Source
    data: Any


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """A message as the login page saw it, before anything is said of what it is worth."""

    origin: str
    source: Source
    data: Any


class Appearance(NamedTuple):
    """A login in the accounts list that was not there before, or has renewed what was.

    Attributes
    ----------
    account_id : str
        What its message would have named ``accountId``: the rows' `oauth_id`.
    renewed : tuple of str
        Ids of rows that were there before and hold by this login now.
    names : tuple of str
        Names of its rows, as far as the list has them.
    picture : str or None
        Address of the picture of one of them.
    found_at : float
        When it was seen first, in seconds since the epoch.
    """

    account_id: str
    renewed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    picture: str | None = None
    found_at: float = 0.0


@dataclass(frozen=True, slots=True)
class LoginState:
    """Everything that there is to know about a login at one moment."""

    status: Status = Status.IDLE
    run: str | None = None
    payload: MessagePayload | None = None
    delivered_by: Way | None = None
    account_names: tuple[str, ...] = ()
    error: GHLError | None = None
    notice: str | None = None
    found: tuple[Appearance, ...] = ()
    watches_accounts: bool = False
    deadline: float | None = None

    @property
    def can_recheck(self) -> bool:
        """Whether a claim is kept that could be checked again."""
        return self.status is Status.FAILED and self.payload is not None

    @property
    def is_prefetched(self) -> bool:
        """Whether the authorization URL was asked for before anyone pressed the button."""
        return self.status is Status.IDLE and self.run is not None


class Shown(Protocol):
    """What is known of a login of any kind at one moment."""

    @property
    def status(self) -> Status:
        """Where it is."""

    @property
    def run(self) -> str | None:
        """The attempt that is going."""

    @property
    def deadline(self) -> float | None:
        """The end of its time limit."""
