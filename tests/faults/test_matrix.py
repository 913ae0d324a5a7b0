"""Every fault against every operation: what comes of it, what it says, and what it gives away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ghl_notebook import GHLError
from ghl_notebook.errors import ConnectionFailedError
from tests.faults.matrix import (
    CELLS,
    MATRIX,
    Cell,
    Outcome,
    Stand,
    figures,
    markdown,
    new_client,
    shown,
    verdict,
)
from tests.faults.plots import PLANTED, lay_out
from tests.faults.server import FaultServer
from tests.folding import Failures
from tests.planted import faces, traceback_with_locals

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    """The simulator behind all faults."""
    with Stand() as stand:
        yield stand


@pytest.fixture(scope="module")
def outcomes(stand: Stand) -> dict[Cell, Outcome]:
    """What came of all cells, tried side by side."""
    outcomes = asyncio.run(stand.run(CELLS))
    print(figures(outcomes))
    return outcomes


def names_no_bearer(text: str) -> bool:
    """Tell whether a text is without the token of any cell, and of any part of one."""
    return PLANTED not in text


def test_a_fault_ends_as_it_must(outcomes: dict[Cell, Outcome]) -> None:
    """A call gives what is right or raises what is true, and nothing is attached twice."""
    wrong = {str(cell): verdict(cell, outcome) for cell, outcome in outcomes.items()}
    assert {cell: faults for cell, faults in wrong.items() if faults} == {}


def test_an_error_says_what_to_do_and_shows_no_token(outcomes: dict[Cell, Outcome]) -> None:
    """Its text ends with the next step; no token is in it, in its causes, or in their frames."""
    failures = Failures()
    for cell, outcome in outcomes.items():
        if outcome.error is not None:
            with failures.of(str(cell)):
                judge(outcome.error)
    failures.tell()
    assert failures.tried > len(CELLS) / 2


def judge(error: Exception) -> None:
    """Judge the error of one cell."""
    assert isinstance(error, GHLError)
    assert error.next_step.endswith(".")
    assert str(error).endswith(error.next_step)
    assert len(str(error)) < 2_000
    todo: list[BaseException | None] = [error]
    while todo:
        cause = todo.pop()
        if cause is not None:
            todo += [cause.__cause__, cause.__context__]
            assert names_no_bearer(faces(cause))
    frames = traceback_with_locals(error)
    assert "self = " in frames
    assert names_no_bearer(frames)


def test_the_log_shows_no_token(outcomes: dict[Cell, Outcome]) -> None:
    """At the lowest level of every logger, a call is told of, and its token is not."""
    failures = Failures()
    for cell, outcome in outcomes.items():
        with failures.of(str(cell)):
            text = "\n".join(outcome.logged)
            assert "ghl_notebook.transport" in text
            assert names_no_bearer(text)
    failures.tell()


def test_what_no_cell_has_logged_shows_no_token(
    stand: Stand, outcomes: dict[Cell, Outcome]
) -> None:
    """Nor do the lines that cannot be laid to one cell."""
    assert outcomes
    assert names_no_bearer("\n".join(stand.ears.stray))


def test_the_search_finds_a_token(outcomes: dict[Cell, Outcome]) -> None:
    """The searches above would have found one."""
    for outcome in outcomes.values():
        assert not names_no_bearer(f"Bearer {outcome.plot.token.reveal()}")


async def test_a_call_whose_time_ends_while_it_connects_has_sent_nothing(stand: Stand) -> None:
    """What was not sent was not carried out, and the error does not say that it may have been."""
    plot = lay_out(stand.sim, pages=1, attached=0)
    with FaultServer(stand.sim.base_url, lambda _: None, door="full") as server:
        async with new_client(plot, server.base_url, time_limit=0.2) as client:
            with pytest.raises(ConnectionFailedError) as caught:
                await client.oauth.attach("instagram", plot.login_id, plot.offer(plot.pages[0]))
    assert not caught.value.outcome_unknown


def test_no_redirect_is_followed(stand: Stand, outcomes: dict[Cell, Outcome]) -> None:
    """The other host has heard nothing, and so no token."""
    assert outcomes
    assert stand.stranger.seen == []
    assert stand.stranger.connections == 0


NOT_ALIKE = {
    "1000 headers more",  # pyreqwest takes a hundred
    "101 Switching Protocols",  # both say that it was not asked for, in other words
    "slow loris in the header, for ever, done",  # pyreqwest's timeout is for the whole header
}


def test_a_fault_is_the_same_to_both_kinds_of_client(outcomes: dict[Cell, Outcome]) -> None:
    """What carries the requests is no matter of the caller's."""
    found, wanted = {}, {}
    for cell, outcome in outcomes.items():
        if cell.whose == "an agency's" and cell.case.name not in NOT_ALIKE:
            other = replace(cell, whose="a sub-account's")
            found[str(cell)] = shown(cell, outcome)
            wanted[str(cell)] = shown(other, outcomes[other])
    assert found == wanted


def test_the_table_has_no_empty_field(outcomes: dict[Cell, Outcome]) -> None:
    """Each fault has met each operation, as often as it can."""
    assert set(outcomes) == set(CELLS)
    assert "?" not in markdown(outcomes)


def test_the_written_table_is_that_of_this_run(outcomes: dict[Cell, Outcome]) -> None:
    """MATRIX.md shows what came of this run; ``python -m tests.faults --write`` puts it there."""
    assert MATRIX.read_text("utf-8") == markdown(outcomes)
