"""The card in the notebook: a login as an anywidget."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import sys
import time
import webbrowser
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self

import anywidget
import traitlets as t

from ghl_notebook.api import Client
from ghl_notebook.errors import ArgumentError, FrontEndError, LoginTimeoutError
from ghl_notebook.models import MessagePayload
from ghl_notebook.secret import Secret
from ghl_notebook.settings import read_account_ids

from .front_end import FrontEnd, find_front_end
from .login import Login, Witness
from .pages import Pages
from .screen import SCREEN
from .state import ENDS, LoginState, Status

_STATIC = Path(__file__).parent / "static"
_log = logging.getLogger("ghl_notebook.login")
_OF_THE_PAGE = frozenset({"layout", "tabbable", "tooltip", "_dom_classes", "_view_count"})
_RESEND_SECONDS = 1.0
_PATIENCE_SECONDS = 30.0


def _kept(trait: Any) -> Any:
    """Make a trait that flows to the page only: the kernel alone sets it."""
    return trait.tag(sync=True, kernel_owned=True)


class ConnectAccount(anywidget.AnyWidget):
    """A card that connects a social account through the service's OAuth.

    Display it, press its button, log in in the window that opens; the window closes itself and
    the traits hold what came back. All traits are read-only; observe or link them as you like
    (functions given to `observe` run in a thread of their own).

    The result may arrive in four ways, whichever is first: as the window's message, over the comm
    or by the kernel's loopback server; as a change in the accounts list, when the login's pages
    have cut the tie between the window and the notebook; as an account id that the user enters.
    Each is a claim until the service has confirmed it to the kernel.

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
        Renew connections that exist; `ghl_notebook.reconnect` makes such a login for one of them.
    account_name : str, optional
        With `reconnect`, the name of the account that is to be renewed; the card shows it.
    login_type : str, optional
        ``"instagram"`` logs in at Instagram itself instead of at Facebook (undocumented).
    time_limit : float, default 600
        Seconds from the click (or from waiting for it) until the result must have arrived.
    witness : Witness, optional
        Who is told of every message that the login page hears, also of those that are refused;
        for ``ghl-notebook verify-live``.
    **kwargs
        Handed to `ipywidgets.DOMWidget`, for instance ``layout``.

    Attributes
    ----------
    platform, platform_name : str
        The platform's key and its name for people.
    status : str
        ``idle``, ``starting``, ``waiting``, ``checking``, then ``connected``, ``cancelled``,
        ``timed_out`` or ``failed``.
    delivered_by : str or None
        How the result arrived: ``message`` (the window's message event, over the comm),
        ``loopback`` (the same, by the kernel's loopback server), ``accounts`` (a change in the
        accounts list), ``pasted`` (an account id that was entered) or ``browser`` (the demo's
        simulated user). What the list shows may also be a login that somebody else makes for the
        same sub-account and platform at the same time; it counts only when the page has lost sight
        of this login's window.
    location_id : str
        The sub-account.
    user_id : str or None
        The user who will own the connection; None until resolved.
    action_type, page, placement, account_id : str or None
        From the message payload; None before `status` is ``connected``, and where the payload has
        the string ``"undefined"``. A result that arrived without a message has `account_id` only.
    reconnect : bool
        As given.
    account_name : str or None
        As given.
    reconnect_accounts : list of str
        From the message payload, or from the accounts list: ids of the accounts that were
        reconnected.
    payload : dict
        The whole payload under the service's names, cleaned; empty before ``connected``.
    account_names : list of str
        Names of what may be attached.
    error : str or None
        Why it failed and what to do.
    notice : str or None
        What should be known while waiting, for instance that a message was refused.
    watches_accounts : bool
        While waiting: a change in the accounts list would be seen.
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
    While it waits, ``GET /social-media-posting/{locationId}/accounts`` is asked every few seconds.
    The authorization URL is never a trait. The message's fields: the service's page "Starts OAuth
    For Instagram Account".
    """

    # Read here: given a path, anywidget keeps every card alive in order to reload an edited file.
    _esm = (_STATIC / "connect.js").read_text(encoding="utf-8")
    _css = (_STATIC / "connect.css").read_text(encoding="utf-8")

    platform = _kept(t.Unicode(read_only=True))
    platform_name = _kept(t.Unicode(read_only=True))
    status = _kept(t.Unicode("idle", read_only=True))
    delivered_by = _kept(t.Unicode(None, allow_none=True, read_only=True))
    location_id = _kept(t.Unicode(read_only=True))
    user_id = _kept(t.Unicode(None, allow_none=True, read_only=True))
    action_type = _kept(t.Unicode(None, allow_none=True, read_only=True))
    page = _kept(t.Unicode(None, allow_none=True, read_only=True))
    placement = _kept(t.Unicode(None, allow_none=True, read_only=True))
    account_id = _kept(t.Unicode(None, allow_none=True, read_only=True))
    reconnect = _kept(t.Bool(False, read_only=True))
    account_name = _kept(t.Unicode(None, allow_none=True, read_only=True))
    reconnect_accounts = _kept(t.List(t.Unicode(), read_only=True))
    payload = _kept(t.Dict(read_only=True))
    account_names = _kept(t.List(t.Unicode(), read_only=True))
    error = _kept(t.Unicode(None, allow_none=True, read_only=True))
    notice = _kept(t.Unicode(None, allow_none=True, read_only=True))
    watches_accounts = _kept(t.Bool(False, read_only=True))
    time_limit = _kept(t.Float(read_only=True))
    can_recheck = _kept(t.Bool(False, read_only=True))

    def __init__(
        self,
        client: Client,
        platform: str = "instagram",
        *,
        page: str | None = None,
        reconnect: bool = False,
        account_name: str | None = None,
        login_type: str | None = None,
        time_limit: float = 600.0,
        witness: Witness | None = None,
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
            witness=witness,
        )
        self._pages = Pages(self._login, self.send, self._shown_traits)
        self._is_in_browser = False
        # Set before the comm opens, so that the page has them from its first moment on.
        self.set_trait("platform", self._login.platform.key)
        self.set_trait("platform_name", self._login.platform.title)
        self.set_trait("location_id", client.location_id)
        self.set_trait("user_id", client.user_id)
        self.set_trait("reconnect", reconnect)
        self.set_trait("account_name", account_name)
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
        for outcome in self._waiting("loopback"):
            left = _RESEND_SECONDS if until is None else until - time.monotonic()
            if left <= 0:
                raise LoginTimeoutError(
                    f"The login for {self.platform_name} is not finished after {timeout} s.",
                    "It goes on: finish it in its window, then wait again.",
                )
            concurrent.futures.wait([outcome], min(left, _RESEND_SECONDS))
        self._login.finished()
        return self

    def open_in_browser(self, open_url: Callable[[str], bool] = webbrowser.open) -> None:
        """Show the login in the system's browser, outside of any notebook.

        The card's own page, on 127.0.0.1; for scripts, IPython in a terminal, and front ends that
        open no windows. The address is written to stderr as well. It can be opened once.

        Parameters
        ----------
        open_url : callable, optional
            Opens an address and tells whether it could; Python's ``webbrowser.open`` by default.
        """
        self._is_in_browser = True
        address = self._pages.address()
        said = "The login opens in your browser. If you do not see it, open"
        sys.stderr.write(f"{said if open_url(address) else 'Open'} {address} on this computer.\n")

    def paste(self, account_id: str) -> None:
        """Finish the login by the account id of a login that has happened.

        Nothing need be open for that: an account id is known from an earlier login, or from the
        column ``oauth_id`` of `fetch_accounts`. The service must confirm it like any result.

        ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``

        Parameters
        ----------
        account_id : str
            The id, or the whole message of a login's last page as JSON. What is no id is said in
            `notice`; what the service does not know fails the login, or leaves it waiting.
        """
        self._login.paste(str(account_id))
        self._flush()

    def cancel(self) -> None:
        """Give up the attempt that is going; a later click begins another one."""
        self._login.cancel()
        self._flush()

    def finished(self) -> tuple[str, str]:
        """Return platform and account id, or raise the `LoginError` that says why there is none."""
        return self.platform, self._login.finished()

    def close(self) -> None:
        """Cancel the login and remove the card."""
        # ipywidgets also closes widgets that are half made, and all that are left at the very end,
        # when no thread can be started any more.
        if (pages := getattr(self, "_pages", None)) and not sys.is_finalizing():
            self._login.cancel()
            pages.close()
        super().close()

    # What the login shows (see `login.Screen`); these run in the screen's thread.

    def show(self, state: LoginState) -> None:
        """Bring the traits up to date, `status` last: who observes it finds the others set."""
        payload = state.payload if state.status is Status.CONNECTED else None
        known = payload or MessagePayload()
        way = state.delivered_by if state.status is Status.CONNECTED else None
        news = {
            "user_id": self._login.client.user_id,
            "delivered_by": None if way is None else str(way),
            "action_type": known.action_type,
            "page": known.page,
            "placement": known.placement,
            "account_id": known.account_id,
            "reconnect_accounts": list(known.reconnect_accounts),
            "payload": payload.as_dict() if payload else {},
            "account_names": list(state.account_names),
            "error": None if state.error is None else str(state.error),
            "notice": state.notice,
            "watches_accounts": state.watches_accounts,
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
        self._pages.show(state)

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Hand the pages the authorization URL."""
        self._pages.authorize(request, run, url, seconds_left)

    def close_window(self, request: str) -> None:
        """Have the page close the window that it opened in vain."""
        self._pages.close_window(request)

    # What the page says; on which thread depends on the front end.

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take over what a page may change: how the card lies there, never what it is or says."""
        super().set_state({k: v for k, v in sync_data.items() if k in _OF_THE_PAGE})

    def _receive(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict):
            self._pages.take(content, "comm")

    # Helpers.

    async def _finish(self) -> Self:
        done: asyncio.Future[LoginState] | None = None
        for outcome in self._waiting("comm", "loopback"):
            done = done or asyncio.wrap_future(outcome)
            await asyncio.wait([done], timeout=_RESEND_SECONDS)
        self._login.finished()
        return self

    def _waiting(self, *ways: str) -> Iterator[Future[LoginState]]:
        """Yield the outcome again and again until it is there; the caller waits in between.

        Nobody may press the button when no page is heard in these `ways`: that is said after a
        while.
        """
        if SCREEN.is_current_thread():
            raise ArgumentError(
                "A login was waited for in a function that observes a login.",
                "Use its traits there, or wait in a cell.",
            )
        needs_page = self._login.client.browser is None and self.status not in ENDS
        if needs_page and not self._is_in_browser:
            needs_page = self._needs_person()
        outcome = self._login.outcome()
        if self._login.state.status is Status.IDLE:
            self._login.begin(None if needs_page else "browser")
        patience = time.monotonic() + _PATIENCE_SECONDS
        try:
            while not outcome.done():
                if needs_page and not any(self._pages.heard[way].is_set() for way in ways):
                    if time.monotonic() > patience and not self._is_in_browser:
                        raise FrontEndError(
                            f"No card answered within {_PATIENCE_SECONDS:.0f} s.",
                            "Display the login in a cell of its own, press its button there, and "
                            "run the cells that use it when the card says connected.",
                        )
                    # The card may appear only now, and what its page says is not read meanwhile.
                    self._pages.introduce()
                yield outcome
        finally:
            outcome.cancel()

    def _needs_person(self) -> bool:
        """Tell whether a person is needed; use an earlier login where nobody can be asked."""
        if find_front_end(self.comm) is FrontEnd.NOTEBOOK:
            return True
        account_id = read_account_ids().get(self.platform)
        if account_id is None:
            raise FrontEndError(
                "There is no notebook front end here in which the button could be pressed.",
                "In a terminal use ghl_notebook.connect() or login.open_in_browser(). Where nobody "
                "can log in, set GHL_ACCOUNT_IDS to the account id of an earlier login, as in "
                f"{self.platform}=66a1b2c3d4e5f60718293a4b; with demo(), set "
                "GHL_DEMO_USER=simulated. In Voila, display the login and observe its traits.",
            )
        self._login.paste(account_id)
        return False

    def _shown_traits(self) -> dict[str, Any]:
        """Return the traits that the kernel alone sets: what a page shows."""
        names = [name for name in self.trait_names() if self._is_kernel_owned(name)]
        return {name: getattr(self, name) for name in names}

    def _flush(self) -> None:
        if not SCREEN.is_current_thread():
            SCREEN.post(lambda: None).result()

    @classmethod
    def _is_kernel_owned(cls, name: str) -> bool:
        trait = cls.class_traits().get(name)
        return trait is not None and bool(trait.metadata.get("kernel_owned"))
