"""The tables of ways, as tests write them and pages show them."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.ways import FRONT_ENDS, LOGIN, ROOT, WAITING, Ways

TEXT = "a\n<!-- front ends: begin -->\nold\n<!-- front ends: end -->\nz\n"


@pytest.fixture
def table() -> Ways:
    """An empty table, which is not the one of this run."""
    return Ways(FRONT_ENDS)


def test_comm_and_loopback_are_one_way_of_a_login(table: Ways) -> None:
    """Where nothing blocks, they race with the same event; while a cell waits, they do not."""
    table.record("lab", "chromium", LOGIN, "loopback")
    table.record("lab", "firefox", LOGIN, "message")
    table.record("lab", "firefox", WAITING, "loopback")
    loopback = "pop-up message, through the loopback server"
    assert "| JupyterLab 4 | Chromium | pop-up message | ? |\n" in table.markdown()
    assert f"| JupyterLab 4 | Firefox | pop-up message | {loopback} |\n" in table.markdown()


def test_order(table: Ways) -> None:
    """The lines have an order of their own, whichever test was first."""
    table.record("colab", "firefox", LOGIN, "accounts")
    table.record("lab", "chromium", LOGIN, "message")
    head, _, *lines = table.markdown().splitlines()
    assert head == "| front end | browser | login | while a cell waits |"
    assert len(lines) == len(FRONT_ENDS.rows) + 2
    assert lines[0] == "| JupyterLab 4 | Chromium | pop-up message | ? |"
    assert lines[2] == "| Notebook 7 | Chromium, Firefox | ? | ? |"
    assert lines[-1] == "| Colab (simulated iframe) | Firefox | accounts list | ? |"


def test_missing(table: Ways) -> None:
    """A field that no test has written is known."""
    table.record("lab", "chromium", LOGIN, "message")
    assert ("lab", "chromium", LOGIN) not in table.missing()
    assert ("lab", "chromium", WAITING) in table.missing()


def test_unknown_field(table: Ways) -> None:
    """A test cannot write beside the table."""
    with pytest.raises(ValueError, match="no field"):
        table.record("lap", "chromium", LOGIN, "message")


def test_a_part_of_the_tests_is_not_all() -> None:
    """The table is whole only when each file that may write to it is run, and all of each."""
    folders = [ROOT / "tests/browser", ROOT / "tests/standins"]
    files = {file for folder in folders for file in folder.rglob("test_*.py")}
    assert FRONT_ENDS.is_written_by(files, ["tests"])
    assert not FRONT_ENDS.is_written_by(files - {min(files)}, ["tests"])
    assert not FRONT_ENDS.is_written_by(files, ["tests", "tests/browser/test_login.py::test_deny"])


def test_put_into() -> None:
    """The table goes between its markers, and nothing else changes."""
    changed = FRONT_ENDS.put_into(TEXT, "new\n")
    assert changed == TEXT.replace("old", "new")
    assert FRONT_ENDS.read_from(changed) == "new\n"


def test_put_into_without_markers() -> None:
    """A text without markers is not changed in silence."""
    with pytest.raises(ValueError, match="markers"):
        FRONT_ENDS.put_into("a\n", "new\n")


def test_a_run_that_left_a_field_empty_has_a_fault(table: Ways) -> None:
    """It names the field."""
    table.record("lab", "chromium", LOGIN, "message")
    (fault,) = table.faults()
    assert str(("lab", "chromium", LOGIN)) not in fault
    assert str(("lab", "chromium", WAITING)) in fault


def test_a_page_with_another_table_is_a_fault(tmp_path: Path) -> None:
    """The table of a whole run is the page's, or the run has failed."""
    page = tmp_path / "page.md"
    page.write_text(TEXT, encoding="utf-8")
    table = Ways(replace(FRONT_ENDS, page=page))
    for field in table.table.fields():
        table.record(*field, "message")
    assert "python -m tests.ways" in table.faults()[0]
    page.write_text(table.table.put_into(TEXT, table.markdown()), encoding="utf-8")
    assert table.faults() == []
