"""A plan is sent once, whatever ends the call, and its report is there."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Client
from ghl_notebook.models import PostMedia
from ghl_notebook.simulator import Simulator
from tests.fetch.damage import DAMAGES
from tests.fetch.scheduler import ROWS
from tests.fetch.test_schedule_posts import accounts_of, plan, sent
from tests.folding import folded

RECORD = "sent-posts.sqlite3"
NEVER = 1_000_000
"""Lists in which a new post is missing, where it is never to be listed."""


@pytest.fixture(autouse=True)
def plans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder with the record of this test."""
    folder = tmp_path / "plans"
    monkeypatch.setenv("GHL_PLANS_DIR", str(folder))
    return folder


def made(sim: Simulator) -> Counter[str]:
    """Count the posts that the service has made, by their texts."""
    return Counter(
        one.body["summary"]
        for one in sim.requests
        if one.method == "POST" and one.path.endswith("/posts") and one.status == 201
    )


def wait_for_posts(sim: Simulator, count: int) -> None:
    """Wait until the service has so many posts of the plan."""
    while len(made(sim)) < count:
        time.sleep(0.001)


# Other processes, and kills.


@contextmanager
def scheduler(sim: Simulator, client: Client) -> Iterator[Callable[[str], list[list[str]]]]:
    """Start the program that schedules; what is yielded tells it how."""
    account_id = accounts_of(client).loc["facebook", "id"]
    arguments = [sim.base_url, sim.token, sim.location_id, sim.user_id, account_id]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fetch.scheduler", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None

        def tell(line: str) -> list[list[str]]:
            print(line, file=program.stdin, flush=True)
            answer: list[list[str]] = json.loads(program.stdout.readline())  # type: ignore[union-attr]
            return answer

        assert json.loads(program.stdout.readline()) == "ready"
        yield tell
        program.stdin.close()


@pytest.mark.process
def test_a_plan_that_is_killed_sends_nothing_twice(client: Client, sim: Simulator) -> None:
    """At random moments, while the service lists nothing of it yet."""
    chance = random.Random(1)
    sim.levers.post_lag, sim.levers.latency = NEVER, 0.02
    with scheduler(sim, client) as tell:
        kills = 0
        actions: list[str] = []
        while not actions:
            finished = tell(f"{chance.uniform(0.1, 0.5):.3f}")
            kills += not finished
            actions = [one for answer in finished for one in answer]
        again = tell("-")
    assert kills
    assert again == [["unknown" if one == "unknown" else "already scheduled" for one in actions]]
    assert set(actions) <= {"scheduled", "already scheduled", "unknown"}
    assert actions.count("unknown") <= kills
    assert set(made(sim).values()) == {1}
    known = len(actions) - actions.count("unknown")
    assert known <= len(made(sim)) <= ROWS


@pytest.mark.process
def test_what_was_in_flight_is_recognized_when_the_service_lists_it(
    client: Client, sim: Simulator
) -> None:
    """Until then nobody knows, and it is not sent again."""
    sim.levers.post_lag, sim.levers.latency = 2, 0.4
    with scheduler(sim, client) as tell:
        killed = threading.Thread(target=wait_for_posts, args=(sim, 1))
        killed.start()
        while killed.is_alive():
            tell("1.4")
        sim.levers.latency = 0.0
        answers = [tell("-")[0] for _ in range(3)]
    assert answers[-1][0] == "already scheduled"
    assert set(answers[-1]) <= {"already scheduled", "unknown"}
    assert set(made(sim).values()) == {1}


@pytest.mark.process
def test_several_processes_send_a_plan_once(client: Client, sim: Simulator) -> None:
    """At the same time; each says of the rows of others that they may be there."""
    sim.levers.post_lag, sim.levers.latency = NEVER, 0.01
    with scheduler(sim, client) as tell:
        answers = tell("4x")
        (last,) = tell("-")
    assert made(sim) == Counter({f"Post {number}": 1 for number in range(ROWS)})
    for actions in zip(*answers, strict=True):
        assert actions.count("scheduled") == 1
        assert set(actions) <= {"scheduled", "already scheduled", "unknown"}
    assert last == ["already scheduled"] * ROWS


# Stops, and what nobody has foreseen.


