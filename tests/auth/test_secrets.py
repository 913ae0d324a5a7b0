"""Errors of a credential come from the middle of a request: they show nothing of it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable

import pytest

from ghl_notebook import GHLError
from ghl_notebook.auth.stored_credential import Key
from ghl_notebook.errors import (
    CredentialError,
    CredentialMismatchError,
    InvalidTokenError,
    LogInAgainError,
    StorageError,
)
from tests.auth.bench import DAY, TOKEN, USERS, Bench
from tests.planted import faces, traceback_with_locals


def is_used_up(bench: Bench, key: Key) -> None:
    """Have the service refuse the refresh token."""
    bench.use_up(key)


def fails(bench: Bench, key: Key) -> None:
    """Have the token endpoint fail, and repeat what it was sent."""
    stored = bench.stored(key)
    assert stored.tokens.refresh_token is not None
    said = f"{stored.tokens.refresh_token.reveal()} {bench.sim.client_secret}"
    bench.sim.levers.fail(TOKEN, 500, said, {}, times=None)


def is_for_another(bench: Bench, key: Key) -> None:
    """Have it answer with a token of another sub-account."""
    bench.sim.levers.token_location = "another-location-000"


def is_lost(bench: Bench, key: Key) -> None:
    """Lose every answer of the token endpoint."""
    bench.spy.cuts = 9


def cannot_be_kept(bench: Bench, key: Key) -> None:
    """Have a file where the folder was."""
    shutil.rmtree(bench.folder)
    bench.folder.write_text("")


FAULTS: dict[str, tuple[Callable[[Bench, Key], None], type[GHLError]]] = {
    "used up": (is_used_up, LogInAgainError),
    "fails": (fails, CredentialError),
    "for another": (is_for_another, CredentialMismatchError),
    "lost": (is_lost, CredentialError),
    "cannot be kept": (cannot_be_kept, StorageError),
}


def secrets_of(bench: Bench) -> set[str]:
    """All that must be found nowhere."""
    state = bench.sim.state
    found = {token.value for token in state.tokens.values()} | set(state.refresh_tokens)
    return found | {bench.sim.client_secret}


@pytest.mark.parametrize("when", ["expired", "rejected"])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_error_of_a_credential_shows_no_secret(
    bench: Bench, caplog: pytest.LogCaptureFixture, fault: str, when: str
) -> None:
    """Text, fields, pickle, traceback with variables, and the log of everybody at DEBUG."""
    key = bench.log_in()
    break_it, kind = FAULTS[fault]
    with caplog.at_level(logging.DEBUG), bench.client(key) as client:
        assert client.users()
        if when == "expired":
            bench.time.go(DAY)
        else:
            bench.sim.levers.fail_with("invalid_token", USERS, times=None)
        break_it(bench, key)
        with pytest.raises(kind) as caught:
            client.users()
    assert not isinstance(caught.value, InvalidTokenError)
    shown = "\n".join(
        [
            faces(caught.value),
            traceback_with_locals(caught.value),
            *(f"{record.getMessage()} {vars(record)!r}" for record in caplog.records),
        ]
    )
    assert kind.__name__ in shown
    assert "receive_response_headers.complete" in shown
    for secret in secrets_of(bench):
        assert len(secret) > 8
        place = shown.find(secret)
        assert place < 0, shown[max(0, place - 300) : place + 60]
