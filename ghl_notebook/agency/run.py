"""A run: every sub-account of an agency is fetched once, many at a time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from ghl_notebook.api import AsyncAgency, AsyncClient
from ghl_notebook.errors import (
    DailyLimitError,
    FolderError,
    GHLError,
    LogInAgainError,
    RunStoppedError,
    raise_without_context,
)
from ghl_notebook.transport import is_refused_for_now, is_transient

from .concurrency import AdaptiveLimit
from .failures import Failure, failure_of, not_reached
from .fetch_spec import FetchSpec, SubAccount
from .progress import Progress
from .sink import TableSink

if TYPE_CHECKING:
    from ghl_notebook.api.worker_agency import WorkerAgency

_MAX_TOKEN_REQUESTS: Final = 32
"""Token requests at once: httpx sends them, whose pool handles this many well."""
MAX_CONSECUTIVE_ERRORS: Final = 64
"""Errors of the API or the network without a response between them: the API is down."""


class Run:
    """Fetch one type of data from every sub-account.

    Sub-accounts with a cached token are fetched first. At the same time, the other tokens are
    issued, as fast as the agency's rate limit allows; each sub-account is fetched once its token is
    there.

    Parameters
    ----------
    agency : AsyncAgency or WorkerAgency
        The agency, or the part of it that a worker has received.
    spec : FetchSpec
        What to fetch.
    sink : TableSink
        Stores the results.
    progress : Progress
        Updated by the run.
    in_flight : int, optional
        Requests at once. By default, an `AdaptiveLimit` decides.
    limit : AdaptiveLimit, optional
        A limit shared with other runs of this process, instead of `in_flight`.
    chance : random.Random, optional
        Decides in which order tokens are issued.

    Attributes
    ----------
    failures : list of Failure
        The missing sub-accounts, including those that the run did not reach.
    ended_by : GHLError or None
        Why the run ended early.
    last_service_error : GHLError or None
        The last error of the API or the network.
    """

    def __init__(
        self,
        agency: AsyncAgency | WorkerAgency,
        spec: FetchSpec,
        sink: TableSink,
        progress: Progress,
        *,
        in_flight: int | None = None,
        limit: AdaptiveLimit | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._agency = agency
        self._spec = spec
        self._sink = sink
        self._progress = progress
        # Never more than the transport handles, whatever the caller passes.
        most = min(agency.most_in_flight, in_flight or agency.most_in_flight)
        initial = {} if in_flight is None else {"initial": most}
        self._limit = limit or AdaptiveLimit(most, **initial)
        self._most = most
        self._chance = chance or random.Random()  # noqa: S311 - not used for security
        self._ready: asyncio.Queue[SubAccount | None] = asyncio.Queue()
        self._left: dict[str, SubAccount] = {}
        self._consecutive_errors = 0
        self._is_stopped = False
        self._all: asyncio.Future[None] | None = None
        self.failures: list[Failure] = []
        self.ended_by: GHLError | None = None
        self.last_service_error: GHLError | None = None

    async def run(self, sub_accounts: Sequence[SubAccount]) -> None:
        """Fetch all sub-accounts.

        If tokens can no longer be issued, sub-accounts with a cached token are still fetched.

        Raises `GHLError` if the run ended early, without a single result.
        """
        self._left = {one.location_id: one for one in sub_accounts}
        self._all = asyncio.ensure_future(self._fetch_all(list(self._left.values())))
        try:
            await self._all
        except asyncio.CancelledError:
            if not self._is_stopped:
                raise
        except BaseExceptionGroup as group:
            raise_without_context(_first_of(group))
        finally:
            self._all.cancel()
        if self.ended_by is not None:
            self.failures += not_reached(self._left.values(), self.ended_by)
            # Before the next line, because a bar may read the numbers in between.
            self._progress.not_reached = len(self._left)
            self._progress.failed += len(self._left)
            if not (self._progress.done or isinstance(self.ended_by, RunStoppedError)):
                raise self.ended_by

    def stop(self, reason: GHLError | None = None) -> None:
        """End the run and keep its results. Call this in the run's event loop."""
        if not self._is_stopped:
            self._is_stopped = True
            self._end(reason or RunStoppedError("The run was stopped."))
            if self._all is not None:
                self._all.cancel()

    def _end(self, reason: GHLError) -> None:
        if self.ended_by is None:
            self.ended_by = reason

    async def _fetch_all(self, sub_accounts: list[SubAccount]) -> None:
        cold: list[SubAccount] = []
        for sub_account in sub_accounts:
            if self._agency.credential.is_warm(sub_account.location_id):
                self._ready.put_nowait(sub_account)
            else:
                cold.append(sub_account)
        # Processes that share a token cache and start together would all request the same
        # tokens: what one of them caches is visible to the others only a little later.
        self._chance.shuffle(cold)
        self._progress.tokens_to_issue = len(cold)
        workers = self._worker_count(len(sub_accounts))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work())
            await self._issue_tokens(cold)
            for _ in range(workers):
                self._ready.put_nowait(None)

    async def _issue_tokens(self, cold: Iterable[SubAccount]) -> None:
        remaining = iter(cold)

        async def issue() -> None:
            for sub_account in remaining:
                if self.ended_by is not None:
                    return
                try:
                    await self._agency.credential.issue(sub_account.location_id)
                except (LogInAgainError, DailyLimitError) as error:
                    # No more tokens can be issued; cached ones are still valid.
                    self._add_failure(failure_of(sub_account, error))
                    self._end(error)
                except GHLError as error:
                    self._fail(sub_account, error)
                else:
                    self._progress.tokens_issued += 1
                    self._ready.put_nowait(sub_account)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(_MAX_TOKEN_REQUESTS, self._progress.tokens_to_issue)):
                group.create_task(issue())

    def _worker_count(self, count: int) -> int:
        """Return how many coroutines fetch `count` sub-accounts."""
        return min(self._most, count)

    async def _work(self) -> None:
        while True:
            self._progress.bottleneck = "tokens" if self._ready.empty() else "responses"
            sub_account = await self._ready.get()
            if sub_account is None:
                return
            await self._limit.acquire()
            client: AsyncClient | None = None
            has_service_error = False
            try:
                client = self._agency.client(sub_account.location_id, concurrency=self._limit)
                answer = await self._spec.fetch_one(client)
            except GHLError as error:
                has_service_error = is_service_error(error)
                self._fail(sub_account, error)
            except BaseException:
                client = None
                raise
            else:
                self._consecutive_errors = 0
                await self._store(sub_account, answer)
            finally:
                seconds = None if client is None else client._mean_seconds  # noqa: SLF001
                self._limit.release(seconds, is_service_error=has_service_error)
                self._progress.in_flight = self._limit.in_flight

    async def _store(self, sub_account: SubAccount, answer: Any) -> None:
        try:
            await self._sink.add(sub_account, answer)
        except FolderError as error:  # the result is still in memory
            self.stop(error)
        except asyncio.CancelledError:  # while it was written: it is stored as well
            self._mark_done(sub_account)
            raise
        except GHLError as error:
            self._fail(sub_account, error)
            return
        self._mark_done(sub_account)

    def _mark_done(self, sub_account: SubAccount) -> None:
        del self._left[sub_account.location_id]
        self._progress.done += 1

    def _fail(self, sub_account: SubAccount, error: GHLError) -> None:
        self._add_failure(failure_of(sub_account, error))
        if is_service_error(error):
            self.last_service_error = error
            self._consecutive_errors += 1
        else:
            self._consecutive_errors = 0
        # At least twice what is in flight: those requests may all have hit the same hiccup.
        is_down = self._consecutive_errors >= max(MAX_CONSECUTIVE_ERRORS, 2 * self._limit.limit)
        if is_down or self._concerns_all(sub_account, error):
            self.stop(error)

    def _add_failure(self, failure: Failure) -> None:
        self.failures.append(failure)
        del self._left[failure["location_id"]]
        self._progress.failed += 1

    def _concerns_all(self, sub_account: SubAccount, error: GHLError) -> bool:
        """Tell whether every other sub-account would fail with the same error."""
        if isinstance(error, DailyLimitError):  # the agency's, or only this sub-account's
            return not self._agency.credential.is_warm(sub_account.location_id)
        return isinstance(error, LogInAgainError)


def is_service_error(error: GHLError) -> bool:
    """Tell whether the API or the network is failing, rather than one sub-account."""
    # A rate limit is each sub-account's own.
    return is_transient(error) and not is_refused_for_now(error)


def _first_of(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
