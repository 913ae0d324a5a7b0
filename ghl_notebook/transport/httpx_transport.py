"""Sends requests by httpx's own client: for a sub-account, which needs few connections."""

from __future__ import annotations

import asyncio
import functools
import weakref
from collections.abc import AsyncGenerator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Final, Self

import httpx

from ghl_notebook.background import register_after_fork
from ghl_notebook.errors import raise_without_context
from ghl_notebook.secret import Secret

from .exceptions import ClosedError, LateError
from .options import API_VERSION, open_client
from .redaction import redact_logs
from .request import Request, Response
from .unpacking import MAX_BODY, read_whole

HTTPX_IN_FLIGHT: Final = 32
"""httpx's pool goes through all its connections for each request; beyond 32 it collapses."""

_NO_AUTH: Final = httpx.Auth()
"""Keeps httpx from taking a user name out of an address for its own ``Authorization``."""

_ClientsOfLoops = weakref.WeakKeyDictionary[
    asyncio.AbstractEventLoop, tuple[httpx.AsyncClient, AsyncGenerator[None, None]]
]


class HttpxTransport:
    """httpx's client, one for each event loop. The clients of many sub-accounts may share it.

    Parameters
    ----------
    base_url : str
        The API's address.
    timeout : float
        Seconds for each phase of a request: to connect, to send, to wait, to read.
    api_version : str
        The header ``Version``.
    max_body : int
        Bytes of one response, on the wire and unpacked.
    transport : httpx.AsyncBaseTransport, optional
        What sends the requests; tests pass theirs here.

    Attributes
    ----------
    base_url, api_version : str
        As passed.
    host : str
        Host and port as requests name them: the only ones that may see a token.
    in_flight : int
        How many requests at once it supports.
    closes_when_unused : bool
        Whether leaving the last ``async with`` block closes the connections.
    """

    in_flight = HTTPX_IN_FLIGHT

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        api_version: str = API_VERSION,
        max_body: int = MAX_BODY,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        redact_logs()
        self.base_url, self.api_version = base_url, api_version
        # As httpx writes it: lowercase, without the scheme's default port.
        self.host = httpx.URL(base_url).netloc.decode()
        self._max_body = max_body
        self._open = functools.partial(
            open_client,
            base_url,
            api_version=api_version,
            # No limit for the wait for a free connection: the rate limiter has admitted it.
            timeout=httpx.Timeout(timeout, pool=None),
            limits=httpx.Limits(
                max_connections=HTTPX_IN_FLIGHT, max_keepalive_connections=HTTPX_IN_FLIGHT
            ),
            # The API needs a bearer only: keep none of its cookies.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            event_hooks={"response": [_set_location_aside]},
            transport=transport,
        )
        self._has_own_transport = transport is not None
        self._users = 0
        self.closes_when_unused = False
        self.is_closed = False
        # The first client is opened now, so that unusable settings are reported now.
        self.http = self._open()
        self._clients: _ClientsOfLoops = weakref.WeakKeyDictionary()
        register_after_fork(self)

    async def send(self, request: Request, token: Secret | None, seconds: float) -> Response:
        """Send a request with the headers that all share, and return its response.

        Parameters
        ----------
        request : Request
            What to send.
        token : Secret or None
            The access token.
        seconds : float
            The time limit, the body included.

        Raises
        ------
        Exception
            One of `FAILURES`, of which `failure_of` makes a `GHLError`.
        GHLError
            If no connection can be set up at all.
        """
        if self.is_closed:
            raise ClosedError
        progress: set[str] = set()

        async def note(event: str, _: object) -> None:
            progress.add(event.partition(".")[2])

        opened = self._clients.get(asyncio.get_running_loop())
        http = await self._open_here() if opened is None else opened[0]
        outgoing = http.build_request(
            request.method,
            request.target,
            content=request.content,
            headers=_headers_of(request),
            extensions={"trace": note},
        )
        if token is not None:
            outgoing.headers["Authorization"] = f"Bearer {token.reveal()}"
        try:
            async with asyncio.timeout(seconds):
                response = await http.send(outgoing, stream=True, auth=_NO_AUTH)
                try:
                    await read_whole(response, self._max_body)
                finally:
                    await response.aclose()
            return Response(
                response.status_code,
                dict(response.headers.multi_items()),
                response.content,
                response.extensions.get("location"),
                request.secrets if token is None else (*request.secrets, token),
            )
        except TimeoutError:
            # Not every transport reports events; without any, the request may have been sent.
            was_sent = not progress or "send_request_headers.started" in progress
            raise_without_context(LateError(was_sent=was_sent))

    async def _open_here(self) -> httpx.AsyncClient:
        """Return a client for this event loop: connections cannot be used in another one."""
        if self._has_own_transport:
            return self.http
        if self._clients or self.http.is_closed:
            self.http = self._open()
        http = self.http
        closing = _close_with_the_loop(http)
        await anext(closing)
        self._clients[asyncio.get_running_loop()] = http, closing
        return http

    async def aclose(self) -> None:
        """Close the connections."""
        self.is_closed = True
        clients, self._clients = self._clients, weakref.WeakKeyDictionary()
        for loop, (_, closing) in list(clients.items()):
            if loop is asyncio.get_running_loop():
                await closing.aclose()
            elif loop.is_running():
                asyncio.run_coroutine_threadsafe(_closed(closing), loop)
        await self.http.aclose()

    async def __aenter__(self) -> Self:
        self._users += 1
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._users -= 1
        await self._close_if_unused()

    async def close_when_unused(self) -> None:
        """Close the connections as soon as no ``async with`` block uses them."""
        self.closes_when_unused = True
        await self._close_if_unused()

    async def _close_if_unused(self) -> None:
        if self.closes_when_unused and not self._users:
            await self.aclose()

    def after_fork(self) -> None:
        """Open other connections in a forked process: these are the parent's."""
        self.http = self._open()
        self._clients = weakref.WeakKeyDictionary()
        self._users = 0


def _headers_of(request: Request) -> dict[str, str]:
    headers = {} if request.content is None else {"Content-Type": request.content_type}
    return headers if request.version is None else headers | {"Version": request.version}


class Unclosed(httpx.AsyncBaseTransport):
    """A transport that its owner closes."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        return await self._transport.handle_async_request(request)


async def _set_location_aside(response: httpx.Response) -> None:
    """Keep a response's first ``Location`` from httpx.

    httpx parses the address of a redirect that it is not to follow, and fails for an odd one.
    """
    found = response.headers.get_list("location")
    if found:
        response.extensions["location"] = Secret(found[0])
        del response.headers["location"]


async def _close_with_the_loop(http: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """Close a client when its event loop ends: `asyncio.run` closes all generators before."""
    try:
        yield
    finally:
        await http.aclose()


async def _closed(closing: AsyncGenerator[None, None]) -> None:
    await closing.aclose()
