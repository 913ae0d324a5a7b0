"""A call of each operation, with everything that the documents let a caller say."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ghl_notebook import Client, GHLError
from ghl_notebook.errors import BadRequestError, NotFoundError
from ghl_notebook.models import (
    AvailableAccount,
    Comment,
    CommentAttachment,
    FacebookDetails,
    GoogleDetails,
    InstagramDetails,
    LinkedInDetails,
    OgTags,
    PinterestDetails,
    Post,
    PostMedia,
    QueuePost,
    TikTokDetails,
    TimeSlot,
    Variation,
    YouTubeDetails,
)
from ghl_notebook.simulator import Simulator


@dataclass
class Stage:
    """What a call is made with: a simulator, its client, and the name of the operation."""

    sim: Simulator
    client: Client
    operation: str
    template: str
    expected: tuple[type[GHLError], ...] = ()

    @property
    def is_v3(self) -> bool:
        """Whether the client speaks v3."""
        return self.client.api_version == "v3"

    @property
    def platforms(self) -> list[str]:
        """The platform that the path names, or all of them."""
        found = self.template.split("/oauth/")[1].replace("{locationId}/", "").split("/")[0]
        return V3_PLATFORMS if found == "{platform}" else [found]


V3_PLATFORMS = [
    "google", "facebook", "instagram", "linkedin", "tiktok", "youtube", "pinterest", "threads",
]  # fmt: skip
NOBODY = "0" * 24


def _log_in(on: Stage, platform: str) -> str:
    url = on.client.oauth.start(platform).reveal()
    return str(on.sim.play_user(url).data["accountId"])


def _start(on: Stage) -> None:
    for platform in on.platforms:
        on.client.oauth.start(platform, page="integration", reconnect=True)


def _available(on: Stage) -> None:
    if on.platforms == ["twitter"]:
        on.expected = (BadRequestError,)
        on.client.oauth.available_accounts("twitter", NOBODY)
    search = "Café" if on.is_v3 else None
    for platform in on.platforms:
        assert on.client.oauth.available_accounts(platform, _log_in(on, platform), search=search)


def _attach(on: Stage) -> None:
    if on.platforms == ["twitter"]:
        on.expected = (BadRequestError,)
        account = AvailableAccount(
            origin_id="1", name="X", username="x", avatar="a", protected=False, verified=True
        )
        on.client.oauth.attach("twitter", NOBODY, account, company_id="company-1")
    for platform in on.platforms:
        account_id = _log_in(on, platform)
        account, *_ = on.client.oauth.available_accounts(platform, account_id)
        if platform == "pinterest":
            account.origin_account_type = "PINNER"
        # In v3, only Pinterest's body still has the agency.
        takes_company = not on.is_v3 or platform == "pinterest"
        on.client.oauth.attach(
            platform, account_id, account, company_id="company-1" if takes_company else None
        )


def _account(on: Stage) -> str:
    return str(on.client.accounts.list().accounts[0].id)


def _post(on: Stage, **more: Any) -> Post:
    return on.client.posts.create([_account(on)], summary="Hello", status="draft", **more)


def _all_of_a_post(on: Stage) -> dict[str, Any]:
    given: dict[str, Any] = {
        "account_ids": [_account(on)],
        "type": "post",
        "summary": "Hello",
        "media": [PostMedia(url="https://example.com/a.png", type="image/png")],
        "status": "scheduled",
        "schedule_date": LATER,
        "tags": ["tag-1"],
        "category_id": "category-1",
        "created_by": on.client.user_id,
        "follow_up_comment": "First!",
        "og_tags_details": OgTags(meta_link="https://example.com"),
        "post_approval_details": {"approver": on.client.user_id, "approvalStatus": "pending"},
        "schedule_time_updated": True,
        "tiktok_post_details": TikTokDetails(privacy_level="SELF_ONLY"),
        "gmb_post_details": GoogleDetails(gmb_event_type="STANDARD"),
    }
    if on.is_v3:
        given |= {
            "selected_best_time": LATER,
            "apply_watermark": True,
            "linkedin_post_details": LinkedInDetails(pdf_title="A", post_as_pdf=True),
            "pinterest_post_details": PinterestDetails(title="A"),
            "facebook_post_details": FacebookDetails(type="post"),
            "instagram_post_details": InstagramDetails(type="post"),
            "youtube_post_details": YouTubeDetails(type="video"),
        }
    return given


def _origin(on: Stage) -> str:
    return str(on.client.accounts.list().accounts[0].origin_id)


def _comment(on: Stage) -> Comment:
    return on.client.comments.list("facebook", [_origin(on)]).comments[0]


def _accounts(on: Stage) -> list[str]:
    return [str(one.id) for one in on.client.accounts.list().accounts]


def _category(on: Stage) -> str:
    return str(on.client.categories.list().categories[0].id)


def _queue(on: Stage) -> str:
    made = on.client.queues.create(
        _category(on),
        [TimeSlot(day_of_week=1, time="09:00"), {"dayOfWeek": 4, "time": "17:30"}],
        enable_future_posts=True,
        prioritize_new_content=False,
    )
    return str(made.id)


def _session(on: Stage) -> tuple[str, str]:
    queue_id = _queue(on)
    return queue_id, str(on.client.queues.start_edit(queue_id).session_id)


def _item(on: Stage, queue_id: str, session_id: str) -> str:
    page = on.client.queue_items.list(queue_id, session_id=session_id)
    return str(page.items[1].id)


def _must_fail(kind: type[GHLError], call: Callable[..., object], *args: object) -> None:
    """Make a call that is answered by an error which the documents have, too."""
    with contextlib.suppress(kind):
        call(*args)
        raise AssertionError(f"no {kind.__name__}")


CSV = b"""\
postAtSpecificTime (YYYY-MM-DD HH:mm:ss),content,OGmetaUrl (url),imageUrls (comma-separated)
2026-02-01 09:00:00,"Hello, world",https://example.com,https://example.com/a.png
soon,Never,,
"""


def _import(on: Stage) -> str:
    """Import a file of two posts, and return the import's id."""
    uploaded = on.client.csv_imports.upload(CSV)
    on.client.csv_imports.set_accounts(
        [_account(on)],
        file_path=str(uploaded.file_path),
        rows_count=int(uploaded.rows_count or 0),
        file_name=str(uploaded.file_name),
        approver=on.client.user_id,
        csv_file_type=uploaded.csv_file_type if on.is_v3 else None,
    )
    return str(on.client.csv_imports.list().csvs[0].id)


