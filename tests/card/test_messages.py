"""What reaches the kernel of the messages that arrive at the page."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error, Page, expect

from tests.card.harness import RESULT, Card, post, post_here

KNOWN = {
    "actionType", "page", "platform", "placement", "accountId", "reconnectAccounts", "refresh",
    "source",
}  # fmt: skip


def _only_claim(card: Card, popup: Page, *dropped: object) -> dict[str, Any]:
    """Post messages that must be dropped and then a good one; return the one claim."""
    for data in dropped:
        post(popup, data)
    post(popup, RESULT | {"accountId": "the-good-one"})
    claims = card.wait_for_sent("claim")
    assert [claim["data"]["accountId"] for claim in claims] == ["the-good-one"]
    return claims[0]


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
    """What the documents and captures differ in does not stop a message."""
    card = Card(page)
    popup = card.open()
    variants = [
        RESULT | {"page": "social-media-posting"},
        RESULT | {"page": None},
        RESULT | {"page": "something_new"},
        RESULT | {"actionType": None},
        RESULT | {"platform": "Instagram"},
        RESULT | {"reconnectAccounts": ["a", "b"]},
        RESULT | {"accountId": None},
    ]
    for data in variants:
        post(popup, data)
    claims = card.wait_for_sent("claim", len(variants))
    assert [claim["data"] for claim in claims] == variants


def test_platform_names_fold(page: Page) -> None:
    """Hyphen, underscore and case make no other platform."""
    card = Card(page, platform="tiktok-business")
    popup = card.open()
    names = ["tiktok-business", "tiktok_business", "TIKTOK_BUSINESS"]
    for name in names:
        post(popup, RESULT | {"platform": name})
    claims = card.wait_for_sent("claim", len(names))
    assert [claim["data"]["platform"] for claim in claims] == names


def test_json_string_is_read(page: Page) -> None:
    """A message that comes as JSON text is read like an object."""
    card = Card(page)
    post(card.open(), json.dumps(RESULT))
    assert card.wait_for_sent("claim")[0]["data"] == RESULT


def test_other_shapes_are_dropped(page: Page) -> None:
    """What does not look like this platform's result never leaves the page."""
    card = Card(page)
    _only_claim(
        card,
        card.open(),
        None,
        True,
        7,
        "text",
        "{broken",
        "null",
        [],
        [RESULT],
        {},
        {"data": RESULT},
        {"platform": "instagram"},
        {"platform": "instagram", "actionType": 1, "page": "other"},
        RESULT | {"platform": "facebook"},
        RESULT | {"platform": ["instagram"]},
        {key: value for key, value in RESULT.items() if key != "platform"},
    )


def test_large_messages_are_dropped(page: Page) -> None:
    """A megabyte is no login's result, in a known field, in an unknown one, or as text."""
    card = Card(page)
    megabyte = "x" * 1_000_000
    _only_claim(
        card,
        card.open(),
        RESULT | {"placement": megabyte},
        RESULT | {"unknown": megabyte},
        json.dumps(RESULT | {"placement": megabyte}),
    )


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


def test_inherited_fields_are_not_taken(page: Page) -> None:
    """A `__proto__` that carries the fields of a result makes no result."""
    card = Card(page)
    _only_claim(card, card.open(), '{"__proto__": ' + json.dumps(RESULT) + "}")


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
    _only_claim(card, popup)


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


def test_card_without_a_window_leaves_those_of_others_alone(page: Page) -> None:
    """A card that waits without a window of its own takes no message of another card's window."""
    other, ours = Card(page, status="waiting"), Card(page)
    other.tell(type="time", run="run-0", seconds_left=100)
    popup = ours.open()
    post(popup, RESULT)
    ours.wait_for_sent("claim")
    assert other.sent("claim") == []


def test_two_cards_do_not_mix(page: Page) -> None:
    """Each card takes its own window's message, and not that of another card."""
    first, second = Card(page), Card(page)
    first_popup, second_popup = first.open("run-a"), second.open("run-b")
    post(second_popup, RESULT | {"accountId": "second"})
    second.wait_for_sent("claim")
    post(first_popup, RESULT | {"accountId": "first"})
    first.wait_for_sent("claim")
    assert [claim["data"]["accountId"] for claim in first.sent("claim")] == ["first"]
    assert [claim["data"]["accountId"] for claim in second.sent("claim")] == ["second"]


def test_window_of_an_earlier_run_is_not_heard(page: Page) -> None:
    """Not every window can be closed; what one posts later does not end the next run."""
    card = Card(page)
    earlier = card.open("run-1", url="/popup.html")
    earlier.evaluate("() => { window.close = () => {}; }")
    card.set(status="failed")
    with page.expect_popup() as opened:
        card.button("Try again").click()
    card.set(status="starting")
    card.authorize("run-2", request=card.wait_for_sent("begin", 2)[-1]["request"])
    card.set(status="waiting")
    opened.value.wait_for_url(card.login_page)
    post(earlier, RESULT)
    assert _only_claim(card, opened.value)["run"] == "run-2"


def test_late_message_from_another_window_counts(page: Page) -> None:
    """The service may close the window and post from a new one: that message is passed on."""
    card = Card(page)
    card.open().close()
    expect(card.hint).to_contain_text("The window reads closed.")
    post_here(page, RESULT)
    assert card.wait_for_sent("claim")[0]["source"] == "other"


def test_message_sent_while_closing_counts(page: Page) -> None:
    """A window that posts and closes itself in the same breath is heard."""
    card = Card(page)
    popup = card.open()
    with suppress(Error):  # the window may be gone before Playwright hears that this was done
        popup.evaluate("(data) => { opener.postMessage(data, '*'); window.close(); }", RESULT)
    assert card.wait_for_sent("claim")[0]["data"] == RESULT
    expect(card.text).to_contain_text("The result has reached the notebook.")
