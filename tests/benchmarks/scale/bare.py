"""Asks many sub-accounts with nothing but pyreqwest, and makes nothing of the answers.

So it tells how fast the simulator can answer at all, and what is left for everything else.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from typing import Any

from pyreqwest.client import ClientBuilder


async def fetch(order: dict[str, Any]) -> dict[str, Any]:
    """Ask as fast as it goes."""
    client = ClientBuilder().no_proxy().build()
    turns = iter(order["tokens"])
    bodies: list[bytes] = []

    async def ask() -> None:
        for location_id, token in turns:
            url = f"{order['base_url']}/social-media-posting/{location_id}/accounts"
            request = client.get(url).header("Authorization", f"Bearer {token}")
            answer = await request.header("Version", "2021-07-28").build().send()
            assert answer.status == 200
            bodies.append(bytes(await answer.bytes()))

    began, cpu = time.perf_counter(), processor()
    await asyncio.gather(*(ask() for _ in range(order["in_flight"])))
    seconds, cpu = time.perf_counter() - began, processor() - cpu
    await client.close()
    accounts = [one for body in bodies for one in json.loads(body)["results"]["accounts"]]
    rows = sum(not one["deleted"] for one in accounts)
    return {"seconds": seconds, "cpu": cpu, "rows": rows, "failures": 0}


def processor() -> float:
    """Return the seconds of processor time of this process, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(asyncio.run(fetch(json.load(sys.stdin)))), flush=True)
    os._exit(0)  # its threads do not bear the interpreter's end
