"""The one-time address of the login page: how a browser gets it, and that two uses are noticed."""

from __future__ import annotations

import asyncio
import socket
import stat
import struct
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ghl_notebook import AppLogin, ConnectAccount
from ghl_notebook.errors import LoginFailedError
from ghl_notebook.login.app.authorization_code import AuthorizationCodeFlow
from ghl_notebook.secret import Secret
from ghl_notebook.simulator import Simulator
from tests.browser.shell import run, write_browser
from tests.login.apps import Exchange, Tokens, answer_to, make_app, wait
from tests.login.opened import ADDRESS, address_in, file_of
from tests.login.page import connect, flush
from tests.login.recording import PATIENCE, settle

PROGRAM = """\
import os
import ghl_notebook as ghl

login = ghl.ConnectAccount(ghl.demo(), "instagram")
login.open_in_browser()
if not os.fork():
    raise SystemExit
os.wait()
(file,) = os.listdir(os.environ["TMPDIR"])
print(file)"""

Card = Callable[..., ConnectAccount]


def open_outside(login: ConnectAccount | AppLogin) -> Path:
    """Have a login shown in a browser, and return the file that the browser was given."""
    opened: list[str] = []
    login.open_in_browser(lambda url: opened.append(url) is None)
    (url,) = opened
    return file_of(url)


def use(address: str) -> httpx.Response:
    """Open an address."""
    return httpx.get(address, trust_env=False)


def test_the_browser_gets_a_file_that_only_its_user_reads(card: Card) -> None:
    """The address of the file tells nothing, and the folder is as closed as the file."""
    file = open_outside(card())

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert urlsplit(address_in(file)).path.rpartition("/")[2] not in str(file)


def test_the_file_is_gone_when_its_address_was_used(card: Card) -> None:
    """Nothing is left that leads anywhere."""
    file = open_outside(card())

    assert use(address_in(file)).status_code == 303
    assert not file.parent.exists()


@pytest.mark.parametrize("end", ["connected", "closed", "again"])
def test_the_file_is_gone_with_its_login(card: Card, sim: Simulator, end: str) -> None:
    """At the end of the login, or when a newer file takes its place."""
    login = card()
    file = open_outside(login)
    match end:
        case "connected":
            connect(login, sim)
        case "closed":
            login.close()
        case _:
            open_outside(login)
    flush()

    assert not file.parent.exists()


def test_without_a_file_no_browser_is_started(
    card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing can be written, the user opens the address that is printed."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    card().open_in_browser(lambda url: pytest.fail(url))
    printed = ADDRESS.search(capsys.readouterr().err)

    assert printed
    assert use(printed[0]).status_code == 303


def test_what_only_looks_the_address_over_does_not_use_it(card: Card) -> None:
    """A browser that prepares for a click, or a program that asks for the head alone."""
    address = address_in(open_outside(card()))
    prepares = {"Sec-Purpose": "prefetch;prerender"}

    assert httpx.get(address, headers=prepares, trust_env=False).status_code == 403
    assert httpx.head(address, trust_env=False).status_code == 403
    assert use(address).status_code == 303


def test_a_second_use_ends_the_login(card: Card) -> None:
    """The visitor, the card and the cell that waits are told; nothing is taken from either page."""
    login = card()
    login.comm.click()
    address = address_in(open_outside(login))
    first = use(address)
    page = httpx.URL(address).join(first.headers["location"])
    second = use(address)
    login.comm.hear_status("failed")

    assert second.status_code == 410
    assert "opened before" in second.text
    assert "a second time" in str(login.error)
    with pytest.raises(LoginFailedError, match="a second time"):
        login.wait(PATIENCE)
    assert use(str(page)).status_code == 404


def test_a_second_use_counts_if_nobody_reads_its_answer(card: Card) -> None:
    """A visitor that hangs up at once is noticed, too."""
    login = card()
    login.comm.click()
    address = httpx.URL(address_in(open_outside(login)))
    use(str(address))
    with socket.create_connection((address.host, address.port)) as visitor:
        # Reset in place of an orderly end.
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        visitor.sendall(
            f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc.decode()}\r\n\r\n".encode()
        )
    login.comm.hear_status("failed")

    assert "a second time" in str(login.error)


def test_a_second_use_after_the_login_is_told(card: Card, sim: Simulator) -> None:
    """What is connected may be a stranger's account: the card says that it is to be looked at."""
    login = card()
    address = address_in(open_outside(login))
    assert use(address).status_code == 303
    other = card()  # keeps the server
    other.comm.say("hello", page_id="page")
    other.comm.hear("loopback")
    connect(login, sim)
    assert use(address).status_code == 410
    settle()  # it is told once the answer is sent

    assert login.status == "connected"
    assert "Check that the account is yours" in str(login.notice)


def test_a_second_use_ends_an_app_login_too() -> None:
    """Otherwise this computer would be logged in to the stranger's agency."""
    login = AppLogin(make_app(), Exchange())
    address = address_in(open_outside(login))
    use(address)
    use(address)

    with pytest.raises(LoginFailedError, match="a second time"):
        login.wait(PATIENCE)
    login.close()


@pytest.mark.parametrize("when", ["while the code is exchanged", "afterwards"])
def test_a_second_use_too_late_for_an_app_login_is_told(when: str) -> None:
    """The service has given out tokens, or is about to: the login ends as it does, and says so."""
    tokens: Future[Tokens] = Future()

    async def exchange(_code: Secret, _verifier: Secret) -> Tokens:
        return await asyncio.wrap_future(tokens)

    flow = AuthorizationCodeFlow(make_app(), exchange)
    flow.paste(answer_to(flow.start()))
    if when == "afterwards":
        tokens.set_result(Tokens())
        wait(flow)
    flow.ticket_reused()
    if not tokens.done():
        tokens.set_result(Tokens())

    assert wait(flow) == Tokens()
    flush()
    assert "log_out()" in str(flow.state.notice)


@pytest.mark.process
def test_no_command_line_has_the_address(tmp_path: Path) -> None:
    """A script's browser is started with a file, which ends with the script, not with its child."""
    browser, folder = tmp_path / "browser", tmp_path / "tmp"
    folder.mkdir()
    command = write_browser(browser)
    with run(
        "-c", PROGRAM, folder=tmp_path, BROWSER=command, TMPDIR=str(folder), GHL_DEMO_USER="browser"
    ) as shell:
        said = shell.address()
        kept = shell.output().strip()
    given = browser.with_name("browser.txt").read_text("utf-8")

    assert given == (folder / kept / "login.html").as_uri()
    assert said.rpartition("/")[2] not in given
    assert list(folder.iterdir()) == []
