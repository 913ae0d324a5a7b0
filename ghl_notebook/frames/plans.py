"""CSV imports and queues as DataFrames."""

from __future__ import annotations

from typing import Final

from ghl_notebook.models import Queue

from .layout import FrameLayout, joined, nested
from .schema import CategoryType, Schema

CSV_IMPORTS: Schema = {
    "id": "string",
    "status": CategoryType(
        ("completed", "deleted", "failed", "importing", "in_progress", "in_review", "pending")
    ),
    "count": "integer",
    "file_name": "string",
    "account_ids": "string",
    "csv_file_type": "string",
    "approver": "string",
    "location_id": "string",
    "created_by": "string",
    "created_at": "timestamp",
    "updated_at": "timestamp",
}

QUEUES: Schema = {
    "id": "string",
    "status": CategoryType(("active", "draft", "paused")),
    "category_id": "string",
    "category_name": "string",
    "time_slots": "string",
    "total_posts": "integer",
    "current_post_id": "string",
    "last_scheduled_time": "timestamp",
    "start_date": "timestamp",
    "enable_future_posts": "boolean",
    "prioritize_new_content": "boolean",
    "location_id": "string",
    "created_by": "string",
    "created_at": "timestamp",
    "updated_at": "timestamp",
}

_DAYS: Final[dict[int | None, str]] = {
    **dict(enumerate(("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")))
}


def _time_slots(queue: Queue) -> str | None:
    times = (f"{_DAYS.get(one.day_of_week, '?')} {one.time or '?'}" for one in queue.time_slots)
    return ", ".join(times) or None


CSV_IMPORT_LAYOUT = FrameLayout(CSV_IMPORTS, {"account_ids": joined("account_ids")})
QUEUE_LAYOUT = FrameLayout(
    QUEUES, {"category_name": nested("category", "name"), "time_slots": _time_slots}
)
