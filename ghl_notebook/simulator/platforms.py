"""The platforms: their names, their ids, and the accounts made from their pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from .records import Account, Login, Page


class PlatformFacts(NamedTuple):
    """The facts of one platform that can be connected.

    Attributes
    ----------
    name : str
        On its consent page.
    label : str
        In the messages of the service.
    page_type : str
        The type of the pages that a login gives access to.
    origin : tuple of str and int
        First digits and length of the platform's ids.
    colors : tuple of str
        One warm or cool pair for the mark in the corner; it is not a trademark.
    """

    name: str
    label: str
    page_type: str
    origin: tuple[str, int]
    colors: tuple[str, str]


PLATFORMS = {
    key: PlatformFacts(*facts)
    for key, facts in {
        "facebook": ("Facebook", "Facebook", "page", ("10", 15), ("#3b82f6", "#1d4ed8")),
        "instagram": ("Instagram", "Instagram", "page", ("178414", 17), ("#f97316", "#c026d3")),
        "google": ("Google", "Google Business", "location", ("1146", 21), ("#22c55e", "#2563eb")),
        "linkedin": ("LinkedIn", "LinkedIn", "page", ("80", 8), ("#38bdf8", "#075985")),
        "tiktok": ("TikTok", "Tiktok", "profile", ("7", 19), ("#22d3ee", "#e11d48")),
        "tiktok-business": (
            "TikTok Business", "Tiktok Business", "business", ("7", 19), ("#22d3ee", "#e11d48"),
        ),
        "youtube": ("YouTube", "YouTube", "profile", ("42", 18), ("#f87171", "#b91c1c")),
        "pinterest": ("Pinterest", "Pinterest", "profile", ("9", 18), ("#fb7185", "#be123c")),
        "threads": ("Threads", "Threads", "profile", ("26", 17), ("#64748b", "#0f172a")),
    }.items()
}  # fmt: skip

#: Platforms that a document names, although start answers an error.
UNSUPPORTED = {
    "twitter": "Twitter is not supported anymore",
    "bluesky": "Bluesky does not support OAuth",
}

#: Facebook and Instagram connections were observed to last about this long.
CONNECTION_LIFETIME = timedelta(days=60)


def decimal_id(digest: bytes, start: str, length: int) -> str:
    """Return a decimal id such as a platform gives its pages."""
    return (start + str(int.from_bytes(digest, "big")))[:length]


def account_id(oauth_id: str, location_id: str, page: Page) -> str:
    """Return the id of an account row; on some platforms, the type is its last part."""
    base = f"{oauth_id}_{location_id}_{page.origin_id}"
    return f"{base}_{page.type}" if page.platform in ("facebook", "linkedin") else base


def make_account(
    login: Login, page: Page, profile_id: str, created_at: datetime, expire: datetime | None = None
) -> Account:
    """Return the account of a login's page; by default it expires after `CONNECTION_LIFETIME`."""
    return Account(
        id=account_id(login.id, login.location_id, page), profile_id=profile_id, oauth_id=login.id,
        location_id=login.location_id, page=page, expire=expire or created_at + CONNECTION_LIFETIME,
        created_at=created_at, updated_at=created_at, login_type=login.login_type,
    )  # fmt: skip
