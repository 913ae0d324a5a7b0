"""A call of each operation, with everything that the documents let a caller say."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ghl_notebook import AvailableAccount, BadRequestError, Client, GHLError, NotFoundError
from ghl_notebook.models import (
    FacebookDetails,
    GoogleDetails,
    InstagramDetails,
    LinkedInDetails,
    OgTags,
    PinterestDetails,
    Post,
    PostMedia,
    TikTokDetails,
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
    url = on.client.start(platform).reveal()
    return str(on.sim.play_user(url).data["accountId"])


def _start(on: Stage) -> None:
    for platform in on.platforms:
        on.client.start(platform, page="integration", reconnect=True)


def _available(on: Stage) -> None:
    if on.platforms == ["twitter"]:
        on.expected = (BadRequestError,)
        on.client.available_accounts("twitter", NOBODY)
    search = "Café" if on.is_v3 else None
    for platform in on.platforms:
        assert on.client.available_accounts(platform, _log_in(on, platform), search=search)


def _attach(on: Stage) -> None:
    if on.platforms == ["twitter"]:
        on.expected = (BadRequestError,)
        account = AvailableAccount(
            origin_id="1", name="X", username="x", avatar="a", protected=False, verified=True
        )
        on.client.attach("twitter", NOBODY, account, company_id="company-1")
    for platform in on.platforms:
        account_id = _log_in(on, platform)
        account, *_ = on.client.available_accounts(platform, account_id)
        if platform == "pinterest":
            account.origin_account_type = "PINNER"
        # In v3, only Pinterest's body still has the agency.
        takes_company = not on.is_v3 or platform == "pinterest"
        on.client.attach(
            platform, account_id, account, company_id="company-1" if takes_company else None
        )


def _account(on: Stage) -> str:
    return str(on.client.accounts().accounts[0].id)


def _post(on: Stage, **more: Any) -> Post:
    return on.client.posts.create([_account(on)], summary="Hello", **more)


def _all_of_a_post(on: Stage) -> dict[str, Any]:
    given: dict[str, Any] = {
        "account_ids": [_account(on)],
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
    "start": _start,
    "available_accounts": _available,
    "attach": _attach,
    "accounts": lambda on: on.client.accounts(),
    "delete_account": lambda on: on.client.delete_account(_account(on), company_id="company-1"),
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
    "posts.edit": lambda on: on.client.posts.edit(str(_post(on).id), **_all_of_a_post(on)),
    "posts.delete": lambda on: on.client.posts.delete(str(_post(on).id)),
    "statistics.fetch": lambda on: on.client.statistics.fetch(
        [str(one.profile_id) for one in on.client.accounts().accounts],
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
    "posts.bulk_delete": lambda on: on.client.posts.bulk_delete([str(_post(on).id)]),
}
