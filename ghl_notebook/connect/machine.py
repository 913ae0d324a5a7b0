"""A login as a state machine: no screen, no network, no clock of its own.

::

    idle ─ begin ─> starting ─ authorized ─> waiting ─ claim ─> checking ─ confirmed ─> connected
                                                ^                  │
                                                └─ not_confirmed ──┴─ check_failed ─> failed

    idle                                        ─ opened ──────────> waiting
    idle                                        ─ claim ───────────> checking
    idle, starting                              ─ start_failed ────> failed
    idle, starting, waiting, checking           ─ cancel ──────────> cancelled
    idle, waiting                               ─ claim without id > cancelled
    idle, starting, waiting                     ─ expire ──────────> timed_out
    idle, starting, waiting, checking           ─ broke ───────────> failed
    failed                                      ─ recheck ─────────> checking
    idle, waiting, cancelled, timed_out, failed ─ begin ───────────> starting

From ``idle`` all but `begin` need an authorization URL that was asked for before the click.

A *run* is one attempt: from asking the service for the authorization URL to one of the ends. What
arrives is a *claim* until the service has confirmed it, and belongs to the run it was made in.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

import msgspec

from ghl_notebook.errors import GHLError
from ghl_notebook.models import MessagePayload, Platform, read_message
from ghl_notebook.settings import SAME_ORIGIN


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

_MOST_LATER_CLAIMS = 8

Source = Literal["popup", "other"]
"""The window a message came from: the run's own, or one that the page does not know."""


class Claim(msgspec.Struct, frozen=True, tag="claim"):
    """A message as the page saw it."""

    run: str
    origin: str
    page_origin: str
    source: Source
    data: Any


@dataclass(frozen=True, slots=True)
class LoginState:
    """Everything that there is to know about a login at one moment."""

    status: Status = Status.IDLE
    run: str | None = None
    payload: MessagePayload | None = None
    account_names: tuple[str, ...] = ()
    error: GHLError | None = None
    notice: str | None = None
    deadline: float | None = None

    @property
    def can_recheck(self) -> bool:
        """Whether a claim is kept that could be checked again."""
        return self.status is Status.FAILED and self.payload is not None

    @property
    def is_prefetched(self) -> bool:
        """Whether the authorization URL was asked for before anyone pressed the button."""
        return self.status is Status.IDLE and self.run is not None


