"""What other programs of this computer can do to the loopback server without knowing a login."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import httpx
import pytest
from starlette.responses import PlainTextResponse

from ghl_notebook.background import run_in_background, start_in_background
from ghl_notebook.login.asgi_server import BackgroundServer
from tests.login.endpoints import PAGE, Opened
from tests.login.recording import PATIENCE

KERNEL = """\
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
from ghl_notebook.background import run_in_background
from ghl_notebook.login.loopback import LoginEndpoint, LoopbackServer

endpoint = LoginEndpoint(lambda said: print(said["type"], flush=True), list, *[lambda: None] * 2)
print(run_in_background(LoopbackServer().open, endpoint), endpoint.path, flush=True)
files = []
for line in sys.stdin:
    try:
        while len(files) < int(line):
            files.append(open(os.devnull))
        del files[int(line):]
    except OSError:
        pass
    print(len(files), flush=True)
"""
"""A kernel that opens, or closes, as many files as it is told, as far as it can."""

HALF = b"POST /somewhere/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
UNANSWERED = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"


@pytest.fixture
def opened() -> Iterator[Opened]:
    """An open endpoint."""
    opened = Opened()
    yield opened
    opened.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., BackgroundServer]]:
    """Serve an application that is done with each request at once, or as a test says."""
    made: list[BackgroundServer] = []

    def serve(**options: object) -> BackgroundServer:
        async def start() -> BackgroundServer:
            return BackgroundServer(PlainTextResponse("served"), **options)  # type: ignore[arg-type]

        made.append(run_in_background(start))
        return made[-1]

    yield serve
    for serving in made:
        run_in_background(serving.stop)


def call(port: int, said: bytes = b"") -> socket.socket:
    """Connect, and say something."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    with suppress(ConnectionError):  # closed already
        connection.sendall(said)
    return connection


def hear_end(connection: socket.socket) -> bytes:
    """Return what is answered until the other side has closed the connection."""
    answer = b""
    with suppress(ConnectionResetError):
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer


@pytest.mark.process
def test_unfinished_requests_do_not_starve_the_kernel() -> None:
    """With 2,000 of them, it opens files and hears the page; its cell shows nothing of it."""
    with (
        ExitStack() as stack,
        subprocess.Popen(
            [sys.executable, "-c", KERNEL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as kernel,
    ):
        stack.callback(kernel.kill)
        assert kernel.stdin is not None
        assert kernel.stdout is not None
        assert kernel.stderr is not None
        port, path = kernel.stdout.readline().split()
        http = stack.enter_context(httpx.Client(trust_env=False, timeout=PATIENCE))

        def post() -> int:
            url = f"http://127.0.0.1:{port}/{path}/"
            return http.post(url, json={"type": "hello"}, headers={"Origin": PAGE}).status_code

        def keep(files: int) -> int:
            kernel.stdin.write(f"{files}\n")
            kernel.stdin.flush()
            return int(kernel.stdout.readline())

        for _ in range(2_000):
            stack.enter_context(call(int(port), HALF))
        assert (post(), kernel.stdout.readline()) == (204, "hello\n")
        assert keep(30) == 30
        # Where the kernel itself has used up what there is, the server waits for better times.
        assert keep(1_000) < 128
        http.close()
        waits = call(int(port), b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        stack.enter_context(waits)
        assert keep(0) == 0
        assert hear_end(waits).startswith(b"HTTP/1.1 404")
        kernel.stdin.close()
        assert kernel.wait(PATIENCE) == 0
        assert kernel.stderr.read() == ""


def test_a_login_page_stays_connected(opened: Opened) -> None:
    """Who knows the path does not make room for those who do not."""
    with ExitStack() as stack:
        answer = stack.enter_context(opened.http.stream("GET", f"{opened.path}events"))
        lines = (line for line in answer.iter_lines() if line)
        assert "traits" in next(lines)
        for _ in range(300):
            stack.enter_context(call(opened.port, HALF))
        start_in_background(opened.endpoint.send, {"type": "time"})
        assert json.loads(next(lines).removeprefix("data: ")) == {"type": "time"}


@pytest.mark.parametrize(
    "said",
    [b"", HALF, UNANSWERED + b"1", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ids=["nothing", "half a header", "half a body", "no further request"],
)
def test_what_does_not_come_in_time_is_not_waited_for(
    serve: Callable[..., BackgroundServer], said: bytes
) -> None:
    """A connection ends without a complete request, also one that sends a byte now and then."""
    with call(serve(patience=0.2).port, said) as connection:
        connection.settimeout(PATIENCE)
        hear_end(connection)


def test_bytes_now_and_then_gain_no_time(serve: Callable[..., BackgroundServer]) -> None:
    """The time is that of the whole request."""
    with call(serve(patience=0.2).port, HALF) as connection:
        until = time.monotonic() + PATIENCE
        connection.settimeout(0.02)
        with suppress(ConnectionError):
            while time.monotonic() < until:
                connection.sendall(b"x")
                with suppress(TimeoutError):
                    if connection.recv(1) == b"":
                        break
        assert time.monotonic() < until


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: " + b"a" * 100_000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nx\r\n\r\n",
        UNANSWERED + b"12345" + b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["TLS", "long header", "version", "upgrade", "after a request", "chunk"],
)
def test_nonsense_ends_the_connection_in_silence(
    serve: Callable[..., BackgroundServer],
    said: bytes,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither uvicorn nor asyncio reports what any program can send; the next one is served."""
    caplog.set_level(logging.INFO)
    port = serve(patience=0.2).port
    with call(port, said) as connection:
        hear_end(connection)

    assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).text == "served"
    assert [r for r in caplog.records if not r.name.startswith("httpx")] == []
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_an_answer_that_is_not_read_makes_room(serve: Callable[..., BackgroundServer]) -> None:
    """The oldest goes first, whatever it waits for."""

    async def never(_scope: object, _receive: object, _send: object) -> None:
        await asyncio.Event().wait()

    async def start() -> BackgroundServer:
        return BackgroundServer(never, most=2)  # type: ignore[arg-type]

    serving = run_in_background(start)
    with ExitStack() as stack:
        request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        first, *_ = [stack.enter_context(call(serving.port, request)) for _ in range(3)]
        assert hear_end(first) == b""
    run_in_background(serving.stop)


def test_a_handler_that_does_not_end_is_cancelled_by_the_stop() -> None:
    """A task that is left would be reported when it is garbage collected, in another test."""
    cancelled = threading.Event()

    async def never(_scope: object, _receive: object, _send: object) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def start() -> BackgroundServer:
        return BackgroundServer(never)  # type: ignore[arg-type]

    serving = run_in_background(start)
    with call(serving.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"):
        while not serving._state.tasks:
            time.sleep(0)
        run_in_background(serving.stop)
    assert cancelled.wait(PATIENCE)
