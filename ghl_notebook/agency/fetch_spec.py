"""Specifies what a run fetches from each sub-account, and how results become a DataFrame."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import pandas as pd
import pyarrow as pa

from ghl_notebook.api import AsyncClient
from ghl_notebook.models import format_datetime


class SubAccount(NamedTuple):
    """A sub-account of the agency."""

    location_id: str
    location_name: str | None


class TableBuilder(Protocol):
    """Collects results as Arrow tables."""

    def add(self, answer: Any, *, location_id: str, location_name: str | None) -> None:
        """Add the result of one sub-account."""
        ...

    def take(self) -> pa.Table:
        """Return the rows added since the last call."""
        ...


def facts_of(
    fetched_at: datetime, company_id: str, location_ids: Sequence[str], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe a run for ``attrs``: when, from which sub-accounts, for which period."""
    return {
        "fetched_at": format_datetime(fetched_at),
        "company_id": company_id,
        "location_ids": list(location_ids),
        **{name: options[name] for name in ("since", "until") if name in options},
    }


@dataclass(frozen=True)
class FetchSpec:
    """The data to fetch from every sub-account.

    Attributes
    ----------
    name : str
        Its name in progress bars and folders.
    fetch_one : callable
        Fetches from one sub-account's client; returns what `TableBuilder.add` accepts.
    new_table : callable
        Returns a `TableBuilder`; called with `options`.
    make_frame : callable
        Makes the DataFrame from tables, in the order of the given sub-account ids.
    check : callable, optional
        Called after a run, with the ids of all sub-accounts and of the missing ones; raises if the
        filters match nothing that exists.
    options : Mapping
        The filters. A run is resumed only by a call with the same ones.
    """

    name: str
    fetch_one: Callable[[AsyncClient], Awaitable[Any]]
    new_table: Callable[..., TableBuilder]
    make_frame: Callable[[Iterable[pa.Table], Sequence[str]], pd.DataFrame]
    check: Callable[[Sequence[str], Sequence[str]], None] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """The columns of its tables."""
        return self.new_table(**self.options).take().schema
