"""The findings of `doctor`, and how they are displayed."""

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
    """The status of a finding."""

    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


_COLORS = {Mark.OK: "#15803d", Mark.PROBLEM: "#b91c1c", Mark.UNKNOWN: "#6b7280"}


@guarded
@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes
    ----------
    topic : str
        The subject, for example ``"scope users.readonly"``.
    mark : Mark
        ``ok``, ``problem`` or ``unknown``.
    meaning : str
        The finding, in one sentence.
    next_step : str
        What to do; empty if there is nothing to do.
    """

    topic: str
    mark: Mark
    meaning: str
    next_step: str = ""

    def __str__(self) -> str:
        return strip_controls(
            f"{self.mark:8}{self.topic}: {self.meaning} {self.next_step}".rstrip()
        )


def ok(topic: str, meaning: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(topic, Mark.OK, meaning)


def problem(topic: str, meaning: str, next_step: str) -> Finding:
    """Return a problem, with its next step."""
    return Finding(topic, Mark.PROBLEM, meaning, next_step)


def unknown(topic: str, meaning: str, next_step: str = "") -> Finding:
    """Return a finding that could not be determined."""
    return Finding(topic, Mark.UNKNOWN, meaning, next_step)


@guarded
@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of `doctor`. In notebooks it is displayed as a table, elsewhere as text.

    Attributes
    ----------
    findings : sequence of Finding
        Ordered like the steps of a request: credential, API, sub-account, user, login.
    """

    findings: Sequence[Finding]

    @property
    def problems(self) -> list[Finding]:
        """The findings that you need to fix."""
        return [finding for finding in self.findings if finding.mark is Mark.PROBLEM]

    @property
    def summary(self) -> str:
        """The result in one sentence."""
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
        """Return the table for notebooks, without any request."""
        rows = "".join(
            f'<tr><td style="color:{_COLORS[f.mark]};font-weight:600">{f.mark}</td>'
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
