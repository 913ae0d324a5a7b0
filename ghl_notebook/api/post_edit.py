"""What a PUT of a post contains: the complete post as it was read, with the caller's changes.

The API replaces a post by what is sent: a scheduled post without its date loses its schedule. It
also rejects a part of what it returns itself: media with thumbnails, or with words as their types.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from ghl_notebook.errors import ArgumentError, UnexpectedAnswerError
from ghl_notebook.models import (
    Post,
    PostApproval,
    PostMedia,
    Record,
    to_wire,
    unfit_values,
    wire_name,
)

_FINAL: Final = ("published", "in_progress", "pending", "notification_sent", "deleted")
"""Statuses of posts that the API no longer changes."""

_PUBLISHING: Final = ("published", "in_progress", "pending")

_DATED: Final = ("scheduled", "in_review")

_MIME: Final = {
    "image": "image/jpeg", "photo": "image/jpeg", "picture": "image/jpeg", "gif": "image/gif",
    "video": "video/mp4", "reel": "video/mp4",
}  # fmt: skip

_SET_BY_API: Final = (
    "thumbnail", "defaultThumb", "id", "originalUrl", "watermarkedUrl", "optimizedUrl",
    "optimizedType", "isModified",
)  # fmt: skip
"""Keys of media that the API sets, and rejects if they are sent back."""

_DETAILS: Final = (
    "og_tags_details", "post_approval_details", "tiktok_post_details", "gmb_post_details",
    "linkedin_post_details", "pinterest_post_details", "facebook_post_details",
    "instagram_post_details", "youtube_post_details",
)  # fmt: skip

_READ: Final = ("status", "type", "summary", "media", "account_ids", "tags", *_DETAILS)
"""Fields that are sent back as they were read."""

_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)


def mime_media(media: Iterable[PostMedia | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return media with MIME types, which the API requires of a post that is not a draft.

    A type that is missing, or a word such as ``image``, is read off the address.
    """
    return [_with_mime(to_wire(one)) for one in media]


def complete_post(
    post: Post, given: Mapping[str, Any], *, user_id: str, is_v3: bool, what: str
) -> dict[str, Any]:
    """Return what to send so that a post has the caller's changes, and else stays as it is.

    Parameters
    ----------
    post : Post
        The post as the API returned it.
    given : Mapping
        The caller's arguments by parameter name; None stands for no change.
    user_id : str
        The owner, unless the caller passes one.
    is_v3 : bool
        Whether the request is sent under version v3, which has more details.
    what : str
        The request by which the post was read, for errors.

    Raises
    ------
    ArgumentError
        If the post can no longer be edited.
    UnexpectedAnswerError
        If a part of the post cannot be read: it would be lost.
    """
    changes = {name: value for name, value in given.items() if value is not None}
    if post.status in _FINAL:
        raise ArgumentError(
            f"The post is {post.status.replace('_', ' ')}, so the API does not change it any more.",
            "Nothing was sent. Edit it on the platform, or create another post.",
        )
    _check_read(post, changes, what)
    sent: dict[str, Any] = {
        "status": post.status,
        "type": post.type,
        "summary": post.summary or "",
        "account_ids": post.account_ids or [one for one in (post.account_id,) if one],
        "tags": post.tags or None,
        "user_id": user_id,
        "schedule_date": _date_of(post),
        # Not in any document; sent back where the API returns them.
        "category_id": _text(post.extra.get("categoryId")),
        "follow_up_comment": _text(post.extra.get("followUpComment")),
        **{name: getattr(post, name) for name in _DETAILS[: None if is_v3 else 4]},
        **changes,
    }
    if isinstance(approval := sent["post_approval_details"], PostApproval):
        approval = to_wire(approval)
        sent["post_approval_details"] = {k: v for k, v in approval.items() if k != "approverUser"}
    media = mime_media(changes.get("media", post.media))
    sent["media"] = [_without_own(one) for one in media]
    is_dated = sent["status"] in _DATED
    if is_dated and sent["schedule_date"] is None:
        raise ArgumentError(
            f"A post cannot be {sent['status']} without a date.", "Pass schedule_date."
        )
    if sent["status"] in _PUBLISHING:
        sent["schedule_date"] = None
    if sent["schedule_date"] is not None:
        sent.setdefault("schedule_time_updated", True)
    return sent


