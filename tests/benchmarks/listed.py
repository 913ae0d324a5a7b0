"""Posts and all other lists, from the bodies of the answers to one DataFrame."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from ghl_notebook.frames import (
    CATEGORY_LAYOUT,
    COMMENT_LAYOUT,
    CSV_IMPORT_LAYOUT,
    POST_LAYOUT,
    QUEUE_LAYOUT,
    STATISTICS_LAYOUT,
    TAG_LAYOUT,
    FrameLayout,
    Rows,
    RowsTable,
    agency_frame,
    day_values,
)
from ghl_notebook.models import STATISTICS_READER, Account, light_collector

from .bulk import NORMALIZE
from .bulk import timed as _timed
from .measure import Row, interleave
from .records import LOCATION, stamp

DAYS = 30
METRICS = 5
FIRST = date(2026, 1, 5)
LOOP = "`json` and a plain loop"

PAGE = 100
"""Records of an answer to one client."""
EACH = 20
"""Records of a sub-account."""

# Records → rounds.
SIZES = {1_000: 9, 20_000: 3, 100_000: 1}
OTHERS_UP_TO = 20_000
"""Records of the lists that are not posts."""


class List(NamedTuple):
    """A list of the API."""

    layout: FrameLayout
    key: str
    """Where it is in the results of an answer."""
    record: Callable[[int, random.Random], dict[str, Any]]
    """Makes a record."""
    dates: Sequence[str]


def _hex(chance: random.Random) -> str:
    return f"{chance.getrandbits(96):024x}"


def _times(chance: random.Random, *names: str) -> dict[str, str]:
    return {name: stamp(-chance.randrange(10**7)) for name in names}


def _post(number: int, chance: random.Random) -> dict[str, Any]:
    account = f"{_hex(chance)}_{LOCATION}_{chance.randrange(10**16, 10**17)}_page"
    return {
        "_id": _hex(chance),
        "source": "composer",
        "locationId": LOCATION,
        "platform": chance.choice(("facebook", "instagram", "linkedin", "tiktok")),
        **_times(chance, "displayDate", "createdAt", "updatedAt"),
        "accountId": account,
        "accountIds": [account],
        "error": "",
        "status": chance.choice(("published", "published", "scheduled", "failed")),
        "createdBy": _hex(chance)[:20],
        "tags": [],
        "summary": f"Café Lumière opens at nine, come and see us — {number}! " * 3,
        "media": [
            {"url": f"https://pictures.example.com/{_hex(chance)}.jpg", "type": "image/jpeg"}
            for _ in range(chance.choice((0, 1, 1, 2)))
        ],
        "type": chance.choice(("post", "post", "reel")),
        "postApprovalDetails": {"approver": "", "approvalStatus": "not_required"},
        **_times(chance, "publishedAt"),
        "postId": str(chance.randrange(10**14, 10**15)),
        "insights": {
            "like": chance.randrange(500),
            "share": chance.randrange(50),
            "comment": chance.randrange(50),
        },
    }


def _comment(number: int, chance: random.Random) -> dict[str, Any]:
    origin = str(chance.randrange(10**14, 10**15))
    return {
        "_id": _hex(chance),
        "platform": "facebook",
        "platformCommentId": f"{origin}_{number}",
        "postId": _hex(chance),
        "originId": origin,
        "isParentThread": True,
        "isPost": False,
        "content": f"When do you open on Sundays? {number} 🙂",
        "attachments": [],
        "author": {"id": str(chance.randrange(10**9)), "name": f"Zoë {number}"},
        "level": 1,
        "likeCount": chance.randrange(50),
        "reactionCount": 0,
        "replyCount": chance.randrange(5),
        "shareCount": 0,
        "repostCount": 0,
        "quoteCount": 0,
        "isRead": chance.random() < 0.5,
        "isDeleted": False,
        "isEdited": False,
        **_times(chance, "publishedAt", "createdAt", "updatedAt"),
    }


def _category(number: int, chance: random.Random) -> dict[str, Any]:
    return {
        "name": f"Category {number}",
        "primaryColor": "#004EEB",
        "secondaryColor": "#EFF4FF",
        "_id": _hex(chance),
        "locationId": LOCATION,
        "createdBy": _hex(chance)[:20],
        "deleted": False,
        **_times(chance, "createdAt", "updatedAt"),
    }


def _tag(number: int, chance: random.Random) -> dict[str, Any]:
    return {
        "tag": f"tag {number}",
        "_id": _hex(chance),
        "locationId": LOCATION,
        "createdBy": _hex(chance)[:20],
        "deleted": False,
        **_times(chance, "createdAt", "updatedAt"),
    }


def _queue(number: int, chance: random.Random) -> dict[str, Any]:
    slots = [{"dayOfWeek": day, "time": "09:00"} for day in (1, 3)]
    return {
        "_id": _hex(chance),
        "locationId": LOCATION,
        "categoryId": _hex(chance),
        "timeSlots": slots,
        "enableFuturePosts": True,
        "prioritizeNewContent": False,
        "currentOrder": number % 7,
        "status": chance.choice(("draft", "active", "paused")),
        **_times(chance, "startDate"),
        "skipDateTime": [],
        "currentPostId": _hex(chance),
        "totalPosts": chance.randrange(40),
        **_times(chance, "lastScheduledTime"),
        "createdBy": _hex(chance)[:20],
        **_times(chance, "createdAt", "updatedAt"),
        "category": _category(number, chance),
    }


def _csv_import(number: int, chance: random.Random) -> dict[str, Any]:
    return {
        "_id": _hex(chance),
        "locationId": LOCATION,
        "fileName": f"posts-{number}.csv",
        "accountIds": [f"{_hex(chance)}_{LOCATION}_{number}_page"],
        "file": f"https://files.example.com/{_hex(chance)}.csv",
        "status": chance.choice(("completed", "in_review")),
        "count": chance.randrange(90),
        "createdBy": _hex(chance)[:20],
        "approver": None,
        **_times(chance, "createdAt"),
        "id": _hex(chance),
        "csvFileType": "basic",
        **_times(chance, "updatedAt"),
    }


LISTS = [
    List(POST_LAYOUT, "posts", _post, ("displayDate", "publishedAt", "createdAt", "updatedAt")),
    List(COMMENT_LAYOUT, "comments", _comment, ("publishedAt", "createdAt", "updatedAt")),
    List(
        QUEUE_LAYOUT,
        "queues",
        _queue,
        ("startDate", "lastScheduledTime", "createdAt", "updatedAt"),
    ),
    List(CSV_IMPORT_LAYOUT, "csvs", _csv_import, ("createdAt", "updatedAt")),
    List(CATEGORY_LAYOUT, "categories", _category, ("createdAt", "updatedAt")),
    List(TAG_LAYOUT, "tags", _tag, ("createdAt", "updatedAt")),
]


def bodies(one: List, records: int, each: int) -> list[bytes]:
    """Return answers with so many records each."""
    chance = random.Random(0)
    found = [one.record(number, chance) for number in range(records)]
    return [
        json.dumps(
            {
                "success": True,
                "statusCode": 200,
                "message": "Fetched",
                "results": {one.key: found[at : at + each], "count": records},
            },
            separators=(",", ":"),
            ensure_ascii=False,
        ).encode()
        for at in range(0, records, each)
    ]


def client(one: List, pages: Sequence[bytes]) -> pd.DataFrame:
    """Do what a fetch does with the answers to a client."""
    rows, reader = Rows(one.layout), one.layout.reader
    for body in pages:
        page = reader.read(body)
        assert page is not None
        rows.add(reader.content(page)[0])
    return rows.frame(LOCATION)


def agency(one: List, answers: Sequence[bytes]) -> pd.DataFrame:
    """Do what an agency's run does with the answers."""
    table, reader = RowsTable(one.layout), one.layout.reader
    with light_collector():
        for number, body in enumerate(answers):
            page = reader.read(body)
            assert page is not None
            rows = Rows(one.layout)
            rows.add(reader.content(page)[0])
            table.add(rows, location_id=f"location-{number}", location_name=f"Client {number}")
        return agency_frame(one.layout, [table.take()])


