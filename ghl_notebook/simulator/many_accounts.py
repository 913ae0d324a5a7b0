"""The initial accounts of an agency's extra sub-accounts."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime, timedelta

from .platforms import CONNECTION_LIFETIME, PLATFORMS, decimal_id, make_account
from .records import Account, Location, Login, Page

#: Nearly every business has the first two; the others alternate.
_FIRST = ("facebook", "instagram")
_TURNS = ("google", "linkedin", "tiktok", "youtube", "pinterest", "threads", "tiktok-business")

#: Names of pages that differ from the sub-account's name.
_SIGNS = (
    "Κήπος της Ελιάς", "Пекарня на углу", "عيادة الميناء", "מאפיית השחר", "港の歯科クリニック",
    "한강 자전거 수리", "老磨坊烘焙", "रिवरसाइड योग केंद्र", "ร้านดอกไม้ริมน้ำ", "Nhà hàng Hoa Sen",
    "Բլյու Դոր Սրճարան", "ცისფერი კარი", "🌿 Green Leaf: Weddings, Events & Everyday Flowers",
    "Atelier d'Été «chez Zoë»", "Żółta Łódź & Spółka", "O'Brien & Sons, Ltd.",
)  # fmt: skip

#: The connections of all other platforms last a year.
_YEAR = timedelta(days=365)
_DAY = 86_400


class ManyAccounts:
    """Generates the initial accounts of an extra sub-account, always the same ones.

    Accounts are generated for each request and not stored, so that an agency of ten thousand
    sub-accounts costs nothing at the start.

    Parameters
    ----------
    seed : int
        Determines the accounts.
    now : datetime
        Some accounts expired before this time, some expire within the next 30 days.
    each : int or range
        The number of accounts of a sub-account; for a range, a different one for each.
    owner_id, person_id : str
        The user who connected them, and the person on the platforms.
    """

    def __init__(
        self, seed: int, now: datetime, each: int | range, *, owner_id: str, person_id: str
    ) -> None:
        self._seed = seed
        self._now = now
        self._each = each
        self._owner_id = owner_id
        self._person_id = person_id

    def of(self, location: Location, number: int) -> list[tuple[Login, Account]]:
        """Return the accounts of the nth sub-account, each with its login."""
        return [self._made(location, number, index) for index in range(self._count(number))]

    def _count(self, number: int) -> int:
        if isinstance(self._each, int):
            return self._each
        digest = hashlib.sha512(f"{self._seed}:place-count:{number}".encode()).digest()
        return self._each[int.from_bytes(digest[:4], "big") % len(self._each)]

    def _made(self, location: Location, number: int, index: int) -> tuple[Login, Account]:
        text = f"{self._seed}:place-account:{number}:{index}"
        digest = hashlib.sha512(text.encode()).digest()
        platform = _platform(number, index)
        page = self._page(location, number, platform, digest)
        expire = self._expire(platform, digest)
        created = expire - (CONNECTION_LIFETIME if platform in _FIRST else _YEAR)
        login = Login(
            id=digest[:12].hex(), platform=platform, location_id=location.id,
            owner_id=self._owner_id, person_id=self._person_id, pages=[page], login_type=None,
            created_at=created,
        )  # fmt: skip
        return login, make_account(login, page, digest[12:24].hex(), created, expire)

    def _page(self, location: Location, number: int, platform: str, digest: bytes) -> Page:
        origin = decimal_id(digest[24:44], *PLATFORMS[platform].origin)
        has_sign = digest[44] < 64
        handle = _handle(location.name)
        return Page(
            platform=platform, origin_id=origin,
            name=_SIGNS[digest[45] % len(_SIGNS)] if has_sign else location.name,
            username=f"@{handle}" if platform == "pinterest" else handle,
            avatar=location_picture(number), type=PLATFORMS[platform].page_type,
            page_id=decimal_id(digest[40:60], "10", 15),
            urn=f"urn:li:organization:{origin}" if platform == "linkedin" else "",
        )  # fmt: skip

    def _expire(self, platform: str, digest: bytes) -> datetime:
        kind, seconds = digest[46], int.from_bytes(digest[60:64], "big")
        if kind < 20:  # one in thirteen is expired
            away = -(seconds % (90 * _DAY)) - 1
        elif kind < 60:  # one in six expires soon
            away = 1 + seconds % (30 * _DAY - 1)
        else:
            last = 60 if platform in _FIRST else 365
            away = 30 * _DAY + seconds % ((last - 30) * _DAY)
        return self._now + timedelta(seconds=away)


#: Lower numbers are the pictures of the people on the consent pages.
_FIRST_PICTURE = 1000


def location_picture(number: int) -> int:
    """Return the number of the picture of the nth sub-account."""
    return _FIRST_PICTURE + number


def pictured_location(picture: int) -> int | None:
    """Return the sub-account that a picture belongs to; None for a person's or page's picture."""
    return picture - _FIRST_PICTURE if picture >= _FIRST_PICTURE else None


def _platform(number: int, index: int) -> str:
    every = len(_FIRST) + len(_TURNS)
    index %= every
    return _FIRST[index] if index < len(_FIRST) else _TURNS[(number + index) % len(_TURNS)]


def _handle(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", ".")
