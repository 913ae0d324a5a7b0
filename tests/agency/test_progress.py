"""What is seen of a run while it is under way, and the stop button."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import termios
import textwrap
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency
from ghl_notebook.agency.progress import (
    Progress,
    ProgressBar,
    describe_progress,
    describe_result,
    wait_for,
)
from ghl_notebook.simulator import Simulator
from tests.agency.conftest import LOCATIONS
from tests.agency.test_resume import break_off

ROOT = Path(__file__).parents[2]


WAITS = Progress(total=402, done=91, tokens_to_issue=402, tokens_issued=91, bottleneck="tokens")


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(total=9), ""),
        (Progress(total=90, done=30, in_flight=4), "15/s, 00:04 left, 4 in flight"),
        (Progress(total=90, done=30, resumed=29, in_flight=4), "0.5/s, 02:00 left, 4 in flight"),
        (
            Progress(total=90_000, done=28, failed=2, in_flight=4),
            "15/s, 1:39:58 left, 2 failed, 4 in flight",
        ),
        (Progress(total=9, tokens_to_issue=9, bottleneck="tokens"), "waiting for access tokens"),
        (
            Progress(
                total=9,
                done=8,
                tokens_to_issue=9,
                tokens_issued=9,
                bottleneck="tokens",
                in_flight=1,
            ),
            "1 in flight",
        ),
        (Progress(total=9, done=9), "4.5/s"),
    ],
)
def test_the_bar_says_what_a_bar_cannot_show(progress: Progress, words: str) -> None:
    """How fast and how long, failures, and what the run waits for."""
    assert words in describe_progress(progress, seconds=2.0)


@pytest.mark.parametrize(("pause", "left"), [(0.5, "00:40"), (9.5, "00:31")])
def test_the_time_left_follows_the_limit(pause: float, left: str) -> None:
    """A hundred tokens at once, and then none for ten seconds: the first rate does not last."""
    limited = replace(WAITS, token_limit=100, token_interval=10.0)
    words = describe_progress(limited, seconds=1.0, pause=pause)
    assert words == f"{left} left, waiting for access tokens (10/s)"


def test_a_limit_that_is_far_is_not_named() -> None:
    """Minting is slow for another reason then, as a service that takes its time."""
    limited = replace(WAITS, token_limit=1_000_000, token_interval=10.0)
    assert describe_progress(limited, seconds=9.1).endswith("waiting for access tokens")


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(total=9, done=9), "took 00:02, 4.5/s"),
        (Progress(total=9, done=7, failed=2), "took 00:02, 4.5/s, 2 failed, see failures()"),
        (replace(WAITS, failed=311, not_reached=310), "1 failed, 310 not fetched, see failures()"),
    ],
)
def test_the_bar_says_how_it_has_ended(progress: Progress, words: str) -> None:
    """What was not fetched has not failed, and nothing is waited for any more."""
    assert words in describe_result(progress, seconds=2.0)


def test_the_bar_goes_on_while_nothing_comes(capsys: pytest.CaptureFixture[str]) -> None:
    """The time left grows shorter, or who looks at it thinks that it is stuck."""
    now = [0.0]
    limited = replace(WAITS, token_limit=100, token_interval=10.0)
    with ProgressBar("accounts", is_shown=True, monotonic=lambda: now[0]) as bar:
        for now[0] in (1.0, 4.0, 8.0):
            bar.show(limited)
    shown = capsys.readouterr().err
    assert re.findall(r"00:\d\d left", shown) == ["00:40 left", "00:37 left", "00:33 left"]


def test_a_bar_ends_with_all_sub_accounts(
    agency: Agency, sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """With those that failed."""
    sim.levers.not_installed.add(ghl.fetch_locations(agency)["location_id"][3])
    ghl.fetch_accounts(
        agency, locations=ghl.fetch_locations(agency, installed=False), progress=True
    )
    last = capsys.readouterr().err.strip().split("\r")[-1]
    assert re.search(rf"accounts: 100%.* {LOCATIONS}/{LOCATIONS}, took .*, 1 failed, see", last)


def test_what_is_missing_is_logged_beside_a_bar(
    agency: Agency, sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Where somebody has set a log up, as pytest does; the script below has not."""
    sim.levers.fail_with("scope_missing", "*/accounts", times=1)
    ghl.fetch_accounts(agency, progress=True)
    assert "1 of 40 sub-accounts are missing" in caplog.text


