"""What others wrote is short and plain wherever it is shown: names, refusals, origins, ids."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ghl_notebook as ghl
from ghl_notebook import GHLError, Secret
from ghl_notebook.auth.app import App, Authorization
from ghl_notebook.login.social import LoginMachine
from ghl_notebook.login.social.accounts_watch import AccountsWatch
from ghl_notebook.models import TokenAnswer, find_platform
from ghl_notebook.sanitize import strip_controls
from ghl_notebook.transport import read_error_response
from tests.api.stub import Stub, answer
from tests.login.machines import claim, make, run_of, waiting

EVIL = "\x1b[31m\u202egnp.exe\u2066\ud83d\x07\r\n" + "n" * 5_000
TEXTS = st.text(max_size=50) | st.sampled_from([EVIL, EVIL * 2])

JSON_TEXTS = TEXTS.map(lambda text: text.replace("\ud83d", ""))


def is_plain(text: str, most: int) -> bool:
    """Tell whether a text is short, and nothing in it moves a cursor or what is around it."""
    return len(text) <= most and strip_controls(text) == text and "\n" not in text


def test_the_check_finds_what_is_not_plain() -> None:
    """The tests below could fail."""
    assert is_plain("Café ☕ — 日本", 20)
    assert not any(is_plain(text, 20) for text in ("x" * 21, "a\nb", "\x1b[0m", "\u202e", "\ud83d"))


REFUSALS = st.builds(
    lambda body, kind: (body, kind),
    st.dictionaries(
        st.sampled_from(["message", "error", "error_description", "traceId", "statusCode"]),
        TEXTS | st.lists(TEXTS, max_size=3) | st.dictionaries(TEXTS, TEXTS, max_size=2),
    ).map(lambda body: json.dumps(body).encode())
    | TEXTS.map(lambda text: text.encode(errors="replace")),
    st.sampled_from(["application/json", "text/plain", "text/html", ""]) | TEXTS,
)


@pytest.mark.slow
@given(refusal=REFUSALS, status=st.sampled_from([400, 401, 403, 404, 422, 429, 500]))
def test_a_refusal_is_told_in_a_plain_sentence(refusal: tuple[bytes, str], status: int) -> None:
    """Words, trace id and content type are the service's, or of a proxy that answers for it."""
    body, kind = refusal
    read = read_error_response(status, body, kind)
    error = read.kind("GET /x", status=status, service_message=read.message, trace_id=read.trace_id)
    assert is_plain(str(error), 2_000)
    assert is_plain(error.service_message, 500)
    assert is_plain(error.trace_id or "", 500)


@given(TEXTS, TEXTS)
def test_any_error_of_ours_is_plain(what: str, next_step: str) -> None:
    """Whatever is quoted in it."""
    error = GHLError(what, next_step)
    error.advise(next_step)
    assert is_plain(str(error), 8_001)


APP = App("app-x", Secret("planted"), "http://localhost:8765/", ("users.readonly",))


@given(
    st.fixed_dictionaries(
        {"access_token": st.just("x")},
        optional=dict.fromkeys(("locationId", "companyId", "userId"), TEXTS),
    )
)
def test_whose_a_token_is_said_to_be_is_plain(body: dict[str, str]) -> None:
    """These ids are in reprs, and in the errors of renewals."""
    read = TokenAnswer(body)
    for said in (read.location_id, read.company_id, read.user_id):
        assert is_plain(said or "", 200)
    assert is_plain(repr(read), 250)


@pytest.mark.parametrize("description", [EVIL.replace("\ud83d", ""), "No\x1b[2J way"])
def test_what_a_provider_says_of_a_login_is_plain(description: str) -> None:
    """Its ``error_description`` is in the error, a little of it."""
    authorization = Authorization(APP)
    state = httpx.URL(authorization.url.reveal()).params["state"]
    said = httpx.QueryParams(
        {"error": "server_error", "error_description": description, "state": state}
    )
    with pytest.raises(ghl.errors.LoginFailedError) as caught:
        authorization.code_of(f"http://localhost:8765/?{said}")
    assert is_plain(str(caught.value), 700)


def test_names_of_accounts_are_plain_in_a_login() -> None:
    """Whoever names a page chooses them: they become a trait, and are saved with a notebook."""
    login = checking()
    login.confirmed(run_of(login), [EVIL, "Café ☕", "\u202e"] * 1_000)
    names = login.state.account_names
    assert len(names) == 1_000
    assert all(is_plain(name, 200) for name in names)
    assert names[1] == "Café ☕"


def test_the_origin_of_a_refused_message_is_plain() -> None:
    """It is quoted, so that it can be allowed."""
    login = waiting()
    login.claim(claim(run_of(login), origin=f"https://x.test{EVIL}"))
    assert is_plain(login.state.notice or "", 700)
    assert "https://x.test" in (login.state.notice or "")


@pytest.mark.slow
@settings(deadline=None)
@given(ids=st.lists(JSON_TEXTS | st.just("65f2d989a4f2f1e5322c3856"), max_size=4))
def test_what_is_no_id_is_no_login_in_the_accounts_list(ids: list[str]) -> None:
    """The list is the service's own, and what it says becomes traits all the same."""
    rows: list[dict[str, Any]] = [
        {"id": f"{i}\n", "oauthId": oauth_id, "originId": "page", "platform": "instagram"}
        for i, oauth_id in enumerate(ids)
    ]
    body = json.dumps({"success": True, "results": {"accounts": rows, "groups": []}})
    stub = Stub(answer({"accounts": [], "groups": []}), httpx.Response(200, content=body))

    async def looks() -> list[Any]:
        async with stub.async_client() as client:
            watch = AccountsWatch(client, find_platform("instagram"), reconnect=False)
            return [await watch.look() for _ in range(3)]

    found = asyncio.run(looks())[-1]
    plausible = re.compile(r"[A-Za-z0-9_-]{8,128}")
    assert [one.account_id for one in found] == sorted({i for i in ids if plausible.fullmatch(i)})
    assert not any(one.renewed for one in found)


def checking() -> LoginMachine:
    """Return a login whose result is being checked."""
    login = waiting(make())
    login.claim(claim(run_of(login)))
    return login
