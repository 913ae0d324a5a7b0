"""The loopback server: a channel between page and kernel without a comm.

A cell that waits blocks the kernel's comms, and a script has none. So a small server on 127.0.0.1
runs in the background event loop, from the first login that needs it. A page on this computer
reaches it directly, another one through jupyter-server-proxy.

The server keeps its port until the process exits, so that no other program can use the port and
receive the requests of a page that is still open. A notebook's page sends requests only just after
the kernel's invitation over the comm, and first requires a proof, because the proxy passes the
page's cookie on to any program that has the port.

A login has an *endpoint*, behind a secret path:

=========================== ========================================================================
``POST /{path}/``           a page's message, as over the comm; only ever a claim
``GET /{path}/``            the login page: the card, outside of any notebook
``GET /{path}/events``      the kernel's messages to the login page (server-sent events)
``HEAD /prove/{challenge}`` has the answer that only the kernel knows in a header
``GET /open/{ticket}``      redirects to the login page, once; a second use shows a warning and
                            ends the login: one of the two users may be a stranger
=========================== ========================================================================
"""

from __future__ import annotations

import asyncio
import secrets
import weakref
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from ghl_notebook.background import register_after_fork
from ghl_notebook.models import MAX_MESSAGE_CHARACTERS

from .asgi_server import PRIVATE_HEADERS, BackgroundServer, refused
from .static_files import card_script, card_style, message_page, read_page

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

Message = dict[str, Any]

# A claim's data may be as long as a message, once more escaped as JSON, and has a frame around it.
_MAX_BYTES: Final = 4 * MAX_MESSAGE_CHARACTERS
_MAX_STREAMS: Final = 8
_MAX_ORIGINS: Final = 8
_MAX_TICKETS: Final = 100
_MAX_CHALLENGES: Final = 8
_HEARTBEAT_SECONDS: Final = 15.0
_FILES: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    "": ("text/html", lambda _: read_page("page.html")),
    "page.css": ("text/css", lambda _: read_page("page.css")),
    "page.js": ("text/javascript", lambda _: read_page("page.js")),
    "card.css": ("text/css", card_style),
    "card.js": ("text/javascript", card_script),
}
"""The files of a login page: media type, and text for a card."""

_USED: Final = (
    "This address was opened before",
    "It works once. If you did not open it yourself, somebody else may have logged in with it. Go "
    "back to where you began the login: it says there what to do.",
)

PROOF: Final = "Kernel-Proof"
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    **PRIVATE_HEADERS,
}


