"""The violations that `check_posts` finds in rows of a DataFrame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from ghl_notebook.frames.later import pd

from .schema import Schema, make_frame

VIOLATIONS: Schema = {
    "row": "integer",
    "column": "string",
    "account_id": "string",
    "platform": "string",
    "rule": "string",
    "value": "string",
    "allowed": "string",
    "source": "string",
    "checked_on": "string",
    "message": "string",
    "next_step": "string",
}


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
    return make_frame(VIOLATIONS, map(astuple, violations))
