"""The two libraries that carry requests: httpx's own pool, and one that holds for many at once."""

from __future__ import annotations

import atexit
import os
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode

import httpx

from ghl_notebook.wire import client_options, read_at_most

from .redirect import keep_location

if TYPE_CHECKING:
    from pyreqwest.client import Client
    from pyreqwest.http import HeaderMap

PLAIN_IN_FLIGHT: Final = 32
"""httpx's own pool is sound up to so many: with more, it goes through all of them each time."""

MAX_BODY: Final = 32 * 2**20
"""Bytes of one answer, unpacked. The service's largest known one is under a hundredth of it."""


_LONGEST: Final = 60_000
"""Characters of an address: a little less than either library takes."""


_GRACE: Final = 1.0
"""Seconds after a call's own time, which is to end first."""


class ClosedError(Exception):
    """The carrier was closed before the request was sent."""


IDLE_SECONDS: Final = 4.0
"""For so long a connection is kept unused. Servers close theirs after five seconds and more; what
is sent on one that is being closed fails, and of hundreds at once not all would be repeated.
"""


class BodyTooLargeError(Exception):
    """An answer is larger than `MAX_BODY`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Carrier(Protocol):
    """Makes and carries requests; raises httpx's errors."""

    @property
    def is_closed(self) -> bool:
        """Whether it carries nothing any more."""
        ...

    def build(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
    ) -> httpx.Request:
        """Make a request with the service's headers; `path` is percent-encoded."""
        ...

    async def carry(self, request: httpx.Request, auth: httpx.Auth) -> httpx.Response:
        """Send a request, and return its answer, read whole.

        Raises
        ------
        httpx.HTTPError
            If no whole answer came.
        BodyTooLargeError, ClosedError
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
        self.http = httpx.AsyncClient(
            **client_options(base_url, api_version),
            # No limit for the way to a free connection: the pacer has let the request pass.
            timeout=httpx.Timeout(timeout, pool=None),
            limits=httpx.Limits(
                max_connections=PLAIN_IN_FLIGHT, max_keepalive_connections=PLAIN_IN_FLIGHT
            ),
            # A bearer is all that the service asks for: keep none of its cookies.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            event_hooks={"response": [keep_location]},
            transport=transport,
        )

    @property
    def is_closed(self) -> bool:
        """Whether it carries nothing any more."""
        return self.http.is_closed

    def build(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
    ) -> httpx.Request:
        """Make a request with the service's headers; `path` is percent-encoded."""
        return self.http.build_request(method, path, params=query, json=body)

    async def carry(self, request: httpx.Request, auth: httpx.Auth) -> httpx.Response:
        """Send a request, and return its answer, read whole."""
        if self.is_closed:
            raise ClosedError
        response = await self.http.send(request, stream=True, auth=auth)
        try:
            if not await read_at_most(response, MAX_BODY):
                raise BodyTooLargeError(response.status_code)
        finally:
            await response.aclose()
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self.http.aclose()


class PyreqwestCarrier:
    """pyreqwest's client: for hundreds of requests at once, at a third of the work for each.

    Requests, answers, credentials and errors are httpx's, as everywhere; what it leaves out is
    httpx's own client between them.

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

        options = client_options(base_url, api_version)
        self._base_url = base_url
        self._base = httpx.URL(base_url)
        self._headers = httpx.Headers(options["headers"])
        builder = (
            ClientBuilder()
            .follow_redirects(enable=False)
            .referer(enable=False)
            # Less than the other, which runs while connecting too: it would hide that nothing
            # was sent.
            .connect_timeout(timedelta(seconds=timeout * 0.9))
            .read_timeout(timedelta(seconds=timeout))
            .pool_idle_timeout(timedelta(seconds=idle_seconds))
        )
        if not options["trust_env"]:
            builder = builder.no_proxy()
        self._client: Client | None = builder.build()
        self.pid = os.getpid()
        _close_at_exit(self)

    @property
    def is_closed(self) -> bool:
        """Whether it carries nothing any more."""
        return self._client is None

    def build(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
    ) -> httpx.Request:
        """Make a request with the service's headers; `path` is percent-encoded."""
        if query:
            path = f"{path}?{urlencode(query)}"
        if len(path) > _LONGEST:
            raise httpx.InvalidURL("too long")
        # httpx would parse each address, which takes longer than all else that is made here.
        target = {"target": path}
        return httpx.Request(
            method, self._base, headers=self._headers, json=body, extensions=target
        )

    async def carry(self, request: httpx.Request, auth: httpx.Auth) -> httpx.Response:
        """Send a request, and return its answer, read whole."""
        flow = auth.async_auth_flow(request)
        try:
            response = await self._once(await anext(flow))
            while True:
                try:
                    request = await flow.asend(response)
                except StopAsyncIteration:
                    return response
                response = await self._once(request)
        finally:
            await flow.aclose()

    async def _once(self, request: httpx.Request) -> httpx.Response:
        from pyreqwest.exceptions import PyreqwestError

        client = self._client
        if client is None:
            raise ClosedError
        failure: httpx.RequestError
        try:
            address = self._base_url + request.extensions["target"]
            builder = client.request(request.method, address)
            builder = builder.headers(request.headers.multi_items())
            # pyreqwest goes on with a request that nobody waits for any more.
            seconds = request.extensions["seconds"] + _GRACE
            builder = builder.timeout(timedelta(seconds=seconds))
            if request.content:
                builder = builder.body_bytes(request.content)
        except ValueError:
            raise httpx.UnsupportedProtocol("an address or a header that makes no sense") from None
        try:
            async with builder.build_streamed() as answer:
                status, headers = answer.status, _readable(answer.headers)
                body = bytes(await answer.body_reader.read(MAX_BODY + 1) or b"")
        except PyreqwestError as error:
            failure = _as_httpx(error)
        else:
            if len(body) > MAX_BODY:
                raise BodyTooLargeError(status)
            response = _read_already(status, headers, body, request)
            await keep_location(response)
            return response
        raise failure

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


def _readable(headers: HeaderMap) -> list[tuple[str, str]]:
    """Return the headers of an answer that are ASCII, as all of the service's are."""
    with suppress(ValueError):
        return list(headers.items())
    found = []
    for name in dict.fromkeys(headers):
        with suppress(ValueError):
            found += [(name, value) for value in headers.getall(name)]
    return found


def _read_already(
    status: int, headers: list[tuple[str, str]], body: bytes, request: httpx.Request
) -> httpx.Response:
    """Make an answer; given as its content, httpx would go through the body once more."""
    stream = httpx.ByteStream(body)
    response = httpx.Response(status, headers=headers, stream=stream, request=request)
    response._content = body  # noqa: SLF001 - what `aread` sets
    response.is_stream_consumed = response.is_closed = True
    return response


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
    elif isinstance(error, exceptions.BodyDecodeError):
        is_cut = any("end of file" in words for words in said)
        kind = httpx.RemoteProtocolError if is_cut else httpx.DecodingError
    return kind(type(error).__name__)
