"""What has become of the rows of a plan, as a DataFrame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .records import Form
from .schema import Category, Schema

Action = Literal["would schedule", "scheduled", "already scheduled", "refused", "unknown"]

SCHEDULE: Schema = {
    "row": "integer",
    "action": Category(("would schedule", "scheduled", "already scheduled", "refused", "unknown")),
    "schedule_date": "timestamp",
    "account_ids": "string",
    "summary": "string",
    "id": "string",
    "error": "string",
    "next_step": "string",
    "location_id": "string",
}


@dataclass(slots=True)
class Outcome:
    """What has become of a row, or would."""

    row: int
    action: Action
    schedule_date: datetime | None = None
    account_ids: str | None = None
    summary: str | None = None
    id: str | None = None
    error: str | None = None
    next_step: str | None = None


SCHEDULE_FORM = Form(SCHEDULE)