class LoginEndpoint:
    """A login's part of the server. The methods run in the background event loop.

    Parameters
    ----------
    on_message : callable
        Receives a page's messages.
    initial_messages : callable
        Returns the messages that a login page gets first.
    on_ticket_used : callable
        Called after a ticket was used and replaced by a new ticket.
    on_ticket_reused : callable
        Called when a ticket was used a second time, also after the endpoint was closed.
    card : str
        The card on the login page (see `static_files`).

    Attributes
    ----------
    path : str
        The secret path of the endpoint.
    ticket : str
        The newest ticket; it opens the login page, once.
    used : set of str
        Tickets that were used.
    streams : set of asyncio.Queue
        The messages on their way to each login page; None ends a stream.
    is_closed : bool
        Whether nothing more is sent; a closed endpoint is not opened again.
    """

    def __init__(
        self,
        on_message: Callable[[Message], None],
        initial_messages: Callable[[], list[Message]],
        on_ticket_used: Callable[[], None],
        on_ticket_reused: Callable[[], None],
        card: str = "connect",
    ) -> None:
        self.path: Final = secrets.token_urlsafe(32)
        self.ticket = ""
        self.used: Final[set[str]] = set()
        self._unused: set[str] = set()
        self._answers: dict[str, str] = {}
        self.renew_ticket()
        self.on_message = on_message
        self.on_ticket_reused: Final = on_ticket_reused
        self.card: Final = card
        self._initial_messages = initial_messages
        self._on_ticket_used = on_ticket_used
        self._origins: set[str] = set()
        self.streams: set[asyncio.Queue[Message | None]] = set()
        self.is_closed = False

    def allow_origin(self, origin: str) -> None:
        """Allow an origin to post here: its page used the comm, so it has the card."""
        if len(self._origins) < _MAX_ORIGINS:
            self._origins.add(origin)

    def allows_origin(self, origin: str) -> bool:
        """Tell whether an origin may post here.

        Until a page has sent its origin over the comm, which may be blocked, the first origin that
        knows the path is the notebook's.
        """
        if not self._origins:
            self.allow_origin(origin)
        return origin in self._origins

    def challenge(self) -> tuple[str, str]:
        """Return a challenge and its answer, for the page alone; only the newest few are valid."""
        challenge, answer = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self._answers[challenge] = answer
        if len(self._answers) > _MAX_CHALLENGES:
            self._answers.pop(next(iter(self._answers)))
        return challenge, answer

    def answer(self, challenge: str) -> str | None:
        """Return the answer to a challenge."""
        return self._answers.get(challenge)

    async def send(self, message: Message | None) -> None:
        """Send a message to all login pages; None ends their streams."""
        for stream in self.streams:
            stream.put_nowait(message)

    def renew_ticket(self) -> str:
        """Return a new ticket; earlier tickets still work once each."""
        if len(self._unused) < _MAX_TICKETS:
            self.ticket = secrets.token_urlsafe(32)
            self._unused.add(self.ticket)
        return self.ticket

    def use_ticket(self, ticket: str) -> bool:
        """Use up a ticket, and tell whether it was valid."""
        if ticket not in self._unused:
            return False
        self._unused.remove(ticket)
        self.used.add(ticket)
        self.renew_ticket()
        self._on_ticket_used()
        return True

    async def events(self) -> AsyncIterator[bytes]:
        """Yield the kernel's messages, from now on, as server-sent events."""
        stream: asyncio.Queue[Message | None] = asyncio.Queue()
        if self.is_closed:  # while this page was let in
            stream.put_nowait(None)
        self.streams.add(stream)
        try:
            for message in self._initial_messages():
                yield _event(message)
            while True:
                try:
                    following = await asyncio.wait_for(stream.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield b":\n\n"  # fails if the page is closed
                    continue
                if following is None:
                    return
                yield _event(following)
        finally:
            self.streams.discard(stream)


class LoopbackServer:
    """The server of this process. The methods run in the background event loop."""

    def __init__(self) -> None:
        self.port = 0
        self._endpoints: dict[str, LoginEndpoint] = {}
        self._known = weakref.WeakValueDictionary[str, LoginEndpoint]()
        self._server: BackgroundServer | None = None
        self._inherited: BackgroundServer | None = None  # whose task must not be collected

    async def open(self, endpoint: LoginEndpoint) -> int:
        """Open an endpoint and return the port."""
        if not endpoint.is_closed:
            self._endpoints[endpoint.path] = endpoint
            self._known[endpoint.path] = endpoint  # also after it is closed
        if self._server is not None and self._server.loop is not asyncio.get_running_loop():
            self._inherited, self._server = self._server, None  # its loop was stopped
        if self._server is None:
            self._server = BackgroundServer(self._app(), is_known=self._is_known)
            self.port = self._server.port
        return self.port

    async def close(self, endpoint: LoginEndpoint) -> None:
        """Close an endpoint; the server still runs, so that no other program gets its port."""
        endpoint.is_closed = True
        await endpoint.send(None)
        self._endpoints.pop(endpoint.path, None)

    def after_fork(self) -> None:
        """Forget the server in a forked child: the server and its loop run in the parent."""
        self._inherited, self._server = self._server, None
        self._endpoints.clear()

    def _app(self) -> Starlette:
        from starlette.applications import Starlette
        from starlette.routing import Route

        app = Starlette(
            routes=[
                Route("/open/{ticket}", self._open_page, methods=["GET"]),
                Route("/prove/{challenge}", self._prove, methods=["HEAD", "OPTIONS"]),
                Route("/{path}/events", self._stream),
                Route("/{path}/", self._receive, methods=["POST", "OPTIONS"]),
                Route("/{path}/{file}", self._show),
                Route("/{path}/", self._show),
            ]
        )
        app.router.redirect_slashes = False  # an unknown path gets 404
        return app

    def _is_known(self, path: str) -> bool:
        return path.removeprefix("/").partition("/")[0] in self._endpoints

    async def _open_page(self, request: Request) -> Response:
        from starlette.background import BackgroundTask
        from starlette.responses import RedirectResponse

        self._refuse_rebinding(request)
        # A browser's prefetch, or a link preview, does not use the ticket up.
        if request.method != "GET" or "prefetch" in request.headers.get("sec-purpose", ""):
            raise refused(403)
        ticket = request.path_params["ticket"]
        for known in list(self._known.values()):
            if ticket in known.used:
                page = message_page(410, *_USED)
                # After the page is sent: the login ends then, and with it perhaps this process.
                page.background = BackgroundTask(_in_this_loop, known.on_ticket_reused)
                return page
        endpoint = next((e for e in self._endpoints.values() if e.use_ticket(ticket)), None)
        if endpoint is None:
            raise refused(404)
        # Relative, because a proxy in between may have a prefix.
        return RedirectResponse(f"../{endpoint.path}/", status_code=303, headers=_HEADERS)

    async def _prove(self, request: Request) -> Response:
        from starlette.responses import Response

        self._refuse_rebinding(request)
        headers = _cors("HEAD", request) | {"Access-Control-Expose-Headers": PROOF, **_HEADERS}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        challenge = request.path_params["challenge"]
        answers = (endpoint.answer(challenge) for endpoint in self._endpoints.values())
        answer = next(filter(None, answers), None)
        if answer is None:  # readable: the login may have just ended
            return Response(status_code=404, headers=headers)
        return Response(headers=headers | {PROOF: answer})

    async def _show(self, request: Request) -> Response:
        from starlette.responses import Response

        endpoint = self._endpoint(request)
        kind, read = _FILES.get(request.path_params.get("file", ""), ("", None))
        if read is None:
            raise refused(404)
        return Response(read(endpoint.card), headers=_HEADERS, media_type=f"{kind}; charset=utf-8")

    async def _stream(self, request: Request) -> Response:
        from starlette.responses import StreamingResponse

        endpoint = self._endpoint(request)
        # Another origin cannot read this, but could use up the streams.
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise refused(403)
        if len(endpoint.streams) >= _MAX_STREAMS:
            raise refused(503)
        return StreamingResponse(
            endpoint.events(), headers=_HEADERS, media_type="text/event-stream"
        )

    async def _receive(self, request: Request) -> Response:
        from starlette.responses import Response

        self._refuse_rebinding(request)
        path = request.path_params["path"]
        endpoint = self._known.get(path)
        if endpoint is None:
            raise refused(404)
        origin = request.headers.get("origin", "")
        if not (_is_same_origin(request) or (origin and endpoint.allows_origin(origin))):
            raise refused(403)
        headers = _cors("POST", request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        if path not in self._endpoints:  # readable: the login may have just ended
            return Response(status_code=404, headers=headers)
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return Response(status_code=415, headers=headers)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MAX_BYTES:
                return Response(status_code=413, headers=headers)
        try:
            message = msgspec.json.decode(body, type=Message)
        except (msgspec.DecodeError, RecursionError):
            return Response(status_code=400, headers=headers)
        endpoint.on_message(message)
        return Response(status_code=204, headers=headers)

    def _endpoint(self, request: Request) -> LoginEndpoint:
        self._refuse_rebinding(request)
        endpoint = self._endpoints.get(request.path_params["path"])
        if endpoint is None:
            raise refused(404)
        return endpoint

    def _refuse_rebinding(self, request: Request) -> None:
        """Refuse a page whose host name resolves to this computer (DNS rebinding).

        The page's browser sends that name together with our port. Through a proxy, the port is the
        proxy's, and the name is the notebook server's.
        """
        host = urlsplit(f"//{request.headers.get('host', '')}")
        try:
            is_direct = host.port == self.port
        except ValueError:
            raise refused(403) from None
        if is_direct and host.hostname not in ("127.0.0.1", "localhost"):
            raise refused(403)


async def _in_this_loop(func: Callable[[], None]) -> None:
    func()  # Starlette would run it in a thread


def _is_same_origin(request: Request) -> bool:
    """Tell whether the login page itself sends the request. No page can forge ``Sec-Fetch-Site``.

    Browsers send it to trustworthy addresses only, which plain http on a hub is not.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    return bool(host) and origin.partition("://")[2] == host


def _cors(method: str, request: Request) -> dict[str, str]:
    """Return the headers that allow requests of another origin, without its cookies."""
    return {
        "Access-Control-Allow-Origin": request.headers.get("origin", ""),
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Allow-Methods": method,
        "Access-Control-Allow-Private-Network": "true",
        "Vary": "Origin",
    }


def _event(message: Message) -> bytes:
    return b"data: " + msgspec.json.encode(message) + b"\n\n"


LOOPBACK = LoopbackServer()
register_after_fork(LOOPBACK)
