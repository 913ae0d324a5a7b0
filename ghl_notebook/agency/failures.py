"""The sub-accounts that a run could not fetch, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from ghl_notebook.errors import GHLError, ResponseError

from .fetch_spec import SubAccount


class Failure(TypedDict):
    """A sub-account missing from a DataFrame; plain values, which are saved along with it."""

    location_id: str
    location_name: str | None
    error: str
    message: str
    status: int | None
    trace_id: str | None
    asked: bool


def failure_of(sub_account: SubAccount, error: GHLError, *, asked: bool = True) -> Failure:
    """Describe why a sub-account is missing.

    Parameters
    ----------
    sub_account : SubAccount
        The sub-account.
    error : GHLError
        The reason. Only its text is stored.
    asked : bool
        False if the run ended before it reached the sub-account.
    """
    response = error if isinstance(error, ResponseError) else None
    return Failure(
        location_id=sub_account.location_id,
        location_name=sub_account.location_name,
        error=type(error).__name__,
        message=str(error),
        status=response.status if response else None,
        trace_id=response.trace_id if response else None,
        asked=asked,
    )


def not_reached(sub_accounts: Iterable[SubAccount], error: GHLError) -> list[Failure]:
    """Describe the sub-accounts that the run did not reach."""
    return [failure_of(one, error, asked=False) for one in sub_accounts]


def sort_failures(failures: Iterable[Failure], location_ids: Sequence[str]) -> list[Failure]:
    """Sort failures in the order of the sub-accounts."""
    order = {location_id: number for number, location_id in enumerate(location_ids)}
    return sorted(failures, key=lambda failure: order.get(failure["location_id"], len(order)))
