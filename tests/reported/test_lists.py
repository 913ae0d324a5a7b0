"""A list that does not add up: what there is, few requests more, and a word with both numbers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency
from tests.api.stub import Stub, answer
from tests.folding import folded

PERIOD = ("2026-01-05", "2026-01-11")
Rows = list[dict[str, Any]]


def rows(count: int) -> Rows:
    """Make posts."""
    return [{"_id": f"p{n}", "summary": f"text {n}"} for n in range(count)]


class Pages:
    """A service with pages; `count` is given how many there are, and the rows of the page."""

    def __init__(
        self,
        there: Rows,
        *,
        count: Callable[[int, int], object] = lambda total, page: total,
        most: int = 1000,
        ends_at: int | None = None,
        heeds: bool = True,
    ) -> None:
        self._rows, self._count, self._most = there, count, most
        self._given = there[:ends_at]
        self._heeds = heeds
        self.stub = Stub(self._page)

    def _page(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        skip = int(asked["skip"]) if self._heeds else 0
        page = self._given[skip : skip + min(int(asked["limit"]), self._most)]
        return answer({"posts": page, "count": self._count(len(self._rows), len(page))})

    def fetch(self) -> pd.DataFrame:
        """Fetch all posts."""
        with self.stub.client() as client:
            return ghl.fetch_posts(client, *PERIOD)

    @property
    def requests(self) -> int:
        """How many there were."""
        return len(self.stub.requests)


def ids(count: int) -> list[str]:
    """Return the ids of the first posts."""
    return [f"p{n}" for n in range(count)]


@folded("ends_at", [0, 1, 60, 100, 101, 250])
def test_a_list_that_ends_short_of_its_count(
    ends_at: int, caplog: pytest.LogCaptureFixture
) -> None:
    """What there is, a handful of requests more, and both numbers in a warning."""
    caplog.clear()
    pages = Pages(rows(428), ends_at=ends_at)
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        frame = pages.fetch()
    assert frame["id"].to_list() == ids(ends_at)
    assert pages.requests <= ends_at // 99 + 5
    assert f"{ends_at} of 428" in caplog.text
    assert "sub-account" in caplog.text


@folded("total", [99, 100, 101, 199, 200, 428, 1000])
@folded("count", ["page", "none", "zero", "too small"])
def test_a_count_that_is_not_the_total(total: int, count: str) -> None:
    """That of the page, none, nought, or too small a one: all rows come."""
    kinds: dict[str, Callable[[int, int], object]] = {
        "page": lambda total, page: page,
        "none": lambda total, page: None,
        "zero": lambda total, page: 0,
        "too small": lambda total, page: total // 2,
    }
    pages = Pages(rows(total), count=kinds[count])
    assert pages.fetch()["id"].to_list() == ids(total)
    assert pages.requests <= total // 99 + 3


@folded("most", [10, 20, 25, 50])
@folded("count", ["page", "none"])
def test_pages_of_another_size_than_asked_for(most: int, count: str) -> None:
    """A page of a round size is not taken for the last one where no total says so."""
    pages = Pages(rows(128), most=most, count=lambda total, page: page if count == "page" else None)
    assert pages.fetch()["id"].to_list() == ids(128)


@folded("total", [1, 7, 60, 99])
def test_a_short_list_is_one_request(total: int) -> None:
    """Nothing is asked for again where all adds up."""
    pages = Pages(rows(total))
    assert len(pages.fetch()) == total
    assert pages.requests == 1


@pytest.mark.parametrize("alike", [True, False])
@folded("total", [1, 99, 100, 280, 1000])
def test_rows_without_an_id_come_once(alike: bool, total: int) -> None:
    """Also where they look the same."""
    there: Rows = [{"summary": "text" if alike else f"text {n}"} for n in range(total)]
    pages = Pages(there)
    assert len(pages.fetch()) == total
    assert pages.requests <= total // 99 + 2


def test_rows_some_of_which_have_no_id_come_once() -> None:
    """In their order."""
    there = rows(280)
    for n in (0, 98, 99, 100, 198, 279):
        del there[n]["_id"]
    assert Pages(there).fetch()["summary"].to_list() == [f"text {n}" for n in range(280)]


@pytest.mark.parametrize("has_ids", [True, False])
@pytest.mark.parametrize("count", [None, 100, 428])
def test_a_service_that_gives_the_same_page_again(
    has_ids: bool, count: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    """It has an end, and a word: with both numbers where the total is known."""
    there = rows(428) if has_ids else [{"summary": f"text {n}"} for n in range(428)]
    pages = Pages(there, heeds=False, count=lambda total, page: count)
    with caplog.at_level(logging.WARNING, "ghl_notebook"):
        assert len(pages.fetch()) == 100
    assert pages.requests <= 3
    assert ("100 of 428" if count == 428 else "there may be more") in caplog.text


LISTS: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "posts": ({"count": 0}, lambda c: ghl.fetch_posts(c, *PERIOD)),
    "posts, null": ({"posts": None, "count": 0}, lambda c: ghl.fetch_posts(c, *PERIOD)),
    "posts, text": ({"count": "0"}, lambda c: ghl.fetch_posts(c, *PERIOD)),
    "posts, total": ({"total": 0}, lambda c: ghl.fetch_posts(c, *PERIOD)),
    "categories": ({"count": 0}, lambda c: ghl.fetch_categories(c)),
    "tags": ({"count": 0}, lambda c: ghl.fetch_tags(c)),
    "imports": ({"count": 0}, lambda c: ghl.fetch_csv_imports(c)),
    "queues": ({"meta": {"count": "0"}}, lambda c: ghl.fetch_queues(c)),
    "accounts": ({"count": 0}, lambda c: ghl.fetch_accounts(c)),
    "accounts, null": ({"accounts": None, "total": 0}, lambda c: ghl.fetch_accounts(c)),
}


@folded("name", LISTS)
def test_a_total_of_nought_without_rows_is_an_empty_frame(name: str) -> None:
    """After one request, with all columns."""
    results, fetch = LISTS[name]
    stub = Stub(answer(results))
    with stub.client(api_version="v3") as client:
        frame = fetch(client)
    assert frame.empty
    assert len(frame.columns) > 5
    assert len(stub.requests) == 1


@folded("results", [{}, {"count": 5}, {"posts": None}, {"posts": {}, "count": 0}])
def test_rows_that_are_missing_are_not_none(results: dict[str, Any]) -> None:
    """Where nothing says that there are none, the answer is not what was asked for."""
    with Stub(answer(results)).client() as client, pytest.raises(ghl.errors.UnexpectedAnswerError):
        ghl.fetch_posts(client, *PERIOD)


def agency(*pages: Any) -> tuple[Stub, Agency]:
    """Return an agency whose service answers these pages of sub-accounts."""
    stub = Stub(*(httpx.Response(200, json=page) for page in pages))
    base_url = "https://services.leadconnectorhq.com"
    return stub, Agency("eyJplanted", "company-1", base_url=base_url, transport=stub)


def test_sub_accounts_short_of_their_count_have_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """With both numbers; so have rows without an id."""
    places = [{"id": f"l{n}", "name": "x"} for n in range(100)]
    _, service = agency({"locations": places, "count": 428}, {"locations": [], "count": 428})
    with caplog.at_level(logging.WARNING, "ghl_notebook"), service:
        assert len(ghl.fetch_locations(service)) == 100
    assert "100 of 428" in caplog.text
    caplog.clear()
    stub, service = agency({"locations": [places[0], {"name": "x"}]}, {"locations": []})
    with caplog.at_level(logging.WARNING, "ghl_notebook"), service:
        assert len(ghl.fetch_locations(service)) == 1
    assert "1 of 2" in caplog.text
    assert len(stub.requests) <= 3


def test_an_agency_takes_a_total_of_nought_for_no_accounts() -> None:
    """The sub-account is none of the failures."""
    stub, service = agency(
        {"access_token": "eyJminted"}, {"success": True, "results": {"count": 0}}
    )
    with service:
        frame = ghl.fetch_accounts(service, locations=["ve9EPM428h8vShlRW1KT"])
    assert (len(frame), frame.attrs["failures"], len(stub.requests)) == (0, [], 2)


def test_an_agency_without_sub_accounts_is_an_empty_frame() -> None:
    """Also where the list is left out."""
    _, service = agency({"count": 0})
    with service:
        assert ghl.fetch_locations(service).empty
