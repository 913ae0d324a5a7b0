"""Attacks on a login in a real notebook, from the places where a stranger's script may run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Frame, Page, Route

from tests.browser.cells import DEMO
from tests.browser.front_end import FrontEnd
from tests.browser.notebook import Notebook
from tests.browser.test_messages import FORGED

Frames = Callable[[Page, str], Frame]


@pytest.fixture
def frame_at(front_end: FrontEnd) -> Iterator[Frames]:
    """Put a frame into a page; whatever its origin, it may be framed and has no script."""
    pattern = "**/embedded.html"

    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body="<!doctype html><title>Embedded</title>")

    def put(page: Page, origin: str) -> Frame:
        address = f"{origin}/embedded.html"
        page.evaluate(
            """(address) => new Promise((resolve) => {
                const frame = document.createElement("iframe");
                frame.addEventListener("load", resolve, { once: true });
                frame.src = address;
                document.body.append(frame);
            })""",
            address,
        )
        return next(frame for frame in page.frames if frame.url == address)

    front_end.context.route(pattern, answer)
    yield put
    front_end.page.locator("iframe").evaluate_all("(all) => all.forEach((frame) => frame.remove())")


def post_up(frame: Frame, data: object, times: int = 1) -> None:
    """Post to the notebook's page."""
    frame.evaluate(
        "([data, times]) => { for (let i = 0; i < times; i += 1) parent.postMessage(data, '*'); }",
        [data, times],
    )


def id_of(notebook: Notebook, condition: str) -> str:
    """Return the account id of a login that the simulator knows."""
    return str(
        notebook.evaluate(
            "next(one.id for one in client.simulator.state.logins.values() if one.platform == "
            f"'instagram' and {condition})"
        )
    )


OURS = "one.location_id == client.location_id"


@pytest.mark.parametrize("kind", ["forged", "foreign", "old"])
def test_frame_at_an_allowed_origin(
    open_notebook: Callable[..., Notebook], frame_at: Frames, kind: str
) -> None:
    """A frame of the notebook's page finishes no login with an id that is not this login's."""
    notebook = open_notebook(DEMO)
    notebook.run()
    match kind:
        case "forged":
            account_id = FORGED["accountId"]
        case "old":
            account_id = id_of(notebook, OURS)
        case _:
            account_id = str(
                notebook.evaluate(
                    "next(one.id for one in client.simulator.state.logins.values()"
                    f" if not ({OURS}))"
                )
            )
    window = notebook.card.open().wait_until_loaded()
    frame = frame_at(notebook.page, str(notebook.evaluate("client.simulator.origin")))
    post_up(frame, FORGED | {"accountId": account_id})
    said = "names an earlier login" if kind == "old" else "has no login with the account ID"
    notebook.card.expect_status("waiting", said)
    window.allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("login.account_id") != account_id


@pytest.mark.parametrize(
    ("front_end", "origin"),
    [("lab-chromium", "allowed"), ("lab-firefox", "allowed"), ("lab-chromium", "another")],
    indirect=["front_end"],
)
def test_flood(open_notebook: Callable[..., Notebook], frame_at: Frames, origin: str) -> None:
    """Ten thousand messages of a frame keep neither the page nor the login's result from coming."""
    notebook = open_notebook(DEMO)
    notebook.run()
    window = notebook.card.open().wait_until_loaded()
    address = str(notebook.evaluate("client.simulator.origin"))
    if origin == "another":
        address = address.replace("127.0.0.1", "evil.localhost")
    post_up(frame_at(notebook.page, address), FORGED, times=10_000)
    window.allow()
    notebook.card.expect_status("connected", "Café Lumière")
    assert notebook.evaluate("login.delivered_by in ('message', 'loopback')")
