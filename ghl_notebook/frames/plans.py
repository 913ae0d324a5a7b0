"""CSV imports and queues as DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ghl_notebook.models import CsvImportPage, QueuePage, TimeSlot

from .columns import Column, lists_of
from .layout import FrameLayout
from .schema import CategoryType

_DAYS: Final[dict[int | None, str]] = {
    **dict(enumerate(("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")))
}


def _time_slots(lists: Sequence[Sequence[TimeSlot] | None]) -> list[Sequence[str]]:
    return [
        [f"{_DAYS.get(one.day_of_week, '?')} {one.time or '?'}" for one in slots or ()]
        for slots in lists
    ]


CSV_IMPORT_LAYOUT = FrameLayout(
    "csv_imports",
    {
        "file_name": Column("string", "Name of the file"),
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
        "csv_file_type": Column("string", "``basic`` or ``advance`` (API version v3)"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
        "id": Column("string", "The import"),
        "account_ids": Column("list", "``id`` of its accounts", convert=lists_of),
        "approver": Column("string", "The user who approves the posts"),
        "created_by": Column("string", "The user who created it"),
        "location_id": Column("string", "The sub-account"),
    },
    CsvImportPage,
)
CSV_IMPORTS = CSV_IMPORT_LAYOUT.schema

QUEUE_LAYOUT = FrameLayout(
    "queues",
    {
        "category_name": Column("string", "The category's name", "category.name"),
        "status": Column(
            CategoryType(("active", "draft", "paused")), "``draft``, ``active`` or ``paused``"
        ),
        "time_slots": Column(
            "list", "When it publishes, for instance ``Mon 09:00``", convert=_time_slots
        ),
        "total_posts": Column("integer", "Posts in the queue"),
        "last_scheduled_time": Column("timestamp", "When a post was last scheduled (UTC)"),
        "start_date": Column("timestamp", "When it starts (UTC)"),
        "enable_future_posts": Column("boolean", "Whether later posts of the category join it"),
        "prioritize_new_content": Column("boolean", "Whether those come first"),
        "created_at": Column("timestamp", "UTC"),
        "updated_at": Column("timestamp", "UTC"),
        "id": Column("string", "The queue"),
        "category_id": Column("string", "Its category: ``id`` of `fetch_categories`"),
        "current_post_id": Column("string", "The next post"),
        "created_by": Column("string", "The user who created it"),
        "location_id": Column("string", "The sub-account"),
    },
    QueuePage,
)
QUEUES = QUEUE_LAYOUT.schema
