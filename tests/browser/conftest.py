"""Notebook servers, browsers, and a fresh notebook in each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.front_end import FrontEnd, make_front_end
from tests.browser.kept import Kept
from tests.browser.notebook import PICTURES, Notebook, take_pictures
from tests.browser.servers import hub, jupyter, nursery, voila
from tests.browser.servers.files import KERNEL
from tests.browser.servers.jupyter import JupyterServer
from tests.browser.servers.voila import VoilaServer
from tests.browsers import SECONDS, Browsers

HERE = Path(__file__).parent

# Browsers find every name below localhost on this machine, but the card cannot know that: for it
# the kernel is elsewhere.
ELSEWHERE = "hub.localhost"

JUPYTER = ("lab", "notebook", "prefix", "hub")
"""The front ends of a Jupyter server, whose page is kept."""

CHROMIUM = "lab-chromium"
"""Where a test runs that names no front end."""

FIRST = ("lab-firefox", "hub", "prefix", "notebook", "marimo", "voila", "none")
"""Groups of tests that have a front end of their own, in their order."""

FAILED = pytest.StashKey[bool]()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put tests of one front end into one worker, but those in Chromium's JupyterLab by file."""
    item.add_marker(pytest.mark.xdist_group(_group(_front_end_of(item), item)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one front end follow the other, and begin with those that take longest."""
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    ours = sorted((items[place] for place in places), key=_order)
    for place, item in zip(places, ours, strict=True):
        items[place] = item


def _group(front_end: str, item: pytest.Item) -> str:
    if front_end == CHROMIUM:
        return item.path.stem
    return front_end if front_end == "lab-firefox" else re.split("[-_]", front_end)[0]


def _order(item: pytest.Item) -> tuple[int, str]:
    front_end = _front_end_of(item)
    group = _group(front_end, item)
    return (FIRST.index(group), front_end) if group in FIRST else (len(FIRST), "")


def _front_end_of(item: pytest.Item) -> str:
    parameters = getattr(item, "callspec", None)
    return str(parameters.params.get("front_end", CHROMIUM) if parameters else CHROMIUM)


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The command of a kernel that starts quickly."""
    with nursery.serve(tmp_path_factory.mktemp("nursery")) as command:
        yield command


@pytest.fixture(scope="session")
def lab_server(
    tmp_path_factory: pytest.TempPathFactory, kernel: list[str]
) -> Iterator[JupyterServer]:
    """JupyterLab."""
    with jupyter.serve(tmp_path_factory.mktemp("lab"), kernel) as server:
        yield server


@pytest.fixture(scope="session")
def notebook_server(
    tmp_path_factory: pytest.TempPathFactory, kernel: list[str]
) -> Iterator[JupyterServer]:
    """Jupyter Notebook 7."""
    folder = tmp_path_factory.mktemp("notebook")
    with jupyter.serve(folder, kernel, application="notebook") as server:
        yield server


@pytest.fixture(scope="module")
def prefix_server(
    tmp_path_factory: pytest.TempPathFactory, kernel: list[str]
) -> Iterator[JupyterServer]:
    """JupyterLab as Binder starts it: under a prefix, with jupyter-server-proxy."""
    prefix = "/user/someone/"
    with jupyter.serve(
        tmp_path_factory.mktemp("prefix"),
        kernel,
        host=ELSEWHERE,
        prefix=prefix,
        JUPYTERHUB_SERVICE_PREFIX=prefix,
    ) as server:
        yield server


@pytest.fixture(scope="module")
def hub_server(
    tmp_path_factory: pytest.TempPathFactory, kernel: list[str]
) -> Iterator[JupyterServer]:
    """The JupyterLab of a user of a JupyterHub."""
    with hub.serve(tmp_path_factory.mktemp("hub"), kernel, host=ELSEWHERE) as server:
        yield server


@pytest.fixture(scope="module")
def voila_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoilaServer]:
    """Voila."""
    with voila.serve(tmp_path_factory.mktemp("voila")) as server:
        yield server


@pytest.fixture(scope="session")
def kept() -> Iterator[Kept]:
    """The front end of the last test, for the next one."""
    kept = Kept()
    yield kept
    kept.close()


@pytest.fixture(params=[CHROMIUM])
def front_end(request: pytest.FixtureRequest, browsers: Browsers, kept: Kept) -> Iterator[FrontEnd]:
    """A front end on which no script of ours may fail; its cards are kept as pictures."""
    expect.set_options(timeout=SECONDS * 1000)
    kind, _, name = request.param.partition("-")
    browser = browsers.get(name)
    server: JupyterServer | None = None
    if kind in JUPYTER:
        server = request.getfixturevalue(f"{kind}_server")
        front_end = kept.get(kind, name, browser, server)
    else:
        front_end = make_front_end(kind, name, browser)
    errors: list[str] = []

    def note(error: Error) -> None:
        errors.append(error.stack or "")

    front_end.page.on("pageerror", note)

    yield front_end

    front_end.page.remove_listener("pageerror", note)
    picture = f"{request.node.originalname.removeprefix('test_')}-{front_end.name}"
    take_pictures(front_end.page, picture)
    has_failed = request.node.stash.get(FAILED, False)
    if has_failed:
        for number, window in enumerate(front_end.context.pages):
            window.screenshot(path=PICTURES / f"failed-{picture}-{number}.png")
    if server is None:
        front_end.context.close()
    elif has_failed:
        kept.close()
        server.stop_kernels()
    else:
        kept.reset(server)
    # The card's module comes from a blob; the front ends' own mistakes are not ours.
    assert [stack for stack in errors if "blob:" in stack] == []


@pytest.fixture
def page(front_end: FrontEnd) -> Page:
    """The front end's page."""
    return front_end.page


@pytest.fixture
def last_on_its_page(front_end: FrontEnd) -> Iterator[None]:
    """For a test after which something stays in JupyterLab: the models of an earlier kernel."""
    yield
    front_end.page.goto("about:blank")


@pytest.fixture
def server(front_end: FrontEnd, request: pytest.FixtureRequest) -> JupyterServer:
    """The Jupyter server of a front end, on which the browser has logged in."""
    server: JupyterServer = request.getfixturevalue(f"{front_end.kind}_server")
    return server


@pytest.fixture
def open_notebook(
    front_end: FrontEnd, server: JupyterServer, request: pytest.FixtureRequest
) -> Callable[..., Notebook]:
    """Open a notebook of the given cells, and an empty one, in JupyterLab or Notebook 7."""
    name = f"{request.node.originalname}.ipynb"

    def open_it(*cells: str, kernel: str = KERNEL) -> Notebook:
        server.write(name, *cells, "", kernel=kernel)
        front_end.open(server, name)
        notebook = Notebook(front_end.page)
        notebook.wait_until_open(kernel, lambda: front_end.page.goto(server.address(name)))
        return notebook

    return open_it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixtures know that a test has failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
