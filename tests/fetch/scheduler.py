"""A process whose children schedule a plan, and are killed at it.

    python -m tests.fetch.scheduler BASE_URL TOKEN LOCATION_ID USER_ID ACCOUNT_ID [FOLDER]

For each line that it reads it forks a child, which schedules the plan; it kills the child after
so many seconds, or lets it finish where the line is ``-``, or starts several that all finish where
it is a number with an ``x``. It answers with one line of JSON: what has become of the rows, in the
words of each child that has finished. Forking is a tenth of the price of a new process.

For ``start``, it answers with the number of a new child, which the other side may kill; for
``end``, with the child's words.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

import ghl_notebook as ghl

ROWS = 14
PICTURES = 10
"""In the folder of the plan of `folder_plan`; each is in two posts."""


def plan(account_id: str) -> pd.DataFrame:
    """Return a plan of several posts on one account."""
    return pd.DataFrame(
        {
            "account_ids": account_id,
            "schedule_date": "2026-03-01T09:00:00Z",
            "summary": [f"Post {number}" for number in range(ROWS)],
        }
    )


def picture(number: int) -> bytes:
    """Return a picture of its own content, as far as its first bytes show."""
    return b"\xff\xd8\xff\xe0" + f"picture {number}".encode() * 500


def folder_plan(account_id: str, folder: Path) -> pd.DataFrame:
    """Return the plan with a picture of a folder in each post."""
    numbers = range(2 * PICTURES)
    return pd.DataFrame(
        {
            "account_ids": account_id,
            "schedule_date": "2026-03-01T09:00:00Z",
            "summary": [f"Post {number}" for number in numbers],
            "files": [str(folder / f"{number % PICTURES:02}.jpg") for number in numbers],
        }
    )


def client_of(base_url: str, token: str, location_id: str, user_id: str) -> ghl.Client:
    """Return a client on the first day of the simulator."""
    return ghl.Client(
        token,
        location_id,
        user_id,
        base_url=base_url,
        clock=lambda: datetime(2026, 1, 5, 9, tzinfo=UTC),
    )


def schedule(*arguments: str, dry_run: bool = False) -> list[str]:
    """Schedule the plan; return what has become of its rows."""
    base_url, token, location_id, user_id, account_id, *folder = arguments
    rows = folder_plan(account_id, Path(folder[0])) if folder else plan(account_id)
    with client_of(base_url, token, location_id, user_id) as client:
        frame = ghl.schedule_posts(client, rows, dry_run=dry_run)
    return [str(action) for action in frame["action"]]


def load(arguments: list[str]) -> None:
    """Import what a child needs, before there are children: one that runs dry names it.

    They are killed after a part of a second, which is to be the plan's and not the imports'.
    """
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        before = set(sys.modules)
        schedule(*arguments, dry_run=True)
        # In their order: a library may not be found whole from a part of it.
        names = [name for name in sys.modules if name not in before]
        os.write(writes, json.dumps(names).encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        names = json.load(pipe)
    os.waitpid(child, 0)
    for name in names:
        importlib.import_module(name)


def start(arguments: list[str]) -> tuple[int, int]:
    """Fork a child that schedules; return its number and where it says what came of it."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writes, json.dumps(schedule(*arguments)).encode())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is an answer
            os.write(writes, json.dumps([f"{type(error).__name__}: {error}"]).encode())
        finally:
            os._exit(0)
    os.close(writes)
    return child, reads


def main() -> None:
    """Serve until the input ends."""
    load(sys.argv[1:])
    print(json.dumps("ready"), flush=True)
    children: list[tuple[int, int]] = []
    for line in map(str.strip, sys.stdin):
        if line == "start":
            children = [start(sys.argv[1:])]
            print(json.dumps(children[0][0]), flush=True)
            continue
        count = int(line.removesuffix("x")) if line.endswith("x") else 1
        if line != "end":
            children = [start(sys.argv[1:]) for _ in range(count)]
        if line[-1] not in "x-d":
            time.sleep(float(line))
            os.kill(children[0][0], signal.SIGKILL)
        answers = []
        for child, reads in children:
            with os.fdopen(reads) as pipe:
                answers.append(pipe.read())
            os.waitpid(child, 0)
        print(json.dumps([json.loads(one) for one in answers if one]), flush=True)


if __name__ == "__main__":
    main()
