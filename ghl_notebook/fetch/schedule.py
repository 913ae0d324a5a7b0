"""Schedules posts from a DataFrame: every row is checked first, and none is sent twice."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable
from typing import Any, Final, overload

from ghl_notebook.api import AsyncClient, Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.frames import SCHEDULE_LAYOUT, document_columns
from ghl_notebook.frames.later import pd
from ghl_notebook.guard import guarded

from .dispatch import call_one
from .outcomes import decode, report_of
from .schedule_run import ScheduleRun, owner_of
from .sent_posts import open_sent_posts

_STOP_SECONDS: Final = 5.0
"""How long an interrupt waits for the post being sent, so that the report includes it."""


@overload
def schedule_posts(
    client: Client,
    frame: pd.DataFrame,
    *,
    dry_run: bool = True,
    resend: Iterable[int] = (),
    enforce_limits: bool = True,
) -> pd.DataFrame: ...
@overload
def schedule_posts(
    client: AsyncClient,
    frame: pd.DataFrame,
    *,
    dry_run: bool = True,
    resend: Iterable[int] = (),
    enforce_limits: bool = True,
) -> Coroutine[Any, Any, pd.DataFrame]: ...
@guarded
@document_columns(SCHEDULE_LAYOUT)
def schedule_posts(
    client: Client | AsyncClient,
    frame: pd.DataFrame,
    *,
    dry_run: bool = True,
    resend: Iterable[int] = (),
    enforce_limits: bool = True,
) -> pd.DataFrame | Awaitable[pd.DataFrame]:
    """Schedule a post for each row of a DataFrame, or preview the result.

    Calls ``GET /social-media-posting/{locationId}/accounts`` (scope
    ``socialplanner/account.readonly``) and ``POST /social-media-posting/{locationId}/posts/list``
    (scope ``socialplanner/post.readonly``). With ``dry_run=False``, it then calls ``POST
    /social-media-posting/{locationId}/posts`` (scope ``socialplanner/post.write``) for each valid
    row, and before it ``POST /medias/upload-file`` (scope ``medias.write``) for each file that was
    not uploaded before. If a row has tags, ``GET /social-media-posting/{locationId}/tags`` (scope
    ``socialplanner/tag.readonly``) checks them.

    Parameters
    ----------
    client : Client or AsyncClient
        A client of one sub-account. With an `AsyncClient`, await the result.
    frame : pandas.DataFrame
        One row per post. The first two columns are required:

        - ``account_ids``: ``id`` of `fetch_accounts`; several as a list, or joined by ``", "``
        - ``schedule_date``: when to publish, with a time zone
        - ``summary``: text; a post needs text or media
        - ``media``: a list of `PostMedia`, or of dicts with ``url`` and ``type``; the type is a
          media type, such as ``image/jpeg``
        - ``files``: pictures and videos on this computer, which come after ``media``: paths, a list
          or joined by ``", "``
        - ``type``: ``post`` (the default), ``story`` or ``reel``
        - ``tags``: ids of `fetch_tags`, a list or joined by ``", "``
        - ``category_id``: ``id`` of `fetch_categories`
        - ``follow_up_comment``: a comment to publish right after the post
        - ``title``: of a YouTube video or a pin (API version v3)
        - ``board_id``: the board of a pin, which Pinterest needs (API version v3)
    dry_run : bool, default True
        Check the rows, but send nothing.
    resend : iterable of int, optional
        Rows to send again, counted from 0 as in ``row``: for posts that you have deleted, or that
        are ``unknown`` and do not exist. Posts that the API lists are not sent again.
    enforce_limits : bool, default True
        Refuse rows beyond a platform's published limits, for instance of characters. With False,
        they are sent; GoHighLevel may shorten the text, and the platform may reject the post.

    Returns
    -------
    pandas.DataFrame
        One row per row of `frame`, in its order, with a new integer index and the same columns even
        if empty.

        {columns}

        The action is ``would schedule`` (not sent), ``scheduled``, ``already scheduled`` (by an
        earlier call), ``refused`` (by a check, or by the API), or ``unknown`` (possibly sent, but
        no response arrived).

    Raises
    ------
    ArgumentError
        If `frame` is not a DataFrame, lacks a column, or has an unknown one.
    PlanError
        If the record of sent posts cannot be read or written; nothing was sent.
    GHLError
        If accounts or posts cannot be listed; nothing was sent. See `ghl_notebook.errors`.

    Notes
    -----
    All rows are checked before the first one is sent; an error in one row does not affect the
    others. `check_posts` lists the violations one by one. Each row is recorded on this computer
    before it is sent, and its result after: in ``GHL_PLANS_DIR``, or in your data folder. You can
    repeat the same call, from any process and after any interruption, even a power cut: rows that
    were sent are recognized by that record, or in the API's list. Two rows are the same post if
    their accounts, date, text, media, type, and follow-up comment are the same; files are the same
    if their contents are. A file is uploaded once, for all rows and calls. If a call was
    interrupted while it sent a row, and the API does not list the post yet, the row is ``unknown``.
    It is sent again only if you pass it to `resend`.

    After an interruption, `read_schedule` returns the report so far, and so does the exception's
    attribute ``report``.
    """
    run = ScheduleRun(frame, is_dry=dry_run, resend=resend, enforce_limits=enforce_limits)
    try:
        return call_one(client, run.run)
    except KeyboardInterrupt as stop:  # wait until the call has stopped as well
        run.has_ended.wait(_STOP_SECONDS)
        run.report_with(stop)
        raise


@guarded
def read_schedule(client: Client | AsyncClient) -> pd.DataFrame:
    """Read the report of the last `schedule_posts` call with ``dry_run=False``.

    The report is stored on this computer, whatever ended the call: the stop button, an error, or
    the end of the kernel. Nothing is fetched.

    Parameters
    ----------
    client : Client or AsyncClient
        A client of the sub-account. Do not await the result.

    Returns
    -------
    pandas.DataFrame
        As `schedule_posts` returns it; empty if there was no such call. A row that was not sent yet
        is ``would schedule``; a row that was being sent is ``unknown``.

    Raises
    ------
    ArgumentError
        If `client` is not a client of a sub-account.
    PlanError
        If the report cannot be read.
    """
    if not isinstance(client, Client | AsyncClient):
        raise ArgumentError(
            f"The first argument is {type(client).__name__}, not a client of a sub-account.",
            "Pass a Client, or agency.client(location_id).",
        )
    core = client.core if isinstance(client, Client) else client
    with open_sent_posts(core.base_url, create=False) as sent:
        found = sent.report(owner_of(core)) if sent else []
    return report_of(decode(found), core.location_id)