def normalize(one: List, answers: Sequence[bytes]) -> pd.DataFrame:
    """Do what a notebook would do without us, with the dates as dates."""
    found: list[Any] = []
    for body in answers:
        found += json.loads(body)["results"][one.key]
    frame = pd.json_normalize(found)
    for name in one.dates:
        frame[name] = pd.to_datetime(frame[name])
    return frame


def check(one: List, pages: Sequence[bytes], answers: Sequence[bytes]) -> None:
    """Raise unless all have the same records."""
    peer = normalize(one, pages)
    for ours in (client(one, pages), agency(one, answers)):
        assert ours["id"].to_list() == peer["_id" if "id" not in peer else "id"].to_list()
        assert ours["created_at"].to_list() == peer["createdAt"].to_list()
        for name in ("like_count", "status", "content", "file_name", "tag"):
            where = one.layout.paths[name].source if name in one.layout.columns else None
            if where is not None:
                assert ours[name].to_list() == peer[where].to_list()


def statistics_bodies(values: int) -> list[bytes]:
    """Return answers with so many values in all, of one account each."""
    chance = random.Random(0)

    def series() -> list[int]:
        return [chance.randrange(500) for _ in range(DAYS)]

    return [
        json.dumps(
            {
                "success": True,
                "results": {
                    "dayRange": ["Mon"] * DAYS,
                    "totals": {"posts": 3, "likes": 40, "followers": 50, "impressions": 60},
                    "postPerformance": {
                        "posts": {"facebook": series()},
                        "impressions": series(),
                        "likes": series(),
                        "comments": series(),
                    },
                    "platformTotals": {
                        name: {"facebook": {"total": 9, "series": series()}}
                        for name in ("followers", "likes", "impressions")
                    },
                },
            },
            separators=(",", ":"),
        ).encode()
        for _ in range(max(1, values // DAYS // METRICS))
    ]


def statistics(answers: Sequence[bytes]) -> pd.DataFrame:
    """Do what a fetch does with the statistics of accounts."""
    rows = Rows(STATISTICS_LAYOUT)
    for number, body in enumerate(answers):
        found = STATISTICS_READER.read(body)
        assert found is not None
        account = Account(id=str(number), name="Café", platform="facebook", profile_id="p")
        rows.add(list(day_values(found, account, FIRST)))
    return rows.frame(LOCATION)


def loop(answers: Sequence[bytes]) -> pd.DataFrame:
    """Do what a notebook would do without us: a loop over accounts, metrics, and days."""
    rows = []
    for number, body in enumerate(answers):
        results = json.loads(body)["results"]
        of = {
            **results["postPerformance"],
            "posts": results["postPerformance"]["posts"]["facebook"],
            "followers": results["platformTotals"]["followers"]["facebook"]["series"],
        }
        for metric, values in of.items():
            for day, value in enumerate(values):
                rows.append((FIRST + timedelta(days=day), str(number), "Café", metric, value))
    frame = pd.DataFrame(rows, columns=["date", "account_id", "name", "metric", "value"])
    frame["date"] = pd.to_datetime(frame["date"])
    return frame


def measure_statistics(sizes: dict[int, int] = SIZES) -> list[Row]:
    """Compare daily statistics with a plain loop. CPU time of this process."""
    rows = []
    for size, rounds in sizes.items():
        answers = statistics_bodies(size)
        ours, peer = statistics(answers), loop(answers)
        assert sorted(ours["value"]) == sorted(peer["value"])
        samples = interleave(
            {"ours": _timed(statistics, answers), "loop": _timed(loop, answers)}, rounds
        )
        ((what, name),) = statistics_pairs(size)
        rows.append(Row(what, name, samples["ours"], samples["loop"]))
    return rows


def statistics_pairs(size: int) -> list[tuple[str, str]]:
    """Return what is compared of statistics."""
    return [(f"{size:,} daily numbers", LOOP)]


def measure(sizes: dict[int, int] = SIZES) -> list[Row]:
    """Compare each list with `pandas.json_normalize`, for a client and for an agency.

    CPU time of this process. Freeing the result is not in it, on either side.
    """
    rows = []
    for one in LISTS:
        for size in sizes_of(one, sizes):
            rounds = sizes[size]
            pages, answers = (bodies(one, size, each) for each in (PAGE, EACH))
            check(one, pages, answers)
            samples = interleave(
                {
                    "client": _timed(partial(client, one), pages),
                    "agency": _timed(partial(agency, one), answers),
                    "pages": _timed(partial(normalize, one), pages),
                    "answers": _timed(partial(normalize, one), answers),
                },
                rounds,
            )
            described = pairs(one.layout.name, size)
            rows += [
                Row(*described[0], samples["client"], samples["pages"]),
                Row(*described[1], samples["agency"], samples["answers"]),
            ]
    return rows


def sizes_of(one: List, sizes: Iterable[int]) -> list[int]:
    """Return how many records of a list are measured."""
    return [size for size in sizes if one.layout is POST_LAYOUT or size <= OTHERS_UP_TO]


def pairs(name: str, size: int) -> list[tuple[str, str]]:
    """Return what is compared of a list."""
    title = name.replace("_", " ")
    return [
        (f"{size:,} {title} in pages of {PAGE}", NORMALIZE),
        (f"{size:,} {title} in sub-accounts of {EACH}", NORMALIZE),
    ]
