"""The accounts list as the service answers it, as long as wanted."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

LOCATION = "ve9EPM428h8vShlRW1KT"

# Platform and kinds of account on it.
_KINDS = {
    "facebook": ("page", "group"),
    "google": ("location",),
    "instagram": ("profile",),
    "linkedin": ("page", "profile"),
    "tiktok": ("profile",),
    "youtube": ("profile",),
}
_EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def answer(accounts: int, *, seed: int = 0) -> bytes:
    """Return the body that ``GET /social-media-posting/{locationId}/accounts`` is answered with.

    Its accounts have the fields that were seen beyond the OpenAPI file, a nested ``meta``, and
    about 850 bytes each. One group holds the first ten.
    """
    chance = random.Random(seed)
    rows = [_account(number, chance) for number in range(accounts)]
    group = {"id": "64f0a1", "name": "Spring", "accountIds": [row["id"] for row in rows[:10]]}
    body = {
        "success": True,
        "statusCode": 200,
        "message": "Fetched Accounts",
        "results": {"accounts": rows, "groups": [group]},
    }
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _account(number: int, chance: random.Random) -> dict[str, Any]:
    platform = chance.choice(list(_KINDS))
    kind = chance.choice(_KINDS[platform])
    oauth_id, profile_id = (f"{chance.getrandbits(96):024x}" for _ in range(2))
    origin_id = str(chance.randrange(10**16, 10**17))
    page_id = str(chance.randrange(10**14, 10**15))
    name = f"Café Lumière {number}"
    avatar = f"https://pictures.example.com/{chance.getrandbits(128):032x}.jpg"
    updated = _EPOCH - timedelta(seconds=chance.randrange(10**7))
    return {
        "id": f"{oauth_id}_{LOCATION}_{origin_id}_{kind}",
        "oauthId": oauth_id,
        "profileId": profile_id,
        "originId": origin_id,
        "name": name,
        "platform": platform,
        "type": kind,
        "avatar": avatar,
        "expire": _stamp(updated + timedelta(days=60)),
        "isExpired": chance.random() < 0.1,
        "meta": {
            "pageId": page_id,
            "page": {"id": page_id, "name": name, "avatar": avatar},
            "isVerified": True,
            "username": f"cafe.lumiere.{number}",
            "locationId": LOCATION,
        },
        "active": True,
        "deleted": False,
        "hasStatisticsPermissions": True,
        "buildingStatistics": False,
        "syncPosts": False,
        "createdAt": _stamp(updated - timedelta(days=30)),
        "updatedAt": _stamp(updated),
    }


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def stamp(seconds: int) -> str:
    """Return a time so many seconds after the first, as the service writes it."""
    return _stamp(_EPOCH + timedelta(seconds=seconds))


def answers(accounts: int, *, each: int) -> list[bytes]:
    """Return the bodies of so many accounts in sub-accounts of so many each."""
    return [answer(each, seed=seed) for seed in range(accounts // each)]


def in_one(bodies: Sequence[bytes]) -> bytes:
    """Return one body with the accounts of all of them, and the groups of the first."""
    start, end = b'"accounts":[', b'],"groups"'
    head, tail = bodies[0].partition(start)[0], bodies[0].rpartition(end)[2]
    accounts = (body.partition(start)[2].rpartition(end)[0] for body in bodies)
    return b"".join((head, start, b",".join(accounts), end, tail))
