"""Every published violation is named, with what is allowed and where that is published."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.fetch.posting_limits import LIMITS
from ghl_notebook.frames import VIOLATIONS
from ghl_notebook.simulator import Simulator
from tests.fetch.test_sent_posts import ODD
from tests.folding import folded
from tests.frames.test_schema import KINDS, documented

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TIME = "2026-02-01T09:00:00Z"
PLATFORMS = (
    "facebook", "instagram", "google", "linkedin", "tiktok", "tiktok-business", "pinterest",
    "youtube", "threads",
)  # fmt: skip
JPEG = {"url": "https://example.com/a.jpg", "type": "image/jpeg"}
PNG = {"url": "https://example.com/a.png", "type": "image/png"}
GIF = {"url": "https://example.com/a.gif", "type": "image/gif"}
WEBP = {"url": "https://example.com/a.webp", "type": "image/webp"}
MP4 = {"url": "https://example.com/a.mp4", "type": "video/mp4"}
AVI = {"url": "https://example.com/a.avi", "type": "video/x-msvideo"}


def accounts() -> pd.DataFrame:
    """Return an account of each platform, and one that has expired."""
    ids = [*PLATFORMS, "expired"]
    return pd.DataFrame(
        {
            "id": ids,
            "platform": [*PLATFORMS, "facebook"],
            "is_expired": [*[False] * len(PLATFORMS), True],
            "expire": pd.Timestamp("2026-06-01", tz="UTC"),
        }
    )


def sheet(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return a sheet of posts on Facebook; each row may say otherwise."""
    sound = {"account_ids": "facebook", "schedule_date": TIME, "summary": "Hello"}
    return pd.DataFrame([sound | row for row in rows], dtype=object)


def on(platform: str, **cells: Any) -> dict[str, Any]:
    """Return a row for a platform."""
    return {"account_ids": platform, **cells}


def check(*rows: dict[str, Any]) -> pd.DataFrame:
    """Check rows on a Monday in January."""
    return ghl.check_posts(sheet(*rows), accounts(), now=NOW)


def text(length: int) -> str:
    """Return a text of so many characters, some of which take two units in UTF-16."""
    return ("é😀" * length)[:length]


REEL = {"type": "reel", "media": [MP4]}
STORY = {"type": "story", "summary": None}

