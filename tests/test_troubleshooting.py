"""The pages for readers with a problem name every text of the cards and every error, verbatim."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ghl_notebook import errors
from ghl_notebook.login.flow import ticket_reused
from ghl_notebook.login.social import notices

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ghl_notebook"
HELP, ERRORS = ROOT / "docs/how-to/help.md", ROOT / "docs/how-to/errors.md"
CARDS = PACKAGE / "login/static"

# States in which all is well: the reader needs nothing but what the card shows.
USUAL = {
    *("idle", "idle.renew", "starting", "waiting", "waiting.opening", "waiting.separate"),
    *("waiting.link", "waiting.outside", "checking", "connected", "connected.agency"),
    "connected.attached",
}
TROUBLE = ("silent", "no_web_address")  # of the controls

_HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
_VALUE = re.compile(r"\{\w+\}")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def text_of(page: Path) -> str:
    """Return a page on one line."""
    return " ".join(page.read_text(encoding="utf-8").split())


def headings(page: Path, part: str = "") -> list[str]:
    """Return the headings of a page, or of the part below one of the second level."""
    text = page.read_text(encoding="utf-8")
    if part:
        text = text.partition(f"\n## {part}\n")[2].partition("\n## ")[0]
    return _HEADING.findall(text)


@functools.cache
def table(card: str) -> dict[str, Any]:
    """Return the texts of a card."""
    found: dict[str, Any] = json.loads((CARDS / f"{card}.json").read_text(encoding="utf-8"))
    return found


def trouble_of(card: str) -> dict[str, str]:
    """Return what a card shows when something is not as usual: state → text, or else hint."""
    states = table(card)["states"]
    usual = {states[name]["text"] for name in USUAL & states.keys()}
    return {
        name: state["text"] if state["text"] not in usual else state["hint"]
        for name, state in states.items()
        if name not in USUAL
    }


def is_in(text: str, lines: list[str]) -> bool:
    """Tell whether a text is a line, with words in place of each value in braces."""
    pattern = ".+".join(map(re.escape, _VALUE.split(text)))
    return any(re.fullmatch(pattern, line) for line in lines)


@pytest.mark.parametrize("card", ["app", "connect"])
def test_every_text_of_a_card_has_a_heading(card: str) -> None:
    """A reader who searches for the words on the card finds what to do."""
    found = headings(HELP, "The login card")
    missing = {name: text for name, text in trouble_of(card).items() if not is_in(text, found)}

    assert len(trouble_of(card)) > 8
    assert missing == {}


@pytest.mark.parametrize("card", ["app", "connect"])
def test_every_other_text_of_trouble_is_quoted(card: str) -> None:
    """What stands below the text of a state, or in place of it."""
    text, states = text_of(HELP), table(card)["states"]
    shown = [table(card)["controls"][name] for name in TROUBLE]
    shown += [state["error"] for state in states.values() if "error" in state]

    assert [one for one in shown if one.split(".")[0] not in text] == []


def test_the_usual_states_are_the_cards() -> None:
    """No name is left of a state that is gone."""
    assert {*table("app")["states"], *table("connect")["states"]} >= USUAL


def notices_shown() -> list[str]:
    """Return the notices of the card, with an ellipsis for each value."""
    return [
        value if isinstance(value, str) else value(*["…"] * value.__code__.co_argcount)
        for name, value in vars(notices).items()
        if name.isupper() or getattr(value, "__module__", "") == notices.__name__
    ]


def test_every_notice_is_quoted() -> None:
    """The first sentence of each is in the table."""
    shown, text = notices_shown(), text_of(HELP)

    assert len(shown) > 8
    assert [one for one in shown if one.partition(". ")[0] not in text] == []


def texts_in_python(path: Path) -> Iterator[str]:
    """Yield each string of a module, with an ellipsis for each value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.JoinedStr(values=values):
                yield "".join(str(v.value) if isinstance(v, ast.Constant) else "…" for v in values)
            case ast.Constant(value=str(text)):
                yield text


@functools.cache
def shown_texts() -> str:
    """Return every text that the package contains, without the breaks between its parts."""
    texts = [text for path in PACKAGE.rglob("*.py") for text in texts_in_python(path)]
    for path in PACKAGE.rglob("static/*.js"):
        script = re.sub(r"[\"'`]\s*\+\s*[\"'`]", "", path.read_text(encoding="utf-8"))
        texts.append(re.sub(r"\$\{[^}]*\}", "…", script))
    texts += [path.read_text(encoding="utf-8") for path in CARDS.glob("*.json")]
    return "\n".join([*texts, *notices_shown(), ticket_reused().what])


def test_the_headings_of_the_panel_are_its_texts() -> None:
    """A reader sees in the panel what the page has as a heading."""
    found = headings(HELP, "The panel")

    assert len(found) > 8
    assert [one for one in found if one not in shown_texts()] == []


def test_the_panels_own_texts_have_a_heading() -> None:
    """Those of a panel without a kernel, without rows, and without the row that was meant."""
    scripts = "".join(p.read_text("utf-8") for p in (PACKAGE / "panel/static").glob("*.js"))
    texts = re.findall(r'(?:const (?:SILENT|SAVED) =|\bempty:) "([^".]+\.)', scripts)
    texts += re.findall(r'self\.notice = "([^".]+\.)', (PACKAGE / "panel/listing.py").read_text())

    assert len(texts) == 5
    assert [one for one in texts if one not in headings(HELP, "The panel")] == []


@pytest.mark.parametrize("page", [HELP, ERRORS], ids=lambda page: page.stem)
def test_every_quoted_message_is_one(page: Path) -> None:
    """Words in code are those of the package, or a command."""
    quotes = [one for one in _CODE.findall(page.read_text(encoding="utf-8")) if " " in one]

    assert len(quotes) > 10
    assert [
        one
        for one in quotes
        if not one.startswith("ghl-notebook ") and one.strip("…") not in shown_texts()
    ] == []


def test_every_error_is_described() -> None:
    """Each class that is not only the base of others; those are on the page of the reference."""
    text = ERRORS.read_text(encoding="utf-8")
    classes = [getattr(errors, name) for name in errors.__all__]
    leaves = [one.__name__ for one in classes if not one.__subclasses__()]

    assert len(leaves) > 20
    assert [name for name in leaves if f"`{name}`" not in text] == []


def test_what_the_pages_name_is_there() -> None:
    """No error has another name by now."""
    text = HELP.read_text(encoding="utf-8") + ERRORS.read_text(encoding="utf-8")
    named = {*re.findall(r"`(\w+Error)`", text)}

    assert named <= {*errors.__all__}
