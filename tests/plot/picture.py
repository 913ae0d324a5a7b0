"""A chart as it is drawn, pixel by pixel."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from typing import Any

import vl_convert

from .made import spec_of


def png_of(chart: Any) -> bytes:
    """Draw a chart."""
    png: bytes = vl_convert.vegalite_to_png(spec_of(chart))
    return png


def colors_of(png: bytes) -> Counter[str]:
    """Count the pixels of each color; those through which all of the page shows are ``page``.

    A PNG of 8 bits for each of red, green, blue and opacity is read, as vl-convert writes it.
    """
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 6)
    packed, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += length + 12
    raw, row = zlib.decompress(packed), bytearray(4 * width)
    found: Counter[str] = Counter()
    for y in range(height):
        begin = y * (4 * width + 1)
        row = _unfiltered(raw[begin], raw[begin + 1 : begin + 1 + 4 * width], row)
        text = row.hex()
        pixels = (text[x : x + 8] for x in range(0, 8 * width, 8))
        found.update("page" if pixel.endswith("00") else f"#{pixel[:6]}" for pixel in pixels)
    return found


def _unfiltered(kind: int, row: bytes, above: bytearray) -> bytearray:
    """Add to each byte what the filter of its row has taken away."""
    done = bytearray(row)
    for x, value in enumerate(row):
        left, up = (done[x - 4] if x >= 4 else 0), above[x]
        corner = above[x - 4] if x >= 4 else 0
        nearest = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
        done[x] = (value + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
    return done
