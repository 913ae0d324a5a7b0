"""The documentation: it builds without a warning or a network, is whole, and asks nobody."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

import ghl_notebook as ghl
from ghl_notebook import errors, frames, models, settings
from ghl_notebook.api import resources
from ghl_notebook.api.operation import Operation
from ghl_notebook.command.output import FORMATS
from ghl_notebook.command.read import READERS
from tests.folding import folded

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ERRORS = errors.__all__
SEARCHED = {
    "excel": "how-to/export",
    "csv": "how-to/export",
    "parquet": "how-to/export",
    "polars": "how-to/export",
    "duckdb": "how-to/export",
    "popup blocked": "how-to/help",
    "429": "how-to/errors",
    "offline": "how-to/errors",
    "proxy": "how-to/proxies",
    "token": "authentication",
    "private integration": "authentication",
    "scopes": "authentication",
    "report": "how-to/export",
    "papermill": "how-to/export",
    "cron": "how-to/headless",
    "followers": "charts",
    "best time": "how-to/questions",
    "expired": "keep-healthy",
    "reconnect": "keep-healthy",
    "agency": "agency",
    "colab": "how-to/colab",
    "vscode": "how-to/vscode",
    "voila": "how-to/voila",
    "marimo": "how-to/marimo",
    "binder": "how-to/binder",
    "jupyterhub": "how-to/hub",
    "jupyterlab": "how-to/jupyterlab",
    "notebook 7": "how-to/jupyterlab",
}
"""Words that users type → the page that answers them."""

RECORDS = [
    name
    for name in models.__all__
    if isinstance(value := getattr(models, name), type) and issubclass(value, models.Record)
]
PUBLIC = [
    *(f"ghl_notebook.{n}" for n in ghl.__all__ if n not in ("errors", "models", "GHLError")),
    *(f"ghl_notebook.errors.{name}" for name in ERRORS),
    *(f"ghl_notebook.models.{name}" for name in RECORDS if name != "Record"),
]

# Whatever looks anything up or connects fails, and with it the build: but for the simulator, of
# which the charts are.
BUILD = """
import sys

def refuse(event, args):
    at = {"socket.connect": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}.get(event)
    if at is not None and "127.0.0.1" not in str(args[at]):
        raise OSError(f"the build uses the network: {event} {args}")

sys.addaudithook(refuse)
from sphinx.cmd.build import main
sys.exit(main(sys.argv[1:]))
"""

FOREIGN = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
SECRET = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]{8,}|pit-(?!0{8}-fake)[\w-]{8,}|Bearer [\w.-]{16,}|[?&]state=\w{8,}"
)


@dataclass(frozen=True)
class Site:
    """What was built."""

    folder: Path

    @cached_property
    def pages(self) -> dict[str, BeautifulSoup]:
        """Every page by its address within the site."""
        return {
            path.relative_to(self.folder).as_posix(): BeautifulSoup(
                path.read_text(encoding="utf-8"), "html.parser"
            )
            for path in sorted(self.folder.rglob("*.html"))
        }

    @cached_property
    def ids(self) -> dict[str, set[str]]:
        """What can be linked to, page by page."""
        return {
            name: {str(tag["id"]) for tag in page.find_all(id=True)}
            for name, page in self.pages.items()
        }

    def text_of(self, page: str, at: str) -> str:
        """Return the description of a public name, on one line."""
        name = self.pages[page].find(id=at)
        assert isinstance(name, Tag)
        assert isinstance(name.parent, Tag)
        return " ".join(name.parent.get_text().split())

    def table(self, page: str, name: str) -> list[list[str]]:
        """Return the rows of the first table after a heading that names something."""
        headings = self.pages[page].find_all(re.compile("h[1-3]"))
        found = next(one for one in headings if name in re.split(r"[^\w]+", one.get_text()))
        table = found.find_next("table")
        assert isinstance(table, Tag)
        return [
            [" ".join(cell.get_text().split()) for cell in row.find_all(["td", "th"])]
            for row in table.find_all("tr")
        ]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site, built with warnings as errors and without a network."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [
            *(sys.executable, "-c", BUILD, "-W", "--keep-going", "-n", "-q"),
            *("-b", "html", "-d", str(folder / "trees"), str(DOCS), str(folder / "html")),
        ],
        env={k: v for k, v in os.environ.items() if not k.startswith("GHL_")},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Site(folder / "html")


@folded("name", PUBLIC)
def test_a_public_name_is_in_the_reference(site: Site, name: str) -> None:
    """It is described once, on a page of the reference, as it is imported."""
    pages = [page for page, ids in site.ids.items() if name in ids]

    assert len(pages) == 1
    assert pages[0].startswith("reference/")


@folded(
    ("group", "name"),
    [
        (group, name)
        for group in map(vars(resources).get, resources.__all__)
        for name, value in vars(group).items()
        if isinstance(value, Operation)
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_operation_is_in_the_reference(site: Site, group: type, name: str) -> None:
    """It is described with its parameters and the call that it makes."""
    operation = getattr(group, name)
    at = f"ghl_notebook.api.resources.{group.__name__}.{name}"

    said = site.text_of("reference/operations.html", at)

    assert all(parameter in said for parameter in operation.signature.parameters)
    assert f"{operation.endpoint.method} {operation.endpoint.template}" in said


@folded("name", ERRORS)
def test_an_error_is_there_with_its_next_step(site: Site, name: str) -> None:
    """A reader who has met an error finds what to do."""
    step = " ".join(getattr(errors, name).next_step.split()) or "told by each message."

    said = site.text_of("reference/errors.html", f"ghl_notebook.errors.{name}")

    assert f"Next step: {step}" in said.replace("’", "'")  # noqa: RUF001 - typeset by Sphinx


@folded("name", [n for n in frames.__all__ if isinstance(vars(frames)[n], dict)])
def test_a_frames_columns_are_shown(site: Site, name: str) -> None:
    """Names, order and dtypes of every schema's columns are in a table, with their meaning."""
    frame = frames.make_frame(getattr(frames, name), [])
    expected = [[column, str(dtype)] for column, dtype in frame.dtypes.items()]

    tables = [
        [[cell.get_text().strip() for cell in row.find_all("td")] for row in table.find_all("tr")]
        for table in site.pages["reference/columns.html"].find_all("table")
    ]

    (shown,) = [rows[1:] for rows in tables if [row[:2] for row in rows[1:]] == expected]
    assert all(meaning for _, _, meaning in shown)


