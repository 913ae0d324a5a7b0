"""CSV imports and queues as DataFrames."""

from __future__ import annotations

from typing import Final

from ghl_notebook.models import CsvImport, Queue

from .layout import FrameLayout
from .posts import joined
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


def _account_ids(one: CsvImport) -> str | None:
    return joined(one.account_ids)


def _category_name(queue: Queue) -> str | None:
    return None if queue.category is None else queue.category.name


def _time_slots(queue: Queue) -> str | None:
    slots = queue.time_slots
    return joined([f"{_DAYS.get(slot.day_of_week, '?')} {slot.time or '?'}" for slot in slots])


CSV_IMPORT_LAYOUT = FrameLayout(CSV_IMPORTS, {"account_ids": _account_ids})
QUEUE_LAYOUT = FrameLayout(QUEUES, {"category_name": _category_name, "time_slots": _time_slots})
