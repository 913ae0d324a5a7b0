"""Front ends that no test can start, as far as a card can tell: their frames around a real card.

The login, its machine and its widget are the real ones, in the process of the test; a server on
this machine shows the widget in a page and carries its comm.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from comm.base_comm import BaseComm

from ghl_notebook import ConnectAccount

STATIC = Path(__file__).parent / "static"
PATIENCE = 60.0
"""Seconds that anything may take on a busy machine."""

_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_POLL_SECONDS = 20.0

_SCRIPTS = "allow-scripts allow-same-origin allow-forms"
_WEBVIEW = f"{_SCRIPTS} allow-pointer-lock allow-downloads"
_COLAB = f"{_WEBVIEW} allow-popups allow-storage-access-by-user-activation"


class Wire(BaseComm):
    """A comm that goes over HTTP. It keeps what the kernel sent, for the page to fetch."""

    opened: ClassVar[dict[str, Wire]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._state: dict[str, Any] = {}
        self._sent: list[dict[str, Any]] = []
        self._is_open = True
        self._news = threading.Condition()
        super().__init__(*args, **kwargs)
        Wire.opened[self.comm_id] = self

    def publish_msg(self, msg_type: str, data: Any = None, **rest: Any) -> None:
        """Keep what the kernel sends, for the page."""
        with self._news:
            if msg_type == "comm_open" or data.get("method") == "update":
                self._state |= data["state"]
            if msg_type == "comm_msg":
                self._sent.append(data)
            self._is_open = msg_type != "comm_close"
            self._news.notify_all()

    def model(self) -> dict[str, Any]:
        """Return the state, and after how many messages it is so."""
        with self._news:
            return {"state": dict(self._state), "after": len(self._sent)}

    def messages(self, after: int) -> dict[str, Any]:
        """Return what was sent after so many, once there is something, or after a while."""
        with self._news:
            self._news.wait_for(
                lambda: len(self._sent) > after or not self._is_open, timeout=_POLL_SECONDS
            )
            return {"messages": self._sent[after:], "open": self._is_open}

    def receive(self, data: object) -> None:
        """Take a message of the page, one at a time as a kernel does."""
        self.handle_msg({"content": {"data": data}, "buffers": []})


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a front end shows an output.

    Attributes
    ----------
    host : str or None
        The name under which the page around the frame is served; None: there is no frame.
    output : str
        The name of the output's own page.
    sandbox : str or None
        The frame's attribute.
    is_webview : bool
        One more frame in between, which catches links, as in VS Code.
    """

    host: str | None
    output: str
    sandbox: str | None = None
    is_webview: bool = False

    @property
    def depth(self) -> int:
        """How many frames deep the output is."""
        return (self.host is not None) + self.is_webview

    def address(self, port: int, comm_id: str, theme: str = "light") -> str:
        """Where a card is shown."""
        page = f"http://{self.output}:{port}/card.html?comm={comm_id}"
        if self.host is None:
            return page
        sandbox = {} if self.sandbox is None else {"sandbox": self.sandbox}
        if self.is_webview:
            inner = urlencode({"src": page, "theme": theme} | sandbox)
            page = f"http://{self.output}:{port}/webview.html?{inner}"
        return f"http://{self.host}:{port}/host.html?{urlencode({'src': page} | sandbox)}"


# Browsers find every name below localhost on this machine, but a card cannot know that: for it the
# kernel is elsewhere, as Colab's is. Names that differ before ".localhost" are different sites.
FRAMES: dict[str, Frame] = {
    "top": Frame(None, "127.0.0.1"),
    "framed": Frame("localhost", "127.0.0.1"),
    "sandboxed": Frame("localhost", "127.0.0.1", f"{_SCRIPTS} allow-popups"),
    # Nobody has published whether a window that Colab's frame opens leaves the sandbox.
    "colab": Frame("colab.localhost", "output.localhost", _COLAB),
    "colab-escape": Frame(
        "colab.localhost", "output.localhost", f"{_COLAB} allow-popups-to-escape-sandbox"
    ),
    "vscode": Frame("localhost", "127.0.0.1", _WEBVIEW, is_webview=True),
}


class Bench(ThreadingHTTPServer):
    """The pages, on a free port of this machine.

    Attributes
    ----------
    opened : Queue of str
        The addresses that the system's browser was asked to open.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.opened: Queue[str] = Queue()
        self.receiving = threading.Lock()

    def url(self, host: str, name: str, **query: str) -> str:
        """Where a page is, under one of this machine's names."""
        return f"http://{host}:{self.server_port}/{name}?{urlencode(query)}"

    @contextmanager
    def busy_kernel(self) -> Iterator[None]:
        """Keep the kernel from hearing comms, as a cell does while it runs."""
        with self.receiving:
            yield

    def address(self, frame: str, login: ConnectAccount, theme: str = "light") -> str:
        """Where a front end shows a card."""
        return FRAMES[frame].address(self.server_port, login.comm.comm_id, theme)


class _Handler(BaseHTTPRequestHandler):
    server: Bench

    def do_GET(self) -> None:
        """Answer with a file, a model's state, or what its kernel has sent."""
        split = urlsplit(self.path)
        match split.path.strip("/").split("/"):
            case ["comm", comm_id] if wire := Wire.opened.get(comm_id):
                self._json(wire.model())
            case ["comm", comm_id, "messages"] if wire := Wire.opened.get(comm_id):
                self._json(wire.messages(int(parse_qs(split.query)["after"][0])))
            case [name] if (file := STATIC / name).is_file():
                self._answer(_TYPES[file.suffix], file.read_bytes())
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        """Take a message for the kernel, or an address for the system's browser."""
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        match self.path.strip("/").split("/"):
            case ["comm", comm_id] if wire := Wire.opened.get(comm_id):
                with self.server.receiving:
                    wire.receive(content)
            case ["opened"]:
                self.server.opened.put(content)
            case _:
                return self.send_error(404)
        return self._json(None)

    def _json(self, content: object) -> None:
        self._answer("application/json", json.dumps(content).encode())

    def _answer(self, kind: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serve() -> Iterator[Bench]:
    """Serve until the end of the block."""
    with Bench() as bench:
        thread = threading.Thread(target=bench.serve_forever)
        thread.start()
        try:
            yield bench
        finally:
            bench.shutdown()
            thread.join()
