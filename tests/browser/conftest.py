"""Notebook servers, browsers, and a fresh notebook in each of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.front_end import FrontEnd
from tests.browser.jupyter import JupyterServer, serve
from tests.browser.notebook import PICTURES, Notebook
from tests.browsers import BROWSERS

# Bounds, not waits: a busy machine may take long to start a kernel.
SECONDS = 60

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """JupyterLab."""
    with serve(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def notebook_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """Jupyter Notebook 7."""
    with serve(tmp_path_factory.mktemp("notebook"), application="notebook") as server:
        yield server


@pytest.fixture(scope="session")
def hub_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """JupyterLab as a hub such as Binder starts it: under a prefix, with jupyter-server-proxy.

    Browsers find every name below localhost on this machine, but the card cannot know that: for it
    the kernel is elsewhere.
    """
    prefix = "/user/someone/"
    with serve(
        tmp_path_factory.mktemp("hub"),
        host="hub.localhost",
        prefix=prefix,
        JUPYTERHUB_SERVICE_PREFIX=prefix,
    ) as server:
        yield server


@pytest.fixture(scope="package", params=["lab-chromium", "notebook-chromium", "lab-firefox"])
def front_end(request: pytest.FixtureRequest) -> Iterator[FrontEnd]:
    """Each front end in turn."""
    kind, _, browser_name = request.param.partition("-")
    server: JupyterServer = request.getfixturevalue(f"{kind}_server")
    expect.set_options(timeout=SECONDS * 1000)
    with BROWSERS[browser_name]() as browser:
        context = browser.new_context(viewport={"width": 1000, "height": 900})
        context.set_default_timeout(SECONDS * 1000)
        yield FrontEnd(request.param, server, context)
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixtures know that a test has failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def page(front_end: FrontEnd) -> Iterator[Page]:
    """An empty page on which no script of ours may fail."""
    page = front_end.context.new_page()
    errors: list[Error] = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    for window in front_end.context.pages:
        window.close()
    # The card's module comes from a blob; the front ends' own mistakes are not ours.
    assert [error.stack for error in errors if "blob:" in (error.stack or "")] == []


@pytest.fixture
def open_notebook(
    front_end: FrontEnd, page: Page, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """Make a notebook of the given cells and open it; its last card is kept as a picture."""
    name = f"{request.node.originalname}.ipynb"
    server = front_end.server
    notebook = Notebook(page)

    def open_it(*cells: str) -> Notebook:
        server.write(name, [*cells])
        server.start_kernel(name)
        page.goto(front_end.address(name))
        notebook.wait_until_idle()
        return notebook

    yield open_it
    picture = f"{request.node.originalname.removeprefix('test_')}-{front_end.name}"
    notebook.take_picture(picture)
    if request.node.stash.get(FAILED, False):
        page.screenshot(path=PICTURES / f"failed-{picture}.png")
    server.stop_kernels()
