"""Frames of a few rows as the fetching functions return them, and what a chart says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from ghl_notebook.frames import ACCOUNTS, POSTS, STATISTICS, Schema, make_frame

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday."""


def at(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def frame_of(schema: Schema, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Make a frame of some columns; the others have no value."""
    return make_frame(schema, [[row.get(name) for name in schema] for row in rows])


def accounts(*rows: dict[str, Any]) -> pd.DataFrame:
    """Make a frame of connected accounts, by default of Instagram and not expired."""
    usual = {"platform": "instagram", "is_expired": False, "deleted": False}
    return frame_of(ACCOUNTS, [usual | row for row in rows])


def posts(*rows: dict[str, Any]) -> pd.DataFrame:
    """Make a frame of posts, by default published on Instagram at `NOW`."""
    usual = {"platform": "instagram", "status": "published", "display_date": NOW}
    return frame_of(POSTS, [usual | row for row in rows])


def statistics(*rows: dict[str, Any]) -> pd.DataFrame:
    """Make a frame of statistics, by default of an Instagram account's new followers on a day."""
    usual = {
        "date": at("2026-01-01"),
        "account_id": "a",
        "name": "Café Lumière",
        "platform": "instagram",
        "metric": "new_followers",
        "value": 1.0,
    }
    return frame_of(STATISTICS, [usual | row for row in rows])


def spec_of(chart: Any) -> dict[str, Any]:
    """Return a chart as the front end gets it."""
    spec: dict[str, Any] = chart.to_dict()
    return spec


def rows_of(chart: Any) -> list[dict[str, Any]]:
    """Return the rows that go to the front end."""
    return [row for rows in spec_of(chart).get("datasets", {}).values() for row in rows]


def said_by(chart: Any) -> str:
    """Return title and subtitle on one line, or what an empty chart says."""
    spec = spec_of(chart)
    title = spec["title"]
    words = [title["text"], *title.get("subtitle", [])]
    return " | ".join(words) if any(words) else spec["mark"]["text"]
