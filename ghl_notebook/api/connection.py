"""What carries requests to the service: a pool of connections, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import quote

import httpx

from ghl_notebook.errors import (
    ArgumentError,
    ConnectionFailedError,
    GHLError,
    SettingsError,
    UnexpectedAnswerError,
)
from ghl_notebook.pacing import MAX_IN_FLIGHT
from ghl_notebook.wire import client_options, read_at_most

from .redaction import hide_answers_in_logs
from .redirect import keep_location

# httpx's own pool is sound up to 32 connections; one sub-account never needs as many.
_LIMITS: Final = httpx.Limits(
    max_connections=MAX_IN_FLIGHT, max_keepalive_connections=MAX_IN_FLIGHT
)
MAX_BODY: Final = 32 * 2**20
"""Bytes of one answer, unpacked. The service's largest known one is under a hundredth of it."""

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


class Connection:
    """Carries requests to the service. The clients of many sub-accounts may share one.

    Parameters
    ----------
    base_url : str
        The API's address.
    timeout : float
        Seconds for each phase of a request: to connect, to send, to wait, to read.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests; tests put theirs here.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        hide_answers_in_logs()
        self._http = httpx.AsyncClient(
            **client_options(base_url),
            # No limit for the way to a free connection: the pacer has let the request pass.
            timeout=httpx.Timeout(timeout, pool=None),
            limits=_LIMITS,
            # A bearer is all that the service asks for: keep none of its cookies.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            event_hooks={"response": [keep_location]},
            transport=transport,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def build(
        self,
        method: str,
        template: str,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, str | None] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Request:
        """Make a request of what is asked; see `Requester.call`.

        Raises
        ------
        ArgumentError
            If the client is closed, or a value makes no sense in an address or a body.
        """
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
            f"{method} {template} cannot be asked with these values: one is too long or holds half "
            "a character.",
            "Pass ids as the service shows them.",
        )

    async def send(
        self, what: str, request: httpx.Request, auth: httpx.Auth, seconds: float
    ) -> httpx.Response:
        """Send a request, and return its answer, read whole.

        Parameters
        ----------
        what : str
            What is asked, for the error's text.
        auth : httpx.Auth
            What proves who asks.
        seconds : float
            For all of it.

        Raises
        ------
        ConnectionFailedError
            If no answer came; its ``was_sent`` says whether the request may have arrived.
        GHLError
            Of the credential, or for an answer that is too large.
        """
        failure: GHLError
        way = _Way()
        request.extensions = {**request.extensions, "trace": way.note}
        try:
            async with asyncio.timeout(seconds):
                response = await self._http.send(request, stream=True, auth=auth)
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


def _fill(template: str, values: Mapping[str, object]) -> str:
    filled = {}
    for name, value in values.items():
        if not isinstance(value, str) or not value.strip() or set(value) <= {"."}:
            raise ArgumentError(
                f"{name} is {value!r}.", "Pass the id as the service shows it, as a string."
            )
        filled[name] = quote(value, safe="")
    return template.format_map(filled)
