"""The one way to send a request: wait for the rate limit, send, read, retry where it is safe."""

from __future__ import annotations

import asyncio
import copy
import functools
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, Protocol, TypeVar

from ghl_notebook.errors import (
    ConnectionFailedError,
    DailyLimitError,
    GHLError,
    ResponseError,
    raise_without_context,
)
from ghl_notebook.secret import Secret

from .exceptions import FAILURES, LateError, closed_error, failure_of
from .rate_limit_headers import Limits, read_limits, read_retry_after
from .rate_limiter import Limiter, Permit
from .request import File, Request, Response
from .response import Clock, Shape, body_of, clock_offset, error_of, rejects_token
from .retry import Retries, RetryBudget, RetryPolicy, may_have_happened, may_repeat
from .transport import Transport

_LOG: Final = logging.getLogger("ghl_notebook.transport")

T = TypeVar("T")


class Bearer(Protocol):
    """Provides the access token of a request."""

    @property
    def host(self) -> str:
        """The only host that may see it."""
        ...

    async def token(self) -> Secret:
        """Return the access token."""
        ...

    async def another(self, rejected: Secret) -> Secret | None:
        """Return the token to use instead of a rejected one, if there is one."""
        ...


class Sender:
    """Sends requests to the API and reads the responses.

    Parameters
    ----------
    transport : Transport
        What sends them.
    bearer : Bearer or None
        Provides the access token; None: the requests have none.
    rate_limiter : RateLimiter
        Of the sub-account or agency that the service counts the calls for.
    time_limit : float
        Seconds for all attempts of one call together. Waiting for the rate limit does not count.
    clock : callable
        The current time, with a time zone.
    budget : RetryBudget, optional
        What retries may cost all who share it; its own by default.
    policy : RetryPolicy
        How often one call is attempted.
    attempt_limit : float, optional
        Seconds for one attempt.
    may_choose_version : bool
        Whether the user can choose the API version, so that errors may advise another one.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        bearer: Bearer | None,
        rate_limiter: Limiter,
        time_limit: float,
        clock: Clock,
        budget: RetryBudget | None = None,
        policy: RetryPolicy = RetryPolicy(),  # noqa: B008 - immutable
        attempt_limit: float | None = None,
        may_choose_version: bool = True,
    ) -> None:
        self._transport = transport
        # The only host that may see the token.
        self._bearer = bearer if bearer is not None and bearer.host == transport.host else None
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._time_limit = time_limit
        self._attempt_limit = attempt_limit or time_limit
        self._budget = budget or RetryBudget()
        self._policy = policy
        self._may_choose_version = may_choose_version
        self._daily_limit: tuple[DailyLimitError, float] | None = None
        self._request_count, self._request_seconds = 0, 0.0
        self._dated: tuple[str, datetime] | None = None

    @property
    def limits(self) -> Limits:
        """What the service's last response reported about the rate limit."""
        return self._rate_limiter.limits

    @property
    def free(self) -> int:
        """How many requests may be sent now without waiting for the rate limit."""
        return self._rate_limiter.free

    @property
    def mean_seconds(self) -> float | None:
        """How long a request takes on average; None: none was sent."""
        return self._request_seconds / self._request_count if self._request_count else None

    @property
    def clock_offset(self) -> timedelta | None:
        """The service's clock minus the local one, by its last response; None: not reported yet."""
        return clock_offset(*self._dated) if self._dated else None

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
        version: str | None = None,
        shape: Shape | None = None,
    ) -> dict[str, Any]:
        """Send a request and return the JSON object of the response.

        A call that only reads is sent up to four times while the service is unreachable, too slow,
        failing, or damaged on the way; a call that may change something is sent again only if the
        service has certainly not carried it out. After a 429 both wait and are sent again.

        Parameters
        ----------
        method, template, path, query, body, file, version
            As for `Request.build`.
        changes : bool, optional
            Whether it may change something. By default, everything but a GET may.
        shape : Shape, optional
            What the response must have; a response without it counts as damaged on the way.

        Raises
        ------
        ConnectionFailedError
            If no response came.
        ResponseError
            If the response cannot be used.
        """
        request = Request.build(method, template, path, query, body, file, version)
        return await self.send(request, functools.partial(body_of, shape=shape), changes=changes)

    async def send(
        self,
        request: Request,
        read: Callable[[str, Response], T],
        *,
        changes: bool | None = None,
        redirects: bool = False,
    ) -> T:
        """Send a request and return what `read` makes of a good response.

        Parameters
        ----------
        request : Request
            What to send.
        read : callable
            Takes the request's name and a response below 300, for instance `body_of` or `rows_of`.
        changes : bool, optional
            As for `call`.
        redirects : bool
            Whether a redirect is a good response.

        Raises
        ------
        GHLError
            As `call`. Its `outcome_unknown` is True where a change may have been carried out.
        """
        if self._transport.is_closed:
            raise closed_error()
        changes = request.method != "GET" if changes is None else changes
        is_once = changes and not self._policy.repeats_open
        call = _Call(request, read, redirects, self._time_limit + request.upload_seconds)
        self._budget.earn()
        retries: Retries | None = None
        while True:
            try:
                return await self._attempt(call)
            except GHLError as error:
                retries = retries or Retries(self._policy, self._budget)
                wait = None
                if call.seconds > 0 and may_repeat(error, changes_something=is_once):
                    wait = retries.wait(error)
                if wait is None:
                    if changes and call.is_open:
                        error.leave_outcome_open()
                    raise
            await asyncio.sleep(wait)

    async def _attempt(self, call: _Call[T]) -> T:
        """Send a request once, as soon as the rate limit allows, and read the response."""
        if self._daily_limit is not None:
            self._check_daily_limit()
        with await self._rate_limiter.acquire() as permit:
            if self._daily_limit is not None:  # reached by another call while this one waited
                self._check_daily_limit()
            call.attempt += 1
            call.began, call.status = time.monotonic(), None
            try:
                response = await self._exchange(call, permit)
                call.status = response.status
                if response.status >= 300 and not (call.redirects and response.is_redirect):
                    error = self._error_of(call.request, response)
                    self._remember_daily_limit(error, response)
                    raise error
                value = call.read(call.request.what, response)
            except BaseException as failure:
                if isinstance(failure, GHLError):
                    call.is_open = call.is_open or may_have_happened(failure)
                call.log(failure)
                raise
            if _LOG.isEnabledFor(logging.INFO):
                call.log()
            return value

    async def _exchange(self, call: _Call[T], permit: Permit) -> Response:
        """Send a request, and release its permit with what the response reports of the limits."""
        sent_at = self._clock()
        try:
            limit = self._attempt_limit + call.request.upload_seconds
            response = await self._send(call.request, min(call.seconds, limit))
        except BaseException as error:
            if not (isinstance(error, ConnectionFailedError) and not error.was_sent):
                permit.release(None)
            raise
        finally:
            seconds = time.monotonic() - call.began
            call.seconds = max(0.0, call.seconds - seconds)
            self._request_count += 1
            self._request_seconds += seconds
        response.sent_at = sent_at
        limits = read_limits(response.headers)
        # After the last call of the day, waiting one interval changes nothing.
        refused = response.status == 429 and limits.daily_remaining != 0
        retry_after = read_retry_after(response.headers) if refused else None
        permit.release(limits, refused=refused, retry_after=retry_after)
        self._dated = response.headers.get("date", ""), self._clock()
        return response

    async def _send(self, request: Request, seconds: float) -> Response:
        """Send a request, and once more with another token if the service rejects the first."""
        until = time.monotonic() + seconds
        token = None if self._bearer is None else await self._token(request, until)
        rejected = None
        while True:
            try:
                seconds = until - time.monotonic()
                if seconds <= 0:  # the token took as long
                    raise LateError(was_sent=False)
                response = await self._transport.send(request, token, seconds)
            except FAILURES as error:
                raise_without_context(failure_of(request.what, error))
            is_final = token is None or rejected is not None or response.status != 401
            if is_final or not rejects_token(response):
                return response
            rejected, token = token, await self._token(request, until, rejected=token)
            if token is None:
                return response
            # A 401 means that nothing was done: this may be a POST.

    async def _token(
        self, request: Request, until: float, rejected: Secret | None = None
    ) -> Secret | None:
        assert self._bearer is not None
        try:
            async with asyncio.timeout(until - time.monotonic()):
                if rejected is None:
                    return await self._bearer.token()
                return await self._bearer.another(rejected)
        except TimeoutError:
            raise_without_context(failure_of(request.what, LateError(was_sent=False)))

    def _error_of(self, request: Request, response: Response) -> ResponseError:
        return error_of(
            request.what,
            response,
            clock=self._clock,
            version=request.version or self._transport.api_version,
            may_choose=self._may_choose_version,
        )

    def _remember_daily_limit(self, error: ResponseError, response: Response) -> None:
        """Let the end of the day's calls hold for the calls that follow."""
        reset = read_limits(response.headers).daily_reset
        if isinstance(error, DailyLimitError) and reset is not None:
            # Keep a copy: the raised instance holds its traceback, and with it every frame.
            self._daily_limit = copy.copy(error), time.monotonic() + reset.total_seconds()

    def _check_daily_limit(self) -> None:
        if self._daily_limit is not None:
            error, until = self._daily_limit
            if time.monotonic() < until:
                # Fail without a request; the service would answer 429 to every further call today.
                raise copy.copy(error)
            self._daily_limit = None


@dataclass(slots=True)
class _Call(Generic[T]):
    """One call: the request, and the time that its attempts may still take.

    Attributes
    ----------
    seconds : float
        What is left of its time.
    attempt : int
        The number of this attempt.
    began : float
        When this attempt began.
    status : int or None
        Of the response to this attempt.
    is_open : bool
        Whether the service may have carried it out in a failed attempt.
    """

    request: Request
    read: Callable[[str, Response], T]
    redirects: bool
    seconds: float
    attempt: int = 0
    began: float = 0.0
    status: int | None = None
    is_open: bool = False

    def log(self, error: BaseException | None = None) -> None:
        """Log an attempt in one line, which shows nothing that a caller has passed."""
        trace = getattr(error, "trace_id", None)
        _LOG.info(
            "%s: %s, %.0f ms, attempt %d%s%s",
            self.request.what,
            self.status or "no answer",
            (time.monotonic() - self.began) * 1000,
            self.attempt,
            f", {type(error).__name__}" if error else "",
            f", trace id {trace}" if trace else "",
        )
