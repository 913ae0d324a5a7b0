"""One run: every sub-account of an agency is asked once, as many at a time as everybody bears."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from ghl_notebook.api import AsyncClient
from ghl_notebook.errors import (
    DailyLimitError,
    FolderError,
    GHLError,
    LogInAgainError,
    RunStoppedError,
)
from ghl_notebook.transport import is_refused_for_now, is_transient

from .failures import Failure, failure_of, never_asked
from .job import Job, Place
from .level import Level
from .tally import Tally

_MINTS_AT_ONCE: Final = 32
IN_A_ROW: Final = 64
"""Failures of the service or the network, and not one answer between them: it is out."""


class Tokens(Protocol):
    """Has sub-accounts' access tokens."""

    def is_warm(self, location_id: str) -> bool:
        """Tell whether one is there already."""
        ...

    async def issue(self, location_id: str) -> None:
        """Have one there before it is needed."""
        ...


class Whose(Protocol):
    """An agency, or the part of it that was sent to this worker."""

    @property
    def credential(self) -> Tokens:
        """What proves who asks."""
        ...

    @property
    def most_in_flight(self) -> int:
        """How many requests at once its connections are sound for."""
        ...

    def client(self, location_id: str) -> AsyncClient:
        """Return a client of one sub-account."""
        ...


class Sink(Protocol):
    """Keeps what a run fetches."""

    async def add(self, place: Place, answer: Any) -> None:
        """Keep the answer of one sub-account."""
        ...


