"""The one way in which a request is sent: pace, send, verdict, and again where that is safe."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_any
from tenacity.stop import stop_base

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

from .connection import Connection
from .file import File
from .retry import RetryBudget, StopWhenSpent, may_have_happened, may_repeat, wait_before
from .time_told import read_offset
from .verdict import Clock, Outline, Shape, body_of, checked_body_of, error_of

_LOG: Final = logging.getLogger("ghl_notebook.api")

T = TypeVar("T")


class Requester:
    """Send requests to the service and read the answers.

    Parameters
    ----------
    connection : Connection
        What carries them.
    auth : httpx.Auth
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
        auth: httpx.Auth,
        time_limit: float,
        pacer: Pacer,
        clock: Clock,
        budget: RetryBudget | None = None,
    ) -> None:
        self._connection = connection
        self._auth = auth
        self._pacer = pacer
        self._clock = clock
        self._time_limit = time_limit
        self._budget = budget or RetryBudget()
        self._used_up: tuple[DailyLimitError, float] | None = None
        self._told_time: tuple[Mapping[str, str], datetime] | None = None

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

    async def body(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, str | None] | None = None,
        outline: Outline,
        shape: Shape,
    ) -> bytes:
        """Send a request and return the body of a good answer as it came.

        Parameters
        ----------
        method, template, path, query, shape
            As for `call`.
        outline : msgspec.json.Decoder
            Tells a good answer sooner than `shape` does.

        Raises
        ------
        GHLError
            As `call`.
        """
        read = functools.partial(checked_body_of, outline=outline, shape=shape)
        return await self._ask(read, method, template, path, query, None)

    async def redirect(
        self, method: str, template: str, *, query: Mapping[str, str | None] | None = None
    ) -> httpx.Response:
        """Send a request that is answered with a redirect, and return that; it is not followed.

        Errors by status are raised; see `call`.
        """
        return await self._ask(_as_it_is, method, template, None, query, None, redirects=True)

    async def _ask(
        self,
        read: Callable[[str, httpx.Response], T],
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
        what = f"{method} {template}"
        request = self._connection.build(method, template, path, query, body)
        if file is not None:
            request = file.sent_with(request)
        if changes is None:
            changes = method != "GET"
        self._budget.earn()
        seconds = _SecondsLeft(self._time_limit)
        line = _LogLine(what)

        async def attempt() -> T:
            self._check_day()
            with await self._pacer.acquire() as slot:
                self._check_day()  # another call may have been told while this one waited
                with line:
                    response = await self._timed(what, request, seconds, slot)
                    line.status = str(response.status_code)
                    if not (redirects and response.is_redirect):
                        error = error_of(what, response, clock=self._clock)
                        if error is not None:
                            self._heed(error, response)
                            raise error
                    return read(what, response)

        try:
            return await self._until_spent(attempt, seconds, changes=changes)
        except GHLError as error:
            if changes and may_have_happened(error):
                error.leave_outcome_open()
            raise

    async def _until_spent(
        self, attempt: Callable[[], Awaitable[T]], seconds: _SecondsLeft, *, changes: bool
    ) -> T:
        """Attempt a call as often as is safe and worth it."""
        failures: list[GHLError] = []
        try:
            return await attempt()
        except GHLError as error:
            if not may_repeat(error, changes_something=changes):
                raise
            failures.append(error)

        async def attempt_again() -> T:
            if failures:  # that of the first attempt, for which tenacity would take half the time
                raise failures.pop()
            return await attempt()

        retrying = AsyncRetrying(
            retry=retry_if_exception(functools.partial(may_repeat, changes_something=changes)),
            stop=stop_any(seconds, StopWhenSpent(self._budget)),
            wait=wait_before,
            reraise=True,
        )
        return await retrying(attempt_again)

    def _heed(self, error: ResponseError, response: httpx.Response) -> None:
        """Let the end of the day's calls hold for the calls that follow."""
        reset = read_limits(response.headers).daily_reset
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

    async def _timed(
        self, what: str, request: httpx.Request, seconds: _SecondsLeft, slot: Slot
    ) -> httpx.Response:
        """Send a request, and give its slot back with what the answer says of the limits."""
        try:
            with seconds:
                response = await self._connection.send(what, request, self._auth, seconds.left)
        except ConnectionFailedError as error:
            if error.was_sent:
                slot.release(None)
            raise
        except BaseException:
            slot.release(None)
            raise
        told = dict(
            response.headers.multi_items()
        )  # looked at nine times, which httpx's are slow at
        limits = read_limits(told)
        slot.release(
            limits,
            # When the day's calls are used up, an interval changes nothing.
            refused=response.status_code == 429 and limits.daily_remaining != 0,
            retry_after=read_retry_after(told),
        )
        self._told_time = {"date": told.get("date", "")}, self._clock()
        return response


class _LogLine:
    """One line of the log for each attempt of a call: nothing that a caller has passed is in it."""

    def __init__(self, what: str) -> None:
        self.status = "no answer"
        self._what = what
        self._attempt = 0

    def __enter__(self) -> None:
        self._attempt += 1
        self.status = "no answer"
        self._began = time.monotonic()

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        took = (time.monotonic() - self._began) * 1000
        trace = getattr(error, "trace_id", None)
        _LOG.info(
            "%s: %s, %.0f ms, attempt %d%s%s",
            self._what,
            self.status,
            took,
            self._attempt,
            f", {type(error).__name__}" if error else "",
            f", trace id {trace}" if trace else "",
        )


class _SecondsLeft(stop_base):
    """The seconds that the attempts of one call may still take."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @property
    def left(self) -> float:
        return max(0.0, self._left)

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._left -= time.monotonic() - self._began

    def __call__(self, _: RetryCallState) -> bool:
        return self._left <= 0


def _as_it_is(_: str, response: httpx.Response) -> httpx.Response:
    return response


def _again(error: DailyLimitError) -> DailyLimitError:
    fresh = DailyLimitError(
        error.what, status=error.status, next_step=error.next_step, trace_id=error.trace_id
    )
    fresh.what, fresh.until, fresh.args = error.what, error.until, error.args
    fresh.service_message = error.service_message
    return fresh