def _delete_csv_post(on: Stage) -> None:
    csv_id = _import(on)
    row, *_ = on.client.csv_imports.get(csv_id).posts
    on.client.csv_imports.delete_post(csv_id, str(row.id))


LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 2, 1, 12, tzinfo=UTC)

CALLS: dict[str, Callable[[Stage], object]] = {
    "oauth.start": _start,
    "oauth.available_accounts": _available,
    "oauth.attach": _attach,
    "accounts.list": lambda on: on.client.accounts.list(),
    "accounts.delete": lambda on: on.client.accounts.delete(_account(on), company_id="company-1"),
    "posts.list": lambda on: on.client.posts.list(
        LONG_AGO,
        LATER,
        type="all",
        accounts=[_account(on), "nobody"],
        limit=3,
        include_users=True,
        post_type="post",
    ),
    "posts.create": lambda on: on.client.posts.create(**_all_of_a_post(on)),
    "posts.get": lambda on: on.client.posts.get(
        str(on.client.posts.create(**_all_of_a_post(on)).id)
    ),
    "posts.edit": lambda on: on.client.posts.edit(
        str(_post(on).id), user_id=on.client.resolve_user_id(), **_all_of_a_post(on)
    ),
    "posts.delete": lambda on: on.client.posts.delete(str(_post(on).id)),
    "statistics.fetch": lambda on: on.client.statistics.fetch(
        [str(one.profile_id) for one in on.client.accounts.list().accounts],
        platforms=["facebook"],
        current_range=(LONG_AGO, LATER),
        prev_range=(LONG_AGO, LATER),
    ),
    "categories.list": lambda on: on.client.categories.list(search_text="o", limit=2, skip=0),
    "categories.get": lambda on: (
        on.client.categories.get(str(on.client.categories.list().categories[0].id)),
        _must_fail(NotFoundError, on.client.categories.get, NOBODY),
    ),
    "tags.list": lambda on: on.client.tags.list(search_text="e", limit=2, skip=1),
    "tags.details": lambda on: on.client.tags.details([str(on.client.tags.list().tags[0].id)]),
    "csv_imports.upload": lambda on: on.client.csv_imports.upload(CSV, file_name="posts.csv"),
    "csv_imports.list": lambda on: (
        _import(on),
        on.client.csv_imports.list(
            limit=5, include_users=True, is_from_template=False if on.is_v3 else None
        ),
    ),
    "csv_imports.set_accounts": lambda on: _import(on),
    "csv_imports.get": lambda on: on.client.csv_imports.get(_import(on), limit=5),
    "csv_imports.finalize": lambda on: on.client.csv_imports.finalize(_import(on)),
    "csv_imports.delete": lambda on: on.client.csv_imports.delete(_import(on)),
    "csv_imports.delete_post": _delete_csv_post,
    "comments.list": lambda on: on.client.comments.list(
        "facebook",
        [_origin(on)],
        parent_id=str(_comment(on).post_id),
        from_date=LONG_AGO,
        to_date=LATER,
        sort_by="top",
        search="e",
    ),
    "comments.create": lambda on: on.client.comments.create(
        "facebook",
        str(_comment(on).id),
        "Thank you!",
        is_parent_thread=False,
        attachments=[CommentAttachment(url="https://example.com/a.png", type="image")],
        mentions=[{"name": "Nadia", "id": "1", "offset": 0, "length": 5}],
        notify_all_group_members=False,
    ),
    "comments.like": lambda on: on.client.comments.like("facebook", str(_comment(on).id)),
    "comments.unlike": lambda on: on.client.comments.unlike("facebook", str(_comment(on).id)),
    "queues.available_categories": lambda on: on.client.queues.available_categories(q="o", limit=5),
    "queues.list": lambda on: (_queue(on), on.client.queues.list(limit=5)),
    "queues.create": _queue,
    "queues.get": lambda on: on.client.queues.get(_queue(on)),
    "queues.update": lambda on: on.client.queues.update(
        _queue(on),
        status="active",
        time_slots=[{"dayOfWeek": 2, "time": "10:30"}],
        skip_date_time=datetime(2026, 1, 6, 10, 30, tzinfo=UTC),
        enable_future_posts=False,
        prioritize_new_content=True,
        skip_legacy_watermark=True,
    ),
    "queues.calendar": lambda on: (
        on.client.queues.update(_queue(on), status="active"),
        on.client.queues.calendar(
            LONG_AGO, LATER, category_ids=[_category(on)], account_ids=_accounts(on)
        ),
    ),
    "queues.delete_active_post": lambda on: on.client.queues.delete_active_post(
        str(on.client.queues.update(_queue(on), status="active").current_post_id)
    ),
    "queues.start_edit": lambda on: _session(on),
    "queues.save_edit": lambda on: on.client.queues.save_edit(*_session(on), keep_in_draft=False),
    "queues.discard_edit": lambda on: on.client.queues.discard_edit(
        *_session(on), keep_in_draft=True
    ),
    "queues.edit_calendar": lambda on: on.client.queues.edit_calendar(
        *_session(on), LONG_AGO, LATER, account_ids=_accounts(on)
    ),
    "queue_items.list": lambda on: [
        on.client.queue_items.list(
            session[0],
            session_id=session[1],
            limit=3,
            error_filter=False,
            item_id=_item(on, *session),
        )
        for session in [_session(on)]
    ],
    "queue_items.slots": lambda on: [
        on.client.queue_items.slots(queue, session_id=session, limit=3)
        for queue, session in [_session(on)]
    ],
    "queue_items.create": lambda on: [
        on.client.queue_items.create(
            queue,
            session_id=session,
            modified_post_payload=QueuePost(account_ids=_accounts(on), summary="New", type="post"),
            order="top",
            variations=[Variation(content="Other"), {"content": "Third", "mentions": []}],
            primary_image="https://example.com/a.png",
            direct_to_queue=False,
        )
        for queue, session in [_session(on)]
    ],
    "queue_items.update": lambda on: [
        on.client.queue_items.update(
            queue,
            _item(on, queue, session),
            session_id=session,
            modified_post_payload={"summary": "Changed"},
            new_order="bottom",
            variations=[{"content": "Other"}],
            primary_image="https://example.com/b.png",
        )
        for queue, session in [_session(on)]
    ],
    "queue_items.delete": lambda on: [
        on.client.queue_items.delete(queue, _item(on, queue, session), session_id=session)
        for queue, session in [_session(on)]
    ],
    "queue_items.reset": lambda on: [
        on.client.queue_items.reset(queue, _item(on, queue, session), session_id=session)
        for queue, session in [_session(on)]
    ],
    "queue_items.clone": lambda on: [
        on.client.queue_items.clone(
            queue, _item(on, queue, session), session_id=session, order=1500
        )
        for queue, session in [_session(on)]
    ],
    "posts.bulk_delete": lambda on: on.client.posts.bulk_delete([str(_post(on).id)]),
}