def test_nothing_is_shown_that_was_not_asked_for(
    agency: Agency, capsys: pytest.CaptureFixture[str]
) -> None:
    """A frame in a report needs no bar."""
    ghl.fetch_accounts(agency)
    assert capsys.readouterr() == ("", "")


def test_what_an_earlier_part_has_done_is_shown_as_done(
    agency: Agency, sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And is not counted as fast."""
    break_off(agency, sim, tmp_path, 10)
    capsys.readouterr()
    with ProgressBar("accounts", is_shown=True) as bar:
        bar.show(Progress(total=40, done=10, resumed=10))
    assert "10/40" in capsys.readouterr().err


class Interrupted(Future[str]):
    """What is waited for is interrupted as it is looked at, between two calls of the wait."""

    looks = 0

    def done(self) -> bool:
        """Be interrupted once."""
        self.looks += 1
        if self.looks == 1:
            raise KeyboardInterrupt
        return super().done()


@pytest.mark.parametrize("is_over", [False, True])
def test_an_interrupt_between_two_waits_is_heard(
    is_over: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is stopped, and what is there is given, also if it was over just then."""
    future = Interrupted()
    if is_over:
        future.set_result("what is there")
    monkeypatch.setattr("ghl_notebook.agency.progress.start_in_background", lambda _: future)

    class Run:
        needs_callers_loop = False

        async def run(self) -> None: ...

        def current_progress(self) -> Progress:
            return Progress(total=9)

        def stop(self) -> bool:
            future.set_result("what is there")
            return True

    assert wait_for(Run(), "accounts", progress=False) == "what is there"


SCRIPT = """
    import ghl_notebook as ghl
    from ghl_notebook.simulator import Simulator
    from tests.agency.conftest import make_agency

    with Simulator(locations=200, accounts=2) as sim, make_agency(sim) as agency:
        sim.levers.rate_limit, sim.levers.rate_interval = 20, 0.5
        frame = ghl.fetch_accounts(agency, progress=True)
        failed = ghl.failures(frame)
        print(frame["location_id"].nunique(), len(failed), *failed["error"].unique(), flush=True)
"""


WIDTH = 100


@pytest.mark.process
def test_ctrl_c_gives_what_is_there() -> None:
    """In a terminal: the frame is returned, what was not fetched is named, and the bar stays."""
    ours, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, WIDTH))
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        cwd=ROOT,
        # A shell's background job ignores it, and its children as well.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as script:
        os.close(terminal)
        assert script.stdout is not None
        read = b""
        while not re.search(rb" [1-9]\d*/2\d\d, .*waiting for access tokens \(40/s\)", read):
            read += os.read(ours, 1000)
        script.send_signal(signal.SIGINT)
        told = script.stdout.readline().split()
        with suppress(OSError):  # how Linux says that nobody has the terminal any more
            while more := os.read(ours, 1000):
                read += more
    os.close(ours)
    assert script.returncode == 0
    there, missing = int(told[0]), int(told[1])
    assert 0 < there < 200
    assert there + missing in (201, 202)  # one of the examples has no accounts
    assert told[2:] == ["RunStoppedError"]
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", read.decode()) if line.strip()]
    assert all(line.startswith("accounts: ") and "|" in line for line in lines)  # no log
    assert max(map(len, lines)) <= WIDTH
    ending = rf"accounts: .*\| \d+/202, took 00:\d\d, .*/s, {missing} not fetched, see failures\(\)"
    assert re.fullmatch(ending, lines[-1])
