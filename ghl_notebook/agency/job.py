"""What a run asks every sub-account for, and what it makes of the answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import pandas as pd
import pyarrow as pa

from ghl_notebook.api import AsyncClient


class Place(NamedTuple):
    """A sub-account that a run goes to."""

    location_id: str
    location_name: str | None


class Table(Protocol):
    """Gathers answers as Arrow tables."""

    def add(self, answer: Any, *, location_id: str, location_name: str | None) -> None:
        """Add the answer of one sub-account."""
        ...

    def take(self) -> pa.Table:
        """Return what was added since it was last taken."""
        ...


@dataclass(frozen=True)
class Job:
    """One kind of data of every sub-account.

    Attributes
    ----------
    name : str
        Its name, in progress bars and folders.
    ask : callable
        Asks one sub-account's client; what `Table.add` is given.
    table : callable
        Makes what gathers the answers; called with `options`.
    frame : callable
        Makes the DataFrame of tables, in the order of the sub-accounts' ids.
    options : Mapping
        What was asked for. A run that is gone on with has the same.
    """

    name: str
    ask: Callable[[AsyncClient], Awaitable[Any]]
    table: Callable[..., Table]
    frame: Callable[[Iterable[pa.Table], Sequence[str]], pd.DataFrame]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """The columns of its tables."""
        return self.table(**self.options).take().schema
