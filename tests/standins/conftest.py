"""A simulated service, a real card of it, and the frames that show it in each browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect

from ghl_notebook import Client, ConnectAccount
from ghl_notebook.simulator import Simulator
from ghl_notebook.widgets import UI_THREAD
from tests.browsers import BROWSERS, Browsers
from tests.login.recording import plain_http, settle
from tests.standins import bench as benches
from tests.standins.shown import PICTURES, Shown


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait seconds until the accounts list is looked at again."""
    monkeypatch.setattr("ghl_notebook.login.social.connect_flow._WATCH_SECONDS", 0.1)


@pytest.fixture(scope="session")
def bench() -> Iterator[benches.Bench]:
    """The server of the frames."""
    with benches.serve() as bench:
        yield bench


@pytest.fixture(params=BROWSERS)
def browser(request: pytest.FixtureRequest, browsers: Browsers) -> Browser:
    """Each browser in turn, with the rules about windows and frames that it is shipped with."""
    expect.set_options(timeout=benches.PATIENCE * 1000)
    return browsers.get(request.param, is_strict=True)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator of its own for each test."""
    with Simulator() as running:
        yield running


@pytest.fixture
def client(sim: Simulator) -> Iterator[Client]:
    """A client of the simulator, without a browser of its own."""
    with Client(
        sim.token,
        sim.location_id,
        base_url=sim.base_url,
        allowed_origins=(sim.origin,),
        transport=plain_http(),
    ) as client:
        yield client
        settle()  # a request that is under way would lose its connection to the garbage collector


@pytest.fixture
def login(
    client: Client, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[ConnectAccount]:
    """A login whose comm goes over HTTP; a test may name options."""
    monkeypatch.setattr("comm.create_comm", benches.Wire)
    login = ConnectAccount(client, "instagram", **getattr(request, "param", {}))
    yield login
    login.close()
    UI_THREAD.post(lambda: None).result(benches.PATIENCE)
    benches.Wire.opened.clear()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The user's browser, in which the front end is."""
    context = browser.new_context(viewport={"width": 900, "height": 600})
    context.set_default_timeout(benches.PATIENCE * 1000)
    yield context
    context.close()


@pytest.fixture
def show(
    bench: benches.Bench,
    context: BrowserContext,
    login: ConnectAccount,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Shown]]:
    """Show the card in a frame; no script of ours may fail there, and a picture is kept."""
    page = context.new_page()
    errors: list[Error] = []
    page.on("pageerror", lambda error: errors.append(error))

    def open_it(frame: str, theme: str = "light") -> Shown:
        page.goto(bench.address(frame, login, theme))
        shown = Shown(page, benches.FRAMES[frame].depth)
        expect(shown.box).to_be_visible()
        return shown

    yield open_it
    page.screenshot(path=PICTURES / f"{request.node.name}.png")
    assert [str(error) for error in errors] == []


@pytest.fixture
def arrives(login: ConnectAccount) -> Callable[[], str]:
    """Wait for the login, and return the way by which it arrived."""

    def wait() -> str:
        way: str = login.wait(benches.PATIENCE).delivered_by
        return way

    return wait
