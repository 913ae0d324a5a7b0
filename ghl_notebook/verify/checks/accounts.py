"""The accounts list, and attaching: sections 6 and 7."""

from __future__ import annotations

import re

from ghl_notebook.verify.evidence import Found, Walk, body_of, dicts, results_of
from ghl_notebook.verify.recorder import ACCOUNTS, ATTACH, Exchange
from ghl_notebook.verify.shape import brief

from .say import differs, judge, listed, without

# A connection that another login has renewed keeps the id that it was made with.
_ID = re.compile(r"(\{oauthId\}|<\d+ [a-z ]+>)_\{locationId\}_\{originId\}(_\{type\})?")
_DAYS = re.compile(r"date-time, (-?\d+) days after updatedAt")
_TWO_MONTHS = range(50, 71)


def accounts_keys(walk: Walk) -> Found | None:
    """What is beside the accounts."""
    results = results_of(walk.last(ACCOUNTS))
    if results is None:
        return None
    if not isinstance(results, dict):
        return differs(f"results is {brief(results)}")
    faults = [
        f"no list {k}" for k in ("accounts", "groups") if not isinstance(results.get(k), list)
    ]
    faults += [f"also {key}" for key in results if key not in ("accounts", "groups")]
    return without(faults, f"{len(walk.rows())} accounts")


def accounts_id(walk: Walk) -> Found | None:
    """What ids are made of."""
    ids = [str(r["id"]) for r in walk.rows() if {"id", "oauthId", "originId"} <= r.keys()]
    odd = [i for i in ids if not _ID.fullmatch(i)]
    return without(odd, listed(ids)) if ids else None


def accounts_profile_id(walk: Walk) -> Found | None:
    """Whether it is another key."""
    ids = [str(row["profileId"]) for row in walk.rows() if row.get("profileId", "empty") != "empty"]
    odd = [f"profileId is {i}" for i in ids if i in ("{id}", "{oauthId}", "{accountId}")]
    return without(odd, listed(ids)) if ids else None


def accounts_deleted(walk: Walk) -> Found | None:
    """Whether deleted rows are listed."""
    count = sum(row.get("deleted") == "true" for row in walk.rows())
    return judge(True, f"{count} of {len(walk.rows())}") if count else None


def accounts_expire(walk: Walk) -> Found | None:
    """How long a new login holds."""
    if walk.platform not in ("facebook", "instagram"):
        return None
    found = [_DAYS.fullmatch(str(row.get("expire", ""))) for row in walk.own_rows()]
    days = sorted({int(match[1]) for match in found if match})
    seen = f"{listed(map(str, days))} days"
    return judge(all(d in _TWO_MONTHS for d in days), seen) if days else None


def accounts_groups(walk: Walk) -> Found | None:
    """The groups' keys."""
    results = results_of(walk.last(ACCOUNTS))
    groups = list(dicts(results.get("groups"))) if isinstance(results, dict) else []
    wanted = ("id", "name", "accountIds")
    faults = [f"a group without {key}" for group in groups for key in wanted if key not in group]
    return without(faults, f"{len(groups)} groups") if groups else None


def accounts_fetch_all(walk: Walk) -> Found | None:
    """Whether an unattached login is listed, where it is one and has something to list."""
    plain = walk.last(ACCOUNTS)
    everything = walk.last(ACCOUNTS, "fetchAll")
    has_pages = isinstance(walk.results, dict) and any(walk.results.values())
    if body_of(plain) is None or body_of(everything) is None or not has_pages or walk.is_attached:
        return None
    if any(row.get("oauthId") == "{accountId}" for row in walk.rows()):
        return None
    is_so = any(row.get("oauthId") == "{accountId}" for row in walk.rows(fetch_all=True))
    return judge(is_so, "listed" if is_so else "not listed")


def attach_body(walk: Walk) -> Found | None:
    """Whether our body is taken."""
    asked = walk.last(ATTACH)
    return None if walk.platform == "tiktok-business" else _taken(asked)


def attach_fields(walk: Walk) -> Found | None:
    """How the login's id is spelled there."""
    results = results_of(walk.last(ATTACH))
    if not isinstance(results, dict):
        return None
    return judge("oAuthId" in results, listed(results, 20))


def attach_tiktok_business(walk: Walk) -> Found | None:
    """What nobody has seen."""
    asked = walk.last(ATTACH)
    if asked is None or walk.platform != "tiktok-business":
        return None
    return judge(asked.status == 404, f"{asked.status} {asked.meaning}".strip())


def _taken(asked: Exchange | None) -> Found | None:
    if asked is None:
        return None
    if body_of(asked) is not None:
        return judge(asked.status == 201, f"{asked.status}, sent {brief(asked.asked)}")
    if asked.meaning in ("BadRequestError", "NotFoundError", "ValidationError"):
        return differs(f"{asked.status} {asked.meaning}, sent {brief(asked.asked)}")
    return None
