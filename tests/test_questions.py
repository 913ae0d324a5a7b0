"""Ordinary questions of an agency: each answer takes a few lines, and is right.

The lines are those of the page; what they should find is counted in the simulator's own records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from ghl_notebook.simulator.engagement import total_until
from ghl_notebook.simulator.records import Account
from ghl_notebook.simulator.simulator import Simulator
from ghl_notebook.simulator.statistics import _PLATFORMS, StatisticsOperations

PAGE = Path(__file__).parents[1] / "docs/how-to/questions.md"
MOST_LINES = 5
_SECTION = re.compile(r"^## (?P<question>.+)\n", re.MULTILINE)
_CODE = re.compile(r"^```python\n(?P<code>.*?)\n```$", re.MULTILINE | re.DOTALL)


def sections() -> dict[str, str]:
    """Return question → the lines that answer it; what comes before all has no question."""
    parts = _SECTION.split(PAGE.read_text(encoding="utf-8"))
    blocks = dict(zip(["", *parts[1::2]], parts[0::2], strict=True))
    return {question: _CODE.findall(text)[0] for question, text in blocks.items()}


class Records:
    """What the simulator holds when the answers are given."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator, self.state = simulator, simulator.state
        self.context = simulator._context
        self.now = simulator.now
        (self.failed,) = (
            one for one in self.state.locations if one == list(self.state.locations)[-24 // 2]
        )
        self.locations = [one for one in self.state.locations if one != self.failed]
        self.accounts = [
            account
            for location in self.locations
            for account in map(replace, self.state.accounts_of(location))
            if not account.deleted
        ]
        self.posts = [
            post
            for location in self.state.locations
            for post in map(replace, self.context.planners.of(location).posts.values())
        ]

    def ended(self, account: Account) -> bool:
        """Tell whether a connection has ended by now."""
        return account.expired or account.expire <= self.now


@pytest.fixture(scope="module")
def answers() -> Iterator[tuple[dict[str, Any], Records]]:
    """All names that the page gives, and the records before and after."""
    found: dict[str, Any] = {}
    records = None
    for code in sections().values():
        exec(compile(code, str(PAGE), "exec"), found)
        records = records or Records(found["agency"].simulator)
    yield found, records
    found["agency"].close()


Answers = tuple[dict[str, Any], Records]


@pytest.mark.parametrize("question", [one for one in sections() if one])
def test_an_answer_is_short(question: str) -> None:
    """Five lines at most, none of them longer than the page."""
    lines = sections()[question].splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= 110


def test_there_are_fourteen_questions() -> None:
    """As many as were asked."""
    assert len(sections()) == 1 + 14


def test_no_instagram(answers: Answers) -> None:
    """The sub-account that failed may have one: nothing is said of it."""
    found, records = answers
    have = {a.location_id for a in records.accounts if a.page.platform == "instagram"}
    assert set(found["no_instagram"]["location_id"]) == set(records.locations) - have != set()


def test_posts_that_failed_last_week(answers: Answers) -> None:
    """With the reason of each."""
    found, records = answers
    week = records.now - timedelta(7)
    failed = Counter(
        (post.schedule, post.error)
        for post in records.posts
        if post.status == "failed" and post.schedule and week <= post.schedule <= records.now
    )
    shown = found["failed"]
    assert Counter(zip(shown["display_date"], shown["error"], strict=True)) == failed
    assert failed


def test_best_hours(answers: Answers) -> None:
    """In the client's own time; each post by its account's median."""
    found, records = answers
    shown = found["best_hours"].dropna(subset="hour").set_index("location_id")
    assert len(shown) > 5
    for location, row in shown.iterrows():
        zone = ZoneInfo(records.state.locations[location].town.timezone)
        by_account: dict[str, list[tuple[datetime, int]]] = {}
        for post in records.posts:
            if (
                post.location_id == location
                and post.status == "published"
                and post.published_at >= datetime(2025, 7, 1, tzinfo=UTC)
            ):
                numbers = _engagement(records, post)
                by_account.setdefault(post.account_ids[0], []).append((post.published_at, numbers))
        cells: dict[tuple[int, int], list[float]] = {}
        for posts in by_account.values():
            usual = median(number for _, number in posts)
            for when, number in posts if len(posts) >= 3 and usual else ():
                local = when.astimezone(zone)
                cells.setdefault((local.weekday(), local.hour), []).append(number / usual)
        means = {cell: sum(one) / len(one) for cell, one in cells.items() if len(one) >= 3}
        assert row["engagement"] == pytest.approx(max(means.values()))
        day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].index(row["weekday"][:3])
        assert means[day, row["hour"]] == pytest.approx(max(means.values()))


def _engagement(records: Records, post: Any) -> int:
    """Return likes, comments and shares so far, as the simulator counts them."""
    account_id = post.account_ids[0]
    today = records.now.date()
    seed = records.state.seed
    counts = total_until(seed, post, account_id, today)
    comments = [
        comment
        for comment in records.context.planners.of(post.location_id).comments.values()
        if comment.post_id == post.id and comment.published_at <= records.now
    ]
    return counts["likes"] + counts["shares"] + len(comments)


def _numbers(records: Records, metric: str, first: date, days: int) -> Counter[str]:
    """Return the total of each sub-account; a connection that has ended has no numbers."""
    service = StatisticsOperations(records.context)
    span = [first + timedelta(n) for n in range(days)]
    totals: Counter[str] = Counter()
    for account in records.accounts:
        if not records.ended(account) and account.page.platform in _PLATFORMS:
            totals[account.location_id] += sum(service._numbers(account, span)[metric])
    return totals


