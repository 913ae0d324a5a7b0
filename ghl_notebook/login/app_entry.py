"""An app's login in one call, wherever it runs: in a cell, a script, or a terminal far away."""

from __future__ import annotations

import functools
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ghl_notebook.api import Client
from ghl_notebook.api.arguments import check_patience
from ghl_notebook.auth import open_login_store
from ghl_notebook.auth.app import App
from ghl_notebook.errors import FrontEndError, LoginTimeoutError, SettingsError
from ghl_notebook.guard import guarded
from ghl_notebook.secret import Secret
from ghl_notebook.settings import check_id, now, read_base_url, read_location_id

from .app_login import HEADLESS, AppLogin, Granted
from .code_flow import CodeFlow
from .front_end import FrontEnd, find_front_end
from .state import ENDS, Status
from .terminal import TerminalLines, tell

G = TypeVar("G", bound=Granted)

_LOOK_SECONDS = 0.2


@guarded
def log_in(
    app: App | None = None,
    *,
    location_id: str | None = None,
    user_id: str | None = None,
    base_url: str | None = None,
    timeout: float | None = None,
    time_limit: float = 600.0,
) -> Client:
    """Log in to GoHighLevel as a marketplace app, and keep the login for all notebooks.

    In a notebook the card is displayed, and the cell waits. In a script, or IPython in a terminal,
    the login opens in the system's browser; without one, its address is printed, and the address
    that it ends at is read from the terminal. From then on `Client` finds the login by itself, and
    renews it.

    ``POST /oauth/token`` (``grant_type=authorization_code``)

    Parameters
    ----------
    app : App, optional
        The app; from the environment by default (``GHL_CLIENT_ID``, ``GHL_CLIENT_SECRET``,
        ``GHL_REDIRECT_URI``, ``GHL_SCOPES`` and ``GHL_AUTHORIZE_URL``).
    location_id : str, optional
        The sub-account that the client is for, where an agency is logged in to; ``GHL_LOCATION_ID``
        when left out. The login of a sub-account is for that one.
    user_id, base_url : str, optional
        As for `Client`.
    timeout : float, optional
        Seconds to wait. Waiting never outlasts the login's own time limit.
    time_limit : float, default 600
        Seconds that an attempt may take until its answer arrives.

    Returns
    -------
    Client
        A client that uses the login.

    Raises
    ------
    SettingsError
        If no app is passed and the environment names none.
    FrontEndError
        If nobody can log in here; the message names the variables to set.
    CredentialError
        If the code cannot be exchanged, or the login cannot be kept.
    LoginError
        If the login ends otherwise, or `timeout` is over.
    ArgumentError
        If an agency was logged in to, and no sub-account is named. The login is kept.
    """
    # All that can be refused is refused before a person is asked for anything.
    location_id = check_id("location_id", location_id or "") or read_location_id()
    user_id = check_id("user_id", user_id or "") or None
    logins = open_login_store(read_base_url(base_url), clock=now)

    chosen = app or _app_of_environment()
    finish = functools.partial(logins.finish, chosen)
    tokens = authorize(chosen, finish, timeout=timeout, time_limit=time_limit)
    key = logins.key_of(chosen, tokens)
    credential = logins.credential(key, location_id)
    return Client(user_id=user_id, base_url=base_url, credential=credential)


def authorize(
    app: App | None,
    finish: Callable[[Secret, Secret], Awaitable[G]],
    *,
    timeout: float | None = None,
    time_limit: float = 600.0,
) -> G:
    """Log in and return what `finish` has made of the authorization code; see `log_in`."""
    check_patience(timeout)
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
                return _ask_in_terminal(CodeFlow(app, finish, time_limit=time_limit), timeout)
            case FrontEnd.NOBODY:
                raise FrontEndError("Nobody can log in here.", HEADLESS)
        try:
            login.wait(timeout)
        except LoginTimeoutError:
            if login.status == Status.TIMED_OUT:
                raise
            raise _over(timeout) from None
    except BaseException:
        login.cancel()  # nobody waits for the answer any more, and the port is for others
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


def _ask_in_terminal(flow: CodeFlow[G], timeout: float | None) -> G:
    """Print the authorization URL, and take the address that is pasted, or the redirect itself."""
    until = None if timeout is None else time.monotonic() + timeout
    try:
        url = flow.start()
        tell(
            f"Open this address in a browser, and choose there:\n\n{url.reveal()}\n\n"
            "Then paste the address that the browser ends at, even if it shows an error there:"
        )
        lines, told = TerminalLines(), None
        while flow.state.status not in ENDS:
            if until is not None and time.monotonic() > until:
                raise _over(timeout)
            for line in lines.read(_LOOK_SECONDS):
                flow.paste(line)
                told = None
            if (notice := flow.state.notice) and notice != told:
                told = notice
                tell(notice)
    except BaseException:
        flow.cancel()
        raise
    return flow.finished()


def _over(timeout: float | None) -> LoginTimeoutError:
    return LoginTimeoutError(
        f"The login to GoHighLevel is not finished after {timeout} s.", "Log in to start over."
    )
