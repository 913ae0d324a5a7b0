"""One connection to a server of ours: its limits, and what is said of what goes wrong in it."""

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

_MOST_HEADER_BYTES = 65_536
_KEEP_ALIVE_SECONDS = 5


@_log.addFilter
def _is_debugged(record: logging.LogRecord) -> bool:
    """Keep from a cell what any program of this computer can bring about."""
    record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    return _log.isEnabledFor(logging.DEBUG)


def make_config(app: ASGIApp) -> Config:
    """Return how an application is served."""
    config = Config(
        app,
        http=H11Protocol,
        ws="none",
        log_config=None,  # how the notebook's process logs is not ours to change
        access_log=False,
        lifespan="off",
        server_header=False,
        h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    config.load()
    # Not wrapped: where a process logs everything, uvicorn would log whole addresses.
    config.loaded_app = app
    return config


class Connection(H11Protocol):
    """A connection on which each request has to be complete in time.

    Parameters
    ----------
    config : Config
        What `make_config` returned.
    state : ServerState
        Of its server.
    others : dict
        All open connections of its server, the oldest first; this one leaves them when it is lost.
    patience : float
        Seconds that a request may take, from the end of the last one.
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
        """What was asked for last."""
        scope = cast("HTTPScope | None", self.scope)
        return None if scope is None else scope["path"]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._others[self] = None
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on; what cannot be read ends the connection."""
        try:
            super().data_received(data)
        except Exception:  # noqa: BLE001
            # uvicorn does not bear nonsense after a request that is not answered yet.
            _log.debug("A client was not understood", exc_info=True)
            self.transport.abort()

    def handle_events(self) -> None:
        """See whether what has come makes a request complete."""
        super().handle_events()
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the client to read the answer."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
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
