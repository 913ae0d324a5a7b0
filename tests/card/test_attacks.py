"""What a hostile frame, window, service or kernel can make of the card in its page."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.card.harness import (
    INVITATION,
    RESULT,
    Card,
    Server,
    block_windows,
    in_one_browser,
    post,
)

FLOOD = 10_000
MARKUP = " ".join(
    [
        "<img src=x onerror='window.attacked = true'>",
        "<svg onload='window.attacked = true'></svg>",
        "</bdi></p><script>window.attacked = true</script>",
        "<iframe srcdoc='<script>parent.attacked = true</script>'></iframe>",
        "<a href='javascript:window.attacked = true'>Open</a>",
        "&lt;b&gt; ${attacked = true} {{attacked = true}}",
    ]
)
TEXTS = ("platform_name", "location_id", "user_id", "error", "notice", "account_name")
TAGS = {
    "DIV", "SPAN", "P", "UL", "LI", "BDI", "BUTTON", "A", "CODE", "FORM", "LABEL", "INPUT",
    "SVG", "PATH",
}  # fmt: skip


ODD_ADDRESSES = [
    "javascript:window.attacked = true",
    "JavaScript:window.attacked = true",
    " javascript:window.attacked = true",
    "java\nscript:window.attacked = true",
    "data:text/html,<script>opener.attacked = true</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://localhost/",
    "about:srcdoc",
    "http://",
    "https://[",
]
ODD_DOORS: list[dict[str, Any]] = [
    *({"port": port} for port in ("9", "9@evil.localhost", "9/../", [9], 0, -1, 1.5, 65536, None)),
    *(
        {"path": path}
        for path in ("", "../x", "..", "x/y", "x?y", "x#", "x\n", "@evil.localhost", "x%2F..")
    ),
    *({"challenge": challenge} for challenge in ("", "../x", "x?y", "x/../../y")),
    *(
        {"ticket": ticket}
        for ticket in ("", "../x", "x/../../y", "javascript:alert(1)", "x\\y", "x y")
    ),
]


def assert_plain(card: Card) -> None:
    """Say that there is nothing in a card but what the card has made, and that no script ran."""
    built = card.box.locator("*").evaluate_all(
        "(nodes) => nodes.map(({ nodeName, attributes }) => "
        "[nodeName.toUpperCase(), ...Array.from(attributes, ({ name }) => name)])"
    )
    assert {tag for tag, *_ in built} <= TAGS
    assert not [name for _, *names in built for name in names if name.startswith("on")]
    assert card.page.evaluate("() => window.attacked") is None


def frame_at(page: Page, address: str) -> Frame:
    """Put a frame of this address into the page."""
    page.evaluate(
        """(address) => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.addEventListener("load", resolve, { once: true });
            frame.src = address;
            document.body.append(frame);
        })""",
        address,
    )
    return page.frames[-1]


def post_up(frame: Frame, *messages: object) -> None:
    """Post from a frame to the page that it is in."""
    frame.evaluate(
        "(messages) => messages.forEach((data) => parent.postMessage(data, '*'))", list(messages)
    )


def flood(frame: Frame, *, count: int = FLOOD) -> None:
    """Post as many results, each of another account, to the page around a frame; then an end."""
    frame.evaluate(
        """([result, count]) => {
            for (let i = 0; i < count; i += 1) {
                parent.postMessage({ ...result, accountId: `flood-${i}` }, "*");
            }
            parent.postMessage("end of the flood", "*");
        }""",
        [RESULT, count],
    )


def expect_end_of_flood(page: Page) -> None:
    """Wait until the page has dispatched what came before."""
    page.wait_for_function("() => window.floodIsOver")


def listen_for_end_of_flood(page: Page) -> None:
    """Listen after the cards: a later listener hears a message later."""
    page.evaluate(
        """() => addEventListener("message", ({ data }) => {
            if (data === "end of the flood") window.floodIsOver = true;
        })"""
    )


# Messages of frames.


def test_frame_at_the_allowed_origin_is_not_the_window(page: Page) -> None:
    """Its message is passed on as a stranger's, so that the kernel takes no old id, and no end."""
    card = Card(page)
    card.open()
    post_up(frame_at(page, card.login_page), RESULT, RESULT | {"accountId": "undefined"})
    claims = card.wait_for_sent("claim", 2)
    assert [claim["source"] for claim in claims] == ["other", "other"]
    assert claims[0]["origin"] == f"http://localhost:{card.port}"


def test_frame_in_the_login_window_is_not_the_window(page: Page) -> None:
    """What the provider embeds, such as an advertisement, does not speak for it."""
    card = Card(page)
    popup = card.open()
    frame = frame_at(popup, f"http://evil.localhost:{card.port}/popup.html")
    frame.evaluate("(data) => top.opener.postMessage(data, '*')", RESULT)
    claim = card.wait_for_sent("claim")[0]
    assert claim["source"] == "other"
    assert claim["origin"] == f"http://evil.localhost:{card.port}"


