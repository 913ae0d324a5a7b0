"""The payload of the finish page, as it was captured, as it is documented, and as junk."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ghl_notebook.models import MessagePayload, read_message
from ghl_notebook.models.message_payload import MAX_MESSAGE_CHARACTERS
from tests.folding import folded

ID = "65f2d989a4f2f1e5322c3856"

# The only one that was ever published.
CAPTURED = {
    "actionType": "close",
    "page": "social_media_posting",
    "platform": "facebook",
    "placement": "undefined",
    "accountId": ID,
    "refresh": "undefined",
    "source": "undefined",
}

# The field table of the page "Starts OAuth For Instagram Account".
DOCUMENTED = {
    "actionType": "close",
    "page": "social-media-posting",
    "platform": "instagram",
    "placement": "placement",
    "accountId": "658a9b6833b91e0ecb8f3958",
    "reconnectAccounts": ["658a9b6833b91e0ecb834acd", "efd2daa9b6833b91e0ecb8f3511"],
}


def test_the_captured_payload_is_read() -> None:
    """The string "undefined" is a missing value."""
    assert read_message(CAPTURED) == MessagePayload(
        action_type="close", page="social_media_posting", platform="facebook", account_id=ID
    )


def test_the_documented_payload_is_read() -> None:
    """All six documented fields, in the documented spelling of `page`."""
    assert read_message(DOCUMENTED) == MessagePayload(
        action_type="close",
        page="social-media-posting",
        platform="instagram",
        placement="placement",
        account_id="658a9b6833b91e0ecb8f3958",
        reconnect_accounts=("658a9b6833b91e0ecb834acd", "efd2daa9b6833b91e0ecb8f3511"),
    )


def test_a_payload_goes_back_to_the_services_names() -> None:
    """Every name is there, missing values as None."""
    found = read_message(CAPTURED)
    assert found is not None
    assert found.as_dict() == {
        "actionType": "close",
        "page": "social_media_posting",
        "platform": "facebook",
        "placement": None,
        "accountId": ID,
        "reconnectAccounts": [],
        "refresh": None,
        "source": None,
    }


@pytest.mark.parametrize("data", [CAPTURED, DOCUMENTED])
def test_a_json_string_is_the_same(data: dict[str, Any]) -> None:
    """Some pages post text."""
    assert read_message(json.dumps(data)) == read_message(data)


def test_a_cleaned_payload_reads_as_itself() -> None:
    """Cleaning twice changes nothing."""
    found = read_message(DOCUMENTED)
    assert found is not None
    assert read_message(found.as_dict()) == found


@pytest.mark.parametrize("missing", ["undefined", "null", "", "  ", None, 0, [], {}])
def test_a_missing_value_has_many_forms(missing: object) -> None:
    """All of them are None."""
    found = read_message(CAPTURED | {"accountId": missing})
    assert found is not None
    assert found.account_id is None
    assert not found.has_plausible_id


@pytest.mark.parametrize("page", ["social_media_posting", "social-media-posting"])
def test_either_spelling_of_the_page_is_ours(page: str) -> None:
    """The sample listener and the field table of the documents disagree."""
    assert read_message({"page": page}) == MessagePayload(page=page)


def test_another_page_is_ours_if_it_says_what_to_do() -> None:
    """`page` alone does not decide."""
    found = read_message({"actionType": "close", "page": "other", "accountId": ID})
    assert found is not None
    assert found.account_id == ID


@pytest.mark.parametrize(
    ("listed", "ids"),
    [
        ([ID, ID[::-1]], (ID, ID[::-1])),
        (f"{ID}, {ID[::-1]}", (ID, ID[::-1])),
        ("undefined", ()),
        ("", ()),
        (["undefined", "", None, 5, {}, ID], (ID,)),
        ({"0": ID}, ()),
        (None, ()),
        (7, ()),
    ],
)
def test_reconnected_accounts_are_a_list_of_ids(listed: object, ids: tuple[str, ...]) -> None:
    """A list, a string with commas, or nothing."""
    found = read_message(CAPTURED | {"reconnectAccounts": listed})
    assert found is not None
    assert found.reconnect_accounts == ids


JUNK: list[object] = [
    None, True, False, 0, 1.5, float("nan"), [], [CAPTURED], {}, "", "close", "[]", "null", "5",
    '"text"', "{", b"{}", json.dumps([CAPTURED]), {"page": "login"}, {"actionType": 5},
    {"type": "webpackOk"}, {"accountId": ID, "platform": "facebook"},
    '{"a":' * 3_000 + "1" + "}" * 3_000, "[" * 16_000, "9" * 16_000, " " * 16_000,
    json.dumps(CAPTURED | {"more": "x" * MAX_MESSAGE_CHARACTERS}), object(), {1: 2}, {None: None},
]  # fmt: skip


@folded("data", JUNK, ids=range(len(JUNK)))
def test_a_message_of_someone_else_is_none(data: object) -> None:
    """Pages receive many messages, of any shape and size."""
    assert read_message(data) is None


@pytest.mark.parametrize(
    "more",
    [
        {"__proto__": {"accountId": "evil-account"}},
        {"constructor": {"prototype": {}}},
        {"toString": "x"},
        {"": "x"},
        {5: "x"},
        {"account_id": "evil-account"},
        {"AccountId": "evil-account"},
    ],
)
def test_other_keys_change_nothing(more: dict[Any, Any]) -> None:
    """Neither prototypes nor other spellings reach the payload."""
    assert read_message({**CAPTURED, **more}) == read_message(CAPTURED)


@pytest.mark.parametrize(
    ("account_id", "plausible"),
    [
        (ID, True),
        ("u37swmmLbA02zgqKPpxITe2", True),
        ("658a9b68_3b91-e0ec", True),
        ("short", False),
        ("a" * 129, False),
        ("65f2d989a4f2/../users", False),
        ("65f2d989 a4f2f1e5", False),
        ("<script>alert(1)</script>", False),
        ("65f2d989a4f2f1e5\n", True),
        ("٠١٢٣٤٥٦٧٨٩", False),
    ],
)
def test_an_id_is_plausible_or_not(account_id: str, plausible: bool) -> None:
    """Only letters, digits, `_` and `-`, eight to 128 of them; spaces around it are cut."""
    found = read_message(CAPTURED | {"accountId": account_id})
    assert found is not None
    assert found.has_plausible_id is plausible


@pytest.mark.parametrize(
    ("said", "asked", "same"),
    [
        ("tiktok-business", "tiktok-business", True),
        ("tiktok_business", "tiktok-business", True),
        ("TikTok-Business", "tiktok-business", True),
        ("facebook", "instagram", False),
        ("tiktok", "tiktok-business", False),
        ("undefined", "instagram", False),
        (None, "instagram", False),
    ],
)
def test_a_payload_is_for_one_platform(said: str | None, asked: str, same: bool) -> None:
    """Case, `_` and `-` do not matter; a payload that names none is for none."""
    found = read_message(CAPTURED | {"platform": said})
    assert found is not None
    assert found.is_for(asked) is same


def test_a_payload_cannot_be_changed() -> None:
    """What was checked stays what it was."""
    found = read_message(CAPTURED)
    assert found is not None
    with pytest.raises(AttributeError):
        found.account_id = "evil-account"  # type: ignore[misc]
