"""The outcomes of a plan's rows as a DataFrame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from .layout import FrameLayout
from .schema import CategoryType, Schema

Action = Literal["would schedule", "scheduled", "already scheduled", "refused", "unknown"]

SCHEDULE: Schema = {
    "row": "integer",
    "action": CategoryType(get_args(Action)),
    "schedule_date": "timestamp",
    "account_ids": "string",
    "summary": "string",
    "media": "string",
    "id": "string",
    "error": "string",
    "next_step": "string",
    "location_id": "string",
}


@dataclass(slots=True)
class RowOutcome:
    """The outcome of a row, or its preview."""

    row: int
    action: Action
    schedule_date: datetime | None = None
    account_ids: str | None = None
    summary: str | None = None
    media: str | None = None
    id: str | None = None
    error: str | None = None
    next_step: str | None = None


SCHEDULE_LAYOUT = FrameLayout(SCHEDULE)
