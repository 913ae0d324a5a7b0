"""The docstrings and the guides use the field's words, and the guides address their readers."""

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


def test_each_guide_addresses_the_reader() -> None:
    """``python -m tests.prose docs/connect.md`` lists what to change in a guide."""
    faults = {name: guide.faults for name, guide in prose.guides().items() if guide.faults}
    assert faults == {}


def test_the_guides_are_those_of_the_documentation() -> None:
    """Nothing is left out but what is named, and that is there."""
    assert {"README.md", "docs/connect.md", "docs/how-to/vscode.md"} <= prose.guides().keys()
    assert sum(name.endswith(".ipynb") for name in prose.guides()) == 6
    assert [name for name in prose.NOT_GUIDES if not (prose.ROOT / name).is_file()] == []


PAGE = """\
# Your door

You display [a card](docs/room.md) with ```` ```room ````. It is said.

<!-- not run: somebody -->
```python
door = "lent"
```

- That is yours. A sample is a
  ```` ```text ```` block.
- The name `room`. That is a `room`.

| name | meaning |
| --- | --- |
| a | What a cell with some more words means |
"""


def test_a_guide_is_counted_without_its_code() -> None:
    """Names, comments, samples, and the targets of links are not prose."""
    guide = prose.read_guide(PAGE)

    assert [instead for _, instead in guide.private] == ["API", "report, show, state"]
    assert guide.unclear == [
        "It is said.",
        "That is yours.",
        "That is a Code.",
        "What a cell with some more words means",
    ]
    assert len(guide.sentences) == 7
    assert guide.you == 3


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("You see your account. You choose a page.", ""),
        ("You see a door and the rooms of your account.", "private words"),
        ("You see your account. It is there. They are attached.", "without a noun"),
        ("The account is there, with its page and its expiry.", '0 times "you"'),
    ],
)
def test_a_guide_beyond_a_limit_has_a_fault(text: str, fault: str) -> None:
    """Each limit is noticed, with what is beyond it."""
    faults = prose.read_guide(text).faults

    assert len(faults) == bool(fault)
    assert fault in "".join(faults)


@pytest.mark.parametrize(("page", "most"), [("README.md", 700), ("CHANGELOG.md", 400)])
def test_what_is_read_first_is_short(page: str, most: int) -> None:
    """The rest is on the site."""
    words = (prose.ROOT / page).read_text(encoding="utf-8").split()
    assert sum(any(map(str.isalnum, word)) for word in words) <= most
