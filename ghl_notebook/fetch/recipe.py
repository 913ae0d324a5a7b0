"""How each type of records is fetched: from one sub-account or many, with sync or async clients.

A recipe defines how one sub-account is fetched, and how its records become a DataFrame. Clients and
agencies use the same recipes.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Literal,
    ParamSpec,
    Protocol,
    cast,
    overload,
)

from ghl_notebook.api import Agency, AsyncAgency, AsyncClient, Client
from ghl_notebook.api.operation import with_rows
from ghl_notebook.api.paging import Page, Report
from ghl_notebook.frames import FrameLayout, Rows, RowsTable, agency_frame
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded
from ghl_notebook.models import format_datetime

from .account_filter import SEEN, check_seen
from .dispatch import call_all, call_one, reject_run_options
from .names import REPORTED
from .options import Fetched, name_options
from .paging import fetch_list

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchSpec

P = ParamSpec("P")

AnyClient = Client | AsyncClient | Agency | AsyncAgency
"""Everything that a user can fetch from."""


@dataclass(frozen=True)
class FetchRecipe:
    """How one type of records is fetched. Workers receive recipes, so their functions must pickle.

    Attributes
    ----------
    layout : FrameLayout
        The columns of the DataFrame, and its name in progress bars and folders.
    fetch_rows : callable
        Fetches all rows of one sub-account. Its arguments are the client, a function to report
        progress to, and the filters.
    """

    layout: FrameLayout
    fetch_rows: Callable[..., Awaitable[Rows]]

    @property
    def name(self) -> str:
        """Its name in progress bars and folders."""
        return self.layout.name

    async def fetch_frame(
        self, client: AsyncClient, /, report: Report, **filters: Any
    ) -> pd.DataFrame:
        """Fetch a single sub-account."""
        began = client.clock()
        frame = (await self.fetch_rows(client, report, **filters)).frame(client.location_id)
        frame.attrs |= facts_of(client, began, filters)
        return frame


def facts_of(
    client: AsyncClient, fetched_at: datetime, filters: Mapping[str, Any] = {}
) -> dict[str, Any]:
    """Describe a fetch for ``attrs``: when, from which sub-account, for which period."""
    return {
        "fetched_at": format_datetime(fetched_at),
        "location_id": client.location_id,
        **{name: filters[name] for name in ("since", "until") if name in filters},
    }


def paged_recipe(layout: FrameLayout, resource: str) -> FetchRecipe:
    """Return the recipe of a list that is fetched page by page.

    Parameters
    ----------
    layout : FrameLayout
        As for `FetchRecipe`.
    resource : str
        The client's attribute whose method ``list`` fetches a page; it takes the filters of the
        recipe.
    """
    return FetchRecipe(layout, functools.partial(_fetch_pages, layout, resource))


async def _fetch_pages(
    layout: FrameLayout, resource: str, client: AsyncClient, report: Report, **filters: Any
) -> Rows:
    operations = with_rows(getattr(client, resource), layout.reader)
    rows = Rows(layout)

    async def fetch_page(skip: int, limit: int) -> Page:
        return layout.reader.content(await operations.list(skip=skip, limit=limit, **filters))

    await fetch_list(client, layout.name, fetch_page, report, rows.add)
    return rows


class FetchFunction(Protocol[P]):
    """A fetch function for type checkers: an async client or agency makes it a coroutine."""

    __name__: str

    # A lazy DataFrame is dask's, which type checkers need not know.
    @overload
    def __call__(self, client: Agency, *args: Any, lazy: Literal[True], **kwargs: Any) -> Any: ...
    @overload
    def __call__(
        self, client: AsyncAgency, *args: Any, lazy: Literal[True], **kwargs: Any
    ) -> Coroutine[Any, Any, Any]: ...
    @overload
    def __call__(
        self, client: Client | Agency, *args: P.args, **kwargs: P.kwargs
    ) -> pd.DataFrame: ...
    @overload
    def __call__(
        self, client: AsyncClient | AsyncAgency, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, pd.DataFrame]: ...


def typed_by_client(function: Callable[Concatenate[AnyClient, P], Any]) -> FetchFunction[P]:
    """Show type checkers what a function returns for each client, and show its options by name."""
    return cast("FetchFunction[P]", name_options(function))


def fetch(
    client: AnyClient, recipe: FetchRecipe, filters: Mapping[str, Any], options: Mapping[str, Any]
) -> Fetched:
    """Fetch one type of records, from one sub-account or all.

    Raises `ArgumentError` if `client` is not a client, or an option is for an agency only.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Where to fetch from.
    recipe : FetchRecipe
        What to fetch.
    filters : Mapping
        Which records; plain values, which are stored to recognize an interrupted run.
    options : Mapping
        ``progress`` and, for an agency, the other options of a run. Options of None or False count
        as left out.
    """
    if isinstance(client, Agency | AsyncAgency):
        return call_all(client, spec_of(recipe, filters), options)
    reject_run_options(options, "progress")
    if options.get("progress") and isinstance(client, Client | AsyncClient):
        return _fetch_with_bar(client, recipe, filters)
    return call_one(client, recipe.fetch_frame, _ignore, **filters)


def spec_of(recipe: FetchRecipe, filters: Mapping[str, Any]) -> FetchSpec:
    """Return what a run needs to fetch the records of all sub-accounts."""
    # Imported late: most users fetch from one sub-account.
    from ghl_notebook.agency import FetchSpec

    seen: dict[str, list[str] | None] = {}
    return FetchSpec(
        name=recipe.name,
        fetch_one=functools.partial(_fetch_one, recipe, filters, set(), seen),
        new_table=functools.partial(RowsTable, recipe.layout),
        make_frame=functools.partial(agency_frame, recipe.layout),
        check=functools.partial(check_seen, filters.get("accounts"), seen),
        options=dict(filters),
    )


def _fetch_with_bar(
    client: Client | AsyncClient, recipe: FetchRecipe, filters: Mapping[str, Any]
) -> Fetched:
    from ghl_notebook.agency import SingleFetch, wait_for, watch

    core = client.core if isinstance(client, Client) else client
    single = SingleFetch(lambda report: recipe.fetch_frame(core, report, **filters))
    if isinstance(client, Client):
        frame: pd.DataFrame = wait_for(single, recipe.name, progress=True)
        return frame
    return guarded(watch)(single, recipe.name, progress=True)


async def _fetch_one(
    recipe: FetchRecipe,
    filters: Mapping[str, Any],
    reported: set[str],
    seen: dict[str, list[str] | None],
    client: AsyncClient,
) -> Rows:
    REPORTED.set(reported)
    SEEN.set(seen)
    return await recipe.fetch_rows(client, _ignore, **filters)


def _ignore(_done: int, _total: int) -> None:
    pass
