"""Starting, stopping and recording."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import re
import socket
import threading
import warnings
from datetime import UTC, datetime

import pytest

from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.__main__ import main
from ghl_notebook.simulator.server import ServerThread
from tests import local
from tests.simulator.conftest import Caller


def test_it_listens_on_the_loopback_interface_only(sim):
    """Another address of this computer does not lead to it, so none of the network does."""
    port = int(sim.base_url.removeprefix("http://127.0.0.1:"))
    with socket.socket() as elsewhere, socket.socket() as here:
        assert elsewhere.connect_ex(("127.0.0.2", port)) != 0
        assert here.connect_ex(("127.0.0.1", port)) == 0


def test_it_has_no_address_before_it_starts():
    """The error has the next step."""
    sim = Simulator()
    with pytest.raises(RuntimeError, match=r"call start\(\) first"):
        sim.base_url  # noqa: B018


def test_stop_frees_the_port_and_the_thread():
    """After stop nothing listens and no thread is left; stopping again does nothing."""
    sim = Simulator()
    sim.start()
    port = int(sim.base_url.rpartition(":")[2])
    sim.stop()
    sim.stop()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not [t for t in threading.enumerate() if t.name == f"ghl-simulator-{port}"]


def test_a_failed_start_frees_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next attempt may have it."""

    async def fail(*_: object, **__: object) -> None:
        raise OSError("no memory for that")

    sim = Simulator()
    sim.start()
    port = int(sim.base_url.rpartition(":")[2])
    sim.stop()
    with monkeypatch.context() as patch:
        patch.setattr("uvicorn.Server.serve", fail)
        with pytest.raises(RuntimeError, match="could not start"):
            Simulator(port=port).start()
    with Simulator(port=port) as again:
        assert again.base_url.endswith(f":{port}")


