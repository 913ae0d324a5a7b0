"""The names of what posts show by id: accounts, tags, and users."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextvars import ContextVar
from typing import Final

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.ahead import side_by_side
from ghl_notebook.api.paging import Page
from ghl_notebook.errors import (
    AuthenticationError,
    BadRequestError,
    GHLError,
    NotFoundError,
    PermissionDeniedError,
    UnexpectedAnswerError,
)
from ghl_notebook.models import Account

from .paging import fetch_list, list_name

_LOG: Final = logging.getLogger("ghl_notebook.fetch")

REPORTED: ContextVar[set[str] | None] = ContextVar("REPORTED", default=None)
"""The columns that a run over an agency has already reported as unavailable."""

Names = Mapping[str, str]
"""Id → name."""

UNAVAILABLE: Final = (
    *(AuthenticationError, PermissionDeniedError),
    *(BadRequestError, NotFoundError, UnexpectedAnswerError),
)
"""Why a list cannot be read although the posts can: for instance, a missing scope."""


class ConnectedAccounts:
    """The accounts of a sub-account, listed only if they are needed, and once.

    Parameters
    ----------
    client : AsyncClient
        The client of the sub-account.

    Attributes
    ----------
    is_reported : bool
        Whether a warning reports that they cannot be listed.
    """

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._lock = asyncio.Lock()  # pages are fetched side by side
        self._found: list[Account] | GHLError | None = None
        self.is_reported = False

    async def list(self) -> list[Account]:
        """Return the accounts, including detached ones. Raises the same error each time."""
        async with self._lock:
            if self._found is None:
                try:
                    self._found = (await self._client.accounts.list()).accounts
                except UNAVAILABLE as error:
                    self._found = error
        if isinstance(self._found, GHLError):
            raise self._found
        return self._found


async def find_names(
    client: AsyncClient, columns: Collection[str], accounts: ConnectedAccounts
) -> dict[str, Names]:
    """Return column of posts → id → name; without the columns whose names cannot be read.

    Parameters
    ----------
    client : AsyncClient
        The client of the sub-account.
    columns : collection of str
        Columns with ids. No request is sent for the names of others, which are empty.
    accounts : ConnectedAccounts
        The accounts of the sub-account.
    """
    fetches: dict[str, Callable[[], Awaitable[Names]]] = {
        "account": functools.partial(_account_names, accounts),
        "tags": functools.partial(_tag_names, client),
        "author": functools.partial(_user_names, client),
    }
    calls = [functools.partial(_try, one) for name, one in fetches.items() if name in columns]
    results = iter(await side_by_side(client, calls))
    names: dict[str, Names] = {}
    for column in fetches:
        found = next(results) if column in columns else {}
        if not isinstance(found, GHLError):
            names[column] = found
        elif column != "account" or not accounts.is_reported:
            _report(client, column, found)
    return names


async def _try(fetch: Callable[[], Awaitable[Names]]) -> Names | GHLError:
    try:
        return await fetch()
    except UNAVAILABLE as error:
        return error


def _report(client: AsyncClient, column: str, error: GHLError) -> None:
    """Log why a column is NA; in a run over an agency, only for the first sub-account."""
    reported = REPORTED.get()
    if reported is not None and column in reported:
        return
    words = "%s: the column %s is NA, because the names cannot be read: %s"
    if reported is not None:
        reported.add(column)
        words += " This is reported for one sub-account only."
    _LOG.warning(words, list_name("posts", client), column, error)


async def _account_names(accounts: ConnectedAccounts) -> Names:
    return {one.id: one.name for one in await accounts.list() if one.id and one.name}


async def _tag_names(client: AsyncClient) -> Names:
    async def fetch_page(skip: int, limit: int) -> Page:
        page = await client.tags.list(skip=skip, limit=limit)
        return page.tags, page.count

    tags = await fetch_list(client, "tags", fetch_page, lambda _done, _total: None)
    return {one.id: one.tag for one in tags if one.id and one.tag}


async def _user_names(client: AsyncClient) -> Names:
    return {one.id: one.full_name for one in await client.users() if one.id and one.full_name}
