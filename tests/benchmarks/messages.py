"""From the message that ends a login to the Python trait, in JupyterLab in Chromium.

Both ends are on this machine and share its clock, so that one way can be measured: the page reads
``performance.timeOrigin + performance.now()`` right before it posts, and the kernel ``time.time()``
in the function that observes the trait. Each sample is checked for its order in time.

A peer's page sets a trait of an otherwise empty anywidget, in the same page and kernel; until the
kernel sees it, or until the page knows that it has. To ``checking`` nothing but the message is on
the way, from another window; to ``connected`` the kernel has asked the
simulator for step 2, so there the peer's observer asks for the same before it notes the time.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.notebook import Notebook
from tests.browser.servers.files import KERNEL, KERNEL_COMMAND
from tests.browser.servers.jupyter import JupyterServer, serve
from tests.browsers import Browsers

from .measure import Row, interleave

ROUNDS = 25
TIMEOUT = 60_000

LABELS = (
    ("message → `status` is `checking`", "bare anywidget: trait set → observer"),
    (
        "message → `status` is `checking`",
        "bare anywidget: trait set → observer → its message in the page",
    ),
    (
        "message → step 2 → `status` is `connected`",
        "bare anywidget: trait set → observer, which asks for step 2",
    ),
)

# The kernel's side is kernel.py.
_CELL = "from tests.benchmarks.kernel import show; show()"
_ROOT = Path(__file__).parents[2]

_NOW = "performance.timeOrigin + performance.now()"
_SET = f"""(name) => {{
    heard.length = 0;
    bare.set(name, bare.get(name) + 1);
    const at = {_NOW};
    bare.save_changes();
    return at / 1000;
}}"""
_POST = f"""() => {{
    const {{ messages }} = JSON.parse(document.querySelector("meta[name=orders]").content);
    const at = {_NOW};
    opener.postMessage(messages[0], "*");
    return at / 1000;
}}"""


def measure(rounds: int = ROUNDS) -> tuple[list[Row], str]:
    """Measure so many whole logins, and as many of each peer between them.

    Returns
    -------
    rows : list of Row
        One per pair of `LABELS`, in wall-clock time.
    browser : str
        The browser's version.
    """
    expect.set_options(timeout=TIMEOUT)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder), KERNEL_COMMAND, PYTHONPATH=str(_ROOT)) as server,
        Browsers() as browsers,
    ):
        browser = browsers.get("chromium")
        page = _open(browser.new_context(viewport={"width": 1000, "height": 900}), server)
        samples = interleave(
            {
                "login": lambda: _log_in(page),
                "plain": lambda: _set(page, "plain"),
                "asking": lambda: _set(page, "asking"),
            },
            rounds,
        )
        version = f"Chromium {browser.version}"
    pairs = (("checking", "plain"), ("checking", "plain_and_back"), ("connected", "asking"))
    rows = [
        Row(
            *labels,
            [login[status] for login in samples["login"]],
            [update[way] for update in samples[way.removesuffix("_and_back")]],
        )
        for labels, (status, way) in zip(LABELS, pairs, strict=True)
    ]
    return rows, version


def _open(context: BrowserContext, server: JupyterServer) -> Page:
    context.set_default_timeout(TIMEOUT)
    name = "messages.ipynb"
    server.write(name, _CELL)
    page = context.new_page()
    server.sign_in(page)
    page.goto(server.address(name))
    # Not by the notebook's own indicator: it is idle before there is a kernel, and a cell that is
    # run then gets a question instead.
    expect(page.get_by_text(f"{KERNEL} | Idle")).to_be_visible()
    Notebook(page).run()
    page.wait_for_function("() => globalThis.bare")
    return page


def _log_in(page: Page) -> dict[str, float]:
    card = Notebook(page).card
    card.expect_status("idle")
    page.evaluate("() => { heard.length = 0; }")
    window = card.open().wait_until_loaded().page
    window.get_by_role("button", name="Allow").click()
    window.locator("meta[name=orders]").wait_for(state="attached")
    card.expect_status("waiting")
    posted: float = window.evaluate(_POST)
    connected, _ = _when(page, "connected")
    checking, _ = _when(page, "checking")
    assert posted < checking < connected < page.evaluate(_NOW) / 1000
    card.expect_status("connected")
    page.evaluate("() => bare.send({})")
    return {"checking": checking - posted, "connected": connected - posted}


def _set(page: Page, trait: str) -> dict[str, float]:
    changed: float = page.evaluate(_SET, trait)
    seen, back = _when(page, trait)
    assert changed < seen < back < page.evaluate(_NOW) / 1000
    return {trait: seen - changed, f"{trait}_and_back": back - changed}


def _when(page: Page, what: str) -> tuple[float, float]:
    """Return when the kernel saw it, and when the page heard of that, on the clock they share."""
    heard = page.wait_for_function("(what) => heard.find((m) => m.what === what)", arg=what)
    message = heard.json_value()
    return message["at"], message["back"]
