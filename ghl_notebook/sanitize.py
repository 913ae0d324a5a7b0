"""Make text from outside, such as names and captions, safe to show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

# Terminal controls, line and paragraph separators, bidirectional embeddings, overrides, and
# isolates, surrogates, and characters that XML cannot contain. The last ones in an account's name
# crash the kernel when vl-convert draws the name.
_CONTROLS: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# In HTML, "<" opens a tag or a comment unless a space or a digit follows: "<3" and "a < b" stay.
_OPENING: Final = re.compile(r"<(?![ 0-9\u2060])")
_APART: Final = "<\u2060"

# A private integration token, a JSON Web Token, and the user and password in an address.
_TOKENS: Final = re.compile(
    r"pit-[A-Za-z0-9-]{6,}|(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]+)*|(?<=://)(?:[^\s/]+|[^\s/:@]+:[^\s@]+)(?=@)"
)

_NOT_UTF8: Final = re.compile(rb"[\xc0\xc1\xf5-\xff]")
"""Bytes that UTF-8 never contains: the body has another encoding, or is damaged."""
_SURROGATE_IN_UTF8: Final = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"

_MESSAGE_KEYS: Final = (
    *("message", "error_user_msg", "errorMessage", "error_message", "msg", "description"),
    *("error_description", "detail", "details", "reason", "error", "errors", "title"),
)
_MAX_DEPTH: Final = 5


def strip_controls(text: str) -> str:
    """Replace characters that control a terminal, or reorder text, by spaces."""
    return _CONTROLS.sub(" ", text)


def replace_unprintable(text: str) -> str:
    """Return text with U+FFFD for characters that XML or a terminal cannot contain.

    Tabs and line breaks stay, and so do characters that reorder text: this is for files, which are
    to contain what others wrote.
    """
    return _UNPRINTABLE.sub(_REPLACEMENT, text)


def one_line(text: str, most: int) -> str:
    """Return text for a sentence: on one line, without control characters, and shortened.

    Parameters
    ----------
    text : str
        Text from outside.
    most : int
        Maximum number of characters. A shortened text has ``…`` as its last character.
    """
    # Text far behind the cut is skipped, because an answer may be one word of several megabytes.
    line = " ".join(strip_controls(text[: 4 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def hide_tokens(text: str) -> str:
    """Return text without parts that look like an API token, or a password in an address.

    Errors quote arguments, and users may pass a token in the wrong one.
    """
    return _TOKENS.sub("********", text)


def defuse_markup(text: str) -> str:
    """Return text that looks the same but is not markup in any template.

    Use this for text that another library inserts without escaping. A word joiner (U+2060), which
    is invisible, follows each ``<`` that could open a tag. Control characters become spaces.
    """
    return _OPENING.sub(_APART, strip_controls(text))


def replace_half_characters(content: bytes) -> bytes:
    r"""Return JSON in which U+FFFD stands for each half of a character; the rest is unchanged.

    A half is an escape such as ``\ud83d`` without its other half, or a cut UTF-8 sequence. Programs
    that cut text inside an emoji leave them behind.

    Parameters
    ----------
    content : bytes
        The body of a response.
    """
    if _NOT_UTF8.search(content):
        return content
    content = _SURROGATE_IN_UTF8.sub(_REPLACEMENT.encode(), content)
    content = content.decode(errors="replace").encode()
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], content)


def before_half_character(text: str) -> str | None:
    """Return the last 20 characters before the first half of a character; None if all are complete.

    Parameters
    ----------
    text : str
        Text that is to be sent.
    """
    if text.isascii():
        return None
    half = _SURROGATE.search(text)
    return None if half is None else text[max(0, half.start() - 20) : half.start()]


def error_text(value: object, depth: int = 0) -> str | None:
    """Return the message of an error that arrived as an object, or as a list of objects.

    Parameters
    ----------
    value : object
        Decoded JSON. An object without a message is shown as JSON.
    depth : int
        How deep the value is inside another one.
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list) and depth < _MAX_DEPTH:
        return "; ".join(filter(None, (error_text(one, depth + 1) for one in value))) or None
    if isinstance(value, Mapping) and depth < _MAX_DEPTH:
        for key in _MESSAGE_KEYS:
            if text := error_text(value.get(key), depth + 1):
                return text
    if not value or depth:
        return None
    return msgspec.json.encode(value).decode()