def test_origin_is_the_browsers_word(page: Page) -> None:
    """What a message says of its own origin and source is no part of the claim."""
    card = Card(page)
    card.open()
    frame = frame_at(page, f"http://evil.localhost:{card.port}/popup.html")
    lie = {"origin": card.login_page, "page_origin": "x", "run": "x", "type": "claim"}
    post_up(frame, RESULT | lie | {"source": "popup"})
    claim = card.wait_for_sent("claim")[0]
    assert claim["origin"] == f"http://evil.localhost:{card.port}"
    assert (claim["source"], claim["run"]) == ("other", "run-1")
    assert set(claim["data"]) <= {*RESULT, "source"}


def test_frame_without_an_origin_is_nobody(page: Page) -> None:
    """A sandboxed frame, or one of a data: address, has the origin `null`."""
    card = Card(page)
    card.open()
    page.evaluate(
        """(data) => {
            const frame = document.createElement("iframe");
            frame.sandbox = "allow-scripts";
            frame.srcdoc = `<script>parent.postMessage(${JSON.stringify(data)}, "*")</script>`;
            document.body.append(frame);
        }""",
        RESULT,
    )
    claim = card.wait_for_sent("claim")[0]
    assert (claim["origin"], claim["source"]) == ("null", "other")


# Floods.


@in_one_browser
def test_flood_of_a_frame_leaves_room_for_the_own_window(page: Page) -> None:
    """However many messages a stranger posts, few are passed on, and the window is heard."""
    card = Card(page)
    popup = card.open()
    listen_for_end_of_flood(page)
    flood(frame_at(page, f"http://evil.localhost:{card.port}/popup.html"))
    expect_end_of_flood(page)
    post(popup, RESULT)
    post(popup, "end of the flood")
    page.wait_for_function(
        "([id]) => cards[0].model.sent.some(({ data }) => data?.accountId === id)",
        arg=[RESULT["accountId"]],
    )
    assert len(card.sent("claim")) < 100


@in_one_browser
def test_flood_leaves_the_card_as_it_was(page: Page) -> None:
    """Neither the card nor the page's memory of windows grows with what is posted."""
    card = Card(page)
    card.open()
    before = card.box.locator("*").count()
    listen_for_end_of_flood(page)
    flood(frame_at(page, f"http://evil.localhost:{card.port}/popup.html"))
    expect_end_of_flood(page)
    assert len(card.sent("claim")) <= 20
    assert card.box.locator("*").count() == before
    expect(card.text).to_have_text("Finish the login in the window that opened.")


# Markup.


@in_one_browser
def test_markup_is_shown_and_not_built(page: Page) -> None:
    """Whatever the service or a message has put there, in every text of the card."""
    for status in ("idle", "waiting", "connected", "failed"):
        card = Card(page)
        card.set(**dict.fromkeys(TEXTS, MARKUP), account_names=[MARKUP] * 7, status=status)
        expect(card.part("title"), status).to_have_text(MARKUP)
        assert_plain(card)


# Addresses. Those of the kernel come over a comm that others may speak on as well.


@pytest.mark.parametrize("when", ["prefetched", "blocked"])
def test_link_leads_to_the_web_only(page: Page, when: str) -> None:
    """Neither the link, nor the button, nor what is copied has another address."""
    card = Card(page)
    block_windows(page)
    request = None
    if when == "blocked":
        card.button("Connect Instagram").click()
        request = card.wait_for_sent("begin")[0]["request"]
        card.set(status="starting")
    for url in ODD_ADDRESSES:
        card.tell(type="authorize", request=request, run="run-1", url=url, seconds_left=300)
        card.set(status="waiting" if when == "blocked" else "idle")
        assert (url, card.box.locator("a[href]").count()) == (url, 0)
        expect(card.box.get_by_role("alert")).to_contain_text("not a web address")
    assert page.evaluate("() => window.attacked") is None


@in_one_browser
def test_odd_door_is_not_called_and_not_linked(page: Page) -> None:
    """What is no port, no path or no ticket of our server leads nowhere."""
    card = Card(page)
    page.evaluate(
        """() => {
            document.body.dataset.vscodeThemeKind = "vscode-light"; // shows the link at once
            window.called = [];
            window.fetch = async (address) => {
                called.push(address);
                return { status: 204 };
            };
        }"""
    )
    door = INVITATION | {"port": 9, "sent": time.time()}
    for odd in ODD_DOORS:
        card.tell(**(door | odd))
        assert (odd, page.evaluate("() => called")) == (odd, [])
        assert (odd, card.box.locator("a[href]").count()) == (odd, 0)
    card.tell(**door)
    expect(card.box.locator("a[href]")).to_have_attribute("href", "http://127.0.0.1:9/open/ticket")
    assert page.evaluate("() => called[0]") == "http://127.0.0.1:9/prove/challenge"


CONFIGURATIONS = [
    ("div", '{"baseUrl": "/of/a/stranger/"}'),
    ("div", "{"),
    ("script", '{"baseUrl": "https://evil.example/"}'),
    ("script", '{"baseUrl": "\\\\\\\\evil.example\\\\"}'),
    ("script", "{"),
]


