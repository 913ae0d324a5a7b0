"""Tables of the ways by which logins arrived in this run, as the documentation shows them.

Tests write into a table by a fixture of ``tests/conftest.py``; at the end of the run it is in
``test-results``, and ``python -m tests.ways`` puts it into its page.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.browsers import BROWSERS

ROOT = Path(__file__).parents[1]

LOGIN = "login"
"""Column: nothing else goes on in the kernel."""
WAITING = "while a cell waits"
"""Column: a cell of the same kernel blocks it until the login is done."""

_SHOWN = {
    "message": "pop-up message",
    "loopback": "pop-up message, through the loopback server",
    "accounts": "accounts list",
    "pasted": "pasted id",
}
_GAP = "?"


@dataclass(frozen=True)
class Table:
    """What a table shows.

    Attributes
    ----------
    name : str
        Its name in the page's markers, its file's name, and the head of its first column.
    page : pathlib.Path
        The page that shows it.
    rows : dict of str to str
        What the tests call each row, and what it is called in the table. Browsers share a line
        where nothing differs between them.
    columns : tuple of str
        The columns that tests fill.
    writers : tuple of str
        The folders of those tests, or single files.
    """

    name: str
    page: Path
    rows: dict[str, str]
    columns: tuple[str, ...]
    writers: tuple[str, ...]

    @property
    def result(self) -> Path:
        """Where the table of the last run is."""
        return ROOT / "test-results" / f"{self.name.replace(' ', '-')}.md"

    def fields(self) -> list[tuple[str, str, str]]:
        """Return row, browser and column of each field."""
        return [
            (row, browser, column)
            for row in self.rows
            for browser in BROWSERS
            for column in self.columns
        ]

    def is_written_by(self, collected: Collection[Path], arguments: Iterable[str]) -> bool:
        """Tell whether a run has every test that writes to the table.

        Parameters
        ----------
        collected : collection of Path
            The files of the tests that will run.
        arguments : iterable of str
            What pytest was asked to run.
        """
        files: set[Path] = set()
        for writer in self.writers:
            path = ROOT / writer
            files |= set(path.rglob("test_*.py")) if path.is_dir() else {path}
        return files <= set(collected) and not any("::" in argument for argument in arguments)

    def read_from(self, text: str) -> str:
        """Return what stands between the table's markers in a text."""
        return self._split(text)[1]

    def put_into(self, text: str, table: str) -> str:
        """Return a text with something else between the table's markers."""
        before, _, after = self._split(text)
        return before + table + after

    def _split(self, text: str) -> tuple[str, str, str]:
        before, begin, rest = text.partition(f"<!-- {self.name}: begin -->\n")
        table, end, after = rest.partition(f"<!-- {self.name}: end -->\n")
        if not (begin and end):
            raise ValueError(f"The markers of the table of {self.name} are missing.")
        return before + begin, table, end + after


FRONT_ENDS = Table(
    name="front ends",
    page=ROOT / "README.md",
    rows={
        "lab": "JupyterLab 4",
        "notebook": "Notebook 7",
        "prefix": "JupyterLab under a prefix, as on Binder",
        "hub": "JupyterHub 6",
        "marimo_edit": "marimo edit",
        "marimo_run": "marimo run",
        "voila": "Voila",
        "vscode": "VS Code (simulated iframe)",
        "colab": "Colab (simulated iframe)",
    },
    columns=(LOGIN, WAITING),
    writers=("tests/browser", "tests/standins"),
)

FRAMES = Table(
    name="iframes",
    page=ROOT / "docs" / "where-it-works.md",
    rows={
        "top": "none",
        "framed": "of another site",
        "sandboxed": "sandboxed, pop-ups too",
    },
    columns=("no policy", "same-origin", "same-origin-allow-popups", "noopener-allow-popups"),
    writers=("tests/standins",),
)
"""Its columns are the login page's Cross-Origin-Opener-Policy."""

TABLES = (FRONT_ENDS, FRAMES)


class Ways:
    """A table as it is filled.

    Parameters
    ----------
    table : Table
        What it shows.

    Attributes
    ----------
    fields : dict
        What was written so far, by row, browser and column.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.fields: dict[tuple[str, str, str], str] = {}

    def record(self, row: str, browser: str, column: str, way: str) -> None:
        """Write a field.

        Parameters
        ----------
        row : str
            What the tests call the row.
        browser : str
            ``chromium`` or ``firefox``.
        column : str
            For instance `LOGIN`.
        way : str
            The login's trait `delivered_by`, or words for what has no such trait.
        """
        field = (row, browser, column)
        if field not in self.table.fields():
            raise ValueError(f"The table of {self.table.name} has no field {field}.")
        if column != WAITING and way == "loopback":
            way = "message"  # one event is told by comm and server, and either may be first
        self.fields[field] = _SHOWN.get(way, way)

    def missing(self) -> list[tuple[str, str, str]]:
        """Return the fields that nothing was written to."""
        return [field for field in self.table.fields() if field not in self.fields]

    def markdown(self) -> str:
        """Return the table as Markdown."""
        columns = self.table.columns
        lines = [[self.table.name.removesuffix("s"), "browser", *columns]]
        lines.append(["---"] * len(lines[0]))
        for row, title in self.table.rows.items():
            same: dict[tuple[str, ...], list[str]] = {}
            for browser in BROWSERS:
                fields = tuple(self.fields.get((row, browser, column), _GAP) for column in columns)
                same.setdefault(fields, []).append(browser.capitalize())
            lines += [[title, ", ".join(browsers), *fields] for fields, browsers in same.items()]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def faults(self) -> list[str]:
        """Return what is wrong with the table of a whole run, next to the page that has it."""
        if missing := self.missing():
            return [
                f"Nothing has written these fields of the table of {self.table.name}: {missing}"
            ]
        if self.table.read_from(self.table.page.read_text(encoding="utf-8")) != self.markdown():
            return [
                f"The table of {self.table.name} in {self.table.page.name} is not the one of this"
                f" run. If this one is right, `python -m tests.ways` puts it there:\n"
                f"{self.markdown()}"
            ]
        return []

    def save(self) -> None:
        """Save the table, if any test has written to it."""
        if self.fields:
            self.table.result.parent.mkdir(parents=True, exist_ok=True)
            self.table.result.write_text(self.markdown(), encoding="utf-8")


def main() -> None:
    """Put the tables of the last run into their pages."""
    for table in TABLES:
        markdown = table.result.read_text(encoding="utf-8")
        if f"| {_GAP} |" in markdown:
            sys.exit(f"{table.result} has gaps: run all of {', '.join(table.writers)} first.")
        text = table.page.read_text(encoding="utf-8")
        table.page.write_text(table.put_into(text, markdown), encoding="utf-8")


if __name__ == "__main__":
    main()
