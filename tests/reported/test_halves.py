"""Half a character costs that character: in answers, in errors, and in what is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import Agency, Client
from ghl_notebook.errors import ArgumentError
from ghl_notebook.simulator import Simulator
from tests.api.stub import LOCATION, Stub
from tests.folding import folded

HALVES = {
    "high": r"\ud83d",
    "low": r"\udc00",
    "upper case": r"\uD83D",
    "two high ones": r"\ud83d\ud83d",
    "in the wrong order": r"\ude00\ud83d",
    "before an escape": r"\ud83d\n",
}
BYTES = {
    "a surrogate in UTF-8": b"\xed\xa0\xbd",
    "the beginning of a character": b"\xf0\x9f",
    "the end of a character": b"\x98\x80",
}


def body(text: bytes, template: str) -> httpx.Response:
    """Return an answer whose only damage is the text."""
    content = template.encode().replace(b"@", text)
    return httpx.Response(200, content=content, headers={"content-type": "application/json"})


POSTS = """{"success":true,"results":{"posts":[
{"_id":"p1","summary":"ok 😀"},{"_id":"p2","summary":"a@"}],"count":2}}"""
ACCOUNTS = """{"success":true,"results":{"accounts":[
{"id":"a1","name":"ok","meta":{"x":"\\ud83d\\ude00"}},{"id":"a2","name":"a@"}],"groups":[]}}"""
META = """{"success":true,"results":{"accounts":[
{"id":"a1","name":"ok"},{"id":"a2","meta":{"about":"@"}}],"groups":[{"name":"g@"}]}}"""


@folded("text", [t.encode() for t in HALVES.values()] + [*BYTES.values()])
def test_half_a_character_in_an_answer_is_replaced(text: bytes) -> None:
    """Both posts are there after one request, and whole characters are as they were."""
    stub = Stub(body(text, POSTS))
    with stub.client() as client:
        frame = ghl.fetch_posts(client, "2026-01-01", "2026-01-31")
    assert len(stub.requests) == 1
    assert frame["id"].to_list() == ["p1", "p2"]
    assert frame["summary"][0] == "ok 😀"
    assert frame["summary"][1].startswith("a")
    assert "\ufffd" in frame["summary"][1]


def test_a_backslash_before_a_u_is_no_half_character() -> None:
    """An escaped backslash stays one, also beside a half that is replaced."""
    stub = Stub(body(rb"\\ud83d \ud83d", POSTS))
    with stub.client() as client:
        frame = ghl.fetch_posts(client, "2026-01-01", "2026-01-31")
    assert frame["summary"][1] == "a\\ud83d \ufffd"


@pytest.mark.parametrize("template", [ACCOUNTS, META])
@pytest.mark.parametrize("filler", [0, 2**20])
def test_half_a_character_in_accounts_is_replaced_by_every_way(template: str, filler: int) -> None:
    """A client's list and an agency's rows, small and large, have the same accounts."""
    long = template.replace("{", '{"message":"' + "x" * filler + '",', 1)
    stub = Stub(body(rb"\ud83d", long))
    with stub.client() as client:
        assert ghl.fetch_accounts(client)["id"].to_list() == ["a1", "a2"]
    with Agency(
        "eyJplanted", "company-1", base_url="https://services.leadconnectorhq.com",
        transport=Stub(minted, body(rb"\ud83d", long)),
    ) as agency:  # fmt: skip
        frame = ghl.fetch_accounts(agency, locations=[LOCATION])
    assert frame.attrs["failures"] == []
    assert frame["id"].to_list() == ["a1", "a2"]


def minted(_request: httpx.Request) -> httpx.Response:
    """Mint a sub-account's token."""
    return httpx.Response(
        201, json={"access_token": "eyJminted", "locationId": LOCATION, "expires_in": 86399}
    )


