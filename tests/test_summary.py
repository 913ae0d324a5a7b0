"""What a value shows of itself as the result of a cell."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter

import ghl_notebook as ghl
from ghl_notebook.summary import summarize


def shown(value: Any) -> dict[str, str]:
    """Return what IPython would show."""
    data, _ = DisplayFormatter().format(value)  # type: ignore[no-untyped-call]
    found: dict[str, str] = data
    return found


class Cells(HTMLParser):
    """The texts of a table."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name in {"src", "href"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        """Note it."""
        self.texts.append(data)


def test_a_client_and_an_agency_ask_nothing_to_show_themselves() -> None:
    """Whose they are, what proves it, and what is left of the calls."""
    with ghl.demo() as client, ghl.demo_agency(locations=1) as agency:
        for one, whose in ((client, client.location_id), (agency, agency.company_id)):
            bundle = shown(one)
            before = len(one.simulator.requests)
            texts = Cells(bundle["text/html"]).texts
            assert whose in texts
            assert whose in bundle["text/plain"]
            assert one.credential.source in texts
            assert "the embedded simulator" in texts
            assert len(one.simulator.requests) == before
            assert not [t for t in one.simulator.state.issued if t in str(bundle)]
            assert one.simulator.token not in str(bundle)


def test_what_is_left_of_the_calls_is_seen() -> None:
    """After the first answer; the async client shows the same."""
    with ghl.demo() as client:
        assert "not told" in shown(client)["text/plain"]
        client.accounts.list()
        assert "99 of 100 calls left" in shown(client)["text/plain"]
        assert "99 of 100 calls left" in shown(client.core)["text/html"]


def test_a_record_shows_the_fields_that_it_has() -> None:
    """By the names that it has in Python, and no others."""
    account = ghl.models.Account(id="a", name="Café ☕", expire=datetime(2026, 1, 5, tzinfo=UTC))
    assert shown(account)["text/plain"].split("\n") == [
        "Account",
        "  id      a",
        "  name    Café ☕",
        "  expire  2026-01-05 00:00:00+00:00",
    ]


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", '"><script>', "&lt;b&gt;"])
def test_markup_in_a_name_is_text(name: str) -> None:
    """It is shown as it is written."""
    cells = Cells(shown(ghl.models.Account(name=name))["text/html"])
    assert name in cells.texts
    assert cells.tags == {"table", "caption", "tbody", "tr", "th", "td", "bdi"}


def test_a_value_is_one_line_of_bounded_length() -> None:
    """Neither the terminal nor the page is at its mercy."""
    text = summarize("x", [("a", "1\n2\x1b[31m\u202e3"), ("b", "y" * 10_000), ("c", None)])
    lines = text["text/plain"].split("\n")
    assert lines[1] == "  a  1 2 [31m 3"
    assert (len(lines), len(lines[2])) == (3, 5 + 300)
