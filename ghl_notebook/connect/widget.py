"""The card in the notebook: a login as an anywidget."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self

import anywidget
import comm
import traitlets as t

from ghl_notebook.api import Client, start_in_background
from ghl_notebook.errors import ArgumentError, FrontEndError, LoginTimeoutError
from ghl_notebook.models import MessagePayload
from ghl_notebook.secret import Secret

from .inbox import INBOXES
from .login import Login
from .machine import ENDS, Claim, LoginState, Status
from .protocol import Begin, Cancel, Hello, Recheck, read_said
from .screen import SCREEN

_STATIC = Path(__file__).parent / "static"
_log = logging.getLogger("ghl_notebook.connect")
_RESEND_SECONDS = 1.0
_PATIENCE_SECONDS = 30.0
_MOST_REMEMBERED = 1000


def _kept(trait: Any) -> Any:
    """Make a trait that flows to the page only: the kernel alone sets it."""
    return trait.tag(sync=True, kernel_owned=True)


class ConnectAccount(anywidget.AnyWidget):
    """A card that connects a social account through the service's OAuth.

    Display it, press its button, log in in the window that opens; the window closes itself and
    the traits hold what came back. All traits are read-only; observe or link them as you like
    (functions given to `observe` run in a thread of their own).

    Parameters
    ----------
    client : Client
        What `ghl_notebook.Client` or `ghl_notebook.demo` returned.
    platform : str, default "instagram"
        ``facebook``, ``instagram``, ``google``, ``linkedin``, ``tiktok``, ``tiktok-business``,
        ``youtube``, ``pinterest`` or ``threads``.
    page : str, optional
        The service's parameter ``page``, for instance ``"integration"``.
    reconnect : bool, default False
        Renew connections that exist.
    login_type : str, optional
        ``"instagram"`` logs in at Instagram itself instead of at Facebook (undocumented).
    time_limit : float, default 600
        Seconds from the click (or from waiting for it) until the result must have arrived.
    **kwargs
        Handed to `ipywidgets.DOMWidget`, for instance ``layout``.

    Attributes
    ----------
    platform, platform_name : str
        The platform's key and its name for people.
    status : str
        ``idle``, ``starting``, ``waiting``, ``checking``, then ``connected``, ``cancelled``,
        ``timed_out`` or ``failed``.
    location_id : str
        The sub-account.
    user_id : str or None
        The user who will own the connection; None until resolved.
    action_type, page, placement, account_id : str or None
        From the message payload; None before `status` is ``connected``, and where the payload has
        the string ``"undefined"``.
    reconnect_accounts : list of str
        From the message payload: ids of the accounts that were reconnected.
    payload : dict
        The whole payload under the service's names, cleaned; empty before ``connected``.
    account_names : list of str
        Names of what may be attached.
    error : str or None
        Why it failed and what to do.
    notice : str or None
        What should be known while waiting, for instance that a message was refused.
    time_limit : float
        As given.
    can_recheck : bool
        The result arrived and could not be checked; it is kept and can be checked again.

    Raises
    ------
    PlatformError
        If the platform is unknown or cannot be connected.
    ArgumentError
        If another argument makes no sense.

    Notes
    -----
    The login is started by ``GET /social-media-posting/oauth/{platform}/start``, and its result
    is checked by ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``.
    The authorization URL is never a trait. The message's fields: the service's page "Starts OAuth
    For Instagram Account".
    """

    # Read here: given a path, anywidget keeps every card alive in order to reload an edited file.
    _esm = (_STATIC / "connect.js").read_text(encoding="utf-8")
    _css = (_STATIC / "connect.css").read_text(encoding="utf-8")

    platform = _kept(t.Unicode(read_only=True))
    platform_name = _kept(t.Unicode(read_only=True))
    status = _kept(t.Unicode("idle", read_only=True))
    location_id = _kept(t.Unicode(read_only=True))
    user_id = _kept(t.Unicode(None, allow_none=True, read_only=True))
    action_type = _kept(t.Unicode(None, allow_none=True, read_only=True))
    page = _kept(t.Unicode(None, allow_none=True, read_only=True))
    placement = _kept(t.Unicode(None, allow_none=True, read_only=True))
    account_id = _kept(t.Unicode(None, allow_none=True, read_only=True))
    reconnect_accounts = _kept(t.List(t.Unicode(), read_only=True))
    payload = _kept(t.Dict(read_only=True))
    account_names = _kept(t.List(t.Unicode(), read_only=True))
    error = _kept(t.Unicode(None, allow_none=True, read_only=True))
    notice = _kept(t.Unicode(None, allow_none=True, read_only=True))
    time_limit = _kept(t.Float(read_only=True))
    can_recheck = _kept(t.Bool(False, read_only=True))

    def __init__(
        self,
        client: Client,
        platform: str = "instagram",
        *,
        page: str | None = None,
        reconnect: bool = False,
        login_type: str | None = None,
        time_limit: float = 600.0,
        **kwargs: Any,
    ) -> None:
        unknown = [
            name
            for name in kwargs
            if name.startswith("_") or not self.has_trait(name) or self._is_kernel_owned(name)
        ]
        if unknown:
            raise ArgumentError(
                f"ConnectAccount takes no {', '.join(map(repr, unknown))}.",
                "See help(ghl_notebook.ConnectAccount) for what it takes.",
            )
        self._login = Login(
            client,
            platform,
            screen=self,
            page=page,
            reconnect=reconnect,
            login_type=login_type,
            time_limit=time_limit,
        )
        self._timed: tuple[str | None, float | None] = (None, None)
        self._inbox: tuple[int, str] | None = None
        self._heard_by_comm = threading.Event()
        self._heard_by_inbox = threading.Event()
        self._known_ids: dict[str, None] = {}
        # Set before the comm opens, so that the page has them from its first moment on.
        self.set_trait("platform", self._login.platform.key)
        self.set_trait("platform_name", self._login.platform.title)
        self.set_trait("location_id", client.location_id)
        self.set_trait("user_id", client.user_id)
        self.set_trait("time_limit", float(time_limit))
        super().__init__(**kwargs)
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return f"ConnectAccount({self.platform!r}, status={self.status!r})"

    # What a user's code calls.

    def __await__(self) -> Generator[Any, None, Self]:
        return self._finish().__await__()

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until the login is connected, and return it.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait; the login itself goes on after them, until its own time limit. Waiting
            never outlasts that limit, which begins now if nobody has pressed the button yet.

        Raises
        ------
        FrontEndError
            If there is no notebook front end.
        LoginError
            If the login ends otherwise, or `timeout` is over.
        """
        until = None if timeout is None else time.monotonic() + timeout
        for outcome in self._waiting([self._heard_by_inbox]):
            left = _RESEND_SECONDS if until is None else until - time.monotonic()
            if left <= 0:
                raise LoginTimeoutError(
                    f"The login for {self.platform_name} is not finished after {timeout} s.",
                    "It goes on: finish it in its window, then wait again.",
                )
            concurrent.futures.wait([outcome], min(left, _RESEND_SECONDS))
        self._login.finished()
        return self

    def cancel(self) -> None:
        """Give up the attempt that is going; a later click begins another one."""
        self._login.cancel()
        self._flush()

    def finished(self) -> tuple[str, str]:
        """Return platform and account id, or raise the `LoginError` that says why there is none."""
        return self.platform, self._login.finished()

    def close(self) -> None:
        """Cancel the login and remove the card."""
        if login := getattr(self, "_login", None):  # ipywidgets closes half-made widgets as well
            login.cancel()
            start_in_background(self._close_inbox)
        super().close()

    # What the login shows (see `login.Screen`); these run in the screen's thread.

    def show(self, state: LoginState) -> None:
        """Bring the traits up to date, `status` last: who observes it finds the others set."""
        payload = state.payload if state.status is Status.CONNECTED else None
        known = payload or MessagePayload()
        news = {
            "user_id": self._login.client.user_id,
            "action_type": known.action_type,
            "page": known.page,
            "placement": known.placement,
            "account_id": known.account_id,
            "reconnect_accounts": list(known.reconnect_accounts),
            "payload": payload.as_dict() if payload else {},
            "account_names": list(state.account_names),
            "error": None if state.error is None else str(state.error),
            "notice": state.notice,
            "can_recheck": state.can_recheck,
            "status": str(state.status),
        }
        with self.hold_sync():
            for name, value in news.items():
                try:
                    self.set_trait(name, value)
                except Exception:  # noqa: BLE001
                    # A user's observer failed, of this trait: the others are set all the same.
                    _log.exception("An observer of a login's %s failed", name)
        if state.status is Status.CONNECTED:
            start_in_background(self._close_inbox)
        now = (state.run, state.deadline)
        if state.deadline is not None and now != self._timed:  # a run began, or its time anew
            self._timed = now
            self._tell_time()

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Hand the page the authorization URL, as a message: a trait would be saved."""
        self.send(
            {
                "type": "authorize",
                "request": request,
                "run": run,
                "url": url.reveal(),
                "seconds_left": seconds_left,
            }
        )

    def close_window(self, request: str) -> None:
        """Have the page close the window that it opened in vain."""
        self.send({"type": "failed", "request": request})

    # What the page says; on which thread depends on the front end.

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what the page changed, but none of the traits that the kernel alone sets."""
        super().set_state({k: v for k, v in sync_data.items() if not self._is_kernel_owned(k)})

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict):
            self._heard_by_comm.set()
            self._take(content)

    def _receive_by_inbox(self, content: dict[str, Any]) -> None:
        self._heard_by_inbox.set()
        self._take(content)

    def _take(self, content: dict[str, Any]) -> None:
        """Take what the page said, once: it says everything by each way that it knows."""
        number = content.get("id")
        if isinstance(number, str):
            if number in self._known_ids:
                return
            self._known_ids[number] = None
            if len(self._known_ids) > _MOST_REMEMBERED:
                self._known_ids.pop(next(iter(self._known_ids)))
        match read_said(content):
            case Hello():
                SCREEN.post(self._tell_time)
                self._introduce()
            case Begin(prefetched=True, run=str(run)) if self._login.opened(run):
                pass
            case Begin(request=request):
                self._login.begin(request)
            case Claim() as claim:
                self._login.claim(claim)
            case Cancel(run=run):
                self._login.cancel(run)
            case Recheck(run=run):
                self._login.recheck(run)

    def _tell_time(self) -> None:
        self.send(
            {
                "type": "time",
                "run": self._login.state.run,
                "seconds_left": self._login.seconds_left(),
            }
        )

    # Helpers.

    async def _finish(self) -> Self:
        done: asyncio.Future[LoginState] | None = None
        for outcome in self._waiting([self._heard_by_comm, self._heard_by_inbox]):
            done = done or asyncio.wrap_future(outcome)
            await asyncio.wait([done], timeout=_RESEND_SECONDS)
        self._login.finished()
        return self

    def _waiting(self, heard: list[threading.Event]) -> Iterator[Future[LoginState]]:
        """Yield the outcome again and again until it is there; the caller waits in between.

        Nobody may press the button when no page is `heard` from: that is said after a while.
        """
        if SCREEN.is_current_thread():
            raise ArgumentError(
                "A login was waited for in a function that observes a login.",
                "Use its traits there, or wait in a cell.",
            )
        needs_page = self._login.client.browser is None and self.status not in ENDS
        if needs_page and (self.comm is None or isinstance(self.comm, comm.DummyComm)):
            raise FrontEndError(
                "There is no notebook front end here in which the button could be pressed."
            )
        outcome = self._login.outcome()
        if self._login.state.status is Status.IDLE:
            self._login.begin(None if needs_page else "browser")
        patience = time.monotonic() + _PATIENCE_SECONDS
        try:
            while not outcome.done():
                if needs_page and not any(event.is_set() for event in heard):
                    if time.monotonic() > patience:
                        raise FrontEndError(
                            f"No card answered within {_PATIENCE_SECONDS:.0f} s.",
                            "Display the login in a cell of its own, press its button there, and "
                            "run the cells that use it when the card says connected.",
                        )
                    # The card may appear only now, and what its page says is not read meanwhile.
                    self._introduce()
                yield outcome
        finally:
            outcome.cancel()

    def _introduce(self) -> None:
        """Tell the page what it cannot know from the traits."""
        if self._login.state.status is not Status.CONNECTED:  # nothing more is to be heard then
            start_in_background(self._open_inbox)
        self._login.show_again()

    async def _open_inbox(self) -> None:
        if self._inbox is None:
            self._inbox = await INBOXES.open(self._receive_by_inbox)
        port, path = self._inbox
        SCREEN.post(lambda: self.send({"type": "inbox", "port": port, "path": path}))

    async def _close_inbox(self) -> None:
        inbox, self._inbox = self._inbox, None
        if inbox is not None:
            await INBOXES.close(inbox[1])

    def _flush(self) -> None:
        if not SCREEN.is_current_thread():
            SCREEN.post(lambda: None).result()

    @classmethod
    def _is_kernel_owned(cls, name: str) -> bool:
        trait = cls.class_traits().get(name)
        return trait is not None and bool(trait.metadata.get("kernel_owned"))
