"""Kill a call that schedules a folder of pictures, repeat it, and count what is lost or doubled."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ghl_notebook as ghl
from ghl_notebook import Client
from ghl_notebook.simulator import Simulator
from tests.fetch.scheduler import PICTURES, folder_plan, picture

UPLOAD = "/medias/upload-file"


@dataclass
class Killed:
    """What came of it."""

    kills: int = 0
    in_an_upload: int = 0
    """Kills after which an upload had no recorded answer."""
    in_a_post: int = 0
    """Kills after which a row was unknown."""
    wrong_reports: int = 0
    """Kills after which the report called a row scheduled that the service did not have."""
    lost: int = 0
    """Posts and pictures that the service does not have in the end."""
    unknown: int = 0
    """Rows that were claimed and never sent, which the user has to send again."""
    doubled: int = 0
    """Posts and pictures that it has twice."""
    rounds: int = 0
    """Months that were scheduled."""


def uploaded(sim: Simulator) -> Counter[str]:
    """Count the uploads that the service has stored, by their content."""
    return Counter(
        re.findall(r'name="name"\r\n\r\n[^\r]*-([0-9a-f]{16})', one.body)[0]
        for one in sim.requests
        if one.path == UPLOAD and one.status == 200
    )


def posts_of(sim: Simulator) -> list[dict[str, Any]]:
    """Return the posts that the service has made."""
    return [one.body for one in sim.requests if is_post(one) and one.status == 201]


def is_post(request: Any) -> bool:
    """Tell whether a request makes a post."""
    return request.method == "POST" and request.path.endswith("/posts")


@contextmanager
def scheduler(sim: Simulator, account_id: str, folder: Path) -> Iterator[Callable[[str], Any]]:
    """Start the program that schedules a folder; what is yielded tells it how."""
    arguments = [sim.base_url, sim.token, sim.location_id, sim.user_id, account_id, str(folder)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fetch.scheduler", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None

        def tell(line: str) -> Any:
            print(line, file=program.stdin, flush=True)
            return json.loads(program.stdout.readline())  # type: ignore[union-attr]

        assert json.loads(program.stdout.readline()) == "ready"
        yield tell
        program.stdin.close()


def kill_calls(sim: Simulator, client: Client, folder: Path, *, kills: int, seed: int) -> Killed:
    """Kill calls at random moments until it was done so many times; schedule what is left then.

    The records of the calls are in the folder that ``GHL_PLANS_DIR`` names.
    """
    chance, result = random.Random(seed), Killed()
    account_id = ghl.fetch_accounts(client).set_index("platform").loc["facebook", "id"]
    sim.levers.latency = 0.005
    while result.kills < kills:
        result.rounds += 1
        month = folder / f"month-{result.rounds}"
        month.mkdir()
        for number in range(PICTURES):
            content = picture(100 * result.rounds + number)
            (month / f"{number:02}.jpg").write_bytes(content)
        with scheduler(sim, account_id, month) as tell:
            while result.kills < kills and _kill(sim, client, chance, tell, result):
                pass
            actions = tell("-")[0]
        unknown = [row for row, action in enumerate(actions) if action == "unknown"]
        result.unknown += len(unknown)
        frame = ghl.schedule_posts(
            client, folder_plan(account_id, month), dry_run=False, resend=unknown
        )
        result.lost += (~frame["action"].isin(["scheduled", "already scheduled"])).sum()
    texts = Counter((one["summary"], one["media"][0]["url"]) for one in posts_of(sim))
    for found, count in ((texts, 2 * PICTURES), (uploaded(sim), PICTURES)):
        result.doubled += found.total() - len(found)
        result.lost += result.rounds * count - len(found)
    return result


def _kill(
    sim: Simulator,
    client: Client,
    chance: random.Random,
    tell: Callable[[str], Any],
    result: Killed,
) -> bool:
    """Kill a call at a random moment; say whether there is something left to do."""
    before = len(sim.requests)
    child = tell("start")
    changes = chance.randint(1, 3)
    until = time.monotonic() + 5
    while time.monotonic() < until:  # a call with nothing to do ends by itself
        new = sim.requests[before:]
        if sum(is_post(one) or one.path == UPLOAD for one in new) >= changes:
            break
        if any(one.path.endswith("/posts/list") for one in new):
            until = min(until, time.monotonic() + 1)
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.02))  # how far the call gets is left to chance
    os.kill(child, signal.SIGKILL)
    if tell("end"):
        return False
    result.kills += 1
    made = {one["summary"] for one in posts_of(sim)}
    report = ghl.read_schedule(client)
    done = report.loc[report["action"].isin(["scheduled", "already scheduled"]), "summary"]
    result.wrong_reports += not set(done) <= made
    result.in_a_post += bool((report["action"] == "unknown").any())
    entries = Path(os.environ["GHL_PLANS_DIR"], "uploads").glob("*.json")
    result.in_an_upload += any(json.loads(one.read_bytes())["url"] is None for one in entries)
    return True
