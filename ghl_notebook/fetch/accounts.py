"""From a client to a DataFrame in one call."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Unpack, overload

import pandas as pd

from ghl_notebook.api import Agency, AsyncAgency, AsyncClient, Client
from ghl_notebook.errors import ArgumentError, GHLError
from ghl_notebook.frames import (
    AccountsTable,
    accounts_frame,
    agency_accounts_frame,
    available_accounts_frame,
)
from ghl_notebook.guard import guarded
from ghl_notebook.models import AccountRows, AttachedAccount

from .kind import AnyClient, by_door
from .options import FetchOptions
from .posts import read_ids
from .through import of_all, refuse_run_options, through

if TYPE_CHECKING:
    from ghl_notebook.agency import Job

Accounts = str | Iterable[str] | Mapping[str, Any] | pd.DataFrame


class FinishedLogin(Protocol):
    """What the functions here need to know of a login."""

    def finished(self) -> tuple[str, str]:
        """Return platform and account id, or raise a `LoginError` that says why there is none."""
        ...


@guarded
@by_door
def fetch_accounts(
    client: AnyClient, *, deleted: bool = False, **options: Unpack[FetchOptions]
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch every account that is connected to a sub-account, or to all of an agency's.

    ``GET /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``)

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Of an async one the result is to be awaited.
    deleted : bool, default False
        Also show rows that the service marks as deleted.
    locations : sequence of str or pandas.DataFrame, optional
        Agency only: which sub-accounts, by id or as rows of `fetch_locations`. All when left out.
    progress : bool or None, default False
        Agency only: show a bar with rate, failures and time left. With None there is no bar, and no
        line on stderr of what is missing either: the caller says it.
    folder : str or pathlib.Path, optional
        Agency only: where to store what is fetched, part by part. The same call resumes an
        interrupted run within a day; every stored file is checked first. A complete run stays
        there with its time, and the next call starts another one: see `list_runs`.
    in_flight : int, optional
        Agency only: requests at once; with `engine`, of each worker. It finds its own level when
        left out.
    engine : distributed.Client, optional
        Agency only: a client of dask.distributed (extra ``dask``), whose workers ask the
        sub-accounts, in batches. Access tokens are minted here; the workers are sent those of
        their sub-accounts, and never the agency's. See Notes.
    lazy : bool, default False
        With `engine` only: return a dask DataFrame, which asks when it is computed.

    Returns
    -------
    pandas.DataFrame
        One row per account in the service's order, a fresh integer index, the same columns when
        there is none. Of an agency: in the order of its sub-accounts, with the columns
        ``location_id`` and ``location_name`` (string) first, and what is missing in
        ``attrs["failures"]``, which `failures` makes a frame of. The stop button, or Ctrl-C, ends
        such a run and gives what is there. With ``lazy=True`` a dask DataFrame of the same
        columns; each partition holds some sub-accounts and has ``attrs["failures"]``, so that
        ``frame.map_partitions(ghl.failures, meta=...)`` lists them all.

        ============================ ========= ====================================================
        Column                       Kind      Meaning
        ============================ ========= ====================================================
        id                           string    Opaque key of the connection; never build or split it
        platform                     category  For instance ``instagram``
        type                         category  ``page``, ``profile``, ``location``, ...
        name                         string    As shown on the platform
        is_expired                   boolean   The connection must be renewed
        expire                       timestamp When it ends (UTC)
        oauth_id                     string    The login it came from: a login's ``account_id``
        profile_id                   string    The key that statistics are asked for
        origin_id                    string    The platform's own id
        location_id                  string    The sub-account
        groups                       string    Names of the groups it is in, joined by ``", "``
        active                       boolean   As the service says
        deleted                      boolean   Marked as deleted
        has_statistics_permissions   boolean   False: the service has no statistics of it
        building_statistics          boolean   The service is gathering statistics
        sync_posts                   boolean   Posts made elsewhere are taken over
        created_at                   timestamp UTC
        updated_at                   timestamp UTC
        avatar                       string    Address of the picture
        meta                         string    JSON: what only some platforms say
        ============================ ========= ====================================================

        Kinds are the dtypes ``string``, ``category``, ``boolean`` and ``datetime64[ms, UTC]``.

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    `oauth_id`, `avatar`, `deleted` and the columns about statistics are not in the OpenAPI file
    for every account; a missing value is NA.

    With `engine`: ghl-notebook must be installed on the scheduler and the workers, in the same
    version. Access tokens of sub-accounts travel in the tasks, in objects that show none; they are
    in the memory of the scheduler and the workers, so let these be as trusted as this computer, and
    use dask's TLS where the network is not. A worker that dies loses its batches to others; when
    that has happened to one several times (dask's ``allowed-failures``), its sub-accounts are among
    the failures as `WorkerError`. When a run is stopped, batches that are being asked end by
    themselves.

    With ``lazy=True`` all access tokens are minted before it returns; a sub-account whose token no
    longer holds when the frame is computed (they live a day, and some hour of it may be left) is
    among the failures as `InvalidTokenError`. The index begins anew in each partition.
    """
    if isinstance(client, Agency | AsyncAgency):
        return of_all(client, accounts_job(deleted=deleted), options)
    refuse_run_options(options)
    return through(client, _accounts, deleted=deleted)