# Row → rule, what is allowed.
VIOLATED: list[tuple[dict[str, Any], str, str | None]] = [
    # Characters
    (on("facebook", summary=text(62_001)), "characters", "62000"),
    (on("facebook", summary=text(62_001), **REEL), "characters", "62000"),
    (on("instagram", summary=text(2_201), media=[JPEG]), "characters", "2200"),
    (on("instagram", summary=text(2_201), **REEL), "characters", "2200"),
    (on("google", summary=text(1_501)), "characters", "1500"),
    (on("linkedin", summary=text(3_001)), "characters", "3000"),
    (on("pinterest", summary=text(501), media=[JPEG], board_id="b"), "characters", "500"),
    (on("tiktok", summary=text(151), media=[JPEG]), "photo_characters", "150"),
    (on("tiktok", summary=text(2_201), media=[MP4]), "characters", "2200"),
    (on("tiktok-business", summary=text(2_201), media=[MP4]), "characters", "2200"),
    (on("youtube", summary=text(5_001), media=[MP4]), "characters", "5000"),
    (on("youtube", title=text(101), media=[MP4]), "title", "100"),
    # Number of media
    (on("instagram", media=[JPEG] * 11), "media", "10"),
    (on("instagram", media=[JPEG] * 6 + [MP4] * 5), "media", "10"),
    (on("instagram", media=[JPEG] * 11, **STORY), "media", "10"),
    (on("facebook", media=[JPEG] * 2, **STORY), "images", "1"),
    (on("facebook", media=[MP4] * 2), "videos", "1"),
    (on("google", media=[JPEG] * 2), "images", "1"),
    (on("linkedin", media=[JPEG] * 10), "images", "9"),
    (on("linkedin", media=[MP4] * 2), "videos", "1"),
    (on("pinterest", media=[JPEG] * 2, board_id="b"), "images", "1"),
    (on("pinterest", media=[MP4] * 2, board_id="b"), "videos", "1"),
    (on("tiktok", media=[JPEG] * 36), "images", "35"),
    (on("tiktok", media=[MP4] * 2), "videos", "1"),
    (on("youtube", media=[MP4] * 2), "videos", "1"),
    # Kind of media
    (on("youtube", media=[JPEG]), "images", "0"),
    (on("facebook", type="reel", media=[JPEG]), "images", "0"),
    (on("instagram", type="reel", media=[JPEG]), "images", "0"),
    (on("facebook", media=[JPEG, MP4]), "mixed_media", "pictures or videos"),
    (on("linkedin", media=[JPEG, MP4]), "mixed_media", "pictures or videos"),
    (on("google", media=[JPEG, MP4]), "mixed_media", "pictures or videos"),
    (on("tiktok", media=[JPEG, MP4]), "mixed_media", "pictures or videos"),
    (on("pinterest", media=[JPEG, MP4], board_id="b"), "mixed_media", "pictures or videos"),
    (on("instagram", media=[GIF]), "image_type", "image/jpeg, image/png"),
    (on("instagram", media=[JPEG, GIF]), "image_type", "image/jpeg, image/png"),
    (on("instagram", media=[PNG], **STORY), "image_type", "image/jpeg"),
    (on("google", media=[GIF]), "image_type", "image/jpeg, image/png"),
    (on("facebook", media=[WEBP]), "image_type", "image/jpeg, image/png, image/gif"),
    (on("linkedin", media=[WEBP]), "image_type", "image/jpeg, image/png, image/gif"),
    (on("pinterest", media=[GIF], board_id="b"), "image_type", None),
    (on("instagram", media=[AVI]), "video_type", "video/mp4, video/quicktime"),
    (on("linkedin", media=[AVI]), "video_type", "video/mp4, video/quicktime"),
    # Media that is missing
    (on("instagram"), "media_required", "1 or more"),
    (on("instagram", **STORY), "media_required", "1 or more"),
    (on("facebook", **STORY), "media_required", "1 or more"),
    (on("tiktok"), "media_required", "1 or more"),
    (on("pinterest", board_id="b"), "media_required", "1 or more"),
    (on("youtube"), "media_required", "1 or more"),
    (on("pinterest", media=[JPEG]), "board", "1"),
    # The API's rules
    (on("facebook", type="reel"), "reel_media", "1"),
    (on("facebook", type="reel", media=[MP4] * 2), "reel_media", "1"),
    (on("facebook", type="story", media=[JPEG]), "story_text", "0"),
    (on("instagram", type="story", media=[JPEG]), "story_text", "0"),
    (on("linkedin", type="story", summary=None, media=[JPEG]), "type_on_platform", None),
    (on("google", type="reel", media=[MP4]), "type_on_platform", None),
    (on("facebook", type="poem"), "post_type", "post, story, reel"),
    (on("google", follow_up_comment="First!"), "follow_up_comment", "none"),
    (on("facebook", summary=None), "empty_post", "text or media"),
    (on("facebook", media=[JPEG | {"type": "image"}]), "media_type", None),
    (on("facebook", media=[JPEG | {"type": "photo"}]), "media_type", None),
    (on("facebook", media=[MP4 | {"type": "video"}]), "media_type", None),
    (on("facebook", media=[JPEG | {"type": None}]), "media_type", None),
    (on("facebook", media=[{"url": JPEG["url"]}]), "media_type", None),
    (on("facebook", media=[JPEG | {"url": "beach.jpg"}]), "media_address", None),
    (on("facebook", media=[JPEG | {"url": r"C:\beach.jpg"}]), "media_address", None),
    (on("facebook", media=[JPEG | {"url": "file:///tmp/beach.jpg"}]), "media_address", None),
    (on("facebook", media=[JPEG | {"url": "http://localhost/a.jpg"}]), "media_address", None),
    (on("facebook", media=[JPEG | {"url": "http://192.168.1.5/a.jpg"}]), "media_address", None),
    (on("facebook", media=[JPEG | {"url": "https://ex ample.com/a.jpg"}]), "media_address", None),
    (on("facebook", media=[{"type": "image/jpeg"}]), "media_address", None),
    (on("facebook", schedule_date="2026-01-05T09:00Z"), "past_date", None),
    (on("facebook", schedule_date="2025-02-01T09:00Z"), "past_date", None),
    (on("nobody"), "unknown_account", None),
    (on("expired"), "expired_account", None),
    (on("", summary="x"), "no_account", "one or more"),
    (on("facebook", schedule_date="2026-02-01"), "invalid_value", None),
    (on("facebook", schedule_date=46055.375), "invalid_value", None),
    (on("facebook", summary="cut \ud83d"), "invalid_value", None),
    (on("facebook", summary=5), "invalid_value", None),
    (on("facebook", files="no-such-file.jpg"), "file", None),
]  # fmt: skip


