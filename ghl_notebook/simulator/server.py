"""A uvicorn server in a daemon thread, on the loopback interface only."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp


class _ReadyServer(uvicorn.Server):
    """A uvicorn server that sets an event when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        # uvicorn checks every 0.1 s whether to stop: too long for hundreds of tests.
        await self.on_tick(0)
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn's own shutdown takes 0.1 s even if all connections are closed, and leaves open
        # those whose requests do not end in time.
        loop = asyncio.get_running_loop()
        for listening in sockets or []:
            with contextlib.suppress(NotImplementedError):  # Windows
                loop.remove_reader(listening)
        await asyncio.sleep(0.001)  # connections accepted just now register themselves
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        await self._wait(lambda: state.connections or state.tasks)
        for task in list(state.tasks):
            task.cancel()
        for connection in list(state.connections):
            connection.transport.abort()
        await self._wait(lambda: state.connections)

    async def _wait(self, waiting: Callable[[], object]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while waiting():  # noqa: ASYNC110 - uvicorn sets no event
                    await asyncio.sleep(0.001)


class ServerThread:
    """Serves one app until it is stopped.

    Parameters
    ----------
    app : ASGI application
        The app to serve.
    port : int
        0 picks a free one.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit the option. asyncio sets it only on a socket with a named
        # protocol; without it, a reused connection waits 40 ms for the client's delayed ACK.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,  # the simulator must not change how the process logs
            access_log=False,
            lifespan="off",
            ws="none",
            loop="auto",  # uses uvloop and httptools if they are installed
            http="auto",
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _ReadyServer(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"ghl-simulator-{self.port}", daemon=True
        )

    def start(self) -> None:
        """Start; return as soon as the server accepts connections."""
        self._thread.start()
        self._server.ready.wait()
        if self._error is not None:
            self._socket.close()
            raise RuntimeError("The simulator could not start.") from self._error

    def stop(self) -> None:
        """Stop; return when the port is free and the thread is gone."""
        self._server.should_exit = True
        self.call_soon(self._server.stopping.set)
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._socket.close()

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Run a callback in the server's loop, if it still runs."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(callback)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
                runner.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised again by `start`, in its thread
            self._error = error
        finally:
            self._server.ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._socket])