@in_one_browser
def test_configuration_of_a_stranger_leads_nowhere(page: Page, server: Server) -> None:
    """Outside of Jupyter any output may have an element of that name."""
    page.goto(f"http://hub.localhost:{server.server_port}/harness.html")
    block_windows(page)
    cards = [Card(page) for _ in CONFIGURATIONS]
    page.evaluate(
        """() => {
            window.called = [];
            window.fetch = async (address) => {
                called.push(address);
                return { status: 204 };
            };
        }"""
    )
    for card, (element, config) in zip(cards, CONFIGURATIONS, strict=True):
        page.evaluate(
            """([element, config]) => {
                document.getElementById("jupyter-config-data").remove();
                const node = document.createElement(element);
                node.id = "jupyter-config-data";
                node.type = "application/json";
                node.textContent = config;
                document.body.append(node);
            }""",
            [element, config],
        )
        card.find_server(port=9)
        card.button("Connect Instagram").click()
        card.wait_for_sent("begin")
        assert (config, page.evaluate("() => called")) == (config, [])


# Values that mean something to JavaScript.


@in_one_browser
def test_prototype_of_the_page_is_no_part_of_a_message(page: Page) -> None:
    """A page whose own scripts have polluted `Object.prototype` makes results of nothing."""
    card = Card(page)
    popup = card.open()
    page.evaluate(
        """(result) => {
            Object.assign(Object.prototype, result);
            addEventListener("message", ({ data }) => {
                if (data !== "enough") return;
                Object.keys(result).forEach((key) => delete Object.prototype[key]);
                window.isOver = true;
            });
        }""",
        RESULT,
    )
    good = {"platform": "instagram", "actionType": "close", "accountId": "the-good-one"}
    for data in ({"hello": "world"}, good, "enough"):
        post(popup, data)
    page.wait_for_function("() => Object.hasOwn(window, 'isOver')")
    assert [claim["data"] for claim in card.sent("claim")] == [good]


@in_one_browser
def test_keys_of_prototypes_pollute_nothing(page: Page) -> None:
    """As an object and as text, at the top and within."""
    card = Card(page)
    popup = card.open()
    post(popup, RESULT | {"constructor": "x", "prototype": "x", "toString": "x", "token": "x"})
    popup.evaluate(
        """(result) => {
            for (const key of ["__proto__", "constructor", "prototype"]) {
                const bad = JSON.parse(`{"${key}": {"polluted": 1, "prototype": {"polluted": 1}}}`);
                opener.postMessage({ ...result, [key]: bad, refresh: bad }, "*");
                opener.postMessage(JSON.stringify({ ...result, x: bad }).replace('"x"', `"${key}"`),
                    "*");
            }
        }""",
        RESULT,
    )
    claims = card.wait_for_sent("claim", 7)
    assert page.evaluate("() => [{}.polluted, [].polluted, (() => {}).polluted]") == [None] * 3
    assert {key for claim in claims for key in claim["data"]} <= set(RESULT)


# Two tabs.


def test_second_tab_does_not_hear_the_firsts_window(page: Page) -> None:
    """A window reports to the tab that opened it, and there alone."""
    first = Card(page)
    popup = first.open("run-1")
    tab = page.context.new_page()
    tab.goto(page.url)
    second = Card(tab, status="waiting")
    second.tell(type="time", run="run-1", seconds_left=300)
    post(popup, RESULT)
    first.wait_for_sent("claim")
    assert second.sent("claim") == []


def test_tab_that_lost_its_run_does_not_report_to_the_next(page: Page) -> None:
    """Its window, which may be at any page by now, is not the next run's."""
    card = Card(page)
    popup = card.open("run-1", url="/popup.html")
    popup.evaluate("() => { window.close = () => {}; }")
    card.tell(type="time", run="run-2", seconds_left=300)
    post(popup, RESULT)
    post_up(frame_at(page, card.login_page), RESULT | {"accountId": "of-a-stranger"})
    claims = card.wait_for_sent("claim")
    assert [claim["data"]["accountId"] for claim in claims] == ["of-a-stranger"]
    assert claims[0]["source"] == "other"


# What is pasted.


@in_one_browser
def test_pasted_markup_is_sent_as_text(page: Page) -> None:
    """The kernel judges it; the page builds nothing of it."""
    card = Card(page, status="timed_out")
    card.box.get_by_label("Account ID").fill(MARKUP)
    card.button("Use it").click()
    assert card.wait_for_sent("paste") == [{"type": "paste", "account_id": MARKUP}]
    assert_plain(card)


@in_one_browser
def test_pasted_megabyte_is_cut(page: Page) -> None:
    """Nothing longer than a message goes to the kernel."""
    card = Card(page, status="timed_out")
    field = card.box.get_by_label("Account ID")
    field.evaluate("(input) => { input.value = 'x'.repeat(1_000_000); }")
    card.button("Use it").click()
    assert len(card.wait_for_sent("paste")[0]["account_id"]) <= 16_384