@folded(("row", "rule", "allowed"), VIOLATED, ids=lambda one: str(one)[:60])
def test_a_violation_is_named(row: dict[str, Any], rule: str, allowed: str | None) -> None:
    """Alone, with what is allowed, the source of the rule, and the day when it was checked."""
    found = check({"summary": "A sound row"}, row)
    assert found["rule"].to_list() == [rule]
    (one,) = found.to_dict("records")
    assert one["row"] == 1
    assert one["source"]
    datetime.fromisoformat(one["checked_on"])
    assert one["message"]
    assert one["next_step"]
    if allowed is not None:
        assert one["allowed"] == allowed
    if rule in {limit for limits in LIMITS.values() for limit in limits}:
        assert one["account_id"] == one["platform"] == row["account_ids"]
        assert one["source"].partition("https://")[2]


def test_there_are_enough_of_them() -> None:
    """Each rule of the table of limits is among them."""
    assert len(VIOLATED) >= 40
    named = {rule for _, rule, _ in VIOLATED} | {"image_size", "video_size"}
    assert {rule for limits in LIMITS.values() for rule in limits} <= named


def test_all_violations_of_a_row_are_named() -> None:
    """Not only the first one, and for each account."""
    row = {
        "account_ids": ["instagram", "google", "nobody"],
        "summary": text(2_300),
        "media": [GIF, MP4, JPEG | {"type": "image"}],
        "schedule_date": "2026-01-01T09:00Z",
        "type": "post",
    }
    found = check(row)
    counts = found.groupby(["rule", found["platform"].fillna("-")]).size().to_dict()
    assert counts == {
        ("unknown_account", "-"): 1,
        ("past_date", "-"): 1,
        ("media_type", "-"): 1,
        ("characters", "instagram"): 1,
        ("characters", "google"): 1,
        ("image_type", "instagram"): 1,
        ("image_type", "google"): 1,
        ("mixed_media", "google"): 1,
    }
    assert "2,300 characters; instagram allows 2,200" in " ".join(found["message"])


@folded(
    ("second", "ids"),
    [
        ({}, "facebook"),
        ({"schedule_date": "2026-02-01T10:00:00+01:00"}, "facebook"),
        ({"account_ids": "linkedin, facebook"}, "facebook"),
        ({"follow_up_comment": "First!"}, "facebook"),
        ({"tags": "t1"}, "facebook"),
    ],
)
def test_a_repeated_row_is_named(second: dict[str, Any], ids: str) -> None:
    """The same account, time, and content, whatever else differs."""
    found = check({}, second)
    assert found[["row", "rule", "value"]].to_numpy().tolist() == [[1, "duplicate_row", ids]]
    assert "row 0" in found["message"][0]


def test_rows_with_other_content_are_no_repetition() -> None:
    """Another account, time, text, medium, or type."""
    rows: list[dict[str, Any]] = [
        {}, {"account_ids": "linkedin"}, {"schedule_date": "2026-02-01T09:01Z"},
        {"summary": "Bonjour"}, {"media": [JPEG]}, {"media": [PNG]}, REEL,
    ]  # fmt: skip
    assert check(*rows).empty


def test_tags_and_categories_are_checked_if_they_are_passed() -> None:
    """By their ids."""
    rows = sheet({"tags": "t1, t9", "category_id": "c9"}, {"summary": "x", "category_id": "c1"})
    assert ghl.check_posts(rows, accounts(), now=NOW).empty
    labels = {"tags": pd.DataFrame({"id": ["t1"]}), "categories": pd.DataFrame({"id": ["c1"]})}
    found = ghl.check_posts(rows, accounts(), now=NOW, **labels)
    assert found[["rule", "value"]].to_numpy().tolist() == [
        ["unknown_tag", "t9"],
        ["unknown_category", "c9"],
    ]


