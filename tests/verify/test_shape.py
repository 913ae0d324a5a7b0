"""Shapes: what a value looks like, without the value."""

from __future__ import annotations

from typing import Any

import pytest

from ghl_notebook.verify.shape import Names, brief, form_of, safe_key, safe_origin, shape_of
from tests.folding import folded

FORMS = {
    "66a1b2c3d4e5f60718293a4b": "24 hex",
    "17841405123456789": "17 digits",
    "ve9EPM428h8vShlRW1KT": "20 letters and digits",
    "7f9c24e8-3b12-4a6e-9d0f-1c2b3a4d5e6f": "UUID",
    "2026-01-05T09:00:00.000Z": "date-time",
    "https://cdn.example/a.png?token=1": "URL",
    "amara@example.com": "mail address",
    "Café Lumière": "text",
    "undefined": '"undefined"',
    "": "empty",
    " ": "empty",
}


@pytest.mark.parametrize("text", FORMS)
def test_a_string_has_a_form(text: str) -> None:
    """And no letter of its own."""
    assert form_of(text) == FORMS[text]


def test_words_of_the_service_are_kept_and_no_others() -> None:
    """The same word under another name is not."""
    assert shape_of({"actionType": "close", "name": "close"}) == {
        "actionType": '"close"',
        "name": "text",
    }
    assert shape_of({"page": "Amara Diallo"}) == {"page": "text"}
    assert shape_of({"placement": "66a1b2c3d4e5f60718293a4b"}) == {"placement": "24 hex"}


def test_what_is_known_is_named() -> None:
    """Ids of the run are distinguished from other ids of their form."""
    names = Names()
    names.add("accountId", "66a1b2c3d4e5f60718293a4b")
    assert shape_of(["66a1b2c3d4e5f60718293a4b", "66a1b2c3d4e5f60718293a4c"], names) == [
        "{accountId}",
        "24 hex",
    ]


def test_an_id_that_is_made_of_others_says_so() -> None:
    """As the accounts list's are."""
    names = Names()
    names.add("locationId", "ve9EPM428h8vShlRW1KT")
    row = {
        "id": "66a1b2c3d4e5f60718293a4b_ve9EPM428h8vShlRW1KT_1784140512_page",
        "oauthId": "66a1b2c3d4e5f60718293a4b",
        "originId": "1784140512",
        "type": "page",
    }
    shape = shape_of(row, names)
    assert isinstance(shape, dict)
    assert shape["id"] == "{oauthId}_{locationId}_{originId}_{type}"


@pytest.mark.parametrize("key", ["66a1b2c3d4e5f60718293a4b", "Amara Diallo", "a@b.c", "x" * 41, ""])
def test_a_key_that_may_be_somebodys_is_a_form(key: str) -> None:
    """Keys are shown, unless they look like values."""
    assert safe_key(key).startswith("<")
    assert safe_key("hasStatisticsPermissions") == "hasStatisticsPermissions"


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        ("https://services.leadconnectorhq.com", "https://services.leadconnectorhq.com"),
        ("http://localhost:8123", "http://localhost:8123"),
        ("null", "null"),
        ("https://a.example/path", "URL"),
        ("https://user@a.example", "URL"),
        ("<b>", "text"),
    ],
)
def test_an_origin_is_shown_if_it_is_one(origin: str, shown: str) -> None:
    """The origin is evidence; a complete address is not shown."""
    assert safe_origin(origin) == shown


ODD: list[Any] = [
    None, True, 0, -1, 1e300, float("nan"), "", "\0", "\ud800", "\n", "`", "|", "<b>", [], {}, [[]],
    {"": ""}, {"id": None}, {"id": 5}, {"id": []}, {"id": "a_b_c", "oauthId": {}, "originId": 7},
    {"id": "aaaaaaaa_aaaaaaaa", "oauthId": "aaaaaaaa", "originId": "aaaa"},
    {"id": "_", "type": "", "originId": "____"}, {"expire": 5, "updatedAt": 6},
    {"expire": "2026-01-05T09:00:00", "updatedAt": "2026-01-05T09:00:00.000Z"},
    {"expire": "9999-99-99T99:99", "updatedAt": "2026-01-05T09:00:00.000Z"},
    {"profileId": {}, "id": {}}, {"statusCode": "200"}, {"statusCode": 10**30},
    {"type": {"type": "type"}}, {"page": ["a", {"page": "b"}]}, "x" * 100_000,
]  # fmt: skip


@folded("value", ODD, ids=range(len(ODD)))
def test_every_value_has_a_shape(value: Any) -> None:
    """Any value of a service or a page has one."""
    shown = brief(shape_of(value))
    assert isinstance(shown, str)
    assert not set(shown) & set("\0\n`|")
    assert "<b" not in shown


SECRETS = ["pit-00000000-secret", "Amara Diallo", "مقهى الياسمين", "6f1c-7d2e 9a", "a.b/c?d=e%20f"]


@pytest.mark.parametrize("text", SECRETS)
def test_no_text_is_in_its_own_shape(text: str) -> None:
    """The position of the text does not matter."""
    value = {"name": text, "items": [text, {"platform": text}], "id": text, "expire": text}
    assert text not in brief(shape_of(value))
    assert text not in brief(shape_of({text: text}))
    assert text not in safe_origin(text)


def test_what_is_too_deep_is_cut() -> None:
    """A body can be nested to any depth."""
    value: Any = "x"
    for _ in range(100):
        value = [value]
    assert "too deep" in brief(shape_of(value))
