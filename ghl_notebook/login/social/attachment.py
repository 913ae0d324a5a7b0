"""The last step of a login: attach accounts that the user has shared in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from ghl_notebook.api import Client
from ghl_notebook.api.attach_each import attach_each
from ghl_notebook.background import start_in_background
from ghl_notebook.errors import GHLError, LoginCancelledError, LoginFailedError
from ghl_notebook.models import AttachedAccount, AvailableAccount
from ghl_notebook.sanitize import one_line

from .state import MAX_NAME_LENGTH

_MAX_CHOICES = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """An account that a login can attach, as the card offers it."""

    origin_id: str
    name: str
    username: str | None
    avatar: str | None
    is_attached: bool
    is_ticked: bool = False
    error: str | None = None

    def tried(self, error: str | None) -> Choice:
        """Return the account after an attempt to attach it: one that failed stays ticked."""
        return replace(self, is_attached=error is None, is_ticked=error is not None, error=error)


class Attachment:
    """What a finished login can attach, and what it has attached.

    Parameters
    ----------
    client : Client
        The client of the sub-account.
    platform : str
        The login's platform.
    changed : callable
        Called after every change.

    Attributes
    ----------
    choices : tuple of Choice
        The accounts that the card offers; empty before the login is finished.
    previews : dict of str to tuple of Choice
        What each login in the accounts list can attach, by its account id, for the user who is
        asked whether it is theirs.
    attached : tuple of AttachedAccount
        The accounts that this login has attached.
    is_busy : bool
        Whether accounts are being attached now.
    """

    def __init__(self, client: Client, platform: str, changed: Callable[[], None]) -> None:
        self.choices: tuple[Choice, ...] = ()
        self.previews: dict[str, tuple[Choice, ...]] = {}
        self.attached: tuple[AttachedAccount, ...] = ()
        self.is_busy = False
        self._client, self._platform, self._changed = client, platform, changed
        self._account_id = ""
        self._shared: tuple[Choice, ...] = ()
        self._chosen: tuple[str, Sequence[str]] = ("", ())
        self._is_offered = self._is_closed = False
        self._lock = threading.RLock()
        self._waiters: list[Future[None]] = []

    @property
    def shown(self) -> tuple[tuple[Choice, ...], tuple[AttachedAccount, ...], bool]:
        """The choices, what is attached, and whether it is busy: of one moment."""
        with self._lock:
            return self.choices, self.attached, self.is_busy

    @property
    def is_done(self) -> bool:
        """Whether accounts are attached, or the login can attach no others."""
        is_left = any(not one.is_attached for one in self.choices)
        return self._is_offered and not self.is_busy and (bool(self.attached) or not is_left)

    def offer(
        self, account_id: str, accounts: Sequence[AvailableAccount], *, is_renewal: bool
    ) -> None:
        """Offer what a finished login can attach; a reconnected account is attached already."""
        self._account_id = account_id
        self._shared = _choices_of(accounts)
        self.choices = () if is_renewal else self._shared
        self._is_offered = True

    def offer_again(self, origin_id: str) -> None:
        """Offer what the login shares, an account ticked that it has not reconnected."""
        with self._lock:
            self.choices = tuple(
                replace(one, is_attached=False, is_ticked=True)
                if one.origin_id == origin_id
                else one
                for one in self._shared
            )
        self._changed()

    async def preview(self, account_id: str) -> None:
        """Look up what a login in the accounts list can attach, once.

        ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``
        """
        if account_id in self.previews:
            return
        try:
            accounts = await self._client.core.oauth.available_accounts(self._platform, account_id)
        except GHLError:
            accounts = []  # the user can answer without them, and then the login is checked
        with self._lock:
            self.previews[account_id] = _choices_of(accounts)
        self._changed()

    def choose(self, account_id: str, origin_ids: Sequence[str]) -> None:
        """Keep what is to be attached as soon as this login is confirmed."""
        self._chosen = account_id, origin_ids

    def attach_chosen(self) -> None:
        """Attach what the user chose while the login was not confirmed yet."""
        account_id, origin_ids = self._chosen
        if account_id == self._account_id:
            self.attach(origin_ids)

    def outcome(self) -> Future[None]:
        """Return a future that is set as soon as `is_done`."""
        waiter: Future[None] = Future()
        with self._lock:
            self._waiters.append(waiter)
            self.settle()
            if self._is_closed:
                self.close()
        return waiter

    def settle(self) -> None:
        """Set the futures if it is done."""
        with self._lock:
            if not self.is_done:
                return
            waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if waiter.set_running_or_notify_cancel():
                waiter.set_result(None)

    def close(self) -> None:
        """End the waiting: nobody can attach anything more."""
        self._is_closed = True
        self._end_waiting(LoginCancelledError("This card is closed.", "Make another one."))

    def _end_waiting(self, error: GHLError) -> None:
        with self._lock:
            waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if waiter.set_running_or_notify_cancel():
                waiter.set_exception(error)

    def attach(self, origin_ids: Sequence[str]) -> None:
        """Attach some of the choices, unless it is busy."""
        with self._lock:
            ids = [c.origin_id for c in self.choices if c.origin_id in {*origin_ids}]
            ids = [one for one in ids if not self._choice(one).is_attached]
            if self.is_busy or not ids:
                return
            self.is_busy = True
            self.choices = tuple(
                replace(one, is_ticked=one.origin_id in ids, error=None) for one in self.choices
            )
        self._changed()
        work = start_in_background(
            attach_each, self._client.core, self._platform, self._account_id, ids
        )
        work.add_done_callback(lambda done: self._finish(ids, done))

    def attach_all(self) -> None:
        """Attach all choices, as the simulated user of a demo does."""
        self.attach([one.origin_id for one in self.choices])

    def _finish(self, ids: Sequence[str], done: Future[list[AttachedAccount | GHLError]]) -> None:
        fault = done.exception()
        failed = LoginFailedError(f"{type(fault).__name__}: {fault}.", "Please report this.")
        results = [failed for _ in ids] if fault is not None else done.result()
        with self._lock:
            for origin_id, result in zip(ids, results, strict=True):
                error = str(result) if isinstance(result, GHLError) else None
                now = self._choice(origin_id).tried(error)
                self.choices = tuple(
                    now if one.origin_id == origin_id else one for one in self.choices
                )
                if isinstance(result, AttachedAccount):
                    self.attached = (*self.attached, result)
            self.is_busy = False
        self._changed()
        errors = [one for one in results if isinstance(one, GHLError)]
        if errors and self._client.browser is not None:  # a simulated user does not try again
            self._end_waiting(errors[0])

    def _choice(self, origin_id: str) -> Choice:
        return next(one for one in self.choices if one.origin_id == origin_id)


def _choices_of(accounts: Sequence[AvailableAccount]) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            origin_id=one.origin_id,
            name=one_line(one.name or one.origin_id, MAX_NAME_LENGTH),
            username=one_line(one.username, MAX_NAME_LENGTH).removeprefix("@")
            if one.username
            else None,
            avatar=one.avatar,
            is_attached=one.is_connected is True,
        )
        for one in accounts[:_MAX_CHOICES]
        if one.origin_id
    )
