"""Statistics of connected accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ghl_notebook.api.ask import Ask
from ghl_notebook.api.operation import Door, Group, operation
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import Statistics, check_filter, wire_datetime

Range = tuple[datetime | str, datetime | str]
_ENDS = ("startDate", "endDate")
"""From when to when."""

_MOST = 100


class AccountStatistics(Group[Door]):
    """Statistics of a sub-account's connected accounts, with a number for each day."""

    @operation(
        "POST",
        "/social-media-posting/statistics",
        scope="socialplanner/statistics.readonly",
        changes=False,
        location="query",
    )
    async def fetch(
        self,
        ask: Ask,
        profile_ids: Iterable[str],
        *,
        platforms: Iterable[str] | None = None,
        current_range: Range | None = None,
        prev_range: Range | None = None,
    ) -> Statistics:
        """Return statistics of some accounts together.

        Parameters
        ----------
        profile_ids : iterable of str
            Each an `Account.profile_id`: 1 to 100. An account without
            `Account.has_statistics_permissions` has no numbers.
        platforms : iterable of str, optional
            Only these: ``"facebook"``, ``"instagram"``, ``"linkedin"`` (pages), ``"google"``,
            ``"pinterest"``, ``"youtube"``, ``"tiktok"`` (business accounts).
        current_range : tuple of datetime or str, optional
            First and last moment, with a time zone; the last seven days when left out.
        prev_range : tuple of datetime or str, optional
            What that is compared with; as many days before it when left out.

        Returns
        -------
        Statistics
            Numbers by day, and sums by platform.
        """
        wanted = [*profile_ids]
        check_filter("platforms", platforms)
        if not 1 <= len(wanted) <= _MOST:
            raise ArgumentError(
                f"Statistics are of 1 to {_MOST} accounts, and not of {len(wanted)}.",
                "Pass some profile ids; ask for more accounts in several calls.",
            )
        results = await ask(
            holds={},
            profile_ids=wanted,
            current_range=_range("current_range", current_range),
            prev_range=_range("prev_range", prev_range),
        )
        return Statistics.from_wire(results)


def _range(name: str, given: object) -> dict[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) != len(_ENDS):
        raise ArgumentError(f"{name} is no period.", f"Pass {name} as two instants: (first, last).")
    return {end: wire_datetime(name, moment) for end, moment in zip(_ENDS, given, strict=True)}
