"""The published limits of posts, by platform and type of post, each with its source and date.

The one table of them. A limit that no source publishes is not in it: a row that goes beyond such a
limit is accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Source(NamedTuple):
    """A published page, and when it was last read."""

    title: str
    url: str
    checked_on: str

    def __str__(self) -> str:
        return f"{self.title}, {self.url}" if self.url else self.title


class Limit(NamedTuple):
    """What is allowed: a count, a size in bytes, media types, or whether something is."""

    allowed: int | tuple[str, ...]
    source: Source


_DAY: Final = "2026-11-30"
GUIDELINES: Final = Source(
    "HighLevel help: Posting Content - Image, Video, and Text Guidelines (2024-12-10)",
    "https://gohighlevelassist.freshdesk.com/support/solutions/articles/48001210585",
    _DAY,
)
VIDEO_GUIDELINES: Final = Source(
    "HighLevel help, reseller's copy: Optimal Image and Video File Sizes for the Social Planner",
    "https://help.audatemedia.com/en/articles/11102176",
    _DAY,
)
YOUTUBE: Final = Source(
    "YouTube Data API: videos, snippet.title",
    "https://developers.google.com/youtube/v3/docs/videos",
    _DAY,
)
TIKTOK: Final = Source(
    "TikTok's limits of a post, as Ayrshare lists them",
    "https://www.ayrshare.com/integration/tiktok",
    _DAY,
)
POSTS_API: Final = Source(
    "HighLevel API: Create post",
    "https://github.com/GoHighLevel/highlevel-api-docs/blob/main/apps/social-media-posting.json",
    _DAY,
)
POSTS_API_V3: Final = Source(
    "HighLevel API v3: Create post",
    "https://github.com/GoHighLevel/highlevel-api-docs/blob/main/apps/v3/social-planner-v3.json",
    _DAY,
)
LIVE_NOTES: Final = Source("Public notes on the live API of 2026", "", _DAY)
PACKAGE: Final = Source("ghl_notebook", "", _DAY)

_MB: Final = 10**6
_GB: Final = 10**9
_JPEG, _PNG, _GIF = "image/jpeg", "image/png", "image/gif"
_MP4_MOV: Final = ("video/mp4", "video/quicktime")


def _guided(**limits: int | tuple[str, ...]) -> dict[str, Limit]:
    return {rule: Limit(allowed, GUIDELINES) for rule, allowed in limits.items()}


def _videos(**limits: int | tuple[str, ...]) -> dict[str, Limit]:
    return {rule: Limit(allowed, VIDEO_GUIDELINES) for rule, allowed in limits.items()}


_ONE_MP4_OR_MOV: Final = _videos(videos=1, video_type=_MP4_MOV)
_TIKTOK_POST: Final = {
    **_guided(media_required=1, mixed_media=0),
    **_videos(videos=1),
    "images": Limit(35, TIKTOK),
    "characters": Limit(2_200, TIKTOK),
}
_YOUTUBE: Final = {
    **_guided(characters=5_000, images=0, media_required=1),
    **_videos(videos=1),
    "title": Limit(100, YOUTUBE),
}

LIMITS: Final[Mapping[tuple[str, str], Mapping[str, Limit]]] = {
    ("facebook", "post"): {
        **_guided(
            characters=62_000, image_type=(_JPEG, _PNG, _GIF), image_size=10 * _MB, mixed_media=0
        ),
        **_ONE_MP4_OR_MOV,
        **_videos(video_size=_GB),
    },
    ("facebook", "reel"): {
        **_guided(characters=62_000, images=0, media_required=1, video_size=_GB),
        **_guided(video_type=(*_MP4_MOV, "video/webm")),
    },
    ("facebook", "story"): {
        **_guided(characters=0, images=1, image_type=(_JPEG, _PNG, _GIF), image_size=4 * _MB),
        **_guided(media_required=1, mixed_media=0),
    },
    ("instagram", "post"): {
        **_guided(characters=2_200, media=10, image_type=(_JPEG, _PNG), image_size=8 * _MB),
        **_guided(media_required=1),
        **_videos(video_type=_MP4_MOV),
    },
    ("instagram", "reel"): {
        **_guided(characters=2_200, images=0, media_required=1, video_type=_MP4_MOV),
        **_guided(video_size=_GB),
    },
    ("instagram", "story"): {
        **_guided(characters=0, media=10, image_type=(_JPEG,), image_size=8 * _MB),
        **_guided(media_required=1, video_type=_MP4_MOV, video_size=100 * _MB),
    },
    ("google", "post"): _guided(
        characters=1_500, images=1, image_type=(_JPEG, _PNG), image_size=5 * _MB, mixed_media=0
    ),
    ("linkedin", "post"): {
        **_guided(characters=3_000, images=9, image_type=(_JPEG, _PNG, _GIF), image_size=8 * _MB),
        **_guided(mixed_media=0),
        **_ONE_MP4_OR_MOV,
        **_videos(video_size=200 * _MB),
    },
    ("tiktok", "post"): {**_TIKTOK_POST, **_guided(photo_characters=150)},
    ("tiktok", "reel"): _TIKTOK_POST,
    ("tiktok-business", "post"): _TIKTOK_POST,
    ("tiktok-business", "reel"): _TIKTOK_POST,
    ("pinterest", "post"): {
        **_guided(
            characters=500, images=1, image_size=10 * _MB, media_required=1, mixed_media=0,
            image_type=(_JPEG, _PNG, "image/bmp", "image/tiff", "image/webp"),
        ),
        **_ONE_MP4_OR_MOV,
        **_videos(video_size=_GB),
        "board": Limit(1, POSTS_API_V3),
    },
    ("youtube", "post"): _YOUTUBE,
    ("youtube", "reel"): _YOUTUBE,
}  # fmt: skip
"""Platform and type of post → rule → what is allowed.

0 means none; ``media_required`` and ``board`` are how many are needed. ``characters`` counts
Unicode characters; ``photo_characters`` applies to a post with pictures only. Sizes are in bytes.
"""

TYPES: Final[Mapping[str, frozenset[str] | None]] = {
    "post": None,
    "story": frozenset({"facebook", "instagram"}),
    "reel": frozenset({"facebook", "instagram", "tiktok", "tiktok-business", "youtube"}),
}
"""Types of posts, and the platforms that have them; None: all. From the vendor's documentation."""

NO_FOLLOW_UP: Final = frozenset({"tiktok", "tiktok-business", "google", "pinterest"})
"""Platforms without a follow-up comment, from the vendor's documentation."""
