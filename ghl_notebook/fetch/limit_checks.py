"""Checks a row against the published limits of a platform."""

from __future__ import annotations

from collections.abc import Mapping

from ghl_notebook.models import Account

from .checked_row import CheckedRow, Medium, shorten
from .posting_limits import LIMITS, Limit


def check_limits(one: CheckedRow, account: Account) -> None:
    """Check the published limits of an account's platform."""
    platform, limits = account.platform or "", LIMITS.get((account.platform or "", one.row.type))
    if limits is None:
        return
    _check_texts(one, account, platform, limits)
    counts = {
        "images": sum(medium.kind == "image" for medium in one.media),
        "videos": sum(medium.kind == "video" for medium in one.media),
    }
    counts["media"] = len(one.media)
    _check_counts(one, account, platform, limits, counts)
    for medium in one.media:
        _check_medium(one, account, platform, limits, medium)


def _check_texts(
    one: CheckedRow, account: Account, platform: str, limits: Mapping[str, Limit]
) -> None:
    is_photo_post = bool(one.media) and all(medium.kind == "image" for medium in one.media)
    rule = "photo_characters" if is_photo_post and "photo_characters" in limits else "characters"
    for rule_, column, text in (
        (rule, "summary", one.row.summary),
        ("title", "title", one.row.title or ""),
    ):
        limit = limits.get(rule_)
        most = limit.allowed if limit is not None else None
        # A story's text is reported once for the row.
        if limit is None or not isinstance(most, int) or one.row.type == "story":
            continue
        if len(text) > most:
            one.exceeds(
                account, rule_, limit, column=column, value=len(text), allowed=most,
                what=f"{column} has {len(text):,} characters; {platform} allows {most:,}",
                next_step="Shorten it.",
            )  # fmt: skip
    if "board" in limits and not one.row.board_id and "board_id" not in one.unread:
        one.add(
            "board_id", "board", "Pinterest needs a board.",
            "Put the board's id into the column board_id.", value=0, allowed=1,
            source=limits["board"].source, account=account,
        )  # fmt: skip


def _check_counts(
    one: CheckedRow,
    account: Account,
    platform: str,
    limits: Mapping[str, Limit],
    counts: Mapping[str, int],
) -> None:
    if one.unread & {"media", "files"}:
        return
    for rule, words in (("images", "pictures"), ("videos", "videos"), ("media", "media")):
        limit, count = limits.get(rule), counts[rule]
        if limit is not None and isinstance(limit.allowed, int) and count > limit.allowed:
            one.exceeds(
                account, rule, limit, column="media", value=count, allowed=limit.allowed,
                what=f"The post has {count} {words}; a {one.row.type} on {platform} allows "
                f"{limit.allowed or 'none'}",
                next_step=f"Pass no more than {limit.allowed}."
                if limit.allowed
                else f"Leave the {words} out, or its accounts.",
            )  # fmt: skip
    mixed = limits.get("mixed_media")
    if mixed is not None and counts["images"] and counts["videos"]:
        one.exceeds(
            account, "mixed_media", mixed, column="media", allowed="pictures or videos",
            value=f"{counts['images']} pictures and {counts['videos']} videos",
            what=f"The post mixes pictures and videos; {platform} does not allow that",
            next_step="Make two rows of it.",
        )  # fmt: skip
    needed = limits.get("media_required")
    if needed is not None and not one.media and one.row.type != "reel":
        one.exceeds(
            account, "media_required", needed, column="media", value=0,
            allowed="1 or more",
            what=f"A {one.row.type} on {platform} needs a picture or video"
            if limits.get("images", needed).allowed
            else f"A {one.row.type} on {platform} needs a video",
            next_step="Fill media or files, or leave its accounts out.",
        )  # fmt: skip


def _check_medium(
    one: CheckedRow, account: Account, platform: str, limits: Mapping[str, Limit], medium: Medium
) -> None:
    limit = limits.get(f"{medium.kind}_type")
    if limit is not None and isinstance(limit.allowed, tuple) and medium.type not in limit.allowed:
        allowed = ", ".join(limit.allowed)
        one.exceeds(
            account, f"{medium.kind}_type", limit, column="media", value=medium.type,
            allowed=allowed,
            what=f"{shorten(medium.name)} is {medium.type}; a {one.row.type} on {platform} "
            f"allows {allowed}",
            next_step="Save it in one of these formats.",
        )  # fmt: skip
    limit = limits.get(f"{medium.kind}_size")
    most = limit.allowed if limit is not None else None
    if limit is not None and isinstance(most, int) and (medium.size or 0) > most:
        size = f"{(medium.size or 0) / 1e6:,.1f} MB"
        one.exceeds(
            account, f"{medium.kind}_size", limit, column="files", value=size,
            allowed=f"{most / 1e6:,.0f} MB",
            what=f"{shorten(medium.name)} has {size}; {platform} allows {most / 1e6:,.0f} MB",
            next_step="Save it smaller.",
        )  # fmt: skip
