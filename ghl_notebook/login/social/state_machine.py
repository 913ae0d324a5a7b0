"""A login as a state machine: without a screen, a network, or a clock.

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
    idle, starting, waiting, checking           ─ on_error ────────> failed
    idle, starting, waiting, checking           ─ exposed ─────────> failed
    failed                                      ─ recheck ─────────> checking
    checking                                    ─ not_confirmed ───> failed
    idle, waiting, cancelled, timed_out, failed ─ begin ───────────> starting
    idle, starting, waiting                     ─ paste ───────────> checking
    cancelled, timed_out, failed                ─ paste ───────────> checking

From ``idle``, all events but `begin` and `paste` need an authorization URL that was requested
before the click. Changes of the accounts list (`on_accounts_changed`) count only after the page has
lost the window (`on_window_lost`): a window that can report is more precise. A login in the list
may belong to another user of the sub-account, so the card asks whether it is the user's own
(`mine`, `not_mine`), unless the caller guarantees that no other user connects accounts
(`assume_mine`). After a pasted id that is not confirmed, the login goes back to ``waiting`` only if
a window was open; otherwise the login fails.

A *run* is an attempt, from the request for the authorization URL to a final status. A result,
through any `Channel`, is a claim until GoHighLevel has confirmed it, and belongs to the run in
which it was made.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ghl_notebook.errors import GHLError, LoginFailedError
from ghl_notebook.login.flow import ENDS, Status, ticket_reused
from ghl_notebook.login.page_messages import Channel, Claim
from ghl_notebook.models import MessagePayload, Platform, read_account_id
from ghl_notebook.sanitize import one_line

from . import notices
from .message_check import belongs_elsewhere, is_allowed, read_result
from .registry import LoginRegistry
from .state import MAX_NAME_LENGTH, Appearance, LoginState, PendingClaims

_MAX_NAMES = 1_000


@dataclass(slots=True)
class LoginMachine:
    """The machine. The methods return whether they changed `state`.

    Parameters
    ----------
    platform : Platform
        The platform to connect.
    allowed_origins : iterable of str
        Origins whose messages count; compared exactly.
    time_limit : float
        Seconds that a run may take until its claim arrives.
    registry : LoginRegistry
        Shared by all logins of the process.
    assume_mine : bool, default False
        Use a login in the accounts list without asking: no other user connects accounts at the
        same time.
    """

    platform: Platform
    allowed_origins: Iterable[str]
    time_limit: float
    registry: LoginRegistry
    assume_mine: bool = False
    state: LoginState = field(default_factory=LoginState)
    _pending: PendingClaims = field(default_factory=PendingClaims)
    _has_window: bool = False  # whether the run has, or may have, a window that can still report
    _finished_before: int = 0
    _baseline: frozenset[str] | None = None  # logins in the accounts list before the run
    _is_window_lost: bool = False
    _declined: set[str] = field(default_factory=set)

    def begin(self, now: float, *, prefetch: bool = False) -> str | None:
        """Begin a new run and return its name; None if a run may not begin now.

        With `prefetch`, the user has not pressed the button yet: the status stays ``idle``.
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
        """The API has returned the authorization URL."""
        if self._is(run, Status.IDLE):
            self.registry.wait(run, self.platform.key)
            return True
        if not self._is(run, Status.STARTING):
            return False
        self._wait()
        return True

    def start_failed(self, run: str, error: GHLError) -> bool:
        """The API has refused to return the authorization URL."""
        return self._is(run, Status.STARTING, Status.IDLE) and self._end(Status.FAILED, error=error)

    def on_baseline(self, run: str, logins: Iterable[str]) -> bool:
        """Store the logins that were in the accounts list before the run had a window.

        A message that names an earlier login may be old, unless the run's own window sent it. The
        messages that other windows sent in the meantime are judged now.
        """
        if run != self.state.run:
            return False
        self._baseline = frozenset(logins)
        return self._judge_pending()

    def on_window_lost(self, run: str) -> None:
        """The page has lost its handle to the run's window, or never had one."""
        if run == self.state.run:
            self._is_window_lost = True

    def watching(self, run: str, *, on: bool) -> bool:
        """The accounts list is watched for the run's result, or no longer is."""
        if run != self.state.run or self.state.status in ENDS:
            return False
        changed = self.state.watches_accounts is not on
        self.state = replace(self.state, watches_accounts=on)
        return changed

    def claim(self, claim: Claim, channel: Channel = Channel.MESSAGE) -> bool:
        """Judge a message that may be the login's result.

        A claim counts if it belongs to this run, comes from an allowed origin, names this platform,
        and has a plausible id that has not finished another login. An accepted claim is `checking`;
        a rejected one that may be meant for this login leaves a `notice`.
        """
        if not self._is(claim.run, Status.WAITING, Status.IDLE, Status.CHECKING):
            return False
        payload = read_result(claim, self.platform)
        if payload is None:
            return False
        if self.state.status is Status.CHECKING:
            # If the claim that is being checked proves false, this one may be the result.
            return self._defer(claim, channel)
        if not is_allowed(claim, self.allowed_origins):
            return self._notice(notices.origin_not_allowed(claim.origin, self.allowed_origins))
        if payload.account_id is None:
            if payload.action_type == "close" and claim.source == "popup":
                return self._end(Status.CANCELLED, notice=notices.denied(self.platform.title))
            return False
        if not payload.has_plausible_id:
            return self._notice(notices.NO_USABLE_ID)
        if claim.source != "popup":
            if self._baseline is None:
                return self._defer(claim, channel)
            if notice := belongs_elsewhere(
                claim.run, payload.account_id, self.platform, self._baseline, self.registry
            ):
                return self._notice(notice)
        return self._check(payload, channel)

    def on_accounts_changed(self, run: str, found: Iterable[Appearance]) -> bool:
        """Ask the user about logins that appeared in the accounts list since the run began."""
        if not (self._is_window_lost and self._is(run, Status.WAITING)):
            return False
        new = tuple(
            one
            for one in found
            if one.account_id not in self._declined
            and not self.registry.has_finished(one.account_id, self._finished_before)
        )
        if new == self.state.found:
            return False
        self.state = replace(self.state, found=new)
        is_plain = len(new) == 1 and not self.registry.has_rival(run, self.platform.key)
        if self.assume_mine and is_plain:
            self.mine(run, new[0].account_id)
        return True

    def mine(self, run: str, account_id: str) -> bool:
        """The user confirms that a login in the accounts list is this login."""
        one = next((one for one in self.state.found if one.account_id == account_id), None)
        if one is None or not self._is(run, Status.WAITING):
            return False
        if self.registry.has_finished(account_id, self._finished_before):
            return self.not_mine(run) and self._notice(notices.USED_TWICE)
        payload = MessagePayload(
            platform=self.platform.key, account_id=account_id, reconnect_accounts=one.renewed
        )
        return self._check(payload, Channel.ACCOUNTS)

    def not_mine(self, run: str) -> bool:
        """The user denies that any login that was found is this login."""
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
        return self._check(payload, Channel.PASTED)

    def confirmed(self, run: str, account_names: Iterable[str]) -> bool:
        """GoHighLevel has confirmed the claimed id."""
        if not self._is(run, Status.CHECKING):
            return False
        assert self.state.payload is not None
        assert self.state.payload.account_id is not None
        self.registry.finish(self.state.payload.account_id)
        return self._end(
            Status.CONNECTED,
            payload=self.state.payload,
            delivered_by=self.state.delivered_by,
            account_names=tuple(one_line(n, MAX_NAME_LENGTH) for n in account_names)[:_MAX_NAMES],
        )

    def not_confirmed(self, run: str) -> bool:
        """The API rejects the claimed id: the claim was forged, or is another sub-account's.

        If a window may still report, the run keeps waiting.
        """
        if not self._is(run, Status.CHECKING):
            return False
        unknown = f"This sub-account has no {self.platform.title} login with that account ID."
        if not self._has_window:
            next_step = "Check the id and the sub-account, or log in."
            return self._end(Status.FAILED, error=LoginFailedError(unknown, next_step))
        was_pasted = self.state.delivered_by is Channel.PASTED
        if self.state.delivered_by is Channel.ACCOUNTS and self.state.payload is not None:
            self._declined.add(self.state.payload.account_id or "")
        self.state = replace(
            self.state,
            status=Status.WAITING,
            payload=None,
            delivered_by=None,
            notice=unknown if was_pasted else notices.UNKNOWN_RESULT,
        )
        self._judge_pending()
        return True

    def check_delayed(self, run: str, error: GHLError) -> bool:
        """The check got no answer yet and is repeated."""
        return self._is(run, Status.CHECKING) and self._notice(
            f"GoHighLevel has not confirmed the result yet. The card asks again. ({error.what})"
        )

    def check_failed(self, run: str, error: GHLError) -> bool:
        """The check has failed. The claim is stored for `recheck`."""
        return self._is(run, Status.CHECKING) and self._fail(error)

    def recheck(self, run: str, now: float) -> bool:
        """Check the stored claim again. The run resumes with a new time limit."""
        if run != self.state.run or not self.state.can_recheck:
            return False
        self.registry.wait(run, self.platform.key)
        deadline = now + self.time_limit
        self.state = replace(
            self.state, status=Status.CHECKING, error=None, can_recheck=False, deadline=deadline
        )
        return True

    def on_error(self, run: str, error: GHLError) -> bool:
        """A step of the run has raised an unexpected error."""
        return run == self.state.run and self.state.status not in ENDS and self._fail(error)

    def exposed(self) -> bool:
        """The login page was opened twice, and one of the two users may be a stranger.

        A run that is not connected yet fails; a connected account may be the stranger's.
        """
        match self.state.status:
            case Status.CONNECTED:
                return self._notice(notices.REUSED_AFTER)
            case status if status in ENDS:
                return False
        return self._end(Status.FAILED, error=ticket_reused())

    def cancel(self, run: str | None = None) -> bool:
        """Give up `run`, or with None the current run."""
        if run not in (None, self.state.run) or self.state.run is None:
            return False
        return self.state.status not in ENDS and self._end(Status.CANCELLED)

    def expire(self, now: float) -> bool:
        """End a run whose time limit is over, unless a claim is being checked."""
        deadline = self.state.deadline
        if deadline is None or now < deadline or self.state.status is Status.CHECKING:
            return False
        return self.state.status not in ENDS and self._end(Status.TIMED_OUT)

    def _begin(self, status: Status, now: float) -> str:
        self.registry.leave(self.state.run)
        self._pending.take()
        self._has_window = False
        self._baseline = None
        self._is_window_lost = False
        self._declined.clear()
        self._finished_before = self.registry.count
        run = secrets.token_urlsafe(16)
        self.state = LoginState(status=status, run=run, deadline=now + self.time_limit)
        return run

    def _check(self, payload: MessagePayload, channel: Channel) -> bool:
        self._has_window = self._has_window or channel is not Channel.PASTED
        self.state = replace(
            self.state,
            status=Status.CHECKING,
            payload=payload,
            delivered_by=channel,
            notice=None,
            found=(),
        )
        return True

    def _defer(self, claim: Claim, channel: Channel) -> bool:
        self._pending.add(claim, channel, is_allowed=is_allowed(claim, self.allowed_origins))
        return False

    def _judge_pending(self) -> bool:
        """Judge the pending claims, the run's own window first, until one is to be checked."""
        pending, changed = self._pending.take(), False
        while pending and self.state.status in (Status.WAITING, Status.IDLE):
            changed = self.claim(*pending.pop(0)) or changed
        for claim, channel in pending:
            self._defer(claim, channel)
        return changed

    def _wait(self) -> None:
        assert self.state.run is not None
        self._has_window = True
        self.registry.wait(self.state.run, self.platform.key)
        self.state = replace(self.state, status=Status.WAITING)

    def _is(self, run: str, *statuses: Status) -> bool:
        return run == self.state.run and self.state.status in statuses

    def _notice(self, text: str) -> bool:
        self.state = replace(self.state, notice=text)
        return True

    def _fail(self, error: GHLError) -> bool:
        """Fail, and store the claim for `recheck`."""
        payload, channel = self.state.payload, self.state.delivered_by
        claim = {"payload": payload, "delivered_by": channel, "can_recheck": payload is not None}
        return self._end(Status.FAILED, error=error, **claim)

    def _end(self, status: Status, **changes: Any) -> bool:
        self.registry.leave(self.state.run)
        self.state = LoginState(status, self.state.run, **changes)
        return True
