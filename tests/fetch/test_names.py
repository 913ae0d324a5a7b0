"""Posts and comments name their account, tags, and author."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client
from tests.api.stub import Stub, answer

PERIOD = ("2026-01-05", "2026-01-11")
ACCOUNTS = answer({"accounts": [{"id": "a1", "name": "Café"}, {"id": "a2", "deleted": True}]})
TAGS = answer({"tags": [{"_id": "t1", "tag": "a, b"}, {"_id": "t2", "tag": "c"}], "count": 2})
USERS = httpx.Response(200, json={"users": [{"id": "u1", "firstName": "Ada", "lastName": "Lo"}]})
LOST = httpx.Response(401, json={"message": "The token is not authorized for this scope."})


def posts(*wires: dict[str, Any]) -> httpx.Response:
    """Return a list of posts."""
    return answer({"posts": [*wires], "count": len(wires)})


def routes(*wires: dict[str, Any], **answers: httpx.Response) -> Stub:
    """Return a service with these posts; "tags", "users", and "accounts" can be answered anew."""
    found = {"posts": posts(*wires), "accounts": ACCOUNTS, "tags": TAGS, "users": USERS} | answers

    def respond(request: httpx.Request) -> httpx.Response:
        part = next(one for one in reversed(request.url.path.split("/")) if one in found)
        return found[part]

    return Stub(respond)


def paths(stub: Stub) -> list[str]:
    """Return what was requested, without posts."""
    return sorted(one.url.path.strip("/").rpartition("/")[2] for one in stub.requests[1:])


def test_ids_have_their_names() -> None:
    """An id that the lists lack has none; a name with a comma stays one name."""
    stub = routes(
        {"_id": "1", "accountId": "a1", "createdBy": "u1", "tags": ["t2", "t1"]},
        {"_id": "2", "accountId": "a2", "createdBy": "left", "tags": ["t1", "gone"]},
        {"_id": "3"},
    )
    with stub.client() as client:
        frame = ghl.fetch_posts(client, *PERIOD)
    assert frame["account"].to_list() == ["Café", pd.NA, pd.NA]
    assert frame["author"].to_list() == ["Ada Lo", pd.NA, pd.NA]
    assert frame["tags"].to_list() == [["c", "a, b"], ["a, b", None], []]
    assert frame["tag_ids"].to_list() == [["t2", "t1"], ["t1", "gone"], []]
    each = frame.explode(["tags", "tag_ids"])
    assert each["tags"].to_list() == ["c", "a, b", "a, b", pd.NA, pd.NA]
    assert paths(stub) == ["accounts", "tags", "users"]


def test_only_names_that_are_needed_are_requested() -> None:
    """Nothing for posts without tags and author, and nothing at all if there are no posts."""
    for wires, expected in (
        ([{"_id": "1", "accountId": "a1", "tags": ""}], ["accounts"]),
        ([{"_id": "1", "createdBy": "u1"}], ["users"]),
        ([], []),
    ):
        stub = routes(*wires)
        with stub.client() as client:
            ghl.fetch_posts(client, *PERIOD)
        assert paths(stub) == expected


def test_names_can_be_left_out() -> None:
    """A list of tags is then unknown, unless there are none."""
    stub = routes({"_id": "1", "accountId": "a1", "tags": ["t1"]}, {"_id": "2", "createdBy": "u1"})
    with stub.client() as client:
        frame = ghl.fetch_posts(client, *PERIOD, names=False)
    assert paths(stub) == []
    assert frame[["account", "author"]].isna().all(axis=None)
    assert frame["tags"].isna().to_list() == [True, False]


@pytest.mark.parametrize(
    ("path", "column", "scope"),
    [
        ("accounts", "account", "socialplanner/account.readonly"),
        ("tags", "tags", "socialplanner/tag.readonly"),
        ("users", "author", "users.readonly"),
    ],
)
def test_names_that_may_not_be_read_are_na(
    path: str, column: str, scope: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning names the column and the scope; the others have their names."""
    post = {"_id": "1", "accountId": "a1", "createdBy": "u1", "tags": ["t1"]}
    stub = routes(post, **{path: LOST})
    with caplog.at_level(logging.WARNING, "ghl_notebook"), stub.client() as client:
        frame = ghl.fetch_posts(client, *PERIOD)
    missing = frame[["account", "tags", "author"]].isna().loc[0]
    assert missing[missing].index.to_list() == [column]
    (record,) = caplog.records
    assert f"the column {column} is NA" in record.getMessage()
    assert f"Add the scope {scope}" in record.getMessage()


def test_an_agency_reports_a_missing_scope_once(caplog: pytest.LogCaptureFixture) -> None:
    """Not for each of its sub-accounts; each has the names of its own."""
    with ghl.demo_agency(locations=3) as agency:
        frame = ghl.fetch_posts(agency, "2025-12-01", "2026-01-05")
        named = frame.dropna(subset="account")
        accounts = ghl.fetch_accounts(agency, deleted=True).set_index("id")["name"]
        assert (named["account"] == named["account_id"].map(accounts)).all()
        assert frame["tags"].explode().notna().any()
        agency.simulator.levers.fail_with("scope_missing", "*/users/*", times=None)
        caplog.clear()
        with caplog.at_level(logging.WARNING, "ghl_notebook"):
            again = ghl.fetch_posts(agency, "2025-12-01", "2026-01-05")
    assert again["author"].isna().all()
    assert sum("the column author is NA" in one.getMessage() for one in caplog.records) == 1


def test_comments_name_their_account() -> None:
    """By the id of the page on the platform."""
    with ghl.demo() as client:
        assert isinstance(client, Client)
        frame = ghl.fetch_comments(client, "2025-12-20", "2026-01-05")
        names = ghl.fetch_accounts(client).set_index("origin_id")["name"]
    assert not frame.empty
    assert (frame["account"] == frame["origin_id"].map(names)).all()
