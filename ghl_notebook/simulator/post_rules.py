"""The rules by which the service refuses a post that is created or edited."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from .context import SimContext
from .faults import refuse

_TYPES = ("post", "story", "reel")
_STATUSES = (
    "in_progress", "draft", "failed", "published", "scheduled", "in_review", "notification_sent",
    "deleted", "pending",
)  # fmt: skip
_MIME = re.compile(r"(image|video)/[\w.+-]+")


def check_words(body: dict[str, Any]) -> None:
    """Refuse a type or a status that does not exist."""
    for key, words in (("type", _TYPES), ("status", _STATUSES)):
        if body.get(key, words[0]) not in words:
            raise refuse(422, [f"{key} must be one of the following values: {', '.join(words)}"])


def check_media(context: SimContext, body: dict[str, Any], status: str) -> None:
    """Refuse media that a post with this status may not have; drafts are not checked."""
    levers = context.levers
    if levers.media_types == "any" or status not in ("scheduled", "in_progress"):
        return
    faults = []
    for number, one in enumerate(body.get("media") or ()):
        kind = one.get("type")
        if kind is not None and not _MIME.fullmatch(kind):
            faults.append(f"media.{number}.Invalid media format type")
        if kind == "image/png" and levers.refuses_png:
            faults.append(f"media.{number}.Invalid media format type")
        if "thumbnail" in one:
            faults.append(f"media.{number}.property thumbnail should not exist")
    if faults:
        raise refuse(422, faults)


def check_rules(
    context: SimContext, location_id: str, body: dict[str, Any], status: str, now: datetime
) -> None:
    """Refuse what single reports say is refused, if the lever is set."""
    if not context.levers.strict_posts or status == "draft":
        return
    state, media = context.state, body.get("media")
    accounts = [state.account(one, location_id) for one in body.get("accountIds") or ()]
    if not media and any(one and one.page.platform == "instagram" for one in accounts):
        raise refuse(422, ["Instagram Account, would require image or video"])
    if body.get("type") == "story" and body.get("summary"):
        raise refuse(422, ["A story does not support a caption"])
    if status == "in_review":
        approver = (body.get("postApprovalDetails") or {}).get("approver")
        schedule = read_datetime("scheduleDate", body)
        if not (media and approver and schedule > now):
            raise refuse(422, ["in_review needs media, a future date and an approver"])
    tags = context.planners.of(location_id).tags
    if not set(body.get("tags") or ()) <= tags.keys():
        raise refuse(422, ["tags must be ids of existing tags"])


def read_datetime(key: str, body: dict[str, Any]) -> datetime:
    """Return a datetime of a body; refuse any other value with 422."""
    try:
        moment = datetime.fromisoformat(str(body.get(key)))
    except ValueError:
        raise refuse(422, [f"{key} must be a valid ISO 8601 date string"]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
