"""The tables of the cards' states: complete, and quoted word for word in the documentation."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ghl_notebook.login import Status
from ghl_notebook.login.static_files import card_script
from tests.card.harness import ROOT, STATIC

QUOTE = re.compile(r"(?:[Pp]ress|asks|shows|or)\s+\*\*([^*]+)\*\*")
ROW = re.compile(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", re.MULTILINE)
PAGES = ["README.md", "docs/connect.md", "docs/quickstart.md", "docs/security.md"]
PAGES += [
    f"docs/how-to/{name}.md" for name in ("binder", "colab", "jupyterlab", "marimo", "vscode")
]


def table(card: str) -> dict[str, Any]:
    """Return the texts of a card."""
    found: dict[str, Any] = json.loads((STATIC / f"{card}.json").read_text("utf-8"))
    return found


def is_shown(quote: str) -> bool:
    """Tell whether a card shows a text, with any value in place of a name in braces."""
    states, controls = table("connect")["states"], table("connect")["controls"]
    texts = [*controls.values(), *(text for state in states.values() for text in state.values())]
    return any(re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(text)), quote) for text in texts)


@pytest.mark.parametrize("card", ["app", "connect"])
def test_every_status_has_a_state(card: str) -> None:
    """Each state is named after the status in which the card shows it."""
    statuses = {*Status} - ({Status.STARTING} if card == "app" else set())
    states = table(card)["states"]

    assert {name.partition(".")[0] for name in states} == {*statuses, "gone"}
    assert all(state["text"] for state in states.values())


@pytest.mark.parametrize("card", ["app", "connect"])
def test_every_state_is_used(card: str) -> None:
    """The card's script names each state, or the status that it is named after."""
    script = card_script(card)
    names = [name for name in table(card)["states"] if name not in [*Status]]

    assert [name for name in names if script.count(f'"{name}"') < 2] == []


def test_the_documentation_quotes_the_card() -> None:
    """Buttons and questions in the documentation are those of the card."""
    quotes = [
        " ".join(quote.split())
        for page in PAGES
        for quote in QUOTE.findall((ROOT / page).read_text("utf-8"))
    ]

    assert {"Take over", "Is this your login?", "Connect Instagram"} <= {*quotes}
    assert [quote for quote in quotes if not is_shown(quote)] == []


def test_the_documentation_lists_the_statuses() -> None:
    """Each status of the table in the documentation offers the button of the card's state."""
    rows = dict(ROW.findall((ROOT / "docs/connect.md").read_text("utf-8")))
    states = table("connect")["states"]

    for status in (Status.CANCELLED, Status.TIMED_OUT, Status.FAILED):
        assert f"*{states[status]['primary']}*" in rows[status]
