"""Which credential a client takes, what it says about it, and what it never shows."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ghl_notebook import Client, GHLError
from ghl_notebook.auth.app import App, Authorization
from ghl_notebook.auth.endpoint import TokenEndpoint
from ghl_notebook.auth.stored_credential import Key, to_json
from ghl_notebook.errors import (
    ArgumentError,
    InvalidTokenError,
    LogInAgainError,
    SettingsError,
    StorageError,
)
from ghl_notebook.models import TokenAnswer
from ghl_notebook.secret import Secret
from tests.auth.bench import DAY, Bench, finish_renewals


@pytest.fixture
def setenv(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """An environment with nothing but a folder and an address; return what sets more."""

    def setenv(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    setenv(GHL_CREDENTIALS_DIR=str(bench.folder), GHL_BASE_URL=bench.sim.base_url)
    return setenv


def connect(bench: Bench, *args: Any, **options: Any) -> Client:
    """Make a client as a user does; the clock alone is the test's."""
    return Client(*args, clock=bench.time, **options)


def second(bench: Bench) -> str:
    """Return the id of another sub-account."""
    return list(bench.sim.state.locations)[1]


# The order.


def test_the_order(bench: Bench, setenv: Callable[..., None]) -> None:
    """What is passed, the environment's token, its refresh token, the sub-account's own login, and
    its agency's.
    """
    sim, where = bench.sim, bench.sim.location_id
    sources = []

    def look(*args: Any, **options: Any) -> None:
        with connect(bench, *args, **options) as client:
            assert client.users()
            sources.append(client.credential.source)

    bench.log_in("agency")
    look(location_id=where)
    bench.log_in()
    look(location_id=where)
    setenv(GHL_LOCATION_ID=where)
    setenv(GHL_CLIENT_ID=sim.client_id, GHL_CLIENT_SECRET=sim.client_secret)
    setenv(GHL_REFRESH_TOKEN=sim.install()["refresh_token"])
    look()
    setenv(GHL_TOKEN=sim.install()["access_token"])
    look()
    look(sim.token)
    company = sim.state.tokens["company"].company_id
    assert sources == [
        f"agency login, from the stored login of agency {company}",
        f"login, from the stored login of sub-account {where}",
        "login, from GHL_REFRESH_TOKEN",
        "access token, from GHL_TOKEN",
        "private integration, from the token that was passed",
    ]


