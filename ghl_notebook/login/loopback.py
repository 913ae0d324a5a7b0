"""The loopback server: a way between page and kernel that is not a comm.

A cell that waits keeps the kernel from hearing comms, and a script has none. So a small server on
127.0.0.1 runs in the background event loop, from the first login that needs it. A page on this
computer reaches it directly, another one through jupyter-server-proxy.

The server keeps its port for as long as the process lives: a page that still asks there asks the
kernel, and not a stranger that has taken the port over. A notebook's page asks only when the kernel
has just said over the comm that it is there, and first for a proof: the proxy hands on the cookie
of the page, whoever has the port.

For each login there is a *door*, behind a path that nobody can guess:

=========================== ========================================================================
``POST /{path}/``           what a page says, as over the comm; only ever a claim
``GET /{path}/``            the login page: the card, outside of any notebook
``GET /{path}/events``      what the kernel says to the login page (server-sent events)
``HEAD /prove/{challenge}`` has in a header what only the kernel can answer
``GET /open/{ticket}``      leads to the login page, once; who comes second is told so, as is the
                            login: one of the two may be a stranger
=========================== ========================================================================
"""

from __future__ import annotations

import asyncio
import os
import secrets
import weakref
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from ghl_notebook.models import MAX_MESSAGE_CHARACTERS

from .message_page import message_page
from .serving import PRIVATE_HEADERS, Serving, refused
from .static_files import card_script, card_style, read_page

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

Message = dict[str, Any]

# A claim's data may be as long as a message, once more escaped as JSON, and has a frame around it.
_MAX_BYTES: Final = 4 * MAX_MESSAGE_CHARACTERS
_MOST_STREAMS: Final = 8
_MOST_ORIGINS: Final = 8
_MOST_TICKETS: Final = 100
_MOST_CHALLENGES: Final = 8
_HEARTBEAT_SECONDS: Final = 15.0

_FILES: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    "": ("text/html", lambda _: read_page("page.html")),
    "page.css": ("text/css", lambda _: read_page("page.css")),
    "page.js": ("text/javascript", lambda _: read_page("page.js")),
    "card.css": ("text/css", card_style),
    "card.js": ("text/javascript", card_script),
}
"""What a login page consists of: its kind, and its text for a card."""

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


