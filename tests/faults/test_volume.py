"""Thousands of calls of which three in ten meet a fault: nothing is lost, nothing is doubled.

``python -m tests.faults.volume`` makes ten thousand.
"""

from __future__ import annotations

import asyncio

import pytest

from ghl_notebook.simulator import Simulator
from tests.faults.server import Asked
from tests.faults.volume import FAULTS, SHARE, Books, of_calls, outage, seeded

CALLS = 3_000
SEED = 4

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def books() -> Books:
    """The books of all calls."""
    books = of_calls(CALLS, SEED)
    print(books)
    return books


def test_it_was_as_much_as_it_had_to_be(books: Books) -> None:
    """There were so many calls, and so many faults among their requests."""
    assert books.calls >= CALLS
    assert books.faulted / books.attempts == pytest.approx(SHARE, abs=0.02)


def test_no_row_is_lost(books: Books) -> None:
    """Every list has what is attached, and what a call has said it attached."""
    assert (books.lost, books.ghosts) == (0, 0)


def test_no_change_is_made_twice(books: Books) -> None:
    """By the simulator's own record, each attach and each disconnect was made once at most."""
    assert books.doubled == 0


def test_what_was_told_is_what_was_done(books: Books) -> None:
    """A call that succeeded was carried out, one that failed was not, or said it may have been."""
    assert (books.unmade, books.untold) == (0, 0)
    assert books.open_ends > 0


def test_a_fault_costs_few_requests(books: Books) -> None:
    """A call takes one and a half requests at most."""
    assert books.attempts / books.calls <= 1.5


def test_an_outage_costs_few_requests() -> None:
    """Where nothing helps, nothing is tried for long."""
    with Simulator() as sim:
        assert asyncio.run(outage(sim, 400)) <= 1.5


def test_the_faults_are_the_same_every_time() -> None:
    """A seed gives each request the same fault, and two seeds give different ones."""
    asked = [Asked(number, "GET", "/") for number in range(1, 2_001)]
    first, again, other = ([seeded(seed)(one) for one in asked] for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert {fault for fault in first if fault} == set(FAULTS)
