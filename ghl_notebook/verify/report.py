"""The report, as Markdown for a public issue."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import NamedTuple

from .assumptions import Assumption
from .checks import ASSUMPTIONS
from .evidence import Probe, Verdict
from .shape import Names, brief

_NOTE = (
    "Made by `ghl-notebook verify-live`. Ids, names, addresses and tokens are left out: bodies are "
    "shown by their keys and the forms of their values."
)


class ReportRow(NamedTuple):
    """An assumption, and the result of all probes together."""

    assumption: Assumption
    verdict: Verdict
    seen: str


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all probes. You can publish its text.

    Attributes
    ----------
    probes : sequence of Probe
        The evidence.
    names : Names
        Values that the text must not contain, as a second safeguard.
    service : str
        The kind of service, without its address.
    """

    probes: Sequence[Probe]
    names: Names
    service: str

    @property
    def rows(self) -> list[ReportRow]:
        """A row for each assumption, in their order."""
        return [_row(assumption, self.probes) for assumption in ASSUMPTIONS]

    @property
    def differing(self) -> list[ReportRow]:
        """The rows that differ."""
        return [row for row in self.rows if row.verdict is Verdict.DIFFERS]

    def __str__(self) -> str:
        text = "\n".join(self._lines()) + "\n"
        # Shapes do not contain these values; if a mistake adds one, it is still not shown.
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
        yield f"- probes: {'; '.join(probe.label for probe in self.probes)}"
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
        for probe in self.probes:
            yield from _of_probe(probe)


def _of_probe(probe: Probe) -> Iterator[str]:
    yield ""
    yield f"### {probe.label}"
    yield ""
    yield "Steps: " + "; ".join(f"{name}: {how}" for name, how in probe.steps) + "."
    if probe.observed:
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
                for s in probe.observed
            ),
        )
    lines = Counter(
        (
            _code(" ".join((e.operation, *e.query))),
            f"{e.status} {e.meaning}".strip(),
            _code(brief(e.body)),
        )
        for e in probe.exchanges
    )
    yield ""
    yield from _table(
        ("times", "request", "status", "body of the answer"),
        ((str(times), *line) for line, times in lines.items()),
    )
    yield ""
    for title, headers in (
        ("Headers sent", [e.sent for e in probe.exchanges]),
        ("Headers answered", [_headers(e.names, e.headers) for e in probe.exchanges]),
    ):
        for line, times in Counter(map(tuple, headers)).items():
            yield f"- {title}, {times} times: {_code(', '.join(line))}"


def _headers(names: Sequence[str], values: dict[str, str]) -> list[str]:
    # Other values change with every answer; without them, equal lines are counted together.
    kept = ("content-type", "retry-after", "x-ratelimit-max", "x-ratelimit-limit-daily")
    return [
        f"{name}: {values[name.lower()]}"
        if name.lower() in values and name.lower() in kept
        else name
        for name in names
    ]


def _row(assumption: Assumption, probes: Sequence[Probe]) -> ReportRow:
    results = ((probe.label, assumption.check(probe)) for probe in probes)
    found = [(label, one) for label, one in results if one is not None]
    verdicts = {one.verdict for _, one in found}
    verdict = next((v for v in (Verdict.DIFFERS, Verdict.AS_ASSUMED) if v in verdicts), None)
    said = [one.seen if len(probes) == 1 else f"{label}: {one.seen}" for label, one in found]
    return ReportRow(assumption, verdict or Verdict.NOT_SEEN, "; ".join(said))


def _table(head: Sequence[str], lines: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for line in lines:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |"


def _code(text: str) -> str:
    """Return text as code: Markdown would treat ``<24 hex>`` as a tag."""
    return f"`{text.replace('`', '')}`" if text else ""
