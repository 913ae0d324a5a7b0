"""Step 2 in every shape that was seen or documented, per platform, as one kind of record."""

from __future__ import annotations

from typing import Any

import pytest

from ghl_notebook.models import AvailableAccount, attach_body, available_accounts, find_platform
from tests.folding import folded


def read(platform: str, results: object) -> list[AvailableAccount]:
    """Read `results` of step 2."""
    return available_accounts(find_platform(platform), results)


PAGE = {"id": "1", "name": "Café Lumière", "avatar": "https://x.example/a.png"}
COMMON = {"origin_id": "1", "name": "Café Lumière", "avatar": "https://x.example/a.png"}
FLAT_TIKTOK = {"openId": "1", "displayName": "Café Lumière", "avatarUrl": "https://x.example/a.png"}

SHAPES: list[tuple[str, str, dict[str, Any], list[dict[str, Any]]]] = [
    (
        "facebook pages",
        "facebook",
        {"pages": [{**PAGE, "isOwned": True, "isConnected": False}]},
        [{**COMMON, "type": "page", "is_owned": True, "is_connected": False}],
    ),
    (
        "instagram by id",
        "instagram",
        {"accounts": [{**PAGE, "pageId": "107", "isConnected": True}]},
        [{**COMMON, "page_id": "107", "is_connected": True}],
    ),
    (
        "instagram by originId",
        "instagram",
        {"accounts": [{"originId": "1", "name": "n", "isBusinessAccount": True}]},
        [{"origin_id": "1", "name": "n", "is_business_account": True}],
    ),
    (
        "instagram by both",
        "instagram",
        {"accounts": [{"originId": "1", "id": "other"}]},
        [{"origin_id": "1"}],
    ),
    (
        "linkedin pages and profile",
        "linkedin",
        {"pages": [{**PAGE, "urn": "urn:1"}], "profile": [{"id": "2", "name": "Amara"}]},
        [
            {**COMMON, "type": "page", "urn": "urn:1"},
            {"origin_id": "2", "name": "Amara", "type": "profile"},
        ],
    ),
    (
        "linkedin profile as one object",
        "linkedin",
        {"pages": [], "profile": {"id": "2", "name": "Amara"}},
        [{"origin_id": "2", "name": "Amara", "type": "profile"}],
    ),
    (
        "tiktok profile",
        "tiktok",
        {"profile": [{**PAGE, "username": "cafe", "type": "PROFILE", "verified": True}]},
        [{**COMMON, "username": "cafe", "type": "profile", "verified": True}],
    ),
    ("tiktok flat", "tiktok", FLAT_TIKTOK, [{**COMMON, "type": "profile"}]),
    (
        "tiktok-business profile",
        "tiktok-business",
        {"profile": [{**PAGE, "type": "BUSINESS"}]},
        [{**COMMON, "type": "business"}],
    ),
    ("tiktok-business flat", "tiktok-business", FLAT_TIKTOK, [{**COMMON, "type": "business"}]),
    ("youtube profile", "youtube", {"profile": [PAGE]}, [{**COMMON, "type": "profile"}]),
    ("youtube channels", "youtube", {"channels": [PAGE]}, [{**COMMON, "type": "profile"}]),
    (
        "youtube title",
        "youtube",
        {"channels": [{"id": "1", "title": "Café"}]},
        [{"origin_id": "1", "name": "Café", "type": "profile"}],
    ),
    (
        "pinterest profile",
        "pinterest",
        {"profile": [{**PAGE, "type": "PINNER", "websiteUrl": "https://x.example"}]},
        [{**COMMON, "type": "pinner", "website_url": "https://x.example"}],
    ),
    ("pinterest flat", "pinterest", PAGE, [{**COMMON, "type": "profile"}]),
    ("threads profile", "threads", {"profile": [PAGE]}, [{**COMMON, "type": "profile"}]),
    ("empty list", "facebook", {"pages": []}, []),
    ("empty object", "instagram", {}, []),
    ("null", "instagram", {"accounts": None}, []),
]


