"""The probe of a sub-account without a login: it only reads, and makes a draft if requested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ghl_notebook.api import Client
from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Resource, SyncMode, operation
from ghl_notebook.api.resources import Posts
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import Account, Post

from .evidence import Probe
from .probe import Say, Step, steps_of
from .recorder import Recorder
from .shape import Names

VERSIONS: Final = ("2021-04-15", "2021-07-28", "2023-02-21", "v3")
_DAYS: Final = 90
_DAY: Final = timedelta(days=1)
_MAX_ACCOUNTS: Final = 20
_MAX_POSTS: Final = 5
_DRAFT: Final = "A draft of ghl-notebook verify-live. You can delete it."


def run_reading(
    client: Client,
    recorder: Recorder,
    *,
    with_version: Callable[[str], Client],
    draft: bool,
    say: Say,
) -> Probe:
    """Read what a sub-account has, and return the evidence.

    ``GET /users/``, ``GET /social-media-posting/{locationId}/accounts`` under each API version,
    ``POST …/posts/list`` of the last and the next 90 days, ``GET …/posts/{id}`` of a few planned
    posts, ``GET …/csv``, ``POST …/statistics``; with `draft`, one draft is created, listed, edited,
    read, and deleted.

    Parameters
    ----------
    client : Client
        A client whose transport is `recorder`.
    recorder : Recorder
        Records the shapes.
    with_version : callable
        Returns a client with the same transport and another API version.
    draft : bool
        Whether to make a draft.
    say : callable
        Prints texts for the user that are not for publication.
    """
    probe = Probe("sub-account", "read")
    begin = len(recorder.exchanges)
    step = steps_of(probe, say)
    step("users", client.users)
    listed = step("accounts list", client.accounts.list)
    accounts = [] if listed is None else [a for a in listed.accounts if not a.deleted]
    for version in VERSIONS:
        step(f"accounts list, Version {version}", with_version(version).accounts.list)
    now, days = client.clock(), timedelta(days=_DAYS)
    posts = step("posts", lambda: client.posts.list(now - days, now + days, limit=100))
    _read_planned(client, recorder.names, [] if posts is None else posts.posts, now + days, step)
    step("CSV imports", client.csv_imports.list)
    measured = [a.profile_id for a in accounts if a.profile_id and a.has_statistics_permissions]
    if measured:
        step("statistics", lambda: client.statistics.fetch(measured[:_MAX_ACCOUNTS]))
    if draft:
        _try_draft(client, recorder.names, accounts, step)
    probe.exchanges = recorder.exchanges[begin:]
    return probe


def _read_planned(
    client: Client, names: Names, posts: list[Post], until: datetime, step: Step
) -> None:
    """Read the first planned posts with media, and list them again with their names."""
    planned = [p for p in posts if p.status == "scheduled" and p.media and p.id][:_MAX_POSTS]
    for number, post in enumerate(planned, 1):
        names.add(f"post{number}", post.id)
        step(f"planned post {number}", partial(client.posts.get, str(post.id)))
    if planned:
        listed = partial(client.posts.list, client.clock(), until, type="scheduled", limit=100)
        step("planned posts", listed)


def _try_draft(client: Client, names: Names, accounts: list[Account], step: Step) -> None:
    """Create a draft, edit it, read it, and delete it, even if a step fails."""
    # The platform of a draft shows nothing if its account is Google's.
    by_platform = sorted(accounts, key=lambda account: account.platform == "google")
    ids = [account.id for account in by_platform if account.id][:1]
    made = step("draft created", lambda: _create(client, ids))
    if made is None or made.id is None:
        return
    post_id = made.id
    names.add("draftId", post_id)
    now = client.clock()
    step("drafts", lambda: client.posts.list(now - _DAY, now + _DAY, type="draft", limit=100))
    edited = step(
        "draft edited",
        lambda: client.posts.edit(
            post_id, type="post", account_ids=ids, summary=f"{_DRAFT} (edited)", status="draft"
        ),
    )
    step("draft read", lambda: client.posts.get(post_id))
    if edited is not None:
        drafts = _Drafts(client.posts.context)
        step("draft edited without a summary", lambda: drafts.edit(post_id, ids))
        step("draft read again", lambda: client.posts.get(post_id))
    step("draft deleted", lambda: client.posts.delete(post_id))
    step("draft read after its deletion", lambda: client.posts.get(post_id))


def _create(client: Client, ids: list[str]) -> Post:
    if not ids:
        raise ArgumentError("A draft needs a connected account.", "Connect one, or omit --draft.")
    return client.posts.create(ids, summary=_DRAFT, status="draft")


class _Drafts(Resource[SyncMode]):
    """Drafts, edited without a summary: `Posts.edit` always sends the complete post."""

    @operation("PUT", Posts.edit.endpoint.template, scope=Posts.edit.endpoint.scope)
    async def edit(self, call: Call, post_id: str, account_ids: list[str]) -> None:
        """Replace a draft by one without a summary.

        Parameters
        ----------
        post_id : str
            `Post.id`.
        account_ids : list of str
            `Account.id` values.
        """
        await call(
            post_id=post_id,
            account_ids=account_ids,
            user_id=await call.user_id(),
            type="post",
            media=[],
            status="draft",  # without a status, the service may publish the post
        )