@overload
def fetch_available_accounts(client: Client, login: FinishedLogin) -> pd.DataFrame: ...
@overload
def fetch_available_accounts(
    client: AsyncClient, login: FinishedLogin
) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
def fetch_available_accounts(
    client: Client | AsyncClient, login: FinishedLogin
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch what a finished login may attach (step 2).

    ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``, for Google
    ``…/locations/{accountId}`` (scope ``socialplanner/oauth.readonly``)

    Parameters
    ----------
    client : Client or AsyncClient
        With an `AsyncClient` the result is to be awaited.
    login : ConnectAccount
        A finished login.

    Returns
    -------
    pandas.DataFrame
        One row per page, profile, channel or business location, in the service's order, with a
        fresh integer index; the same columns when the user allowed none.

        ==================== ========= ============================================================
        Column               Kind      Meaning
        ==================== ========= ============================================================
        origin_id            string    The platform's own id: what `attach` is given
        platform             category  For instance ``instagram``
        type                 category  ``page``, ``profile``, ``pinner``, ... in lower case
        name                 string    As shown on the platform
        is_connected         boolean   Attached to this sub-account already
        username             string    The name after ``@``
        page_id              string    Instagram: the Facebook page behind the account
        urn                  string    LinkedIn: its resource name
        is_owned             boolean   Facebook: owned by the user who logged in
        is_business_account  boolean   Instagram: a business account
        verified             boolean   Verified by the platform
        protected            boolean   X: posts are protected
        account_id           string    The login's ``account_id``
        location_id          string    The sub-account
        avatar               string    Address of the picture
        ==================== ========= ============================================================

        Kinds are the dtypes ``string``, ``category`` and ``boolean``.

    Raises
    ------
    LoginError
        If the login is not finished; the message says why.
    GHLError
        See `ghl_notebook.errors`.
    """
    return through(client, _available_accounts, login)


@overload
def attach(client: Client, login: FinishedLogin, origin_id: str) -> AttachedAccount: ...
@overload
def attach(
    client: AsyncClient, login: FinishedLogin, origin_id: str
) -> Coroutine[Any, Any, AttachedAccount]: ...
@guarded
def attach(
    client: Client | AsyncClient, login: FinishedLogin, origin_id: str
) -> AttachedAccount | Awaitable[AttachedAccount]:
    """Attach one of the available accounts to the sub-account (step 3).

    ``POST /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``, for Google
    ``…/locations/{accountId}`` (scope ``socialplanner/oauth.write``), after one GET of the same
    path for the account's details.

    Parameters
    ----------
    client : Client or AsyncClient
        With an `AsyncClient` the result is to be awaited.
    login : ConnectAccount
        A finished login.
    origin_id : str
        From the column ``origin_id`` of `fetch_available_accounts`.

    Returns
    -------
    AttachedAccount
        The account as the service now holds it.

    Raises
    ------
    ArgumentError
        If the login may attach no account of that id.
    LoginError
        If the login is not finished; the message says why.
    GHLError
        See `ghl_notebook.errors`.
    """
    return through(client, _attach, login, origin_id)


@overload
def detach(client: Client, accounts: Accounts) -> pd.DataFrame: ...
@overload
def detach(client: AsyncClient, accounts: Accounts) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
def detach(
    client: Client | AsyncClient,
    accounts: str | Iterable[str] | Mapping[str, Any] | pd.DataFrame,
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Detach accounts from the sub-account, without asking: their scheduled posts then fail.

    ``DELETE /social-media-posting/{locationId}/accounts/{id}`` (scope
    ``socialplanner/account.write``), once per account; before and after it ``GET
    /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``)

    Parameters
    ----------
    client : Client or AsyncClient
        Of the sub-account. With an `AsyncClient`, await the result.
    accounts : str, iterable of str, pandas.Series or pandas.DataFrame
        What to detach: an ``id`` of `fetch_accounts` or several, a row of it, or several rows. If
        one of them is not connected, nothing is detached.

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
    return through(client, _detach, accounts)


def accounts_job(*, deleted: bool) -> Job:
    """Return the job of fetching all sub-accounts' accounts."""
    # Not before it is needed: most who fetch have one sub-account.
    from ghl_notebook.agency import Job

    return Job(
        name="accounts",
        ask=_account_rows,
        table=AccountsTable,
        frame=agency_accounts_frame,
        options={"deleted": deleted},
    )


async def _account_rows(client: AsyncClient) -> AccountRows:
    return await client.accounts.rows()


async def _accounts(client: AsyncClient, *, deleted: bool) -> pd.DataFrame:
    return accounts_frame(await client.accounts.list(), deleted=deleted)


async def _available_accounts(client: AsyncClient, login: FinishedLogin) -> pd.DataFrame:
    platform, account_id = _finished(login)
    return available_accounts_frame(
        await client.oauth.available_accounts(platform, account_id),
        account_id=account_id,
        location_id=client.location_id,
    )


async def _attach(client: AsyncClient, login: FinishedLogin, origin_id: str) -> AttachedAccount:
    platform, account_id = _finished(login)
    available = await client.oauth.available_accounts(platform, account_id)
    chosen = next((a for a in available if a.origin_id == origin_id), None)
    if chosen is None:
        ids = ", ".join(str(a.origin_id) for a in available[:20]) or "none"
        raise ArgumentError(
            f"The login may not attach {origin_id!r}.",
            f"Choose an origin_id of fetch_available_accounts(): {ids}.",
        )
    return await client.oauth.attach(platform, account_id, chosen)


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
    return await _accounts(client, deleted=False)


def _ids_of(accounts: Any, location_id: str) -> list[str]:
    """Read which accounts of a sub-account are meant, each of them once."""
    if not isinstance(accounts, Iterable):
        raise ArgumentError(
            f"accounts is a {type(accounts).__name__}.", "Pass ids or rows of fetch_accounts()."
        )
    if isinstance(accounts, Mapping | pd.Series) and "id" in accounts:
        accounts = pd.DataFrame([accounts])
    if isinstance(accounts, pd.DataFrame) and "location_id" in accounts:
        for other in accounts["location_id"]:
            if other != location_id:
                raise ArgumentError(
                    f"An account belongs to the sub-account {other}, the client to {location_id}.",
                    "Use the client of that sub-account.",
                )
    return list(dict.fromkeys(read_ids(accounts) or ()))


def _finished(login: FinishedLogin) -> tuple[str, str]:
    if not hasattr(login, "finished"):
        raise ArgumentError(
            f"The second argument is a {type(login).__name__}, not a login.",
            "Pass the ConnectAccount that you displayed.",
        )
    return login.finished()
