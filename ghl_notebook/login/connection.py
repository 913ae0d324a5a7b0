"""A connection to a `BackgroundServer`: its limits, and the logging of its errors."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from uvicorn._types import HTTPScope

_log = logging.getLogger("ghl_notebook.login.connection")

_MAX_HEADER_BYTES = 65_536
_KEEP_ALIVE_SECONDS = 5


@_log.addFilter
def _is_debugged(record: logging.LogRecord) -> bool:
    """Log at DEBUG only: any program of this computer could fill a cell with these records."""
    record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    return _log.isEnabledFor(logging.DEBUG)


def make_config(app: ASGIApp) -> Config:
    """Return uvicorn's configuration for an application."""
    config = Config(
        app,
        http=H11Protocol,
        ws="none",
        log_config=None,  # leave the logging of the notebook's process alone
        access_log=False,
        lifespan="off",
        server_header=False,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    config.load()
    # Not wrapped: if a process logs everything, uvicorn would log complete addresses.
    config.loaded_app = app
    return config


class Connection(H11Protocol):
    """A connection on which each request has to be complete in time.

    Parameters
    ----------
    config : Config
        The result of `make_config`.
    state : ServerState
        State of its server.
    others : dict
        All open connections of its server, the oldest first; a lost connection is removed.
    patience : float
        Seconds that a request may take, from the end of the previous one.
    """

    def __init__(
        self,
        config: Config,
        state: ServerState,
        others: dict[Connection, None],
        patience: float,
    ) -> None:
        super().__init__(config, state, {})
        self.logger = _log
        self._others = others
        self._patience = patience
        self._timer: asyncio.TimerHandle | None = None

    @property
    def path(self) -> str | None:
        """Path of the last request."""
        scope = cast("HTTPScope | None", self.scope)
        return None if scope is None else scope["path"]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._others[self] = None
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read data; invalid data closes the connection."""
        try:
            super().data_received(data)
        except Exception:  # noqa: BLE001
            # uvicorn raises on invalid data after a request that is not answered yet.
            _log.debug("A client was not understood", exc_info=True)
            self.transport.abort()

    def handle_events(self) -> None:
        """Check whether the request is complete."""
        super().handle_events()
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the client to read the response."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._others.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _watch(self) -> None:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is None or cycle.more_body or cycle.response_complete:
            if self._timer is None:
                self._timer = self.loop.call_later(self._patience, self.transport.abort)
        elif self._timer is not None:
            self._timer.cancel()
            self._timer = None
