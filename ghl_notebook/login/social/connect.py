"""Connect a social account in one call, or reconnect a row of `fetch_accounts`."""

from __future__ import annotations

from typing import Any, Protocol

from ghl_notebook.api import Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.login.front_end import FrontEnd, find_front_end
from ghl_notebook.models import PlatformName

from .connect_card import ConnectAccount
from .connect_flow import require_client


class AccountRow(Protocol):
    """A row of `fetch_accounts`: anything with its columns as items."""

    def __getitem__(self, column: str, /) -> Any:
        """Return the value of a column."""
        ...


@guarded
def connect(
    client: Client,
    platform: PlatformName = "instagram",
    *,
    time_limit: float = 600.0,
    **options: Any,
) -> ConnectAccount:
    """Log in at a platform, wait for the login, and return it finished, wherever your code runs.

    In a notebook, the card is displayed, and the cell waits. In a script, or IPython in a terminal,
    the login opens in the system's browser; without a browser, the login's address is printed. If
    no user can log in, the account id of an earlier login is used, from ``GHL_ACCOUNT_IDS``.

    ``GET /social-media-posting/oauth/{platform}/start``

    Parameters
    ----------
    client : Client
        A client from `ghl_notebook.Client` or `ghl_notebook.demo`.
    platform : PlatformName, default "instagram"
        As for `ConnectAccount`.
    time_limit : float, default 600
        Seconds to wait until the login has ended.
    **options
        Other options of `ConnectAccount`.

    Returns
    -------
    ConnectAccount
        A login that GoHighLevel has confirmed.

    Raises
    ------
    FrontEndError
        If no user can log in here; the message names the variables to set.
    LoginError
        If the login fails or is canceled, or `time_limit` is over.

    Examples
    --------
    >>> login = connect(client, "instagram", time_limit=300)    # doctest: +SKIP
    >>> fetch_available_accounts(client, login)                  # doctest: +SKIP
    """
    login = ConnectAccount(client, platform, time_limit=time_limit, **options)
    present(client, login)
    return login.wait()


def present(client: Client, login: ConnectAccount) -> None:
    """Show a login where its user can see it; if no user can, `wait` raises an error."""
    if client.browser is None:
        match find_front_end(login.comm):
            case FrontEnd.NOTEBOOK:
                from IPython.display import display

                display(login)  # type: ignore[no-untyped-call]
            case FrontEnd.DESKTOP:
                login.open_in_browser()
            case FrontEnd.TERMINAL:
                login.open_in_browser(lambda _: False)
            case FrontEnd.NOBODY:
                pass  # waiting raises an error, or uses an earlier login


@guarded
def reconnect(
    client: Client, account: AccountRow, *, time_limit: float = 600.0, **options: Any
) -> ConnectAccount:
    """Extend a connection, expired or not: log in again, wait, and return the finished login.

    Call it anywhere that `connect` runs. Log in as before; then `fetch_accounts` has the
    connection's new expiry.

    ``GET /social-media-posting/oauth/{platform}/start?reconnect=true``

    Parameters
    ----------
    client : Client
        The client of the sub-account that the connection belongs to.
    account : pandas.Series or mapping
        A row of `fetch_accounts`; its ``platform``, ``name``, and ``location_id`` are read.
    time_limit : float, default 600
        Seconds to wait until the login has ended.
    **options
        Other options of `ConnectAccount`.

    Returns
    -------
    ConnectAccount
        A login that GoHighLevel has confirmed.

    Raises
    ------
    ArgumentError
        If `account` is not such a row, or belongs to another sub-account.
    PlatformError
        If its platform cannot be connected.
    FrontEndError
        If no user can log in here; the message names the variables to set.
    LoginError
        If the login fails or is canceled, or `time_limit` is over.

    Examples
    --------
    >>> accounts = fetch_accounts(client)                        # doctest: +SKIP
    >>> reconnect(client, accounts[accounts.is_expired].iloc[0]) # doctest: +SKIP
    """
    login = reconnect_card(client, account, time_limit=time_limit, **options)
    present(client, login)
    return login.wait()


def reconnect_card(client: Client, account: AccountRow, **options: Any) -> ConnectAccount:
    """Make the card of `reconnect`, without displaying or starting it."""
    require_client(client)
    try:
        platform, name, location_id = (
            account[column] for column in ("platform", "name", "location_id")
        )
        if not isinstance(platform, str):
            raise TypeError
    except (KeyError, IndexError, TypeError):
        raise ArgumentError(
            f"The second argument is a {type(account).__name__}, not a row of fetch_accounts().",
            "Pass one row, as in accounts.iloc[0] or accounts.loc[3].",
        ) from None
    if location_id != client.location_id:
        raise ArgumentError(
            f"The account belongs to the sub-account {location_id}, the client to "
            f"{client.location_id}.",
            "Use the client of that sub-account.",
        )
    shown = name if isinstance(name, str) else None
    return ConnectAccount(client, platform, reconnect=True, account_name=shown, **options)