class Door:
    """One login's place on the server. Its methods run in the background event loop.

    Parameters
    ----------
    receive : callable
        Takes what a page says.
    greet : callable
        Returns what a login page is told first.
    entered : callable
        Called when a ticket was used, and another one counts.
    reused : callable
        Called when a ticket was used a second time, also after the door was closed.
    card : str
        What the login page shows (see `static_files`).

    Attributes
    ----------
    path : str
        Behind which the door is.
    ticket : str
        The newest one; it leads to the login page, once.
    used : set of str
        Tickets that have led there.
    is_over : bool
        Whether nothing more is said; then it is not opened again.
    """

    def __init__(
        self,
        receive: Callable[[Message], None],
        greet: Callable[[], list[Message]],
        entered: Callable[[], None],
        reused: Callable[[], None],
        card: str = "connect",
    ) -> None:
        self.path: Final = secrets.token_urlsafe(32)
        self.ticket = ""
        self.used: Final[set[str]] = set()
        self._unused: set[str] = set()
        self._answers: dict[str, str] = {}
        self.renew_ticket()
        self.receive = receive
        self.reused: Final = reused
        self.card: Final = card
        self._greet = greet
        self._entered = entered
        self._origins: set[str] = set()
        self._streams: set[asyncio.Queue[Message | None]] = set()
        self.is_over = False

    def admit(self, origin: str) -> None:
        """Let a page's origin post here: it has said over the comm that it shows this login."""
        if len(self._origins) < _MOST_ORIGINS:
            self._origins.add(origin)

    def admits(self, origin: str) -> bool:
        """Tell whether an origin may post here.

        As long as no page has been heard over the comm, which may be blocked, the first origin
        that knows the path is the notebook's.
        """
        if not self._origins:
            self.admit(origin)
        return origin in self._origins

    def challenge(self) -> tuple[str, str]:
        """Return a challenge and its answer, for the page alone; the newest few are answered."""
        challenge, answer = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self._answers[challenge] = answer
        if len(self._answers) > _MOST_CHALLENGES:
            self._answers.pop(next(iter(self._answers)))
        return challenge, answer

    def answer(self, challenge: str) -> str | None:
        """Return the answer to a challenge."""
        return self._answers.get(challenge)

    async def say(self, message: Message) -> None:
        """Say something to all login pages."""
        for stream in self._streams:
            stream.put_nowait(message)

    def renew_ticket(self) -> str:
        """Return another ticket; those that were given out before work once each, too."""
        if len(self._unused) < _MOST_TICKETS:
            self.ticket = secrets.token_urlsafe(32)
            self._unused.add(self.ticket)
        return self.ticket

    def enter(self, ticket: str) -> bool:
        """Take a ticket, and tell whether it is good."""
        if ticket not in self._unused:
            return False
        self._unused.remove(ticket)
        self.used.add(ticket)
        self.renew_ticket()
        self._entered()
        return True

    def end(self) -> None:
        """Say nothing more."""
        self.is_over = True
        for stream in self._streams:
            stream.put_nowait(None)

    async def events(self) -> AsyncIterator[bytes]:
        """Yield what the kernel says, from now on, as server-sent events."""
        stream: asyncio.Queue[Message | None] = asyncio.Queue()
        if self.is_over:  # while this page was let in
            stream.put_nowait(None)
        self._streams.add(stream)
        try:
            for message in self._greet():
                yield _event(message)
            while True:
                try:
                    said = await asyncio.wait_for(stream.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield b":\n\n"  # finds out whether the page is still there
                    continue
                if said is None:
                    return
                yield _event(said)
        finally:
            self._streams.discard(stream)

    @property
    def is_full(self) -> bool:
        """Whether no further login page is told anything."""
        return len(self._streams) >= _MOST_STREAMS


class LoopbackServer:
    """One server per process. Its methods run in the background event loop."""

    def __init__(self) -> None:
        self.port = 0
        self._doors: dict[str, Door] = {}
        self._known: weakref.WeakValueDictionary[str, Door] = weakref.WeakValueDictionary()
        self._serving: Serving | None = None
        self._inherited: Serving | None = None

    async def open(self, door: Door) -> int:
        """Open a door and return the port."""
        if not door.is_over:
            self._doors[door.path] = door
            self._known[door.path] = door  # also when it is closed
        if self._serving is not None and self._serving.loop is not asyncio.get_running_loop():
            self._inherited, self._serving = self._serving, None  # somebody has stopped its loop
        if self._serving is None:
            self._serving = Serving(self._app(), is_known=self._is_known)
            self.port = self._serving.port
        return self.port

    async def close(self, door: Door) -> None:
        """Close a door; the server goes on, and keeps its port from others."""
        door.end()
        self._doors.pop(door.path, None)

    def start_anew(self) -> None:
        """Forget the server in a forked child: it is the parent's, and its loop is not here."""
        self._inherited, self._serving = self._serving, None
        self._doors.clear()

    def _app(self) -> Starlette:
        from starlette.applications import Starlette
        from starlette.routing import Route

        app = Starlette(
            routes=[
                Route("/open/{ticket}", self._enter, methods=["GET"]),
                Route("/prove/{challenge}", self._prove, methods=["HEAD", "OPTIONS"]),
                Route("/{path}/events", self._stream),
                Route("/{path}/", self._take, methods=["POST", "OPTIONS"]),
                Route("/{path}/{file}", self._show),
                Route("/{path}/", self._show),
            ]
        )
        app.router.redirect_slashes = False  # an unknown path is told nothing
        return app

    def _is_known(self, path: str) -> bool:
        return path.removeprefix("/").partition("/")[0] in self._doors

    async def _enter(self, request: Request) -> Response:
        from starlette.background import BackgroundTask
        from starlette.responses import RedirectResponse

        self._refuse_rebinding(request)
        # A browser that prepares for a click, and what only looks an address over, has not come in.
        if request.method != "GET" or "prefetch" in request.headers.get("sec-purpose", ""):
            raise refused(403)
        ticket = request.path_params["ticket"]
        for known in list(self._known.values()):
            if ticket in known.used:
                page = message_page(410, *_USED)
                # Once it is sent: the login ends then, and with it perhaps this process.
                page.background = BackgroundTask(_in_this_loop, known.reused)
                return page
        door = next((d for d in self._doors.values() if d.enter(ticket)), None)
        if door is None:
            raise refused(404)
        # Relative, because a proxy on the way may have a prefix.
        return RedirectResponse(f"../{door.path}/", status_code=303, headers=_HEADERS)

    async def _prove(self, request: Request) -> Response:
        from starlette.responses import Response

        self._refuse_rebinding(request)
        headers = _cors("HEAD", request) | {"Access-Control-Expose-Headers": PROOF, **_HEADERS}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        challenge = request.path_params["challenge"]
        answers = (door.answer(challenge) for door in self._doors.values())
        answer = next((one for one in answers if one is not None), None)
        if answer is None:  # readable: a page asks late where the login has just ended
            return Response(status_code=404, headers=headers)
        return Response(headers=headers | {PROOF: answer})

    async def _show(self, request: Request) -> Response:
        from starlette.responses import Response

        door = self._door(request)
        kind, read = _FILES.get(request.path_params.get("file", ""), ("", None))
        if read is None:
            raise refused(404)
        return Response(read(door.card), headers=_HEADERS, media_type=f"{kind}; charset=utf-8")

    async def _stream(self, request: Request) -> Response:
        from starlette.responses import StreamingResponse

        door = self._door(request)
        # Another origin cannot read this, but could use up the places.
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise refused(403)
        if door.is_full:
            raise refused(503)
        return StreamingResponse(door.events(), headers=_HEADERS, media_type="text/event-stream")

    async def _take(self, request: Request) -> Response:
        from starlette.responses import Response

        self._refuse_rebinding(request)
        path = request.path_params["path"]
        door = self._known.get(path)
        if door is None:
            raise refused(404)
        origin = request.headers.get("origin", "")
        if not (_is_same_origin(request) or (origin and door.admits(origin))):
            raise refused(403)
        headers = _cors("POST", request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        if path not in self._doors:  # readable: a page speaks late where the login has just ended
            return Response(status_code=404, headers=headers)
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return Response(status_code=415, headers=headers)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MAX_BYTES:
                return Response(status_code=413, headers=headers)
        try:
            said = msgspec.json.decode(body, type=Message)
        except (msgspec.DecodeError, RecursionError):
            return Response(status_code=400, headers=headers)
        door.receive(said)
        return Response(status_code=204, headers=headers)

    def _door(self, request: Request) -> Door:
        self._refuse_rebinding(request)
        door = self._doors.get(request.path_params["path"])
        if door is None:
            raise refused(404)
        return door

    def _refuse_rebinding(self, request: Request) -> None:
        """Refuse a page whose name was made to lead here (DNS rebinding).

        Its browser comes straight to our port, under that name. Through a proxy the port is the
        proxy's, and the name is whatever the notebook is called.
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
    """Tell whether the login page itself asks. Where a browser says so, no page can say otherwise.

    Browsers say it to trustworthy addresses only, which plain http on a hub is not.
    """
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said == "same-origin"
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    return bool(host) and origin.partition("://")[2] == host


def _cors(method: str, request: Request) -> dict[str, str]:
    """Return the headers that let a page of another origin ask; never with its cookies."""
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
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=LOOPBACK.start_anew)
