"""Checks a DataFrame of posts without a request."""

from __future__ import annotations

from datetime import datetime

from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import VIOLATION_LAYOUT, document_columns, violations_frame
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded
from ghl_notebook.models import Account
from ghl_notebook.settings import now as current_time

from .period import read_datetime
from .plan import read_rows
from .preflight import check_rows


@guarded
@document_columns(VIOLATION_LAYOUT)
def check_posts(
    frame: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    tags: pd.DataFrame | None = None,
    categories: pd.DataFrame | None = None,
    now: datetime | str | None = None,
) -> pd.DataFrame:
    """Find everything in a DataFrame of posts that the API or a platform does not accept.

    Sends no request. `schedule_posts` makes the same checks before it sends a row.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per post, with the columns of `schedule_posts`.
    accounts : pandas.DataFrame
        What `fetch_accounts` returned.
    tags : pandas.DataFrame, optional
        What `fetch_tags` returned; by default, tags are not checked.
    categories : pandas.DataFrame, optional
        What `fetch_categories` returned; by default, categories are not checked.
    now : datetime or str, optional
        The current time, with a time zone; by default, this computer's.

    Returns
    -------
    pandas.DataFrame
        One row per violation, in the order of the rows of `frame`, with a new integer index and the
        same columns even if empty. A row without a violation is not in it.

        {columns}

        Rules of platforms: ``characters``, ``photo_characters``, ``title``, ``images``, ``videos``,
        ``media`` (how many), ``mixed_media``, ``media_required``, ``image_type``, ``video_type``,
        ``image_size``, ``video_size``, ``board``. Rules of the API: ``no_account``,
        ``unknown_account``, ``expired_account``, ``past_date``, ``post_type``,
        ``type_on_platform``, ``empty_post``, ``reel_media``, ``story_text``, ``media_type``,
        ``media_address``, ``follow_up_comment``, ``unknown_tag``, ``unknown_category``. Rules of
        this package: ``invalid_value``, ``file``, ``duplicate_row``.

    Raises
    ------
    ArgumentError
        If `frame` is not a DataFrame, lacks a column, or has an unknown one; or if another argument
        is not what the fetching function returned.

    Notes
    -----
    Characters are counted as Unicode characters. Sizes are checked for files of this computer only,
    and lengths of videos and dimensions are not checked. A limit that is not published is not
    checked either. HighLevel's API trims longer text.
    """
    moment = current_time() if now is None else read_datetime(now, "now")
    known = _accounts(accounts)
    found = check_rows(
        read_rows(frame),
        known,
        moment,
        tags=None if tags is None else _ids("tags", tags, "fetch_tags"),
        categories=None
        if categories is None
        else _ids("categories", categories, "fetch_categories"),
    )
    return violations_frame(found)


def _accounts(frame: pd.DataFrame) -> dict[str, Account]:
    _ids("accounts", frame, "fetch_accounts")
    missing = [name for name in ("platform", "is_expired", "expire") if name not in frame]
    if missing:
        raise ArgumentError(
            f"accounts has no column {missing[0]}.", "Pass what fetch_accounts() returned."
        )
    found = frame[["id", "platform", "is_expired", "expire"]].dropna(subset="id")
    return {
        str(one["id"]): Account(
            id=str(one["id"]),
            platform=None if pd.isna(one["platform"]) else str(one["platform"]),
            is_expired=None if pd.isna(one["is_expired"]) else bool(one["is_expired"]),
            expire=None if pd.isna(one["expire"]) else pd.Timestamp(one["expire"]).to_pydatetime(),
        )
        for one in found.to_dict("records")
    }


def _ids(name: str, frame: object, source: str) -> list[str]:
    if not isinstance(frame, pd.DataFrame):
        what = f"{name} is a {type(frame).__name__}, not a DataFrame."
    elif "id" not in frame:
        what = f"{name} has no column id."
    else:
        return [str(one) for one in frame["id"]]
    raise ArgumentError(what, f"Pass what {source}() returned.")
