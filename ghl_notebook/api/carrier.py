"""The two libraries that carry requests: httpx's own pool, and one that holds for many at once."""

from __future__ import annotations

import asyncio
import atexit
import errno
import functools
import os
import time
import weakref
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final, Protocol

import httpx

from ghl_notebook.auth import TokenAuth, rejects_token
from ghl_notebook.secret import Secret
from ghl_notebook.wire import (
    MAX_BODY,
    TOO_MANY_FILES,
    Unpacking,
    client_options,
    open_client,
    read_whole,
    unusable,
)

from .exchange import Answer, Request, answer_of, put_location_aside

if TYPE_CHECKING:
    from pyreqwest.client import Client
    from pyreqwest.http import HeaderMap
    from pyreqwest.response import Response

PLAIN_IN_FLIGHT: Final = 32
"""httpx's own pool is sound up to so many: with more, it goes through all of them each time."""

_PART: Final = 2**18
"""Bytes of an answer that are read at once; most are less."""

IDLE_SECONDS: Final = 4.0
"""For so long a connection is kept unused. Servers close theirs after five seconds and more; what
is sent on one that is being closed fails, and of hundreds at once not all would be repeated.
"""


class ClosedError(Exception):
    """The carrier was closed before the request was sent."""


class LateError(Exception):
    """No whole answer came in time."""

    def __init__(self, *, was_sent: bool) -> None:
        super().__init__(was_sent)
        self.was_sent = was_sent


class Carrier(Protocol):
    """Carries requests to the service; raises httpx's errors."""

    @property
    def is_closed(self) -> bool:
        """Whether it carries nothing any more."""
        ...

    async def carry(self, request: Request, auth: TokenAuth, seconds: float) -> Answer:
        """Send a request with the headers that all have, and return its answer.

        Parameters
        ----------
        request : Request
            What to send.
        auth : TokenAuth
            What proves who asks.
        seconds : float
            For all of it.

        Raises
        ------
        httpx.HTTPError
            If no whole answer came.
        UnreadableError, LateError, ClosedError
            See there.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class HttpxCarrier:
    """httpx's own client: for a sub-account, which needs few connections.

    Parameters
    ----------
    base_url, api_version
        As for `Connection`.
    timeout : float
        Seconds for each phase of a request.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        api_version: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._make = functools.partial(
            open_client,
            base_url,
            api_version=api_version,
            # No limit for the way to a free connection: the pacer has let the request pass.
            timeout=httpx.Timeout(timeout, pool=None),
            limits=httpx.Limits(
                max_connections=PLAIN_IN_FLIGHT, max_keepalive_connections=PLAIN_IN_FLIGHT
            ),
            # A bearer is all that the service asks for: keep none of its cookies.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            event_hooks={"response": [put_location_aside]},
            transport=transport,
        )
        self._is_lent = transport is not None
        self.is_closed = False
        # The first is made now: what cannot be used of the settings is said now.
        self.http = self._make()
        self._of_loops: _OfLoops = weakref.WeakKeyDictionary()

    async def _here(self) -> httpx.AsyncClient:
        """Return the client of this event loop: connections are of no use in another one."""
        if self._is_lent:
            return self.http
        loop = asyncio.get_running_loop()
        if loop not in self._of_loops:
            if self._of_loops or self.http.is_closed:
                self.http = self._make()
            closing = _close_with_the_loop(self.http)
            await anext(closing)
            self._of_loops[loop] = self.http, closing
        return self._of_loops[loop][0]

    async def carry(self, request: Request, auth: TokenAuth, seconds: float) -> Answer:
        """Send a request, and return its answer."""
        if self.is_closed:
            raise ClosedError
        way = _Way()
        http = await self._here()
        outgoing = http.build_request(
            request.method,
            request.target,
            content=request.content,
            headers=None if request.content is None else {"Content-Type": request.content_type},
            extensions={"trace": way.note},
        )
        try:
            async with asyncio.timeout(seconds):
                response = await http.send(outgoing, stream=True, auth=auth)
                try:
                    await read_whole(response, MAX_BODY)
                finally:
                    await response.aclose()
        except TimeoutError:
            late = LateError(was_sent=way.was_sent)
        else:
            return answer_of(response)
        raise late

    async def aclose(self) -> None:
        """Close the connections."""
        self.is_closed = True
        opened, self._of_loops = self._of_loops, weakref.WeakKeyDictionary()
        for loop, (_, closing) in list(opened.items()):
            if loop is asyncio.get_running_loop():
                await closing.aclose()
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(_ended(closing), loop)
        await self.http.aclose()


