"""Posts as responses show them, which is not as they were sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from .context import SimContext
from .planner_records import Post
from .records import User
from .state import stamp

PLATFORMS = ("tiktok", "gmb", "linkedin", "pinterest", "facebook", "instagram", "youtube")
DETAILS = [f"{platform}PostDetails" for platform in PLATFORMS]
#: Keys of the content that a response contains.
_SHOWN = ("summary", "media", "type", "ogTagsDetails", "postApprovalDetails", *DETAILS)


def shown(
    context: SimContext, post: Post, *, is_v3: bool, with_user: bool = False
) -> dict[str, Any]:
    """Return the JSON of a post."""
    levers = context.levers
    tags = post.content.get("tags") or []
    error: Any = post.error if post.status == "failed" else ""
    if error and levers.post_error == "object":
        error = {"message": error, "code": 190}
    is_google = post.is_from_api and levers.post_platform == "google"
    row: dict[str, Any] = {
        "_id": post.id,
        "source": post.source,
        "locationId": post.location_id,
        "platform": "google" if is_google else post.platform,
        "displayDate": stamp(post.moment),
        "createdAt": stamp(post.created_at),
        "updatedAt": stamp(post.updated_at),
        "accountId": post.account_ids[0],
        "accountIds": [*post.account_ids],
        "error": error,
        "status": post.status,
        "createdBy": post.created_by,
        # The live service was seen to send a string if there are no tags.
        "tags": tags or ("" if levers.empty_tags == "text" else []),
    }
    row |= {
        key: post.content[key]
        for key in _SHOWN
        if key in post.content and (is_v3 or key not in DETAILS[2:])
    }
    if levers.shown_media == "words" and "media" in row:
        row["media"] = [_in_words(one) for one in row["media"]]
    if post.parent_id is not None:
        row["parentPostId"] = post.parent_id
    if post.published_at is not None:
        row |= {"publishedAt": stamp(post.published_at), "postId": str(int(post.id, 16))[:15]}
    user = next((u for u in context.state.users if u.id == post.created_by), None)
    if with_user and user is not None:
        row["user"] = _user(user)
    return row


def per_account(post: Post) -> Iterator[Post]:
    """Yield the posts of each account, which name the post as their parent."""
    for account_id in post.account_ids:
        key = hashlib.sha256(f"{post.id}:{account_id}".encode()).hexdigest()[:24]
        yield replace(post, id=key, account_ids=[account_id], parent_id=post.id)


def _in_words(media: dict[str, Any]) -> dict[str, Any]:
    word = str(media.get("type") or "image").partition("/")[0]
    return {"thumbnail": media["url"], **media, "type": word}


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "title": "",
        "firstName": user.first_name,
        "lastName": user.last_name,
        "profilePhoto": "",
        "phone": "",
        "email": user.email,
    }