class Ledger:
    """What the logins of one process must know of each other, so that they do not mix."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._waiting: dict[str, str] = {}

    def wait(self, run: str, platform: str) -> None:
        """Note that a run waits for a message."""
        self._waiting[run] = platform

    def leave(self, run: str | None) -> None:
        """Note that a run no longer waits."""
        if run is not None:
            self._waiting.pop(run, None)

    def has_rival(self, run: str, platform: str) -> bool:
        """Tell whether another run waits for the same platform."""
        return any(r != run and p == platform for r, p in self._waiting.items())

    def take(self, account_id: str) -> None:
        """Note that an account id has finished a login."""
        self._taken.add(account_id)

    def was_taken(self, account_id: str) -> bool:
        """Tell whether an account id has finished a login before."""
        return account_id in self._taken


@dataclass(slots=True)
class LoginMachine:
    """The machine. Its methods return whether they changed anything; `state` is what is now.

    Parameters
    ----------
    platform : Platform
        The platform to connect.
    allowed_origins : iterable of str
        Origins whose messages are taken; compared exactly.
    time_limit : float
        Seconds that a run may take until its claim arrives.
    ledger : Ledger
        Shared by all logins of the process.
    """

    platform: Platform
    allowed_origins: Iterable[str]
    time_limit: float
    ledger: Ledger
    state: LoginState = field(default_factory=LoginState)
    _later: list[Claim] = field(default_factory=list)

    def begin(self, now: float, *, prefetch: bool = False) -> str | None:
        """Begin a new run and return its name; None where none may begin.

        With `prefetch` nobody has pressed the button yet: the status stays ``idle``.
        """
        if self.state.status in (Status.CHECKING, Status.CONNECTED, Status.STARTING):
            return None
        if prefetch and (self.state.status is not Status.IDLE or self.state.run):
            return None
        self.ledger.leave(self.state.run)
        self._later.clear()
        run = secrets.token_urlsafe(16)
        self.state = LoginState(
            status=Status.IDLE if prefetch else Status.STARTING,
            run=run,
            deadline=now + self.time_limit,
        )
        return run

    def opened(self, run: str) -> bool:
        """The button was pressed, and the prefetched address was opened."""
        if not self._is(run, Status.IDLE):
            return False
        self._wait()
        return True

    def authorized(self, run: str) -> bool:
        """The service has given the authorization URL."""
        if self._is(run, Status.IDLE):
            self.ledger.wait(run, self.platform.key)
            return True
        if not self._is(run, Status.STARTING):
            return False
        self._wait()
        return True

    def start_failed(self, run: str, error: GHLError) -> bool:
        """The service has refused to give the authorization URL."""
        return self._is(run, Status.STARTING, Status.IDLE) and self._end(Status.FAILED, error=error)

    def claim(self, claim: Claim) -> bool:
        """A message has arrived that may be the login's result.

        It is taken when it belongs to this run, comes from an allowed origin, speaks of this
        platform, and has a plausible id that has not finished another login. What is taken is
        `checking`; what is refused and might be meant for this login leaves a `notice`.
        """
        if self._is(claim.run, Status.CHECKING) and len(self._later) < _MOST_LATER_CLAIMS:
            self._later.append(claim)  # should the one being checked prove false, this may be it
            return False
        if not self._is(claim.run, Status.WAITING, Status.IDLE):
            return False
        payload = read_message(claim.data)
        if payload is None or not payload.is_for(self.platform.key):
            return False
        if not self._allows(claim):
            return self._notice(
                f"A message like this login's result came from {claim.origin[:200]}, which is not "
                "an allowed origin, and was not taken. If that is your service's own address, add "
                f"it to GHL_ALLOWED_ORIGINS (now {', '.join(self.allowed_origins)}) and make a new "
                "client."
            )
        if payload.account_id is None:
            if payload.action_type == "close" and claim.source == "popup":
                return self._end(Status.CANCELLED)
            return False
        if not payload.has_plausible_id:
            return self._notice("A message without a usable account id came, and was not taken.")
        if claim.source != "popup":
            if self.ledger.was_taken(payload.account_id):
                return self._notice(
                    "A message came whose account has finished a login before, and was not taken."
                )
            if self.ledger.has_rival(claim.run, self.platform.key):
                return self._notice(
                    f"A result came while two logins wait for {self.platform.title}, and it cannot "
                    "be told whose it is. Cancel one of them and reopen the window of the other."
                )
        self.state = replace(self.state, status=Status.CHECKING, payload=payload, notice=None)
        return True

    def confirmed(self, run: str, account_names: Iterable[str]) -> bool:
        """The service knows the claimed id."""
        if not self._is(run, Status.CHECKING):
            return False
        assert self.state.payload is not None
        assert self.state.payload.account_id is not None
        self.ledger.take(self.state.payload.account_id)
        return self._end(
            Status.CONNECTED, payload=self.state.payload, account_names=tuple(account_names)
        )

    def not_confirmed(self, run: str) -> bool:
        """The service does not know the claimed id: a forged or foreign one. Keep waiting."""
        if not self._is(run, Status.CHECKING):
            return False
        self.state = replace(
            self.state,
            status=Status.WAITING,
            payload=None,
            notice="A result came whose account this sub-account does not know; it was not taken.",
        )
        while self._later and self.state.status is Status.WAITING:
            self.claim(self._later.pop(0))
        return True

    def check_failed(self, run: str, error: GHLError) -> bool:
        """The service could not be asked. The claim is kept for `recheck`."""
        return self._is(run, Status.CHECKING) and self._end(
            Status.FAILED, payload=self.state.payload, error=error
        )

    def recheck(self, run: str, now: float) -> bool:
        """Check the kept claim again. The run goes on, with a time limit that begins anew."""
        if not (self._is(run, Status.FAILED) and self.state.can_recheck):
            return False
        self.ledger.wait(run, self.platform.key)
        self.state = replace(
            self.state, status=Status.CHECKING, error=None, deadline=now + self.time_limit
        )
        return True

    def broke(self, run: str, error: GHLError) -> bool:
        """Something went wrong that has no name."""
        return (
            run == self.state.run
            and self.state.status not in ENDS
            and self._end(Status.FAILED, payload=self.state.payload, error=error)
        )

    def cancel(self, run: str | None = None) -> bool:
        """The user gives up; `run` None means: whichever is going."""
        if run not in (None, self.state.run) or self.state.run is None:
            return False
        return self.state.status not in ENDS and self._end(Status.CANCELLED)

    def expire(self, now: float) -> bool:
        """End a run whose time limit is over; a claim that is being checked is not cut off."""
        deadline = self.state.deadline
        if deadline is None or now < deadline or self.state.status is Status.CHECKING:
            return False
        return self.state.status not in ENDS and self._end(Status.TIMED_OUT)

    def _wait(self) -> None:
        assert self.state.run is not None
        self.ledger.wait(self.state.run, self.platform.key)
        self.state = replace(self.state, status=Status.WAITING)

    def _allows(self, claim: Claim) -> bool:
        if claim.origin in self.allowed_origins:
            return True
        return SAME_ORIGIN in self.allowed_origins and claim.origin == claim.page_origin

    def _is(self, run: str, *statuses: Status) -> bool:
        return run == self.state.run and self.state.status in statuses

    def _notice(self, text: str) -> bool:
        self.state = replace(self.state, notice=text)
        return True

    def _end(
        self,
        status: Status,
        *,
        payload: MessagePayload | None = None,
        account_names: tuple[str, ...] = (),
        error: GHLError | None = None,
    ) -> bool:
        self.ledger.leave(self.state.run)
        self.state = LoginState(
            status=status,
            run=self.state.run,
            payload=payload,
            account_names=account_names,
            error=error,
        )
        return True
