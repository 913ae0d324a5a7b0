"""Attach and detach accounts: one or several, by id or by row."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Coroutine, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, overload

import numpy as np

from ghl_notebook.api import AsyncClient, Client
from ghl_notebook.errors import ArgumentError, GHLError, LoginError
from ghl_notebook.frames import account_rows, attachments_frame
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded
from ghl_notebook.models import AttachedAccount, AvailableAccount, one_of

from .accounts import FinishedLogin, finished_login
from .dispatch import call_one
from .recipe import facts_of

Accounts: TypeAlias = "str | Mapping[str, Any] | pd.Series[Any] | Iterable[Any] | pd.DataFrame"
OneAvailable: TypeAlias = "str | int | Mapping[str, Any] | pd.Series[Any] | tuple[Any, ...]"
SeveralAvailable: TypeAlias = "list[Any] | pd.DataFrame"


@overload
def attach(client: Client, login: FinishedLogin, accounts: OneAvailable) -> AttachedAccount: ...
@overload
def attach(client: Client, login: FinishedLogin, accounts: SeveralAvailable) -> pd.DataFrame: ...
@overload
def attach(
    client: AsyncClient, login: FinishedLogin, accounts: OneAvailable
) -> Coroutine[Any, Any, AttachedAccount]: ...
@overload
def attach(
    client: AsyncClient, login: FinishedLogin, accounts: SeveralAvailable
) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
def attach(
    client: Client | AsyncClient, login: FinishedLogin, accounts: OneAvailable | SeveralAvailable
) -> AttachedAccount | pd.DataFrame | Awaitable[AttachedAccount | pd.DataFrame]:
    """Attach available accounts to the sub-account (step 3).

    Calls ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}`` for the
    details, then ``POST`` of the same path once per account; for Google ``…/locations/{accountId}``
    (scope ``socialplanner/oauth.write``).

    Parameters
    ----------
    client : Client or AsyncClient
        With an `AsyncClient`, await the result.
    login : ConnectAccount
        A finished login.
    accounts : str, int, mapping, pandas.Series, pandas.DataFrame or list
        What to attach: a row of `fetch_available_accounts` (also of ``itertuples()``), an
        ``origin_id`` of it, the number of a row (0 is the first), or several: rows, or a list.

    Returns
    -------
    AttachedAccount or pandas.DataFrame
        Of one account: as the API has stored it. Of a list or a DataFrame, one row per account, in
        their order, with a new integer index and the same columns even if empty. An account that
        could not be attached does not stop the others.

        =========== ========= ====================================================
        Column      Type      Meaning
        =========== ========= ====================================================
        name        string    As shown on the platform
        platform    string    For instance ``instagram``
        is_attached boolean   Whether it is attached now
        error       string    Why not
        next_step   string    What you can do about it
        origin_id   string    Its id on the platform
        =========== ========= ====================================================

        Types are pandas dtypes: ``string`` and ``boolean``.

    Raises
    ------
    ArgumentError
        If the login cannot attach an account; then none is attached.
    LoginError
        If the login is not finished; the message gives the reason.
    GHLError
        If one account cannot be attached. See `ghl_notebook.errors`.

    Examples
    --------
    >>> available = fetch_available_accounts(client, login)      # doctest: +SKIP
    >>> attach(client, login, available[~available["is_connected"]])  # doctest: +SKIP
    """
    return call_one(client, _attach, login, accounts)


@overload
def detach(client: Client, accounts: Accounts) -> pd.DataFrame: ...
@overload
def detach(client: AsyncClient, accounts: Accounts) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
def detach(
    client: Client | AsyncClient,
    accounts: Accounts,
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Detach accounts from the sub-account, without asking: their scheduled posts then fail.

    Calls ``DELETE /social-media-posting/{locationId}/accounts/{id}`` (scope
    ``socialplanner/account.write``), once per account; before and after it ``GET
    /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``).

    Parameters
    ----------
    client : Client or AsyncClient
        Of the sub-account. With an `AsyncClient`, await the result.
    accounts : str, mapping, pandas.Series, pandas.DataFrame or list
        What to detach: an ``id`` of `fetch_accounts`, a row of it (also of ``itertuples()``), or
        several. If one of them is not connected, nothing is detached.

    Returns
    -------
    pandas.DataFrame
        The accounts that are still connected, with the columns of `fetch_accounts`.

    Raises
    ------
    ArgumentError
        If an account is not connected, or belongs to another sub-account.
    GHLError
        If a request fails; a note on the error names the accounts that are detached already. See
        `ghl_notebook.errors`.

    Examples
    --------
    >>> accounts = fetch_accounts(client)                        # doctest: +SKIP
    >>> detach(client, accounts[accounts["is_expired"]])         # doctest: +SKIP
    """
    return call_one(client, _detach, accounts)


