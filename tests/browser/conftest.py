"""Notebook servers, browsers, and a fresh notebook in each of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.front_end import FrontEnd
from tests.browser.notebook import PICTURES, Notebook, take_pictures
from tests.browser.servers import hub, jupyter, voila
from tests.browser.servers.files import KERNEL
from tests.browser.servers.jupyter import JupyterServer
from tests.browser.servers.voila import VoilaServer
from tests.browsers import Browsers

# Bounds, not waits: a busy machine may take long to start a kernel.
SECONDS = 60

# Browsers find every name below localhost on this machine, but the card cannot know that: for it
# the kernel is elsewhere.
ELSEWHERE = "hub.localhost"

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """JupyterLab."""
    with jupyter.serve(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def notebook_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """Jupyter Notebook 7."""
    with jupyter.serve(tmp_path_factory.mktemp("notebook"), application="notebook") as server:
        yield server


@pytest.fixture(scope="session")
def prefix_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """JupyterLab as Binder starts it: under a prefix, with jupyter-server-proxy."""
    prefix = "/user/someone/"
    with jupyter.serve(
        tmp_path_factory.mktemp("prefix"),
        host=ELSEWHERE,
        prefix=prefix,
        JUPYTERHUB_SERVICE_PREFIX=prefix,
    ) as server:
        yield server


@pytest.fixture(scope="session")
def hub_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """The JupyterLab of a user of a JupyterHub."""
    with hub.serve(tmp_path_factory.mktemp("hub"), host=ELSEWHERE) as server:
        yield server


@pytest.fixture(scope="session")
def voila_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoilaServer]:
    """Voila."""
    with voila.serve(tmp_path_factory.mktemp("voila")) as server:
        yield server


@pytest.fixture(params=["lab-chromium", "notebook-chromium", "lab-firefox"])
def front_end(request: pytest.FixtureRequest, browsers: Browsers) -> Iterator[FrontEnd]:
    """Each front end in turn."""
    kind, _, browser_name = request.param.partition("-")
    expect.set_options(timeout=SECONDS * 1000)
    context = browsers.get(browser_name).new_context(viewport={"width": 1000, "height": 900})
    context.set_default_timeout(SECONDS * 1000)
    yield FrontEnd(kind, browser_name, context)
    context.close()


@pytest.fixture
def server(front_end: FrontEnd, request: pytest.FixtureRequest) -> JupyterServer:
    """The Jupyter server of a front end, on which the browser has logged in."""
    server: JupyterServer = request.getfixturevalue(f"{front_end.kind}_server")
    server.sign_in(front_end.context)
    return server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the fixtures know that a test has failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def page(front_end: FrontEnd, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page on which no script of ours may fail; its cards are kept as pictures."""
    page = front_end.context.new_page()
    errors: list[Error] = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    picture = f"{request.node.originalname.removeprefix('test_')}-{front_end.name}"
    take_pictures(page, picture)
    for number, window in enumerate(front_end.context.pages):
        if request.node.stash.get(FAILED, False):
            window.screenshot(path=PICTURES / f"failed-{picture}-{number}.png")
        window.close()
    # The card's module comes from a blob; the front ends' own mistakes are not ours.
    assert [error.stack for error in errors if "blob:" in (error.stack or "")] == []


@pytest.fixture
def open_notebook(
    server: JupyterServer, page: Page, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook of the given cells, and an empty one, in JupyterLab or Notebook 7."""
    name = f"{request.node.originalname}.ipynb"
    notebook = Notebook(page)

    def open_it(*cells: str, kernel: str = KERNEL) -> Notebook:
        server.write(name, *cells, "", kernel=kernel)
        server.start_kernel(name, kernel)
        page.goto(server.address(name))
        notebook.wait_until_idle(kernel)
        return notebook

    yield open_it
    server.stop_kernels()