def test_stop_closes_connections_in_every_state() -> None:
    """An unfinished response, an unfinished request, and a connection accepted just now."""
    begun = threading.Event()

    async def never_respond(_: object, __: object, ___: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    server = ServerThread(never_respond)
    server.start()
    with contextlib.ExitStack() as stack:
        sent = []
        for text in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HT", b""):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            stack.enter_context(connection)
            sent.append(connection)
            connection.sendall(text)
            if text.endswith(b"\r\n\r\n"):
                assert begun.wait(10)
        caught = stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        server.stop()
        del server
        gc.collect()
        assert not [str(warning.message) for warning in caught]
        for connection in sent:
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(1) == b""


def test_stop_does_not_wait_for_a_slow_answer():
    """A simulated delay ends when the simulator stops, and its request is answered."""
    arrived, answers = threading.Event(), []

    def clock() -> datetime:
        arrived.set()
        return datetime(2026, 1, 5, tzinfo=UTC)

    with Simulator(clock=clock) as sim:
        arrived.clear()
        sim.levers.latency, url = 25.0, f"{sim.base_url}/users/"
        thread = threading.Thread(target=lambda: answers.append(local.get(url, timeout=10)))
        thread.start()
        arrived.wait(timeout=10)
    thread.join(timeout=10)
    assert [answer.status_code for answer in answers] == [401]


def test_it_starts_again_on_its_port_with_its_state():
    """A restart looks like a short outage to a client."""
    sim = Simulator()
    with sim.start():
        caller = Caller(sim)
        account_id, before = caller.connect(), sim.base_url
        caller.http.close()
    with sim.start():
        assert sim.base_url == before
        assert account_id in sim.state.logins


def test_starting_twice_is_one_start(sim):
    """The second start does nothing."""
    before = sim.base_url
    assert sim.start() is sim
    assert sim.base_url == before


def test_a_taken_port_is_an_error_at_once(sim):
    """Instead of a thread that dies silently."""
    port = int(sim.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Simulator(port=port).start()


def test_requests_are_recorded_without_the_bearer(caller, sim):
    """The record keeps what a contract test needs, and the scheme of the header only."""
    path = caller.path("instagram", caller.connect())
    caller.http.post(path, json={"originId": "1", "pageId": "2"}, params={"a": "b"})
    last = sim.requests[-1]
    assert (last.method, last.path, last.status) == ("POST", path, 201)
    assert (last.query, last.body) == ({"a": "b"}, {"originId": "1", "pageId": "2"})
    assert last.headers["authorization"] == "Bearer"
    assert last.headers["version"] == "2021-07-28"
    assert last.answer["success"] is False
    assert sim.token not in repr(sim.requests)


def test_a_token_is_in_no_repr(sim):
    """Simulator and state do not show a bearer token by accident."""
    assert sim.token not in repr(sim) + repr(sim.state.tokens)


def test_only_the_last_requests_are_kept():
    """As many as were asked for, so that a long run does not fill the memory."""
    with Simulator(record=2) as sim:
        caller = Caller(sim)
        for platform in ("facebook", "instagram", "google"):
            caller.start(platform)
        caller.http.close()
    assert [seen.path.split("/")[3] for seen in sim.requests] == ["instagram", "google"]


def test_no_request_is_kept_when_none_is_wanted():
    """The request is still answered."""
    with Simulator(record=0) as sim:
        caller = Caller(sim)
        assert caller.start("instagram").status_code == 302
        caller.http.close()
    assert sim.requests == []


EXPORT = re.compile(r"^export (\w+)=(\S+)$", re.MULTILINE)


def _printed(capsys, *arguments):
    ended = threading.Event()
    ended.set()
    main(arguments, until=ended)
    return dict(EXPORT.findall(capsys.readouterr().out))


def test_the_command_prints_what_a_client_needs(capsys):
    """You can paste the lines into a shell, and they lead to the simulator."""
    printed = _printed(capsys, "--seed", "3")
    assert printed.keys() == {"GHL_BASE_URL", "GHL_TOKEN", "GHL_LOCATION_ID", "GHL_USER_ID"}
    assert printed["GHL_LOCATION_ID"] == Simulator(seed=3).location_id


def test_the_command_prints_an_agencys_login_instead(capsys):
    """With two kinds of credential, a client would have to choose."""
    printed = _printed(capsys, "--agency")
    assert printed.keys() == {
        "GHL_BASE_URL", "GHL_CLIENT_ID", "GHL_CLIENT_SECRET", "GHL_REFRESH_TOKEN",
        "GHL_COMPANY_ID",
    }  # fmt: skip
    assert printed["GHL_COMPANY_ID"] == Simulator().company_id


class Started(threading.Event):
    """Lets the command run until its agency was asked."""

    def __init__(self, ask):
        super().__init__()
        self.ask = ask

    def wait(self, timeout=None):
        """Called by the command when it serves."""
        self.ask()
        return True


def test_the_command_serves_the_agency_that_was_asked_for(capsys):
    """Number of sub-accounts, of those without the app, limit and latency are options."""
    arguments = "--locations 40 --accounts 3 --not-installed 4 --latency 20 --rate-limit 7 --agency"
    answers = []

    def ask():
        printed = dict(EXPORT.findall(capsys.readouterr().out))
        base, company = printed["GHL_BASE_URL"], printed["GHL_COMPANY_ID"]
        form = {
            "client_id": printed["GHL_CLIENT_ID"],
            "client_secret": printed["GHL_CLIENT_SECRET"],
            "grant_type": "refresh_token",
            "refresh_token": printed["GHL_REFRESH_TOKEN"],
        }
        pair = local.post(f"{base}/oauth/token", data=form).json()
        bearer = {"Authorization": f"Bearer {pair['access_token']}", "Version": "2021-07-28"}
        query = {"companyId": company, "appId": printed["GHL_CLIENT_ID"], "limit": "100"}
        path = f"{base}/oauth/installedLocations"
        answers.append(local.get(path, params=query, headers=bearer))

    main(arguments.split(), until=Started(ask))
    (answer,) = answers
    rows = answer.json()["locations"]
    assert [row["isInstalled"] for row in rows].count(False) == 4
    assert len(rows) == 42
    assert answer.headers["x-ratelimit-max"] == "7"
    assert answer.elapsed.total_seconds() >= 0.02


@pytest.mark.parametrize("wrong", ["-1", "many", "²"])
def test_the_command_refuses_what_is_no_number(capsys, wrong):
    """The command reports the error, and does not serve."""
    with pytest.raises(SystemExit):
        main(["--locations", wrong], until=Started(pytest.fail))
    assert "is not a whole number" in capsys.readouterr().err
