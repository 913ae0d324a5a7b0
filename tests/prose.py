"""Private words in the package's docstrings: words that only this project uses in their sense.

::

    python -m tests.prose             # each room's private words per thousand, and its limit
    python -m tests.prose fetch       # each private word in a room's docstrings
    python -m tests.prose --limits    # `LIMITS` as it would be now

A newcomer looks for the words of OAuth, pandas, and Jupyter. `WORDS` lists private ones, with the
word to write instead. `LIMITS` is a ratchet: lower a room's limit when its docstrings improve, and
never raise one. The goal is `GOAL` for each room.
"""

from __future__ import annotations

import argparse
import ast
import functools
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

PACKAGE: Final = Path(__file__).parents[1] / "ghl_notebook"

GOAL: Final = 2
"""Private words per thousand that are no fault."""

# Pattern, without regard to case and as whole words → what to write instead.
WORDS: Final = {
    r"all the same": "anyway",
    r"anew|afresh": "again",
    r"anybody|nobody|somebody|no one": "you, a user, another program",
    r"as (?:it|they|he) (?:is|are|was|were)": "unchanged",
    r"asks?(?: again)? for|(?:is|are|was|were|be|been) asked|not asked": "request, fetch",
    r"bears?|bore|borne": "support, handle",
    r"begun": "started",
    r"brings?|brought": "return, cause",
    r"by (?:itself|themselves)": "automatically, alone",
    r"comes? of|comes? to be|becomes? of": "result",
    r"doors?": "API",
    r"end(?:s|ed) (?:in|with|as)": "raise, finish",
    r"finds? out": "check",
    r"for good": "permanently",
    r"give(?:s|n)? out|gave out": "return",
    r"go(?:es|ne)? on|went on|going on": "continue, resume",
    r"ha(?:s|ve) (?:been )?(?:its|their) turn": "run",
    r"hears?|heard": "receive",
    r"heeds?|heeded": "respect",
    r"holds? (?:no|for|of)|held (?:against|by|for)": "is valid, store",
    r"in earnest": "with a real account",
    r"in (?:the|its|their|his) place|in place of": "instead",
    r"instants?": "datetime",
    r"(?:is|are|was|were) no(?! longer| more than)": "is not a",
    r"(?:is|are|was|were|be) kept|keeps? to": "stored",
    r"lends?|lent": "pass",
    r"look(?:s|ed)? (?:at|into)": "check, read",
    r"make(?:s)? no sense|made no sense": "is invalid",
    r"meanwhile": "in the meantime, or the event itself",
    r"mends?|mended": "fix",
    r"mint(?:s|ed|ing|er|ers)?": "issue",
    r"of (?:one's|its|their|your|our) own|of (?:ours|yours|theirs)": "its own, your own",
    r"one (?:by one|another)": "each, each other",
    r"places?": "environment, position, folder, sub-account",
    r"rooms?": "package",
    r"said|says?": "report, show, state",
    r"sound": "valid",
    r"stands?(?!-ins?\b| for)": "is",
    r"take(?:s|n)? (?:over|for|away|out)|took": "accept, use, remove",
    r"that of|those of": "the noun again",
    r"tells?(?! whether| users)|told": "report, show",
    r"wants?": "needs",
    r"way(?:s)? of|by (?:which|the|any|another) way|at which|by which": "how",
    r"who(?:m|ever)|what(?:ever)|whichever": "the noun",
    r"wholly|whole(?! (?:agency|day|seconds))": "complete, entire",
}

# Room → private words per thousand that its docstrings have at most.
LIMITS: Final[dict[str, int]] = {
    "agency": 4,
    "api": 10,
    "auth": 7,
    "models": 4,
    "panel": 6,
    "transport": 3,
    "verify": 3,
}

_PATTERN: Final = re.compile(rf"\b(?:{'|'.join(f'({pattern})' for pattern in WORDS)})\b")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'-]*")
# What is no prose: code, examples, rulers and heads of numpydoc.
_CODE: Final = re.compile(r"``.*?``|`.*?`", re.DOTALL)
_NOT_PROSE: Final = re.compile(
    r"^(?:\s*(?:>>>|\.\.\. ).*|\s*[-=~ ]{3,}|[A-Z][a-z]+(?: [A-Z][a-z]+)?|[*\w, ]+ : .*)$",
    re.MULTILINE,
)


class Hit(NamedTuple):
    """A private word.

    Attributes
    ----------
    file : str
        The module's path in the package.
    line : int
        The first line of the docstring.
    words : str
        The word, with some of the text around it.
    instead : str
        What to write instead.
    """

    file: str
    line: int
    words: str
    instead: str


class Prose(NamedTuple):
    """The docstrings of a room: how many words they have, and which private ones."""

    count: int
    hits: list[Hit]

    @property
    def rate(self) -> float:
        """Private words per thousand."""
        return 1000 * len(self.hits) / max(self.count, 1)


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the prose of each docstring, and of each string below a constant."""
    blocks: list[ast.AST] = [ast.parse(source)]
    while blocks:
        for node in getattr(blocks.pop(), "body", []):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                blocks.append(node)
            match node:
                case ast.Expr(ast.Constant(str(text))):
                    yield node.lineno, plain(text)


def plain(docstring: str) -> str:
    """Return a docstring without code and without the structure of numpydoc."""
    lines = "\n".join(line.strip() for line in docstring.splitlines())
    return " ".join(_CODE.sub("x", _NOT_PROSE.sub(" ", lines)).split())


def hits(text: str) -> Iterator[tuple[str, str]]:
    """Yield each private word of a text, with some words around it, and what to write instead."""
    instead = list(WORDS.values())
    for match in _PATTERN.finditer(text.lower()):
        around = text[max(match.start() - 30, 0) : match.end() + 30]
        yield around, instead[(match.lastindex or 1) - 1]


def read(paths: list[Path]) -> Prose:
    """Count words and private words in the docstrings of some files."""
    count, found = 0, []
    for path in paths:
        for line, text in docstrings(path.read_text(encoding="utf-8")):
            count += len(_WORD.findall(text))
            name = path.relative_to(PACKAGE).as_posix()
            found += [Hit(name, line, *hit) for hit in hits(text)]
    return Prose(count, found)


@functools.cache
def rooms() -> dict[str, Prose]:
    """Read each room of the package."""
    found: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        found.setdefault(room, []).append(path)
    return {room: read(paths) for room, paths in found.items()}


def main() -> None:
    """Print the table, one room's private words, or the limits as they would be now."""
    parser = argparse.ArgumentParser(prog="python -m tests.prose")
    parser.add_argument("rooms", nargs="*", metavar="room", choices=[*rooms(), []])
    parser.add_argument("--limits", action="store_true", help="print `LIMITS` as it would be now")
    arguments = parser.parse_args()
    for room, prose in rooms().items():
        if arguments.limits:
            if prose.rate > GOAL:
                print(f'    "{room}": {math.ceil(prose.rate)},')
        elif not arguments.rooms:
            limit = LIMITS.get(room, GOAL)
            print(f"{room:14}{prose.count:7} words{prose.rate:7.1f} private{limit:5} at most")
        elif room in arguments.rooms:
            for hit in prose.hits:
                print(f"{hit.file}:{hit.line}: …{hit.words}… ({hit.instead})")


if __name__ == "__main__":
    main()
