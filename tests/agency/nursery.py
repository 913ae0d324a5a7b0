"""A process whose children fetch an agency's accounts into a folder, and are killed at it.

    python -m tests.agency.nursery BASE_URL TOKEN COMPANY_ID FOLDER

For each line that it reads, seconds or ``-``, it forks a child and kills it after that time, or
lets it finish; it answers with one line of JSON. Forking is a tenth of the price of a new process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from ghl_notebook import Agency
from ghl_notebook.agency import AgencyFetch, wait_for
from ghl_notebook.fetch.accounts import ACCOUNTS
from ghl_notebook.fetch.recipe import spec_of


def fetch(base_url: str, token: str, company_id: str, folder: str) -> None:
    """Fetch, writing many small parts."""
    with Agency(token, company_id, base_url=base_url) as agency:
        spec = spec_of(ACCOUNTS, {"deleted": True})
        fetching = AgencyFetch(agency.core, spec, folder=folder, in_flight=4, write_every=0.01)
        frame = wait_for(fetching, "accounts", progress=False)
        frame.to_parquet(Path(folder) / "frame.parquet")


def main() -> None:
    """Serve until the input ends."""
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                fetch(*sys.argv[1:])
            finally:
                os._exit(0)
        if line.strip() != "-":
            time.sleep(float(line))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.WIFSIGNALED(status)), flush=True)


if __name__ == "__main__":
    main()
