"""The command that reads: for people, for programs, and for cron."""

from __future__ import annotations

import errno
import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ghl_notebook.command import main
from ghl_notebook.command.output import table_lines
from ghl_notebook.simulator import Simulator
from tests.folding import folded


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The settings of a user whose service is the simulator."""
    with Simulator() as sim:
        monkeypatch.setenv("GHL_TOKEN", sim.token)
        monkeypatch.setenv("GHL_LOCATION_ID", sim.location_id)
        monkeypatch.setenv("GHL_BASE_URL", sim.base_url)
        yield sim


PERIOD = ["--since", "2025-12-01", "--until", "2026-01-31"]


@folded("command", ["accounts", "posts", "statistics", "comments"])
def test_data_is_on_stdout_alone(
    environment: Simulator, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """As a table, as CSV, and as JSON, with the same rows."""
    period = [] if command == "accounts" else PERIOD
    assert main([command, *period]) == 0
    table = capsys.readouterr()
    assert main([command, *period, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert main([command, *period, "--format", "csv"]) == 0
    csv = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert len(rows) == len(csv) == len(table.out.splitlines()) - 1 > 0
    assert list(rows[0]) == list(csv)
    assert table.err == ""
    assert environment.token not in table.out


@folded("suffix", ["csv", "json", "parquet", "xlsx"])
def test_a_file_says_its_format(tmp_path: Path, suffix: str) -> None:
    """By its name; nothing else is left beside it."""
    path = tmp_path / f"accounts.{suffix}"
    assert main(["accounts", "--demo", "--output", str(path)]) == 0
    readers = {
        "csv": pd.read_csv,
        "json": pd.read_json,
        "parquet": lambda path: pd.read_parquet(path, dtype_backend="pyarrow"),
        "xlsx": pd.read_excel,
    }
    read = readers[suffix](path)
    assert "Café Lumière" in set(read["name"])
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@folded("kind", ["table", "csv", "json", "parquet", "xlsx"])
def test_a_column_that_is_chosen_twice_is_there_once(tmp_path: Path, kind: str) -> None:
    """JSON and Parquet cannot have it twice."""
    path = tmp_path / f"file.{kind}"
    options = ["--columns", "name, platform,name", "--format", kind, "--output", str(path)]
    assert main(["accounts", "--demo", *options]) == 0
    if kind == "json":
        assert list(json.loads(path.read_text())[0]) == ["name", "platform"]


def test_an_agency_with_a_sub_account_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    """The status says so, and stderr which; stdout has the others."""
    assert main(["accounts", "--demo", "--agency", "--format", "json"]) == 1
    said = capsys.readouterr()
    assert len(json.loads(said.out)) > 50
    assert said.err.count("Not fetched: sub-account ") == 1


@folded(
    ("options", "words"),
    [
        (["posts", "--status", "nope"], "There is no status 'nope'"),
        (["posts", "--since", "soon"], "soon"),
        (["accounts", "--platform", "myspace"], "myspace"),
        (["accounts", "--columns", "nme"], "There is no column nme. Choose from"),
        (["accounts", "--location", "x"], "agency"),
        (["accounts", "--output", "no/such/folder.csv"], "Choose a folder that exists"),
    ],
)
def test_what_cannot_be_done_is_said(
    capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    """On stderr, with the status 2, and nothing on stdout."""
    assert main([*options, "--demo"]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def test_rows_and_columns_are_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    """By platform, by days before and after today, and by name."""
    assert main(["accounts", "--demo", "--platform", "Instagram", "--columns", "platform"]) == 0
    assert set(capsys.readouterr().out.split()) == {"platform", "instagram"}
    options = ["--since", "0d", "--until", "+14d", "--columns", "status", "--format", "csv"]
    assert main(["posts", "--demo", *options]) == 0
    assert "scheduled" in capsys.readouterr().out


def test_a_table_fits_and_moves_no_terminal() -> None:
    """Wide characters are counted, and controls are blanks; what has no room is counted."""
    frame = pd.DataFrame(
        {"name": ["日本\x1b[31m\u202e\n" + "x" * 99, None], "n": [1, 20], "z": "z"}
    )
    lines, hidden = table_lines(frame, 46)
    assert lines[0].split() == ["name", "n"]
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)
    assert len(lines) == 3
    assert lines[2].split() == ["20"]
    assert hidden == 1
    every, none = table_lines(frame, None)
    assert "x" * 99 in every[1]
    assert none == 0


@pytest.mark.process
def test_a_reader_may_leave() -> None:
    """As ``| head -1`` does: without a traceback, and with the status of SIGPIPE."""
    with subprocess.Popen(
        [sys.executable, "-m", "ghl_notebook", "accounts", "--demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


class _Full(io.RawIOBase):
    """A file on a disk without space."""

    def writable(self) -> bool:
        """Only its disk is full."""
        return True

    def write(self, data: object) -> int:
        """Fail."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_an_error_with_a_next_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a traceback, whose status 1 stands for missing sub-accounts."""
    full = _Full()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BufferedWriter(full), encoding="utf-8"))
    assert main(["accounts", "--demo"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("The standard output could not be written: No space left on device.")
    monkeypatch.setattr(full, "write", len)  # what is left in the buffer
    sys.stdout.close()


def test_without_a_standard_output_a_file_is_needed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As of a program that a service starts."""
    monkeypatch.setattr("sys.stdout", None)
    assert main(["accounts", "--demo"]) == 2
    assert "no standard output. Add --output FILE" in capsys.readouterr().err
    assert main(["accounts", "--demo", "--output", str(tmp_path / "a.csv")]) == 0
