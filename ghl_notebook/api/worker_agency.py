"""Sub-accounts of an agency that a worker process fetches."""

from __future__ import annotations

import functools

from ghl_notebook.auth.worker_tokens import TokenBundle, WorkerCredential
from ghl_notebook.guard import while_made
from ghl_notebook.settings import now
from ghl_notebook.transport import API_VERSION, RetryBudget, Transport, open_transport

from .ahead import Concurrency
from .async_client import AsyncClient


class WorkerAgency:
    """Sub-accounts of an agency, with their access tokens but without a means to issue tokens.

    A worker agency is pickled, and used in ghl_notebook's own event loop. All worker agencies of a
    process use the same connections.

    Parameters
    ----------
    tokens : TokenBundle
        The sub-accounts' access tokens.
    base_url, api_version, timeout, total_timeout
        As for `AsyncAgency`.
    """

    def __init__(
        self,
        tokens: TokenBundle,
        *,
        base_url: str,
        api_version: str | None,
        timeout: float,
        total_timeout: float,
    ) -> None:
        self.base_url = base_url
        self.tokens = tokens
        self._api_version = api_version
        self._timeout, self._total_timeout = timeout, total_timeout

    @while_made
    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.tokens!r})"

    def __contains__(self, location_id: str) -> bool:
        return location_id in self.tokens

    @property
    def credential(self) -> WorkerCredential:
        """The credential of the access tokens."""
        return WorkerCredential(self.tokens)

    @property
    def most_in_flight(self) -> int:
        """The number of concurrent requests that this process's connections support."""
        return self._shared[0].in_flight

    def client(self, location_id: str, *, concurrency: Concurrency | None = None) -> AsyncClient:
        """Return a client of one sub-account."""
        transport, budget = self._shared
        return AsyncClient.sharing(
            transport,
            self.credential.of(location_id),
            total_timeout=self._total_timeout,
            clock=now,
            budget=budget,
            concurrency=concurrency,
            api_version=self._api_version,
        )

    @property
    def _shared(self) -> tuple[Transport, RetryBudget]:
        return _shared_of(self.base_url, self._api_version, self._timeout)


@functools.lru_cache(maxsize=8)
def _shared_of(
    base_url: str, api_version: str | None, timeout: float
) -> tuple[Transport, RetryBudget]:
    """Return this process's connections, shared so that a batch need not open new connections."""
    transport = open_transport(
        base_url, timeout=timeout, api_version=api_version or API_VERSION, is_wide=True
    )
    return transport, RetryBudget()
