"""Text that others wrote, such as names and captions, made safe to show."""

from __future__ import annotations

import re
from typing import Final

# Controls of terminals, line and paragraph separators, what turns the text around it (bidirectional
# embeddings, overrides and isolates), halves of characters, and what XML cannot hold: an account
# whose name has one of these ends the kernel when vl-convert draws it.
_CONTROLS: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

# HTML begins a tag or a comment where a letter, "/", "!" or "?" follows. Not where a space or a
# number does: "<3" and "a < b" stay as they are.
_OPENING: Final = re.compile(r"<(?![ 0-9\u2060])")
_APART: Final = "<\u2060"


# A private integration's token, a JSON Web Token, and what stands before the host in an address.
_TOKENS: Final = re.compile(
    r"pit-[A-Za-z0-9-]{6,}|(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]+)*|(?<=://)(?:[^\s/]+|[^\s/:@]+:[^\s@]+)(?=@)"
)


def strip_controls(text: str) -> str:
    """Replace characters that control a terminal or reorder the text around them by spaces."""
    return _CONTROLS.sub(" ", text)


def one_line(text: str, most: int) -> str:
    """Return text to show in a sentence: on one line, without controls, and cut where it is long.

    Parameters
    ----------
    text : str
        What somebody wrote.
    most : int
        Characters to return at most; a text that was cut ends in ``…``.
    """
    # What is far behind the cut is not looked at: an answer may be megabytes of one word.
    line = " ".join(strip_controls(text[: 4 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def hide_tokens(text: str) -> str:
    """Return text without what looks like a token of the service, or a password in an address.

    A token may be passed in a wrong place, and what was passed there is quoted.
    """
    return _TOKENS.sub("********", text)


def defuse_markup(text: str) -> str:
    """Return text that is no markup wherever it is inserted, and looks the same.

    For text that goes into another library's templates, where escaping is not in our hands. A word
    joiner (U+2060), which has no width, follows each ``<`` that could open a tag. Controls are
    replaced as `strip_controls` does.
    """
    return _OPENING.sub(_APART, strip_controls(text))
