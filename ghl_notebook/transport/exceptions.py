"""What goes wrong on the way to the API: each failure of a transport as a `GHLError`."""

from __future__ import annotations

from typing import Final

import httpx

from ghl_notebook.errors import (
    ArgumentError,
    ConnectionFailedError,
    GHLError,
    SettingsError,
    UnexpectedAnswerError,
)
from ghl_notebook.settings import network_settings

from .options import MORE_FILES, is_out_of_files
from .unpacking import UnreadableError


class ClosedError(Exception):
    """The transport was closed before the request was sent."""


class LateError(Exception):
    """The time limit passed before the response was complete."""

    def __init__(self, *, was_sent: bool) -> None:
        super().__init__(was_sent)
        self.was_sent = was_sent


FAILURES: Final = (
    ClosedError,
    LateError,
    UnreadableError,
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    OSError,
    RuntimeError,
    ValueError,
)
"""What a transport raises. The last three: httpx does not wrap what a bad proxy address or a
closing event loop raises.
"""

_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""After these the service has certainly not seen the request: it may be sent again."""

_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (httpx.ConnectTimeout, "Connecting took too long"),
    (httpx.TimeoutException, "No answer came within the time limit"),
    (httpx.ConnectError, "The connection was refused or the host was not found"),
    (httpx.NetworkError, "The connection broke"),
    (httpx.RemoteProtocolError, "The connection broke in the middle of the answer"),
    (httpx.ProxyError, "The proxy on the way refused the connection"),
    (httpx.DecodingError, "The answer was damaged on the way"),
)


def closed_error() -> ArgumentError:
    """Return the error of a client that is used after it was closed."""
    return ArgumentError("The client is closed.", "Make a new one.")


def failure_of(what: str, error: Exception) -> GHLError:
    """Return the `GHLError` for what a transport raised; `error` is not attached to it.

    Parameters
    ----------
    what : str
        The request, for the error's text.
    error : Exception
        One of `FAILURES`.
    """
    failure: GHLError
    if isinstance(error, GHLError):  # some are also a ValueError
        return error.with_traceback(None)
    if isinstance(error, ClosedError):
        return closed_error()
    if isinstance(error, httpx.InvalidURL):
        return SettingsError(
            f"{what} cannot be sent: the address makes no sense.", "Check GHL_BASE_URL."
        )
    if isinstance(error, UnreadableError):
        failure = UnexpectedAnswerError(
            what,
            status=error.status,
            service_message=str(error),
            next_step="Check GHL_BASE_URL, and what a proxy on the way does to answers; the "
            "same answer was not asked for again.",
        )
        failure.may_pass = False
        return failure
    if isinstance(error, LateError):
        failure = ConnectionFailedError(f"{what} failed: No whole answer came in time.")
        failure.was_sent = error.was_sent
        return failure
    words = next((words for kind, words in _WORDS if isinstance(error, kind)), type(error).__name__)
    next_step = None
    if is_out_of_files(error):
        words, next_step = "This process has too many files and connections open", MORE_FILES
    elif isinstance(error, _NEVER_SENT) and (names := network_settings()):
        next_step = f"Check the network, {', '.join(names)}, and GHL_BASE_URL, if you set it."
    failure = ConnectionFailedError(f"{what} failed: {words}.", next_step)
    failure.was_sent = not isinstance(error, _NEVER_SENT)
    return failure