def test_the_stop_button_leaves_the_report(client: Client, sim: Simulator) -> None:
    """In the exception, and on the disk; the same call sends the others, and none twice."""
    sim.levers.post_lag = NEVER
    rows = plan(client, *({"summary": f"Post {number}"} for number in range(5)))
    seen = threading.Event()

    def press() -> None:
        seen.wait(60)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def slow_down() -> None:
        wait_for_posts(sim, 2)
        sim.levers.latency = 1.0
        seen.set()

    sim.levers.latency = 0.02
    threads = [threading.Thread(target=press), threading.Thread(target=slow_down)]
    for thread in threads:
        thread.start()
    with pytest.raises(KeyboardInterrupt) as stopped:
        ghl.schedule_posts(client, rows, dry_run=False)
    for thread in threads:
        thread.join()
    sim.levers.latency = 0.0
    report = stopped.value.report  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(report, ghl.read_schedule(client))
    actions = report["action"].to_list()
    count = actions.count("scheduled")
    assert count >= 1
    assert actions == ["scheduled"] * count + ["unknown"] + ["would schedule"] * (4 - count)
    assert "read_schedule" in stopped.value.__notes__[0]
    again = ghl.schedule_posts(client, rows, dry_run=False)["action"].to_list()
    assert again == ["already scheduled"] * count + ["unknown"] + ["scheduled"] * (4 - count)
    assert set(made(sim).values()) == {1}


