"""The platforms that an account can be connected on, and how each one differs."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from ghl_notebook.errors import PlatformError

from .sent import check_choice

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
    """What is particular to one platform.

    Attributes
    ----------
    key : str
        The platform's name in paths and payloads, for instance ``"tiktok-business"``.
    title : str
        Its name for people.
    collection : str
        The path segment of step 2: ``accounts``, and ``locations`` for Google.
    attach_keys : tuple of str
        The keys that attaching may send. The service answers 422 to any other.
    account_type : str or None
        The ``type`` to send where step 2 names none, or one that attaching refuses.
    fixed_type : bool
        Send `account_type` whatever step 2 says (Pinterest says ``PINNER``, wants ``profile``).
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
        # `platform` is not in the OpenAPI file, and is in every body that was seen to work.
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
    """Tell whether two spellings name one platform: case, ``_`` and ``-`` do not matter."""
    return _key(one) == _key(other)


def find_platform(name: str) -> Platform:
    """Find a platform by its name.

    Parameters
    ----------
    name : str
        For instance ``"instagram"``; case, ``_`` and ``-`` do not matter.

    Raises
    ------
    PlatformError
        If there is no such platform, or the service connects none of its accounts.
    """
    key = _key(name)
    if key == "bluesky":
        # `GET /social-media-posting/oauth/bluesky/start` answers an error, whoever asks.
        raise PlatformError(
            "The service cannot connect Bluesky by OAuth.",
            "Connect it on the Social Planner's own page.",
        )
    if key == "x":
        key = "twitter"
    if key not in PLATFORMS:
        raise PlatformError(
            f"There is no platform {name!r}.", f"Choose one of: {', '.join(PLATFORMS)}."
        )
    return PLATFORMS[key]


def read_platform(name: str | None) -> str | None:
    """Read a platform by which something is filtered.

    Raises
    ------
    ArgumentError
        If there is no such platform.
    """
    if name is None:
        return None
    key = "twitter" if _key(name) == "x" else _key(name)
    check_choice("platform", key, get_args(PlatformName))
    return key


def _key(name: str) -> str:
    return name.strip().lower().replace("_", "-")
