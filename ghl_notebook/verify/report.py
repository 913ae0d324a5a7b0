"""What was found, as Markdown for a public issue."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple

from .assumptions import ASSUMPTIONS, Assumption
from .checks import CHECKS
from .evidence import Verdict, Walk
from .shape import Names, brief

_NOTE = (
    "Made by `ghl-notebook verify-live`. Ids, names, addresses and tokens are left out: bodies are "
    "shown by their keys and the forms of their values."
)


class Row(NamedTuple):
    """One assumption, and what all walks together have found."""

    assumption: Assumption
    verdict: Verdict
    seen: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the walks have found; `markdown` is for publication.

    Attributes
    ----------
    walks : sequence of Walk
        What was seen.
    names : Names
        What must not be shown, once more.
    service : str
        Which service it was, without its address.
    """

    walks: Sequence[Walk]
    names: Names
    service: str

    @property
    def rows(self) -> list[Row]:
        """One row for each assumption, in their order."""
        return [_row(assumption, self.walks) for assumption in ASSUMPTIONS]

    @property
    def differing(self) -> list[Row]:
        """The rows that differ."""
        return [row for row in self.rows if row.verdict is Verdict.DIFFERS]

    def __str__(self) -> str:
        return self.markdown()

    def markdown(self) -> str:
        """Return the report."""
        text = "\n".join(self._lines()) + "\n"
        # No shape holds one of these; should one ever, it is still not shown.
        for value, name in self.names.items():
            text = text.replace(value, f"{{{name}}}")
        return text

    def _lines(self) -> Iterator[str]:
        rows = self.rows
        count = Counter(row.verdict for row in rows)
        yield "## ghl-notebook verify-live"
        yield ""
        yield _NOTE
        yield ""
        yield f"- ghl-notebook {version('ghl-notebook')}, Python {platform.python_version()}"
        yield f"- {self.service}"
        yield f"- walks: {'; '.join(walk.label for walk in self.walks)}"
        yield "- " + ", ".join(f"{verdict}: {count[verdict]}" for verdict in Verdict)
        yield ""
        yield from _table(
            ("assumption", "section", "sure", "result", "what is assumed", "what was seen"),
            (
                (
                    row.assumption.id,
                    row.assumption.section,
                    row.assumption.confidence,
                    f"**{row.verdict}**" if row.verdict is Verdict.DIFFERS else row.verdict,
                    row.assumption.sentence,
                    _code(row.seen),
                )
                for row in rows
            ),
        )
        for walk in self.walks:
            yield from _of_walk(walk)


def _of_walk(walk: Walk) -> Iterator[str]:
    yield ""
    yield f"### {walk.label}"
    yield ""
    yield "Steps: " + "; ".join(f"{name}: {how}" for name, how in walk.steps) + "."
    if walk.sightings:
        yield ""
        yield from _table(
            ("message from", "window", "taken", "came as", "data"),
            (
                (
                    _code(s.origin),
                    s.source,
                    "yes" if s.is_allowed else "not an allowed origin",
                    s.kind,
                    _code(brief(s.data)),
                )
                for s in walk.sightings
            ),
        )
    lines = Counter(
        (
            _code(" ".join((e.operation, *e.query))),
            f"{e.status} {e.meaning}".strip(),
            _code(brief(e.body)),
        )
        for e in walk.exchanges
    )
    yield ""
    yield from _table(
        ("times", "request", "status", "body of the answer"),
        ((str(times), *line) for line, times in lines.items()),
    )
    yield ""
    for title, headers in (
        ("Headers sent", [e.sent for e in walk.exchanges]),
        ("Headers answered", [_headers(e.names, e.headers) for e in walk.exchanges]),
    ):
        for line, times in Counter(map(tuple, headers)).items():
            yield f"- {title}, {times} times: {_code(', '.join(line))}"


def _headers(names: Sequence[str], values: dict[str, str]) -> list[str]:
    # What is left changes with every answer: lines that are the same otherwise are shown as one.
    kept = ("content-type", "retry-after", "x-ratelimit-max", "x-ratelimit-limit-daily")
    return [
        f"{name}: {values[name.lower()]}"
        if name.lower() in values and name.lower() in kept
        else name
        for name in names
    ]


def _row(assumption: Assumption, walks: Sequence[Walk]) -> Row:
    check = CHECKS[assumption.id]
    found = [(walk.label, one) for walk in walks if (one := check(walk)) is not None]
    verdicts = {one.verdict for _, one in found}
    verdict = next((v for v in (Verdict.DIFFERS, Verdict.AS_ASSUMED) if v in verdicts), None)
    said = [one.seen if len(walks) == 1 else f"{label}: {one.seen}" for label, one in found]
    return Row(assumption, verdict or Verdict.NOT_SEEN, "; ".join(said))


def _table(head: Sequence[str], lines: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for line in lines:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |"


def _code(text: str) -> str:
    """Return text as code: Markdown would take ``<24 hex>`` for a tag."""
    return f"`{text.replace('`', '')}`" if text else ""
