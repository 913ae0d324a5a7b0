"""What holds for any message, any answer and any record, whoever has thought it up.

``HYPOTHESIS_PROFILE=explore`` looks further, at other examples each time.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.faults.laws import (
    TOKEN,
    law_of_accounts,
    law_of_answers,
    law_of_messages,
    law_of_records,
    law_of_step_two,
)

pytestmark = pytest.mark.exhaustive

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "undefined", "null", " x ", TOKEN, "2026-01-05T09:00:00.000Z", "0"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that have some of the names, with any values, and other names besides."""
    named = st.dictionaries(st.sampled_from(names), JSON, max_size=len(names))
    return st.builds(lambda a, b: {**b, **a}, named, st.dictionaries(st.text(max_size=8), JSON))


MESSAGES = objects(
    "actionType",
    "page",
    "platform",
    "placement",
    "accountId",
    "reconnectAccounts",
    "refresh",
    "source",
).map(lambda found: {"page": "social_media_posting", **found})

ACCOUNT = objects(
    "id",
    "oauthId",
    "profileId",
    "originId",
    "name",
    "platform",
    "type",
    "avatar",
    "expire",
    "isExpired",
    "active",
    "deleted",
    "createdAt",
    "updatedAt",
    "meta",
)
GROUP = objects("id", "name", "accountIds")
ITEM = objects("id", "originId", "openId", "name", "type", "avatar", "location", "account", "urn")

HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "content-type",
            "retry-after",
            "x-ratelimit-max",
            "x-ratelimit-remaining",
            "x-ratelimit-interval-milliseconds",
            "x-ratelimit-daily-remaining",
            "x-ratelimit-daily-reset",
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
    | st.integers(-1, 10**20).map(str)
    | st.sampled_from(["text/plain", "text/html; charset=nonsense", "application/json"]),
)
BODIES = (
    st.binary(max_size=2_000)
    | st.text(max_size=200).map(lambda text: text.encode(errors="replace"))
    | (JSON | objects("message", "error", "error_description", "traceId", "success", "statusCode"))
    .map(json.dumps)
    .map(str.encode)
)
STATUSES = st.sampled_from([200, 201, 204, 400, 401, 403, 404, 408, 422, 429, 500, 502, 504]) | (
    st.integers(200, 999)
)


@given(JSON | MESSAGES | st.text())
@example({"page": "social_media_posting", "accountId": "\ud800"})
@example("[" * 10_000)
def test_any_message(data: object) -> None:
    """Pages receive many messages: each is read, or is none of ours."""
    law_of_messages(data)


@given(MESSAGES)
def test_a_message_as_text_is_the_same_message(data: dict[str, Any]) -> None:
    """An object and its JSON are judged alike."""
    law_of_messages(json.dumps(data))
    law_of_messages(data)


@given(STATUSES, HEADERS, BODIES)
@example(200, {}, b"[" * 100_000)
@example(429, {"x-ratelimit-daily-remaining": "0", "x-ratelimit-daily-reset": "9" * 12}, b"")
@example(401, {}, json.dumps({"message": f"Invalid {TOKEN}", "traceId": TOKEN}).encode())
@example(401, {}, json.dumps({"message": "x" * 480 + TOKEN}).encode())
@example(500, {}, json.dumps({"message": [TOKEN[:12], TOKEN]}).encode())
@example(403, {"content-type": "text/plain"}, b"x" * 480 + TOKEN.encode())
@example(200, {"content-type": "text/plain"}, b"two\r\nlines")
def test_any_answer(status: int, headers: dict[str, str], body: bytes) -> None:
    """Whatever is answered is a value or one of our errors."""
    law_of_answers(status, headers, body)


@given(st.fixed_dictionaries({"accounts": st.lists(ACCOUNT | JSON, max_size=4) | JSON}))
def test_any_accounts(results: dict[str, Any]) -> None:
    """Whatever the service lists, the frame has its schema, and no row is lost."""
    law_of_accounts(results)


@given(st.lists(ACCOUNT, max_size=3), st.lists(GROUP | JSON, max_size=3) | JSON)
def test_any_groups(accounts: list[object], groups: object) -> None:
    """Groups of any kind add no row and take none away."""
    law_of_accounts({"accounts": accounts, "groups": groups})


@given(JSON)
def test_any_results(results: object) -> None:
    """So it is when there is no list at all."""
    law_of_accounts(results)
    law_of_step_two(results)


@given(
    st.dictionaries(
        st.sampled_from(["pages", "accounts", "profile", "channels", "locations"]),
        st.lists(ITEM, max_size=3) | ITEM | JSON,
    )
    | ITEM
)
def test_any_step_two(results: dict[str, Any]) -> None:
    """What may be attached is read in every shape, for every platform."""
    law_of_step_two(results)


@given(ACCOUNT | objects("_id", "oAuthId", "meta", "roles", "deleted", "createdAt") | JSON)
def test_any_record(wire: object) -> None:
    """What was attached, and who uses a sub-account."""
    law_of_records(wire)
