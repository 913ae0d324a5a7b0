"""A page with cards in each browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import BROWSERS, Browsers
from tests.card import harness
from tests.pages import Pages

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """What the tests need from npm."""
    return harness.install_node_modules()


@pytest.fixture(scope="session")
def server() -> Iterator[harness.Server]:
    """The server of the page."""
    with harness.serve() as server:
        yield server


@pytest.fixture(scope="session")
def pages(server: harness.Server) -> Pages:
    """The pages that tests leave to each other."""
    return Pages(f"http://127.0.0.1:{server.server_port}/harness.html")


@pytest.fixture(params=BROWSERS)
def browser(request: pytest.FixtureRequest, browsers: Browsers) -> Browser:
    """Each browser in turn."""
    return browsers.get(request.param)


@pytest.fixture
def page(browser: Browser, pages: Pages, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page that can host cards, and on which no script may fail."""
    with pages.lend(browser, request.session) as page:
        yield page
