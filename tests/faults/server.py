"""A server that stands before a simulator, passes requests on to it, and breaks what it is told to.

It speaks HTTP/1.1 over plain sockets, so that it can also do what no HTTP library lets one do.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import urlsplit

Door = Literal["open", "closed", "full", "tls", "mute"]
"""``closed`` refuses connections, ``full`` lets them wait, ``mute`` takes them and says nothing."""

_KEPT = 1.0
"""Seconds for which a connection to the simulator is used again."""
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a script sees it: `number` counts from 1, over all connections."""

    number: int
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request.

    Attributes
    ----------
    name : str
        What people call it.
    act : callable
        What the server does instead of passing the simulator's answer on.
    reaches : bool
        The request is carried to the simulator before that: what it asks for is done.
    """

    name: str
    act: Act = field(repr=False)
    reaches: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `head` has everything up to and with the empty line."""

    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.head.split(b" ", 2)[1])


@dataclass(slots=True)
class Seen:
    """A request that came.

    Attributes
    ----------
    fault : str or None
        The fault that it got.
    status : int or None
        What the simulator answered; None: it has not reached the simulator.
    has_bearer : bool
        It came with an ``Authorization``.
    """

    asked: Asked
    fault: str | None
    has_bearer: bool
    status: int | None = None


Script = Callable[[Asked], Fault | None]


class FaultServer:
    """Stands before a simulator.

    Parameters
    ----------
    upstream : str
        The simulator's address.
    script : callable
        Returns the fault of a request, or None to pass request and answer on.
    door : str
        How connections are met, see `Door`. `open_door` opens the first three for good.
    tls : ssl.SSLContext, optional
        With the door ``tls``.
    stranger : str
        The address that faults may redirect to.

    Attributes
    ----------
    seen : list of Seen
        Every request, in the order in which they came.
    connections : int
        How many were accepted.
    """

    def __init__(
        self,
        upstream: str,
        script: Script,
        *,
        door: Door = "open",
        tls: ssl.SSLContext | None = None,
        stranger: str = "",
    ) -> None:
        split = urlsplit(upstream)
        self.stranger = stranger
        self.seen: list[Seen] = []
        self.connections = 0
        self._upstream = (split.hostname or "", split.port or 0)
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._script = script
        self._door = door
        self._tls = tls
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)  # so that asyncio sets TCP_NODELAY
        # Bound, it is nobody else's; connections are refused until it listens.
        self._socket.bind(("127.0.0.1", 0))
        self._port: int = self._socket.getsockname()[1]
        self._fillers: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="ghl-simulator faults", daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def base_url(self) -> str:
        """The address for a client."""
        return f"http{'s' if self._door == 'tls' else ''}://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if self._door == "full":
            self._fill()
        elif self._door != "closed":
            self.open_door()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._socket.close()

    def open_door(self) -> None:
        """Accept connections from now on; returns when it does."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _fill(self) -> None:
        self._socket.listen(0)
        while True:
            filler = socket.socket()
            filler.settimeout(0.1)
            self._fillers.append(filler)
            try:
                filler.connect(self._socket.getsockname())
            except TimeoutError:  # nobody else gets in
                return

    async def _listen(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()
        if self._server is None:
            self._server = await asyncio.start_server(
                self._connected, sock=self._socket, backlog=512, ssl=self._tls
            )

    async def _stop(self) -> None:
        for filler in self._fillers:
            filler.close()
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _, _, writer in self._idle:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                if self._door == "mute":
                    await reader.read(-1)
                while not writer.is_closing():
                    await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        request = head + await reader.readexactly(_length(head))
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        asked = Asked(len(self.seen) + 1, method, path)
        fault = self._script(asked)
        seen = Seen(asked, fault and fault.name, b"\nauthorization:" in head.lower())
        self.seen.append(seen)
        exchange = Exchange(self.stranger, reader, writer)
        if fault is None or fault.reaches:
            exchange.reply = await self._forward(request)
            seen.status = exchange.reply.status
        if fault is None:
            assert exchange.reply is not None
            await exchange.send(exchange.reply.head + exchange.reply.body)
        else:
            await fault.act(exchange)

    async def _forward(self, request: bytes) -> Reply:
        reader, writer = self._kept_connection() or await asyncio.open_connection(*self._upstream)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            reply = Reply(head, await reader.readexactly(_length(head)))
        except BaseException:
            writer.close()
            raise
        self._idle.append((self._loop.time(), reader, writer))
        return reply

    def _kept_connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        while self._idle:
            since, reader, writer = self._idle.pop()
            # The simulator's own patience with a silent connection is longer than that.
            if self._loop.time() - since < _KEPT and not reader.at_eof():
                return reader, writer
            writer.close()
        return None


class Exchange:
    """One request that is to be answered wrongly.

    Attributes
    ----------
    stranger : str
        Another server's address.
    reply : Reply or None
        The simulator's answer, where the request has reached it.
    """

    def __init__(
        self, stranger: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.stranger = stranger
        self.reply: Reply | None = None
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Send something."""
        self._writer.write(data)
        await self._writer.drain()

    async def until_gone(self) -> None:
        """Say nothing until the client has had enough."""
        await self._reader.read(-1)
        self.close()

    def close(self) -> None:
        """End the connection as is usual."""
        self._writer.close()

    def reset(self) -> None:
        """Break the connection."""
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE
        )
        self._writer.transport.abort()


Act = Callable[[Exchange], Awaitable[None]]


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
