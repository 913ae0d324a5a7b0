"""The prose of the docstrings and the guides: private words, and how the guides address the reader.

::

    python -m tests.prose                   # the figures of each room and of each guide
    python -m tests.prose fetch             # each private word in a room's docstrings
    python -m tests.prose docs/connect.md   # each private word and unclear subject of a guide
    python -m tests.prose --limits          # `LIMITS` as it would be now

A newcomer looks for the words of OAuth, pandas, and Jupyter. `WORDS` lists private ones, which only
this project uses in their sense, with the word to write instead. `LIMITS` is a ratchet: lower a
room's limit when its docstrings improve, and never raise one. The goal is `GOAL` for each room. A
guide tells readers what they can do, so it says "you", and its sentences name their subjects.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "ghl_notebook"

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
    r"(?<!in )places?": "environment, position, folder, sub-account",
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

PRIVATE_PER_THOUSAND: Final = 1
"""Private words per thousand that a guide has at most, rounded up."""

PRONOUNS_PER_HUNDRED: Final = 5
"""Sentences of a hundred that start without a noun, at most, rounded up."""

YOU_PER_THOUSAND: Final = 15
"""How often a guide says "you" or "your" in a thousand words, at least."""

# Pages without sentences of their own.
NOT_GUIDES: Final = {
    "docs/changelog.md",
    "docs/index.md",
    "docs/notebooks.md",
    "docs/scale.md",
    "docs/where-it-works.md",
}

REFERENCES: Final = {"docs/numbers.md", "docs/service.md"}
"""Pages that list facts: "you" is not their subject."""

_PATTERN: Final = re.compile(rf"\b(?:{'|'.join(f'({pattern})' for pattern in WORDS)})\b")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'-]*")
# What is no prose: code, examples, rulers and heads of numpydoc.
_CODE: Final = re.compile(r"``.*?``|`.*?`", re.DOTALL)
_NOT_PROSE: Final = re.compile(
    r"^(?:\s*(?:>>>|\.\.\. ).*|\s*[-=~ ]{3,}|[A-Z][a-z]+(?: [A-Z][a-z]+)?|[*\w, ]+ : .*)$",
    re.MULTILINE,
)
# What is no prose in Markdown: comments, code, directives, pictures, and the targets of links.
_NOT_MARKDOWN: Final = re.compile(
    r"<!--.*?-->|^( *)(?P<fence>```+)[^`\n]*\n.*?^\1(?P=fence)$|!\[[^\]]*\]\([^)]*\)",
    re.DOTALL | re.MULTILINE,
)
_CODE_SPAN: Final = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SENTENCE: Final = re.compile(r"(?<=[.!?])[*_)]*\s+(?=[*_(]*[A-Z0-9])")
_BLOCK: Final = re.compile(r"\n\s*\n|\n(?= *(?:[-*] |\d+\. |#|\|))|(?<=\S) \| ")
_PRONOUN: Final = re.compile(
    r"[*_(]*(?:(?:It|Its|They|Their|One|Ones|None|Others|Both|Nobody|Somebody|What|Whoever|Whatever|"
    r"Which|Who|Whose)\b|(?:This|That|These|Those|Such|Some|All|Another|Each) "
    r"(?:is|are|was|were|has|have|had|will|would|can|may|might|must|should|do|does|did|of|which|"
    r"that|who|to|in|with)\b)"
)
_LEAST_WORDS: Final = 3  # Of a sentence: shorter ones are headings and cells of tables.


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


class Guide(NamedTuple):
    """The prose of a page for readers.

    Attributes
    ----------
    words : int
        Its words.
    sentences : list of str
        Its sentences, list items, and long cells of tables.
    unclear : list of str
        The sentences that start with a pronoun or a question word, without a noun.
    private : list of tuple
        Each private word with some words around it, and what to write instead.
    you : int
        How often the page says "you" or "your".
    is_reference : bool
        Whether the page lists facts, so that "you" is not its subject.
    """

    words: int
    sentences: list[str]
    unclear: list[str]
    private: list[tuple[str, str]]
    you: int
    is_reference: bool = False

    @property
    def faults(self) -> list[str]:
        """What is beyond the limits of guides."""
        found = []
        if len(self.private) > math.ceil(self.words * PRIVATE_PER_THOUSAND / 1000):
            found.append(f"private words: {self.private}")
        if len(self.unclear) > math.ceil(len(self.sentences) * PRONOUNS_PER_HUNDRED / 100):
            found.append(f"sentences without a noun as their subject: {self.unclear}")
        if not self.is_reference and self.you < self.words * YOU_PER_THOUSAND / 1000:
            found.append(f'{self.you} times "you" or "your" in {self.words} words')
        return found


def read_guide(markdown: str) -> Guide:
    """Count what the limits of guides are about."""
    text = _CODE_SPAN.sub("Code", _LINK.sub(r"\1", _NOT_MARKDOWN.sub("\n\n", markdown)))
    blocks = [" ".join(block.strip(" |#>\n").split()) for block in _BLOCK.split(text)]
    sentences = [
        sentence
        for block in blocks
        for sentence in _SENTENCE.split(re.sub(r"^(?:[-*]|\d+\.) ", "", block))
        if len(_WORD.findall(sentence)) >= _LEAST_WORDS
    ]
    words = [word.lower() for block in blocks for word in _WORD.findall(block)]
    return Guide(
        words=len(words),
        sentences=sentences,
        unclear=[sentence for sentence in sentences if _PRONOUN.match(sentence)],
        private=[hit for block in blocks for hit in hits(block)],
        you=sum(word in {"you", "your", "yours"} for word in words),
    )


def markdown_of(path: Path) -> str:
    """Return the text of a page, or of a notebook's Markdown cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


