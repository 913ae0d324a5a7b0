"""Checks the rows of a plan against what the API and the platforms accept, before a row is sent."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from ghl_notebook.frames import Violation
from ghl_notebook.models import Account, plain_media_type

from .checked_row import CheckedRow, shorten
from .limit_checks import check_limits
from .period import formatted, in_utc
from .plan import ReadRow
from .posting_limits import LIMITS, LIVE_NOTES, NO_FOLLOW_UP, POSTS_API, TYPES

_MEDIA_TYPE: Final = re.compile(r"(?:image|video)/[a-z0-9][a-z0-9.+-]*")
_LOCAL_NAMES: Final = (".localhost", ".local", ".internal")
_PUBLISHED: Final = frozenset(rule for limits in LIMITS.values() for rule in limits) - {"board"}


def check_rows(
    rows: Iterable[ReadRow],
    accounts: Mapping[str, Account],
    now: datetime,
    *,
    tags: Collection[str] | None = None,
    categories: Collection[str] | None = None,
) -> list[Violation]:
    """Return all violations, in the order of the rows.

    Parameters
    ----------
    rows : iterable of ReadRow
        The rows.
    accounts : Mapping
        The connected accounts, by id.
    now : datetime
        The current time.
    tags, categories : collection of str, optional
        The ids that exist; by default, they are not checked.
    """
    checked = [CheckedRow(number, read) for number, read in enumerate(rows)]
    for one in checked:
        chosen = _check_accounts(one, accounts, now)
        _check_date(one, now)
        _check_labels(one, tags, categories)
        _check_media(one)
        _check_type(one, chosen)
        for account in chosen:
            check_limits(one, account)
    _check_duplicates(checked)
    return [violation for one in checked for violation in one.found]


def is_limit(violation: Violation) -> bool:
    """Tell whether a violation is of a platform's published limit, and not of the API's rules."""
    return violation.rule in _PUBLISHED


def _check_accounts(
    one: CheckedRow, accounts: Mapping[str, Account], now: datetime
) -> list[Account]:
    """Check the accounts of a row; return those that are connected."""
    ids = one.row.account_ids
    if not ids and "account_ids" not in one.unread:
        one.add(
            "account_ids", "no_account", "account_ids is empty.",
            "Name an id of fetch_accounts().", allowed="one or more", source=POSTS_API,
        )  # fmt: skip
    for unknown in (i for i in ids if i not in accounts):
        one.add(
            "account_ids", "unknown_account", f"There is no account {unknown}.",
            "Use an id of fetch_accounts().", value=unknown, account_id=unknown, source=POSTS_API,
        )  # fmt: skip
    chosen = [accounts[i] for i in ids if i in accounts]
    for account in chosen:
        if account.is_expired or (account.expire is not None and in_utc(account.expire) <= now):
            one.add(
                "account_ids", "expired_account", f"The connection {account.id} has expired.",
                "Reconnect it with reconnect().", source=POSTS_API, account=account,
                value=None if account.expire is None else formatted(account.expire),
                allowed=f"after {formatted(now)}",
            )  # fmt: skip
    return chosen


def _check_date(one: CheckedRow, now: datetime) -> None:
    when = one.row.schedule_date
    if when is not None and when <= now:
        one.add(
            "schedule_date", "past_date",
            f"schedule_date is {formatted(when)}, which is in the past.", "Choose a later time.",
            value=formatted(when), allowed=f"after {formatted(now)}", source=POSTS_API,
        )  # fmt: skip


def _check_labels(
    one: CheckedRow, tags: Collection[str] | None, categories: Collection[str] | None
) -> None:
    for tag in one.row.tags if tags is not None else ():
        if tag not in (tags or ()):
            one.add(
                "tags", "unknown_tag", f"There is no tag {tag}.", "Use an id of fetch_tags().",
                value=tag, allowed="ids of fetch_tags()", source=LIVE_NOTES,
            )  # fmt: skip
    category = one.row.category_id
    if category is not None and categories is not None and category not in categories:
        one.add(
            "category_id", "unknown_category", f"There is no category {category}.",
            "Use an id of fetch_categories().", value=category,
            allowed="ids of fetch_categories()", source=POSTS_API,
        )  # fmt: skip


def _check_media(one: CheckedRow) -> None:
    """Check media types and addresses."""
    for item in one.row.media:
        found, url = item.get("type"), item.get("url")
        media_type = plain_media_type(found)
        if media_type is None or not _MEDIA_TYPE.fullmatch(media_type):
            one.add(
                "media",
                "media_type",
                f"The type of a medium is {shorten(found)}, not a media type.",
                'Write it as "image/jpeg", "image/png", or "video/mp4".',
                value=found, allowed="image/… or video/…", source=LIVE_NOTES,
            )  # fmt: skip
        if not _is_public(url):
            one.add(
                "media", "media_address",
                f"The url of a medium is {shorten(url)}, not a public web address.",
                "Pass an address that begins with https://; put files of this computer into the "
                "column files.",
                value=url, allowed="https://…", source=POSTS_API,
            )  # fmt: skip


def _is_public(url: object) -> bool:
    """Tell whether an address may be one that GoHighLevel can fetch."""
    if not isinstance(url, str) or any(c.isspace() for c in url):
        return False
    with suppress(ValueError):
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme not in ("http", "https") or not host or host == "localhost":
            return False
        if host.endswith(_LOCAL_NAMES):
            return False
        with suppress(ValueError):
            return ipaddress.ip_address(host).is_global
        return "." in host
    return False


def _check_type(one: CheckedRow, chosen: Sequence[Account]) -> None:
    """Check the type of a post, and what the type needs."""
    row = one.row
    if row.type not in TYPES:
        one.add(
            "type", "post_type", f"{row.type!r} is not a type of posts.",
            f"Choose one of: {', '.join(TYPES)}.",
            value=row.type, allowed=", ".join(TYPES), source=POSTS_API,
        )  # fmt: skip
    fitting = TYPES.get(row.type)
    for account in chosen:
        if fitting is not None and account.platform not in fitting:
            one.add(
                "type", "type_on_platform", f"{account.platform} has no {row.type}.",
                "Leave its accounts out.", value=row.type, allowed=", ".join(sorted(fitting)),
                source=POSTS_API, account=account,
            )  # fmt: skip
        if row.follow_up_comment and account.platform in NO_FOLLOW_UP:
            one.add(
                "follow_up_comment", "follow_up_comment",
                f"{account.platform} has no follow-up comment.",
                "Leave follow_up_comment empty, or its accounts out.", value="a comment",
                allowed="none", source=POSTS_API, account=account,
            )  # fmt: skip
    is_readable = not one.unread & {"summary", "media", "files"}
    # A story needs media in any case: a limit of its platform.
    if not (row.summary or one.media) and is_readable and row.type != "story":
        one.add(
            "summary", "empty_post", "It has neither text nor media.",
            "Fill summary, media, or files.",
            allowed="text or media", source=POSTS_API,
        )  # fmt: skip
    if row.type == "reel" and len(one.media) != 1 and not one.unread & {"media", "files"}:
        one.add(
            "media", "reel_media", f"A reel needs one video, not {len(one.media)}.",
            "Pass one in media.", value=len(one.media), allowed=1, source=POSTS_API,
        )  # fmt: skip
    if row.type == "story" and row.summary:
        one.add(
            "summary", "story_text", "A story has no text.", "Leave summary empty.",
            value=f"{len(row.summary)} characters", allowed=0, source=LIVE_NOTES,
        )  # fmt: skip


def _check_duplicates(checked: Iterable[CheckedRow]) -> None:
    """Find rows that repeat another row for one of its accounts."""
    first: dict[tuple[str, datetime, str], int] = {}
    for one in checked:
        row, repeated = one.row, dict[int, list[str]]()
        if row.schedule_date is None or one.unread & {"summary", "media", "files", "type"}:
            continue
        for account_id in row.account_ids:
            key = (account_id, row.schedule_date, repr(row.content))
            number = first.setdefault(key, one.number)
            if number != one.number:
                repeated.setdefault(number, []).append(account_id)
        for number, ids in repeated.items():
            is_whole = len(ids) == len(row.account_ids)
            of = "" if is_whole else f" for {', '.join(ids)}"
            one.add(
                "account_ids", "duplicate_row", f"It is the same as row {number}{of}.",
                "Change it, or leave it out." if is_whole else "Leave these accounts out.",
                value=", ".join(ids), allowed="one row per account, time, and content",
                account_id=ids[0] if len(ids) == 1 else None,
            )  # fmt: skip
