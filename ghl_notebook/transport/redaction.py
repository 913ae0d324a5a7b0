"""What the HTTP library may log of a response: the headers listed here, and nothing else."""

from __future__ import annotations

import ast
import logging
import re
from typing import Final

_HIDDEN: Final = b"********"
_SHOWN: Final = frozenset(
    {
        b"age", b"cache-control", b"cf-ray", b"connection", b"content-encoding", b"content-length",
        b"content-type", b"date", b"keep-alive", b"retry-after", b"server", b"transfer-encoding",
        b"vary", b"version", b"x-request-id", b"x-trace-id",
        b"x-ratelimit-daily-remaining", b"x-ratelimit-daily-reset", b"x-ratelimit-limit-daily",
        b"x-ratelimit-interval-milliseconds", b"x-ratelimit-max", b"x-ratelimit-remaining",
    }
)  # fmt: skip

# httpcore logs in Python's own notation: what came back, or the error that came instead.
_RETURNED: Final = re.compile(r"(?s)(?P<before>.*? return_value=)(?P<value>[(\[].*)")
_FAILED: Final = re.compile(r"(?s)(?P<before>.*? exception=)(?P<kind>\w+)\(.*")
# Also what a proxy on the way is told to let the connection pass.
_TOLD: Final = re.compile(r"(?s)(?P<before>.*? auth=)\(.*")


class _RedactResponses(logging.Filter):
    """Hides what is not listed; a response's address may hold a signed state."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        shown = _redacted(text)
        if shown is not text:
            record.msg, record.args = shown, ()  # no args: "%" is a "%"
        return True


def _redacted(text: str) -> str:
    returned = _RETURNED.fullmatch(text)
    if returned is not None:
        return f"{returned['before']}{_clean(_value_of(returned['value']))!r}"
    # An error about a header line repeats that line.
    failed = _FAILED.fullmatch(text)
    if failed is not None:
        return f"{failed['before']}{failed['kind']}"
    told = _TOLD.fullmatch(text)
    return text if told is None else f"{told['before']}********"


def _value_of(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return _HIDDEN


def _clean(value: object) -> object:
    """Go through the parts of an answer: numbers and the protocol stay, headers that are listed."""
    match value:
        case (bytes(name), bytes()) if name.lower() in _SHOWN:
            return value
        case (bytes(name), bytes()):
            return name, _HIDDEN
        case tuple():
            return tuple(_clean(part) for part in value)
        case list():
            return [_clean(part) for part in value]
        case bytes() if not value.startswith(b"HTTP/"):
            return _HIDDEN
    return value


def redact_logs() -> None:
    """Redact httpcore's debug lines."""
    for name in ("httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks"):
        logger = logging.getLogger(name)
        if not any(isinstance(f, _RedactResponses) for f in logger.filters):
            logger.addFilter(_RedactResponses())
