"""What the HTTP library may log of an answer's headers: what is listed here, and nothing else."""

from __future__ import annotations

import logging
import re
from typing import Final

_SHOWN: Final = frozenset(
    {
        "age", "cache-control", "cf-ray", "connection", "content-encoding", "content-length",
        "content-type", "date", "keep-alive", "retry-after", "server", "transfer-encoding", "vary",
        "version", "x-request-id", "x-trace-id",
        "x-ratelimit-daily-remaining", "x-ratelimit-daily-reset", "x-ratelimit-limit-daily",
        "x-ratelimit-interval-milliseconds", "x-ratelimit-max", "x-ratelimit-remaining",
    }
)  # fmt: skip

# httpcore logs headers as a list of pairs of bytes, in Python's own notation.
_PAIR: Final = re.compile(
    r"""\(b(['"])(?P<name>[^'"\s]+?)\1,\ b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\)""", re.VERBOSE
)


class _HideHeaders(logging.Filter):
    """Replaces the values of headers that are not listed; an address may hold a signed state."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "(b'" in text or '(b"' in text:
            record.msg, record.args = _PAIR.sub(_redacted, text), ()  # no args: "%" is a "%"
        return True


def _redacted(pair: re.Match[str]) -> str:
    if pair["name"].lower() in _SHOWN:
        return pair[0]
    return f"(b'{pair['name']}', b'********')"


def hide_headers_in_logs() -> None:
    """Have httpcore's debug lines show listed headers only."""
    for name in ("httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks"):
        logger = logging.getLogger(name)
        if not any(isinstance(f, _HideHeaders) for f in logger.filters):
            logger.addFilter(_HideHeaders())
