"""Sends requests by pyreqwest: hundreds at once, for which httpx's pool is not reliable."""

from __future__ import annotations

import asyncio
import atexit
import errno
import functools
import os
import time
import weakref
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import httpx

from ghl_notebook.background import register_after_fork
from ghl_notebook.errors import raise_without_context
from ghl_notebook.secret import Secret

from .exceptions import ClosedError
from .httpx_transport import HttpxTransport
from .options import API_VERSION, TOO_MANY_FILES, client_options, unusable
from .request import Request, Response
from .unpacking import MAX_BODY, Unpacking

if TYPE_CHECKING:
    from pyreqwest.client import Client
    from pyreqwest.http import HeaderMap
    from pyreqwest.response import Response as StreamedResponse

PYREQWEST_IN_FLIGHT: Final = 500
"""More were never measured to be faster."""

_PART: Final = 2**18
"""Bytes of a response that are read at once; most responses are smaller."""

IDLE_SECONDS: Final = 4.0
"""How long an unused connection stays open. Servers close theirs after five seconds and more: a
request on a connection that is being closed fails, and of hundreds at once not all are retried.
"""


class PyreqwestTransport:
    """pyreqwest's client, for the many requests of an agency; in a forked child httpx's.

    Parameters
    ----------
    base_url, timeout, api_version
        As for `HttpxTransport`.
    idle_seconds : float
        How long an unused connection stays open.

    Attributes
    ----------
    base_url, api_version, host, in_flight
        As for `HttpxTransport`.

    Raises
    ------
    ImportError
        If pyreqwest has no wheel for this platform.
    RuntimeError
        In the child of a process that has used it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        api_version: str = API_VERSION,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        from pyreqwest.client import ClientBuilder
        from pyreqwest.exceptions import BuilderError

        options = client_options(base_url, api_version)
        self.base_url, self.api_version = base_url, api_version
        self.host = httpx.URL(base_url).netloc.decode()
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
            # Shorter than the read timeout, which also runs while connecting: that one would hide
            # that nothing was sent.
            .connect_timeout(timedelta(seconds=timeout * 0.9))
            .read_timeout(timedelta(seconds=timeout))
            .pool_idle_timeout(timedelta(seconds=idle_seconds))
        )
        if not options["trust_env"]:
            builder = builder.no_proxy()
        self._client: Client | None = None
        try:
            self._client = builder.build()
        except BuilderError as error:  # of the system's or the environment's certificates
            raise_without_context(unusable(error))
        self._open_httpx = functools.partial(
            HttpxTransport, base_url, timeout=timeout, api_version=api_version
        )
        self._httpx: HttpxTransport | None = None
        self.pid = os.getpid()
        _close_at_exit(self)
        register_after_fork(self)

    @property
    def is_closed(self) -> bool:
        """Whether it sends nothing any more."""
        return self._client is None if self._httpx is None else self._httpx.is_closed

    @property
    def in_flight(self) -> int:
        """How many requests at once it supports."""
        return PYREQWEST_IN_FLIGHT if self._httpx is None else self._httpx.in_flight

    async def send(self, request: Request, token: Secret | None, seconds: float) -> Response:
        """Send a request, and return its response; see `HttpxTransport.send`."""
        from pyreqwest.exceptions import PyreqwestError

        if self._httpx is not None:
            return await self._httpx.send(request, token, seconds)
        client = self._client
        if client is None:
            raise ClosedError
        try:
            builder = client.request(request.method, self.base_url + request.target)
            # pyreqwest completes a request that nobody awaits any more: its own timeout ends it.
            builder = builder.timeout(timedelta(seconds=seconds))
            if token is not None:
                builder = builder.header("Authorization", f"Bearer {token.reveal()}")
            if request.version is not None:
                builder = builder.header("Version", request.version)
            if request.content is not None:
                builder = builder.header("Content-Type", request.content_type)
                builder = builder.body_bytes(request.content)
        except ValueError:
            words = "an address or a header that makes no sense"
            raise_without_context(httpx.UnsupportedProtocol(words))
        task = asyncio.current_task()
        cancellations = task.cancelling() if task is not None else 0
        failure: httpx.RequestError | None = None
        try:
            async with builder.build_streamed() as streamed:
                headers = _readable(streamed.headers)
                secrets = request.secrets if token is None else (*request.secrets, token)
                response = Response(
                    streamed.status, headers, await _read(streamed), secrets=secrets
                )
                if "location" in headers:
                    response.location = Secret(streamed.headers.getall("location")[0])
                    del headers["location"]
        except (PyreqwestError, httpx.DecodingError) as error:
            failure = _as_httpx(error)
        if task is not None and task.cancelling() > cancellations:
            # When the response comes at that moment, pyreqwest forgets that the task is cancelled.
            raise asyncio.CancelledError
        if failure is not None:
            raise failure
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        if self._httpx is not None:
            await self._httpx.aclose()
            return
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def after_fork(self) -> None:
        """Send by httpx in a forked process: pyreqwest's threads are the parent's."""
        if self._httpx is None and self._client is not None:
            self._httpx = self._open_httpx()

    def close_now(self) -> None:
        """Close the connections where no event loop runs any more."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(StopIteration):  # it waits for nothing
                client.close().send(None)


_OPEN: Final[weakref.WeakSet[PyreqwestTransport]] = weakref.WeakSet()
_LEAVE: Final = 0.05
"""Seconds at the end of a process: far more than a thread needs that waits for nothing else."""


def _close_at_exit(transport: PyreqwestTransport) -> None:
    atexit.unregister(_close_all)
    atexit.register(_close_all, os.getpid())
    _OPEN.add(transport)


def _close_all(pid: int) -> None:
    """Get pyreqwest's thread out of the interpreter before that ends.

    It passes each response into the event loop. Python up to 3.13 breaks off a thread that does so
    while the interpreter ends, and pyreqwest then aborts the process (SIGABRT).
    """
    if pid != os.getpid():  # a forked child has no such thread
        return
    for transport in list(_OPEN):
        if transport.pid == pid:
            transport.close_now()
    time.sleep(_LEAVE)


async def _read(streamed: StreamedResponse) -> bytes:
    encodings = ",".join(streamed.get_header_all("content-encoding")).split(",")
    unpacking = Unpacking(streamed.status, encodings, MAX_BODY)
    while part := await streamed.body_reader.read(_PART):
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
    """Return httpx's error for the same failure; nothing of pyreqwest's is stored.

    The class of pyreqwest's error does not show whether the request was sent: a reset after that is
    a `ConnectError` too. Its causes name the stage where the client failed. Without a stage, the
    request counts as sent.
    """
    if isinstance(error, httpx.RequestError):
        return error.with_traceback(None)
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
