"""The outcomes of a plan's rows as a DataFrame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from .columns import Column
from .layout import FrameLayout
from .schema import CategoryType

Action = Literal["would schedule", "scheduled", "already scheduled", "refused", "unknown"]

SCHEDULE_LAYOUT = FrameLayout(
    "schedule",
    {
        "row": Column("integer", ""),
        "action": Column(CategoryType(get_args(Action)), ""),
        "schedule_date": Column("timestamp", ""),
        "account_ids": Column("string", ""),
        "summary": Column("string", ""),
        "id": Column("string", ""),
        "error": Column("string", ""),
        "next_step": Column("string", ""),
        "location_id": Column("string", ""),
    },
)
SCHEDULE = SCHEDULE_LAYOUT.schema


@dataclass(slots=True)
class RowOutcome:
    """The outcome of a row, or its preview."""

    row: int
    action: Action
    schedule_date: datetime | None = None
    account_ids: str | None = None
    summary: str | None = None
    id: str | None = None
    error: str | None = None
    next_step: str | None = None
