"""The one way in which a request is sent: pace, send, verdict, and again where that is safe."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
from tenacity import AsyncRetrying, RetryCallState, stop_any
from tenacity.stop import stop_base

from ghl_notebook.errors import (
    ArgumentError,
    ConnectionFailedError,
    DailyLimitError,
    GHLError,
    ResponseError,
    SettingsError,
    UnexpectedAnswerError,
)
from ghl_notebook.pacing import (
    MAX_IN_FLIGHT,
    Limits,
    Pacer,
    Slot,
    read_limits,
    read_retry_after,
)
from ghl_notebook.wire import client_options, read_at_most

from .redaction import hide_answers_in_logs
from .redirect import keep_location
from .retry import MayRepeat, RetryBudget, StopWhenSpent, may_have_happened, wait_before
from .time_told import read_offset
from .verdict import Clock, Shape, body_of, error_of

# httpx's own pool is sound up to 32 connections; one sub-account never needs as many.
_LIMITS: Final = httpx.Limits(
    max_connections=MAX_IN_FLIGHT, max_keepalive_connections=MAX_IN_FLIGHT
)
MAX_BODY: Final = 32 * 2**20
"""Bytes of one answer, unpacked. The service's largest known one is under a hundredth of it."""

_LOG: Final = logging.getLogger("ghl_notebook.api")

_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (httpx.ConnectTimeout, "Connecting took too long"),
    (httpx.TimeoutException, "No answer came within the time limit"),
    (httpx.ConnectError, "The connection was refused or the host was not found"),
    (httpx.NetworkError, "The connection broke"),
    (httpx.RemoteProtocolError, "The connection broke in the middle of the answer"),
    (httpx.ProxyError, "The proxy on the way refused the connection"),
    (httpx.DecodingError, "The answer was damaged on the way"),
)
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

T = TypeVar("T")


