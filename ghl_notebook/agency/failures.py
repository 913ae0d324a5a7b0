"""The sub-accounts that a run could not fetch, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from ghl_notebook.errors import GHLError, ResponseError

from .job import Place


class Failure(TypedDict):
    """One sub-account that is missing in a frame; plain values, so that it can be saved with it."""

    location_id: str
    location_name: str | None
    error: str
    message: str
    status: int | None
    trace_id: str | None
    asked: bool


def failure_of(place: Place, error: GHLError, *, asked: bool = True) -> Failure:
    """Describe why a sub-account is missing.

    Parameters
    ----------
    place : Place
        The sub-account.
    error : GHLError
        Why. Nothing of it is kept but its words.
    asked : bool
        False: the run ended before its turn.
    """
    told = error if isinstance(error, ResponseError) else None
    return Failure(
        location_id=place.location_id,
        location_name=place.location_name,
        error=type(error).__name__,
        message=str(error),
        status=told.status if told else None,
        trace_id=told.trace_id if told else None,
        asked=asked,
    )


def never_asked(places: Iterable[Place], error: GHLError) -> list[Failure]:
    """Describe the sub-accounts whose turn did not come."""
    return [failure_of(place, error, asked=False) for place in places]


def in_order(failures: Iterable[Failure], location_ids: Sequence[str]) -> list[Failure]:
    """Sort failures as the sub-accounts are."""
    places = {location_id: place for place, location_id in enumerate(location_ids)}
    return sorted(failures, key=lambda failure: places.get(failure["location_id"], len(places)))
