"""The Social Planner of each sub-account: what it began with, made when it is first asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .planner_comments import comments_on
from .planner_records import Comment, CsvImport, Label, Post, Upload
from .queue_plan import go_on, join
from .queue_records import Queue
from .records import Account
from .state import State

_TEXTS = (
    "Fresh out of the oven: come by before noon.",
    "Fermé lundi. À mardi, dès 8 h !",
    "今週のおすすめ、ご覧ください。",
    "عرض نهاية الأسبوع: القهوة علينا ☕",
    "New opening hours from next week on.",
    "🌿 A day in the workshop, in three pictures.",
)
_CATEGORIES = (
    ("Behind the scenes", "#004EEB", "#EFF4FF"),
    ("Offers", "#B42318", "#FEF3F2"),
    ("季節のお知らせ", "#027A48", "#ECFDF3"),
)
_TAGS = ("coffee", "weekend", "été", "team", "new")
_WEEKS = 12
#: Planners that are kept; a whole agency's would take some hundred megabytes.
_MOST = 256
#: Days of a week on which is posted, and the hour (UTC).
_RHYTHM = ((1, 9), (3, 12), (5, 17))


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

    def id_of(self, kind: str, location_id: str, number: int) -> str:
        """Return the id of something that was there from the beginning: always the same."""
        text = f"{self._state.seed}:{kind}:{location_id}:{number}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def _begin(self, planner: Planner) -> None:
        accounts = [
            account
            for account in self._state.accounts_of(planner.location_id)
            if not account.deleted and account.page.platform != "tiktok-business"
        ]
        users = self._state.users_of(planner.location_id)
        owner = next((u.id for u in users if u.role == "admin" and not u.deleted), "")
        self._label(planner, owner)
        categories, tags = [*planner.categories], [*planner.tags]
        for number, moment in enumerate(self._moments()) if accounts else ():
            account = accounts[number % len(accounts)]
            post = self._post(planner.location_id, number, moment, account, owner)
            post.category_id = categories[number % len(categories)]
            post.content["tags"] = tags[: number % 3]
            planner.posts[post.id] = post
            for comment in comments_on(post, account.page.origin_id):
                planner.comments[comment.id] = comment

    def _label(self, planner: Planner, owner: str) -> None:
        place, then = planner.location_id, self._began - timedelta(days=200)
        for number, (name, *colours) in enumerate(_CATEGORIES):
            of = self.id_of("category", place, number)
            planner.categories[of] = Label(of, place, name, owner, then, *colours)
        for number, name in enumerate(_TAGS):
            of = self.id_of("tag", place, number)
            planner.tags[of] = Label(of, place, name, owner, then)

    def _moments(self) -> Iterator[datetime]:
        monday = (self._began - timedelta(days=self._began.weekday())).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        for week in range(-_WEEKS, 2):
            for day, hour in _RHYTHM:
                yield monday + timedelta(weeks=week, days=day, hours=hour)

    def _post(
        self, location_id: str, number: int, moment: datetime, account: Account, owner: str
    ) -> Post:
        made = moment - timedelta(days=2)
        is_over = moment <= self._began
        failed = is_over and account.expire <= moment
        return Post(
            id=self.id_of("post", location_id, number),
            location_id=location_id,
            status="failed" if failed else "published" if is_over else "scheduled",
            source="composer",
            account_ids=[account.id],
            platform=account.page.platform,
            created_by=owner,
            created_at=made,
            updated_at=made,
            content={"type": "post", "summary": _TEXTS[number % len(_TEXTS)], "media": []},
            schedule=moment,
            published_at=moment if is_over and not failed else None,
        )
