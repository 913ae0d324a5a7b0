"""Make a page and an Excel file for a client, from ``client-report.ipynb``.

    python notebooks/report.py --client "Lumière Hospitality" --month 2025-12 --folder reports
    python notebooks/report.py --all --folder reports     # a report for each sub-account

The page has no code, and loads nothing. If there is a Chromium browser, a PDF lies beside it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import papermill
from nbconvert import HTMLExporter
from traitlets.config import Config

import ghl_notebook as ghl

NOTEBOOK = Path(__file__).with_name("client-report.ipynb")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def report(
    client: str,
    month: str,
    folder: Path,
    *,
    tz: str = "UTC",
    own: bool = False,
    excel: bool = True,
) -> Path:
    """Write the report of a sub-account, or of the whole agency, and return the page.

    Parameters
    ----------
    client : str
        The name of the sub-account; empty for all of them together.
    month : str
        For instance ``"2025-12"``.
    folder : pathlib.Path
        Where the files go.
    tz : str
        The time zone of the reader.
    own : bool
        Use your own agency, not the simulator's.
    excel : bool
        Also write an Excel file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", f"{client or 'all-clients'}-{month}").strip("-").lower()
    executed, page = (folder / f"{name}.{end}" for end in ("ipynb", "html"))
    parameters = {
        "client": client,
        "month": month,
        "tz": tz,
        "own": own,
        "excel": str((folder / f"{name}.xlsx").resolve()) if excel else "",
    }
    papermill.execute_notebook(NOTEBOOK, executed, parameters, progress_bar=False)
    page.write_text(to_html(executed, client or "All clients"), encoding="utf-8")
    executed.unlink()
    return page


def to_html(notebook: Path, title: str) -> str:
    """Return a notebook as a page without code and without the cells tagged ``notes``."""
    options = Config(
        HTMLExporter=Config(
            exclude_input=True,
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            exclude_anchor_links=True,
            mathjax_url="",
            require_js_url="",
            preprocessors=["nbconvert.preprocessors.TagRemovePreprocessor"],
        ),
        TagRemovePreprocessor=Config(enabled=True, remove_cell_tags={"notes"}),
    )
    source = nbformat.read(notebook, as_version=4)
    source.metadata["title"] = title
    for cell in source.cells:  # without warnings about sub-accounts that could not be fetched
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if one.output_type != "stream"]
    text, _ = HTMLExporter(config=options).from_notebook_node(source)
    # What is left of the libraries that only formulas and widgets need.
    return re.sub(r'<script[^>]*\bsrc="[^"]*"[^>]*>\s*</script>', "", text)


def to_pdf(page: Path) -> Path | None:
    """Print a page as PDF, if there is a Chromium browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return None
    target = page.with_suffix(".pdf")
    command = [browser, "--headless", "--no-pdf-header-footer", "--no-sandbox", "--disable-gpu"]
    address = page.resolve().as_uri()
    subprocess.run(  # noqa: S603 - a browser of this computer, and our own page
        [*command, f"--print-to-pdf={target}", address], check=True, capture_output=True
    )
    return target


def main() -> None:
    """Write the reports that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--client", help="name of a sub-account; '' for all of them on one page")
    which.add_argument("--all", action="store_true", help="a report for each sub-account")
    parser.add_argument("--month", default="2025-12", help="for instance 2025-12")
    parser.add_argument("--tz", default="UTC", help="time zone of the reader")
    parser.add_argument("--folder", default="reports", type=Path)
    parser.add_argument("--own", action="store_true", help="use your own agency")
    asked = parser.parse_args()
    clients = [asked.client]
    if asked.all:
        with ghl.Agency() if asked.own else ghl.demo_agency() as agency:
            clients = ghl.fetch_locations(agency)["location_name"].to_list()
    for client in clients:
        page = report(client, asked.month, asked.folder, tz=asked.tz, own=asked.own)
        print(page, to_pdf(page) or "(no PDF: there is no Chromium browser)")


if __name__ == "__main__":
    main()