def check_edited(sent: Mapping[str, Any], now: Post, what: str) -> None:
    """Compare a post after an edit with what was sent.

    Raises
    ------
    UnexpectedAnswerError
        If they differ; the error says what the post is now.
    """
    wanted = to_wire(sent["schedule_date"])
    date = None if wanted is None else datetime.fromisoformat(wanted)
    faults = []
    are_published = sent["status"] in _PUBLISHING and now.status in _PUBLISHING
    if now.status != sent["status"] and not are_published:
        faults.append(f"its status is {now.status}, not {sent['status']}")
    if date is not None and sent["status"] in _DATED and not _is_at(now.display_date, date):
        faults.append(f"its date is {now.display_date}, not {date}")
    if (now.summary or "").strip() != str(sent["summary"]).strip():
        faults.append(f"its text has {len(now.summary or '')} of {len(sent['summary'])} characters")
    urls = [str(one.get("url")) for one in sent["media"]]
    if len(now.media) != len(urls):
        faults.append(f"it has {len(now.media)} of {len(urls)} media")
    elif [one.url for one in now.media] != urls:
        faults.append("its media have other addresses")
    accounts = {*now.account_ids, now.account_id} - {None}
    if accounts and not accounts <= {*sent["account_ids"]}:
        faults.append("it is on other accounts")
    if faults:
        raise _unexpected(
            what,
            f"the edited post is not as it was sent: {'; '.join(faults)}",
            "Look at the post with posts.get(), and edit it again, or correct it in GoHighLevel.",
        )


def _check_read(post: Post, changes: Mapping[str, Any], what: str) -> None:
    unread = [n for n in _READ if n not in changes and _is_unread(post, n)]
    missing = [n for n in ("status", "type") if n not in changes and not getattr(post, n)]
    if unread or missing:
        raise _unexpected(
            what,
            f"the post's {' and '.join(dict.fromkeys(unread + missing))} cannot be read, and would "
            "be lost",
            "Nothing was changed. Pass these fields to posts.edit yourself.",
        )


def _is_unread(post: Post, name: str) -> bool:
    """Tell whether a field has a part that is not of its type."""
    found = getattr(post, name)
    parts = found if isinstance(found, list) else [found]
    return (
        post.extra.get(wire_name(name)) not in (None, "", [], {})
        or any(isinstance(one, PostMedia) and not one.url for one in parts)
        or any(next(unfit_values(one), None) for one in parts if isinstance(one, Record))
    )


def _unexpected(what: str, message: str, next_step: str) -> UnexpectedAnswerError:
    error = UnexpectedAnswerError(what, status=200, service_message=message, next_step=next_step)
    error.may_pass = False
    return error


def _is_at(shown: datetime | None, date: datetime) -> bool:
    return shown is not None and abs(shown - date) <= _SECOND


def _date_of(post: Post) -> datetime | None:
    """Return the planned date: a draft without one shows when it was created."""
    shown, created = post.display_date, post.created_at
    if post.status == "draft" and (
        shown is None or created is None or abs(shown - created) < _MINUTE
    ):
        return None
    return shown


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _with_mime(media: dict[str, Any]) -> dict[str, Any]:
    kind = str(media.get("type") or "")
    if "/" in kind:
        return media
    path = urlsplit(str(media.get("url") or "")).path
    found = mimetypes.guess_type(path)[0] or ""
    word = kind.lower()
    if found.startswith(("image/", "video/")) and (
        word not in _MIME or found[:5] == _MIME[word][:5]
    ):
        return {**media, "type": found}
    if word in _MIME:
        return {**media, "type": _MIME[word]}
    return media


def _without_own(media: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in media.items() if name not in _SET_BY_API}
