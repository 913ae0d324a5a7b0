"""Many cases as one test: none is left out, and those that fail are named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.folding import Failures, folded


def failure_of(test: object, **fixtures: object) -> str:
    """Return what a folded test says when it fails."""
    with pytest.raises(pytest.fail.Exception) as caught:
        test(**fixtures)  # type: ignore[operator]
    return str(caught.value)


def test_every_case_is_tried() -> None:
    """Also those after one that failed, and the failures are told together."""
    tried = []

    @folded("number", range(5))
    def test(number: int) -> None:
        tried.append(number)
        assert number % 2 == 0, f"{number} is odd"

    said = failure_of(test)
    assert tried == [0, 1, 2, 3, 4]
    assert "2 of 5 cases failed:\n- 1: AssertionError: 1 is odd\n- 3: AssertionError: 3 is" in said
    assert "in test\n" in said


def test_a_product_is_named_by_both_of_its_arguments() -> None:
    """Two decorators go through all pairs."""

    @folded("letter", "ab")
    @folded(("number", "word"), [(1, "one"), (2, "two")])
    def test(letter: str, number: int, word: str) -> None:
        assert (letter, number, word) != ("b", 2, "two")

    assert "1 of 4 cases failed:\n- 2-two-b: " in failure_of(test)


def test_a_case_that_raises_nothing_where_it_must_fails() -> None:
    """What ``pytest.raises`` says is a failure like any other."""

    @folded("value", ["1", "x"], ids=lambda value: f"<{value}>")
    def test(value: str) -> None:
        with pytest.raises(ValueError, match="invalid"):
            int(value)

    assert "1 of 2 cases failed:\n- <1>: Failed: DID NOT RAISE" in failure_of(test)


def test_an_interrupt_ends_the_test() -> None:
    """Nobody waits for the other cases."""
    failures = Failures()
    with pytest.raises(KeyboardInterrupt), failures.of("the first"):
        raise KeyboardInterrupt
    failures.tell()


def test_no_case_is_a_mistake() -> None:
    """A test that tries nothing cannot fail."""
    with pytest.raises(AssertionError, match="no case of 'number'"):
        folded("number", [])


@pytest.fixture
def seen() -> list[int]:
    """What the cases below share."""
    return []


@folded("number", [1, 2, 3])
async def test_cases_may_wait_and_share_fixtures(number: int, seen: list[int]) -> None:
    """Each case finds what those before have left."""
    seen.append(number)
    assert seen == list(range(1, number + 1))


@folded("name", ["FOLDED_1", "FOLDED_2"])
def test_cases_have_an_environment_and_a_folder_of_their_own(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What one sets and writes is gone in the next."""
    assert not any(one.startswith("FOLDED_") for one in os.environ)
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv(name, "here")
    (tmp_path / name).touch()
