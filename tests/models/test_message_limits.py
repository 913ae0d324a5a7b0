"""What any page may post, and how little of it comes through; only the account id is confirmed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghl_notebook.models import MessagePayload, is_plausible_id, read_message

from .test_message_payload import CAPTURED, DOCUMENTED, ID

WORDS = ("actionType", "page", "platform", "placement", "refresh", "source")
SAYABLE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/ -")
EVIL = [
    "x" * 65,
    "x" * 20_000,
    "<script>alert(1)</script>",
    "\x1b[31mred",
    "two\nlines",
    "\u202egnp.exe",
    "\u0430dmin",
    "\ud83d",
    "=HYPERLINK(1)",
    ["close"],
    {"toString": "close"},
    5,
]

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
_FIELD = _JSON | st.sampled_from([ID, "close", "undefined", *EVIL])
MESSAGES = st.fixed_dictionaries(
    {"actionType": st.just("close") | _FIELD},
    optional={
        **dict.fromkeys((*WORDS[1:], "accountId", "more"), _FIELD),
        "reconnectAccounts": st.lists(st.sampled_from([ID, "short"]) | _FIELD, max_size=200)
        | st.integers(0, 300).map(lambda n: [ID] * n)
        | st.integers(0, 300).map(lambda n: ",".join([ID] * n))
        | _FIELD,
    },
)


def faults(payload: MessagePayload) -> list[str]:
    """Return what of a payload is more than a page may say."""
    said: dict[str, Any] = payload.as_dict()
    found = [
        name
        for name in WORDS
        if said[name] is not None and not (0 < len(said[name]) <= 64 and set(said[name]) <= SAYABLE)
    ]
    if said["accountId"] is not None and len(said["accountId"]) > 129:
        found.append("accountId")
    listed = said["reconnectAccounts"]
    if len(listed) > 100 or not all(is_plausible_id(id_) for id_ in listed):
        found.append("reconnectAccounts")
    return found


@pytest.mark.slow
@given(MESSAGES)
def test_whatever_is_posted_the_payload_keeps_to_its_limits(message: dict[str, Any]) -> None:
    """Words of some length, an id, at most a hundred ids; and cleaning twice changes nothing."""
    payload = read_message(message)
    if payload is not None:
        assert faults(payload) == []
        assert len(json.dumps(payload.as_dict())) < 15_000
        assert read_message(payload.as_dict()) == payload


@pytest.mark.parametrize("value", EVIL, ids=range(len(EVIL)))
@pytest.mark.parametrize("name", WORDS)
def test_a_field_of_another_form_is_left_out(name: str, value: object) -> None:
    """As if the message did not have it; the others stay."""
    without = {key: said for key, said in DOCUMENTED.items() if key != name}
    assert read_message(DOCUMENTED | {name: value}) == read_message(without)


@pytest.mark.parametrize("value", [["x" * 8] * 101, ["a b"], [ID, "<b>12345678"], ["x" * 129]])
def test_reconnected_accounts_are_a_hundred_ids_at_most(value: list[str]) -> None:
    """Of more than that none is believed, as in the card; what is no id is left out."""
    payload = read_message(CAPTURED | {"reconnectAccounts": value})
    assert payload is not None
    assert payload.reconnect_accounts == ((ID,) if ID in value else ())


@pytest.mark.parametrize("length", [129, 16_384, 20_000])
def test_an_id_that_is_too_long_is_not_one_that_is_missing(length: int) -> None:
    """A login that was cancelled has none: this is a message to tell the user of."""
    payload = read_message(CAPTURED | {"accountId": "a" * length})
    assert payload is not None
    assert payload.account_id is not None
    assert not payload.has_plausible_id
    assert len(payload.account_id) <= 129


def test_fields_of_other_names_do_not_come_through() -> None:
    """Whatever a message has besides, its payload is the known one."""
    assert read_message(CAPTURED | {"more": "x" * 10_000, "__class__": 1}) == read_message(CAPTURED)
