"""Statistics of connected accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import Statistics, check_filter, wire_datetime

Range = tuple[datetime | str, datetime | str]
_ENDS = ("startDate", "endDate")
"""The API's names of a period's start and end."""

_MAX_ACCOUNTS = 100


class AccountStatistics(Resource[Mode]):
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
        call: Call,
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
            1 to 100 `Account.profile_id` values. Accounts without
            `Account.has_statistics_permissions` have no numbers.
        platforms : iterable of str, optional
            Return only these: ``"facebook"``, ``"instagram"``, ``"linkedin"`` (pages),
            ``"google"``, ``"pinterest"``, ``"youtube"``, ``"tiktok"`` (business accounts).
        current_range : tuple of datetime or str, optional
            First and last datetime, with a time zone; by default, the last seven days.
        prev_range : tuple of datetime or str, optional
            The period to compare with; by default, as many days before `current_range`.

        Returns
        -------
        Statistics
            Numbers by day, and sums by platform.
        """
        wanted = [*profile_ids]
        check_filter("platforms", platforms)
        if not 1 <= len(wanted) <= _MAX_ACCOUNTS:
            raise ArgumentError(
                f"Statistics are of 1 to {_MAX_ACCOUNTS} accounts, and not of {len(wanted)}.",
                "Pass some profile ids; ask for more accounts in several calls.",
            )
        return await call.page(
            Statistics.from_wire,
            required={},
            profile_ids=wanted,
            current_range=_range("current_range", current_range),
            prev_range=_range("prev_range", prev_range),
        )


def _range(name: str, given: object) -> dict[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) != len(_ENDS):
        raise ArgumentError(f"{name} is no period.", f"Pass {name} as two instants: (first, last).")
    return {end: wire_datetime(name, moment) for end, moment in zip(_ENDS, given, strict=True)}