def _sound(chance: random.Random, number: int) -> dict[str, Any]:
    """Return a row within all limits, which is often at one."""
    platform = chance.choice([p for p in PLATFORMS if p != "threads"])
    type_ = chance.choice([t for p, t in LIMITS if p == platform])
    limits = LIMITS[platform, type_]

    def media(kind: str, most: int) -> list[dict[str, str]]:
        allowed = limits.get(f"{kind}_type")
        types = allowed.allowed if allowed else (f"{kind}/mp4" if kind == "video" else "image/png",)
        return [
            {"url": f"https://cdn.example.com/{number}/{n}", "type": chance.choice(types)}  # type: ignore[arg-type]
            for n in range(chance.choice([1, most]))
        ]

    def most(rule: str, default: int) -> int:
        limit = limits.get(rule)
        return limit.allowed if limit and isinstance(limit.allowed, int) else default

    total = most("media", 20)
    images = 0 if type_ == "reel" else min(most("images", total), total)
    found = media("image", images) if images and chance.random() < 0.6 else None
    if found is None and (images == 0 or "media_required" in limits or chance.random() < 0.4):
        found = media("video", 1)
    is_photo = bool(found) and found[0]["type"].startswith("image/")  # type: ignore[index]
    length = most("photo_characters" if is_photo else "characters", 9_000)
    length = most("characters", 9_000) if "photo_characters" not in limits else length
    words = chance.choice(
        [text(length), "日本語 🍜 text", "A\nb", text(chance.randint(1, length or 1))]
    )
    row = on(
        platform, type=type_, media=found, summary=None if type_ == "story" else words[:length]
    )
    row["schedule_date"] = (NOW + timedelta(minutes=1 + number)).isoformat()
    row["title"] = text(100) if platform == "youtube" and chance.random() < 0.5 else None
    row["board_id"] = "b1" if platform == "pinterest" else None
    row["follow_up_comment"] = "First!" if platform in ("facebook", "instagram") else None
    return row


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_a_thousand_sound_rows_raise_no_alarm(seed: int) -> None:
    """At the limits, and within them."""
    chance = random.Random(seed)
    rows = [_sound(chance, number) for number in range(1_000)]
    found = check(*rows)
    assert found.empty, found[["row", "rule", "value", "allowed"]].head().to_string()
    assert {row["account_ids"] for row in rows} == set(PLATFORMS) - {"threads"}


@pytest.mark.parametrize("rows", [[], [{}], [{"type": "poem"}]])
def test_the_columns_are_the_documented_ones(rows: list[dict[str, Any]]) -> None:
    """Also when there is no violation, and no row."""
    frame = sheet(*rows) if rows else sheet({})[:0]
    found = ghl.check_posts(frame, accounts(), now=NOW)
    expected = {name: KINDS[kind] for name, kind in documented(ghl.check_posts).items()}
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == expected
    assert list(VIOLATIONS) == list(expected)


@pytest.mark.slow
def test_a_cell_may_hold_anything() -> None:
    """Its row is named, and the rows beside it are sound."""
    columns = ["tags", "type", "media", "files", "category_id", "follow_up_comment", "title"]
    rows = sheet(*({"summary": f"Post {number}"} for number in range(len(ODD) + 1)))
    rows = rows.reindex(columns=[*rows, *columns, "board_id"]).astype(object)
    for number, (cells, _) in enumerate(ODD):
        for name, value in cells.items():
            rows.at[number, name] = value
    found = ghl.check_posts(rows, accounts(), now=NOW)
    assert set(found["row"]) == set(range(len(ODD)))
    found.to_csv().encode()
    odd = [value for cells, _ in ODD for value in cells.values()]
    odd += [b"\xff", object(), [[]], [None], {}, -1, True, float("nan")]
    for column in rows.columns:
        whole = sheet(*({"summary": f"Post {number}"} for number in range(len(odd))))
        whole = whole.reindex(columns=rows.columns).astype(object)
        for number, value in enumerate(odd):
            whole.at[number, column] = value
        ghl.check_posts(whole, accounts(), now=NOW).to_csv().encode()