@folded(("platform", "results", "expected"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_every_shape_gives_the_same_kind_of_record(
    platform: str, results: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    """Whatever the shape, one record per page, profile or channel, under the same names."""
    found = read(platform, results)
    assert found == [AvailableAccount(**{**row, "platform": platform}) for row in expected]


LOCATION = {
    "name": "accounts/9/locations/1146",
    "title": "Café Lumière",
    "isVerified": True,
    "isConnected": False,
    "storeCode": "122",
}
OWNER = {"name": "accounts/9", "accountName": "Amara"}
GOOGLE = AvailableAccount(
    origin_id="1146",
    platform="google",
    type="location",
    name="Café Lumière",
    is_connected=False,
    verified=True,
    extra={"location": LOCATION, "account": OWNER},
)


@pytest.mark.parametrize(
    "locations",
    [
        {"location": LOCATION, "account": OWNER},
        [{"location": LOCATION, "account": OWNER}],
        [{"location": LOCATION, "account": OWNER}, None, "junk", 5],
    ],
    ids=["one object", "list", "list with junk"],
)
def test_google_may_say_one_or_several(locations: object) -> None:
    """`locations` is one `{location, account}` or a list of them."""
    assert read("google", {"locations": locations}) == [GOOGLE]


def test_google_may_leave_the_wrapping_out() -> None:
    """A bare location is read as one, without an owner."""
    (found,) = read("google", {"locations": [LOCATION]})
    assert (found.origin_id, found.name) == ("1146", "Café Lumière")
    assert found.extra == {"location": LOCATION, "account": None}


def test_google_without_a_title_shows_its_name() -> None:
    """The resource name is better than nothing."""
    (found,) = read("google", {"locations": {"location": {"name": "locations/1"}, "account": {}}})
    assert found.name == "locations/1"


def test_google_of_wrong_types_is_read_as_far_as_it_goes() -> None:
    """Values that do not fit are missing in the record, and whole in `extra`."""
    location = {"name": 5, "title": ["x"], "isConnected": "perhaps"}
    (found,) = read("google", {"locations": {"location": location, "account": 7}})
    assert (found.origin_id, found.name, found.is_connected) == ("5", None, None)
    assert found.extra == {"location": location, "account": 7}


@folded("platform", ["facebook", "google", "tiktok"])
@folded(
    "results",
    [None, [], "text", 5, True, {"pages": 5}, {"locations": "x"}, {"profile": [None, 1, "x", []]}],
)
def test_junk_is_nothing_to_attach(platform: str, results: object) -> None:
    """Where no object is, no record is."""
    assert read(platform, results) == []


def test_the_rest_of_an_item_is_kept() -> None:
    """Fields that the record does not name are in `extra`."""
    (found,) = read("facebook", {"pages": [{**PAGE, "followers": 12, "isOwned": "perhaps"}]})
    assert found.extra == {"followers": 12, "isOwned": "perhaps"}


def test_an_id_that_came_as_a_number_is_a_string() -> None:
    """Ids are compared as strings."""
    (found,) = read("facebook", {"pages": [{"id": 10712345678901234}]})
    assert found.origin_id == "10712345678901234"


def test_a_null_does_not_hide_the_other_name() -> None:
    """`originId: null` beside an `id` is no id lost."""
    (found,) = read("instagram", {"accounts": [{"originId": None, "id": "1"}]})
    assert found.origin_id == "1"


@pytest.mark.parametrize(
    ("platform", "kind", "sent"),
    [
        ("facebook", "group", "page"),
        ("linkedin", "page", "page"),
        ("linkedin", "profile", "profile"),
        ("linkedin", None, "profile"),
        ("tiktok", "PROFILE", "profile"),
        ("tiktok-business", "BUSINESS", "business"),
        ("youtube", "PROFILE", "profile"),
        ("pinterest", "PINNER", "profile"),
        ("threads", None, "profile"),
    ],
)
def test_the_type_that_is_sent_is_one_the_service_takes(
    platform: str, kind: str | None, sent: str
) -> None:
    """Step 2 names types in words that attaching refuses: they are translated."""
    body = attach_body(find_platform(platform), AvailableAccount(origin_id="1", type=kind))
    assert body["type"] == sent
