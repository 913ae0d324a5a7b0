"""What the tests of all folders share: the tables of the ways by which logins arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from ghl_notebook.pacing.pacers import Pacers
from tests.ways import FRAMES, FRONT_ENDS, TABLES, Ways

CHECKS = "test_ways_of_this_run.py"
NARROWED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def _own_pacers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait for what another has used up: most are about the same sub-account."""
    monkeypatch.setattr("ghl_notebook.pacing.pacers.PACERS", Pacers())


@pytest.fixture(scope="session")
def ways() -> Iterator[Ways]:
    """The table of front ends; it is saved at the end of the run."""
    ways = Ways(FRONT_ENDS)
    yield ways
    ways.save()


@pytest.fixture(scope="session")
def ways_of_frames() -> Iterator[Ways]:
    """The table of frames; it is saved at the end of the run."""
    ways = Ways(FRAMES)
    yield ways
    ways.save()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Remember that tests were left out, by ``-k`` for instance."""
    for item in items[:1]:
        item.config.stash[NARROWED] = True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have the tables checked last, and not at all in a run that writes only a part of them."""
    checks = [item for item in items if item.path.name == CHECKS]
    items[:] = [item for item in items if item.path.name != CHECKS]
    files = {item.path for item in items}
    is_whole = all(table.is_written_by(files, config.args) for table in TABLES)
    if is_whole and not config.stash.get(NARROWED, False):
        items += checks
    elif checks:
        config.hook.pytest_deselected(items=checks)
