"""A login as a state machine: no screen, no network, no clock of its own.

::

    idle ─ begin ─> starting ─ authorized ─> waiting ─ claim ─> checking ─ confirmed ─> connected
                                                ^                  │
                                                └─ not_confirmed ──┴─ check_failed ─> failed

    idle                                        ─ opened ──────────> waiting
    idle                                        ─ claim ───────────> checking
    waiting                                     ─ mine ────────────> checking
    idle, starting                              ─ start_failed ────> failed
    idle, starting, waiting, checking           ─ cancel ──────────> cancelled
    idle, waiting                               ─ claim without id > cancelled
    idle, starting, waiting                     ─ expire ──────────> timed_out
    idle, starting, waiting, checking           ─ broke ───────────> failed
    idle, starting, waiting, checking           ─ exposed ─────────> failed
    failed                                      ─ recheck ─────────> checking
    checking                                    ─ not_confirmed ───> failed
    idle, waiting, cancelled, timed_out, failed ─ begin ───────────> starting
    idle, starting, waiting                     ─ paste ───────────> checking
    cancelled, timed_out, failed                ─ paste ───────────> checking

From ``idle`` all but `begin` and `paste` need an authorization URL that was asked for before the
click. What has `appeared` is looked at when the page has `lost` sight of the window: one that can
report says more. It may be the login of somebody else at the same sub-account, so the user is asked
whether it is theirs (`mine`, `not_mine`), unless the caller has said that nobody else connects
anything (`assume_mine`). A pasted id that is not confirmed goes back to ``waiting`` only where a
window was open; elsewhere it fails.

A *run* is one attempt: from asking the service for the authorization URL to one of the ends. What
arrives, by whichever `Way`, is a claim until the service has confirmed it, and belongs to the run
it was made in.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ghl_notebook.errors import GHLError, LoginFailedError
from ghl_notebook.models import MessagePayload, Platform, read_account_id, read_message
from ghl_notebook.sanitize import one_line
from ghl_notebook.settings import SAME_ORIGIN

from . import notices
from .kept_claims import KeptClaims
from .ledger import Ledger
from .state import ENDS, Appearance, Claim, LoginState, Status, Way, ticket_reused

_MOST_NAMES = 1_000
_LONGEST_NAME = 200


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
    assume_mine : bool, default False
        Nobody else logs in meanwhile: what appears in the accounts list need not be asked about.
    """

    platform: Platform
    allowed_origins: Iterable[str]
    time_limit: float
    ledger: Ledger
    assume_mine: bool = False
    state: LoginState = field(default_factory=LoginState)
    _later: KeptClaims = field(default_factory=KeptClaims)
    _has_window: bool = False  # whether the run has, or may have, a window that can still report
    _finished_before: int = 0
    _known: frozenset[str] | None = None  # None: nobody has looked yet
    _is_lost: bool = False
    _declined: set[str] = field(default_factory=set)

    def begin(self, now: float, *, prefetch: bool = False) -> str | None:
        """Begin a new run and return its name; None where none may begin.

        With `prefetch` nobody has pressed the button yet: the status stays ``idle``.
        """
        if self.state.status in (Status.CHECKING, Status.CONNECTED, Status.STARTING):
            return None
        if prefetch and (self.state.status is not Status.IDLE or self.state.run):
            return None
        return self._begin(Status.IDLE if prefetch else Status.STARTING, now)

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

    def noticed(self, run: str, logins: Iterable[str]) -> bool:
        """These logins were in the accounts list before the run had a window.

        A message that names one of them may be an old one; from the run's own window it is not.
        What other windows have said in the meantime is judged now.
        """
        if run != self.state.run:
            return False
        self._known = frozenset(logins)
        return self._hear_later()

    def lost(self, run: str) -> None:
        """The page cannot see the run's window any more, or never could."""
        if run == self.state.run:
            self._is_lost = True

    def watching(self, run: str, *, on: bool) -> bool:
        """The accounts list is being watched for the run's result, or no longer is."""
        if run != self.state.run or self.state.status in ENDS:
            return False
        changed = self.state.watches_accounts is not on
        self.state = replace(self.state, watches_accounts=on)
        return changed

    def claim(self, claim: Claim, way: Way = Way.MESSAGE) -> bool:
        """A message has arrived that may be the login's result.

        It is taken when it belongs to this run, comes from an allowed origin, speaks of this
        platform, and has a plausible id that has not finished another login. What is taken is
        `checking`; what is refused and might be meant for this login leaves a `notice`.
        """
        if not self._is(claim.run, Status.WAITING, Status.IDLE, Status.CHECKING):
            return False
        payload = read_message(claim.data)
        if payload is None or not payload.is_for(self.platform.key):
            return False
        if self.state.status is Status.CHECKING:
            # Should the one that is being checked prove false, this may be it.
            return self._keep(claim, way)
        if not self._allows(claim):
            return self._notice(notices.not_allowed(claim.origin, self.allowed_origins))
        if payload.account_id is None:
            if payload.action_type == "close" and claim.source == "popup":
                return self._end(Status.CANCELLED)
            return False
        if not payload.has_plausible_id:
            return self._notice(notices.NO_USABLE_ID)
        if claim.source != "popup":
            if self._known is None:
                return self._keep(claim, way)
            if self.ledger.was_taken(payload.account_id) or payload.account_id in self._known:
                return self._notice(notices.earlier(payload.account_id))
            if self.ledger.has_rival(claim.run, self.platform.key):
                return self._notice(notices.two_wait(self.platform.title))
        return self._check(payload, way)

    def appeared(self, run: str, found: Iterable[Appearance]) -> bool:
        """Logins have appeared in the accounts list since the run began."""
        if not (self._is_lost and self._is(run, Status.WAITING)):
            return False
        new = tuple(
            one
            for one in found
            if one.account_id not in self._declined
            and not self.ledger.was_taken(one.account_id, self._finished_before)
        )
        if new == self.state.found:
            return False
        self.state = replace(self.state, found=new)
        is_plain = len(new) == 1 and not self.ledger.has_rival(run, self.platform.key)
        if self.assume_mine and is_plain:
            self.mine(run, new[0].account_id)
        return True

    def mine(self, run: str, account_id: str) -> bool:
        """The user says that a login in the accounts list is this one."""
        one = next((one for one in self.state.found if one.account_id == account_id), None)
        if one is None or not self._is(run, Status.WAITING):
            return False
        if self.ledger.was_taken(account_id, self._finished_before):
            return self.not_mine(run) and self._notice(notices.USED_TWICE)
        payload = MessagePayload(
            platform=self.platform.key, account_id=account_id, reconnect_accounts=one.renewed
        )
        return self._check(payload, Way.ACCOUNTS)

    def not_mine(self, run: str) -> bool:
        """The user says that no login that was found is this one."""
        if not self._is(run, Status.WAITING) or not self.state.found:
            return False
        self._declined |= {one.account_id for one in self.state.found}
        self.state = replace(self.state, found=())
        return True

    def paste(self, text: str, now: float) -> bool:
        """The user has entered an account id, or a message that holds one."""
        if self.state.status in (Status.CHECKING, Status.CONNECTED):
            return False
        account_id = read_account_id(text)
        if account_id is None:
            return self._notice(notices.NO_ACCOUNT_ID)
        if self.state.status is not Status.WAITING:
            self._begin(Status.STARTING, now)
        payload = MessagePayload(platform=self.platform.key, account_id=account_id)
        return self._check(payload, Way.PASTED)

    def confirmed(self, run: str, account_names: Iterable[str]) -> bool:
        """The service knows the claimed id."""
        if not self._is(run, Status.CHECKING):
            return False
        assert self.state.payload is not None
        assert self.state.payload.account_id is not None
        self.ledger.take(self.state.payload.account_id)
        return self._end(
            Status.CONNECTED,
            payload=self.state.payload,
            delivered_by=self.state.delivered_by,
            account_names=tuple(one_line(n, _LONGEST_NAME) for n in account_names)[:_MOST_NAMES],
        )

    def not_confirmed(self, run: str) -> bool:
        """The service does not know the claimed id: a forged or foreign one.

        Where a window may still report, the run keeps waiting.
        """
        if not self._is(run, Status.CHECKING):
            return False
        unknown = f"This sub-account knows no {self.platform.title} login of that account id."
        if not self._has_window:
            next_step = "Check the id and the sub-account, or log in."
            return self._end(Status.FAILED, error=LoginFailedError(unknown, next_step))
        was_pasted = self.state.delivered_by is Way.PASTED
        if self.state.delivered_by is Way.ACCOUNTS and self.state.payload is not None:
            self._declined.add(self.state.payload.account_id or "")
        self.state = replace(
            self.state,
            status=Status.WAITING,
            payload=None,
            delivered_by=None,
            notice=unknown if was_pasted else notices.UNKNOWN_RESULT,
        )
        self._hear_later()
        return True

    def check_delayed(self, run: str, error: GHLError) -> bool:
        """The service did not answer the check, and is to be asked again."""
        return self._is(run, Status.CHECKING) and self._notice(
            f"GoHighLevel has not confirmed the result yet, and is asked again. ({error.what})"
        )

    def check_failed(self, run: str, error: GHLError) -> bool:
        """The service could not be asked. The claim is kept for `recheck`."""
        return self._is(run, Status.CHECKING) and self._end(
            Status.FAILED,
            payload=self.state.payload,
            delivered_by=self.state.delivered_by,
            error=error,
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
            and self._end(
                Status.FAILED,
                payload=self.state.payload,
                delivered_by=self.state.delivered_by,
                error=error,
            )
        )

    def exposed(self) -> bool:
        """The login page was opened by two, of whom one may be a stranger.

        What is not connected yet does not count; what is connected may be the stranger's.
        """
        match self.state.status:
            case Status.CONNECTED:
                return self._notice(notices.REUSED_AFTER)
            case status if status in ENDS:
                return False
        return self._end(Status.FAILED, error=ticket_reused())

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

    def _begin(self, status: Status, now: float) -> str:
        self.ledger.leave(self.state.run)
        self._later.take()
        self._has_window = False
        self._known = None
        self._is_lost = False
        self._declined.clear()
        self._finished_before = self.ledger.count
        run = secrets.token_urlsafe(16)
        self.state = LoginState(status=status, run=run, deadline=now + self.time_limit)
        return run

    def _check(self, payload: MessagePayload, way: Way) -> bool:
        self._has_window = self._has_window or way is not Way.PASTED
        self.state = replace(
            self.state,
            status=Status.CHECKING,
            payload=payload,
            delivered_by=way,
            notice=None,
            found=(),
        )
        return True

    def _keep(self, claim: Claim, way: Way) -> bool:
        self._later.keep(claim, way, is_allowed=self._allows(claim))
        return False

    def _hear_later(self) -> bool:
        """Judge what was kept, the run's own window first, until something is to be checked."""
        kept, changed = self._later.take(), False
        while kept and self.state.status in (Status.WAITING, Status.IDLE):
            changed = self.claim(*kept.pop(0)) or changed
        for claim, way in kept:
            self._keep(claim, way)
        return changed

    def _wait(self) -> None:
        assert self.state.run is not None
        self._has_window = True
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
        delivered_by: Way | None = None,
        account_names: tuple[str, ...] = (),
        error: GHLError | None = None,
    ) -> bool:
        self.ledger.leave(self.state.run)
        self.state = LoginState(
            status=status,
            run=self.state.run,
            payload=payload,
            delivered_by=delivered_by,
            account_names=account_names,
            error=error,
        )
        return True
