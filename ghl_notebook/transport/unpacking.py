"""The body of a response: unpacked while it comes, within limits."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable
from typing import Final

import httpx

MAX_BODY: Final = 32 * 2**20
"""Bytes of one response, unpacked. The largest known response has less than a hundredth of it."""

_PIECE: Final = 4 * 2**10
"""Bytes that are unpacked at a time: they become four megabytes at most."""


_NOT_PACKED: Final = ("", "identity")
_new_member: Final = functools.partial(zlib.decompressobj, wbits=31)
"""Begins a gzip member, with its header."""


class UnreadableError(Exception):
    """A response has an encoding that was not requested, or is larger than any of the API's.

    The next one would be the same, and cost as much: the request is not repeated.

    Attributes
    ----------
    status : int
        The HTTP status.
    """

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


class Unpacking:
    """Unpacks the body of a response while it comes, up to a limit.

    What a library unpacks by itself has no limit: 200 bytes may become gigabytes.

    Parameters
    ----------
    status : int
        Of the response.
    encodings : iterable of str
        What its ``Content-Encoding`` lists.
    most : int
        Bytes, on the wire and unpacked.

    Raises
    ------
    UnreadableError
        If the encoding is not gzip, once: only gzip is requested.
    """

    def __init__(self, status: int, encodings: Iterable[str], most: int) -> None:
        packed = [e for e in map(str.lower, map(str.strip, encodings)) if e not in _NOT_PACKED]
        if packed not in ([], ["gzip"], ["x-gzip"]):
            # What a server says is shown in an error: a little of it, as Python writes it.
            said = ascii(", ".join(packed)[:40])
            raise UnreadableError(f"a body packed as {said}, where gzip was asked for", status)
        self._status = status
        self._most = most
        self._is_packed = bool(packed)
        self._member = _new_member()
        self._came = 0
        self._content = bytearray()

    def feed(self, part: bytes) -> None:
        """Unpack what came next.

        Raises
        ------
        UnreadableError
            If it is too much.
        httpx.DecodingError
            If it is no gzip.
        """
        self._came += len(part)
        # In pieces, for zlib copies what it leaves; empty members and blocks count too.
        for start in range(0, len(part) if self._came <= self._most else 0, _PIECE):
            piece = part[start : start + _PIECE]
            self._content += self._unpacked(piece) if self._is_packed else piece
        if max(self._came, len(self._content)) > self._most:
            self._content.clear()
            raise UnreadableError(f"a body of more than {self._most // 2**20} MB", self._status)

    def _unpacked(self, piece: bytes) -> bytearray:
        out = bytearray()
        room = self._most + 1 - len(self._content)
        try:
            while piece and len(out) < room:
                if self._member.eof:  # the next member; some servers fill up with zeros
                    piece = piece.lstrip(b"\0")
                    if not piece:
                        break
                    self._member = _new_member()
                out += self._member.decompress(piece, room - len(out))
                piece = self._member.unused_data
        except zlib.error:
            raise httpx.DecodingError("no gzip") from None
        return out

    def content(self) -> bytes:
        """Return the whole, when nothing more comes.

        Raises
        ------
        httpx.DecodingError
            If its end is missing.
        """
        if self._is_packed and self._came and not self._member.eof:
            raise httpx.DecodingError("gzip without its end")
        return bytes(self._content)


async def read_whole(response: httpx.Response, most: int) -> None:
    """Read a response, as ``aread`` does, within limits; see `Unpacking`.

    Its ``content`` is the body; the caller closes it.

    Parameters
    ----------
    response : httpx.Response
        The response. One that its transport has already read is left as it is.
    most : int
        Bytes, on the wire and unpacked.

    Raises
    ------
    UnreadableError, httpx.HTTPError
        As `Unpacking`, and as ``aread``.
    """
    if hasattr(response, "_content"):
        if len(response.content) > most:
            raise UnreadableError(f"a body of more than {most // 2**20} MB", response.status_code)
        return
    encodings = response.headers.get_list("content-encoding", split_commas=True)
    unpacking = Unpacking(response.status_code, encodings, most)
    async for part in response.aiter_raw():
        unpacking.feed(part)
    response._content = unpacking.content()  # noqa: SLF001 - what `aread` sets, without a limit
