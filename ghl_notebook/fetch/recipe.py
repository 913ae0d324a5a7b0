"""How each type of records is fetched: from one sub-account or many, with sync or async clients.

A recipe defines how one sub-account is fetched, and how its records become a DataFrame. Clients and
agencies use the same recipes.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Literal,
    NamedTuple,
    ParamSpec,
    Protocol,
    cast,
    overload,
)

import pandas as pd

from ghl_notebook.api import Agency, AsyncAgency, AsyncClient, Client
from ghl_notebook.frames import FrameLayout, RowsTable, agency_frame

from .dispatch import call_all, call_one, reject_run_options
from .options import Fetched, name_options
from .paging import Report, all_pages, list_name
from .unfit import warn_of_unfit

if TYPE_CHECKING:
    from ghl_notebook.agency import FetchSpec

P = ParamSpec("P")

AnyClient = Client | AsyncClient | Agency | AsyncAgency
"""Everything that a user can fetch from."""


class Records(NamedTuple):
    """The records of one sub-account.

    Attributes
    ----------
    records : sequence
        In the order of the rows.
    attrs : Mapping
        Further facts for the ``attrs`` of the DataFrame of one sub-account.
    """

    records: Sequence[Any]
    attrs: Mapping[str, Any] = {}


@dataclass(frozen=True)
class FetchRecipe:
    """How one type of records is fetched. Workers receive recipes, so their functions must pickle.

    Attributes
    ----------
    name : str
        Its name in progress bars and folders.
    layout : FrameLayout
        The columns of the DataFrame.
    fetch_records : callable
        Fetches all records of one sub-account. Its arguments are the client, a function to report
        progress to, and the filters.
    """

    name: str
    layout: FrameLayout
    fetch_records: Callable[..., Awaitable[Records]]

    async def fetch_packed(self, client: AsyncClient, /, **filters: Any) -> bytes:
        """Fetch one of many sub-accounts."""
        found = await self.fetch_records(client, _ignore, **filters)
        warn_of_unfit(list_name(self.name, client), found.records)
        return self.layout.pack(found.records, client.location_id)

    async def fetch_frame(
        self, client: AsyncClient, /, report: Report, **filters: Any
    ) -> pd.DataFrame:
        """Fetch a single sub-account."""
        found = await self.fetch_records(client, report, **filters)
        warn_of_unfit(list_name(self.name, client), found.records)
        frame = self.layout.frame(found.records, client.location_id)
        frame.attrs.update(found.attrs)
        return frame


def paged_recipe(
    name: str,
    layout: FrameLayout,
    fetch_page: Callable[..., Awaitable[tuple[list[Any], int | None]]],
) -> FetchRecipe:
    """Return the recipe of a list that is fetched page by page.

    Parameters
    ----------
    name, layout
        As for `FetchRecipe`.
    fetch_page : callable
        As for `all_pages`, with the client before these arguments, and the filters after.
    """
    return FetchRecipe(name, layout, functools.partial(_fetch_pages, name, fetch_page))


async def _fetch_pages(
    name: str,
    fetch_page: Callable[..., Awaitable[tuple[list[Any], int | None]]],
    client: AsyncClient,
    report: Report,
    **filters: Any,
) -> Records:
    fetch = functools.partial(fetch_page, client, **filters)
    return Records(await all_pages(list_name(name, client), fetch, report))


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
    """Tell type checkers what a function returns for each client, and show its options by name."""
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

    return FetchSpec(
        name=recipe.name,
        fetch_one=functools.partial(recipe.fetch_packed, **filters),
        new_table=functools.partial(RowsTable, recipe.layout),
        make_frame=functools.partial(agency_frame, recipe.layout),
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
    return watch(single, recipe.name, progress=True)


def _ignore(_done: int, _total: int) -> None:
    pass
