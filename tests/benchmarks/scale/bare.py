"""Asks many sub-accounts with nothing but pyreqwest: how fast the simulator can answer at all."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

from pyreqwest.client import ClientBuilder


async def fetch(order: dict[str, Any]) -> dict[str, Any]:
    """Ask as fast as it goes."""
    client = ClientBuilder().no_proxy().build()
    turns = iter(order["tokens"])

    async def ask() -> None:
        for location_id, token in turns:
            url = f"{order['base_url']}/social-media-posting/{location_id}/accounts"
            request = client.get(url).header("Authorization", f"Bearer {token}")
            answer = await request.header("Version", "2021-07-28").build().send()
            assert answer.status == 200
            await answer.bytes()

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(order["in_flight"])))
    seconds = time.perf_counter() - began
    await client.close()
    return {"seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(fetch(json.load(sys.stdin)))), flush=True)
    os._exit(0)  # its threads do not bear the interpreter's end
