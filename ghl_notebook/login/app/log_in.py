"""Log in as a marketplace app in one call: in a cell, a script, or a remote terminal."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ghl_notebook.api import Agency, Client
from ghl_notebook.auth import open_login_store
from ghl_notebook.auth.app import App
from ghl_notebook.errors import FrontEndError, SettingsError
from ghl_notebook.guard import guarded
from ghl_notebook.login.flow import ENDS
from ghl_notebook.login.front_end import FrontEnd, find_front_end
from ghl_notebook.login.terminal import TerminalLines, print_error
from ghl_notebook.secret import Secret
from ghl_notebook.settings import check_id, now, read_base_url

from .app_card import HEADLESS, AppLogin, Granted
from .authorization_code import AuthorizationCodeFlow

G = TypeVar("G", bound=Granted)

_POLL_SECONDS = 0.2


@guarded
def log_in(
    app: App | None = None,
    *,
    user_id: str | None = None,
    base_url: str | None = None,
    time_limit: float = 600.0,
) -> Client | Agency:
    """Log in to GoHighLevel as a marketplace app, and store the login for all notebooks.

    In a notebook, the card is displayed, and the cell waits. In a script, or IPython in a terminal,
    the login opens in the system's browser. Without a browser, the login's address is printed, and
    you paste the browser's last address into the terminal. From then on, `Client` or `Agency` finds
    the login automatically, and refreshes it.

    ``POST /oauth/token`` (``grant_type=authorization_code``)

    Parameters
    ----------
    app : App, optional
        The app; from the environment by default (``GHL_CLIENT_ID``, ``GHL_CLIENT_SECRET``,
        ``GHL_REDIRECT_URI``, ``GHL_SCOPES`` and ``GHL_AUTHORIZE_URL``).
    user_id : str, optional
        As for `Client`; an `Agency` has none.
    base_url : str, optional
        As for `Client`.
    time_limit : float, default 600
        Seconds to wait until the login is finished.

    Returns
    -------
    Client or Agency
        Your choice on GoHighLevel's page: a client of the sub-account, or the agency, whose
        ``agency.client(location_id)`` is a client of one of its sub-accounts.

    Raises
    ------
    SettingsError
        If no app is passed and the environment names none.
    FrontEndError
        If no user can log in here; the message names the variables to set.
    CredentialError
        If the code cannot be exchanged, or the login cannot be stored.
    LoginError
        If the login fails or is canceled, or `time_limit` is over.
    """
    # Check the settings first, so that the user does not log in for nothing.
    user_id = check_id("user_id", user_id or "") or None
    logins = open_login_store(read_base_url(base_url), clock=now)

    chosen = app or _app_of_environment()
    finish = functools.partial(logins.finish, chosen)
    tokens = authorize(chosen, finish, time_limit=time_limit)
    key = logins.key_of(chosen, tokens)
    if tokens.user_type == "Company":
        return Agency(base_url=base_url, credential=logins.agency_credential(key))
    return Client(user_id=user_id, base_url=base_url, credential=logins.credential(key))


def authorize(
    app: App | None,
    finish: Callable[[Secret, Secret], Awaitable[G]],
    *,
    time_limit: float = 600.0,
) -> G:
    """Log in and return the result of `finish` for the authorization code; see `log_in`."""
    app = app or _app_of_environment()
    login = AppLogin(app, finish, time_limit=time_limit)
    try:
        match find_front_end(login.comm):
            case FrontEnd.NOTEBOOK:
                from IPython.display import display

                display(login)  # type: ignore[no-untyped-call]
            case FrontEnd.DESKTOP:
                login.open_in_browser()
            case FrontEnd.TERMINAL:
                return _ask_in_terminal(AuthorizationCodeFlow(app, finish, time_limit=time_limit))
            case FrontEnd.NOBODY:
                raise FrontEndError("Nobody can log in here.", HEADLESS)
        login.wait()
    except BaseException:
        login.cancel()  # no code waits for the answer any longer, and other logins need the port
        raise
    result: G = login.finished()
    return result


def _app_of_environment() -> App:
    app = App.from_environment()
    if app is None:
        raise SettingsError(
            "There is no app to log in with: GHL_CLIENT_ID is not set.",
            "Set GHL_CLIENT_ID, GHL_CLIENT_SECRET, GHL_REDIRECT_URI and GHL_SCOPES, or pass an "
            "App; to use a private integration instead, set GHL_TOKEN.",
        )
    return app


def _ask_in_terminal(flow: AuthorizationCodeFlow[G]) -> G:
    """Print the authorization URL, and accept the redirect or an address that is pasted."""
    try:
        url = flow.start()
        print_error(
            f"Open this address in a browser, and choose there:\n\n{url.reveal()}\n\n"
            "Then paste the address that the browser ends at, even if it shows an error there:"
        )
        lines, printed = TerminalLines(), None
        while flow.state.status not in ENDS:
            for line in lines.read(_POLL_SECONDS):
                flow.paste(line)
                printed = None
            if (notice := flow.state.notice) and notice != printed:
                printed = notice
                print_error(notice)
    except BaseException:
        flow.cancel()
        raise
    return flow.finished()
