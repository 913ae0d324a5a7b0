"""The card that connects a social account, as an anywidget."""

from __future__ import annotations

import asyncio
import concurrent.futures
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Self

import traitlets as t

from ghl_notebook.api import Client
from ghl_notebook.errors import FrontEndError, LoginTimeoutError
from ghl_notebook.guard import guarded
from ghl_notebook.login.base_card import BaseCard, Buffer, CardView, kernel_owned
from ghl_notebook.login.flow import Status
from ghl_notebook.login.front_end import FrontEnd, find_front_end
from ghl_notebook.login.static_files import card_script, card_style
from ghl_notebook.models import MessagePayload
from ghl_notebook.sanitize import one_line
from ghl_notebook.settings import read_account_ids, read_pictures
from ghl_notebook.widgets import Pictures

from .attachment import Choice
from .connect_flow import ConnectFlow, MessageObserver
from .names import NameLookup
from .state import MAX_FOUND, MAX_NAME_LENGTH, Appearance, LoginState

_MAX_NAMES = 5


@guarded
class ConnectAccount(BaseCard):
    """A card that connects a social account through GoHighLevel's OAuth.

    Display it, press its button, and log in in the pop-up. The pop-up closes automatically, and the
    traits hold the result. All traits are read-only; observe or link them as you like (functions
    passed to `observe` run in another thread).

    The result arrives through the first of four channels: the window's message, over the comm or
    through the kernel's loopback server; a change in the accounts list, if the login's pages have
    isolated the window from the notebook; an account id that you enter. A result is a claim until
    GoHighLevel has confirmed it to the kernel.

    Parameters
    ----------
    client : Client
        A client from `ghl_notebook.Client` or `ghl_notebook.demo`.
    platform : str, default "instagram"
        ``facebook``, ``instagram``, ``google``, ``linkedin``, ``tiktok``, ``tiktok-business``,
        ``youtube``, ``pinterest``, or ``threads``.
    page : str, optional
        The API's parameter ``page``, for instance ``"integration"``.
    reconnect : bool, default False
        Renew existing connections; `ghl_notebook.reconnect` makes such a login for a row of
        `fetch_accounts`.
    account_name : str, optional
        With `reconnect`, the name of the account to renew; the card shows it.
    login_type : str, optional
        ``"instagram"`` logs in at Instagram itself instead of at Facebook (undocumented).
    time_limit : float, default 600
        Seconds from the click (or from waiting for it) until the result must have arrived.
    assume_mine : bool, default False
        Use a login that appears in the accounts list without asking whether it is yours. Pass True
        only if no other user connects accounts to the sub-account at the same time.
    pictures : {"platforms", "none"}, optional
        The pictures that the card loads when it asks about an account: pictures on the platforms'
        own hosts, over https, or none. By default, the value of ``GHL_PICTURES``.
    separate_page : bool, default False
        Isolate the notebook's tab from the platform's pages. A page that a script has opened can
        navigate the tab that opened it. With True, the card links to a separate login page (see
        `open_in_browser`), and the window opens from there. If that page cannot be reached, the
        window opens isolated from the card, and the result arrives through the accounts list.
    message_observer : MessageObserver, optional
        Receives every message that reaches the login page, also rejected ones; for
        ``ghl-notebook verify-live``.
    **kwargs
        Passed to `ipywidgets.DOMWidget`, for instance ``layout``.

    Attributes
    ----------
    platform, platform_name : str
        The platform's key and its name for people.
    status : str
        ``idle``, ``starting``, ``waiting``, ``checking``, then ``connected``, ``cancelled``,
        ``timed_out``, or ``failed``.
    delivered_by : str or None
        How the result arrived: ``message`` (the window's message event, over the comm),
        ``loopback`` (the same, through the kernel's loopback server), ``accounts`` (a change in the
        accounts list), ``pasted`` (an account id that was entered), or ``browser`` (the demo's
        simulated user). A login in the list may also be another user's, for the same sub-account
        and platform. So the list is used only if the page has lost its handle to the window, and
        the card asks whether the login is yours, unless you passed ``assume_mine=True``.
    location_id : str
        The sub-account.
    user_id : str or None
        The user who will own the connection; None until resolved.
    location_name, user_name : str or None
        Names of the sub-account and the user, looked up when the card is displayed; None without
        the scopes ``locations.readonly`` and ``users.readonly``.
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
        The complete payload under GoHighLevel's names, cleaned; empty before ``connected``.
    account_names : list of str
        Names of the accounts that may be attached.
    choices : list of dict
        What the card offers to attach after the login, each with `origin_id`, `name`, `username`,
        `avatar` (an address or None), `is_attached`, `is_ticked`, and `error` (why it could not be
        attached, or None). Empty after a reconnection.
    is_attaching : bool
        The card is attaching accounts now.
    attached : list of dict
        What was attached in the card, each with `id` (in the API's response),
        `name`, and `origin_id` (as in `fetch_accounts`); empty until then.
    error : str or None
        Why the login failed and what to do.
    notice : str or None
        A hint while waiting, for instance that a message was rejected.
    found : list of dict
        While waiting: logins in the accounts list that the card asks about, five at most, each with
        `account_id`, `names`, `picture` (an address or None), `found_at` (seconds since the epoch),
        and `choices`. To use one from code, call ``login.paste(account_id)``.
    watches_accounts : bool
        While waiting: the card watches the accounts list for changes.
    separate_page : bool
        As given.
    time_limit : float
        As given.
    can_recheck : bool
        The result arrived but could not be checked; it is stored and can be checked again.

    Raises
    ------
    PlatformError
        If the platform is unknown or cannot be connected.
    ArgumentError
        If another argument is invalid.
    SettingsError
        If `pictures` is neither ``"platforms"`` nor ``"none"``.

    Notes
    -----
    The login is started by ``GET /social-media-posting/oauth/{platform}/start``, and its result
    is checked by ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``.
    While the login waits, ``GET /social-media-posting/{locationId}/accounts`` is called every few
    seconds. The authorization URL is never a trait. GoHighLevel documents the message's fields on
    the page "Starts OAuth For Instagram Account".
    """

    # Read here: given a path, anywidget keeps every card alive in order to reload an edited file.
    _card = "connect"
    _esm = card_script(_card)
    _css = card_style(_card)

    _login: ConnectFlow

    platform = kernel_owned(t.Unicode())
    platform_name = kernel_owned(t.Unicode())
    status = kernel_owned(t.Unicode("idle"))
    delivered_by = kernel_owned(t.Unicode(None, allow_none=True))
    location_id = kernel_owned(t.Unicode())
    user_id = kernel_owned(t.Unicode(None, allow_none=True))
    location_name = kernel_owned(t.Unicode(None, allow_none=True))
    user_name = kernel_owned(t.Unicode(None, allow_none=True))
    action_type = kernel_owned(t.Unicode(None, allow_none=True))
    page = kernel_owned(t.Unicode(None, allow_none=True))
    placement = kernel_owned(t.Unicode(None, allow_none=True))
    account_id = kernel_owned(t.Unicode(None, allow_none=True))
    reconnect = kernel_owned(t.Bool(False))
    account_name = kernel_owned(t.Unicode(None, allow_none=True))
    reconnect_accounts = kernel_owned(t.List(t.Unicode()))
    payload = kernel_owned(t.Dict())
    account_names = kernel_owned(t.List(t.Unicode()))
    error = kernel_owned(t.Unicode(None, allow_none=True))
    notice = kernel_owned(t.Unicode(None, allow_none=True))
    choices = kernel_owned(t.List(t.Dict()))
    is_attaching = kernel_owned(t.Bool(False))
    attached = kernel_owned(t.List(t.Dict()))
    found = kernel_owned(t.List(t.Dict()))
    watches_accounts = kernel_owned(t.Bool(False))
    time_limit = kernel_owned(t.Float())
    separate_page = kernel_owned(t.Bool(False))
    can_recheck = kernel_owned(t.Bool(False))

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
        assume_mine: bool = False,
        pictures: str | None = None,
        separate_page: bool = False,
        message_observer: MessageObserver | None = None,
        **kwargs: Any,
    ) -> None:
        self._check_keywords(kwargs)
        login = ConnectFlow(
            client,
            platform,
            view=CardView(self),
            page=page,
            reconnect=reconnect,
            login_type=login_type,
            time_limit=time_limit,
            assume_mine=assume_mine,
            message_observer=message_observer,
        )
        self._pictures = Pictures.of(client.core, read_pictures(pictures))
        self._names = NameLookup(client.core, login.show)
        self._subject = f"The login for {login.platform.title}"
        traits = {
            "platform": login.platform.key,
            "platform_name": login.platform.title,
            "location_id": client.location_id,
            "user_id": client.user_id,
            "reconnect": reconnect,
            "account_name": account_name,
            "separate_page": separate_page,
            "time_limit": float(time_limit),
        }
        super().__init__(login, traits, reports_messages=message_observer is not None, **kwargs)

    def __repr__(self) -> str:
        return f"ConnectAccount({self.platform!r}, status={self.status!r})"

    def paste(self, account_id: str) -> None:
        """Finish the login with the account id of an earlier login.

        You need no open window: copy the account id from an earlier login, or from the column
        ``oauth_id`` of `fetch_accounts`. GoHighLevel must confirm it like any result.

        ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``

        Parameters
        ----------
        account_id : str
            The id, or the complete message of a login's last page as JSON. If the text contains no
            id, `notice` shows that. An id that GoHighLevel does not confirm makes the login fail,
            or the login keeps waiting.
        """
        self._login.paste(str(account_id))
        self._flush()

    def close(self) -> None:
        """Cancel the login and remove the card."""
        if names := getattr(self, "_names", None):
            names.stop()
        super().close()

    def finished(self) -> tuple[str, str]:
        """Return platform and account id, or raise a `LoginError` that explains what is missing."""
        return self.platform, self._login.finished()

    def wait_attached(self, timeout: float | None = None) -> Self:
        """Wait until accounts are attached in the card, and return the login.

        Returns at once if nothing is left to attach: after a reconnection, or if the login shares
        no other account. In a demo with a simulated user, all accounts of the login are attached.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait for the login and the attachment together. The attachment has no time
            limit of its own.

        Returns
        -------
        ConnectAccount
            The login; `attached` lists what was attached.

        Raises
        ------
        FrontEndError
            If no notebook front end can show the card.
        LoginError
            If the login fails or is canceled, or `timeout` is over.
        """
        until = None if timeout is None else time.monotonic() + timeout
        with self._pages.held_open():
            self.wait(timeout)
            left = None if until is None else max(0.0, until - time.monotonic())
            outcome = self._attachment_outcome()
            try:
                outcome.result(left)
            except concurrent.futures.TimeoutError:
                outcome.cancel()
                raise LoginTimeoutError(
                    f"Nothing is attached after {timeout} s.",
                    "Tick the accounts in the card and press Attach, then wait again.",
                ) from None
        return self

    async def when_attached(self) -> Self:
        """Wait until accounts are attached in the card; see `wait_attached`, which blocks."""
        with self._pages.held_open():
            await self
            await asyncio.wrap_future(self._attachment_outcome())
        return self

    # Helpers.

    def _attachment_outcome(self) -> concurrent.futures.Future[None]:
        attachment = self._login.attachment
        if self._login.client.browser is not None and not attachment.attached:
            attachment.attach_all()
        return attachment.outcome()

    def _update(self, state: LoginState) -> None:
        super()._update(state)
        self._login.attachment.settle()  # after the pages show it

    def _attachment_traits(self) -> dict[str, Any]:
        """Return the traits that show what can be attached, and what was."""
        choices, attached, is_busy = self._login.attachment.shown
        return {
            "choices": self._shown(choices),
            "is_attaching": is_busy,
            "attached": [{n: getattr(a, n) for n in ("id", "name", "origin_id")} for a in attached],
        }

    def _shown(self, choices: Sequence[Choice]) -> list[dict[str, Any]]:
        return [asdict(one) | {"avatar": self._pictures.choose(one.avatar)} for one in choices]

    def _traits_of(self, state: LoginState) -> dict[str, Any]:
        """Return the traits that show a state, `status` last."""
        payload = state.payload if state.status is Status.CONNECTED else None
        known = payload or MessagePayload()
        core = self._login.client.core
        names = self._names.known
        return {
            "user_id": core.user_id,
            "location_name": names.location,
            "user_name": names.users.get(core.user_id or ""),
            "delivered_by": None if payload is None else str(state.delivered_by),
            "action_type": known.action_type,
            "page": known.page,
            "placement": known.placement,
            "account_id": known.account_id,
            "reconnect_accounts": list(known.reconnect_accounts),
            "payload": payload.as_dict() if payload else {},
            "account_names": list(state.account_names),
            "error": None if state.error is None else str(state.error),
            "notice": state.notice,
            **self._attachment_traits(),
            "found": list(map(self._found, state.found[:MAX_FOUND])),
            "watches_accounts": state.watches_accounts,
            "can_recheck": state.can_recheck,
            "status": str(state.status),
        }

    def _receive(self, widget: object, content: object, buffers: Sequence[Buffer]) -> None:
        self._names.start()  # a page shows the card
        super()._receive(widget, content, buffers)

    def _found(self, one: Appearance) -> dict[str, Any]:
        """Return the card's description of a login that may be another user's."""
        return {
            "account_id": one.account_id,
            "names": [one_line(name, MAX_NAME_LENGTH) for name in one.names[:_MAX_NAMES]],
            "picture": self._pictures.choose(one.picture),
            "found_at": one.found_at,
            "choices": self._shown(self._login.attachment.previews.get(one.account_id, ())),
        }

    def _needs_page(self) -> bool:
        """Tell whether the login needs a page: not if the client has its own browser."""
        return self._login.client.browser is None

    def _needs_person(self) -> bool:
        """Tell whether a user is needed; use an earlier login if no user can answer here."""
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