def test_new_followers_that_fell(answers: Answers) -> None:
    """By as many as the simulator has."""
    found, records = answers
    before = _numbers(records, "followers", date(2025, 11, 2), 30)
    after = _numbers(records, "followers", date(2025, 12, 2), 30)
    fell = {one: after[one] - before[one] for one in before if after[one] < before[one]}
    shown = found["fewer_followers"]
    assert dict(zip(shown["location_id"], shown["change"], strict=True)) == fell != {}


def test_silence(answers: Answers) -> None:
    """Of sub-accounts with accounts; the one that failed may have posted."""
    found, records = answers
    last: dict[str, datetime] = {}
    for post in records.posts:
        if post.status == "published":
            others = last.get(post.location_id, post.published_at)
            last[post.location_id] = max(post.published_at, others)
    silent = {
        location
        for location in {account.location_id for account in records.accounts}
        if location not in last or records.now - last[location] >= timedelta(14)
    }
    assert set(found["silent"]["location_id"]) == silent != set()


def test_the_month(answers: Answers) -> None:
    """Posts and their change, a client a row."""
    found, records = answers
    after = _numbers(records, "posts", date(2025, 12, 2), 30)
    shown = found["months"]["after", "posts"]
    names = {records.state.locations[one].name: number for one, number in after.items()}
    assert shown.dropna().to_dict() == {name: names[name] for name in shown.dropna().index}
    assert len(shown) == len(after)


def test_users_who_left(answers: Answers) -> None:
    """Their planned posts: of who connected what, the service says nothing."""
    found, records = answers
    left = {user.id for user in records.state.users if user.deleted}
    planned = Counter(
        post.schedule
        for post in records.posts
        if post.status == "scheduled" and post.created_by in left
    )
    assert Counter(found["of_users_who_left"]["display_date"]) == planned


def test_this_months_end(answers: Answers) -> None:
    """From now to the last day."""
    found, records = answers
    ends = {
        account.id
        for account in records.accounts
        if records.now <= account.expire < datetime(2026, 2, 1, tzinfo=UTC)
        and not records.ended(account)
    }
    assert len(found["expiring"]) == len(ends) > 0


def test_posts_that_will_fail(answers: Answers) -> None:
    """None of the sub-account that failed, and none that has an account that lives longer."""
    found, records = answers
    connected = {account.id: account for account in records.accounts}
    fails = Counter(
        post.schedule
        for post in records.posts
        if post.status in ("scheduled", "in_review", "pending")
        and post.location_id != records.failed
        and post.schedule
        and post.schedule >= records.now
        and post.account_ids
        and (
            (account := connected.get(post.account_ids[0])) is None
            or records.ended(account)
            or account.expire <= post.schedule
        )
    )
    assert Counter(found["at_risk"]["display_date"]) == fails
    assert fails


def test_unanswered_comments(answers: Answers) -> None:
    """Those without a reply."""
    found, records = answers
    first, last = datetime(2025, 12, 1, tzinfo=UTC), records.now
    comments = [
        comment
        for location in records.locations
        for comment in records.context.planners.of(location).comments.values()
    ]
    answered = {comment.parent_id for comment in comments}
    waiting = {
        comment.id
        for comment in comments
        if comment.parent_id == comment.post_id
        and comment.id not in answered
        and first <= comment.published_at <= last
    }
    assert set(found["unanswered"]["id"]) == waiting != set()


def test_totals_side_by_side(answers: Answers) -> None:
    """The platforms of a client are its total."""
    found, records = answers
    shown = found["side_by_side"]
    for name, first in (("before", date(2025, 11, 2)), ("after", date(2025, 12, 2))):
        posts = shown[shown["metric"] == "posts"][name].sum()
        assert posts == _numbers(records, "posts", first, 30).total() > 0
    both = shown.dropna(subset="change")
    assert (both["change"] == both["after"] - both["before"]).all()


def test_what_changed(answers: Answers) -> None:
    """Connections whose date has passed meanwhile."""
    found, records = answers
    now = records.simulator.now
    expired = [account for account in records.accounts if records.now < account.expire <= now]
    changes = found["changes"]
    shown = changes[changes["change"] == "expired"]
    assert len(shown) == len(expired) > 0
    assert shown["was_due"].all()


def test_writers(answers: Answers) -> None:
    """By name; who has no name counts as well."""
    found, records = answers
    users = {user.id: f"{user.first_name} {user.last_name}" for user in records.state.users}
    written = Counter(
        users.get(post.created_by)
        for post in records.posts
        if post.status != "deleted" and post.moment >= datetime(2025, 7, 1, tzinfo=UTC)
    )
    shown = found["writers"].groupby("author")["posts"].sum().to_dict()
    assert shown == {name: count for name, count in written.items() if name in shown}
    assert shown
    assert found["writers"]["posts"].sum() == written.total()


def test_whom_to_call(answers: Answers) -> None:
    """All whose connection has ended, with the phone of the client."""
    found, records = answers
    ended = Counter(
        records.state.locations[account.location_id].name
        for account in records.accounts
        if records.now >= account.expire or account.expired
    )
    shown = found["to_call"]
    assert Counter(shown["location_name"]) == ended
    phones = {one.name: one.phone for one in records.state.locations.values()}
    for name, phone in zip(shown["location_name"], shown["phone"], strict=True):
        assert (None if pd.isna(phone) else phone) == (phones[name] or None)