class Run:
    """Asks every sub-account for one kind of data.

    Sub-accounts with an access token go first; the tokens of the others are minted meanwhile, as
    fast as the agency's limit allows, and each is asked as soon as its token is there.

    Parameters
    ----------
    agency : Whose
        Whose sub-accounts.
    job : Job
        What to ask for.
    sink : Sink
        Keeps the answers.
    tally : Tally
        Is told how far it has come.
    in_flight : int, optional
        Requests at once. It finds its own level when left out.
    level : Level, optional
        What other runs of this process have found out, in place of `in_flight`.
    chance : random.Random, optional
        In which order access tokens are minted.

    Attributes
    ----------
    failures : list of Failure
        The sub-accounts that are not to be had, those included whose turn did not come.
    ended_by : GHLError or None
        Why it ended before its time.
    trouble : GHLError or None
        How the service or the network has failed last.
    """

    def __init__(
        self,
        agency: Whose,
        job: Job,
        sink: Sink,
        tally: Tally,
        *,
        in_flight: int | None = None,
        level: Level | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._agency = agency
        self._job = job
        self._sink = sink
        self._tally = tally
        # Not more than its connections are sound for, whatever is asked for.
        most = min(agency.most_in_flight, in_flight or agency.most_in_flight)
        self._level = level or (Level(most) if in_flight is None else Level(most, first=most))
        self._most = most
        self._chance = chance or random.Random()  # noqa: S311 - nothing is to be guessed
        self._ready: asyncio.Queue[Place | None] = asyncio.Queue()
        self._left: dict[str, Place] = {}
        self._in_a_row = 0
        self._is_stopped = False
        self._all: asyncio.Future[None] | None = None
        self.failures: list[Failure] = []
        self.ended_by: GHLError | None = None
        self.trouble: GHLError | None = None

    async def go(self, places: Sequence[Place]) -> None:
        """Ask them all.

        Where no further access token is to be had, those that have one are asked all the same.

        Raises
        ------
        GHLError
            If the run had to end before one answer has come.
        """
        self._left = {place.location_id: place for place in places}
        self._all = asyncio.ensure_future(self._ask_all(list(self._left.values())))
        unforeseen: BaseException | None = None
        try:
            await self._all
        except asyncio.CancelledError:
            if not self._is_stopped:
                raise
        except BaseExceptionGroup as group:
            unforeseen = _first_of(group)
        finally:
            self._all.cancel()
        if unforeseen is not None:  # not in the handler: group and error would lead to each other
            raise unforeseen
        if self.ended_by is not None:
            self.failures += never_asked(self._left.values(), self.ended_by)
            self._tally.unasked = len(self._left)  # before the next line: a bar may look between
            self._tally.failed += len(self._left)
            if not (self._tally.done or isinstance(self.ended_by, RunStoppedError)):
                raise self.ended_by

    def stop(self, reason: GHLError | None = None) -> None:
        """End the run; what is there stays. To be called in its event loop."""
        if not self._is_stopped:
            self._is_stopped = True
            self._end(reason or RunStoppedError("The run was stopped."))
            if self._all is not None:
                self._all.cancel()

    def _end(self, reason: GHLError) -> None:
        if self.ended_by is None:
            self.ended_by = reason

    async def _ask_all(self, places: list[Place]) -> None:
        warm: list[Place] = []
        cold: list[Place] = []
        for place in places:
            is_warm = self._agency.credential.is_warm(place.location_id)
            (warm if is_warm else cold).append(place)
        for place in warm:
            self._ready.put_nowait(place)
        # Processes that share their tokens and begin together would all mint the same ones: what
        # one has minted is there for the others a moment later only.
        self._chance.shuffle(cold)
        self._tally.to_mint = len(cold)
        askers = self._askers(len(places))
        async with asyncio.TaskGroup() as group:
            for _ in range(askers):
                group.create_task(self._work())
            await self._mint_ahead(cold)
            for _ in range(askers):
                self._ready.put_nowait(None)

    async def _mint_ahead(self, cold: Iterable[Place]) -> None:
        turns = iter(cold)

        async def mint() -> None:
            for place in turns:
                if self.ended_by is not None:
                    return
                try:
                    await self._agency.credential.issue(place.location_id)
                except (LogInAgainError, DailyLimitError) as error:
                    # No other token is to be had; those that are there still hold.
                    self._miss(failure_of(place, error))
                    self._end(error)
                except GHLError as error:
                    self._fail(place, error)
                else:
                    self._tally.minted += 1
                    self._ready.put_nowait(place)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(_MINTS_AT_ONCE, self._tally.to_mint)):
                group.create_task(mint())

    def _askers(self, count: int) -> int:
        """Return how many coroutines ask that many sub-accounts."""
        return min(self._most, count)

    async def _work(self) -> None:
        while True:
            self._tally.wall = "minting" if self._ready.empty() else "latency"
            place = await self._ready.get()
            if place is None:
                return
            await self._level.enter()
            began: float | None = time.monotonic()
            was_trouble = False
            try:
                answer = await self._job.ask(self._agency.client(place.location_id))
            except GHLError as error:
                was_trouble = is_trouble(error)
                self._fail(place, error)
            except BaseException:
                began = None
                raise
            else:
                self._in_a_row = 0
                await self._keep(place, answer)
            finally:
                seconds = None if began is None else time.monotonic() - began
                self._level.leave(seconds, is_trouble=was_trouble)
                self._tally.in_flight = self._level.in_flight

    async def _keep(self, place: Place, answer: Any) -> None:
        try:
            await self._sink.add(place, answer)
        except FolderError as error:  # the answer is kept all the same
            self.stop(error)
        except asyncio.CancelledError:  # while it was written down: it is kept as well
            self._have(place)
            raise
        except GHLError as error:
            self._fail(place, error)
            return
        self._have(place)

    def _have(self, place: Place) -> None:
        del self._left[place.location_id]
        self._tally.done += 1

    def _fail(self, place: Place, error: GHLError) -> None:
        self._miss(failure_of(place, error))
        if is_trouble(error):
            self.trouble = error
            self._in_a_row += 1
        else:
            self._in_a_row = 0
        is_out = self._in_a_row >= max(IN_A_ROW, 2 * self._level.limit)
        if is_out or self._is_of_all(place, error):
            self.stop(error)

    def _miss(self, failure: Failure) -> None:
        self.failures.append(failure)
        del self._left[failure["location_id"]]
        self._tally.failed += 1

    def _is_of_all(self, place: Place, error: GHLError) -> bool:
        """Tell whether no other sub-account's turn would end differently."""
        if isinstance(error, DailyLimitError):  # the agency's, or this sub-account's alone
            return not self._agency.credential.is_warm(place.location_id)
        return isinstance(error, LogInAgainError)


def is_trouble(error: GHLError) -> bool:
    """Tell whether the service or the network is failing, and not one sub-account.

    The rate limit is each sub-account's own.
    """
    return is_transient(error) and not is_refused_for_now(error)


def _first_of(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group
