"""What reaches the kernel of the messages that arrive at the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise

from playwright.sync_api import Page

from tests.card.harness import RESULT, Card, in_one_browser, post

KNOWN = {
    "actionType", "page", "platform", "placement", "accountId", "reconnectAccounts", "refresh",
    "source",
}  # fmt: skip


pytestmark = in_one_browser


def _claimed(card: Card, popup: Page, messages: Mapping[str, object]) -> list[str]:
    """Post messages from a window; return the names of those that were passed on."""
    card.run(
        """(card) => {
            window.judged = [];
            addEventListener("message", ({ data }) => {
                const claims = card.model.sent.filter(({ type }) => type === "claim").length;
                if (data?.judged) window.judged.push([data.judged, claims]);
            });
        }"""
    )
    popup.evaluate(
        """(messages) => messages.forEach(([name, data]) => {
            opener.postMessage(data, "*");
            opener.postMessage({ judged: name }, "*");
        })""",
        list(messages.items()),
    )
    card.page.wait_for_function("(count) => judged.length === count", arg=len(messages))
    judged = [["", 0], *card.page.evaluate("judged")]
    return [name for (_, before), (name, after) in pairwise(judged) if after > before]


def test_result_becomes_a_claim(page: Page) -> None:
    """The service's message reaches the kernel with its origin, and with the window it is from."""
    card = Card(page)
    post(card.open(), RESULT)
    assert card.wait_for_sent("claim") == [
        {
            "type": "claim",
            "run": "run-1",
            "origin": f"http://localhost:{card.port}",
            "page_origin": f"http://127.0.0.1:{card.port}",
            "source": "popup",
            "data": RESULT,
        }
    ]


def test_variants_are_passed_on(page: Page) -> None:
    """What the documents and captures differ in does not stop a message, nor does JSON text."""
    card = Card(page, platform="tiktok-business")
    popup = card.open()
    result = RESULT | {"platform": "tiktok-business"}
    variants = {
        "a hyphen": result | {"page": "social-media-posting"},
        "no page": result | {"page": None},
        "another page": result | {"page": "something_new"},
        "no action": result | {"actionType": None},
        "accounts": result | {"reconnectAccounts": ["a", "b"]},
        "no account": result | {"accountId": None},
        "an underscore": result | {"platform": "tiktok_business"},
        "capitals": result | {"platform": "TIKTOK_BUSINESS"},
    }
    as_text = {f"{name}, as JSON": json.dumps(data) for name, data in variants.items()}
    assert _claimed(card, popup, variants | as_text) == [*variants, *as_text]
    assert [claim["data"] for claim in card.sent("claim")] == [*variants.values()] * 2


MEGABYTE = "x" * 1_000_000
NO_RESULTS = {
    "nothing": None,
    "a yes": True,
    "a number": 7,
    "a word": "text",
    "broken JSON": "{broken",
    "JSON's null": "null",
    "a list": [],
    "a result in a list": [RESULT],
    "an object": {},
    "a result in an object": {"data": RESULT},
    "a platform alone": {"platform": "instagram"},
    "a number as action": {"platform": "instagram", "actionType": 1, "page": "other"},
    "another platform": RESULT | {"platform": "facebook"},
    "a list of platforms": RESULT | {"platform": ["instagram"]},
    "no platform": {key: value for key, value in RESULT.items() if key != "platform"},
    "a megabyte in a field": RESULT | {"placement": MEGABYTE},
    "a megabyte in an unknown field": RESULT | {"unknown": MEGABYTE},
    "a megabyte of JSON": json.dumps(RESULT | {"placement": MEGABYTE}),
    "inherited fields": '{"__proto__": ' + json.dumps(RESULT) + "}",
}


def test_what_is_no_result_is_dropped(page: Page) -> None:
    """What does not look like this platform's result never leaves the page."""
    card = Card(page)
    assert _claimed(card, card.open(), NO_RESULTS | {"a result": RESULT}) == ["a result"]


def test_only_known_plain_values_are_taken(page: Page) -> None:
    """Unknown keys, nested values and prototypes stay behind; the rest is passed on."""
    card = Card(page)
    forged = json.dumps(
        RESULT
        | {"__proto__": {"accountId": "polluted"}, "constructor": "x", "token": "x"}
        | {"refresh": {"nested": 1}, "reconnectAccounts": ["a", {}]}
    )
    post(card.open(), forged)
    data = card.wait_for_sent("claim")[0]["data"]
    assert set(data) == KNOWN - {"refresh", "reconnectAccounts"}
    assert data["accountId"] == RESULT["accountId"]
    assert page.evaluate("({}).accountId === undefined")


def test_exotic_objects_are_dropped(page: Page) -> None:
    """Maps, dates, cycles and big integers make no claim and no error."""
    card = Card(page)
    popup = card.open()
    popup.evaluate(
        """() => {
            const cycle = { platform: "instagram", actionType: "close" };
            cycle.cycle = cycle;
            const big = { platform: "instagram", actionType: "close", accountId: 1n };
            for (const data of [new Map([["platform", "instagram"]]), new Date(0), cycle, big]) {
                opener.postMessage(data, "*");
            }
        }"""
    )
    assert _claimed(card, popup, {"a result": RESULT}) == ["a result"]
    assert len(card.sent("claim")) == 1


def test_flood_is_capped_for_each_run(page: Page) -> None:
    """Twenty messages of one run are passed on, and a new run has twenty again."""
    card = Card(page)
    popup = card.open("run-1")
    popup.evaluate(
        "(data) => { for (let i = 0; i < 500; i += 1) opener.postMessage(data, '*'); "
        "opener.postMessage('end', '*'); }",
        RESULT,
    )
    card.wait_for_sent("claim", 20)
    card.set(status="failed")
    with page.expect_popup() as opened:
        card.button("Try again").click()
    card.set(status="starting")
    card.authorize("run-2", request=card.wait_for_sent("begin", 2)[-1]["request"])
    card.set(status="waiting")
    opened.value.wait_for_url(card.login_page)
    post(opened.value, RESULT)
    claims = card.wait_for_sent("claim", 21)
    assert [claim["run"] for claim in claims] == ["run-1"] * 20 + ["run-2"]


def test_nothing_is_heard_before_and_after(page: Page) -> None:
    """A card that has not begun, or has ended, does not listen; one that is checking does."""
    idle, ended, checking = Card(page), Card(page, status="connected"), Card(page)
    idle.authorize("run-idle")
    ended.authorize("run-ended")
    popup = checking.open("run-checking")
    checking.set(status="checking")
    post(popup, RESULT)
    checking.wait_for_sent("claim")
    assert idle.sent("claim") == ended.sent("claim") == []
