"""The one way in which a request is sent: pace, send, verdict, and again where that is safe."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from tenacity import AsyncRetrying, retry_if_exception

from ghl_notebook.auth import TokenAuth
from ghl_notebook.errors import (
    ConnectionFailedError,
    DailyLimitError,
    GHLError,
    ResponseError,
)
from ghl_notebook.pacing import (
    Limits,
    Pacer,
    Slot,
    read_limits,
    read_retry_after,
)

from .arguments import check_kind, check_seconds
from .connection import Connection
from .exchange import Answer, Request
from .file import File
from .retry import RetryBudget, StopWhenSpent, may_have_happened, may_repeat, wait_before
from .time_told import read_offset
from .verdict import Clock, Shape, body_of, error_of, rows_of

_LOG: Final = logging.getLogger("ghl_notebook.api")

T = TypeVar("T")


class Requester:
    """Send requests to the service and read the answers.

    Parameters
    ----------
    connection : Connection
        What carries them.
    auth : TokenAuth
        What proves who asks.
    time_limit : float
        Seconds for all attempts of one call together. Waiting for the rate limit does not count.
    pacer : Pacer
        Whom the service counts the calls for.
    clock : callable
        The current time, with a time zone.
    budget : RetryBudget, optional
        What repetitions may cost all who share it; its own by default.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        auth: TokenAuth,
        time_limit: float,
        pacer: Pacer,
        clock: Clock,
        budget: RetryBudget | None = None,
    ) -> None:
        check_seconds("time_limit", time_limit)
        check_kind("clock", clock, callable(clock), "a function that returns the current time")
        self._connection = connection
        self._auth = auth
        self._pacer = pacer
        self._clock = clock
        self._time_limit = time_limit
        self._budget = budget or RetryBudget()
        self._used_up: tuple[DailyLimitError, float] | None = None
        self._told_time: tuple[str, datetime] | None = None

    @property
    def limits(self) -> Limits:
        """What the service's last answer said is left."""
        return self._pacer.limits

    @property
    def clock_offset(self) -> timedelta | None:
        """The service's clock less the local one, by its last answer; None: not told yet."""
        return read_offset(*self._told_time) if self._told_time else None

    async def call(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, str | None] | None = None,
        body: Mapping[str, Any] | None = None,
        file: File | None = None,
        changes: bool | None = None,
        shape: Shape | None = None,
    ) -> dict[str, Any]:
        """Send a request and return the JSON object it is answered with.

        What only reads is sent up to four times while the service is unreachable, too slow,
        failing or damaged on the way; anything that may change something is sent again only if the
        service has certainly not carried it out. After an answer 429 both wait and are sent again.

        Parameters
        ----------
        method, template : str
            Verb and path; ``{name}`` in the path is filled from `path`, percent-encoded.
        query : Mapping, optional
            Query parameters; those that are None are left out.
        body : Mapping, optional
            JSON body.
        file : File, optional
            Sent as a form, in the place of `body`.
        changes : bool, optional
            Whether it may change something; everything but a GET may, unless it is said here.
        shape : Shape, optional
            What the answer must hold; one that does not counts as damaged on the way.

        Raises
        ------
        ConnectionFailedError
            If no answer came.
        ResponseError
            If the answer cannot be used.
        """
        read = functools.partial(body_of, shape=shape)
        return await self._ask(
            read, method, template, path, query, body, file=file, changes=changes
        )

    async def rows(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, str | None] | None = None,
        read: Callable[[bytes], T | None],
        convert: Callable[[Mapping[str, Any]], T],
        shape: Shape,
    ) -> T:
        """Send a request and return what a good answer lists, read in one go.

        Parameters
        ----------
        method, template, path, query, shape
            As for `call`.
        read : callable
            Reads the body of a good answer; None where it takes a closer look.
        convert : callable
            Makes the same of a JSON object, for an answer that had that look.

        Raises
        ------
        GHLError
            As `call`.
        """
        verdict = functools.partial(rows_of, read=read, convert=convert, shape=shape)
        return await self._ask(verdict, method, template, path, query, None)

    async def redirect(
        self, method: str, template: str, *, query: Mapping[str, str | None] | None = None
    ) -> Answer:
        """Send a request that is answered with a redirect, and return that; it is not followed.

        Errors by status are raised; see `call`.
        """
        return await self._ask(_as_it_is, method, template, None, query, None, redirects=True)

    async def _ask(
        self,
        read: Callable[[str, Answer], T],
        method: str,
        template: str,
        path: Mapping[str, object] | None,
        query: Mapping[str, str | None] | None,
        body: Mapping[str, Any] | None,
        *,
        file: File | None = None,
        changes: bool | None = None,
        redirects: bool = False,
    ) -> T:
        request = self._connection.build(method, template, path, query, body)
        if file is not None:
            request = file.sent_with(request)
        if changes is None:
            changes = method != "GET"
        call = _Call(f"{method} {template}", request, read, self._time_limit, redirects=redirects)
        self._budget.earn()
        try:
            try:
                return await self._attempt(call)
            except GHLError as error:
                if not may_repeat(error, changes_something=changes):
                    raise
                failed = error
            return await self._repeat(call, failed, changes=changes)
        except GHLError as error:
            if changes and may_have_happened(error):
                error.leave_outcome_open()
            raise

    async def _repeat(self, call: _Call[T], failed: GHLError, *, changes: bool) -> T:
        """Attempt a call that has failed as often as is safe and worth it."""
        failures = [failed]

        async def attempt() -> T:
            if failures:  # that of the first attempt, for which tenacity would take half the time
                raise failures.pop()
            return await self._attempt(call)

        retrying = AsyncRetrying(
            retry=retry_if_exception(functools.partial(may_repeat, changes_something=changes)),
            stop=StopWhenSpent(self._budget, lambda: call.seconds <= 0),
            wait=wait_before,
            reraise=True,
        )
        return await retrying(attempt)

    async def _attempt(self, call: _Call[T]) -> T:
        """Send a request once, when its turn has come, and read the answer."""
        self._check_day()
        with await self._pacer.acquire() as slot:
            self._check_day()  # another call may have been told while this one waited
            call.begin()
            try:
                answer = await self._send(call, slot)
                if not (call.redirects and answer.is_redirect):
                    error = error_of(
                        call.what,
                        answer,
                        clock=self._clock,
                        version=self._connection.api_version,
                    )
                    if error is not None:
                        self._heed(error, answer)
                        raise error
                value = call.read(call.what, answer)
            except BaseException as failure:
                call.log(failure)
                raise
            call.log()
            return value

    async def _send(self, call: _Call[T], slot: Slot) -> Answer:
        """Send a request, and give its slot back with what the answer says of the limits."""
        try:
            answer = await self._connection.send(call.what, call.request, self._auth, call.seconds)
        except ConnectionFailedError as error:
            if error.was_sent:
                slot.release(None)
            raise
        except BaseException:
            slot.release(None)
            raise
        finally:
            call.count_time()
        call.status = answer.status
        limits = read_limits(answer.headers)
        slot.release(
            limits,
            # When the day's calls are used up, an interval changes nothing.
            refused=answer.status == 429 and limits.daily_remaining != 0,
            retry_after=read_retry_after(answer.headers),
        )
        self._told_time = answer.headers.get("date", ""), self._clock()
        return answer

    def _heed(self, error: ResponseError, answer: Answer) -> None:
        """Let the end of the day's calls hold for the calls that follow."""
        reset = read_limits(answer.headers).daily_reset
        if isinstance(error, DailyLimitError) and reset is not None:
            # A copy: the one that is raised leads to all the frames that it passes.
            self._used_up = (_again(error), time.monotonic() + reset.total_seconds())

    def _check_day(self) -> None:
        if self._used_up is None:
            return
        error, until = self._used_up
        if time.monotonic() < until:
            # Not asked: each call of a large run would be answered the same.
            raise _again(error)
        self._used_up = None


