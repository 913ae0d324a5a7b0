"""An agency as DataFrames: its sub-accounts, those that are missing, and stored runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from ghl_notebook.models import Location

from .later import pd
from .schema import Schema, make_frame

LOCATIONS: Schema = {
    "location_name": "string",
    "is_installed": "boolean",
    "installed_at": "timestamp",
    "address": "string",
    "city": "string",
    "state": "string",
    "country": "string",
    "postal_code": "string",
    "timezone": "string",
    "website": "string",
    "email": "string",
    "phone": "string",
    "location_id": "string",
}

FAILURES: Schema = {
    "location_name": "string",
    "error": "string",
    "message": "string",
    "status": "integer",
    "asked": "boolean",
    "trace_id": "string",
    "location_id": "string",
}

RUNS: Schema = {
    "began": "timestamp",
    "is_complete": "boolean",
    "locations": "integer",
    "failed": "integer",
    "folder": "string",
}


def locations_frame(locations: Iterable[Location]) -> pd.DataFrame:
    """Return a DataFrame of sub-accounts; `fetch_locations` documents its columns."""
    return make_frame(LOCATIONS, map(attrgetter("name", *list(LOCATIONS)[1:-1], "id"), locations))


def failures_frame(failures: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a DataFrame of missing sub-accounts; `failures` documents its columns."""
    return make_frame(FAILURES, [[one.get(name) for name in FAILURES] for one in failures])


def runs_frame(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Return a DataFrame of stored runs; `list_runs` documents its columns."""
    return make_frame(RUNS, rows)
