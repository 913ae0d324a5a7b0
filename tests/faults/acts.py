"""What a fault server does with a request instead of passing the answer on."""

from __future__ import annotations

import asyncio
import functools
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from .server import Act, Exchange, Reply

JSON = "application/json; charset=utf-8"

_DRIP = 0.05
_BIG = 50_000_000
_BOMB = 400_000_000
_LAST_CHUNK = b"0\r\n\r\n"
_CANNED: dict[str, Any] = {
    "success": True,
    "statusCode": 200,
    "message": "Canned",
    "results": {"accounts": [], "groups": []},
}


def _packed(
    status: int, body: bytes, headers: Mapping[str, str], length: int | None = None
) -> bytes:
    named = {**headers, "content-length": str(len(body) if length is None else length)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def _reply(exchange: Exchange) -> Reply:
    if exchange.reply is not None:
        return exchange.reply
    whole = _packed(200, json.dumps(_CANNED).encode(), {"content-type": JSON})
    head, _, body = whole.partition(b"\r\n\r\n")
    return Reply(head + b"\r\n\r\n", body)


def _body(exchange: Exchange) -> bytes:
    # The answer to start has none; there must be something to cut.
    return _reply(exchange).body or b"<p>Found. Redirecting to the login page.</p>"


def _kept(exchange: Exchange) -> dict[str, str]:
    """Return the headers of the answer, for another body."""
    lines = _reply(exchange).head.decode("latin-1").split("\r\n")[1:-2]
    pairs = (line.partition(":") for line in lines)
    return {n: v.strip() for n, _, v in pairs if n.lower() != "content-length"}


# The connection.


async def reset(exchange: Exchange) -> None:
    """Break the connection before an answer."""
    exchange.reset()


async def close(exchange: Exchange) -> None:
    """Close the connection before an answer."""
    exchange.close()


async def reset_in_body(exchange: Exchange) -> None:
    """Break the connection in the middle of the body."""
    await _half(exchange)
    exchange.reset()


async def close_in_body(exchange: Exchange) -> None:
    """Close the connection in the middle of the body."""
    await _half(exchange)
    exchange.close()


async def reset_after_body(exchange: Exchange) -> None:
    """Break the connection after the whole answer."""
    reply = _reply(exchange)
    await exchange.send(reply.head + reply.body)
    exchange.reset()


async def close_after_body(exchange: Exchange) -> None:
    """Close the connection after the whole answer, without having said so."""
    reply = _reply(exchange)
    await exchange.send(reply.head + reply.body)
    exchange.close()


async def say_nothing(exchange: Exchange) -> None:
    """Take the request and never answer."""
    await exchange.until_gone()


async def stop_in_head(exchange: Exchange) -> None:
    """Begin the head and fall silent."""
    await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-ty")
    await exchange.until_gone()


async def stop_in_body(exchange: Exchange) -> None:
    """Begin the body and fall silent."""
    await _half(exchange)
    await exchange.until_gone()


async def drip_head(exchange: Exchange) -> None:
    """Send a byte of a header now and then, for ever."""
    await exchange.send(b"HTTP/1.1 200 OK\r\nx-slow: ")
    await _drip(exchange)


async def drip_body(exchange: Exchange) -> None:
    """Send a byte of the body now and then, for ever."""
    status = _reply(exchange).status
    await exchange.send(_packed(status, b" ", _kept(exchange), length=1_000_000))
    await _drip(exchange)


def in_pieces(size: int) -> Act:
    """Send the whole answer, so many bytes in each packet."""

    async def act(exchange: Exchange) -> None:
        reply = _reply(exchange)
        whole = reply.head + reply.body
        for start in range(0, len(whole), size):
            await exchange.send(whole[start : start + size])
            await asyncio.sleep(0)

    return act


async def in_chunks(exchange: Exchange) -> None:
    """Send the body in chunks, without a length."""
    await exchange.send(_chunked(exchange))


async def close_in_chunks(exchange: Exchange) -> None:
    """Send the body in chunks, and close the connection before the last one."""
    await exchange.send(_chunked(exchange)[: -len(_LAST_CHUNK)])
    exchange.close()


async def say_too_short(exchange: Exchange) -> None:
    """Send a byte more than the length says."""
    body = _body(exchange)
    await exchange.send(_packed(_reply(exchange).status, body + b" ", _kept(exchange), len(body)))
    exchange.close()


def with_headers(lines: bytes) -> Act:
    """Send the answer with more header lines."""

    async def act(exchange: Exchange) -> None:
        reply = _reply(exchange)
        await exchange.send(reply.head[:-2] + lines + b"\r\n" + reply.body)

    return act


async def speak_ssh(exchange: Exchange) -> None:
    """Answer in another protocol."""
    await exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    exchange.close()


async def endless_head(exchange: Exchange) -> None:
    """Send headers without an end."""
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        await exchange.send(b"x-header-%d: %s\r\n" % (number, b"x" * 100))


def _chunked(exchange: Exchange) -> bytes:
    body = _body(exchange)
    lines = "".join(f"{name}: {value}\r\n" for name, value in _kept(exchange).items())
    head = f"HTTP/1.1 {_reply(exchange).status} X\r\n{lines}transfer-encoding: chunked\r\n\r\n"
    half = len(body) // 2
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:]) if part]
    return head.encode() + b"".join(chunks) + _LAST_CHUNK


