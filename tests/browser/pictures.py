"""Make the pictures of README and documentation from a real JupyterLab.

::

    python -m tests.browser.pictures    # notebooks/images, docs/images

Chromium connects an account on the simulator, as a user does. The film shows the notebook and, on
top of it, the pop-up as it opens and closes.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.cells import DEMO, PANEL
from tests.browser.front_end import make_front_end
from tests.browser.notebook import LoginWindow, Notebook
from tests.browser.servers import files, jupyter
from tests.browser.servers.jupyter import JupyterServer
from tests.browsers import SECONDS, Browsers

ROOT: Final = Path(__file__).parents[2]
FILM: Final = ROOT / "notebooks/images/connect-instagram.webp"
PANEL_PICTURE: Final = ROOT / "docs/images/panel.png"

SIZE: Final = {"width": 960, "height": 720}
POP_UP: Final = {"width": 480, "height": 620}

CELLS: Final = (
    DEMO,
    "await login\nlogin.status, login.account_names",
    'ghl.fetch_accounts(client)[["platform", "name", "is_expired", "expire"]]',
)


class Film:
    """Pictures of a page, each with how long it is shown.

    Parameters
    ----------
    page : Page
        The page of the notebook.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[tuple[Image.Image, int]] = []

    def take(self, seconds: float, pop_up: Page | None = None) -> None:
        """Add what the page shows now, with a pop-up over it."""
        picture = photograph(self._page)
        if pop_up is not None:
            over = photograph(pop_up)
            place = (picture.width - over.width - 40, (picture.height - over.height) // 2)
            frame = (place[0] - 1, place[1] - 1, place[0] + over.width, place[1] + over.height)
            picture = Image.blend(picture, Image.new("RGB", picture.size, "black"), 0.35)
            picture.paste(over, place)
            ImageDraw.Draw(picture).rectangle(frame, outline="#888888")
        self._frames.append((picture, round(seconds * 1000)))

    def save(self, path: Path) -> None:
        """Write an animated WebP that starts again after its end."""
        first, *others = [picture for picture, _ in self._frames]
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=[duration for _, duration in self._frames],
            loop=0,
            quality=80,
            method=6,
        )


def photograph(page: Page) -> Image.Image:
    """Return what a page shows."""
    picture = page.screenshot(animations="disabled", caret="hide")
    return Image.open(io.BytesIO(picture)).convert("RGB")


@contextmanager
def notebook_of(server: JupyterServer, browsers: Browsers, *cells: str) -> Iterator[Notebook]:
    """Open a notebook of these cells, with JupyterLab's side bar closed."""
    front_end = make_front_end("lab", "chromium", browsers.get("chromium"))
    page = front_end.page
    page.set_viewport_size({**SIZE})
    server.sign_in(page)
    server.write("connect-instagram.ipynb", *cells, "")
    front_end.open(server, "connect-instagram.ipynb")
    notebook = Notebook(page)
    notebook.wait_until_open(files.KERNEL, page.reload)
    page.keyboard.press("Control+b")
    yield notebook
    front_end.context.close()


def connect(notebook: Notebook) -> None:
    """Connect and attach an account, and keep the film of it."""
    film = Film(notebook.page)
    notebook.cells.nth(0).locator(".cm-content").press("Shift+Enter")
    notebook.card.expect_status("idle")
    notebook.cells.nth(1).locator(".cm-content").press("Shift+Enter")
    film.take(2.0)
    opened = notebook.card.open()
    opened.page.set_viewport_size({**POP_UP})
    window = LoginWindow(opened.page).wait_until_loaded()
    film.take(1.8, window.page)
    window.choose("Amara Diallo")
    film.take(1.4, window.page)
    window.allow()
    notebook.card.expect_status("connected")
    notebook.output(1)
    film.take(2.2)
    notebook.card.box.get_by_role("checkbox", name="Café Lumière").check()
    film.take(1.2)
    notebook.card.button("Attach 1 account").click()
    expect(notebook.card.box).to_contain_text("Attached:")
    film.take(1.6)
    notebook.cells.nth(2).locator(".cm-content").press("Shift+Enter")
    output = notebook.output(2)
    expect(output.locator("tbody tr").first).to_be_visible()
    output.scroll_into_view_if_needed()
    film.take(3.5)
    film.save(FILM)


def show_panel(notebook: Notebook) -> None:
    """Keep a picture of the panel with its list, without white space around it."""
    notebook.page.set_viewport_size({"width": SIZE["width"], "height": 1000})  # for all of it
    notebook.run()
    panel = notebook.page.locator(".ghl-connect-panel").first
    expect(panel.get_by_role("row").nth(1)).to_be_visible()
    shown = Image.open(io.BytesIO(panel.screenshot(animations="disabled"))).convert("RGB")
    empty = Image.new("RGB", shown.size, shown.getpixel((0, 0)))
    shown.crop(ImageChops.difference(shown, empty).getbbox()).save(PANEL_PICTURE, optimize=True)


def main() -> int:
    """Make all pictures."""
    expect.set_options(timeout=SECONDS * 1000)
    kernel = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyter.serve(Path(folder), kernel) as server,
        Browsers() as browsers,
    ):
        with notebook_of(server, browsers, *CELLS) as notebook:
            connect(notebook)
        with notebook_of(server, browsers, PANEL) as notebook:
            show_panel(notebook)
    return 0


if __name__ == "__main__":
    sys.exit(main())
