"""A transport that records the shapes of requests and answers."""

from __future__ import annotations

import re
import urllib.request
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

import httpx
import msgspec

from ghl_notebook.sanitize import replace_half_characters
from ghl_notebook.settings import is_loopback
from ghl_notebook.transport import MAX_BODY, read_error_response, read_whole, trusted

from .shape import Names, Shape, form_of, safe_key, shape_of

_OAUTH: Final = "/social-media-posting/oauth"
_TEMPLATES: Final = tuple(
    (re.compile(rf"(?:/.*)?{pattern}"), template)
    for pattern, template in (
        (rf"{_OAUTH}/[^/]+/start", f"{_OAUTH}/{{platform}}/start"),
        (
            rf"{_OAUTH}/[^/]+/[^/]+/(accounts|locations)/[^/]+",
            f"{_OAUTH}/{{locationId}}/{{platform}}/{{collection}}/{{accountId}}",
        ),
        (
            rf"{_OAUTH}/[^/]+/(accounts|locations)/[^/]+",
            f"{_OAUTH}/{{platform}}/{{collection}}/{{accountId}}",
        ),
        (r"/social-media-posting/[^/]+/accounts", "/social-media-posting/{locationId}/accounts"),
        (r"/users/", "/users/"),
        (
            r"/social-media-posting/[^/]+/posts/list",
            "/social-media-posting/{locationId}/posts/list",
        ),
        (
            r"/social-media-posting/[^/]+/posts/[^/]+",
            "/social-media-posting/{locationId}/posts/{id}",
        ),
        (r"/social-media-posting/[^/]+/posts", "/social-media-posting/{locationId}/posts"),
        (r"/social-media-posting/statistics", "/social-media-posting/statistics"),
        (r"/social-media-posting/[^/]+/csv", "/social-media-posting/{locationId}/csv"),
    )
)
START: Final = f"GET {_TEMPLATES[0][1]}"
STEP_2: Final = f"GET {_TEMPLATES[1][1]}"
STEP_2_SHORT: Final = f"GET {_TEMPLATES[2][1]}"
ATTACH: Final = f"POST {_TEMPLATES[1][1]}"
ACCOUNTS: Final = f"GET {_TEMPLATES[3][1]}"
USERS: Final = f"GET {_TEMPLATES[4][1]}"
POSTS: Final = f"POST {_TEMPLATES[5][1]}"
POST: Final = f"GET {_TEMPLATES[6][1]}"
EDIT_POST: Final = f"PUT {_TEMPLATES[6][1]}"
DELETE_POST: Final = f"DELETE {_TEMPLATES[6][1]}"
CREATE_POST: Final = f"POST {_TEMPLATES[7][1]}"
STATISTICS: Final = f"POST {_TEMPLATES[8][1]}"
IMPORTS: Final = f"GET {_TEMPLATES[9][1]}"

