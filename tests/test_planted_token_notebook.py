"""Neither the token nor a ``state`` is in an error that a notebook shows, or in what it saves."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ghl_notebook import Client, demo_agency, fetch_accounts
from ghl_notebook.simulator import Simulator
from tests.planted import TOKEN
from tests.planted_scenarios import FAULTS

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]
REFRESH_TOKEN = "planted-refresh-token-5f2c"
CLIENT_SECRET = "planted-client-secret-91ab"

SHELL = '''
"""Fail in IPython in every way, with every kind of traceback; write the states to a file."""

import json
import os
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from tests.waits import shorten_waits

faults, states = json.loads(sys.argv[1]), sys.argv[2]
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
shorten_waits(pytest.MonkeyPatch())


def run(code):
    shell.run_cell(code)


run("import ghl_notebook as ghl; client = ghl.demo(); platform = 'instagram'")
run("levers = client.simulator.levers; control = 'control-5ea1'")
run("def calm(): levers.reset(); levers.rate_interval = 0.01")  # waited for after a 429
run("calm()")
for mode in ("Verbose", "Context", "Plain", "Minimal"):
    shell.run_line_magic("xmode", mode)
    run("{}[control]")
    for fault in faults:
        run(f"levers.fail_with({fault!r}, '*/start', times=None)")
        run("ghl.ConnectAccount(client).wait(60)")
        run("client.oauth.start(platform)")
        run(f"calm(); levers.fail_with({fault!r}, '*/accounts', times=None)")
        run("ghl.fetch_accounts(client)")
        run("calm()")
    for fault in ("scope_missing", "invalid_token", "too_many_requests"):
        run(f"levers.fail_with({fault!r}, '*/accounts/*', times=None)")
        run("login = ghl.ConnectAccount(client); login.wait(0.5)")
        run("login.cancel(); calm()")
    run("levers.message = 'none'; ghl.ConnectAccount(client).wait(60)")
    run("calm(); client.simulator.stop()")
    run("client.accounts.list()")
    run("ghl.ConnectAccount(client).wait(60)")
    run("client.simulator.start(); ghl.ConnectAccount(client).wait(60)")
    run("client.oauth.attach(platform, 'x', None)")
    run("ghl.Client(client.core, client)")
    run("other = ghl.demo(); other.simulator.levers.daily_limit = 0")
    run("other.accounts.list()")
    run("other.accounts.list()")
    os.environ["GHL_BASE_URL"] = shell.user_ns["other"].simulator.base_url
    run("other.simulator.levers.daily_limit = 9; ghl.Client().accounts.list()")
    run("other.simulator.levers.fail('/oauth/token', 502, '<p>', {}, times=None)")
    run("ghl.Client().accounts.list()")
    run("other.close()")
    del os.environ["GHL_BASE_URL"]
asked = shell.user_ns["client"].simulator.requests
with open(states, "w") as file:
    json.dump([one.query["state"] for one in asked if "state" in one.query], file)
'''


def without_colours(text: str) -> str:
    """Take the terminal's colours out, which could stand in the middle of a word."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def environment() -> dict[str, str]:
    """Return an environment in which the simulator plays the user."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GHL_")}
    return kept | {"GHL_DEMO_USER": "simulated", "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """What IPython has shown, and the states that there were."""
    folder = tmp_path_factory.mktemp("shell")
    states = folder / "states.json"
    login = {
        "GHL_CLIENT_ID": "an-app",
        "GHL_CLIENT_SECRET": CLIENT_SECRET,
        "GHL_REFRESH_TOKEN": REFRESH_TOKEN,
        "GHL_LOCATION_ID": Simulator().location_id,
        "GHL_CREDENTIALS_DIR": str(folder / "credentials"),
    }
    done = subprocess.run(
        [sys.executable, "-c", SHELL, json.dumps(FAULTS), str(states)],
        cwd=folder,
        env=environment() | login | {"IPYTHONDIR": str(folder), "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return without_colours(done.stdout + done.stderr), json.loads(states.read_text())


def test_ipython_shows_tracebacks(shown: tuple[str, list[str]]) -> None:
    """Errors were shown, with the variables that they were raised with."""
    text, states = shown

    assert text.count("control = 'control-5ea1'") == 1  # in Verbose mode
    assert text.count("ScopeError") > 10
    assert text.count("ConnectionFailedError") > 4
    assert text.count("DailyLimitError") >= 8
    assert text.count("CredentialError: The access token") >= 8
    assert len(set(states)) > 10


def test_ipython_shows_no_token(shown: tuple[str, list[str]]) -> None:
    """In no mode of tracebacks, for no error."""
    text, _ = shown
    for secret in (TOKEN, REFRESH_TOKEN, CLIENT_SECRET):
        place = text.find(secret)
        assert place < 0, text[place - 500 : place + 100]


def test_ipython_shows_no_state(shown: tuple[str, list[str]]) -> None:
    """In no mode of tracebacks, for no error."""
    text, states = shown

    assert [state for state in states if any(part in text for part in state.split("."))] == []


CELLS = [
    "import ghl_notebook as ghl\n"
    "client = ghl.demo()\n"
    "login = ghl.ConnectAccount(client, 'instagram')\n"
    "login",
    "login.wait(60)",
    "ghl.attach(client, login, '17841405123456789')",
    "ghl.fetch_accounts(client)",
    "client.simulator.levers.fail_with('scope_missing', '*/accounts/*')\n"
    "failed = ghl.ConnectAccount(client, 'facebook')\n"
    "failed",
    "failed.wait(60)",
    "client, client.core, login, failed, vars(client), login.get_state(), failed.error",
    "import hashlib\n"
    "for asked in client.simulator.requests:\n"
    "    if 'state' in asked.query:\n"
    "        print(hashlib.sha256(asked.query['state'].encode()).hexdigest())",
    "agency = ghl.demo_agency()\n"
    "accounts = ghl.fetch_accounts(agency, progress=True)\n"
    "ghl.failures(accounts), accounts.attrs, agency, vars(agency), agency.core, vars(agency.core)",
    "agency.client(agency.simulator.location_id), agency.credential, vars(agency.credential)",
    "[hashlib.sha256(token.encode()).hexdigest() for token in agency.simulator.state.issued]",
]


@pytest.fixture(scope="module")
def saved() -> str:
    """A notebook as it is saved after a run, with the state of its widgets."""
    import nbclient
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment().items():
            patch.setenv(name, value)
        nbclient.NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            store_widget_state=True,
            allow_errors=True,
            resources={"metadata": {"path": str(ROOT)}},
        ).execute()
    return str(nbformat.writes(notebook))


@pytest.fixture(scope="module")
def agency_tokens() -> list[str]:
    """The access tokens of an agency and its sub-accounts: the same seed gives the same ones."""
    with demo_agency() as agency:
        fetch_accounts(agency)
        state = agency.simulator.state
        return [state.tokens["company"].value, *state.issued]


@pytest.fixture(scope="module")
def states() -> list[str]:
    """The states of the notebook's two logins: the same seed gives the same ones."""
    with Simulator() as sim, Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
        urls = [client.oauth.start(name).reveal() for name in ("instagram", "facebook")]
    return [parse_qs(urlsplit(url).query)["state"][0] for url in urls]


