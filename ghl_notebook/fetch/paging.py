"""Lists of one sub-account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from ghl_notebook.api import AsyncClient
from ghl_notebook.api.paging import Page, Report, all_pages
from ghl_notebook.models import Record

from .unfit import warn_of_unfit


async def fetch_list(
    client: AsyncClient,
    name: str,
    fetch_page: Callable[[int, int], Awaitable[Page]],
    report: Report,
    take: Callable[[list[Any]], object] | None = None,
) -> list[Any]:
    """Fetch all pages of a list; see `all_pages`. Warnings name the sub-account."""
    name = list_name(name, client)
    kept: list[Any] = []
    records: list[Record] = []  # rows fit their columns

    def take_page(found: list[Any]) -> None:
        records.extend(one for one in found if isinstance(one, Record))
        (take or kept.extend)(found)

    await all_pages(client, name, fetch_page, report, take_page)
    warn_of_unfit(name, records)
    return kept


def list_name(name: str, client: AsyncClient) -> str:
    """Name a list with its sub-account: a run over an agency has many lists."""
    return f"{name} of sub-account {client.location_id}"