async def _half(exchange: Exchange) -> None:
    body = _body(exchange)
    whole = _packed(_reply(exchange).status, body, _kept(exchange))
    await exchange.send(whole[: len(whole) - len(body) // 2])


async def _drip(exchange: Exchange) -> None:
    while True:
        await exchange.send(b" ")
        await asyncio.sleep(_DRIP)


# The answer.


def answer(
    status: int, body: object, kind: str = JSON, headers: Mapping[str, str] | None = None
) -> Act:
    """Answer this; bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    whole = _packed(status, data, {"content-type": kind, **(headers or {})})

    async def act(exchange: Exchange) -> None:
        await exchange.send(whole)

    return act


def redirect(status: int) -> Act:
    """Send the client to another server."""

    async def act(exchange: Exchange) -> None:
        await exchange.send(_packed(status, b"", {"location": f"{exchange.stranger}/elsewhere"}))

    return act


def other_body(change: Callable[[bytes], bytes], **headers: str) -> Act:
    """Send the answer with its body changed, and the right length of that."""

    async def act(exchange: Exchange) -> None:
        kept = {**_kept(exchange), **{n.replace("_", "-"): v for n, v in headers.items()}}
        await exchange.send(_packed(_reply(exchange).status, change(_body(exchange)), kept))

    return act


def other_json(change: Callable[[dict[str, Any]], object]) -> Act:
    """Send the answer with its JSON changed; one without JSON is sent as it is."""

    async def act(exchange: Exchange) -> None:
        reply = _reply(exchange)
        if not reply.body:
            await exchange.send(reply.head)
            return
        changed = json.loads(reply.body)
        change(changed)
        await exchange.send(_packed(reply.status, json.dumps(changed).encode(), _kept(exchange)))

    return act


def _cut(body: bytes) -> bytes:
    return body[: len(body) * 2 // 3]


cut_json = other_body(_cut)
"""Cut the JSON, and say the length of what is left."""

no_body = other_body(lambda body: b"")
"""Send the head only."""

as_html = other_body(lambda body: body, content_type="text/html; charset=utf-8")
"""Send the right body under a wrong name."""

no_content_type = other_body(lambda body: body, content_type="")
"""Send the right body under no name."""

big_body = other_body(lambda body: body + b" " * _BIG)
"""Send 50 MB more of white space."""


async def gzip_bomb(exchange: Exchange) -> None:
    """Send little that becomes 400 MB."""
    headers = {**_kept(exchange), "content-encoding": "gzip"}
    await exchange.send(_packed(_reply(exchange).status, _bomb(_body(exchange)), headers))


def _bomb(body: bytes) -> bytes:
    """Pack the body and much white space as one gzip member: some readers stop after the first."""
    space = b" " * 10_000_000
    times = _BOMB // len(space)
    crc = zlib.crc32(body)
    for _ in range(times):
        crc = zlib.crc32(space, crc)
    size = (len(body) + _BOMB) % 2**32
    packed = _packed_alone(body) + _packed_alone(space) * times + b"\x03\x00"
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + packed + struct.pack("<II", crc, size)


@functools.cache
def _packed_alone(data: bytes) -> bytes:
    """Deflate something so that it can be put together with other such pieces."""
    pack = zlib.compressobj(wbits=-15)
    return pack.compress(data) + pack.flush(zlib.Z_FULL_FLUSH)
