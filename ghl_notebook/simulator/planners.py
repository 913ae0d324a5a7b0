"""The Social Planner of each sub-account: what it began with, made when it is first asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .audience import comment_count
from .planner_comments import comments_on
from .planner_posts import BUSY, Calendar, habit_of, id_of
from .planner_records import Comment, CsvImport, Label, Post, Upload
from .queue_plan import go_on, join
from .queue_records import Queue
from .state import State

_CATEGORIES = (
    ("Behind the scenes", "#004EEB", "#EFF4FF"),
    ("Offers", "#B42318", "#FEF3F2"),
    ("季節のお知らせ", "#027A48", "#ECFDF3"),
)
_TAGS = ("coffee", "weekend", "été", "team", "new", "winter menu")
#: So long ago categories and tags were made.
_LABELLED = timedelta(days=200)
#: Planners that are kept; a whole agency's would take some hundred megabytes.
_MOST = 256


@dataclass(slots=True)
class Planner:
    """Everything of one sub-account that is planned and published."""

    location_id: str
    posts: dict[str, Post] = field(default_factory=dict)
    categories: dict[str, Label] = field(default_factory=dict)
    tags: dict[str, Label] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    imports: dict[str, CsvImport] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    #: Whether somebody has done something to it: as it began, it can be made again.
    is_changed: bool = False

    @property
    def live_queues(self) -> list[Queue]:
        """Those that are not deleted."""
        return [queue for queue in self.queues.values() if queue.status != "deleted"]

    @property
    def comment_counts(self) -> Counter[str]:
        """How many comments there are on each post, replies among them."""
        return Counter(comment.post_id for comment in self.comments.values())


class Planners:
    """Keeps a planner for each sub-account.

    Parameters
    ----------
    state : State
        Whose accounts there are.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._began = state.clock()
        self._planners: dict[str, Planner] = {}

    def of(self, location_id: str) -> Planner:
        """Return the planner of a sub-account, up to date: what was due is published."""
        with self._state.lock:
            planner = self._planners.get(location_id)
            if planner is None:
                self._make_room()
                planner = self._planners[location_id] = Planner(location_id)
                self._begin(planner)
            now = self._state.clock()
            for post in planner.posts.values():
                if post.status == "in_progress":
                    self._publish(post, post.created_at)
                elif post.status == "scheduled" and post.schedule and post.schedule <= now:
                    self._publish(post, post.schedule)
            for queue in planner.live_queues:
                if queue.takes_new:
                    join(queue, planner, self._state)
                go_on(queue, planner, self._state)
            return planner

    def _publish(self, post: Post, moment: datetime) -> None:
        """Publish a post, if one of its accounts is still connected at that moment."""
        is_connected = any(
            account.id in post.account_ids and not account.deleted and account.expire > moment
            for account in self._state.accounts_of(post.location_id)
        )
        if is_connected:
            post.status, post.published_at = "published", moment
        else:
            post.status = "failed"

    def to_change(self, location_id: str) -> Planner:
        """Return the planner of a sub-account for somebody who does something to it."""
        planner = self.of(location_id)
        planner.is_changed = True
        return planner

    def _make_room(self) -> None:
        """Forget the oldest of those that are as they began, before they fill the memory."""
        if len(self._planners) >= _MOST:
            begun = (of for of, planner in self._planners.items() if not planner.is_changed)
            oldest = next(begun, None)
            if oldest is not None:
                del self._planners[oldest]

    def _begin(self, planner: Planner) -> None:
        state, place = self._state, planner.location_id
        accounts = [
            account
            for account in state.began_with(place)
            if not account.deleted and account.page.platform != "tiktok-business"
        ]
        users = [user for user in state.users_of(place) if not user.deleted]
        owner = next((user.id for user in users if user.role == "admin"), "")
        self._label(planner, owner)
        calendar = Calendar(
            seed=state.seed,
            now=self._began,
            habit=BUSY if place == next(iter(state.locations)) else habit_of(state.seed, place),
            owner=next((user.id for user in users[::-1] if user.type == "account"), owner),
            approver=owner,
            categories=[*planner.categories],
            tags=[*planner.tags],
        )
        origins = {account.id: account.page.origin_id for account in accounts}
        for post in calendar.posts(place, accounts):
            planner.posts[post.id] = post
            (account_id,) = post.account_ids
            count = comment_count(state.seed, post, account_id)
            for comment in comments_on(post, origins[account_id], count, self._began):
                planner.comments[comment.id] = comment

    def _label(self, planner: Planner, owner: str) -> None:
        seed, place, then = self._state.seed, planner.location_id, self._began - _LABELLED
        for number, (name, *colours) in enumerate(_CATEGORIES):
            of = id_of(seed, "category", place, number)
            planner.categories[of] = Label(of, place, name, owner, then, *colours)
        for number, name in enumerate(_TAGS):
            of = id_of(seed, "tag", place, number)
            planner.tags[of] = Label(of, place, name, owner, then)
