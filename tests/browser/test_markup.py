"""Names that strangers chose, in a real JupyterLab: shown, saved, opened again, they never run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.notebook import Notebook

CELL = r"""
import ghl_notebook as ghl
from IPython.display import HTML, display

client = ghl.demo(api_version="v3")
name = "</script><img src=x onerror='window.attacked = true'>$\href{javascript:alert(1)}{x}$"
days = ghl.fetch_statistics(client, "2025-12-01", "2025-12-31").assign(name=name)
display(ghl.plot_statistics(days, by="account"), ghl.models.Account(name=name), days.head(2))
try:
    ghl.fetch_posts(client, "2025-12-01", "2025-12-31", status=name)
except ghl.GHLError as error:
    display(ghl.Finding(name, "problem", str(error)), error)
display(HTML("<script>window.isAlive = true</script><p>the end</p>"))"""


def assert_calm(page: Page) -> None:
    """Say that scripts of outputs run, and that none of them is a name's."""
    expect(page.get_by_text("the end", exact=True)).to_be_visible()
    page.wait_for_function("() => window.isAlive")
    outputs = page.locator(".jp-OutputArea").first
    expect(outputs.locator("th").get_by_text("name", exact=True).first).to_be_visible()
    expect(outputs).to_contain_text("</script><img src=x")
    assert outputs.locator("img, a[href^='javascript:']").count() == 0
    assert page.evaluate("() => window.attacked") is None


@pytest.mark.usefixtures("last_on_its_page")
def test_names_do_not_run(open_notebook: Callable[..., Notebook]) -> None:
    """In a chart, a record, a DataFrame and an error; also when no cell was run."""
    notebook = open_notebook(CELL)
    notebook.run()
    assert_calm(notebook.page)
    notebook.save()
    notebook.load_again()
    notebook.wait_until_idle()
    assert_calm(notebook.page)
