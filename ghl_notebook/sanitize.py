"""Make text from outside, such as names and captions, safe to show."""

from __future__ import annotations

import re
from typing import Final

# Terminal controls, line and paragraph separators, bidirectional embeddings, overrides, and
# isolates, surrogates, and characters that XML cannot contain. The last ones in an account's name
# crash the kernel when vl-convert draws the name.
_CONTROLS: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

# In HTML, "<" opens a tag or a comment unless a space or a digit follows: "<3" and "a < b" stay.
_OPENING: Final = re.compile(r"<(?![ 0-9\u2060])")
_APART: Final = "<\u2060"

# A private integration token, a JSON Web Token, and the user and password in an address.
_TOKENS: Final = re.compile(
    r"pit-[A-Za-z0-9-]{6,}|(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]+)*|(?<=://)(?:[^\s/]+|[^\s/:@]+:[^\s@]+)(?=@)"
)


def strip_controls(text: str) -> str:
    """Replace characters that control a terminal, or reorder text, by spaces."""
    return _CONTROLS.sub(" ", text)


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
