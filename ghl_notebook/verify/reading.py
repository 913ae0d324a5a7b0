"""The probe of a sub-account without a login: it only reads, and makes a draft if requested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from ghl_notebook.api import Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.models import Account, Post

from .evidence import Probe
from .probe import Say, steps_of
from .recorder import Recorder

VERSIONS: Final = ("2021-04-15", "2021-07-28", "2023-02-21", "v3")
_DAYS: Final = 90
_MAX_ACCOUNTS: Final = 20
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
    ``POST …/posts/list`` of the last and the next 90 days, ``POST …/statistics``; with `draft`, one
    draft is created, edited, read, and deleted.

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
    step("posts", lambda: client.posts.list(now - days, now + days, limit=100))
    measured = [a.profile_id for a in accounts if a.profile_id and a.has_statistics_permissions]
    if measured:
        step("statistics", lambda: client.statistics.fetch(measured[:_MAX_ACCOUNTS]))
    if draft:
        _try_draft(client, accounts, step)
    probe.exchanges = recorder.exchanges[begin:]
    return probe


def _try_draft(
    client: Client, accounts: list[Account], step: Callable[[str, Callable[[], object]], object]
) -> None:
    """Create a draft, edit it, read it, and delete it, even if a step fails."""
    made = step("draft created", lambda: _create(client, accounts))
    post_id = made.id if isinstance(made, Post) else None
    if post_id is None:
        return
    ids = [account.id for account in accounts[:1] if account.id]
    step(
        "draft edited",
        lambda: client.posts.edit(
            post_id, type="post", account_ids=ids, summary=f"{_DRAFT} (edited)", status="draft"
        ),
    )
    step("draft read", lambda: client.posts.get(post_id))
    step("draft deleted", lambda: client.posts.delete(post_id))
    step("draft read after its deletion", lambda: client.posts.get(post_id))


def _create(client: Client, accounts: list[Account]) -> Post:
    ids = [account.id for account in accounts[:1] if account.id]
    if not ids:
        raise ArgumentError("A draft needs a connected account.", "Connect one, or omit --draft.")
    return client.posts.create(ids, summary=_DRAFT, status="draft")