@pytest.mark.slow
async def test_a_task_that_is_cancelled_leaves_the_report(client: Client, sim: Simulator) -> None:
    """What an AsyncClient is doing may be cancelled at any await."""
    sim.levers.latency = 0.05
    rows = plan(client, *({"summary": f"Post {number}"} for number in range(5)))
    async with AsyncClient(
        credential=client.credential, base_url=sim.base_url, clock=lambda: sim.now
    ) as other:
        task = asyncio.ensure_future(ghl.schedule_posts(other, rows, dry_run=False))
        await asyncio.to_thread(wait_for_posts, sim, 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        report = ghl.read_schedule(other)
    assert report["action"].to_list()[0] == "scheduled"
    assert report["action"].to_list()[-1] == "would schedule"
    assert (report["action"] == "unknown").sum() == 1


class Failing(httpx.AsyncBaseTransport):
    """Passes requests on, and fails at each second post in a way that nobody expects."""

    def __init__(self, error: Exception) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._error = error
        self._count = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, or fail after that."""
        answer = await self._inner.handle_async_request(request)
        if request.url.path.endswith("/posts"):
            self._count += 1
            if self._count % 2 == 0:
                await answer.aclose()
                raise self._error
        return answer

    async def aclose(self) -> None:
        """Close what passes them on."""
        await self._inner.aclose()


@pytest.mark.slow
@folded("error", [ZeroDivisionError(), UnicodeError("x"), RecursionError()])
def test_an_error_that_nobody_expects_costs_no_report(
    sim: Simulator, error: Exception, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its row is unknown, the others go their way."""
    monkeypatch.setenv("GHL_PLANS_DIR", str(tmp_path))
    with Client(
        sim.token,
        sim.location_id,
        sim.user_id,
        base_url=sim.base_url,
        clock=lambda: sim.now,
        transport=Failing(error),
    ) as client:
        texts = [f"Post {type(error).__name__} {number}" for number in range(4)]
        rows = plan(client, *({"summary": text} for text in texts))
        frame = ghl.schedule_posts(client, rows, dry_run=False)
        assert frame["action"].to_list() == ["scheduled", "unknown"] * 2
        assert type(error).__name__ in frame["error"][1]
        pd.testing.assert_frame_equal(frame, ghl.read_schedule(client))


def test_the_report_of_the_last_plan_is_read(client: Client, sim: Simulator) -> None:
    """One of each sub-account; a dry run leaves none."""
    assert ghl.read_schedule(client).empty
    rows = plan(client, {}, {"type": "poem"})
    ghl.schedule_posts(client, rows)
    assert ghl.read_schedule(client).empty
    done = ghl.schedule_posts(client, rows, dry_run=False)
    pd.testing.assert_frame_equal(ghl.read_schedule(client), done)
    pd.testing.assert_frame_equal(ghl.read_schedule(client), ghl.read_schedule(client.core))
    with pytest.raises(ghl.errors.ArgumentError, match="not a client"):
        ghl.read_schedule("client")  # type: ignore[arg-type]


# What is the same post, and what is another one.


def test_a_row_is_sent_again_when_the_caller_says_so(client: Client, sim: Simulator) -> None:
    """It was deleted, or is not there although it may have been sent."""
    rows = plan(client, {}, {"summary": "Bonjour"})
    done = ghl.schedule_posts(client, rows, dry_run=False)
    client.posts.delete(done["id"][0])
    again = ghl.schedule_posts(client, rows, dry_run=False)
    assert again["action"].to_list() == ["already scheduled"] * 2
    assert "resend=[0]" in again["next_step"][0]
    assert ghl.schedule_posts(client, rows, resend=[0])["action"][0] == "would schedule"
    resent = ghl.schedule_posts(client, rows, dry_run=False, resend=[0, 1])
    assert resent["action"].to_list() == ["scheduled", "already scheduled"]
    assert sent(sim) == 3


def test_a_row_that_is_refused_the_second_time_was_still_sent_the_first(
    client: Client, sim: Simulator
) -> None:
    """What is known of it is not lost by that."""
    sim.levers.post_lag = NEVER
    rows = plan(client, {})
    ghl.schedule_posts(client, rows, dry_run=False)
    sim.levers.fail_with("scope_missing", "*/posts", times=1, method="POST")
    refused = ghl.schedule_posts(client, rows, dry_run=False, resend=[0])
    assert refused["action"].to_list() == ["refused"]
    again = ghl.schedule_posts(client, rows, dry_run=False)
    assert again["action"].to_list() == ["already scheduled"]


@folded("resend", [["0"], [True], [1], [-1], [0.0]])
def test_a_row_to_resend_must_be_there(client: Client, sim: Simulator, resend: Any) -> None:
    """A number that is none would send nothing, in silence."""
    with pytest.raises(ghl.errors.ArgumentError, match="resend"):
        ghl.schedule_posts(client, plan(client, {}), dry_run=False, resend=resend)
    assert sent(sim) == 0


MEDIA = [{"url": "https://example.com/a.jpg", "type": "image/jpeg"}]
OTHER = [{"url": "https://example.com/b.jpg", "type": "image/jpeg"}]
REELS = [[{"url": f"https://example.com/{name}.mp4", "type": "video/mp4"}] for name in "ab"]


@folded("lag", [0, NEVER])
def test_rows_that_differ_in_what_is_seen_are_different(
    client: Client, sim: Simulator, lag: int
) -> None:
    """Media, type and follow-up comment, as much as the text; each is recognized then."""
    sim.levers.post_lag = lag
    before = sent(sim)
    others = [{}, {"media": MEDIA}, {"media": OTHER}, {"media": [*MEDIA, *OTHER]}]
    others += [{"media": media, "type": "reel"} for media in REELS]
    moment = f"2026-03-0{1 + bool(lag)}T09:00:00Z"
    rows = plan(client, *({"schedule_date": moment} | one for one in others))
    assert set(ghl.schedule_posts(client, rows, dry_run=False)["action"]) == {"scheduled"}
    again = ghl.schedule_posts(client, rows, dry_run=False)
    assert set(again["action"]) == {"already scheduled"}
    assert again["id"].nunique() == len(rows)
    assert sent(sim) == before + len(rows)


def test_an_order_of_keys_or_accounts_makes_no_other_post(client: Client, sim: Simulator) -> None:
    """Neither do a time zone, a class of media, tags and category."""
    sim.levers.post_lag = NEVER
    both = accounts_of(client).loc[["facebook", "google"], "id"].to_list()
    first = {"account_ids": both, "media": MEDIA}
    same = {
        "account_ids": ", ".join(reversed(both)),
        "media": [PostMedia(type="image/jpeg", url="https://example.com/a.jpg")],
        "schedule_date": "2026-03-01T10:00:00+01:00",
        "tags": ghl.fetch_tags(client)["id"][0],
    }
    assert (
        ghl.schedule_posts(client, plan(client, first), dry_run=False)["action"][0] == "scheduled"
    )
    again = ghl.schedule_posts(client, plan(client, same), dry_run=False)
    assert again["action"].to_list() == ["already scheduled"]


# Cells that hold what no service takes.


def _itself() -> dict[str, Any]:
    medium: dict[str, Any] = {"url": "u", "type": "image/png"}
    medium["more"] = [medium]
    return medium


@cache
def _deep() -> list[Any]:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


class _Rude(str):
    """A text that cannot be looked at."""

    def strip(self, *_: Any) -> str:
        raise ZeroDivisionError

    def __repr__(self) -> str:
        raise ZeroDivisionError


ODD: list[tuple[dict[str, Any], str]] = [
    *(({name: "cut \ud83d"}, f"{name} contains half a character") for name in ("summary", "tags")),
    ({"account_ids": "\ud83d"}, "account_ids contains half a character"),
    ({"account_ids": ["a\ude00"]}, "account_ids contains half a character"),
    ({"category_id": "\ud83d"}, "category_id contains half a character"),
    ({"follow_up_comment": "\udfff"}, "follow_up_comment contains half a character"),
    ({"type": "\ud800"}, "type contains half a character"),
    ({"schedule_date": "\ud83d" * 20}, "not a date or time"),
    ({"media": [{"url": "https://x.ex/\ud83d", "type": "t"}]}, "media contains half a character"),
    ({"media": [{"\ud83d": "x"}]}, "media contains half a character"),
    ({"media": [_itself()]}, "contains itself"),
    ({"media": [{"url": _deep()}]}, "contains itself"),
    ({"media": [{"url": object()}]}, "object cannot be sent"),
    ({"media": [{"url": float("nan")}]}, "NaN"),
    ({"summary": _deep()}, "not text"),
    ({"summary": _Rude("x")}, "ZeroDivisionError"),
    ({"schedule_date": "0001-01-01T00:00:00+14:00"}, "between the years"),
    ({"schedule_date": "9999-12-31T23:59:59-14:00"}, "between the years"),
    ({"schedule_date": "9999-12-31T23:59:59Z"}, "between the years"),
    ({"schedule_date": pd.Timestamp.max.tz_localize("UTC")}, "between the years"),
    ({"schedule_date": 46055.375}, "as Excel stores dates"),
    ({"schedule_date": 46055}, "as Excel stores dates"),
    ({"schedule_date": float("inf")}, "as Excel stores dates"),
    ({"schedule_date": _deep()}, "not a date or time"),
]


def test_a_cell_may_hold_anything(client: Client, sim: Simulator) -> None:
    """Its row is refused before one is sent; the rows beside it go their way."""
    columns = ["tags", "type", "media", "category_id", "follow_up_comment"]
    rows = plan(client, *({"summary": f"Post {number}"} for number in range(len(ODD) + 1)))
    rows = rows.reindex(columns=[*rows, *columns]).astype(object)
    for number, (cells, _) in enumerate(ODD):
        for name, value in cells.items():
            rows.at[number, name] = value
    frame = ghl.schedule_posts(client, rows, dry_run=False)
    for number, (_, error) in enumerate(ODD):
        assert error in frame["error"][number], (number, error)
        assert frame["next_step"][number]
    assert frame["action"].to_list() == ["refused"] * len(ODD) + ["scheduled"]
    assert sent(sim) == 1
    pd.testing.assert_frame_equal(ghl.read_schedule(client), frame)


def test_an_account_that_is_named_twice_is_said(client: Client, sim: Simulator) -> None:
    """The service would publish it once, or twice: nobody knows."""
    account = accounts_of(client).loc["facebook", "id"]
    for ids in (f"{account}, {account}", [account, account]):
        frame = ghl.schedule_posts(client, plan(client, {"account_ids": ids}), dry_run=False)
        assert frame["error"][0] == f"account_ids names {account} twice."
    assert sent(sim) == 0


def test_a_column_that_is_there_twice_is_said(client: Client, sim: Simulator) -> None:
    """One of the two would be lost."""
    rows = plan(client, {"tags": "x"}).rename(columns={"tags": "summary"})
    with pytest.raises(ghl.errors.ArgumentError, match="summary appears twice"):
        ghl.schedule_posts(client, rows, dry_run=False)
    assert sent(sim) == 0


# The disk.


def test_the_record_is_its_owners_alone(client: Client, sim: Simulator, plans: Path) -> None:
    """With the texts of customers in it, and no token."""
    umask = os.umask(0)
    try:
        ghl.schedule_posts(client, plan(client, {}), dry_run=False)
    finally:
        os.umask(umask)
    (path,) = plans.iterdir()
    assert path.name == RECORD
    assert stat.S_IMODE(plans.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    assert b"Hello" in content
    assert sim.token.encode() not in content


def test_a_dry_run_writes_nothing(client: Client, plans: Path) -> None:
    """It may be on a disk that cannot be written to."""
    ghl.schedule_posts(client, plan(client, {}))
    assert not plans.exists()


@pytest.mark.exhaustive
@folded("dry_run", [True, False])
@folded("damage", sorted(DAMAGES.keys() - {"removed"}))
def test_a_record_that_is_damaged_is_said(
    client: Client,
    sim: Simulator,
    plans: Path,
    damage: str,
    dry_run: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything is sent; or what it holds is right all the same."""
    sim.levers.post_lag = NEVER
    folder = plans.with_name(f"{damage} {dry_run}")
    monkeypatch.setenv("GHL_PLANS_DIR", str(folder))
    rows = plan(client, *({"summary": f"Post {number}"} for number in range(3)))
    before = sent(sim)
    ghl.schedule_posts(client, rows, dry_run=False)
    DAMAGES[damage](folder / RECORD, folder / "nothing")
    found: Any = None
    try:
        found = ghl.schedule_posts(client, rows, dry_run=dry_run)["action"].to_list()
    except ghl.errors.PlanError as error:
        found = error
    assert found == ["already scheduled"] * 3 or (RECORD in str(found) and found.next_step)
    assert sent(sim) == before + 3


@pytest.mark.exhaustive
def test_each_byte_of_a_record_may_be_another_one(
    client: Client, sim: Simulator, plans: Path
) -> None:
    """Nothing is sent a second time by that."""
    from ghl_notebook.fetch.sent_posts import open_sent_posts

    sim.levers.post_lag = NEVER
    rows = plan(client, *({"summary": f"Post {number}"} for number in range(3)))
    ghl.schedule_posts(client, rows, dry_run=False)
    path = plans / RECORD
    content = path.read_bytes()
    with open_sent_posts(client.core.base_url) as record:
        assert record is not None
        keys = [row[0] for row in record._db.execute("SELECT key FROM posts")]
    damaged = 0
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x20]) + content[place + 1 :])
        try:
            with open_sent_posts(client.core.base_url) as record:
                assert record is not None
                assert len(record.find(keys)) == len(keys), place
        except ghl.errors.PlanError:
            damaged += 1
    assert damaged


def test_a_folder_that_cannot_be_made_is_said(
    client: Client, sim: Simulator, plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is sent, with the setting that names another."""
    plans.write_text("a file")
    for folder in (plans, plans / "below", "/proc/plans"):
        monkeypatch.setenv("GHL_PLANS_DIR", str(folder))
        with pytest.raises(ghl.errors.PlanError, match="set GHL_PLANS_DIR to another folder"):
            ghl.schedule_posts(client, plan(client, {}), dry_run=False)
    assert sent(sim) == 0


LIMITED = """
import resource, sys
import ghl_notebook as ghl
from tests.fetch.scheduler import client_of, plan
*place, account_id, before, after = sys.argv[1:]
with client_of(*place) as client:
    if before == "first":
        ghl.schedule_posts(client, plan(account_id)[:1], dry_run=False)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(after),) * 2)
    try:
        frame = ghl.schedule_posts(client, plan(account_id), dry_run=False)
    except ghl.errors.PlanError as error:
        print("PlanError:", error)
    else:
        print(*frame["action"].value_counts()[lambda n: n > 0].index)
        print(*frame["error"].dropna().unique())
"""


@pytest.mark.process
@pytest.mark.parametrize("before", ["nothing", "first"])
@pytest.mark.parametrize("size", [0, 4_096, 20_480, 24_576])
def test_a_full_disk_is_said_before_a_row_is_sent(
    client: Client, sim: Simulator, before: str, size: int
) -> None:
    """Wherever in the writing it shows; what was sent is known, also afterwards."""
    sim.levers.post_lag = NEVER
    account_id = accounts_of(client).loc["facebook", "id"]
    place = [sim.base_url, sim.token, sim.location_id, sim.user_id, account_id]
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, *place, before, str(size)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "cannot be used" in run.stdout
    assert set(made(sim).values()) <= {1}
    with scheduler(sim, client) as tell:
        (actions,) = tell("-")
    assert set(actions) <= {"scheduled", "already scheduled", "unknown"}
    assert set(made(sim).values()) == {1}


def test_the_demo_leaves_nothing_behind(plans: Path) -> None:
    """Its service ends with it; another one of the same address is another service."""
    with ghl.demo() as demo:
        rows = plan(demo, {"schedule_date": "2026-02-01T09:00Z"})
        demo.simulator.levers.post_lag = NEVER
        assert ghl.schedule_posts(demo, rows, dry_run=False)["action"][0] == "scheduled"
        assert ghl.schedule_posts(demo, rows, dry_run=False)["action"][0] == "already scheduled"
        assert ghl.read_schedule(demo)["action"][0] == "already scheduled"
    assert not plans.exists()
