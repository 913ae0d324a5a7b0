"""The platforms: what they are called, and what they and the service call their pages by."""

from __future__ import annotations

from datetime import timedelta

from .records import Page

#: How a platform is called on its consent page, for every platform that can be connected.
PLATFORMS = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "google": "Google",
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "tiktok-business": "TikTok Business",
    "youtube": "YouTube",
    "pinterest": "Pinterest",
    "threads": "Threads",
}

#: Named by a document, but start answers an error.
UNSUPPORTED = {
    "twitter": "Twitter is not supported anymore",
    "bluesky": "Bluesky does not support OAuth",
}

#: What kind of page is handed over.
TYPES = {
    "facebook": "page",
    "instagram": "page",
    "google": "location",
    "linkedin": "page",
    "tiktok": "profile",
    "tiktok-business": "business",
    "youtube": "profile",
    "pinterest": "profile",
    "threads": "profile",
}

#: Start and length of the ids that each platform gives out.
ORIGINS = {
    "facebook": ("10", 15),
    "instagram": ("178414", 17),
    "google": ("1146", 21),
    "linkedin": ("80", 8),
    "tiktok": ("7", 19),
    "tiktok-business": ("7", 19),
    "youtube": ("42", 18),
    "pinterest": ("9", 18),
    "threads": ("26", 17),
}

#: Facebook and Instagram connections were seen to run for about this long (behaviour: accounts).
CONNECTION_LIFETIME = timedelta(days=60)


def decimal_id(digest: bytes, start: str, length: int) -> str:
    """Return a decimal id such as a platform gives its pages."""
    return (start + str(int.from_bytes(digest, "big")))[:length]


def account_id(oauth_id: str, location_id: str, page: Page) -> str:
    """Return the id of an account row: only some platforms carry the type at its end."""
    base = f"{oauth_id}_{location_id}_{page.origin_id}"
    return f"{base}_{page.type}" if page.platform in ("facebook", "linkedin") else base
