"""A whole agency: its sub-accounts, and a client of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import httpx

from ghl_notebook.auth import Clock, resolve_agency_credential
from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.models import Location, has_none, total_of
from ghl_notebook.secret import Secret
from ghl_notebook.settings import now, read_allowed_origins, read_base_url
from ghl_notebook.summary import summarize
from ghl_notebook.transport import (
    API_VERSION,
    Limits,
    RetryBudget,
    Sender,
    open_transport,
    rate_limiter_of,
)

from .ahead import Concurrency
from .arguments import check_kind, check_sending, read_location_id
from .async_client import AsyncClient
from .scopes import naming_scope

_LOG: Final = logging.getLogger("ghl_notebook.api")
_PAGE: Final = 100
"""Rows of a page: the most that the service gives."""
_PAGES_AT_ONCE: Final = 8


if TYPE_CHECKING:
    from ghl_notebook.auth import AgencyCredential

    from .worker_agency import WorkerAgency


@guarded
class AsyncAgency:
    """An agency, for code that awaits. `Agency` is the same for cells and scripts.

    The sub-accounts' access tokens are issued as they are needed, and stored for their day.

    Parameters
    ----------
    token : str or Secret, optional
        OAuth access token of the agency. When left out: ``GHL_REFRESH_TOKEN``, else what `log_in`
        has stored.
    company_id : str, optional
        The agency. ``GHL_COMPANY_ID`` when left out, else that of the only stored agency login.
    credential : AgencyCredential, optional
        What proves who asks, in place of `token` and `company_id`.
    base_url : str, optional
        The API's address. ``GHL_BASE_URL`` or https://services.leadconnectorhq.com when left out.
    allowed_origins : tuple of str, optional
        As for `AsyncClient`, for the clients of its sub-accounts.
    api_version : str, optional
        As for `AsyncClient`; ``"v3"`` also lists sub-accounts in that version's pages.
    timeout : float, default 30
        Seconds for each phase of a request: to connect, to send, to wait, to read.
    total_timeout : float, default 120
        Seconds for one call with all its retries; waiting for the API's rate limit does not count.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests.
    clock : callable, optional
        The current time, with a time zone.

    Attributes
    ----------
    credential : AgencyCredential
        What proves who asks. Its ``kind`` and ``source`` say which, nothing its value.

    Raises
    ------
    SettingsError
        If there is no credential of an agency, or several to choose from.
    StorageError
        If a stored login cannot be read.
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
        if credential is not None:
            check_kind(
                "credential", credential, hasattr(credential, "delegate"), "an agency's credential"
            )
        check_sending(
            api_version,
            timeout=timeout,
            total_timeout=total_timeout,
            transport=transport,
            clock=clock,
        )
        address = read_base_url(base_url)
        self.credential = credential or resolve_agency_credential(
            token, company_id, base_url=address, clock=clock, transport=transport
        )
        self.base_url = address
        self._allowed_origins = read_allowed_origins(allowed_origins)
        self.api_version = api_version
        self._timeout, self._total_timeout = timeout, total_timeout
        self._has_own_transport = transport is not None
        self._clock = clock
        self._transport = open_transport(
            address,
            timeout=timeout,
            api_version=api_version or API_VERSION,
            is_wide=True,
            transport=transport,
        )
        self._sender = Sender(
            self._transport,
            bearer=self.credential.auth(self._transport.host),
            time_limit=total_timeout,
            rate_limiter=rate_limiter_of(address, f"company:{self.company_id}"),
            clock=clock,
        )
        # One for all: that the service is out is learned once, not by each sub-account.
        self._budget = RetryBudget()

    def __repr__(self) -> str:
        of = f"company_id={self.company_id!r}, credential={self.credential.source!r}"
        return f"{type(self).__name__}({of})"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return summarize(type(self).__name__, self.summary)

    @property
    def summary(self) -> list[tuple[str, object]]:
        """What a notebook shows of it. Nothing is asked for that."""
        return [
            ("agency", self.company_id),
            ("credential", self.credential.source),
            ("service", self.base_url),
            ("calls", self.limits),
        ]

    @property
    def company_id(self) -> str:
        """The agency."""
        company_id: str = self.credential.company_id
        return company_id

    @property
    def most_in_flight(self) -> int:
        """How many requests at once its connections are sound for."""
        return self._transport.in_flight

    @property
    def clock(self) -> Clock:
        """Returns the current time, with a time zone; in a demo that of the demo."""
        return self._clock

    @property
    def limits(self) -> Limits:
        """What the service's last answer said is left of the calls for the agency itself."""
        return self._sender.limits

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to the service, also those of the clients that it has made."""
        await self._transport.aclose()
        await self.credential.aclose()

    def client(self, location_id: str, *, concurrency: Concurrency | None = None) -> AsyncClient:
        """Return a client of one sub-account. It uses the agency's connections.

        Parameters
        ----------
        location_id : str
            The sub-account. Whether it is the agency's shows with the first call.
        concurrency : Concurrency, optional
            What counts its requests, together with those of other sub-accounts.
        """
        if not location_id:
            raise ArgumentError(
                "location_id is empty.",
                "Pass an id of the column location_id of fetch_locations().",
            )
        location_id = read_location_id(location_id)
        return AsyncClient.sharing(
            self._transport,
            self.credential.of(location_id),
            total_timeout=self._total_timeout,
            clock=self._clock,
            budget=self._budget,
            allowed_origins=self._allowed_origins,
            concurrency=concurrency,
            api_version=self.api_version,
        )

    def delegate(self, location_ids: Iterable[str]) -> WorkerAgency:
        """Return some sub-accounts with the access tokens that are there, for a worker process.

        Parameters
        ----------
        location_ids : iterable of str
            The sub-accounts. One without an access token, or with an expired one, is left out.

        Raises
        ------
        ArgumentError
            If the agency has a `transport` of its own, which cannot be sent.
        """
        if self._has_own_transport:
            raise ArgumentError(
                "The agency's own transport cannot be sent to other processes.",
                "Make the agency without `transport`, or run it without `engine`.",
            )
        from .worker_agency import WorkerAgency

        return WorkerAgency(
            self.credential.delegate(location_ids),
            base_url=self.base_url,
            api_version=self.api_version,
            timeout=self._timeout,
            total_timeout=self._total_timeout,
        )

    async def locations(self, *, installed: bool | None = None) -> list[Location]:
        """List the agency's sub-accounts, in the service's order.

        ``GET /oauth/installedLocations?companyId=&appId=`` (scope ``oauth.readonly``; under v3
        ``GET /oauth/installed-locations``), or ``GET /locations/search?companyId=`` (scope
        ``locations.readonly``), page by page.

        Parameters
        ----------
        installed : bool, optional
            True: those on which the app is installed, of which alone anything can be fetched.
            False: all of the agency's. When left out: True where the credential knows its app,
            which an access token that was passed does not.

        Raises
        ------
        ArgumentError
            If `installed` is True and the credential does not know its app.
        GHLError
            See `ghl_notebook.errors`.
        """
        counts: list[int] = []
        app_id = self.credential.app_id
        if installed is None:
            installed = app_id is not None
        if not installed:
            pages = self._pages("/locations/search", {"companyId": self.company_id}, counts)
        elif app_id is None:
            raise ArgumentError(
                "An access token does not say which app it is of.",
                "Leave `installed` out, or use a stored login: ghl_notebook.log_in().",
            )
        else:
            query = {"companyId": self.company_id, "appId": app_id, "isInstalled": "true"}
            if self.api_version == "v3":
                pages = self._pages_by_token("/oauth/installed-locations", query)
            else:
                pages = self._pages("/oauth/installedLocations", query, counts)
        found: dict[str, Location] = {}
        listed: set[object] = set()
        without_id = 0
        with naming_scope("oauth.readonly" if installed else "locations.readonly"):
            async for page in pages:
                listed |= {_id_of(row) for row in page} - {None}
                for location in map(Location.from_listing, page):
                    without_id += not location.id
                    # A filter that the service does not know must not cost anything.
                    if location.id and not (installed and location.is_installed is False):
                        found.setdefault(location.id, location)
        if without_id or len(listed) < max(counts, default=0):
            _LOG.warning(
                "sub-accounts: GoHighLevel returned %d of %d with an ID; the others are missing",
                len(listed),
                max(len(listed) + without_id, *counts, 0),
            )
        return list(found.values())

    async def _pages(
        self, path: str, query: Mapping[str, str], counts: list[int]
    ) -> AsyncIterator[list[Any]]:
        """Ask for pages by ``skip`` until one is empty or shows nothing new, several at a time.

        The total is added to `counts`, if the API reports it.
        """

        async def call(skip: int) -> list[Any]:
            body = await self._sender.call(
                "GET",
                path,
                query={**query, "skip": str(skip), "limit": str(_PAGE)},
                shape=lambda body: isinstance(body.get("locations"), list) or has_none(body),
            )
            counts.extend(n for n in (total_of(body),) if n is not None and not skip)
            rows: list[Any] = body.get("locations") or []
            return rows

        first = await call(0)
        yield first
        # Not what was asked for: the service may give fewer at a time.
        size, skip = len(first), len(first)
        at_once = _PAGES_AT_ONCE if size >= _PAGE else 1  # a short page is the last one mostly
        known = {_id_of(row) for row in first}
        while size:
            skips = range(skip, skip + at_once * size, size)
            for page in await asyncio.gather(*map(call, skips)):
                ids = {_id_of(row) for row in page}
                if ids <= known:  # nothing, or the same again from a service without pages
                    return
                known |= ids
                yield page
            skip, at_once = skips.stop, _PAGES_AT_ONCE

    async def _pages_by_token(
        self, path: str, query: Mapping[str, str]
    ) -> AsyncIterator[list[Any]]:
        """Ask for pages by ``pageToken`` (v3) until none is named."""
        token: str | None = None
        seen = set()
        while token not in seen:
            seen.add(token)
            body = await self._sender.call(
                "GET",
                path,
                query={**query, "pageSize": str(_PAGE), "pageToken": token},
                shape=lambda body: isinstance(body.get("items"), list) or has_none(body),
            )
            yield body.get("items") or []
            pagination = body.get("pagination")
            told = pagination.get("nextPageToken") if isinstance(pagination, Mapping) else None
            if not told:
                return
            token = str(told)


def _id_of(row: object) -> object:
    return row.get("id") or row.get("_id") if isinstance(row, Mapping) else None
