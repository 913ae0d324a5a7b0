"""The package's docstrings keep to the field's words, and to their limits of private ones."""

from __future__ import annotations

import pytest

from tests import prose


@pytest.mark.slow
def test_no_room_has_more_private_words_than_its_limit() -> None:
    """The limits are what each room has at most; ``python -m tests.prose ROOM`` lists the words."""
    faults = {
        room: f"{found.rate:.1f} private words per thousand, at most {limit} are allowed"
        for room, found in prose.rooms().items()
        if found.rate > (limit := prose.LIMITS.get(room, prose.GOAL))
    }
    assert faults == {}


def test_each_limit_is_a_rooms_and_above_the_goal() -> None:
    """A room that has reached the goal, or is gone, needs no limit of its own."""
    assert set(prose.LIMITS) <= set(prose.rooms())
    assert all(limit > prose.GOAL for limit in prose.LIMITS.values())


@pytest.mark.parametrize(
    ("docstring", "found"),
    [
        ("Return whom it was lent to.", 2),
        ("Return what ``door`` and `room` hold, for somebody.", 1),
        ("Doors.\n\n    Parameters\n    ----------\n    room : Place\n        A door.", 2),
        ("Return the token.\n\n    >>> mint(door)  # in earnest\n", 0),
        ("Tell whether a stand-in refreshes an access token.", 0),
    ],
)
def test_the_counter_finds_private_words(docstring: str, found: int) -> None:
    """In text alone: names in backticks, types, and examples are the code's."""
    ((line, text),) = prose.docstrings(f'"""{docstring}"""\n')
    assert line == 1
    assert len(list(prose.hits(text))) == found


def test_the_counter_reads_every_docstring() -> None:
    """Those of modules, classes, functions, methods, and constants, and no other string."""
    source = '''
"""One."""
X = 1
"""Two."""
class A:
    """Three."""
    def f(self):
        """Four."""
        return "door"
async def g():
    """Five."""
'''
    texts = [text for _, text in prose.docstrings(source)]
    assert sorted(texts) == sorted(["One.", "Two.", "Three.", "Four.", "Five."])


def test_a_private_word_comes_with_a_better_one() -> None:
    """Whoever reads the list sees what to write instead."""
    ((around, instead),) = prose.hits("It was kept by the service for a long time.")
    assert "was kept" in around
    assert instead == "stored"
