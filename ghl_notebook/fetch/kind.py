"""The one way from a client, or an agency, to a frame of records: each kind is written down once.

A kind says how one sub-account is asked and what its records look like as a frame. Whether one
sub-account is asked or thousands, and by which door, is no matter of the kind.
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
from ghl_notebook.frames import Form, RowsTable, agency_frame

from .options import Fetched, name_options
from .paging import Told
from .through import of_all, refuse_run_options, through

if TYPE_CHECKING:
    from ghl_notebook.agency import Job

P = ParamSpec("P")

AnyClient = Client | AsyncClient | Agency | AsyncAgency
"""Whatever a user fetches from."""


class Found(NamedTuple):
    """What a sub-account has answered.

    Attributes
    ----------
    records : sequence
        In the order of the rows.
    attrs : Mapping
        What else is to be said of the frame of one sub-account, as its ``attrs``.
    """

    records: Sequence[Any]
    attrs: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Kind:
    """One kind of records. It is sent to workers, so its functions are those of a module.

    Attributes
    ----------
    name : str
        Its name, in progress bars and folders.
    form : Form
        What the frame looks like.
    find : callable
        Asks one sub-account's client for all of its records; is given the client, whom to tell how
        far it is, and what was asked for.
    """

    name: str
    form: Form
    find: Callable[..., Awaitable[Found]]

    async def packed(self, client: AsyncClient, /, **asked: Any) -> bytes:
        """Ask one sub-account of many."""
        found = await self.find(client, _tell_nobody, **asked)
        return self.form.pack(found.records, client.location_id)

    async def framed(self, client: AsyncClient, /, told: Told, **asked: Any) -> pd.DataFrame:
        """Ask the one sub-account."""
        found = await self.find(client, told, **asked)
        frame = self.form.frame(found.records, client.location_id)
        frame.attrs.update(found.attrs)
        return frame


class ByDoor(Protocol[P]):
    """A function that fetches, as a type checker sees it: by the door, a frame or its promise."""

    __name__: str

    # A lazy frame is dask's, which nobody's checker has to know.
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


def by_door(function: Callable[Concatenate[AnyClient, P], Any]) -> ByDoor[P]:
    """Tell type checkers what a function returns for each door, and show its options by name."""
    return cast("ByDoor[P]", name_options(function))


def fetch(
    client: AnyClient, kind: Kind, asked: Mapping[str, Any], options: Mapping[str, Any]
) -> Fetched:
    """Fetch one kind of records, of one sub-account or of all.

    Parameters
    ----------
    client : Client, AsyncClient, Agency or AsyncAgency
        Whom to ask.
    kind : Kind
        What for.
    asked : Mapping
        Which of them; plain values, because a run that is gone on with has the same.
    options : Mapping
        ``progress`` and, of an agency, the other options of a run; those that are None or False
        are left out.

    Raises
    ------
    ArgumentError
        If it is no client, or an option is for an agency only.
    """
    if isinstance(client, Agency | AsyncAgency):
        return of_all(client, job_of(kind, asked), options)
    refuse_run_options(options, "progress")
    if options.get("progress") and isinstance(client, Client | AsyncClient):
        return _shown(client, kind, asked)
    return through(client, kind.framed, _tell_nobody, **asked)


def job_of(kind: Kind, asked: Mapping[str, Any]) -> Job:
    """Return the job of fetching a kind of records of all sub-accounts."""
    # Not before it is needed: most who fetch have one sub-account.
    from ghl_notebook.agency import Job

    return Job(
        name=kind.name,
        ask=functools.partial(kind.packed, **asked),
        table=functools.partial(RowsTable, kind.form),
        frame=functools.partial(agency_frame, kind.form),
        options=dict(asked),
    )


def _shown(client: Client | AsyncClient, kind: Kind, asked: Mapping[str, Any]) -> Fetched:
    from ghl_notebook.agency import One, wait_for, watch

    core = client.core if isinstance(client, Client) else client
    one = One(lambda told: kind.framed(core, told, **asked))
    if isinstance(client, Client):
        frame: pd.DataFrame = wait_for(one, kind.name, progress=True)
        return frame
    return watch(one, kind.name, progress=True)


def _tell_nobody(_done: int, _total: int) -> None:
    pass
