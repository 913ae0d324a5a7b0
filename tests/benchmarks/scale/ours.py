"""Fetches an agency's accounts, and tells what it took: one line of JSON.

python -m tests.benchmarks.scale.ours '{"ids": "ids.json", "locations": 100, "in_flight": null}'
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import ghl_notebook as ghl


def fetch(order: dict[str, Any]) -> dict[str, Any]:
    """Fetch what is ordered."""
    ids = json.loads(Path(order["ids"]).read_text(encoding="utf-8"))[: order["locations"]]
    options: dict[str, Any] = {"in_flight": order["in_flight"]}
    with ghl.Agency() as agency:
        if order["workers"]:
            from distributed import Client, LocalCluster

            with (
                LocalCluster(
                    n_workers=order["workers"], threads_per_worker=1, dashboard_address=None
                ) as cluster,
                Client(cluster) as engine,
            ):
                return measured(agency, ids, {"engine": engine})
        return measured(agency, ids, options)


def measured(agency: ghl.Agency, ids: list[str], options: dict[str, Any]) -> dict[str, Any]:
    """Fetch, and measure nothing but that."""
    # What every user of the package has loaded; the rest is what the run takes.
    ghl.fetch_accounts(agency, locations=ids[:1])
    before, cpu, began = memory("VmRSS"), processor(), time.perf_counter()
    frame = ghl.fetch_accounts(agency, locations=ids, **options)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "cpu": processor() - cpu,
        "memory": memory("VmHWM") - before,
        "rows": len(frame),
        "failures": len(frame.attrs["failures"]),
    }


def processor() -> float:
    """Return the seconds of processor time of this process, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory(name: str) -> float:
    """Return megabytes of this process: ``VmRSS``, or the most so far, ``VmHWM``."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(fetch(json.loads(sys.argv[1]))))
