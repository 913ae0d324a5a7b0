"""A folder of pictures and a spreadsheet become scheduled posts, whatever ends the call."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Client
from ghl_notebook.fetch import schedule_run
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub
from tests.fetch.kills import UPLOAD, kill_calls, posts_of, uploaded
from tests.fetch.scheduler import picture
from tests.fetch.test_schedule_posts import accounts_of, plan, sent
from tests.folding import folded

NEVER = 1_000_000


@pytest.fixture(autouse=True)
def plans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder with the records of this test."""
    monkeypatch.setenv("GHL_PLANS_DIR", str(tmp_path / "plans"))
    return tmp_path / "plans"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of pictures, two of which have the same content."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(picture(number))
    (folder / "copy.jpg").write_bytes(picture(0))
    (folder / "a, b.jpg").write_bytes(picture(9))
    return folder


def test_a_folder_and_a_sheet_become_posts(client: Client, sim: Simulator, pictures: Path) -> None:
    """Each picture is uploaded once, and the posts have its address and media type."""
    cells = [
        str(pictures / "0.jpg"),
        f"{pictures / '1.jpg'}, {pictures / 'copy.jpg'}",
        [pictures / "2.jpg", str(pictures / "0.jpg")],
        pictures / "a, b.jpg",
        str(pictures / "a, b.jpg"),
        None,
    ]
    rows = plan(client, *({"summary": f"Post {n}", "files": c} for n, c in enumerate(cells)))
    dry = ghl.schedule_posts(client, rows)
    assert set(dry["action"]) == {"would schedule"}
    assert dry["media"].to_list()[:2] == [["0.jpg"], ["1.jpg", "copy.jpg"]]
    assert not uploaded(sim)
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    assert set(frame["action"]) == {"scheduled"}
    assert set(uploaded(sim).values()) == {1}
    assert len(uploaded(sim)) == 4
    first, *_, last = posts_of(sim)
    assert first["media"] == [{"url": frame["media"][0][0], "type": "image/jpeg"}]
    assert last["media"] == []
    assert frame["media"][1][1] == frame["media"][0][0]
    again = ghl.schedule_posts(client, rows, dry_run=False)
    assert set(again["action"]) == {"already scheduled"}
    assert again["id"].to_list() == frame["id"].to_list()
    pd.testing.assert_series_equal(again["media"], frame["media"])
    assert set(uploaded(sim).values()) == {1}
    assert sent(sim) == len(cells)


def test_another_content_under_the_same_name_is_another_post(
    client: Client, sim: Simulator, pictures: Path
) -> None:
    """A file is what is in it, also while the service lists nothing yet."""
    sim.levers.post_lag = NEVER
    rows = plan(client, {"files": str(pictures / "0.jpg")})
    assert ghl.schedule_posts(client, rows, dry_run=False)["action"][0] == "scheduled"
    (pictures / "0.jpg").rename(pictures / "renamed.jpg")
    renamed = plan(client, {"files": str(pictures / "renamed.jpg")})
    assert ghl.schedule_posts(client, renamed, dry_run=False)["action"][0] == "already scheduled"
    (pictures / "0.jpg").write_bytes(picture(77))
    assert ghl.schedule_posts(client, rows, dry_run=False)["action"][0] == "scheduled"


def test_files_count_as_media(client: Client, pictures: Path) -> None:
    """For the limits of a platform, also by their size."""
    google = accounts_of(client).loc["google", "id"]
    large = pictures / "large.jpg"
    large.write_bytes(picture(1) + bytes(5_000_000))
    both = [str(pictures / "0.jpg"), str(pictures / "1.jpg")]
    rows = plan(
        client,
        {"account_ids": google, "files": both},
        {"account_ids": google, "files": large, "summary": "Large"},
        {"account_ids": google, "files": "nowhere.jpg", "summary": "Nowhere"},
        {"account_ids": google, "files": [5], "summary": "Five"},
    )
    found = ghl.check_posts(rows, ghl.fetch_accounts(client), now="2026-01-05T09:00Z")
    assert found["rule"].to_list() == ["images", "image_size", "file", "file"]
    assert "google allows 5 MB" in found["message"][1]
    assert set(ghl.schedule_posts(client, rows, dry_run=False)["action"]) == {"refused"}


async def test_an_async_client_uploads_files(
    client: Client, sim: Simulator, pictures: Path
) -> None:
    """The result is awaited."""
    async with AsyncClient(
        credential=client.credential, base_url=sim.base_url, clock=lambda: sim.now
    ) as other:
        rows = plan(client, {"files": str(pictures / "0.jpg")})
        frame = await ghl.schedule_posts(other, rows, dry_run=False)
    assert frame["action"].to_list() == ["scheduled"]


def test_an_upload_that_fails_costs_its_row_alone(
    client: Client, sim: Simulator, pictures: Path
) -> None:
    """The row was not sent, and says why; the next call sends it."""
    sim.levers.fail_with("scope_missing", f"*{UPLOAD}", times=1, method="POST")
    rows = plan(
        client,
        {"files": str(pictures / "0.jpg")},
        {"files": str(pictures / "1.jpg"), "summary": "Bonjour"},
    )
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    assert frame["action"].to_list() == ["refused", "scheduled"]
    assert "medias.write" in frame["next_step"][0]
    pd.testing.assert_frame_equal(ghl.read_schedule(client), frame)
    again = ghl.schedule_posts(client, rows, dry_run=False)
    assert again["action"].to_list() == ["scheduled", "already scheduled"]
    assert set(uploaded(sim).values()) == {1}


