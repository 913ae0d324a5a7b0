"""The card in the notebook's themes."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.cells import DEMO
from tests.browser.notebook import Notebook
from tests.browser.servers.jupyter import JupyterServer

_BRIGHTNESS = """(card) => {
    const canvas = document.createElement("canvas").getContext("2d");
    return ["backgroundColor", "color"].map((part) => {
        canvas.fillStyle = getComputedStyle(card)[part];
        canvas.fillRect(0, 0, 1, 1);
        const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
        return (red + green + blue) / 765;
    });
}"""


@pytest.fixture
def dark_server(server: JupyterServer) -> Iterator[JupyterServer]:
    """A server whose user likes it dark."""
    server.set_up("themes", theme="JupyterLab Dark")
    yield server
    server.set_up("themes")


def test_dark(dark_server: JupyterServer, open_notebook: Callable[..., Notebook]) -> None:
    """In a dark notebook the card is dark, and its text is light."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")
    ground, text = notebook.card.box.evaluate(_BRIGHTNESS)
    assert ground < 0.2
    assert text > 0.8
