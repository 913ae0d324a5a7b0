"""The card of an app's login: how a user lets a marketplace app into their account."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import traitlets as t

from ghl_notebook.auth import open_login_store
from ghl_notebook.auth.app import App
from ghl_notebook.errors import FrontEndError
from ghl_notebook.guard import guarded
from ghl_notebook.secret import Secret
from ghl_notebook.settings import now, read_base_url

from .card import Buffer, Card, kept
from .code_flow import CodeFlow, CodeFlowState
from .front_end import FrontEnd, find_front_end
from .loopback import Message
from .pages import Pages
from .protocol import Begin, Cancel, Redirected, Said
from .state import Status, Way
from .static_files import card_script, card_style

HEADLESS = (
    "Where nobody can log in, set GHL_REFRESH_TOKEN to the refresh token of an earlier login, and "
    "GHL_CLIENT_ID and GHL_CLIENT_SECRET to those of its app."
)


class Granted(Protocol):
    """Whom a login has let the app in to: what the card says of it."""

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
        """Who has logged in."""


@guarded
class AppLogin(Card):
    """A card that logs in to GoHighLevel as a marketplace app.

    Display it and press its button: the marketplace's page opens in a window of its own, where you
    choose a sub-account or an agency. Where the app's redirect URI leads to this computer, the
    answer arrives by itself; otherwise, paste the address that the window ends at. All traits are
    read-only.

    Parameters
    ----------
    app : App
        The app.
    finish : callable, optional
        Coroutine function that exchanges the authorization code and its PKCE verifier, two
        `Secret`, for what the login results in. It runs once per code. By default the code is
        exchanged for tokens, which are stored where `Client` finds them.
    time_limit : float, default 600
        Seconds from the click (or from waiting for it) until the answer must have arrived.
    **kwargs
        Handed to `ipywidgets.DOMWidget`, for instance ``layout``.

    Attributes
    ----------
    status : str
        ``idle``, ``waiting``, ``checking``, then ``connected``, ``cancelled``, ``timed_out`` or
        ``failed``.
    kind : str or None
        ``sub-account`` or ``agency``; None before ``connected``, as the next three.
    location_id, company_id : str or None
        What was chosen.
    who : str or None
        Id of the user who has chosen.
    error : str or None
        Why it failed and what to do.
    message : str or None
        What should be known while waiting, for instance that a pasted address was another login's.
    listens : bool
        While waiting: the answer arrives by itself if the browser runs on the kernel's computer.
    time_limit : float
        As given.

    Notes
    -----
    The authorization URL is handed to the page in answer to a click, as a message; it, the
    ``state``, the code and the tokens are never traits.
    """

    _esm = card_script("app")
    _css = card_style("app")

    _login: CodeFlow[Any]
    _what = "The login to GoHighLevel"

    status = kept(t.Unicode("idle", read_only=True))
    kind = kept(t.Unicode(None, allow_none=True, read_only=True))
    location_id = kept(t.Unicode(None, allow_none=True, read_only=True))
    company_id = kept(t.Unicode(None, allow_none=True, read_only=True))
    who = kept(t.Unicode(None, allow_none=True, read_only=True))
    error = kept(t.Unicode(None, allow_none=True, read_only=True))
    message = kept(t.Unicode(None, allow_none=True, read_only=True))
    listens = kept(t.Bool(False, read_only=True))
    time_limit = kept(t.Float(read_only=True))

    def __init__(
        self,
        app: App,
        finish: Callable[[Secret, Secret], Awaitable[Granted]] | None = None,
        *,
        time_limit: float = 600.0,
        **kwargs: Any,
    ) -> None:
        self._check(kwargs)
        if finish is None:
            finish = functools.partial(open_login_store(read_base_url(), clock=now).finish, app)
        self._login = CodeFlow(app, finish, screen=self, time_limit=time_limit)
        self._pages = Pages(self._login, self.send, self._shown_traits, tell=self._hear, card="app")
        self.set_trait("time_limit", float(time_limit))
        super().__init__(**kwargs)

    def __repr__(self) -> str:
        return f"AppLogin(status={self.status!r})"

    # What a user's code calls.

    def paste(self, redirected: str | Secret) -> None:
        """Finish the login by the address that its window has ended at.

        Parameters
        ----------
        redirected : str or Secret
            The whole address. What is wrong with it is said in `message`.
        """
        self._login.paste(redirected)
        self._flush()

    def finished(self) -> Any:
        """Return what `finish` has returned, or raise the error that says why there is nothing."""
        return self._login.finished()

    # What the login shows (see `code_flow.CodeFlowScreen`); these run in the screen's thread.

    def show(self, state: CodeFlowState) -> None:
        """Bring the traits up to date, `status` last: who observes it finds the others set."""
        granted: Granted | None = state.result if state.status is Status.CONNECTED else None
        kind = None
        if granted is not None:
            kind = "agency" if granted.user_type == "Company" else "sub-account"
        self._bring_up(
            {
                "kind": kind,
                "location_id": granted and granted.location_id,
                "company_id": granted and granted.company_id,
                "who": granted and granted.user_id,
                "error": state.error and str(state.error),
                "message": state.notice,
                "listens": state.listens,
                "status": str(state.status),
            }
        )
        self._pages.show(state)

    def authorize(self, request: str | None, run: str, url: Secret, seconds_left: float) -> None:
        """Hand the pages the authorization URL."""
        self._pages.authorize(request, run, url, seconds_left)

    # Helpers.

    def _hear(self, said: Said, _way: Way) -> None:
        """Tell the login what a page has said."""
        match said:
            case Begin(request=request, takes_over=takes_over):
                self._login.begin(request, anew=takes_over)
            case Redirected(address=address):
                self._login.paste(address)
            case Cancel(run=run):
                self._login.cancel(run)

    def _unpacked(self, content: Message, buffers: Sequence[Buffer]) -> Message:
        """Return a message with its address, which comes beside it.

        The comm package logs whole messages at the level DEBUG, but no buffer's content.
        """
        if content.get("type") != "redirected" or not buffers:
            return content
        return content | {"address": bytes(buffers[0]).decode("utf-8", "replace")}

    def _needs_person(self) -> bool:
        """Tell that a person is needed, and raise where none can be asked."""
        if find_front_end(self.comm) is FrontEnd.NOTEBOOK:
            return True
        raise FrontEndError(
            "There is no notebook front end here in which the button could be pressed.",
            f"In a terminal use ghl_notebook.log_in() or login.open_in_browser(). {HEADLESS}",
        )
