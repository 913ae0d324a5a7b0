"""Files stay short enough to be read in one sitting; ruff does the same for functions."""

from __future__ import annotations

from tests.rooms import ROOT

_MAX_LINES = 400

# File → its lines. A file leaves this list when it is short enough, and none is added.
_STILL_LONGER: dict[str, int] = {
    "login/static/session.js": 442,
}


def _lines() -> dict[str, int]:
    package = ROOT / "ghl_notebook"
    return {
        path.relative_to(package).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(package.rglob("*"))
        if path.suffix in {".py", ".js", ".css"}
    }


def test_no_file_is_longer_than_can_be_read_in_one_sitting() -> None:
    """A longer file is divided by what its parts are for."""
    faults = {
        name: lines
        for name, lines in _lines().items()
        if lines > _STILL_LONGER.get(name, _MAX_LINES)
    }
    assert faults == {}


def test_what_is_short_enough_is_on_no_list() -> None:
    """So that it stays short."""
    lines = _lines()
    assert [name for name in _STILL_LONGER if lines.get(name, 0) <= _MAX_LINES] == []