@folded(
    ("call", "words"),
    [
        (lambda: ghl.check_posts(sheet({}), "facebook"), "accounts is a str"),  # type: ignore[arg-type]
        (lambda: ghl.check_posts(sheet({}), sheet({})), "accounts has no column id"),
        (lambda: ghl.check_posts(sheet({}), accounts()[["id"]]), "no column platform"),
        (lambda: ghl.check_posts(sheet({}).to_dict(), accounts()), "a dict, not a DataFrame"),  # type: ignore[arg-type]
        (lambda: ghl.check_posts(sheet({}).assign(x=1), accounts()), "column x is unknown"),
        (lambda: ghl.check_posts(sheet({}), accounts(), now="2026-01-05T09:00"), "time zone"),
    ],
)
def test_an_argument_of_another_kind_is_refused(call: Callable[[], Any], words: str) -> None:
    """With what to pass."""
    with pytest.raises(ghl.errors.ArgumentError, match=words):
        call()


# The same checks before anything is sent.


@pytest.fixture
def _plans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GHL_PLANS_DIR", str(tmp_path))


@pytest.mark.usefixtures("_plans")
def test_a_row_beyond_a_limit_is_not_sent(client: Client, sim: Simulator) -> None:
    """Unless the caller says so; the report names all of its violations, limits, and sources."""
    google = ghl.fetch_accounts(client).set_index("platform").loc["google", "id"]
    row = {"account_ids": google, "summary": text(1_501), "media": [GIF]}
    rows = sheet(row)
    for dry_run in (True, False):
        frame = ghl.schedule_posts(client, rows, dry_run=dry_run)
        assert frame["action"].to_list() == ["refused"]
        error = frame["error"][0]
        assert "google allows 1,500 (HighLevel help: Posting Content" in error
        assert "checked 2026-11-30" in error
        assert "image/gif" in error
        assert "enforce_limits=False" in frame["next_step"][0]
    assert not any(one.path.endswith("/posts") for one in sim.requests)
    frame = ghl.schedule_posts(client, rows, dry_run=False, enforce_limits=False)
    assert frame["action"].to_list() == ["scheduled"]


@pytest.mark.usefixtures("_plans")
def test_what_the_api_refuses_is_never_sent(client: Client) -> None:
    """Whatever the limits."""
    facebook = ghl.fetch_accounts(client).set_index("platform").loc["facebook", "id"]
    rows = sheet({"account_ids": facebook, "media": [JPEG | {"type": "image"}]})
    frame = ghl.schedule_posts(client, rows, enforce_limits=False)
    assert frame["action"].to_list() == ["refused"]
    assert "enforce_limits" not in frame["next_step"][0]


@pytest.mark.usefixtures("_plans")
def test_a_tag_that_does_not_exist_is_refused(client: Client, sim: Simulator) -> None:
    """Where the tags can be listed; a scope that is missing for that costs nothing."""
    facebook = ghl.fetch_accounts(client).set_index("platform").loc["facebook", "id"]
    rows = sheet({"account_ids": facebook, "tags": "t1"})
    assert ghl.schedule_posts(client, rows)["error"][0] == "There is no tag t1."
    sim.levers.fail_with("scope_missing", "*/tags", times=None)
    assert ghl.schedule_posts(client, rows)["action"][0] == "would schedule"


@pytest.mark.usefixtures("_plans")
def test_a_pin_is_sent_with_its_board(client: Client, sim: Simulator) -> None:
    """By the login of its account, as version v3 has it; a title comes with it."""
    listed = client.accounts.list().accounts
    account = next(one for one in listed if one.platform == "pinterest")
    cells = {"account_ids": account.id, "media": [JPEG], "board_id": "board-1", "title": "Spring"}
    frame = ghl.schedule_posts(client, sheet(cells), dry_run=False)
    assert frame["action"].to_list() == ["scheduled"], frame["error"][0]
    (body,) = (one.body for one in sim.requests if one.path.endswith("/posts"))
    assert body["pinterestPostDetails"] == {
        "title": "Spring",
        "boardIds": {account.oauth_id: "board-1"},
    }
