"""What a user sees of an error: the line of the cell, and what to do; none of our own code."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType

import pytest
from IPython.core.interactiveshell import InteractiveShell

import ghl_notebook as ghl
from ghl_notebook.guard import guarded
from ghl_notebook.simulator import Simulator
from tests.rooms import ROOT

MOST_LINES = 11
COLORS = re.compile(r"\x1b\[[0-9;]*m")
WRONG = "pit-00000000-fake"
FIRST_ERRORS = {
    "no settings": "ghl.Client()",
    "no settings of an agency": "ghl.Agency()",
    "a wrong token": "ghl.fetch_accounts(client)",
    "a wrong token, to an operation": "client.accounts.list()",
    "a wrong token, awaited": "await ghl.fetch_accounts(client.core)",
    "a wrong token, to an awaited operation": "await client.core.accounts.list()",
    "a wrong token, with a bar": "ghl.fetch_accounts(client, progress=True)",
    "a wrong token of an agency": "ghl.fetch_locations(agency)",
    "a wrong token of an agency, awaited": "await ghl.fetch_accounts(agency.core)",
    "a wrong argument": "ghl.fetch_posts(client, since='yesterday', until='today')",
    "an unknown argument": "ghl.fetch_posts(client, acount='x')",
}

Shown = Callable[[str], str]


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, object]]:
    """A client and an agency, whose token the service does not know."""
    with Simulator() as simulator:
        client = ghl.Client(WRONG, simulator.location_id, base_url=simulator.base_url)
        agency = ghl.Agency("an-agency-token", "5DP4iH6HLkQsiKESj6rh", base_url=simulator.base_url)
        yield {"ghl": ghl, "client": client, "agency": agency}
        client.close()
        agency.close()


@pytest.fixture
def shown(names: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Run a cell in IPython, and return what it shows of the error."""
    shell = InteractiveShell()
    shell.user_ns.update(names)
    texts: list[str] = []

    def keep(_type: type, _error: BaseException, lines: list[str]) -> None:
        texts.append(COLORS.sub("", shell.InteractiveTB.stb2text(lines)))

    monkeypatch.setattr(shell, "_showtraceback", keep)

    def run(cell: str) -> str:
        shell.run_cell(cell)
        return texts.pop()

    return run


@pytest.mark.parametrize("cell", FIRST_ERRORS.values(), ids=FIRST_ERRORS.keys())
def test_an_error_in_a_notebook_is_short_and_ends_with_the_next_step(
    shown: Shown, cell: str
) -> None:
    """The frames of this package are not shown, of whichever thread or event loop they are."""
    lines = shown(cell).splitlines()
    assert len(lines) <= MOST_LINES
    assert cell in "\n".join(lines)
    assert lines[-1].endswith((".", "'"))  # Python's own sentence ends with a name
    assert {line.split(":")[0] for line in lines if "/ghl_notebook/" in line} <= {
        f"File {ROOT / 'ghl_notebook' / 'guard.py'}"
    }


def test_an_error_in_a_script_is_short() -> None:
    """Of this package, Python shows one frame."""
    with pytest.raises(ghl.GHLError) as caught:
        ghl.Client()
    tail: TracebackType | None = caught.tb
    assert [frame.filename.rpartition("/")[2] for frame in traceback.extract_tb(tail)] == [
        "test_tracebacks.py",
        "guard.py",
    ]


def test_an_error_of_the_users_code_keeps_its_frames() -> None:
    """A function that a user has passed and that fails: where has to be seen."""

    def broken() -> None:
        raise ZeroDivisionError

    @guarded
    def call(function: Callable[[], None]) -> None:
        function()

    with pytest.raises(ZeroDivisionError) as caught:
        call(broken)
    assert caught.traceback[-1].name == "broken"