# Only the values of these headers and parameters are recorded.
_SAFE_HEADERS: Final = frozenset({"content-type", "retry-after", "version", "user-agent", "accept"})
_SAFE_PARAMETERS: Final = frozenset({"fetchAll", "reconnect", "loginType", "page"})
_LIMITS: Final = "x-ratelimit-"
_TOKENS: Final = ("/oauth/token", "/oauth/locationToken", "/oauth/location-token")
_FINISH: Final = re.compile(rf".*{_OAUTH}/[a-z-]+/finish")
_MIN_STATE_LENGTH: Final = 16
_PLAIN: Final = re.compile(r"[\w ,;=/+.*-]{0,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RedirectShape:
    """A ``Location`` header without the address.

    Attributes
    ----------
    is_page : bool
        Whether the address is https; for a service on this computer, http is accepted, too.
    parameters : tuple of str
        The names of the parameters.
    has_state : bool
        Whether there is a ``state`` that is not short.
    finish : bool or None
        Whether ``redirect_uri`` is the service's own ``…/oauth/{platform}/finish``; None: the
        parameter is absent.
    """

    is_page: bool
    parameters: tuple[str, ...]
    has_state: bool
    finish: bool | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, without personal values.

    Attributes
    ----------
    operation : str
        Verb and path template.
    query : tuple of str
        Names of the parameters, with the values of a few.
    sent : tuple of str
        Names of the request's headers, with the values of a few.
    status : int
        The HTTP status.
    names : tuple of str
        Names of the answer's headers, unchanged.
    headers : dict
        The values of the safe headers, by lowercase names.
    kind : str
        ``json``, ``html``, ``empty`` or ``other``.
    body : dict, list or str
        The shape of the body; `asked` is the shape of the request's body.
    is_cut : bool
        Whether a text of the body has half a character.
    meaning : str
        The name of the error class; empty for a success.
    redirect : RedirectShape or None
        For an answer with a ``Location``.
    """

    operation: str
    query: tuple[str, ...]
    sent: tuple[str, ...]
    asked: Shape
    status: int
    names: tuple[str, ...]
    headers: dict[str, str]
    kind: str
    body: Shape
    is_cut: bool
    meaning: str
    redirect: RedirectShape | None

    def is_like(self, query: str) -> bool:
        """Whether a parameter was sent with a value, such as ``fetchAll=true``."""
        return query in self.query


@dataclass(slots=True)
class Recorder(httpx.AsyncBaseTransport):
    """A transport that records the shapes of requests and answers.

    Parameters
    ----------
    names : Names
        Values that are replaced by names.
    inner : httpx.AsyncBaseTransport, optional
        Sends the requests; by default httpx's own transport, with the environment's proxy.
    """

    names: Names
    inner: httpx.AsyncBaseTransport | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, read the complete answer, and record the shapes of both."""
        if self.inner is None:
            self.inner = carry(request.url)
        response = await self.inner.handle_async_request(request)
        try:
            await read_whole(response, MAX_BODY)
        finally:
            await response.aclose()
        response.request = request
        if not request.url.path.endswith(_TOKENS):  # a probe does not include token refreshes
            self.exchanges.append(self._exchange(request, response))
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        if self.inner is not None:
            await self.inner.aclose()

    def _exchange(self, request: httpx.Request, response: httpx.Response) -> Exchange:
        content = replace_half_characters(response.content)
        kind, body = _body(content, self.names)
        return Exchange(
            operation=f"{request.method} {_template(request.url.path)}",
            query=tuple(_parameter(k, v) for k, v in request.url.params.multi_items()),
            sent=tuple(_header(k, v) for k, v in request.headers.items()),
            asked=_body(request.content, self.names)[1],
            status=response.status_code,
            names=tuple(name.decode("latin-1") for name, _ in response.headers.raw),
            headers={
                name: value
                for name, value in response.headers.items()
                if (name in _SAFE_HEADERS or name.startswith(_LIMITS)) and _PLAIN.fullmatch(value)
            },
            kind=kind,
            body=body,
            is_cut=kind == "json" and content != response.content,
            meaning=_meaning(response),
            redirect=_redirect(request.url, response),
        )


def carry(url: httpx.URL) -> httpx.AsyncHTTPTransport:
    """Return a transport for an address, with the proxy of the environment.

    A client with its own transport ignores the environment, unless the transport reads it.
    """
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if proxy is None or is_loopback(url.host) or urllib.request.proxy_bypass(url.host):
        return httpx.AsyncHTTPTransport(verify=trusted(url))
    return httpx.AsyncHTTPTransport(proxy=proxy)


def _meaning(response: httpx.Response) -> str:
    if response.status_code < 400:
        return ""
    kind = response.headers.get("content-type", "")
    return read_error_response(response.status_code, response.content, kind).kind.__name__


def _redirect(asked: httpx.URL, response: httpx.Response) -> RedirectShape | None:
    location = response.headers.get("location", "").strip()
    if not location:
        return None
    parts = _split(location)
    query = dict(parse_qsl(parts.query)) if parts else {}
    target = _split(query.get("redirect_uri", ""))
    schemes = ("https", "http") if is_loopback(asked.host) else ("https",)
    return RedirectShape(
        is_page=parts is not None and bool(parts.hostname) and parts.scheme in schemes,
        parameters=tuple(safe_key(name) for name in query),
        has_state=len(query.get("state", "")) >= _MIN_STATE_LENGTH,
        finish=None
        if not query.get("redirect_uri") or target is None
        else target.netloc == asked.netloc.decode() and _FINISH.fullmatch(target.path) is not None,
    )


def _template(path: str) -> str:
    return next((t for pattern, t in _TEMPLATES if pattern.fullmatch(path)), "another path")


def _parameter(name: str, value: str) -> str:
    if name in _SAFE_PARAMETERS and _PLAIN.fullmatch(value):
        return f"{name}={value}"
    return safe_key(name)


def _header(name: str, value: str) -> str:
    return f"{name}: {value}" if name in _SAFE_HEADERS and _PLAIN.fullmatch(value) else name


def _body(content: bytes, names: Names) -> tuple[str, Shape]:
    if not content.strip():
        return "empty", "empty"
    try:
        return "json", shape_of(msgspec.json.decode(content), names)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    if content.lstrip()[:1] == b"<":
        return "html", "HTML"
    return "other", form_of(content[:200].decode(errors="replace"))


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # reading it checks it
    except ValueError:
        return None
    return parts
