"""Asks many sub-accounts through the vendor's SDK. Runs in the SDK's own environment, without ours.

It reads an order as JSON, with the access tokens of the sub-accounts, and writes one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from typing import Any

from highlevel import HighLevel


async def fetch(order: dict[str, Any]) -> dict[str, Any]:
    """Ask one after the other, or all at once."""

    class Here(HighLevel):  # type: ignore[misc]
        BASE_URL = order["base_url"]

    clients = [(i, Here(private_integration_token=token)) for i, token in order["tokens"]]
    errors = rows = 0

    async def ask(location_id: str, client: Any) -> None:
        nonlocal errors, rows
        try:
            answer = await client.social_planner.get_account(location_id)
            rows += len(answer["results"]["accounts"])
        except Exception:  # noqa: BLE001 - whatever it raises is counted
            errors += 1

    cpu, began = processor(), time.perf_counter()
    if order["at_once"]:
        await asyncio.gather(*(ask(*one) for one in clients))
    else:
        for one in clients:
            await ask(*one)
    return {
        "seconds": time.perf_counter() - began,
        "cpu": processor() - cpu,
        "rows": rows,
        "failures": errors,
    }


def processor() -> float:
    """Return the seconds of processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(asyncio.run(fetch(json.load(sys.stdin)))))
