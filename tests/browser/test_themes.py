"""The card in the notebook's themes."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.cells import DEMO
from tests.browser.front_end import FrontEnd, in_both_browsers
from tests.browser.notebook import Notebook, take_pictures

_BRIGHTNESS = """(card) => {
    const canvas = document.createElement("canvas").getContext("2d");
    return ["backgroundColor", "color"].map((part) => {
        canvas.fillStyle = getComputedStyle(card)[part];
        canvas.fillRect(0, 0, 1, 1);
        const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
        return (red + green + blue) / 765;
    });
}"""


def choose_theme(notebook: Notebook, name: str, *, is_light: bool) -> None:
    """Choose a theme in the menu, and wait until the page has it."""
    notebook.choose("Settings", "Theme", name)
    shown = str(is_light).lower()
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-light", shown)


@in_both_browsers
def test_dark(front_end: FrontEnd, open_notebook: Callable[..., Notebook]) -> None:
    """In a dark notebook the card is dark, and its text is light."""
    notebook = open_notebook(DEMO)
    notebook.run()
    notebook.card.open().wait_until_loaded().allow()
    notebook.card.expect_status("connected", "Café Lumière")
    choose_theme(notebook, "JupyterLab Dark", is_light=False)
    ground, text = notebook.card.box.evaluate(_BRIGHTNESS)
    take_pictures(notebook.page, f"dark-{front_end.name}")
    choose_theme(notebook, "JupyterLab Light", is_light=True)
    assert ground < 0.2
    assert text > 0.8