def test_it_is_said_in_one_line_which(
    bench: Bench, setenv: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    """In the log, and by the client."""
    bench.log_in()
    with caplog.at_level(logging.INFO, "ghl_notebook.auth"), connect(bench) as client:
        where = f"login, from the stored login of sub-account {bench.sim.location_id}"
        assert [r.getMessage() for r in caplog.records] == [f"Using the {where}"]
        assert client.credential.source == where
        assert client.credential.kind == "login"
        assert client.credential.company_id == bench.sim.install()["companyId"]
        assert "users.readonly" in (client.credential.scopes or ())
        assert client.location_id == bench.sim.location_id


def test_nothing_stored_is_an_error_that_says_what_to_do(
    bench: Bench, setenv: Callable[..., None]
) -> None:
    """All ways that there are."""
    with pytest.raises(SettingsError, match=r"GHL_TOKEN.*log_in\(\).*demo\(\)"):
        connect(bench)
    with pytest.raises(SettingsError, match="stored for sub-account nowhere"):
        connect(bench, location_id="nowhere")


def test_of_several_one_has_to_be_chosen(bench: Bench, setenv: Callable[..., None]) -> None:
    """By its sub-account."""
    for where in (bench.sim.location_id, second(bench)):
        bench.log_in(where)
    with pytest.raises(SettingsError, match=r"Several logins are stored: location \w+, location "):
        connect(bench)
    with connect(bench, location_id=second(bench)) as client:
        assert client.location_id == second(bench)
    setenv(GHL_LOCATION_ID=bench.sim.location_id)
    with connect(bench) as client:
        assert client.location_id == bench.sim.location_id


def test_of_two_apps_the_environments_is_taken(bench: Bench, setenv: Callable[..., None]) -> None:
    """Both have logged in to the same sub-account."""
    key = bench.log_in()
    stored = bench.stored(key)
    other = Key(key.base_url, "other-app", key.owner)
    with bench.stores.logins.reserve(other) as reservation:
        reservation.write(type(stored)(other, stored.tokens, stored.client_secret))
    with pytest.raises(SettingsError, match="GHL_CLIENT_ID"):
        connect(bench, location_id=bench.sim.location_id)
    setenv(GHL_CLIENT_ID=bench.sim.client_id, GHL_CLIENT_SECRET=bench.sim.client_secret)
    with connect(bench) as client:
        assert client.users()


def test_an_agencys_login_wants_a_sub_account(bench: Bench, setenv: Callable[..., None]) -> None:
    """It does not guess one."""
    bench.log_in("agency")
    with pytest.raises(ArgumentError, match="GHL_LOCATION_ID"):
        connect(bench)


def test_of_two_agencies_one_is_named(bench: Bench, setenv: Callable[..., None]) -> None:
    """The service's ids do not tell which of them a sub-account is of."""
    key = bench.log_in("agency")
    bench.store(bench.sim.install("agency") | {"companyId": "other"})
    with pytest.raises(SettingsError, match=r"company other.*GHL_COMPANY_ID"):
        connect(bench, location_id=bench.sim.location_id)
    setenv(GHL_COMPANY_ID=key.owner.partition(":")[2])
    with connect(bench, location_id=bench.sim.location_id) as client:
        assert client.users()


def test_a_refresh_token_wants_a_sub_account(bench: Bench, setenv: Callable[..., None]) -> None:
    """And its app."""
    setenv(GHL_REFRESH_TOKEN="planted-refresh")
    with pytest.raises(SettingsError, match="GHL_CLIENT_ID or GHL_CLIENT_SECRET"):
        connect(bench, location_id="x")
    setenv(GHL_CLIENT_ID="x", GHL_CLIENT_SECRET="planted-client-secret")
    with pytest.raises(SettingsError, match="GHL_LOCATION_ID is not"):
        connect(bench)


def test_a_login_at_another_address_is_not_taken(bench: Bench, setenv: Callable[..., None]) -> None:
    """The demo's logins are not the live service's."""
    bench.log_in()
    with pytest.raises(SettingsError, match="no login is stored"):
        connect(bench, base_url="https://services.leadconnectorhq.com")


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_folder_that_cannot_be_used_is_an_error(
    bench: Bench, setenv: Callable[..., None], tmp_path: Path, kind: str
) -> None:
    """It is not as if nothing were stored."""
    bench.log_in()
    path = tmp_path / "elsewhere"
    path.touch() if kind == "file" else path.symlink_to(bench.folder)
    setenv(GHL_CREDENTIALS_DIR=str(path))
    with pytest.raises(StorageError):
        connect(bench)


# What is shown.


class Planted:
    """The secrets of a simulated login, all there were."""

    def __init__(self, bench: Bench) -> None:
        self._sim = bench.sim

    def in_(self, text: str) -> list[str]:
        """Return those in a text."""
        sim = self._sim
        tokens = [*sim.state.issued, *sim.state.refresh_tokens]
        return [secret for secret in (sim.client_secret, sim.token, *tokens) if secret in text]


@pytest.fixture
def planted(bench: Bench) -> Planted:
    """The secrets of the bench."""
    return Planted(bench)


def things(bench: Bench, key: Key) -> Iterator[object]:
    """Make one of everything in the room that has to do with secrets."""
    stored = bench.stored(key)
    app = App(
        bench.sim.client_id, Secret(bench.sim.client_secret), "http://localhost:8765", ("oauth",)
    )
    yield app
    yield Authorization(app)
    yield TokenEndpoint(bench.sim.base_url, app.client_id, app.client_secret, clock=bench.time)
    yield TokenAnswer(bench.sim.install())
    yield stored
    yield stored.tokens
    yield to_json(stored)
    yield bench.stores
    yield bench.stores.logins
    yield bench.logins()
    credential = bench.credential(key)
    yield credential
    yield credential._provider
    yield credential.auth("x")


def test_nothing_in_the_room_shows_a_secret(bench: Bench, planted: Planted) -> None:
    """Not its repr, nor a pickle of it, nor what its attributes show."""
    for key in (bench.log_in(), bench.log_in("agency")):
        assert len(planted.in_(to_json(bench.stored(key)).reveal())) == 3
        for thing in things(bench, key):
            assert not planted.in_(f"{thing!r} {thing} {getattr(thing, '__dict__', '')!r}")
            for dump in (pickle.dumps, copy.copy):
                try:
                    dumped = dump(thing)
                except (TypeError, AttributeError, pickle.PicklingError) as error:
                    dumped = str(error)
                assert not planted.in_(repr(dumped))


def test_no_run_of_a_login_shows_a_secret(
    bench: Bench, planted: Planted, caplog: pytest.LogCaptureFixture
) -> None:
    """Renewed, rejected, refused, lost, not written: neither the log nor a traceback's locals."""
    caught: list[GHLError] = []

    def call() -> None:
        with bench.client(key) as client:
            try:
                client.users()
                finish_renewals()
            except GHLError as error:
                caught.append(error)

    with caplog.at_level(logging.DEBUG):
        key = bench.log_in()
        call()
        bench.time.go(DAY - 3600)
        call()
        bench.time.go(3600)
        call()
        bench.sim.levers.fail_with("invalid_token", "/users/", times=2)
        call()
        bench.time.go(DAY)
        bench.folder.joinpath(f"{key.name}.draft").mkdir()
        call()
        bench.folder.joinpath(f"{key.name}.draft").rmdir()
        bench.sim.levers.rotate_then_fail, bench.sim.levers.refresh_repeats = 1, 0
        call()
        call()
    kinds = [InvalidTokenError, StorageError, LogInAgainError, LogInAgainError]
    assert [type(error) for error in caught] == kinds
    lines = [f"{r.getMessage()} {vars(r)!r}" for r in caplog.records]
    assert any("receive_response_headers" in line for line in lines)
    of_simulator = "ghl-simulator"
    assert not planted.in_("\n".join(line for line in lines if of_simulator not in line))
    for error in caught:
        trace = traceback.TracebackException.from_exception(error, capture_locals=True)
        frames = [f for f in trace.stack if "/tests/" not in f.filename]
        assert frames
        assert not planted.in_(repr([f.locals for f in frames]) + str(error))
        assert not planted.in_(repr(pickle.dumps(error)))