@folded("name", [n for n in ghl.__all__ if n.startswith("fetch_")])
def test_a_fetching_functions_columns_are_shown(site: Site, name: str) -> None:
    """A table of columns has the function's name over it."""
    head, *rows = site.table("reference/columns.html", name)

    assert head == ["Column", "dtype", "Meaning"]
    assert rows


def test_every_link_within_the_site_resolves(site: Site) -> None:
    """Page and place are there."""
    links = {
        (name, str(link["href"]))
        for name, page in site.pages.items()
        for link in page.find_all("a", href=True)
    }
    broken = []
    for name, href in sorted(links):
        address, place = urldefrag(urljoin(name, href))
        if urlsplit(address).scheme or FOREIGN.match(address):
            continue
        target = unquote(address) or name
        is_there = (site.folder / target).is_file()
        if not is_there or (place and unquote(place) not in site.ids.get(target, {place})):
            broken.append((name, href))

    assert broken == []


def test_nothing_is_loaded_from_elsewhere(site: Site) -> None:
    """No script, style, font, picture or frame comes from another host."""
    found = [
        (name, tag.name, tag[attribute])
        for name, page in site.pages.items()
        for attribute in ("src", "srcset", "data", "poster")
        for tag in page.find_all(attrs={attribute: FOREIGN})
    ]
    found += [
        (name, "link", link["href"])
        for name, page in site.pages.items()
        for link in page.find_all("link", href=FOREIGN)
    ]
    found += [
        (path.name, "css", address)
        for path in site.folder.rglob("*.css")
        for address in _addresses(path.read_text(encoding="utf-8"))
        if FOREIGN.match(address)
    ]

    assert found == []


