"""What the tests of all folders share: browsers, markers, and what a run says at its end."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ghl_notebook.transport.shared_rate_limiters import RateLimiters
from tests.browsers import Browsers
from tests.collecting import FOLDERS, TESTS, is_left_out
from tests.programs import MARKERS, ProgramGuard
from tests.waits import shorten_waits
from tests.ways import FRAMES, FRONT_ENDS, TABLES, Ways

# jsonschema, which Altair and nbformat import, would compile a grammar for seconds: that of the
# format `iri`, which nothing here uses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

NARROWED = pytest.StashKey[bool]()
WHOLE = pytest.StashKey[bool]()
WAYS = pytest.StashKey[dict[str, Ways]]()
COMPLAINTS = pytest.StashKey[list[str]]()

_SLOWEST = 10
_BROWSERS = Browsers()


@pytest.fixture(autouse=True)
def _own_rate_limiters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test wait for what another has used up: most are about the same sub-account."""
    monkeypatch.setattr("ghl_notebook.transport.shared_rate_limiters.RATE_LIMITERS", RateLimiters())


@pytest.fixture(autouse=True, scope="module")
def _no_settings() -> Iterator[None]:
    """Keep out a developer's own settings, and what other tests have left of theirs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("GHL_") or name == "JUPYTERHUB_SERVICE_PREFIX":
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True, scope="session")
def _short_waits() -> Iterator[None]:
    """Let no test wait seconds until a request is repeated."""
    with pytest.MonkeyPatch.context() as patch:
        shorten_waits(patch)
        yield


@pytest.fixture
def browsers() -> Browsers:
    """The browsers of this run: what asks for them is a test with the marker ``browser``."""
    return _BROWSERS


@pytest.fixture
def ways(request: pytest.FixtureRequest) -> Ways:
    """The table of front ends of this run."""
    return request.config.stash[WAYS][FRONT_ENDS.name]


@pytest.fixture
def ways_of_frames(request: pytest.FixtureRequest) -> Ways:
    """The table of frames of this run."""
    return request.config.stash[WAYS][FRAMES.name]


def pytest_configure(config: pytest.Config) -> None:
    """Begin the tables of the run."""
    config.stash[WAYS] = {table.name: Ways(table) for table in TABLES}
    config.stash[COMPLAINTS] = []
    guard = ProgramGuard()
    guard.install()
    config.pluginmanager.register(guard)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Spare the quick run all files of which it has no test."""
    return is_left_out(collection_path, config.option.markexpr) or None


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Remember that tests were left out, by ``-k`` for instance."""
    for item in items[:1]:
        item.config.stash[NARROWED] = True


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what drives a browser, before ``-m`` chooses."""
    if "browsers" in getattr(item, "fixturenames", ()):
        item.add_marker("browser")


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long tests first, and those of a file into one worker of pytest-xdist."""
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in FOLDERS and not any(
            item.get_closest_marker(name) for name in MARKERS
        ):
            raise pytest.UsageError(f"{item.nodeid} is in a folder that the quick run leaves out")
    items.sort(key=_rank)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_collection_finish(session: pytest.Session) -> None:
    """See whether this run has all that writes the tables."""
    config = session.config
    if getattr(config.option, "loadgroup", False):
        lost = [item.nodeid for item in session.items if "@" not in item.nodeid]
        if lost:
            raise pytest.UsageError(f"pytest-xdist has not taken over the groups of {lost[:3]}")
    files = {item.path for item in session.items}
    is_whole = all(table.is_written_by(files, config.args) for table in TABLES)
    config.stash[WHOLE] = is_whole and not config.stash.get(NARROWED, False)


def _rank(item: pytest.Item) -> int:
    # Stable: within a rank the order stays. The last tests of a run are short ones, so that no
    # worker waits long for the other.
    if item.get_closest_marker("browser"):
        return 0
    return 1 if item.get_closest_marker("process") else 2


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Stop the browsers before a test that needs none."""
    if item.get_closest_marker("browser") is None:
        # While Playwright runs, no test of the same thread can have an event loop of its own.
        _BROWSERS.close()
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over the tables of a worker of pytest-xdist."""
    output: dict[str, Any] = getattr(node, "workeroutput", {})
    config: pytest.Config = node.config
    config.stash[WHOLE] = output.get("is_whole", False)
    for name, fields in output.get("ways", {}).items():
        config.stash[WAYS][name].fields.update(fields)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Save the tables, and compare them with the pages when all that writes them has run."""
    _BROWSERS.close()
    config = session.config
    ways = config.stash[WAYS]
    is_whole = config.stash.get(WHOLE, False)
    if hasattr(config, "workeroutput"):
        config.workeroutput["is_whole"] = is_whole
        config.workeroutput["ways"] = {name: one.fields for name, one in ways.items()}
        return
    for one in ways.values():
        one.save()
    if is_whole and not config.option.collectonly:
        config.stash[COMPLAINTS] += [one for table in ways.values() for one in table.faults()]
    if config.stash[COMPLAINTS] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the time went, and what is wrong with the tables of this run."""
    cases: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                cases[report.nodeid.rpartition("@")[0] or report.nodeid] += report.duration
    folders: dict[str, list[float]] = defaultdict(list)
    for name, seconds in cases.items():
        folders[_folder(name)].append(seconds)
    if cases:
        terminalreporter.section("time")
        terminalreporter.write_line(f"{'folder':24}{'cases':>8}{'seconds':>10}")
        for folder, times in sorted(folders.items(), key=lambda one: -sum(one[1])):
            terminalreporter.write_line(f"{folder:24}{len(times):8}{sum(times):10.1f}")
        terminalreporter.write_line(f"{'all':24}{len(cases):8}{sum(cases.values()):10.1f}\n")
        for name in sorted(cases, key=cases.__getitem__, reverse=True)[:_SLOWEST]:
            terminalreporter.write_line(f"{cases[name]:8.1f} s  {name}")
    for complaint in terminalreporter.config.stash[COMPLAINTS]:
        terminalreporter.section("table", red=True)
        terminalreporter.write_line(complaint)


def _folder(name: str) -> str:
    path = Path(name.partition("::")[0])
    return path.parts[1] if len(path.parts) > 2 else str(path.parent)