class Requester:
    """Send requests to the service and read the answers.

    Parameters
    ----------
    base_url : str
        The API's address.
    auth : httpx.Auth
        What proves who asks.
    timeout : float
        Seconds for each phase of a request: to connect, to send, to wait, to read.
    time_limit : float
        Seconds for all attempts of one call together. Waiting for the rate limit does not count.
    pacer : Pacer
        Whom the service counts the calls for.
    clock : callable
        The current time, with a time zone.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests; tests put theirs here.
    """

    def __init__(
        self,
        *,
        base_url: str,
        auth: httpx.Auth,
        timeout: float,
        time_limit: float,
        pacer: Pacer,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        hide_answers_in_logs()
        self._pacer = pacer
        self._clock = clock
        self._time_limit = time_limit
        self._budget = RetryBudget()
        self._used_up: tuple[DailyLimitError, float] | None = None
        self.clock_offset: timedelta | None = None
        self._http = httpx.AsyncClient(
            **client_options(base_url),
            auth=auth,
            # No limit for the way to a free connection: the pacer has let the request pass.
            timeout=httpx.Timeout(timeout, pool=None),
            limits=_LIMITS,
            # A bearer is all that the service asks for: keep none of its cookies.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            event_hooks={"response": [keep_location]},
            transport=transport,
        )

    @property
    def limits(self) -> Limits:
        """What the service's last answer said is left."""
        return self._pacer.limits

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, str | None] | None = None,
        body: Mapping[str, Any] | None = None,
        shape: Shape | None = None,
    ) -> dict[str, Any]:
        """Send a request and return the JSON object it is answered with.

        A GET is sent up to four times while the service is unreachable, too slow, failing or
        damaged on the way; anything that may change something is sent again only if the service
        has certainly not carried it out. After an answer 429 both wait and are sent again.

        Parameters
        ----------
        method, template : str
            Verb and path; ``{name}`` in the path is filled from `path`, percent-encoded.
        query : Mapping, optional
            Query parameters; those that are None are left out.
        body : Mapping, optional
            JSON body.
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
        return await self._ask(read, method, template, path, query, body, redirects=False)

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
        redirects: bool,
    ) -> T:
        what = f"{method} {template}"
        request = self._build(what, method, template, path, query, body)
        changes = method != "GET"
        self._budget.earn()
        seconds = _SecondsLeft(self._time_limit)
        retrying = AsyncRetrying(
            retry=MayRepeat(changes_something=changes),
            stop=stop_any(seconds, StopWhenSpent(self._budget)),
            wait=wait_before,
            reraise=True,
        )
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
            return await retrying(attempt)
        except GHLError as error:
            if changes and may_have_happened(error):
                error.leave_outcome_open()
            raise

    def _build(
        self,
        what: str,
        method: str,
        template: str,
        path: Mapping[str, object] | None,
        query: Mapping[str, str | None] | None,
        body: Mapping[str, Any] | None,
    ) -> httpx.Request:
        if self._http.is_closed:
            raise ArgumentError("The client is closed.", "Make a new one.")
        with suppress(httpx.InvalidURL, UnicodeError):
            return self._http.build_request(
                method,
                _fill(template, path or {}),
                params={k: v for k, v in (query or {}).items() if v is not None},
                json=body,
            )
        raise ArgumentError(
            f"{what} cannot be asked with these values: one is too long or holds half a character.",
            "Pass ids as the service shows them.",
        )

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
                response = await self._carry(what, request, seconds.left)
        except ConnectionFailedError as error:
            if error.was_sent:
                slot.release(None)
            raise
        except BaseException:
            slot.release(None)
            raise
        limits = read_limits(response.headers)
        slot.release(
            limits,
            # When the day's calls are used up, an interval changes nothing.
            refused=response.status_code == 429 and limits.daily_remaining != 0,
            retry_after=read_retry_after(response.headers),
        )
        self.clock_offset = read_offset(response.headers, self._clock())
        return response

    async def _carry(self, what: str, request: httpx.Request, seconds: float) -> httpx.Response:
        failure: GHLError
        way = _Way()
        request.extensions = {**request.extensions, "trace": way.note}
        try:
            async with asyncio.timeout(seconds):
                response = await self._http.send(request, stream=True)
                try:
                    if not await read_at_most(response, MAX_BODY):
                        raise UnexpectedAnswerError(
                            what,
                            status=response.status_code,
                            service_message=f"a body of more than {MAX_BODY // 2**20} MB",
                        )
                finally:
                    await response.aclose()
                return response
        except TimeoutError:
            failure = ConnectionFailedError(f"{what} failed: No whole answer came in time.")
            failure.was_sent = way.was_sent
        except httpx.InvalidURL:
            failure = SettingsError(
                f"{what} cannot be sent: the address makes no sense.", "Check GHL_BASE_URL."
            )
        except (httpx.HTTPError, httpx.StreamError) as error:
            words = next((w for kind, w in _WORDS if isinstance(error, kind)), type(error).__name__)
            failure = ConnectionFailedError(f"{what} failed: {words}.")
            failure.was_sent = not isinstance(error, _NEVER_SENT)
        except GHLError as error:  # of the credential, or a body that is too large
            failure = error.with_traceback(None)
            failure.__context__ = None
        # Raised out here, not in the handler: the frames of httpx and h11 hold the bearer in their
        # locals, and a traceback that shows a cause may show those.
        raise failure


class _Way:
    """How far a request has come, as the transport tells of it."""

    def __init__(self) -> None:
        self._events: set[str] = set()

    async def note(self, event: str, _: object) -> None:
        self._events.add(event.partition(".")[2])

    @property
    def was_sent(self) -> bool:
        # Not every transport tells: without a word it may have been.
        return not self._events or "send_request_headers.started" in self._events


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


def _fill(template: str, values: Mapping[str, object]) -> str:
    filled = {}
    for name, value in values.items():
        if not isinstance(value, str) or not value.strip() or set(value) <= {"."}:
            raise ArgumentError(
                f"{name} is {value!r}.", "Pass the id as the service shows it, as a string."
            )
        filled[name] = quote(value, safe="")
    return template.format_map(filled)
