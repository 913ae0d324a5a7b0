"""What was found, one line each, and how it is shown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from ghl_notebook.guard import guarded
from ghl_notebook.sanitize import strip_controls

_WIDTH = 100


class Mark(StrEnum):
    """How it is with one thing."""

    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


_COLOURS = {Mark.OK: "#15803d", Mark.PROBLEM: "#b91c1c", Mark.UNKNOWN: "#6b7280"}


@guarded
@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    topic : str
        What it is about, for instance ``"scope users.readonly"``.
    mark : Mark
        ``ok``, ``problem`` or ``unknown``.
    meaning : str
        What that means, one sentence.
    next_step : str
        What to do; empty when there is nothing to do.
    """

    topic: str
    mark: Mark
    meaning: str
    next_step: str = ""

    def __str__(self) -> str:
        return strip_controls(
            f"{self.mark:8}{self.topic}: {self.meaning} {self.next_step}".rstrip()
        )


@guarded
@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What `doctor` has found. It shows itself, as text and in notebooks as a table.

    Attributes
    ----------
    findings : sequence of Finding
        In the order of a request: credential, service, sub-account, user, login.
    """

    findings: Sequence[Finding]

    @property
    def problems(self) -> list[Finding]:
        """The findings that are in the way of something."""
        return [finding for finding in self.findings if finding.mark is Mark.PROBLEM]

    @property
    def summary(self) -> str:
        """The whole in a sentence."""
        count = len(self.problems)
        if count == 0:
            return "Nothing is wrong that could be seen from here."
        return "1 problem." if count == 1 else f"{count} problems."

    def __str__(self) -> str:
        lines = [
            textwrap.fill(
                str(f), _WIDTH, subsequent_indent=" " * 8, break_long_words=False,
                break_on_hyphens=False,
            )
            for f in self.findings
        ]  # fmt: skip
        return "\n".join([*lines, self.summary])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """Return the table that notebooks show. Nothing is asked or loaded for it."""
        rows = "".join(
            f'<tr><td style="color:{_COLOURS[f.mark]};font-weight:600">{f.mark}</td>'
            f'<td style="text-align:left">{_html(f.topic)}</td>'
            f'<td style="text-align:left">{_html(f.meaning)}</td>'
            f'<td style="text-align:left">{_html(f.next_step)}</td></tr>'
            for f in self.findings
        )
        head = "".join(f"<th>{name}</th>" for name in ("", "what", "found", "next step"))
        return (
            '<table class="tex2jax_ignore">'
            f"<caption>{_html(self.summary)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )


def _html(text: str) -> str:
    return escape(strip_controls(text))