def _addresses(css: str) -> Iterator[str]:
    for found in re.finditer(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""", css):
        yield found[1]


@folded("name", ["expiry", "statistics", "hours", "statuses"])
def test_a_chart_is_drawn_for_light_and_dark_pages(site: Site, name: str) -> None:
    """Each shows one of the two, which is there and says in words what is to be seen."""
    found = site.pages["charts.html"].select(f'img[src*="{name}-"]')

    assert [set(image["class"]) & {"only-light", "only-dark"} for image in found] == [
        {"only-light"},
        {"only-dark"},
    ]
    assert all(str(image["alt"]).count(" ") > 5 for image in found)
    assert all((site.folder / str(image["src"])).stat().st_size > 10_000 for image in found)


def test_the_site_can_be_searched(site: Site) -> None:
    """The index is there, and knows a title, a word of a text and a function."""
    index = (site.folder / "searchindex.js").read_text(encoding="utf-8")

    assert all(word in index for word in ('"Quickstart"', '"voila"', '"fetch_accounts"'))
    assert "search.html" in site.pages


def test_a_search_finds_the_page(site: Site) -> None:
    """The page is the first or second of the results that the site's own search shows."""
    command = ["node", str(ROOT / "tests/search.js"), str(site.folder), *SEARCHED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {
        words: [page for page, *_ in results]
        for words, results in zip(SEARCHED, json.loads(done.stdout), strict=True)
    }

    assert {w: found[w][:4] for w, page in SEARCHED.items() if page not in found[w][:2]} == {}


def test_no_secret_and_no_machine_is_in_the_site(site: Site) -> None:
    """No token, no state and no path of the computer that built it."""
    machine = re.compile(rf"{re.escape(str(ROOT))}|(?<![\w.…/])/(?:home|root|Users)/\w+")
    texts = {
        path.relative_to(site.folder).as_posix(): path.read_text(encoding="utf-8")
        for path in site.folder.rglob("*")
        if path.suffix in {".html", ".js", ".txt", ".ipynb", ".md"}
    }
    found = {
        (name, match[0])
        for name, text in texts.items()
        for pattern in (SECRET, machine)
        for match in pattern.finditer(text)
    }

    assert found == set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_shown_as_it_is_saved(site: Site, path: Path) -> None:
    """It has a page, which is linked, with the outputs that are in the file."""
    page = f"notebooks/{path.stem}.html"
    links = {str(a["href"]) for a in site.pages["notebooks.html"].find_all("a", href=True)}
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]

    assert page in links
    assert len(site.pages[page].select("div.cell_output > *")) >= len(outputs)


@folded("name", READERS)
def test_a_command_that_reads_is_documented(site: Site, name: str) -> None:
    """Its section of the reference has all of its options."""
    helped = subprocess.run(
        [sys.executable, "-m", "ghl_notebook", name, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    options = {*re.findall(r"--\w+", helped.stdout)}
    page = site.pages["reference/command.html"]
    section = page.find(id=f"ghl-notebook-{name}")

    assert isinstance(section, Tag)
    assert len(options) > 6
    assert options <= {*re.findall(r"--\w+", section.get_text())}


def test_the_formats_and_statuses_of_the_command_are_documented(site: Site) -> None:
    """The guide has a row for each of them, and no other."""
    tables = [
        [row.select("td")[0].get_text() for row in table.select("tbody tr")]
        for table in site.pages["how-to/command-line.html"].find_all("table")
    ]

    assert [*FORMATS] in tables
    assert ["0", "1", "2"] in tables


def test_every_setting_is_documented_and_no_other(site: Site) -> None:
    """The variables of the page are those that the package reads."""
    page = site.pages["reference/settings.html"]
    shown = [code.get_text() for code in page.select("table td:first-child code")]

    assert shown == list(settings.SETTINGS)


def test_every_logger_is_documented(site: Site) -> None:
    """The loggers of the page are those of the package."""
    page = site.pages["how-to/logging.html"]
    shown = [code.get_text() for code in page.select("table td:first-child code")]
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "ghl_notebook").rglob("*.py")]
    named = re.findall(r'getLogger\("(ghl_notebook[.\w]*)"\)', "".join(texts))

    assert sorted(shown) == sorted({*named})


def test_every_fact_about_the_service_says_how_sure_it_is(site: Site) -> None:
    """A reader can tell what was seen from what is supposed."""
    tables = [
        [[cell.get_text().strip() for cell in row.find_all(["td", "th"])] for row in rows]
        for rows in (t.find_all("tr") for t in site.pages["service.html"].find_all("table"))
    ]
    facts = [row for head, *rows in tables if head[-1] == "how sure" for row in rows]

    assert len(facts) > 30
    assert [row for row in facts if not re.match("sure|likely|a guess", row[-1])] == []


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda p: p.name
)
def test_what_a_page_of_the_repository_links_to_is_there(path: Path) -> None:
    """Files and folders that are named relatively exist."""
    text = path.read_text(encoding="utf-8")
    links = [urldefrag(found)[0] for found in re.findall(r"\]\(([^)\s]+)\)", text)]

    assert [link for link in links if not FOREIGN.match(link) and not (ROOT / link).exists()] == []