class _Call(Generic[T]):
    """One call: what is asked, and the time that its attempts may still take.

    Attributes
    ----------
    seconds : float
        What is left of it.
    status : int or None
        Of the answer to this attempt.
    """

    __slots__ = (
        "_attempt", "_began", "read", "redirects", "request", "seconds", "status", "what",
    )  # fmt: skip

    def __init__(
        self,
        what: str,
        request: Request,
        read: Callable[[str, Answer], T],
        seconds: float,
        *,
        redirects: bool,
    ) -> None:
        self.what = what
        self.request = request
        self.read = read
        self.redirects = redirects
        self.seconds = seconds
        self.status: int | None = None
        self._attempt = 0

    def begin(self) -> None:
        """Begin an attempt."""
        self._attempt += 1
        self.status = None
        self._began = time.monotonic()

    def count_time(self) -> None:
        """Count the time that an attempt took."""
        self.seconds = max(0.0, self.seconds - (time.monotonic() - self._began))

    def log(self, error: BaseException | None = None) -> None:
        """Write one line of the log for an attempt: nothing that a caller has passed is in it."""
        if not _LOG.isEnabledFor(logging.INFO):
            return
        trace = getattr(error, "trace_id", None)
        _LOG.info(
            "%s: %s, %.0f ms, attempt %d%s%s",
            self.what,
            self.status or "no answer",
            (time.monotonic() - self._began) * 1000,
            self._attempt,
            f", {type(error).__name__}" if error else "",
            f", trace id {trace}" if trace else "",
        )


def _as_it_is(_: str, answer: Answer) -> Answer:
    return answer


def _again(error: DailyLimitError) -> DailyLimitError:
    fresh = DailyLimitError(
        error.what, status=error.status, next_step=error.next_step, trace_id=error.trace_id
    )
    fresh.what, fresh.until, fresh.args = error.what, error.until, error.args
    fresh.service_message = error.service_message
    return fresh
