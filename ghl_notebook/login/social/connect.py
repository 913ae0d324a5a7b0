"""Connect a social account in one call, or reconnect a row of `fetch_accounts`."""

from __future__ import annotations

from typing import Any, Protocol, overload

from ghl_notebook.api import Client
from ghl_notebook.errors import ArgumentError, FrontEndError, LoginError
from ghl_notebook.guard import guarded
from ghl_notebook.login.front_end import FrontEnd, find_front_end
from ghl_notebook.models import PlatformName, one_of

from .connect_card import ConnectAccount
from .connect_flow import require_client


class AccountRow(Protocol):
    """A row of `fetch_accounts`: anything with its columns as items."""

    def __getitem__(self, column: str, /) -> Any:
        """Return the value of a column."""
        ...


class Rows(Protocol):
    """A DataFrame of `fetch_accounts`, or some rows of it."""

    @property
    def columns(self) -> Any:
        """The names of its columns."""
        ...

    def to_dict(self, orient: Any) -> Any:
        """Return its rows."""
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


@overload
def reconnect(
    client: Client, accounts: list[Any] | Rows, *, time_limit: float = 600.0, **options: Any
) -> list[ConnectAccount]: ...
@overload
def reconnect(
    client: Client, accounts: AccountRow | str, *, time_limit: float = 600.0, **options: Any
) -> ConnectAccount: ...
@guarded
def reconnect(
    client: Client,
    accounts: AccountRow | str | list[Any] | Rows,
    *,
    time_limit: float = 600.0,
    **options: Any,
) -> ConnectAccount | list[ConnectAccount]:
    """Extend connections, expired or not: log in again, wait, and return the finished login.

    Call it anywhere that `connect` runs. Log in as before; then `fetch_accounts` has the
    connection's new expiry.

    ``GET /social-media-posting/oauth/{platform}/start?reconnect=true``

    Parameters
    ----------
    client : Client
        The client of the sub-account that the connections belong to.
    accounts : pandas.Series, mapping, str, pandas.DataFrame or list
        A row of `fetch_accounts` (also of ``itertuples()``), whose ``platform``, ``name``, and
        ``location_id`` are read; or an ``id`` of it, which is looked up. Several are reconnected
        one after another.
    time_limit : float, default 600
        Seconds to wait until a login has ended.
    **options
        Other options of `ConnectAccount`.

    Returns
    -------
    ConnectAccount or list of ConnectAccount
        A login that GoHighLevel has confirmed. Of a list or a DataFrame, the login of each account
        in their order: one that failed or was canceled does not stop the others, and its `status`
        shows that.

    Raises
    ------
    ArgumentError
        If one is not such a row, or belongs to another sub-account: nothing is reconnected then.
    PlatformError
        If a platform cannot be connected.
    FrontEndError
        If no user can log in here; the message names the variables to set.
    LoginError
        If the login of a single account fails or is canceled, or `time_limit` is over.

    Examples
    --------
    >>> accounts = fetch_accounts(client)                        # doctest: +SKIP
    >>> reconnect(client, accounts[accounts.is_expired].iloc[0]) # doctest: +SKIP
    """
    require_client(client)
    rows = _rows(accounts)
    cards = [
        reconnect_card(client, one, time_limit=time_limit, **options)
        for one in ([accounts] if rows is None else rows)
    ]
    for card in cards:
        present(client, card)
        try:
            card.wait()
        except FrontEndError:
            raise
        except LoginError:
            if rows is None:
                raise
    return cards[0] if rows is None else cards


def reconnect_card(client: Client, account: object, **options: Any) -> ConnectAccount:
    """Make the card of `reconnect` for one account, without displaying or starting it."""
    platform, options = reconnect_options(client, account, **options)
    return ConnectAccount(client, platform, **options)


def reconnect_options(
    client: Client, account: object, **options: Any
) -> tuple[str, dict[str, Any]]:
    """Return the platform and the options of the login that reconnects an account."""
    require_client(client)
    row: Any = _find(client, account) if isinstance(account, str) else account
    row = row._asdict() if hasattr(row, "_asdict") else row
    try:
        platform, name, location_id = (
            row[column] for column in ("platform", "name", "location_id")
        )
        if not isinstance(platform, str) or not isinstance(location_id, str):
            raise TypeError
    except (KeyError, IndexError, TypeError):
        raise ArgumentError(
            f"The second argument is a {type(account).__name__}, not a row of fetch_accounts().",
            "Pass one row, as in accounts.iloc[0] or accounts.loc[3], several rows, or an id.",
        ) from None
    if location_id != client.location_id:
        raise ArgumentError(
            f"The account belongs to the sub-account {location_id}, the client to "
            f"{client.location_id}.",
            "Use the client of that sub-account.",
        )
    shown = name if isinstance(name, str) else None
    return platform, {"reconnect": True, "account_name": shown, **options}


def _rows(accounts: Any) -> list[Any] | None:
    """Return the rows of a list or a DataFrame; None for a single one."""
    if isinstance(accounts, list):
        return accounts
    if hasattr(accounts, "to_dict") and hasattr(accounts, "columns"):
        return list(accounts.to_dict("records"))
    return None


def _find(client: Client, key: str) -> dict[str, object]:
    found = {one.id: one for one in client.accounts.list().accounts if one.id and not one.deleted}
    if (account := found.get(key.strip())) is None:
        raise ArgumentError(f"There is no connected account {key!r}.", one_of(key, found))
    return {"platform": account.platform, "name": account.name, "location_id": client.location_id}
