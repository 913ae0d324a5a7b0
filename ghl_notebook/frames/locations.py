"""An agency as DataFrames: its sub-accounts, those that are missing, and the runs over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ghl_notebook.models import Location

from .schema import Schema, make_frame

LOCATIONS: Schema = {
    "location_id": "string",
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
}

FAILURES: Schema = {
    "location_id": "string",
    "location_name": "string",
    "error": "string",
    "message": "string",
    "status": "integer",
    "trace_id": "string",
    "asked": "boolean",
}

RUNS: Schema = {
    "began": "timestamp",
    "is_whole": "boolean",
    "locations": "integer",
    "failed": "integer",
    "folder": "string",
}


def locations_frame(locations: Iterable[Location]) -> pd.DataFrame:
    """Make the frame of sub-accounts; `fetch_locations` documents its columns."""
    rows = [
        (
            one.id,
            one.name,
            one.is_installed,
            one.installed_at,
            one.address,
            one.city,
            one.state,
            one.country,
            one.postal_code,
            one.timezone,
            one.website,
            one.email,
            one.phone,
        )
        for one in locations
    ]
    return make_frame(LOCATIONS, rows)


def failures_frame(failures: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Make the frame of sub-accounts that are missing; `failures` documents its columns."""
    return make_frame(FAILURES, [[one.get(name) for name in FAILURES] for one in failures])


def runs_frame(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Make the frame of runs that were kept; `list_runs` documents its columns."""
    return make_frame(RUNS, rows)
