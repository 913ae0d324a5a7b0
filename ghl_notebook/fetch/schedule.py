"""Posts out of a DataFrame: every row is looked at first, and none is sent twice."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, overload

import pandas as pd

from ghl_notebook.api import AsyncClient, Client
from ghl_notebook.errors import ArgumentError, GHLError
from ghl_notebook.frames import SCHEDULE_FORM, Outcome
from ghl_notebook.guard import guarded
from ghl_notebook.models import Account, Post, PostMedia

from .paging import all_pages
from .period import in_utc, read_moment, written
from .through import through

_REQUIRED: Final = ("account_ids", "schedule_date")
_OPTIONAL: Final = ("summary", "media", "type", "tags", "category_id", "follow_up_comment")
# As the vendor's documents say; what they do not say is left to the service.
_TYPES: Final[dict[str, frozenset[str] | None]] = {
    "post": None,
    "story": frozenset({"facebook", "instagram"}),
    "reel": frozenset({"facebook", "instagram", "tiktok", "tiktok-business", "youtube"}),
}
_NO_FOLLOW_UP: Final = frozenset({"tiktok", "tiktok-business", "google", "pinterest"})
_NOT_PLANNED: Final = ("deleted", "draft", "failed")

_Key = tuple[str, str, frozenset[str], str, str]
_sent: dict[_Key, str | None] = {}
"""What this process has sent, with the id of the post; None: whether it is there is not known."""


@overload
def schedule_posts(
    client: Client, frame: pd.DataFrame, *, dry_run: bool = True
) -> pd.DataFrame: ...
@overload
def schedule_posts(
    client: AsyncClient, frame: pd.DataFrame, *, dry_run: bool = True
) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
def schedule_posts(
    client: Client | AsyncClient, frame: pd.DataFrame, *, dry_run: bool = True
) -> Any:
    """Schedule a post for each row of a DataFrame, or show what would happen.

    ``GET /social-media-posting/{locationId}/accounts`` (scope ``socialplanner/account.readonly``)
    and ``POST /social-media-posting/{locationId}/posts/list`` (scope
    ``socialplanner/post.readonly``); with ``dry_run=False`` then for each sound row ``POST
    /social-media-posting/{locationId}/posts`` (scope ``socialplanner/post.write``)

    Parameters
    ----------
    client : Client or AsyncClient
        Of one sub-account. With an `AsyncClient` the result is to be awaited.
    frame : pandas.DataFrame
        One row per post. Its columns, of which the first two have to be there:

        - ``account_ids``: ``id`` of `fetch_accounts`; of several a list, or joined by ``", "``
        - ``schedule_date``: when, with a time zone
        - ``summary``: its text; it needs a text or media
        - ``media``: a list of `PostMedia`, or of dicts with ``url`` and ``type``
        - ``type``: ``post``, ``story`` or ``reel``; ``post`` when left out
        - ``tags``: ids of `fetch_tags`, a list or joined by ``", "``
        - ``category_id``: ``id`` of `fetch_categories`
        - ``follow_up_comment``: posted beneath it as soon as it is published
    dry_run : bool, default True
        Send nothing.

    Returns
    -------
    pandas.DataFrame
        One row per row of `frame`, in its order, a fresh integer index, the same columns when
        there is none.

        ============= ========= ==================================================================
        Column        Kind      Meaning
        ============= ========= ==================================================================
        row           integer   Which row, counted from 0
        action        category  What has happened: see below
        schedule_date timestamp When it is published (UTC)
        account_ids   string    Where, joined by ``", "``
        summary       string    Its text
        id            string    The post: ``id`` of `fetch_posts`
        error         string    What is wrong
        next_step     string    What to do
        location_id   string    The sub-account
        ============= ========= ==================================================================

        Kinds are the dtypes ``Int64``, ``category``, ``datetime64[ms, UTC]`` and ``string``.

        An action is ``would schedule``, ``scheduled``, ``already scheduled`` (by an earlier call),
        ``refused`` (before it was sent, or by the service) or ``unknown`` (it was sent, and no
        answer came).

    Raises
    ------
    ArgumentError
        If `frame` is no DataFrame, lacks a column, or has one that is unknown.
    GHLError
        If accounts or posts cannot be listed; nothing was sent then. See `ghl_notebook.errors`.

    Notes
    -----
    A row is sent once, in order, and after all rows were looked at; an error of one does not keep
    the others. What has the accounts, time and text of a post that the service lists, or that this
    process has sent before, is not sent: the same call may be made again after whatever has ended
    it. Whether a row ``unknown`` is there, the list says in a moment; it is never sent again by
    itself.
    """
    return through(client, _schedule, frame, dry_run=dry_run)


@dataclass(frozen=True)
class _Row:
    """A sound row."""

    account_ids: list[str]
    moment: datetime
    summary: str
    media: list[PostMedia | Mapping[str, Any]]
    type: str
    tags: list[str]
    category_id: str | None
    follow_up_comment: str | None


async def _schedule(client: AsyncClient, frame: pd.DataFrame, *, dry_run: bool) -> pd.DataFrame:
    _check_columns(frame)
    accounts = {str(one.id): one for one in (await client.accounts()).accounts if not one.deleted}
    now = client.clock()
    outcomes: list[Outcome] = []
    rows: dict[int, _Row] = {}
    for number, values in enumerate(frame.to_dict("records")):
        outcome = Outcome(number, "would schedule")
        outcomes.append(outcome)
        try:
            row = rows[number] = _read(values)
            outcome.schedule_date = row.moment
            outcome.account_ids = ", ".join(row.account_ids)
            outcome.summary = row.summary or None
            _check(row, accounts, now)
            outcome.next_step = _reminder(row, accounts)
        except ArgumentError as error:
            _refuse(outcome, error)
    sound = {one.row: rows[one.row] for one in outcomes if one.action != "refused"}
    planned = await _planned(client, [row.moment for row in sound.values()])
    first: dict[_Key, int] = {}
    for number, row in sound.items():
        outcome, key = outcomes[number], _key(client, row)
        if first.setdefault(key, number) != number:
            again = f"It is the same as row {first[key]}."
            _refuse(outcome, ArgumentError(again, "Change it, or leave it out."))
        else:
            _recognize(outcome, row, key, planned)
    if not dry_run:
        for number, row in sound.items():
            if outcomes[number].action == "would schedule":
                await _send(client, outcomes[number], row, _key(client, row))
    return SCHEDULE_FORM.frame(outcomes, client.location_id)


def _check_columns(frame: pd.DataFrame) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(
            f"The plan is a {type(frame).__name__}, and no DataFrame.", "Pass a DataFrame."
        )
    lacking = [name for name in _REQUIRED if name not in frame]
    if lacking:
        raise ArgumentError(f"The column {lacking[0]} is missing.", "Add it: see schedule_posts.")
    unknown = [str(name) for name in frame if name not in (*_REQUIRED, *_OPTIONAL)]
    if unknown:
        raise ArgumentError(
            f"Nobody knows the column {unknown[0]}.",
            f"Leave it out; known are {', '.join((*_REQUIRED, *_OPTIONAL))}.",
        )


def _read(values: Mapping[Any, Any]) -> _Row:
    when = values["schedule_date"]
    is_day = isinstance(when, date) and not isinstance(when, datetime)
    if is_day or (isinstance(when, str) and len(when.strip()) <= len("2026-01-05")):
        raise ArgumentError(
            f"schedule_date is {when!r}, a day without a time.", "Add a time and a time zone."
        )
    media = values.get("media")
    if _is_missing(media):
        media = []
    if not isinstance(media, list | tuple) or not all(
        isinstance(one, PostMedia | Mapping) for one in media
    ):
        raise ArgumentError(
            "media is no list of media.", 'Pass a list of dicts with "url" and "type".'
        )
    return _Row(
        account_ids=_texts(values["account_ids"], "account_ids"),
        moment=read_moment(when, "schedule_date"),
        summary=_text(values.get("summary"), "summary") or "",
        media=list(media),
        type=_text(values.get("type"), "type") or "post",
        tags=_texts(values.get("tags"), "tags"),
        category_id=_text(values.get("category_id"), "category_id"),
        follow_up_comment=_text(values.get("follow_up_comment"), "follow_up_comment"),
    )


def _is_missing(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _text(value: object, name: str) -> str | None:
    if _is_missing(value):
        return None
    if not isinstance(value, str):
        raise ArgumentError(f"{name} is {value!r}, and no text.", "Pass a text.")
    return value.strip() or None


def _texts(value: object, name: str) -> list[str]:
    if not isinstance(value, list | tuple):
        return [part.strip() for part in (_text(value, name) or "").split(",") if part.strip()]
    return [text for one in value if (text := _text(one, name))]


def _check(row: _Row, accounts: Mapping[str, Account], now: datetime) -> None:
    """Refuse what the service would refuse, or publish otherwise than it is meant."""
    wrong = None
    unknown = [one for one in row.account_ids if one not in accounts]
    chosen = [accounts[one] for one in row.account_ids if one in accounts]
    platforms = {account.platform or "" for account in chosen}
    expired = [
        a.id for a in chosen if a.is_expired or (a.expire is not None and in_utc(a.expire) <= now)
    ]
    fitting = _TYPES.get(row.type)
    if not row.account_ids:
        wrong = ("account_ids is empty.", "Name an id of fetch_accounts().")
    elif unknown:
        wrong = (f"There is no account {unknown[0]}.", "Take an id of fetch_accounts().")
    elif expired:
        wrong = (f"The connection {expired[0]} has expired.", "Renew it with reconnect().")
    elif row.moment <= now:
        wrong = (f"schedule_date is {written(row.moment)}, which is over.", "Choose a later time.")
    elif row.type not in _TYPES:
        wrong = (f"{row.type!r} is no type of posts.", f"Choose one of: {', '.join(_TYPES)}.")
    elif fitting is not None and platforms - fitting:
        wrong = (f"{min(platforms - fitting)} has no {row.type}.", "Leave its accounts out.")
    elif not (row.summary or row.media):
        wrong = ("It has neither a text nor media.", "Fill summary or media.")
    elif row.type == "reel" and len(row.media) != 1:
        wrong = (f"A reel is of one video, and not of {len(row.media)}.", "Pass one in media.")
    elif row.type == "story" and row.summary:
        wrong = ("A story has no text.", "Leave summary empty.")
    elif row.follow_up_comment and platforms & _NO_FOLLOW_UP:
        wrong = (
            f"{min(platforms & _NO_FOLLOW_UP)} has no follow-up comment.",
            "Leave follow_up_comment empty, or its accounts out.",
        )
    elif "pinterest" in platforms:
        wrong = (
            "Pinterest wants to know a board.",
            "Call client.posts.create with pinterest_post_details.",
        )
    if wrong is not None:
        raise ArgumentError(*wrong)


def _reminder(row: _Row, accounts: Mapping[str, Account]) -> str | None:
    """Name a connection that ends before the post is due: it would fail then."""
    for one in row.account_ids:
        expire = accounts[one].expire
        if expire is not None and in_utc(expire) <= row.moment:
            return f"Renew the connection {one} in time: it ends at {written(expire)}."
    return None


def _refuse(outcome: Outcome, error: GHLError) -> None:
    outcome.action, outcome.error, outcome.next_step = "refused", error.what, error.next_step


def _key(client: AsyncClient, row: _Row) -> _Key:
    place = (client.base_url, client.location_id)
    return (*place, frozenset(row.account_ids), written(row.moment), row.summary)


async def _planned(
    client: AsyncClient, moments: Iterable[datetime]
) -> dict[tuple[str, str], dict[str, str | None]]:
    """Return what there is already: by time and text the accounts, each with its post."""
    times = sorted(moments)
    planned: dict[tuple[str, str], dict[str, str | None]] = {}
    if not times:
        return planned
    second = timedelta(seconds=1)

    async def ask(skip: int, limit: int) -> tuple[list[Post], int | None]:
        page = await client.posts.list(
            written(times[0] - second),
            written(times[-1] + second),
            skip=skip,
            limit=limit,
            include_users=False,
        )
        return page.posts, page.count

    for post in await all_pages("posts", ask, lambda _done, _total: None):
        if post.display_date is not None and post.status not in _NOT_PLANNED:
            key = (written(post.display_date), (post.summary or "").strip())
            ids = [*post.account_ids, *([post.account_id] if post.account_id else [])]
            planned.setdefault(key, {}).update(dict.fromkeys(ids, post.id))
    return planned


def _recognize(
    outcome: Outcome, row: _Row, key: _Key, planned: dict[tuple[str, str], dict[str, str | None]]
) -> None:
    """Tell a row that is planned, or was sent, from one that is new."""
    posts = planned.get((written(row.moment), row.summary), {})
    there = [one for one in row.account_ids if one in posts]
    if len(there) == len(row.account_ids):
        outcome.action, outcome.id = "already scheduled", posts[there[0]]
    elif there:
        _refuse(
            outcome,
            ArgumentError(
                f"It is planned already for {', '.join(there)}.", "Leave out these accounts."
            ),
        )
    elif key in _sent and _sent[key] is not None:
        outcome.action, outcome.id = "already scheduled", _sent[key]
        outcome.next_step = (
            "The service does not list it yet; if it was deleted, make it anew with "
            "client.posts.create."
        )
    elif key in _sent:
        outcome.action = "unknown"
        outcome.error = "It was sent before, and no answer came."
        outcome.next_step = (
            "Look at fetch_posts; if it is not there after some minutes, make it with "
            "client.posts.create."
        )


async def _send(client: AsyncClient, outcome: Outcome, row: _Row, key: _Key) -> None:
    if key in _sent:  # by another call meanwhile
        _recognize(outcome, row, key, {})
        return
    _sent[key] = None  # whatever ends this from here on, it may have been carried out
    try:
        post = await client.posts.create(
            row.account_ids,
            type=row.type,
            summary=row.summary or None,
            media=row.media,
            status="scheduled",
            schedule_date=row.moment,
            tags=row.tags or None,
            category_id=row.category_id,
            follow_up_comment=row.follow_up_comment,
        )
    except GHLError as error:
        _refuse(outcome, error)
        if error.outcome_unknown:
            outcome.action = "unknown"
        else:
            del _sent[key]
    else:
        outcome.action, outcome.id = "scheduled", post.id
        _sent[key] = post.id
