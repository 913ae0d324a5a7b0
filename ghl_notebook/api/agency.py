"""The client of an agency, for cells and scripts."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from ghl_notebook.auth import Clock
from ghl_notebook.guard import guarded
from ghl_notebook.secret import Secret
from ghl_notebook.settings import now
from ghl_notebook.summary import summarize
from ghl_notebook.transport import Limits

from .async_agency import AsyncAgency
from .blocking import blocking
from .client import Client

if TYPE_CHECKING:
    from ghl_notebook.auth import AgencyCredential


@guarded
class Agency:
    """An agency: all its sub-accounts at once, for cells and scripts.

    Every ``fetch_*`` function that accepts a `Client` also accepts an agency, and returns one
    DataFrame of all its sub-accounts. The parameters are the same as for `AsyncAgency`, which does
    the work in a background thread.

    Attributes
    ----------
    core : AsyncAgency
        The object that does the work. Await it only in ghl_notebook's own event loop.

    Raises
    ------
    SettingsError
        If the credential of an agency is missing, or there are several to choose from.
    StorageError
        If a stored login cannot be read.

    Examples
    --------
    >>> agency = Agency()                                             # doctest: +SKIP
    >>> [location.name for location in agency.locations()]            # doctest: +SKIP
    ['Harbour Coffee Roasters', 'Nordlicht Yoga']
    """

    def __init__(
        self,
        token: str | Secret | None = None,
        company_id: str | None = None,
        *,
        credential: AgencyCredential | None = None,
        base_url: str | None = None,
        allowed_origins: tuple[str, ...] | None = None,
        api_version: str | None = None,
        timeout: float = 30.0,
        total_timeout: float = 120.0,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = now,
    ) -> None:
        token = None if token is None else Secret(token)  # this frame may be shown with its locals
        self.core = AsyncAgency(
            token,
            company_id,
            credential=credential,
            base_url=base_url,
            allowed_origins=allowed_origins,
            api_version=api_version,
            timeout=timeout,
            total_timeout=total_timeout,
            transport=transport,
            clock=clock,
        )

    @property
    def company_id(self) -> str:
        """The agency."""
        return self.core.company_id

    @property
    def credential(self) -> AgencyCredential:
        """The credential. Read its ``kind`` and ``source``; its value is never shown."""
        return self.core.credential

    @property
    def limits(self) -> Limits:
        """Calls left for the agency itself, as reported by the API's last answer."""
        return self.core.limits

    @property
    def clock(self) -> Clock:
        """Returns the current time, with a time zone; in a demo, the demo's time."""
        return self.core.clock

    def client(self, location_id: str) -> Client:
        """Return a client of one sub-account, which uses the agency's connections.

        Parameters
        ----------
        location_id : str
            The sub-account. The first call fails if it is not one of the agency's.
        """
        return Client.of(self.core.client(location_id))

    def __repr__(self) -> str:
        return f"{type(self).__name__}{repr(self.core).removeprefix('AsyncAgency')}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return summarize(type(self).__name__, self.summary)

    @property
    def summary(self) -> list[tuple[str, object]]:
        """The rows that a notebook shows, without a request."""
        return self.core.summary

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    close = blocking(AsyncAgency.aclose)
    locations = blocking(AsyncAgency.locations)
