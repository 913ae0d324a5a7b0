"""Halves of characters, which programs that cut text inside an emoji leave behind."""

from __future__ import annotations

import re
from typing import Final

_NO_UTF8: Final = re.compile(rb"[\xc0\xc1\xf5-\xff]")
"""Bytes that UTF-8 never has: the body has another encoding, or is damaged."""
_HALF_IN_BYTES: Final = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


def mend_characters(content: bytes) -> bytes:
    r"""Return JSON in which U+FFFD stands for each half of a character; the rest is as it was.

    A half is an escape such as ``\ud83d`` without its other half, or a cut sequence of UTF-8.

    Parameters
    ----------
    content : bytes
        The body of an answer.
    """
    if _NO_UTF8.search(content):
        return content
    content = _HALF_IN_BYTES.sub(_REPLACEMENT.encode(), content)
    content = content.decode(errors="replace").encode()
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], content)


def half_character(text: str) -> str | None:
    """Return what stands before the first half of a character, at most 20 characters of it.

    Returns
    -------
    str or None
        None where all characters are whole.
    """
    if text.isascii():
        return None
    half = _HALF.search(text)
    return None if half is None else text[max(0, half.start() - 20) : half.start()]