_OfLoops = weakref.WeakKeyDictionary[
    asyncio.AbstractEventLoop, tuple[httpx.AsyncClient, AsyncGenerator[None, None]]
]


async def _close_with_the_loop(http: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """Close a client when its event loop ends: `asyncio.run` ends all generators before."""
    try:
        yield
    finally:
        await http.aclose()


async def _ended(closing: AsyncGenerator[None, None]) -> None:
    await closing.aclose()


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


class PyreqwestCarrier:
    """pyreqwest's client: for hundreds of requests at once, which httpx's pool does not bear.

    Parameters
    ----------
    base_url, timeout, api_version
        As for `HttpxCarrier`.
    idle_seconds : float
        For so long a connection is kept unused.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        api_version: str,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        from pyreqwest.client import ClientBuilder
        from pyreqwest.exceptions import BuilderError

        options = client_options(base_url, api_version)
        self._base_url = base_url
        self._host = httpx.URL(base_url).netloc.decode()
        builder = (
            ClientBuilder()
            .default_headers(options["headers"])
            .follow_redirects(enable=False)
            .referer(enable=False)
            # It would unpack anything, without a limit.
            .gzip(enable=False)
            .brotli(enable=False)
            .zstd(enable=False)
            .deflate(enable=False)
            # Less than the other, which runs while connecting too: it would hide that nothing
            # was sent.
            .connect_timeout(timedelta(seconds=timeout * 0.9))
            .read_timeout(timedelta(seconds=timeout))
            .pool_idle_timeout(timedelta(seconds=idle_seconds))
        )
        if not options["trust_env"]:
            builder = builder.no_proxy()
        self._client: Client | None = None
        failure: Exception | None = None
        try:
            self._client = builder.build()
        except BuilderError as error:  # of the system's, or the environment's, certificates
            failure = unusable(error)
        if failure is not None:
            raise failure
        self.pid = os.getpid()
        _close_at_exit(self)

    @property
    def is_closed(self) -> bool:
        """Whether it carries nothing any more."""
        return self._client is None

    async def carry(self, request: Request, auth: TokenAuth, seconds: float) -> Answer:
        """Send a request, and return its answer."""
        until = time.monotonic() + seconds
        token = await auth.token() if auth.host == self._host else None
        answer = await self._once(request, token, until)
        if token is not None and rejects_token(answer.status, answer.content, answer.content_type):
            token = await auth.another(token)
            if token is not None:  # nothing was done: this may be a POST
                answer = await self._once(request, token, until)
        return answer

    async def _once(self, request: Request, token: Secret | None, until: float) -> Answer:
        from pyreqwest.exceptions import PyreqwestError

        client = self._client
        if client is None:
            raise ClosedError
        seconds = until - time.monotonic()
        if seconds <= 0:  # it took as long to get the token
            raise LateError(was_sent=False)
        failure: httpx.RequestError | None
        try:
            builder = client.request(request.method, self._base_url + request.target)
            # pyreqwest goes on with a request that nobody waits for any more: it is to end it.
            builder = builder.timeout(timedelta(seconds=seconds))
            if token is not None:
                builder = builder.header("Authorization", f"Bearer {token.reveal()}")
            if request.content is not None:
                builder = builder.header("Content-Type", request.content_type)
                builder = builder.body_bytes(request.content)
        except ValueError:
            raise httpx.UnsupportedProtocol("an address or a header that makes no sense") from None
        task = asyncio.current_task()
        cancellations = task.cancelling() if task is not None else 0
        try:
            async with builder.build_streamed() as came:
                headers = _readable(came.headers)
                answer = Answer(came.status, headers, await _read(came), sent=token)
                if "location" in headers:
                    answer.location = Secret(came.headers.getall("location")[0])
                    del headers["location"]
        except PyreqwestError as error:
            failure = _as_httpx(error)
        except httpx.DecodingError as error:
            failure = error
        else:
            failure = None
        if task is not None and task.cancelling() > cancellations:
            # When its answer comes at that moment, pyreqwest forgets that the task is cancelled.
            raise asyncio.CancelledError
        if failure is not None:
            raise failure
        return answer

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def close_now(self) -> None:
        """Close the connections where no event loop runs any more."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(StopIteration):  # it waits for nothing
                client.close().send(None)


_OPEN: Final[weakref.WeakSet[PyreqwestCarrier]] = weakref.WeakSet()
_LEAVE: Final = 0.05
"""Seconds at the end of a process: far more than a thread needs that waits for nothing else."""


def _close_at_exit(carrier: PyreqwestCarrier) -> None:
    atexit.unregister(_close_all)
    atexit.register(_close_all, os.getpid())
    _OPEN.add(carrier)


def _close_all(pid: int) -> None:
    """Get pyreqwest's thread out of the interpreter before that ends.

    It brings each answer into the event loop. Python up to 3.13 breaks off a thread that does so
    while the interpreter ends, and pyreqwest then aborts the process (SIGABRT).
    """
    if pid != os.getpid():  # a forked child has no such thread
        return
    for carrier in list(_OPEN):
        if carrier.pid == pid:
            carrier.close_now()
    time.sleep(_LEAVE)


async def _read(came: Response) -> bytes:
    encodings = ",".join(came.get_header_all("content-encoding")).split(",")
    unpacking = Unpacking(came.status, encodings, MAX_BODY)
    while part := await came.body_reader.read(_PART):
        unpacking.feed(bytes(part))
        if len(part) < _PART:  # that was all
            break
    return unpacking.content()


def _readable(headers: HeaderMap) -> dict[str, str]:
    """Return the headers of an answer that are ASCII, as all of the service's are."""
    with suppress(ValueError):
        return dict(headers.items())
    found = {}
    for name in dict.fromkeys(headers):
        with suppress(ValueError):
            found[name] = headers.getall(name)[-1]
    return found


def _as_httpx(error: Exception) -> httpx.RequestError:
    """Return the error of httpx that says the same; of the other one nothing is kept.

    Its class does not tell whether the request was sent: a reset after that is a `ConnectError`
    too. The stage at which its own client failed, among the causes, does. Where that is not told,
    the request counts as sent.
    """
    from pyreqwest import exceptions

    causes = (getattr(error, "details", None) or {}).get("causes") or []
    said = [cause["message"] for cause in causes]
    never_sent = "client error (Connect)" in said
    kind: type[httpx.RequestError] = httpx.RemoteProtocolError
    if isinstance(error, exceptions.RequestTimeoutError):
        kind = httpx.ConnectTimeout if never_sent else httpx.ReadTimeout
    elif never_sent and "tunnel error: unsuccessful" in said:
        kind = httpx.ProxyError
    elif isinstance(error, exceptions.NetworkError | exceptions.ClientClosedError):
        kind = httpx.ConnectError if never_sent else httpx.ReadError
    elif isinstance(error, exceptions.BuilderError):
        kind = httpx.UnsupportedProtocol
    failure = kind(type(error).__name__)
    if any(f"os error {number}" in words for words in said for number in TOO_MANY_FILES):
        failure.__cause__ = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return failure