def test_a_file_that_changes_after_the_check_is_not_sent(
    client: Client, sim: Simulator, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was checked is what is scheduled."""
    rows = plan(client, {"files": str(pictures / "0.jpg")})
    before = schedule_run.list_posts

    async def list_and_change(*args: Any) -> Any:
        (pictures / "0.jpg").write_bytes(picture(55))
        return await before(*args)

    monkeypatch.setattr(schedule_run, "list_posts", list_and_change)
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    assert frame["action"].to_list() == ["refused"]
    assert "has changed since it was checked" in frame["error"][0]
    assert not posts_of(sim)


def wait_for_entries(plans: Path, count: int) -> None:
    """Wait until so many uploads have begun."""
    while len(list(plans.glob("uploads/*.json"))) < count:
        time.sleep(0.001)


@pytest.mark.slow
async def test_a_call_that_is_stopped_at_an_upload_leaves_its_report(
    client: Client, sim: Simulator, pictures: Path, plans: Path
) -> None:
    """The next call finds the picture that was on its way, and uploads none twice."""
    sim.levers.latency = 0.05
    names = ("0.jpg", "1.jpg", "2.jpg")
    rows = plan(client, *({"summary": n, "files": str(pictures / n)} for n in names))
    async with AsyncClient(
        credential=client.credential, base_url=sim.base_url, clock=lambda: sim.now
    ) as other:
        task = asyncio.ensure_future(ghl.schedule_posts(other, rows, dry_run=False))
        await asyncio.to_thread(wait_for_entries, plans, 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await task
        report = stopped.value.report  # type: ignore[attr-defined]
        assert report["action"].to_list() == ["scheduled", "would schedule", "would schedule"]
        pd.testing.assert_frame_equal(report, ghl.read_schedule(other))
    sim.levers.latency = 0.0
    again = ghl.schedule_posts(client, rows, dry_run=False)
    assert again["action"].to_list() == ["already scheduled", "scheduled", "scheduled"]
    assert list(uploaded(sim).values()) == [1, 1, 1]


def test_a_demo_leaves_no_record_of_its_uploads(plans: Path, pictures: Path) -> None:
    """Its media library ends with it."""
    with ghl.demo() as demo:
        row = {"schedule_date": "2026-02-01T09:00Z", "files": str(pictures / "0.jpg")}
        frame = ghl.schedule_posts(demo, plan(demo, row), dry_run=False)
        assert frame["action"][0] == "scheduled"
    assert not plans.exists()


# What the service may answer.

ODD: list[Any] = [
    {"success": True},
    {"success": True, "results": None},
    {"success": True, "results": []},
    {"success": True, "results": "created"},
    {"success": True, "results": {"post": None}},
    {"success": True, "results": {"post": []}},
    {"success": True, "results": {"post": {}}},
    {"success": True, "results": {"post": {"_id": None}}},
    {"success": True, "results": {"post": {"_id": 5}}},
    {"success": True, "results": {"post": {"_id": ["p1"]}}},
    {"success": True, "results": {"post": {"_id": "p\ud83d"}}},
    {"success": True, "results": {"post": {"_id": "p1", "summary": "\ud83d"}}},
    {"success": False, "message": "cut \ud83d"},
    {"success": False, "message": ["\udc00", 5, None]},
    [],
    "text",
    None,
]


@pytest.mark.slow
@folded("status", [201, 400])
@folded("body", ODD, ids=lambda one: json.dumps(one)[:60] if not isinstance(one, int) else str(one))
def test_an_odd_answer_costs_no_report(
    body: Any, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each row has its row, here and on the disk; the other posts are sent."""
    folder = tmp_path / f"{ODD.index(body)}-{status}"
    monkeypatch.setenv("GHL_PLANS_DIR", str(folder))
    account = {"id": "a1", "platform": "facebook", "isExpired": False}
    made: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/accounts"):
            return _json(200, {"success": True, "results": {"accounts": [account], "groups": []}})
        if request.url.path.endswith("/list"):
            return _json(201, {"success": True, "results": {"posts": [], "count": 0}})
        made.append(json.loads(request.content)["summary"])
        if made[-1] == "Odd":
            return _json(status, body)
        return _json(201, {"success": True, "results": {"post": {"_id": "p9"}}})

    def _json(code: int, value: Any) -> httpx.Response:
        content = json.dumps(value).encode()
        return httpx.Response(code, content=content, headers={"content-type": "application/json"})

    rows = pd.DataFrame(
        {
            "account_ids": "a1",
            "schedule_date": "2099-03-01T09:00:00Z",
            "summary": ["Before", "Odd", "After"],
        }
    )
    with Stub(answer).client() as client:
        frame = ghl.schedule_posts(client, rows, dry_run=False)
        stored = ghl.read_schedule(client)
    assert made == ["Before", "Odd", "After"]
    assert frame["action"].to_list()[::2] == ["scheduled"] * 2
    assert frame["action"][1] in ("scheduled", "unknown", "refused")
    pd.testing.assert_frame_equal(stored, frame)
    frame.to_csv().encode()


# Other processes, and kills.


@pytest.mark.process
@pytest.mark.slow
def test_a_folder_that_is_killed_is_sent_once(
    client: Client, sim: Simulator, tmp_path: Path
) -> None:
    """Nothing is uploaded or scheduled twice, and each report is right about what is done.

    A hundred times with ``python -m tests.fetch``.
    """
    found = kill_calls(sim, client, tmp_path, kills=15, seed=1)
    assert found.kills == 15
    assert (found.lost, found.doubled, found.wrong_reports) == (0, 0, 0)
    assert found.in_an_upload or found.in_a_post
