"""The platforms with accounts to connect, and how they differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from ghl_notebook.errors import ArgumentError, PlatformError

from .wire_values import one_of, read_choice

PlatformName = Literal[
    "facebook",
    "instagram",
    "google",
    "linkedin",
    "tiktok",
    "tiktok-business",
    "youtube",
    "pinterest",
    "threads",
    "twitter",
    "bluesky",
    "community",
]
"""Platforms of accounts and posts. The last three cannot be connected by OAuth."""


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """The peculiarities of one platform.

    Attributes
    ----------
    key : str
        The platform's name in paths and payloads, for instance ``"tiktok-business"``.
    title : str
        Its display name.
    collection : str
        The path segment of step 2: ``accounts``, or ``locations`` for Google.
    attach_keys : tuple of str
        The keys that attaching may send. The API responds with 422 to any other.
    account_type : str or None
        The ``type`` to send if step 2 has none, or one that attaching rejects.
    fixed_type : bool
        Always send `account_type`: Pinterest returns ``PINNER`` but requires ``profile``.
    """

    key: PlatformName
    title: str
    collection: str = "accounts"
    attach_keys: tuple[str, ...]
    account_type: str | None = None
    fixed_type: bool = False


_PROFILE_KEYS = ("originId", "type", "name", "avatar", "verified", "username")

_PLATFORMS = (
    Platform(
        key="facebook",
        title="Facebook",
        # `platform` is not in the OpenAPI file, but in every body known to work.
        attach_keys=("originId", "platform", "type", "name", "avatar"),
        account_type="page",
        fixed_type=True,
    ),
    Platform(
        key="instagram", title="Instagram", attach_keys=("originId", "name", "avatar", "pageId")
    ),
    Platform(
        key="google",
        title="Google Business Profile",
        collection="locations",
        attach_keys=("location", "account"),
    ),
    Platform(
        key="linkedin",
        title="LinkedIn",
        attach_keys=("originId", "type", "name", "avatar", "urn"),
        account_type="profile",
    ),
    Platform(
        key="tiktok",
        title="TikTok",
        attach_keys=_PROFILE_KEYS,
        account_type="profile",
        fixed_type=True,
    ),
    Platform(
        key="tiktok-business",
        title="TikTok Business",
        attach_keys=_PROFILE_KEYS,
        account_type="business",
        fixed_type=True,
    ),
    Platform(
        key="youtube",
        title="YouTube",
        attach_keys=_PROFILE_KEYS,
        account_type="profile",
        fixed_type=True,
    ),
    Platform(
        key="pinterest",
        title="Pinterest",
        attach_keys=(*_PROFILE_KEYS, "websiteUrl", "originAccountType"),
        account_type="profile",
        fixed_type=True,
    ),
    Platform(
        key="threads",
        title="Threads",
        attach_keys=("originId", "type", "name", "avatar"),
        account_type="profile",
        fixed_type=True,
    ),
    Platform(
        key="twitter",
        title="X (Twitter)",
        attach_keys=("originId", "name", "username", "avatar", "protected", "verified"),
    ),
)

PLATFORMS: dict[str, Platform] = {p.key: p for p in _PLATFORMS}


def same_platform(one: str, other: str) -> bool:
    """Tell whether two names are the same platform: case, ``_``, and ``-`` do not matter."""
    return _key(one) == _key(other)


def in_platforms(name: str | None, platforms: Iterable[str]) -> bool:
    """Tell whether a platform, as the API spells it, is among some."""
    return name is not None and any(same_platform(name, one) for one in platforms)


def find_platform(name: str) -> Platform:
    """Find a platform by its name.

    Parameters
    ----------
    name : str
        For instance ``"instagram"`` or ``"TikTok Business"``; case, ``_``, and ``-`` do not matter.

    Raises
    ------
    PlatformError
        If there is no such platform, or its accounts cannot be connected.
    """
    key = _find(name)
    if key == "bluesky":
        # `GET /social-media-posting/oauth/bluesky/start` always responds with an error.
        raise PlatformError(
            "GoHighLevel cannot connect Bluesky by OAuth.",
            "Connect it on GoHighLevel's Social Planner page.",
        )
    if key not in PLATFORMS:
        raise PlatformError(f"There is no platform {name!r}.", one_of(name, PLATFORMS))
    return PLATFORMS[key]


def read_platforms(
    names: object, choices: Iterable[str] = get_args(PlatformName)
) -> list[str] | None:
    """Read one or several platforms by which something is filtered; None stands for all.

    Raises
    ------
    ArgumentError
        If there is no such platform, or not among `choices`.
    """
    if names is None:
        return None
    several = (
        [names] if isinstance(names, str | bytes) or not isinstance(names, Iterable) else names
    )
    known = list(choices)
    found: dict[str, None] = {}
    for name in several:
        key = _find(name) if isinstance(name, str) else name
        found[key if key in known else read_choice("platform", name, known)] = None
    if not found:
        raise ArgumentError("platform is empty.", "Pass a platform or several, or leave it out.")
    return list(found)


def platform_title(key: str | None) -> str:
    """Return the display name of a platform; its key if it is unknown to this package."""
    known = PLATFORMS.get(key or "")
    return known.title if known else key or "Unknown"


def _find(name: str) -> str:
    """Return the key of a platform by its key or its display name; other text as a key."""
    key = _key(name)
    return _KEYS.get(key, key)


def _key(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(" ", "-")


_KEYS = {"x": "twitter", **{_key(one.title): one.key for one in _PLATFORMS}}
