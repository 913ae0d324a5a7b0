"""What carries requests to the service: a pool of connections, and what goes wrong on the way."""

from __future__ import annotations

import functools
import json
import os
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx

from ghl_notebook.auth import TokenAuth
from ghl_notebook.errors import (
    ArgumentError,
    ConnectionFailedError,
    GHLError,
    SettingsError,
    UnexpectedAnswerError,
)
from ghl_notebook.settings import network_settings
from ghl_notebook.wire import (
    API_VERSION,
    API_VERSIONS,
    MORE_FILES,
    UnreadableError,
    is_out_of_files,
)

from .arguments import check_kind, check_seconds
from .carrier import (
    PLAIN_IN_FLIGHT,
    Carrier,
    ClosedError,
    HttpxCarrier,
    LateError,
    PyreqwestCarrier,
)
from .exchange import Answer, Request
from .redaction import hide_answers_in_logs

WIDE_IN_FLIGHT: Final = 500
"""More were never measured to be faster."""

_LONGEST: Final = 60_000
"""Characters of an address: a little less than either library takes."""

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
    api_version : str
        The header ``Version``.
    is_wide : bool
        Many are to be in flight at once, where what that takes is installed.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests; tests put theirs here.

    Attributes
    ----------
    base_url, api_version : str
        As they were given.
    host : str
        Its host and port, as the requests name them: the only one that may see a token.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float,
        api_version: str = API_VERSION,
        is_wide: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if api_version not in API_VERSIONS:
            raise ArgumentError(
                f"There is no version {api_version!r} of the service's API.",
                f"Choose one of: {', '.join(API_VERSIONS)}.",
            )
        check_seconds("timeout", timeout)
        check_kind(
            "transport",
            transport,
            transport is None or isinstance(transport, httpx.AsyncBaseTransport),
            "an httpx.AsyncBaseTransport",
        )
        hide_answers_in_logs()
        self.base_url, self.api_version = base_url, api_version
        # Written as httpx writes it: without the scheme's own port, in lower case.
        self.host = httpx.URL(base_url).netloc.decode()
        self._plain = functools.partial(
            HttpxCarrier, base_url, timeout=timeout, api_version=api_version, transport=transport
        )
        wide = None
        if is_wide and transport is None:
            # There is no wheel of it for some platforms; and the child of a process that has used
            # it cannot.
            with suppress(ImportError, RuntimeError):
                wide = PyreqwestCarrier(base_url, timeout=timeout, api_version=api_version)
        self._carrier: Carrier = wide or self._plain()
        _OPEN.add(self)

    @property
    def most_in_flight(self) -> int:
        """Requests at once that it is sound for."""
        return PLAIN_IN_FLIGHT if isinstance(self._carrier, HttpxCarrier) else WIDE_IN_FLIGHT

    async def aclose(self) -> None:
        """Close the connections."""
        await self._carrier.aclose()

    def start_anew(self) -> None:
        """Go on in a forked process: connections and pyreqwest's threads are the parent's."""
        self._carrier = self._plain()

    def build(
        self,
        method: str,
        template: str,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, str | None] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Request:
        """Make a request of what is asked; see `Requester.call`.

        Raises
        ------
        ArgumentError
            If the client is closed, or a value makes no sense in an address or a body.
        """
        if self._carrier.is_closed:
            raise _closed_error()
        with suppress(UnicodeError):
            target = _fill(template, path or {})
            if asked := {k: v for k, v in (query or {}).items() if v is not None}:
                target += f"?{urlencode(asked)}"
            if len(target) <= _LONGEST:
                return Request(method, target, None if body is None else _json(body))
        raise ArgumentError(
            f"{method} {template} cannot be asked with these values: one is too long or holds half "
            "a character.",
            "Pass ids as the service shows them.",
        )

    async def send(self, what: str, request: Request, auth: TokenAuth, seconds: float) -> Answer:
        """Send a request, and return its answer, read whole.

        Parameters
        ----------
        what : str
            What is asked, for the error's text.
        auth : TokenAuth
            What proves who asks.
        seconds : float
            For all of it.

        Raises
        ------
        ConnectionFailedError
            If no answer came; its ``was_sent`` says whether the request may have arrived.
        ArgumentError
            If the client was closed before it was sent.
        GHLError
            Of the credential, or for an answer that is too large.
        """
        failure: GHLError
        try:
            return await self._carrier.carry(request, auth, seconds)
        except UnreadableError as error:
            failure = UnexpectedAnswerError(
                what,
                status=error.status,
                service_message=str(error),
                next_step="Check GHL_BASE_URL, and what a proxy on the way does to answers; the "
                "same answer was not asked for again.",
            )
            failure.may_pass = False
        except ClosedError:
            failure = _closed_error()
        except LateError as error:
            failure = ConnectionFailedError(f"{what} failed: No whole answer came in time.")
            failure.was_sent = error.was_sent
        except httpx.InvalidURL:
            failure = SettingsError(
                f"{what} cannot be sent: the address makes no sense.", "Check GHL_BASE_URL."
            )
        except (httpx.HTTPError, httpx.StreamError) as error:
            words = next((w for kind, w in _WORDS if isinstance(error, kind)), type(error).__name__)
            advice = None
            if is_out_of_files(error):
                words, advice = "This process has too many files and connections open", MORE_FILES
            elif isinstance(error, _NEVER_SENT) and (names := network_settings()):
                advice = f"Check the network, {', '.join(names)}, and GHL_BASE_URL, if you set it."
            failure = ConnectionFailedError(f"{what} failed: {words}.", advice)
            failure.was_sent = not isinstance(error, _NEVER_SENT)
        except GHLError as error:  # of the credential
            failure = error.with_traceback(None)
            failure.__context__ = None
        # Raised out here, not in the handler: the frames of httpx and h11 hold the bearer in their
        # locals, and a traceback that shows a cause may show those.
        raise failure


_OPEN: Final[weakref.WeakSet[Connection]] = weakref.WeakSet()


def _start_anew() -> None:
    for connection in list(_OPEN):
        connection.start_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)


def _closed_error() -> ArgumentError:
    return ArgumentError("The client is closed.", "Make a new one.")


def _fill(template: str, values: Mapping[str, object]) -> str:
    return template.format_map({name: _segment(name, value) for name, value in values.items()})


def _segment(name: str, value: object) -> str:
    if isinstance(value, str):
        if value.isascii() and value.isalnum():  # as nearly all ids are
            return value
        if value.strip() and not set(value) <= {"."}:
            return quote(value, safe="")
    raise ArgumentError(
        f"{name} is {value!r}.", "Pass the id as the service shows it, as a string."
    )


def _json(body: Mapping[str, Any]) -> bytes:
    # As httpx writes it.
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