async def _attach(
    client: AsyncClient, login: FinishedLogin, accounts: Any
) -> AttachedAccount | pd.DataFrame:
    platform, account_id = finished_login(login)
    is_single, given = _items(accounts, "origin_id")
    available = await client.oauth.available_accounts(platform, account_id)
    chosen = [_choose(one, available) for one in given]
    send = functools.partial(client.oauth.attach, platform, account_id)
    if is_single:
        return await send(chosen[0])
    rows: list[dict[str, object]] = []
    error: GHLError | None
    for one in {one.origin_id: one for one in chosen}.values():
        try:
            await send(one)
            error = None
        except LoginError:
            raise
        except GHLError as failure:
            error = failure
        rows.append(
            {
                "name": one.name,
                "platform": platform,
                "is_attached": error is None,
                "error": error and error.what,
                "next_step": error and error.next_step,
                "origin_id": one.origin_id,
            }
        )
    return attachments_frame(rows)


def _choose(given: object, available: list[AvailableAccount]) -> AvailableAccount:
    """Find an available account by its origin id, or by its number in the list."""
    ids = [str(one.origin_id) for one in available]
    key = str(given).strip()
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        is_number = 0 <= given < len(available)
        if is_number and key not in ids:
            return available[int(given)]
        if is_number:
            raise ArgumentError(
                f"{key} is the number of a row and the origin_id of another.",
                "Pass a row of fetch_available_accounts(), or the origin_id as text.",
            )
    elif not isinstance(given, str):
        raise ArgumentError(
            f"A {type(given).__name__} is not an account that can be attached.",
            "Pass a row of fetch_available_accounts(), its origin_id, or its number.",
        )
    if key not in ids:
        raise ArgumentError(
            f"The login cannot attach {given!r}.",
            f"Pass rows or an origin_id of fetch_available_accounts(). {one_of(key, ids)}",
        )
    return available[ids.index(key)]


async def _detach(client: AsyncClient, accounts: Accounts) -> pd.DataFrame:
    ids = _ids_of(accounts, client.location_id)
    listed = (await client.accounts.list()).accounts
    connected = {str(one.id): one for one in listed if not one.deleted}
    if unknown := [one for one in ids if one not in connected]:
        raise ArgumentError(
            f"The sub-account has no connected account {', '.join(map(repr, unknown))}.",
            "Pass rows or the column id of fetch_accounts(client). Nothing was detached.",
        )
    for number, one in enumerate(ids):
        try:
            await client.accounts.delete(one)
        except GHLError as error:
            if number:
                error.add_note(f"Detached before that: {', '.join(ids[:number])}.")
            raise
    began = client.clock()
    frame = account_rows(await client.accounts.list()).frame(client.location_id)
    frame.attrs |= facts_of(client, began)
    return frame


def _ids_of(accounts: Any, location_id: str) -> list[str]:
    """Read which accounts of a sub-account are meant, each of them once."""
    if isinstance(accounts, Iterator):  # such as itertuples(): it is read twice
        accounts = list(accounts)
    for other in _items(accounts, "location_id", is_optional=True)[1]:
        if isinstance(other, str) and other != location_id:
            raise ArgumentError(
                f"An account belongs to the sub-account {other}, the client to {location_id}.",
                "Use the client of that sub-account.",
            )
    ids = _items(accounts, "id")[1]
    for one in ids:
        if not isinstance(one, str) or not one.strip():
            raise ArgumentError(
                f"A {type(one).__name__} is not the id of an account.",
                "Pass ids or rows of fetch_accounts().",
            )
    return list(dict.fromkeys(ids))


def _items(given: Any, column: str, *, is_optional: bool = False) -> tuple[bool, list[Any]]:
    """Return whether a single row or value was passed, and the column's value of each row.

    With `is_optional`, a value that is not a row counts as None.
    """
    if isinstance(given, pd.DataFrame):
        return False, [_value(row, column, is_optional) for row in given.to_dict("records")]
    if _is_row(given) or isinstance(given, str | bytes) or not isinstance(given, Iterable):
        return True, [_value(given, column, is_optional)]
    return False, [_value(one, column, is_optional) for one in given]


def _is_row(given: object) -> bool:
    is_named = isinstance(given, pd.Series) and bool({"id", "origin_id"} & {*given.index})
    return is_named or isinstance(given, Mapping) or hasattr(given, "_asdict")


def _value(given: Any, column: str, is_optional: bool) -> Any:
    if not _is_row(given):
        return None if is_optional else given
    row = given._asdict() if hasattr(given, "_asdict") else given
    if column not in row and not is_optional:
        raise ArgumentError(
            f"A row has no column {column}.",
            "Pass rows as fetch_accounts() or fetch_available_accounts() returned them.",
        )
    return row.get(column)
