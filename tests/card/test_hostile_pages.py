"""Hostile pages and texts at the kernel's loopback server, in real browsers.

The pages know its port and even the path of a login, which is more than a page can find out.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ghl_notebook.background import run_in_background
from tests.card.harness import TRAITS, Server, in_one_browser
from tests.card.test_attacks import MARKUP, TEXTS
from tests.login.endpoints import Opened
from tests.pages import Pages

# Browsers find every name below localhost on this machine, as they find a name that was made to
# lead here (DNS rebinding).
EVIL = "evil.localhost"


@pytest.fixture
def opened() -> Iterator[Opened]:
    """A door which the notebook's page has been let in at."""
    opened = Opened()

    async def admit() -> None:
        opened.endpoint.allow_origin("http://notebook.localhost:8888")

    run_in_background(admit)
    yield opened
    opened.close()


@pytest.fixture(params=[EVIL])
def evil(
    browser: Browser, pages: Pages, server: Server, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page of another origin, by default of another site as well."""
    with pages.lend(browser, request.session, is_attacked=True) as page:
        page.goto(f"http://{request.param}:{server.server_port}/popup.html")
        yield page


# Another program of this computer may have a page, too: for browsers that is the same site.
of_any_site = pytest.mark.parametrize("evil", [EVIL, "127.0.0.1"], indirect=True)


def address(opened: Opened, host: str = "127.0.0.1") -> str:
    """Return the door's address under a name of this machine."""
    return f"http://{host}:{opened.port}{opened.path}"


def attempt(page: Page, url: str, **options: object) -> object:
    """Fetch from a page; return the status, or the name of the error."""
    return page.evaluate(
        "([url, options]) => fetch(url, options).then((a) => a.status, (error) => error.name)",
        [url, options],
    )


JSON = {"Content-Type": "application/json"}


def test_login_page_itself_is_heard(evil: Page, opened: Opened) -> None:
    """What follows fails for the attackers' origin, and for no other reason."""
    evil.goto(address(opened))

    assert attempt(evil, "./", method="POST", headers=JSON, body='{"type": "own"}') == 204
    assert opened.arrived.get(timeout=10)["type"]


@of_any_site
def test_json_from_another_origin(evil: Page, opened: Opened) -> None:
    """The browser asks first whether it may, and is told no."""
    said = attempt(evil, address(opened), method="POST", headers=JSON, body="{}")

    assert said == "TypeError"
    assert opened.arrived.empty()


@of_any_site
def test_requests_that_need_no_permission(evil: Page, opened: Opened) -> None:
    """What a browser sends without asking reaches the server, and not the kernel."""
    for options in (
        {"method": "POST", "mode": "no-cors", "body": "{}"},
        {"method": "POST", "mode": "no-cors", "body": "{}", "headers": JSON},
        {"method": "GET", "mode": "no-cors"},
    ):
        attempt(evil, address(opened), **options)
    evil.evaluate("(url) => navigator.sendBeacon(url, '{}')", address(opened))
    evil.evaluate(
        """(url) => new Promise((resolve) => {
            const image = new Image();
            image.onload = image.onerror = resolve;
            image.src = url;
        })""",
        address(opened),
    )

    assert opened.arrived.empty()


@of_any_site
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_form_of_another_origin(evil: Page, opened: Opened, kind: str) -> None:
    """A form can be made to look like JSON, and leads the whole page here."""
    evil.evaluate(
        """([url, kind]) => {
            const form = document.createElement("form");
            Object.assign(form, { method: "post", action: url, enctype: kind });
            const field = document.createElement("input");
            Object.assign(field, { name: '{"type": "cancel", "x": "', value: '"}' });
            form.append(field);
            document.body.append(form);
        }""",
        [address(opened), kind],
    )
    with evil.expect_navigation() as answered:
        evil.evaluate("() => document.querySelector('form').submit()")

    assert answered.value is not None
    assert answered.value.status == 403
    assert opened.arrived.empty()


def test_answers_are_not_readable(evil: Page, opened: Opened) -> None:
    """Neither the login page, nor its files, nor the port's silence."""
    for path in ("", "card.js", "page.html", "events"):
        assert attempt(evil, address(opened) + path) == "TypeError"
    assert (
        attempt(evil, f"http://127.0.0.1:{opened.port}/open/{opened.endpoint.ticket}")
        == "TypeError"
    )


@of_any_site
def test_events_are_not_told(evil: Page, opened: Opened) -> None:
    """Another origin gets no event, and no place among those who listen."""
    said = evil.evaluate(
        """(url) => new Promise((resolve) => {
            const source = new EventSource(url);
            source.onopen = source.onmessage = () => resolve("told");
            source.onerror = () => { source.close(); resolve("refused"); };
        })""",
        f"{address(opened)}events",
    )

    assert said == "refused"
    assert opened.opened_streams.empty()


def test_module_is_not_run_elsewhere(evil: Page, opened: Opened) -> None:
    """The card's own script is no script of another page."""
    said = evil.evaluate("(url) => import(url).then(() => 'run', () => 'refused')",
                         f"{address(opened)}card.js")  # fmt: skip

    assert said == "refused"


def test_login_page_is_not_framed(evil: Page, opened: Opened) -> None:
    """Its button cannot be laid under something that a user would press."""
    asked: list[str] = []
    evil.on("request", lambda request: asked.append(request.url))
    evil.evaluate(
        """(url) => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.onload = frame.onerror = resolve;
            frame.src = url;
            document.body.append(frame);
        })""",
        address(opened),
    )

    assert address(opened) in asked
    assert not [url for url in asked if url.endswith((".js", "/events"))]
    assert opened.opened_streams.empty()


def test_name_that_was_made_to_lead_here_shows_nothing(evil: Page, opened: Opened) -> None:
    """For the browser such a page is of the server's own origin, and may read all."""
    for path in ("", "card.js", "events"):
        answer = evil.goto(address(opened, EVIL) + path)

        assert answer is not None
        assert (path, answer.status) == (path, 403)
        assert opened.opened_streams.empty()


def test_name_that_was_made_to_lead_here_says_nothing(evil: Page, opened: Opened) -> None:
    """It would need no permission."""
    evil.goto(address(opened, EVIL))

    assert evil.evaluate("() => location.port") == str(opened.port)
    assert attempt(evil, "./", method="POST", headers=JSON, body="{}") == 403
    assert opened.arrived.empty()


def test_name_that_was_made_to_lead_here_takes_no_ticket(evil: Page, opened: Opened) -> None:
    """Nor is the ticket used up."""
    ticket = opened.endpoint.ticket
    answer = evil.goto(f"http://{EVIL}:{opened.port}/open/{ticket}")

    assert answer is not None
    assert answer.status == 403
    assert opened.endpoint.ticket == ticket


def test_address_bar_leads_no_script_here(evil: Page, opened: Opened) -> None:
    """A window that a page has opened at the login page cannot be looked into."""
    with evil.expect_popup() as popup:
        evil.evaluate("(url) => { window.theirs = window.open(url); }", address(opened))
    popup.value.wait_for_url(address(opened))
    popup.value.wait_for_load_state()

    assert evil.evaluate(
        "() => { try { return theirs.document.body !== null; } catch (e) { return e.name; } }"
    ) == "SecurityError"  # fmt: skip


@in_one_browser
def test_markup_is_text_on_the_login_page(evil: Page, opened: Opened) -> None:
    """What the service says of accounts and errors is shown, not built, in the page's title too."""
    for status in ("idle", "connected", "failed"):
        texts = dict.fromkeys(TEXTS, MARKUP)
        traits = TRAITS | texts | {"account_names": [MARKUP], "status": status}
        opened.initial_messages = [{"type": "traits", "traits": traits}]
        evil.goto(address(opened))

        expect(evil.locator(".ghl-connect-title"), status).to_have_text(MARKUP)
        expect(evil).to_have_title(f"Connect {MARKUP} to GoHighLevel")
        assert evil.locator("img, svg:not(.ghl-connect-mark svg), iframe, main script").count() == 0
        assert evil.locator("a[href]").count() == 0
        assert evil.evaluate("() => window.attacked") is None


def test_inline_scripts_do_not_run_on_the_login_page(evil: Page, opened: Opened) -> None:
    """Should markup ever be built there, the page's policy keeps it from running."""
    evil.goto(address(opened))
    evil.evaluate(
        """() => {
            addEventListener("securitypolicyviolation", () => { window.isRefused = true; });
            const script = document.createElement("script");
            script.textContent = "window.attacked = true";
            document.body.append(script);
        }"""
    )
    evil.wait_for_function("() => window.isRefused")

    assert evil.evaluate("() => window.attacked") is None
