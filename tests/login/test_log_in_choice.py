"""`log_in` at the simulated service: it returns what its user has chosen, and stores the login."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ghl_notebook.simulator import Simulator

from .test_log_in import run_in_terminal

pytestmark = pytest.mark.process

REDIRECT_URI = "https://app.example/oauth/callback"
SCRIPT = """\
import ghl_notebook as ghl

found = ghl.log_in(time_limit=60)
print(found)
again = type(found)()  # what is stored leads to the same
print(type(again).__name__, again.credential.source == found.credential.source)
"""

OF_THE_AGENCY = """\
locations = ghl.fetch_locations(found)
client = found.client(locations["location_id"].iloc[0])
print(client.location_id in set(locations["location_id"]), bool(client.users()))
"""


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A service at which an app may be logged in."""
    with Simulator() as simulator:
        simulator.state.apps[simulator.client_id].redirect_uris.append(REDIRECT_URI)
        yield simulator


def log_in(sim: Simulator, folder: Path, script: str, choose: str | None = None) -> list[str]:
    """Run a script in a terminal, log in there, and return the lines that it prints."""
    more = {
        "GHL_BASE_URL": sim.base_url,
        "GHL_AUTHORIZE_URL": sim.authorize_url,
        "GHL_CLIENT_ID": sim.client_id,
        "GHL_CLIENT_SECRET": sim.client_secret,
        "GHL_SCOPES": "users.readonly oauth.readonly oauth.write",
        "GHL_CREDENTIALS_DIR": str(folder),
    }
    with run_in_terminal(folder, REDIRECT_URI, script=script, **more) as terminal:
        terminal.type(sim.play_installer(terminal.url().reveal(), choose=choose))
        status, output = terminal.output()
    assert status == 0, output
    return output.splitlines()


def test_a_sub_account_that_is_chosen_is_a_client(sim: Simulator, tmp_path: Path) -> None:
    """Its client is returned, and any other notebook finds the login."""
    first, *rest = log_in(sim, tmp_path, SCRIPT)
    assert first.startswith(f"Client(location_id='{sim.location_id}'")
    assert rest == ["Client True"]


def test_an_agency_that_is_chosen_is_an_agency(sim: Simulator, tmp_path: Path) -> None:
    """It is returned as one, fetches its sub-accounts, and makes a client of each."""
    first, *rest = log_in(sim, tmp_path, SCRIPT + OF_THE_AGENCY, "agency")
    assert first.startswith(f"Agency(company_id='{sim.company_id}'")
    assert rest == ["Agency True", "True True"]
