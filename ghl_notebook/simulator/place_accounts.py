"""What an agency's further sub-accounts had connected before anybody called."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime, timedelta

from .platforms import CONNECTION_LIFETIME, ORIGINS, TYPES, account_id, decimal_id
from .records import Account, Location, Login, Page

#: The first two are what nearly every business has; the others take turns.
_FIRST = ("facebook", "instagram")
_TURNS = ("google", "linkedin", "tiktok", "youtube", "pinterest", "threads", "tiktok-business")

#: What some of them are called there instead of the sub-account's own name.
_SIGNS = (
    "Κήπος της Ελιάς", "Пекарня на углу", "عيادة الميناء", "מאפיית השחר", "港の歯科クリニック",
    "한강 자전거 수리", "老磨坊烘焙", "रिवरसाइड योग केंद्र", "ร้านดอกไม้ริมน้ำ", "Nhà hàng Hoa Sen",
    "Բլյու Դոր Սրճարան", "ცისფერი კარი", "🌿 Green Leaf: Weddings, Events & Everyday Flowers",
    "Atelier d'Été «chez Zoë»", "Żółta Łódź & Spółka", "O'Brien & Sons, Ltd.",
)  # fmt: skip

_LONG = timedelta(days=365)
_DAY = 86_400


class PlaceAccounts:
    """Makes the accounts of a further sub-account whenever they are asked for, always the same.

    None are kept: ten thousand sub-accounts cost nothing until somebody asks, and little then.

    Parameters
    ----------
    seed : int
        Fixes them.
    now : datetime
        The dates lie around it: some accounts have expired, some will within 30 days.
    each : int or range
        How many a sub-account has; of a range, another number of it for each.
    owner_id, person_id : str
        Who connected them, and as whom.
    """

    def __init__(
        self, seed: int, now: datetime, each: int | range, *, owner_id: str, person_id: str
    ) -> None:
        self._seed = seed
        self._now = now
        self._each = each
        self._owner_id = owner_id
        self._person_id = person_id

    def of(self, place: Location, number: int) -> list[tuple[Login, Account]]:
        """Return what the nth sub-account has, each with the login it came from."""
        return [self._made(place, number, index) for index in range(self._count(number))]

    def _count(self, number: int) -> int:
        if isinstance(self._each, int):
            return self._each
        digest = hashlib.sha512(f"{self._seed}:place-count:{number}".encode()).digest()
        return self._each[int.from_bytes(digest[:4], "big") % len(self._each)]

    def _made(self, place: Location, number: int, index: int) -> tuple[Login, Account]:
        text = f"{self._seed}:place-account:{number}:{index}"
        digest = hashlib.sha512(text.encode()).digest()
        platform = _platform(number, index)
        page = self._page(place, number, platform, digest)
        expire = self._expire(platform, digest)
        created = expire - (CONNECTION_LIFETIME if platform in _FIRST else _LONG)
        login = Login(
            id=digest[:12].hex(),
            platform=platform,
            location_id=place.id,
            owner_id=self._owner_id,
            person_id=self._person_id,
            pages=[page],
            login_type=None,
            created_at=created,
        )
        account = Account(
            id=account_id(login.id, place.id, page),
            profile_id=digest[12:24].hex(),
            oauth_id=login.id,
            location_id=place.id,
            page=page,
            expire=expire,
            created_at=created,
            updated_at=created,
        )
        return login, account

    def _page(self, place: Location, number: int, platform: str, digest: bytes) -> Page:
        origin = decimal_id(digest[24:44], *ORIGINS[platform])
        has_sign = digest[44] < 64
        handle = _handle(place.name)
        return Page(
            platform=platform,
            origin_id=origin,
            name=_SIGNS[digest[45] % len(_SIGNS)] if has_sign else place.name,
            username=f"@{handle}" if platform == "pinterest" else handle,
            avatar=place_picture(number),
            type=TYPES[platform],
            page_id=decimal_id(digest[40:60], "10", 15),
            urn=f"urn:li:organization:{origin}" if platform == "linkedin" else "",
        )

    def _expire(self, platform: str, digest: bytes) -> datetime:
        kind, seconds = digest[46], int.from_bytes(digest[60:64], "big")
        if kind < 20:  # one in thirteen has expired
            away = -(seconds % (90 * _DAY)) - 1
        elif kind < 60:  # one in six will soon
            away = 1 + seconds % (30 * _DAY - 1)
        else:
            last = 60 if platform in _FIRST else 365
            away = 30 * _DAY + seconds % ((last - 30) * _DAY)
        return self._now + timedelta(seconds=away)


#: Pictures below this number are those of the people on the consent pages.
_PICTURES = 1000


def place_picture(number: int) -> int:
    """Return the number of the picture that the nth sub-account has everywhere."""
    return _PICTURES + number


def pictured(picture: int) -> int | None:
    """Return which sub-account a picture is of; None for one of a person or a page."""
    return picture - _PICTURES if picture >= _PICTURES else None


def _platform(number: int, index: int) -> str:
    every = len(_FIRST) + len(_TURNS)
    index %= every
    return _FIRST[index] if index < len(_FIRST) else _TURNS[(number + index) % len(_TURNS)]


def _handle(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", ".")
