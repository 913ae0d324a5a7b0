"""What is seen of a run while it is under way, and the stop button."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency
from ghl_notebook.agency.progress import Bar, words_of
from ghl_notebook.agency.tally import Tally
from ghl_notebook.simulator import Simulator
from tests.agency.conftest import LOCATIONS
from tests.agency.test_resume import break_off

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally(total=9), ""),
        (Tally(total=9, done=3, in_flight=4), "4 in flight"),
        (Tally(total=9, failed=2, in_flight=4), "2 failed, 4 in flight"),
        (
            Tally(total=9, to_mint=9, minted=2, wall="minting"),
            "waits for access tokens, 7 to mint",
        ),
        (Tally(total=9, to_mint=9, minted=9, wall="minting", in_flight=1), "1 in flight"),
    ],
)
def test_the_bar_says_what_a_bar_cannot_show(tally: Tally, words: str) -> None:
    """Failures, and what the run waits for."""
    assert words_of(tally) == words


def test_a_bar_ends_with_all_sub_accounts(
    agency: Agency, sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """With those that failed."""
    sim.levers.not_installed.add(ghl.fetch_locations(agency)["location_id"][3])
    ghl.fetch_accounts(
        agency, locations=ghl.fetch_locations(agency, installed=False), progress=True
    )
    last = capsys.readouterr().err.strip().split("\r")[-1]
    assert re.search(rf"accounts: 100%.* {LOCATIONS}/{LOCATIONS} .*1 failed", last)


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
    with Bar("accounts", is_shown=True) as bar:
        bar.show(Tally(total=40, done=10, resumed=10))
    assert "10/40" in capsys.readouterr().err


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


def test_ctrl_c_gives_what_is_there() -> None:
    """In a script: the frame is returned, and what was not asked is named."""
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        # A shell's background job ignores it, and its children as well.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as script:
        assert script.stderr is not None
        assert script.stdout is not None
        shown = ""
        while not re.search(r" [1-9]\d*/2\d\d ", shown):
            shown += os.read(script.stderr.fileno(), 1000).decode()
        script.send_signal(signal.SIGINT)
        told = script.stdout.readline().split()
    assert script.returncode == 0
    there, missing = int(told[0]), int(told[1])
    assert 0 < there < 200
    assert there + missing in (201, 202)  # one of the examples has no accounts
    assert told[2:] == ["RunStoppedError"]
