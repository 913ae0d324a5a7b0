"""The one way in which a request is sent."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from ghl_notebook.errors import (
    ArgumentError,
    ConnectionFailedError,
    GatewayTimeoutError,
    ServiceError,
    SettingsError,
)

from .redirect import keep_location
from .verdict import body_of, error_of

API_VERSION: Final = "2021-07-28"
# httpx's own pool is sound up to 32 connections; one sub-account never needs as many.
_LIMITS: Final = httpx.Limits(max_connections=32, max_keepalive_connections=32)
_ATTEMPTS: Final = 3
_TRANSIENT: Final = (ConnectionFailedError, GatewayTimeoutError, ServiceError)

_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (httpx.ConnectTimeout, "Connecting took too long"),
    (httpx.TimeoutException, "No answer came within the time limit"),
    (httpx.ConnectError, "The connection was refused or the host was not found"),
    (httpx.NetworkError, "The connection broke"),
    (httpx.RemoteProtocolError, "The connection broke in the middle of the answer"),
    (httpx.ProxyError, "The proxy on the way refused the connection"),
    (httpx.DecodingError, "The answer was damaged on the way"),
)


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
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests; tests put theirs here.
    """

    def __init__(
        self,
        *,
        base_url: str,
        auth: httpx.Auth,
        timeout: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        _hide_redirects_in_logs()
        self._http = httpx.AsyncClient(
            base_url=base_url,
            auth=auth,
            headers={
                "Accept": "application/json",
                # The CDN in front of the service refuses some default ones (403, 1010).
                "User-Agent": f"ghl-notebook/{version('ghl-notebook')}",
                "Version": API_VERSION,
            },
            timeout=timeout,
            limits=_LIMITS,
            follow_redirects=False,
            # A bearer is all that the service asks for: keep none of its cookies.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            # A proxy from the environment cannot reach a simulator on this computer.
            trust_env=httpx.URL(base_url).host not in ("127.0.0.1", "localhost", "::1"),
            event_hooks={"response": [keep_location]},
            transport=transport,
        )

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
    ) -> dict[str, Any]:
        """Send a request and return the JSON object it is answered with.

        A GET is sent up to three times while the service is unreachable, too slow or failing;
        anything that may change something is sent once.

        Parameters
        ----------
        method, template : str
            Verb and path; ``{name}`` in the path is filled from `path`, percent-encoded.
        query : Mapping, optional
            Query parameters; those that are None are left out.
        body : Mapping, optional
            JSON body.

        Raises
        ------
        ConnectionFailedError
            If no answer came.
        ResponseError
            If the answer cannot be used.
        """
        response = await self.send(method, template, path=path, query=query, body=body)
        return body_of(f"{method} {template}", response)

    async def send(
        self,
        method: str,
        template: str,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, str | None] | None = None,
        body: Mapping[str, Any] | None = None,
        redirects: bool = False,
    ) -> httpx.Response:
        """Send a request and return its answer, errors by status raised; see `call`.

        With `redirects`, an answer 3xx is returned as it is. It is never followed.
        """
        what = f"{method} {template}"
        if self._http.is_closed:
            raise ArgumentError("The client is closed.", "Make a new one.")
        request = None
        with suppress(httpx.InvalidURL, UnicodeError):
            request = self._http.build_request(
                method,
                _fill(template, path or {}),
                params={k: v for k, v in (query or {}).items() if v is not None},
                json=body,
            )
        if request is None:
            raise ArgumentError(
                f"{what} cannot be asked with these values: one is too long or holds half a "
                "character.",
                "Pass ids as the service shows them.",
            )
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_TRANSIENT),
            stop=stop_after_attempt(_ATTEMPTS if method == "GET" else 1),
            wait=wait_random_exponential(multiplier=0.2, max=2.0),
            reraise=True,
        )
        return await retrying(self._send_once, what, request, redirects)

    async def _send_once(
        self, what: str, request: httpx.Request, redirects: bool
    ) -> httpx.Response:
        response = await self._carry(what, request)
        if not (redirects and response.is_redirect) and (error := error_of(what, response)):
            raise error
        return response

    async def _carry(self, what: str, request: httpx.Request) -> httpx.Response:
        try:
            return await self._http.send(request)
        except httpx.InvalidURL:
            failure: Exception = SettingsError(
                f"{what} cannot be sent: the address makes no sense.", "Check GHL_BASE_URL."
            )
        except (httpx.HTTPError, httpx.StreamError) as error:
            words = next((w for kind, w in _WORDS if isinstance(error, kind)), type(error).__name__)
            failure = ConnectionFailedError(f"{what} failed: {words}.")
        # Raised out here, not in the handler: the frames of httpx and h11 hold the bearer in their
        # locals, and a traceback that shows a cause may show those.
        raise failure


def _fill(template: str, values: Mapping[str, object]) -> str:
    filled = {}
    for name, value in values.items():
        if not isinstance(value, str) or not value.strip() or set(value) <= {"."}:
            raise ArgumentError(
                f"{name} is {value!r}.", "Pass the id as the service shows it, as a string."
            )
        filled[name] = quote(value, safe="")
    return template.format_map(filled)


_LOCATION_HEADER = re.compile(
    r"(\(b['\"](?:location|set-cookie)['\"], b)(['\"]).*?\2\)", re.IGNORECASE
)


class _HideRedirects(logging.Filter):
    """Take ``Location`` and cookies out of httpcore's debug lines: they hold the signed state."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "ocation" in text or "ookie" in text:
            record.msg = _LOCATION_HEADER.sub(r"\1\2********\2)", text)
            record.args = ()
        return True


def _hide_redirects_in_logs() -> None:
    for name in ("httpcore.http11", "httpcore.http2"):
        logger = logging.getLogger(name)
        if not any(isinstance(f, _HideRedirects) for f in logger.filters):
            logger.addFilter(_HideRedirects())