def test_saved_notebook_holds_the_widgets(saved: str) -> None:
    """Both cards are saved with their traits, the error among them."""
    widgets = json.loads(saved)["metadata"]["widgets"]
    (states,) = [kind["state"].values() for kind in widgets.values()]
    cards = [one["state"] for one in states if "platform_name" in one["state"]]

    assert {card["status"] for card in cards} == {"connected", "failed"}


def test_saved_notebook_holds_outputs(saved: str) -> None:
    """What was printed and raised is in the file."""
    assert "17841405123456789" in saved
    assert "LoginFailedError" in saved
    assert "DemoClient(location_id=" in saved


def test_saved_notebook_holds_no_token(saved: str) -> None:
    """Neither in an output nor in a widget."""
    place = saved.find(TOKEN)

    assert place < 0, saved[place - 500 : place + 100]


def test_saved_notebook_holds_no_state(saved: str, states: list[str]) -> None:
    """The states are those of the run, as their digests show, and not in the file."""
    for state in states:
        assert hashlib.sha256(state.encode()).hexdigest() in saved
        assert not [part for part in (state, *state.split(".")) if part in saved]


def test_saved_notebook_holds_no_token_of_an_agency(saved: str, agency_tokens: list[str]) -> None:
    """They were minted, as their digests show, for 26 sub-accounts; the bar of it is saved."""
    assert "see failures()" in saved.replace("\\u2007", " ").replace("\u2007", " ")
    assert len(agency_tokens) == 27
    for token in agency_tokens[1:]:
        assert hashlib.sha256(token.encode()).hexdigest() in saved
    assert [token for token in agency_tokens if token in saved] == []
