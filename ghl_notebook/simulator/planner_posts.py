"""The initial posts of a sub-account: months of weekly posts, and a campaign."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .brand_texts import text_of
from .engagement import chance
from .planner_records import Post
from .records import Account

_WEEKS, _WEEKS_AHEAD = 26, 2
#: Hours of publishing (UTC).
_HOURS = (8, 12, 17, 19)
#: The error of a post whose connection has expired.
EXPIRED = "The connection has expired"
#: The other reasons for which posts fail, and the share of posts that do.
_ERRORS = (
    "The media could not be downloaded: the format is not supported",
    "The platform's limit of posts per day was reached",
    "The platform rejected the text: it was posted before",
    "The user who connected the account may no longer post on this page",
)
_FAILING = 0.02
#: For so long the posts of a sub-account have been made by its present users.
_FORMER = timedelta(days=56)
#: First and last day of a campaign, as days ago, and the appeal of its posts.
_CAMPAIGN, _APPEAL = (35, 12), 1.8


@dataclass(frozen=True, slots=True)
class Habit:
    """How often, and on how many accounts, a sub-account posts.

    Attributes
    ----------
    weekdays : tuple of int
        The days of a week with posts; Monday is 0.
    each : int
        The number of accounts that post on such a day.
    stopped : int
        How many weeks ago the posts ended; 0: they continue.
    campaign : bool
        Whether there was a campaign, and planned posts include drafts and approvals.
    """

    weekdays: tuple[int, ...]
    each: int = 1
    stopped: int = 0
    campaign: bool = False


#: The habit of the main sub-account, which the examples use.
BUSY = Habit((1, 3, 4, 5, 6), each=2, campaign=True)
#: The habits of the agency's other sub-accounts; one in ten has stopped to post.
_HABITS = (
    *([Habit((1, 4))] * 3),
    *([Habit((3,))] * 2),
    Habit((1, 3, 5), stopped=6),
    *([Habit((1, 3, 5))] * 4),
)


def habit_of(seed: int, location_id: str) -> Habit:
    """Return the habit of one of an agency's sub-accounts."""
    return _HABITS[int(chance(f"{seed}:habit:{location_id}") * len(_HABITS))]


def id_of(seed: int, kind: str, location_id: str, number: int) -> str:
    """Return the id of an initial record, which is always the same."""
    return hashlib.sha256(f"{seed}:{kind}:{location_id}:{number}".encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Generates the posts of one sub-account.

    Attributes
    ----------
    seed : int
        Determines the posts.
    now : datetime
        Posts before this time are published.
    habit : Habit
        How often, and on how many accounts.
    authors : sequence of str
        The users who create the posts, in turn.
    former : str
        A user who no longer exists, and created some of the older posts.
    approver : str
        The user who approves the posts.
    categories, tags : sequence of str
        Ids. The campaign uses the last tag and the last category.
    """

    seed: int
    now: datetime
    habit: Habit
    authors: Sequence[str]
    former: str
    approver: str
    categories: Sequence[str]
    tags: Sequence[str]

    def posts(self, location_id: str, accounts: Sequence[Account]) -> Iterator[Post]:
        """Yield the posts, the oldest first."""
        slots = [day for day in self._days() for _ in range(self.habit.each)] if accounts else ()
        for number, day in enumerate(slots):
            key = id_of(self.seed, "post", location_id, number)
            turn, index = divmod(number, len(accounts))
            yield self._post(key, turn, day, accounts[index])

    def _days(self) -> Iterator[datetime]:
        monday = (self.now - timedelta(days=self.now.weekday())).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        until = -self.habit.stopped or _WEEKS_AHEAD
        for week in range(-_WEEKS, until):
            for day in self.habit.weekdays:
                yield monday + timedelta(weeks=week, days=day)

    def _post(self, key: str, turn: int, day: datetime, account: Account) -> Post:
        moment = day.replace(hour=_HOURS[int(chance(f"{key}:hour") * len(_HOURS))])
        first, last = (self.now - timedelta(days=days) for days in _CAMPAIGN)
        is_its = self.habit.campaign and first.date() <= moment.date() <= last.date()
        is_its = is_its and chance(f"{key}:campaign") < 0.4
        text = text_of(account.page.name, turn, is_campaign=is_its)
        error = self._error(key, moment, account)
        # Planned for two days later, or, if that is still to come, during the last four days.
        last_days = timedelta(hours=1 + int(96 * chance(f"{key}:created")))
        created_at = min(moment - timedelta(days=2), self.now - last_days)
        is_old = created_at < self.now - _FORMER
        authors = [*self.authors, self.former] if is_old else self.authors
        post = Post(
            id=key, location_id=account.location_id, status=self._status(key, moment, error),
            source="composer", account_ids=[account.id], platform=account.page.platform,
            created_by=authors[turn % len(authors)], created_at=created_at, updated_at=created_at,
            error=error,
            content={"type": "post", "summary": text, "media": []}, schedule=moment,
            category_id=self.categories[-1 if is_its else turn % len(self.categories)],
            appeal=_APPEAL if is_its else 1.0,
        )  # fmt: skip
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

    def _error(self, key: str, moment: datetime, account: Account) -> str:
        """Return why a past post has failed; an empty text if it has not."""
        if moment > self.now:
            return ""
        if account.expire <= moment:
            return EXPIRED
        share = chance(f"{key}:error") / _FAILING
        return _ERRORS[int(share * len(_ERRORS))] if share < 1 else ""

    def _status(self, key: str, moment: datetime, error: str) -> str:
        if moment <= self.now:
            return "failed" if error else "published"
        share = chance(f"{key}:status") if self.habit.campaign else 1.0
        return "draft" if share < 0.15 else "in_review" if share < 0.3 else "scheduled"
