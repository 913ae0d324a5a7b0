"""The client report: a page that can be sent, without code, ids, or anything to load."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

import ghl_notebook as ghl
from notebooks.report import report, to_pdf

pytestmark = [pytest.mark.process, pytest.mark.slow]

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the files of the reports are."""
    folder = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        report("Lumière Hospitality", "2025-12", folder, tz="Europe/Paris", excel=False)
        report("", "2025-12", folder)
    return folder


@pytest.fixture(scope="module", params=["lumière-hospitality", "all-clients"])
def page(request: pytest.FixtureRequest, folder: Path) -> Path:
    """The page of a client, and of all of them."""
    return folder / f"{request.param}-2025-12.html"


def test_the_page_has_what_a_client_reads(page: Path) -> None:
    """Title, period, figures with their change, charts, posts, and connections."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    headings = [re.sub(r"\s+", " ", one.get_text()).strip() for one in soup.find_all(["h1", "h2"])]
    assert headings == [
        "All clients" if page.name.startswith("all") else "Lumière Hospitality",
        *("Engagement", "Best posts", "Published and planned", "Next posts"),
        "Connections to renew",
    ]
    figures = [one.get_text() for one in soup.select(".figures div")]
    assert len(figures) == 5
    assert all(re.search(r"\d.*[+-]\d", one) for one in figures)
    assert [img["src"][:21] for img in soup.find_all("img")] == ["data:image/png;base64"] * 2
    assert all(img["alt"] for img in soup.find_all("img"))


def test_the_page_loads_nothing_and_shows_no_code(page: Path) -> None:
    """Nor an id, nor what went wrong meanwhile."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    assert not soup.find_all(["script", "link", "iframe"], src=True)
    assert not soup.find_all("link", href=True)
    text = soup.body.get_text() if soup.body else ""
    assert not re.search(r"import |fetch_|HTTP|[0-9a-f]{24}|\b[0-9A-Za-z]{20}\b", text)


def test_a_client_that_is_missing_is_named(folder: Path) -> None:
    """Its numbers are in no total."""
    text = (folder / "all-clients-2025-12.html").read_text(encoding="utf-8")
    with ghl.demo_agency() as agency:
        (missing,) = ghl.failures(ghl.fetch_accounts(agency, progress=None))["location_name"]
    assert f"Without {missing}: no data." in text


def test_the_recipe_passes_the_parameters_of_the_notebook() -> None:
    """The table of the documentation lists them, and its command passes no other."""
    recipe = (ROOT / "docs/how-to/export.md").read_text("utf-8").partition("## Client report")[2]
    notebook = json.loads((ROOT / "notebooks/client-report.ipynb").read_text("utf-8"))
    (cell,) = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    names = re.findall(r"^(\w+) =", "".join(cell["source"]), re.MULTILINE)

    assert re.findall(r"^\| `(\w+)`", recipe, re.MULTILINE) == names
    assert {*re.findall(r"-p (\w+)", recipe)} < {*names}


def test_the_page_is_printed(page: Path) -> None:
    """By a browser that is there."""
    pdf = to_pdf(page)
    assert pdf is None or pdf.read_bytes().startswith(b"%PDF")


def test_the_numbers_are_in_an_excel_file(folder: Path) -> None:
    """If it was asked for."""
    sheets = pd.read_excel(folder / "all-clients-2025-12.xlsx", sheet_name=None)
    assert [*sheets] == ["Totals", "Statistics", "Posts", "Planned", "At risk", "Connections"]
    assert sheets["Totals"]["metric"].notna().all()
    assert not (folder / "lumière-hospitality-2025-12.xlsx").exists()