@functools.cache
def guides() -> dict[str, Guide]:
    """Read each guide: the README, the pages of the documentation, and the notebooks."""
    paths = [ROOT / "README.md"]
    for pattern in ("docs/*.md", "docs/how-to/*.md", "notebooks/*.ipynb"):
        paths += sorted(ROOT.glob(pattern))
    names = {path.relative_to(ROOT).as_posix(): path for path in paths}
    return {
        name: read_guide(markdown_of(path))._replace(is_reference=name in REFERENCES)
        for name, path in names.items()
        if name not in NOT_GUIDES
    }


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
    """Print the tables, what to change in one room or guide, or the limits as they would be."""
    parser = argparse.ArgumentParser(prog="python -m tests.prose")
    parser.add_argument(
        "names", nargs="*", metavar="room or guide", choices=[*rooms(), *guides(), []]
    )
    parser.add_argument("--limits", action="store_true", help="print `LIMITS` as it would be now")
    arguments = parser.parse_args()
    for room, prose in rooms().items():
        if arguments.limits:
            if prose.rate > GOAL:
                print(f'    "{room}": {math.ceil(prose.rate)},')
        elif not arguments.names:
            limit = LIMITS.get(room, GOAL)
            print(f"{room:42}{prose.count:6} words{prose.rate:6.1f} private{limit:4} at most")
        elif room in arguments.names:
            for hit in prose.hits:
                print(f"{hit.file}:{hit.line}: …{hit.words}… ({hit.instead})")
    for name, guide in guides().items():
        if not arguments.names and not arguments.limits:
            unclear = 100 * len(guide.unclear) / max(len(guide.sentences), 1)
            you, private = (1000 * n / max(guide.words, 1) for n in (guide.you, len(guide.private)))
            print(
                f"{name:42}{guide.words:6} words{private:6.1f} private"
                f"{unclear:6.1f} % without a noun{you:6.1f} you"
            )
        elif name in arguments.names:
            for around, instead in guide.private:
                print(f"{name}: …{around}… ({instead})")
            for sentence in guide.unclear:
                print(f"{name}: {sentence} (name the subject)")


if __name__ == "__main__":
    main()
