"""CSV imports and queues as DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ghl_notebook.models import CsvImportPage, QueuePage, TimeSlot

from .columns import Column, join_texts
from .layout import FrameLayout
from .schema import CategoryType

_DAYS: Final[dict[int | None, str]] = {
    **dict(enumerate(("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")))
}


def _time_slots(lists: Sequence[Sequence[TimeSlot] | None]) -> list[str | None]:
    return join_texts(
        [
            [f"{_DAYS.get(one.day_of_week, '?')} {one.time or '?'}" for one in slots or ()]
            for slots in lists
        ]
    )


CSV_IMPORT_LAYOUT = FrameLayout(
    "csv_imports",
    {
        "id": Column("string", "The import"),
        "status": Column(
            CategoryType(
                (
                    "completed",
                    "deleted",
                    "failed",
                    "importing",
                    "in_progress",
                    "in_review",
                    "pending",
                )
            ),
            "Progress, for instance ``in_review`` before it is scheduled",
        ),
        "count": Column("integer", "Rows in the file"),
        "file_name": Column("string", "Name of the file"),
        "account_ids": Column(
            "string", '``id`` of its accounts, joined by ``", "``', convert=join_texts
        ),
        "csv_file_type": Column("string", "``basic`` or ``advance`` (API version v3)"),
        "approver": Column("string", "The user who approves the posts"),
        "location_id": Column("string", "The sub-account"),
        "created_by": Column("string", "The user who created it"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
    },
    CsvImportPage,
)
CSV_IMPORTS = CSV_IMPORT_LAYOUT.schema

QUEUE_LAYOUT = FrameLayout(
    "queues",
    {
        "id": Column("string", "The queue"),
        "status": Column(
            CategoryType(("active", "draft", "paused")), "``draft``, ``active`` or ``paused``"
        ),
        "category_id": Column("string", "Its category: ``id`` of `fetch_categories`"),
        "category_name": Column("string", "The category's name", "category.name"),
        "time_slots": Column(
            "string", 'When it publishes, as ``"Mon 09:00, Thu 17:30"``', convert=_time_slots
        ),
        "total_posts": Column("integer", "Posts in the queue"),
        "current_post_id": Column("string", "The next post"),
        "last_scheduled_time": Column("timestamp", "When a post was last scheduled (UTC)"),
        "start_date": Column("timestamp", "When it starts (UTC)"),
        "enable_future_posts": Column("boolean", "Whether later posts of the category join it"),
        "prioritize_new_content": Column("boolean", "Whether those come first"),
        "location_id": Column("string", "The sub-account"),
        "created_by": Column("string", "The user who created it"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
    },
    QueuePage,
)
QUEUES = QUEUE_LAYOUT.schema
