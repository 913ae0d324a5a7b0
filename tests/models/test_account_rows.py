"""Rows in bulk have the values that the records have, and no answer breaks them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ghl_notebook.frames import ACCOUNT_LAYOUT
from ghl_notebook.models import BLOCK_BYTES, Account, AccountList
from tests.folding import folded

FULL: dict[str, Any] = {
    "id": "65f2_loc_1789",
    "oauthId": "65f2",
    "profileId": "77aa",
    "originId": "1789",
    "name": "Café Lumière",
    "platform": "instagram",
    "type": "page",
    "avatar": "https://x.example/a.png",
    "expire": "2026-03-06T09:00:00.000Z",
    "isExpired": False,
    "meta": {"pageId": "107"},
    "active": True,
    "deleted": False,
    "hasStatisticsPermissions": True,
    "buildingStatistics": False,
    "syncPosts": False,
    "createdAt": "2026-01-05T09:00:00.015Z",
    "updatedAt": "2026-01-05T10:00:00.000Z",
}
READER = ACCOUNT_LAYOUT.reader
ROW = type(READER.read_block([msgspec.Raw(b"{}")])[0])
LARGE = "x" * BLOCK_BYTES
"""An answer with this in it is read in blocks."""


def read(body: bytes) -> AccountList:
    """Read a body that is JSON."""
    found = READER.read(body)
    assert found is not None
    return found


def rows_of(*accounts: object, message: str = "Fetched Accounts") -> list[Any]:
    """Read the accounts of a body that has such a message."""
    body = {"success": True, "message": message, "results": {"accounts": accounts, "groups": []}}
    blocks = READER.blocks(read(json.dumps(body, separators=(",", ":")).encode()))
    return [row for block in blocks for row in block]


def test_a_row_has_the_fields_of_an_account() -> None:
    """Nothing that a record has is left out, under the same names."""
    fields = {f.encode_name: f.name for f in msgspec.structs.fields(Account) if f.name != "extra"}
    assert {f.encode_name: f.name for f in msgspec.structs.fields(ROW)} == fields


@pytest.mark.parametrize("message", ["Fetched Accounts", LARGE])
def test_the_values_of_a_full_row(message: str) -> None:
    """Dates and `meta` are as they came; the rest is what a record has."""
    (row,) = rows_of(FULL, message=message)
    values = {f.encode_name: getattr(row, f.name) for f in msgspec.structs.fields(ROW)}
    assert values == {**FULL, "meta": msgspec.Raw(b'{"pageId":"107"}')}


@pytest.mark.parametrize("message", ["Fetched Accounts", LARGE])
def test_a_row_that_does_not_fit_does_not_spoil_its_neighbours(message: str) -> None:
    """It is read as a record is, the others as always, in their order."""
    odd = {"id": 17, "isExpired": "true", "name": ["x"], "createdAt": 1_767_603_600}
    rows = rows_of({"id": "a"}, odd, None, "text", {"id": "b"}, message=message)
    assert [row.id for row in rows] == ["a", "17", None, None, "b"]
    assert (rows[1].is_expired, rows[1].name) == (True, None)
    assert rows[1].created_at == datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_a_large_answer_comes_in_blocks() -> None:
    """Each has about as much JSON as is read at once, and together they are all."""
    body = json.dumps({"results": {"accounts": [{"id": str(n), **FULL} for n in range(5_000)]}})
    sizes = [len(block) for block in READER.blocks(read(body.encode()))]
    assert len(sizes) == len(body) // BLOCK_BYTES + 1
    assert sum(sizes) == 5_000


@pytest.mark.parametrize("message", ["", LARGE])
def test_groups_that_fit_and_groups_that_do_not(message: str) -> None:
    """An id that is a number is text, as in a record."""
    for identity in ("5", 5):
        groups = [{"id": identity, "accountIds": ["a"], "new": 1}]
        body = {"message": message, "results": {"accounts": [], "groups": groups}}
        (group,) = read(json.dumps(body).encode()).groups
        assert (group.id, group.name, group.account_ids) == ("5", None, ["a"])


@folded(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"results":{"accounts":[{}]}',
        b'{"results":{"accounts":[{"meta":{"a":01}}]}}',
        b'{"results":{"accounts":[{"meta":"\xff"}]}}',
        b'{"x":"\xe2\x82","results":{"accounts":[]}}',
        b'{"results":{"accounts":[]},"x":"' + LARGE.encode() + b'\xe2\x82"}',
        b"[" * 100_000,
        b'{"results":{"accounts":[{"meta":' + b"[" * 100_000,
        b"{}",
        b'{"results":null}',
        b'{"results":{"accounts":{}}}',
        b'{"results":{"groups":[]}}',
        b'{"success":false,"results":{"accounts":[]}}',
        b'{"success":false,"results":{"accounts":[7]}}',
        b'{"success":"no","results":{"accounts":[]}}',
        b'{"results":[],"results":{"accounts":[]}}',
    ],
    ids=range(18),
)
def test_what_takes_a_closer_look_is_none(body: bytes) -> None:
    """Also where nothing but a skipped value is malformed, or UTF-8 ends in the middle."""
    assert READER.read(body) is None


def test_a_character_may_lie_across_two_pieces() -> None:
    """UTF-8 is checked piece by piece, and no character is cut."""
    text = "é" * BLOCK_BYTES
    for shift in ("", "a"):
        body = json.dumps({"a": shift + text, "results": {"accounts": [{}]}}, ensure_ascii=False)
        assert len(list(READER.blocks(read(body.encode())))) == 1


def test_a_number_that_no_float_can_hold_is_no_value() -> None:
    """It spoils neither its row nor the answer."""
    body = b'{"results":{"accounts":[{"id":1e999,"new":1e999,"name":"x"},{"id":"b"}]}}'
    (rows,) = READER.blocks(read(body))
    assert [(row.id, row.name) for row in rows] == [(None, "x"), ("b", None)]


def test_meta_is_compact() -> None:
    """However the answer is written, the JSON that is passed on has no spaces between values."""
    body = json.dumps({"results": {"accounts": [{"meta": {"a b": [1, "x: y"]}}]}}, indent=2)
    (rows,) = READER.blocks(read(body.encode()))
    assert bytes(rows[0].meta) == b'{"a b":[1,"x: y"]}'
