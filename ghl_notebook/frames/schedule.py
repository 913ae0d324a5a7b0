"""The outcomes of a plan's rows as a DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
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
        "row": Column("integer", "Number of the row, counted from 0"),
        "action": Column(CategoryType(get_args(Action)), "The result: see below"),
        "schedule_date": Column("timestamp", "When it will be published (UTC)"),
        "summary": Column("string", "Text"),
        "media": Column(
            "list", "Addresses of pictures and videos; names of files not uploaded yet"
        ),
        "error": Column("string", "What is wrong: all violations, with limit, source, and date"),
        "next_step": Column("string", "What you can do"),
        "id": Column("string", "The post: ``id`` of `fetch_posts`"),
        "account_ids": Column("list", "Its accounts"),
        "location_id": Column("string", "The sub-account"),
    },
)
SCHEDULE = SCHEDULE_LAYOUT.schema


@dataclass(slots=True)
class RowOutcome:
    """The outcome of a row, or its preview."""

    row: int
    action: Action
    schedule_date: datetime | None = None
    account_ids: Sequence[str] = ()
    summary: str | None = None
    media: Sequence[str] = ()
    id: str | None = None
    error: str | None = None
    next_step: str | None = None
