"""The Social Planner of each sub-account, generated at its first use."""

from __future__ import annotations

from datetime import datetime, timedelta

from .engagement import comment_count
from .planner_comments import comments_on
from .planner_posts import BUSY, EXPIRED, Calendar, habit_of, id_of
from .planner_records import Label, Planner, Post
from .queue_plan import add_published, plan_due
from .state import State

_CATEGORIES = (
    ("Behind the scenes", "#004EEB", "#EFF4FF"),
    ("Offers", "#B42318", "#FEF3F2"),
    ("季節のお知らせ", "#027A48", "#ECFDF3"),
)
_TAGS = ("coffee", "weekend", "été", "team", "new", "winter menu")
#: The age of the initial categories and tags.
_LABEL_AGE = timedelta(days=200)
#: Planners in memory: all planners of a large agency would take some hundred megabytes.
_MAX_PLANNERS = 256


class Planners:
    """The planners of all sub-accounts.

    Parameters
    ----------
    state : State
        The accounts and users of the sub-accounts.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._start = state.clock()
        self._planners: dict[str, Planner] = {}

    def of(self, location_id: str) -> Planner:
        """Return the planner of a sub-account; all posts that are due are published first."""
        with self._state.lock:
            planner = self._planners.get(location_id)
            if planner is None:
                self._forget_oldest()
                planner = self._planners[location_id] = Planner(location_id)
                self._fill(planner)
            now = self._state.clock()
            for post in planner.posts.values():
                if post.status == "in_progress":
                    self._publish(post, post.schedule or post.created_at)
                elif post.status == "scheduled" and post.schedule and post.schedule <= now:
                    self._publish(post, post.schedule)
            for queue in planner.live_queues:
                if queue.takes_new:
                    add_published(queue, planner, self._state)
                plan_due(queue, planner, self._state)
            return planner

    def _publish(self, post: Post, moment: datetime) -> None:
        """Publish a post, if one of its accounts is still connected at that time."""
        is_connected = any(
            account.id in post.account_ids and not account.deleted and account.expire > moment
            for account in self._state.accounts_of(post.location_id)
        )
        if is_connected:
            post.status, post.published_at = "published", moment
        else:
            post.status, post.error = "failed", EXPIRED

    def to_change(self, location_id: str) -> Planner:
        """Return the planner of a sub-account, which the caller will change."""
        planner = self.of(location_id)
        planner.is_changed = True
        return planner

    def _forget_oldest(self) -> None:
        """Forget the oldest unchanged planner once the memory limit is reached."""
        if len(self._planners) >= _MAX_PLANNERS:
            unchanged = (key for key, planner in self._planners.items() if not planner.is_changed)
            oldest = next(unchanged, None)
            if oldest is not None:
                del self._planners[oldest]

    def _fill(self, planner: Planner) -> None:
        state, location = self._state, planner.location_id
        accounts = [
            account
            for account in state.initial_accounts(location)
            if not account.deleted and account.page.platform != "tiktok-business"
        ]
        users = [user for user in state.users_of(location) if not user.deleted]
        owner = next((user.id for user in users if user.role == "admin"), "")
        self._add_labels(planner, owner)
        is_main = location == next(iter(state.locations))
        calendar = Calendar(
            seed=state.seed, now=self._start,
            habit=BUSY if is_main else habit_of(state.seed, location),
            authors=[user.id for user in users[::-1] if user.type == "account"] or [owner],
            former=id_of(state.seed, "former-user", location, 0)[:20],
            approver=owner, categories=[*planner.categories], tags=[*planner.tags],
        )  # fmt: skip
        origins = {account.id: account.page.origin_id for account in accounts}
        for post in calendar.posts(location, accounts):
            planner.posts[post.id] = post
            (account_id,) = post.account_ids
            count = comment_count(state.seed, post, account_id)
            for comment in comments_on(post, origins[account_id], count, self._start):
                planner.comments[comment.id] = comment

    def _add_labels(self, planner: Planner, owner: str) -> None:
        seed, location, created_at = self._state.seed, planner.location_id, self._start - _LABEL_AGE
        for number, (name, *colors) in enumerate(_CATEGORIES):
            key = id_of(seed, "category", location, number)
            planner.categories[key] = Label(key, location, name, owner, created_at, *colors)
        for number, name in enumerate(_TAGS):
            key = id_of(seed, "tag", location, number)
            planner.tags[key] = Label(key, location, name, owner, created_at)