def test_half_a_character_in_an_error_costs_no_words() -> None:
    """The service's words and its trace id are in the error."""
    refused = httpx.Response(400, content=rb'{"message":"No \ud83d here","traceId":"t-1"}')
    with Stub(refused).client() as client, pytest.raises(ghl.errors.BadRequestError) as caught:
        client.accounts.list()
    assert "No" in caught.value.service_message
    assert "here" in caught.value.service_message
    assert caught.value.trace_id == "t-1"


HALF = "cut \ud83d"
SENT: dict[str, Callable[[Client], Any]] = {
    "text": lambda c: c.posts.create(["a1"], summary=HALF),
    "list": lambda c: c.posts.create([HALF], summary="x"),
    "media": lambda c: c.posts.create(["a1"], media=[{"url": "https://x.test", "caption": HALF}]),
    "key": lambda c: c.posts.create(["a1"], media=[{HALF: "x"}]),
    "path": lambda c: c.posts.get(HALF),
    "query": lambda c: c.categories.list(search_text=HALF),
    "account": lambda c: c.accounts.delete(HALF),
    "file name": lambda c: c.csv_imports.upload(b"x", file_name=f"{HALF}.csv"),
    "platform": lambda c: c.comments.list(HALF, ["o1"]),
}


@folded("name", SENT)
def test_half_a_character_is_not_sent(name: str) -> None:
    """An error of ours says so before anything is sent."""
    stub = Stub(httpx.Response(200, json={"success": True, "results": {}}))
    with stub.client(api_version="v3") as client, pytest.raises(ArgumentError) as caught:
        SENT[name](client)
    assert stub.requests == []
    str(caught.value).encode()


@pytest.fixture
def sim() -> Any:
    """A simulator without a rate limit."""
    with Simulator(accounts=2) as simulator:
        simulator.levers.rate_limit = 1_000_000
        yield simulator


@pytest.mark.parametrize("is_dry", [True, False])
def test_each_row_of_a_sheet_has_its_row(
    sim: Simulator, is_dry: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a character in any column refuses that row, and the others are sent."""
    monkeypatch.setenv("GHL_PLANS_DIR", str(tmp_path))
    fine = {"summary": "fine", "schedule_date": "2026-03-01T09:00+01:00", "media": None}
    fine |= {"type": "post", "tags": None, "category_id": None, "follow_up_comment": None}
    with Client(
        sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, clock=lambda: sim.now
    ) as client:
        ids = ghl.fetch_accounts(client)["id"].to_list()
        fine["account_ids"] = ids[0]
        halves: list[dict[str, Any]] = [{name: HALF} for name in fine]
        halves += [{"account_ids": [ids[0], HALF]}, {"tags": ["t1", HALF]}, {"media": [{HALF: 1}]}]
        halves += [{"media": [{"url": HALF, "type": "image/png"}]}, {"schedule_date": [HALF]}]
        rows = [fine, *({**fine, **half} for half in halves), {**fine, "summary": "last"}]
        frame = ghl.schedule_posts(client, pd.DataFrame(rows, dtype=object), dry_run=is_dry)
    done = "would schedule" if is_dry else "scheduled"
    assert frame["action"].to_list() == [done, *["refused"] * len(halves), done]
    json.dumps(frame["error"].dropna().to_list(), ensure_ascii=False).encode()
    assert frame["next_step"][1:-1].notna().all()


def test_a_simulator_can_serve_half_characters(sim: Simulator) -> None:
    """In lists, in records, and in errors, each of which is read."""
    sim.levers.half_characters = True
    with Client(
        sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, clock=lambda: sim.now
    ) as client:
        accounts = ghl.fetch_accounts(client)
        posts = ghl.fetch_posts(client, "2026-01-05", "2026-01-11")
        tags = ghl.fetch_tags(client)
        with pytest.raises(ghl.errors.BadRequestError) as caught:
            client.posts.get("nobody")
    for texts in (accounts["name"], posts["summary"], tags["tag"]):
        assert texts.str.endswith("\ufffd").all()
        assert not texts.empty
    assert posts["status"].notna().all()
    assert caught.value.service_message == "Post not found\ufffd"
