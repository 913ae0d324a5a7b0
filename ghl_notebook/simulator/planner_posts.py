"""The posts that a sub-account begins with: months of them in a weekly rhythm, and a campaign."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .audience import chance
from .brand_texts import text_of
from .planner_records import Post
from .records import Account

_WEEKS, _WEEKS_AHEAD = 26, 2
#: When posts go out (UTC).
_HOURS = (8, 12, 17, 19)
#: A campaign's first and last day, counted back from the present, and how many see its posts.
_CAMPAIGN, _APPEAL = (35, 12), 1.8


@dataclass(frozen=True, slots=True)
class Habit:
    """How a sub-account posts.

    Attributes
    ----------
    weekdays : tuple of int
        The days of a week on which it does; Monday is 0.
    each : int
        On so many accounts each time.
    stopped : int
        So many weeks ago it gave up.
    campaign : bool
        Whether it has had one, and plans with drafts and approvals.
    """

    weekdays: tuple[int, ...]
    each: int = 1
    stopped: int = 0
    campaign: bool = False


#: Of the sub-account of the examples.
BUSY = Habit((1, 3, 4, 5, 6), each=2, campaign=True)
#: Of the agency's others; one in ten has given up.
_HABITS = (
    *([Habit((1, 4))] * 3),
    *([Habit((3,))] * 2),
    Habit((1, 3, 5), stopped=6),
    *([Habit((1, 3, 5))] * 4),
)


def habit_of(seed: int, location_id: str) -> Habit:
    """Return how one of an agency's sub-accounts posts."""
    return _HABITS[int(chance(f"{seed}:habit:{location_id}") * len(_HABITS))]


def id_of(seed: int, kind: str, location_id: str, number: int) -> str:
    """Return the id of something that was there from the beginning: always the same."""
    return hashlib.sha256(f"{seed}:{kind}:{location_id}:{number}".encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Makes the posts of one sub-account.

    Attributes
    ----------
    seed : int
        Fixes them.
    now : datetime
        What is before it is over.
    habit : Habit
        How often, and where.
    owner, approver : str
        The users who make them, and look at them.
    categories, tags : sequence of str
        Ids. The last tag and the last category are those of the campaign.
    """

    seed: int
    now: datetime
    habit: Habit
    owner: str
    approver: str
    categories: Sequence[str]
    tags: Sequence[str]

    def posts(self, location_id: str, accounts: Sequence[Account]) -> Iterator[Post]:
        """Yield them, the oldest first."""
        slots = [day for day in self._days() for _ in range(self.habit.each)] if accounts else ()
        for number, day in enumerate(slots):
            of = id_of(self.seed, "post", location_id, number)
            turn, index = divmod(number, len(accounts))
            yield self._post(of, turn, day, accounts[index])

    def _days(self) -> Iterator[datetime]:
        monday = (self.now - timedelta(days=self.now.weekday())).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        until = -self.habit.stopped or _WEEKS_AHEAD
        for week in range(-_WEEKS, until):
            for day in self.habit.weekdays:
                yield monday + timedelta(weeks=week, days=day)

    def _post(self, of: str, turn: int, day: datetime, account: Account) -> Post:
        moment = day.replace(hour=_HOURS[int(chance(f"{of}:hour") * len(_HOURS))])
        first, last = (self.now - timedelta(days=days) for days in _CAMPAIGN)
        is_its = self.habit.campaign and first.date() <= moment.date() <= last.date()
        is_its = is_its and chance(f"{of}:campaign") < 0.4
        text = text_of(account.page.name, turn, is_campaign=is_its)
        post = Post(
            id=of,
            location_id=account.location_id,
            status=self._status(of, moment, account),
            source="composer",
            account_ids=[account.id],
            platform=account.page.platform,
            created_by=self.owner,
            created_at=moment - timedelta(days=2),
            updated_at=moment - timedelta(days=2),
            content={"type": "post", "summary": text, "media": []},
            schedule=moment,
            category_id=self.categories[-1 if is_its else turn % len(self.categories)],
            appeal=_APPEAL if is_its else 1.0,
        )
        post.content["tags"] = [self.tags[-1]] if is_its else list(self.tags[: turn % 3])
        if post.status == "published":
            post.published_at = moment
        if post.status == "in_review":
            post.content["postApprovalDetails"] = {
                "approver": self.approver,
                "requesterNote": "",
                "approverNote": "",
                "approvalStatus": "pending",
            }
        return post

    def _status(self, of: str, moment: datetime, account: Account) -> str:
        if moment <= self.now:
            return "failed" if account.expire <= moment else "published"
        kept = chance(f"{of}:status") if self.habit.campaign else 1.0
        return "draft" if kept < 0.15 else "in_review" if kept < 0.3 else "scheduled"
