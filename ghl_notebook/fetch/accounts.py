"""From a client to a DataFrame in one call."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol, Unpack, overload

from ghl_notebook.api import Agency, AsyncAgency, AsyncClient, Client
from ghl_notebook.api.operation import with_rows
from ghl_notebook.api.paging import Report
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import (
    ACCOUNT_LAYOUT,
    AVAILABLE_LAYOUT,
    Rows,
    account_rows,
    available_accounts_frame,
    document_columns,
)
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded

from .dispatch import call_one, reject_run_options
from .options import FetchOptions
from .paging import list_name
from .recipe import AnyClient, FetchRecipe, facts_of, fetch, typed_by_client
from .unfit import warn_of_unfit


class FinishedLogin(Protocol):
    """A login of `ConnectAccount`, as far as these functions need it."""

    def finished(self) -> tuple[str, str]:
        """Return platform and account id, or raise a `LoginError` with the reason."""
        ...


@guarded
@typed_by_client
@document_columns(ACCOUNT_LAYOUT)
def fetch_accounts(
    client: AnyClient, *, deleted: bool = False, **options: Unpack[FetchOptions]
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch all connected accounts, of one sub-account or a whole agency.

    Calls ``GET /social-media-posting/{locationId}/accounts`` (scope
    ``socialplanner/account.readonly``).

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        With an async one, await the result.
    deleted : bool, default False
        Also return accounts that the API marks as deleted.
    locations : sequence of str or pandas.DataFrame, optional
        Agency only: the sub-accounts to fetch, as ids or rows of `fetch_locations`. By default,
        all.
    progress : bool or None, default False
        Agency only: show a bar with rate, failures, and time left. With None there is no bar, and
        the log does not report failures on stderr: use it if you show them yourself.
    folder : str or pathlib.Path, optional
        Agency only: store what is fetched in this folder, part by part. The same call resumes an
        interrupted run within a day; every stored file is checked first. A complete run stays there
        with its date, and the next call starts a new one: see `list_runs`.
    in_flight : int, optional
        Agency only: requests at once; with `engine`, per worker. By default, the number adapts to
        how fast the API responds.
    engine : distributed.Client, optional
        Agency only: a client of dask.distributed (extra ``dask``). Its workers fetch the
        sub-accounts in batches. Access tokens are issued on this computer; workers receive those of
        their sub-accounts, but never the agency's. See Notes.
    lazy : bool, default False
        With `engine` only: return a dask DataFrame, which fetches when it is computed.

    Returns
    -------
    pandas.DataFrame
        One row per account in the API's order, with a new integer index and the same columns even
        if empty. For an agency, rows are in the order of its sub-accounts,
        ``location_name`` comes first, and ``attrs["failures"]`` lists what is missing; see
        `failures`. ``attrs`` also say when (``fetched_at``, in UTC) and from which sub-accounts
        (``location_id``, or ``company_id`` and ``location_ids``) a DataFrame was fetched, and for
        which period (``since``, ``until``). The stop button, or Ctrl-C, ends such a run and returns
        what was fetched. With ``lazy=True``, a dask DataFrame with the same columns. Each partition
        holds some sub-accounts and has its own ``attrs["failures"]``;
        ``frame.map_partitions(ghl.failures, meta=...)`` lists them all.

        {columns}

    Raises
    ------
    GHLError
        See `ghl_notebook.errors`.

    Notes
    -----
    The OpenAPI file does not list `oauth_id`, `avatar`, `deleted`, and the columns about statistics
    for every account. Missing values are NA.

    With `engine`, install the same version of ghl-notebook on the scheduler and the workers. The
    tasks contain the access tokens of sub-accounts, in objects that never show them. The tokens are
    in the memory of the scheduler and the workers: use only computers that you trust as much as
    this one, and dask's TLS on an untrusted network. If a worker dies, other workers fetch its
    batches. A batch that has lost several workers (dask's ``allowed-failures``) is not tried again:
    its sub-accounts are listed among the failures as `WorkerError`. If you stop a run, workers
    finish the batches that they are fetching.

    With ``lazy=True``, all access tokens are issued before the function returns. Tokens are valid
    for a day, less if they were cached. A sub-account whose token has expired when the DataFrame is
    computed is listed among the failures as `InvalidTokenError`. The index restarts in each
    partition.
    """
    if not isinstance(client, Agency | AsyncAgency):
        reject_run_options(options)
    return fetch(client, ACCOUNTS, {"deleted": deleted}, options)


@overload
def fetch_available_accounts(client: Client, login: FinishedLogin) -> pd.DataFrame: ...
@overload
def fetch_available_accounts(
    client: AsyncClient, login: FinishedLogin
) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
@document_columns(AVAILABLE_LAYOUT)
def fetch_available_accounts(
    client: Client | AsyncClient, login: FinishedLogin
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Fetch the accounts that a finished login can attach (step 2).

    Calls ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``, for
    Google ``…/locations/{accountId}`` (scope ``socialplanner/oauth.readonly``).

    Parameters
    ----------
    client : Client or AsyncClient
        With an `AsyncClient`, await the result.
    login : ConnectAccount
        A finished login.

    Returns
    -------
    pandas.DataFrame
        One row per page, profile, channel, or business location, in the API's order, with a new
        integer index and the same columns even if empty.

        {columns}

    Raises
    ------
    LoginError
        If the login is not finished; the message gives the reason.
    GHLError
        See `ghl_notebook.errors`.
    """
    return call_one(client, _available_accounts, login)


async def _accounts(client: AsyncClient, _report: Report, *, deleted: bool) -> Rows:
    operations = with_rows(client.accounts, ACCOUNT_LAYOUT.reader)
    found = await operations.list()
    warn_of_unfit(list_name(ACCOUNTS.name, client), [*found.accounts, *found.groups])
    return account_rows(found, deleted=deleted)


ACCOUNTS = FetchRecipe(ACCOUNT_LAYOUT, _accounts)


async def _available_accounts(client: AsyncClient, login: FinishedLogin) -> pd.DataFrame:
    platform, account_id = finished_login(login)
    began = client.clock()
    frame = available_accounts_frame(
        await client.oauth.available_accounts(platform, account_id),
        account_id=account_id,
        location_id=client.location_id,
    )
    frame.attrs |= facts_of(client, began)
    return frame


def finished_login(login: FinishedLogin) -> tuple[str, str]:
    """Return the platform and the account id of a login; raises a `GHLError` if it has none."""
    if not hasattr(login, "finished"):
        raise ArgumentError(
            f"The second argument is a {type(login).__name__}, not a login.",
            "Pass the ConnectAccount that you displayed.",
        )
    return login.finished()
