"""A login from its authorization page to the client that uses it, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ghl_notebook import Client, log_out
from ghl_notebook.auth.app import App, Authorization
from ghl_notebook.auth.tokens import Tokens
from ghl_notebook.background import run_in_background
from ghl_notebook.errors import CredentialError, LogInAgainError, StorageError
from ghl_notebook.secret import Secret
from tests.auth.bench import DAY, MINT, TOKEN, Bench


@pytest.fixture
def app(bench: Bench) -> App:
    """The app of the simulator."""
    return App(
        bench.sim.client_id,
        Secret(bench.sim.client_secret),
        bench.sim.redirect_uri,
        ("users.readonly", "oauth.write"),
        bench.sim.authorize_url,
    )


@pytest.fixture
def log_in(bench: Bench, app: App) -> Callable[..., Tokens]:
    """Log in as a person does."""

    def log_in(choose: str | None = None) -> Tokens:
        attempt = Authorization(app)
        code = attempt.code_of(bench.sim.play_installer(attempt.url.reveal(), choose=choose))
        return run_in_background(bench.logins().finish, app, code, attempt.verifier)

    return log_in


def test_a_login_of_a_sub_account(bench: Bench, app: App, log_in: Callable[..., Tokens]) -> None:
    """It is stored, and a client uses and renews it."""
    tokens = log_in()
    key = bench.logins().key_of(app, tokens)
    assert (tokens.user_type, tokens.location_id) == ("Location", bench.sim.location_id)
    assert bench.logins().list() == [key]
    assert bench.stored(key).tokens == tokens
    with bench.client(key) as client:
        assert client.users()
        bench.time.go(DAY)
        assert client.users()
    assert [r.body["grant_type"] for r in bench.sim.requests if r.path == TOKEN] == [
        "authorization_code",
        "refresh_token",
    ]


def test_a_login_of_an_agency(bench: Bench, app: App, log_in: Callable[..., Tokens]) -> None:
    """It issues a sub-account's token."""
    tokens = log_in("agency")
    assert tokens.user_type == "Company"
    with bench.client(bench.logins().key_of(app, tokens)) as client:
        assert client.users()
    assert bench.asked(MINT) == 1


def test_a_second_login_takes_the_place_of_the_first(
    bench: Bench, log_in: Callable[..., Tokens]
) -> None:
    """Of the same sub-account; another one's is kept beside it."""
    log_in()
    newer = log_in()
    (key,) = bench.logins().list()
    assert bench.stored(key).tokens == newer
    log_in(list(bench.sim.state.locations)[1])
    assert len(bench.logins().list()) == 2


def test_a_code_that_is_used_is_refused(bench: Bench, app: App) -> None:
    """And nothing is stored of the second attempt."""
    attempt = Authorization(app)
    code = attempt.code_of(bench.sim.play_installer(attempt.url.reveal()))
    finish: Any = bench.logins().finish
    run_in_background(finish, app, code, attempt.verifier)
    log_in = bench.stored(bench.logins().list()[0])
    with pytest.raises(LogInAgainError):
        run_in_background(finish, app, code, attempt.verifier)
    assert bench.stored(log_in.key) == log_in


def test_a_verifier_of_another_attempt_is_refused(bench: Bench, app: App) -> None:
    """PKCE: whoever has caught a code cannot use it."""
    attempt = Authorization(app)
    code = attempt.code_of(bench.sim.play_installer(attempt.url.reveal()))
    with pytest.raises(LogInAgainError):
        run_in_background(bench.logins().finish, app, code, Authorization(app).verifier)
    assert bench.logins().list() == []


def test_a_code_is_not_exchanged_where_its_result_cannot_be_kept(bench: Bench, app: App) -> None:
    """The folder is a file: the code is still good when that is mended."""
    attempt = Authorization(app)
    code = attempt.code_of(bench.sim.play_installer(attempt.url.reveal()))
    bench.folder.touch()
    with pytest.raises(StorageError):
        run_in_background(bench.logins().finish, app, code, attempt.verifier)
    assert bench.asked() == 0
    bench.folder.unlink()
    assert run_in_background(bench.logins().finish, app, code, attempt.verifier)


def test_an_answer_for_nobody_is_not_stored(bench: Bench, app: App) -> None:
    """A login without a name could not be found again."""
    attempt = Authorization(app)
    code = attempt.code_of(bench.sim.play_installer(attempt.url.reveal()))
    bench.sim.levers.fail(TOKEN, 200, {"access_token": "x", "refresh_token": "y"})
    with pytest.raises(CredentialError, match="without a sub-account"):
        run_in_background(bench.logins().finish, app, code, attempt.verifier)
    assert bench.stores.logins.list() == []


def test_no_draft_stays_behind(bench: Bench, log_in: Callable[..., Tokens]) -> None:
    """Neither of a login nor of its room."""
    log_in()
    assert sorted(path.suffix for path in bench.folder.iterdir()) == [".json", ".lock"]


# The end.


@pytest.fixture
def _environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of the bench, and no app."""
    monkeypatch.setenv("GHL_CREDENTIALS_DIR", str(bench.folder))
    monkeypatch.setenv("GHL_BASE_URL", bench.sim.base_url)


@pytest.mark.usefixtures("_environment")
def test_logging_out_forgets_everything(bench: Bench) -> None:
    """Also what an agency's login has issued, and says whose they were."""
    agency, own = bench.log_in("agency"), bench.log_in()
    with bench.client(agency) as client:
        client.users()
    company = agency.owner.partition(":")[2]
    assert sorted(log_out()) == [f"company {company}", f"location {bench.sim.location_id}"]
    assert log_out() == []
    left = [path for path in bench.folder.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert left == []
    with bench.client(own) as client, pytest.raises(LogInAgainError):
        client.users()


@pytest.mark.usefixtures("_environment")
def test_one_login_is_forgotten(bench: Bench) -> None:
    """By its sub-account, or its agency; the others stay."""
    agency, own = bench.log_in("agency"), bench.log_in()
    company = agency.owner.partition(":")[2]
    assert log_out("nobody") == []
    assert log_out(company) == [f"company {company}"]
    assert bench.logins().list() == [own]


@pytest.mark.usefixtures("_environment")
def test_what_a_refresh_token_of_the_environment_began_is_forgotten(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can not begin again: it was used."""
    with monkeypatch.context() as patch:
        patch.setenv("GHL_CLIENT_ID", bench.sim.client_id)
        patch.setenv("GHL_CLIENT_SECRET", bench.sim.client_secret)
        patch.setenv("GHL_REFRESH_TOKEN", bench.sim.install()["refresh_token"])
        with Client(location_id=bench.sim.location_id, clock=bench.time) as client:
            client.users()
    assert bench.logins().list() == []
    assert log_out(bench.sim.location_id) == []
    assert log_out() == ["GHL_REFRESH_TOKEN"]
    assert bench.stores.logins.list() == []


@pytest.mark.usefixtures("_environment")
def test_what_a_killed_process_was_writing_is_forgotten(bench: Bench) -> None:
    """It may hold the most of a credential."""
    key = bench.log_in()
    bench.folder.joinpath(f"{key.name}.draft").write_text("half of it")
    log_out()
    assert [path.suffix for path in bench.folder.iterdir()] == [".lock"]
