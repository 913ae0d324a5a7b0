"""The card of an app's login: a user lets a marketplace app into their account."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import traitlets as t

from ghl_notebook.auth import open_login_store
from ghl_notebook.auth.app import App
from ghl_notebook.errors import FrontEndError
from ghl_notebook.guard import guarded
from ghl_notebook.login.base_card import BaseCard, Buffer, CardView, kernel_owned
from ghl_notebook.login.flow import Status
from ghl_notebook.login.front_end import FrontEnd, find_front_end
from ghl_notebook.login.static_files import card_script, card_style
from ghl_notebook.secret import Secret
from ghl_notebook.settings import now, read_base_url

from .authorization_code import AuthorizationCodeFlow, AuthorizationCodeState

HEADLESS = (
    "Where nobody can log in, set GHL_REFRESH_TOKEN to the refresh token of an earlier login, and "
    "GHL_CLIENT_ID and GHL_CLIENT_SECRET to those of its app."
)


class Granted(Protocol):
    """The account that granted access, as shown on the card."""

    @property
    def user_type(self) -> str:
        """``Location`` for a sub-account, ``Company`` for an agency."""

    @property
    def location_id(self) -> str | None:
        """The sub-account."""

    @property
    def company_id(self) -> str | None:
        """The agency."""

    @property
    def user_id(self) -> str | None:
        """The user who has logged in."""


@guarded
class AppLogin(BaseCard):
    """A card that logs in to GoHighLevel as a marketplace app.

    Display it and press its button: the marketplace's page opens in a pop-up, where you choose a
    sub-account or an agency. If the app's redirect URI leads to this computer, the answer arrives
    automatically; otherwise, paste the last address of the pop-up. All traits are read-only.

    Parameters
    ----------
    app : App
        The app.
    finish : callable, optional
        Coroutine function that exchanges the authorization code and its PKCE verifier, two
        `Secret`, for the login's result. It runs once per code. By default, the code is exchanged
        for tokens, which are stored where `Client` finds them.
    time_limit : float, default 600
        Seconds from the click (or from waiting for it) until the answer must have arrived.
    **kwargs
        Passed to `ipywidgets.DOMWidget`, for instance ``layout``.

    Attributes
    ----------
    status : str
        ``idle``, ``waiting``, ``checking``, then ``connected``, ``cancelled``, ``timed_out`` or
        ``failed``.
    kind : str or None
        ``sub-account`` or ``agency``; None before ``connected``, like the next three.
    location_id, company_id : str or None
        The ids of the sub-account and the agency that the user chose.
    who : str or None
        Id of the user who chose.
    error : str or None
        Why the login failed and what to do.
    message : str or None
        A hint while waiting, for instance that a pasted address belongs to another login.
    listens : bool
        While waiting: the answer arrives automatically if the browser runs on the kernel's
        computer.
    time_limit : float
        As given.

    Notes
    -----
    A click sends the authorization URL to the page, as a message. The URL, the ``state``, the code,
    and the tokens are never traits.
    """

    _card = "app"
    _esm = card_script(_card)
    _css = card_style(_card)

    _login: AuthorizationCodeFlow[Any]
    _subject = "The login to GoHighLevel"

    status = kernel_owned(t.Unicode("idle"))
    kind = kernel_owned(t.Unicode(None, allow_none=True))
    location_id = kernel_owned(t.Unicode(None, allow_none=True))
    company_id = kernel_owned(t.Unicode(None, allow_none=True))
    who = kernel_owned(t.Unicode(None, allow_none=True))
    error = kernel_owned(t.Unicode(None, allow_none=True))
    message = kernel_owned(t.Unicode(None, allow_none=True))
    listens = kernel_owned(t.Bool(False))
    time_limit = kernel_owned(t.Float())

    def __init__(
        self,
        app: App,
        finish: Callable[[Secret, Secret], Awaitable[Granted]] | None = None,
        *,
        time_limit: float = 600.0,
        **kwargs: Any,
    ) -> None:
        self._check_keywords(kwargs)
        if finish is None:
            finish = functools.partial(open_login_store(read_base_url(), clock=now).finish, app)
        login = AuthorizationCodeFlow(app, finish, view=CardView(self), time_limit=time_limit)
        super().__init__(login, {"time_limit": float(time_limit)}, **kwargs)

    def __repr__(self) -> str:
        return f"AppLogin(status={self.status!r})"

    # What a user's code calls.

    def paste(self, redirected: str | Secret) -> None:
        """Finish the login with the last address of its pop-up.

        Parameters
        ----------
        redirected : str or Secret
            The complete address. If it is wrong, `message` shows the reason.
        """
        self._login.paste(redirected)
        self._flush()

    def finished(self) -> Any:
        """Return the result of `finish`, or raise an error that explains why it is missing."""
        return self._login.finished()

    # Helpers.

    def _traits_of(self, state: AuthorizationCodeState) -> dict[str, Any]:
        """Return the traits that show a state, `status` last."""
        granted: Granted | None = state.result if state.status is Status.CONNECTED else None
        kind = None
        if granted is not None:
            kind = "agency" if granted.user_type == "Company" else "sub-account"
        return {
            "kind": kind,
            "location_id": granted and granted.location_id,
            "company_id": granted and granted.company_id,
            "who": granted and granted.user_id,
            "error": state.error and str(state.error),
            "message": state.notice,
            "listens": state.listens,
            "status": str(state.status),
        }

    def _receive(self, widget: object, content: object, buffers: Sequence[Buffer]) -> None:
        # The page sends an address as a buffer: the comm package logs messages at the level DEBUG.
        if isinstance(content, dict) and content.get("type") == "redirected" and buffers:
            content = content | {"address": bytes(buffers[0]).decode("utf-8", "replace")}
        super()._receive(widget, content, buffers)

    def _needs_person(self) -> bool:
        """Return True; raise a `FrontEndError` if no user can press the button here."""
        if find_front_end(self.comm) is FrontEnd.NOTEBOOK:
            return True
        raise FrontEndError(
            "There is no notebook front end here in which the button could be pressed.",
            f"In a terminal use ghl_notebook.log_in() or login.open_in_browser(). {HEADLESS}",
        )
