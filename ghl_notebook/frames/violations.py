"""The violations that `check_posts` finds in rows of a DataFrame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from ghl_notebook.frames.later import pd

from .columns import Column
from .layout import FrameLayout
from .schema import make_frame

VIOLATION_LAYOUT = FrameLayout(
    "violations",
    {
        "row": Column("integer", "Number of the row, counted from 0"),
        "column": Column("string", "The column to change"),
        "platform": Column("string", "Its platform"),
        "rule": Column("string", "The rule: see below"),
        "value": Column("string", "What the row has"),
        "allowed": Column("string", "What is allowed"),
        "source": Column("string", "Where the rule is published"),
        "checked_on": Column("string", "When that was last read (a day)"),
        "message": Column("string", "What is wrong"),
        "next_step": Column("string", "What you can do"),
        "account_id": Column("string", "The account; NA for a rule that does not depend on it"),
    },
)
VIOLATIONS = VIOLATION_LAYOUT.schema


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a row violates; without an account, it is the row's own."""

    row: int
    column: str
    account_id: str | None
    platform: str | None
    rule: str
    value: str | None
    allowed: str | None
    source: str
    checked_on: str
    message: str
    next_step: str


def violations_frame(violations: Iterable[Violation]) -> pd.DataFrame:
    """Return violations as a DataFrame, in their order."""
    return make_frame(VIOLATIONS, map(attrgetter(*VIOLATIONS), violations))
