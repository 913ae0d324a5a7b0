"""An app's login in one call: in scripts and terminals, with and without somebody to ask."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import ghl_notebook as ghl
from ghl_notebook import errors
from ghl_notebook.login.app.log_in import authorize
from ghl_notebook.secret import Secret
from tests import local
from tests.browser.servers.program import free_port
from tests.browser.shell import write_browser
from tests.login.apps import ELSEWHERE, Exchange, answer_to, make_app, visit
from tests.login.recording import PATIENCE
from tests.login.test_nobody import run_notebook, run_script

SCRIPT = """\
from ghl_notebook.login.app.log_in import authorize
from types import SimpleNamespace

async def finish(code, verifier):
    print("exchanged", len(verifier.reveal()) > 42)
    return SimpleNamespace(user_type="Location", location_id="here", company_id=None, user_id=None)

print(authorize(None, finish, time_limit=60).location_id)
"""


def environment(redirect_uri: str = ELSEWHERE) -> dict[str, str]:
    """Return the environment of a script that is to log in as an app."""
    left_out = ("GHL_", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "JUPYTER")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {
        "GHL_CLIENT_ID": "65a1-client",
        "GHL_CLIENT_SECRET": "planted-client-secret-41c0",
        "GHL_REDIRECT_URI": redirect_uri,
        "GHL_SCOPES": "users.readonly",
    }


@dataclass
class Terminal:
    """A script, and the terminal that its user sits at."""

    process: subprocess.Popen[str]
    tty: int
    said: str = ""

    def until(self, text: str) -> str:
        """Read until the script has said something, and return the line that it is in."""
        while text not in self.said or not self.said.partition(text)[2].count("\n"):
            self.said += os.read(self.tty, 65_536).decode()
        return next(line for line in self.said.splitlines() if text in line)

    def url(self) -> Secret:
        """Wait until the authorization URL was printed, and the script reads."""
        url = self.until("oauth/chooselocation")
        self.until("Then paste the address")
        return Secret(url.strip())

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self.tty, f"{text}\n".encode())

    def output(self) -> tuple[int, str]:
        """Wait until the script is done; return its exit status and what it has printed."""
        output, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output


@contextmanager
def run_in_terminal(
    folder: Path, redirect_uri: str = ELSEWHERE, *, script: str = SCRIPT, **more: str
) -> Iterator[Terminal]:
    """Run a script in a terminal without a desktop, with more in its environment."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(redirect_uri) | more,
        cwd=folder,
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(process, ours)
        finally:
            process.kill()
            os.close(ours)


@pytest.mark.process
def test_address_pasted_into_the_terminal(tmp_path: Path) -> None:
    """The authorization URL is printed, and the address that it ends at is read."""
    with run_in_terminal(tmp_path) as terminal:
        url = terminal.url()
        terminal.type("nonsense")
        terminal.until("Copy the whole address")
        terminal.type(answer_to(url, state="another"))
        terminal.until("belongs to another login")
        terminal.type(f"  '{answer_to(url)}' ")

        assert terminal.output() == (0, "exchanged True\nhere\n")


@pytest.mark.process
def test_redirect_while_the_terminal_waits(tmp_path: Path) -> None:
    """With a port forwarded to the browser nothing has to be pasted."""
    redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
    with run_in_terminal(tmp_path, redirect_uri) as terminal:
        assert visit(answer_to(terminal.url())).status_code == 200
        assert terminal.output() == (0, "exchanged True\nhere\n")


@pytest.mark.process
def test_refusal_in_the_terminal(tmp_path: Path) -> None:
    """A denied login is an error, without the address in it."""
    with run_in_terminal(tmp_path) as terminal:
        url = terminal.url()
        terminal.type(answer_to(url, code="", error="access_denied"))
        last = terminal.until("LoginCancelledError")

        assert terminal.output() == (1, "")
        assert "not authorized" in last


@pytest.mark.process
def test_terminal_closed(tmp_path: Path) -> None:
    """Control D gives up."""
    with run_in_terminal(tmp_path) as terminal:
        terminal.url()
        os.write(terminal.tty, b"\x04")
        terminal.until("LoginCancelledError")

        assert terminal.output() == (1, "")


@pytest.mark.process
def test_desktop(tmp_path: Path) -> None:
    """The card's own page opens in the system's browser."""
    redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
    browser = tmp_path / "browser"
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        env=environment(redirect_uri) | {"BROWSER": write_browser(browser)},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/open/[\w-]+", said)[0]
        opened = browser.with_name("browser.txt").read_text()
        assert opened.startswith("file://")  # the one-time address is in no list of processes
        assert "chooselocation" not in said  # nor in the list of processes
        visit(answer_to(click_on_the_page(address)))
        output, _ = process.communicate(timeout=PATIENCE)

    assert output == "exchanged True\nhere\n"


def click_on_the_page(address: str) -> Secret:
    """Press the button of the card's own page, and return the authorization URL."""
    with local.Client(follow_redirects=True, timeout=PATIENCE) as http:
        home = http.get(address).url
        assert "Log in to GoHighLevel" in http.get(home.join("card.js")).text
        origin = f"http://127.0.0.1:{home.port}"
        with http.stream("GET", home.join("events")) as events:
            for line in events.iter_lines():
                told = json.loads(line.removeprefix("data: ")) if line.startswith("data") else {}
                if told.get("traits", {}).get("status") == "idle":
                    said = {"type": "begin", "page_id": "page", "request": "click"}
                    http.post(home, json=said, headers={"Origin": origin})
                if told.get("type") == "authorize":
                    return Secret(told["url"])
    raise AssertionError("no authorization URL came")


# Nobody.


@pytest.mark.process
def test_script_without_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that nobody watches ends at once, and names the variables to set."""
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    done = run_script(SCRIPT, tmp_path)

    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said.startswith("ghl_notebook.errors.FrontEndError: ")
    for name in ("GHL_REFRESH_TOKEN", "GHL_CLIENT_ID", "GHL_CLIENT_SECRET"):
        assert name in said


@pytest.mark.process
def test_nbclient() -> None:
    """A notebook that is executed without a page does not wait for one."""
    setup = (
        "import ghl_notebook as ghl\n"
        "app = ghl.App('id', ghl.Secret('secret'), 'https://example.com/', ('users.readonly',))"
    )
    login = "ghl.AppLogin(app, print)"
    said = run_notebook(setup, "ghl.log_in(app)", f"{login}.wait()", f"await {login}")[1:]

    assert len(said) == 3
    for one in said:
        assert "FrontEndError" in one
        assert "GHL_REFRESH_TOKEN" in one


def test_no_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an app the variables of one are named."""
    with pytest.raises(errors.SettingsError, match="GHL_CLIENT_ID"):
        ghl.log_in()


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop button gives the login up, and the port is free for the next one."""
    made: list[ghl.AppLogin] = []

    def interrupt(login: ghl.AppLogin, timeout: float | None = None) -> None:
        made.append(login)
        raise KeyboardInterrupt

    monkeypatch.setattr("ghl_notebook.login.app.log_in.find_front_end", lambda _: "desktop")
    monkeypatch.setattr("ghl_notebook.AppLogin.open_in_browser", lambda login: None)
    monkeypatch.setattr("ghl_notebook.AppLogin.wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        authorize(make_app(), Exchange())

    assert [login._login.state.status for login in made] == ["idle"]
