"""A planted token and a planted state, searched for wherever they might show."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Callable

import httpx
import pytest

from ghl_notebook import Client, GHLError
from ghl_notebook.simulator import Simulator
from tests.api.stub import TOKEN, Stub

STATE = "state-planted-0123456789"
LOCATION_HEADER = {"location": f"https://www.facebook.com/dialog/oauth?state={STATE}"}

FAULTS: dict[str, tuple[httpx.Response | Exception, Callable[[Client], object]]] = {
    "no connection": (httpx.ConnectError("x"), lambda c: c.delete_account("account-1")),
    "bad token": (
        httpx.Response(401, json={"message": "Invalid token"}),
        lambda c: c.accounts(),
    ),
    "followed redirect": (
        httpx.Response(200, html=f"<a href='?state={STATE}'>"),
        lambda c: c.start("instagram"),
    ),
    "odd redirect": (
        httpx.Response(302, headers={"location": f"javascript:{STATE}"}),
        lambda c: c.start("instagram"),
    ),
    "redirect elsewhere": (httpx.Response(302, headers=LOCATION_HEADER), lambda c: c.accounts()),
    "repeated token": (
        httpx.Response(401, json={"message": f"Invalid token: {TOKEN}", "traceId": TOKEN}),
        lambda c: c.accounts(),
    ),
    "repeated token in a refusal": (
        httpx.Response(200, json={"success": False, "message": [f"no {TOKEN}"]}),
        lambda c: c.accounts(),
    ),
    "repeated token in plain text": (
        httpx.Response(403, text=f"refused: Bearer {TOKEN}"),
        lambda c: c.accounts(),
    ),
    "no id": (httpx.Response(200), lambda c: c.available_accounts("instagram", "..")),
    "long id": (httpx.Response(200), lambda c: c.available_accounts("instagram", "a" * 70_000)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_traceback_shows_a_secret(fault: str) -> None:
    """Not even one that prints every frame's local variables, and the causes with theirs."""
    response, call = FAULTS[fault]
    with Stub(response).client() as client, pytest.raises(GHLError) as caught:
        call(client)
    trace = traceback.TracebackException.from_exception(
        caught.value, capture_locals=True, lookup_lines=False
    )
    inside = [f for f in _frames(trace) if "/tests/" not in f.filename]
    assert inside
    shown = repr([(f.name, f.locals) for f in inside]) + str(caught.value)
    assert TOKEN not in shown
    assert STATE not in shown


def test_a_repeated_token_is_hidden_and_the_rest_is_kept() -> None:
    """What the service says stays readable without the token that it repeats."""
    repeated = httpx.Response(401, json={"message": f"Invalid token: {TOKEN}"})
    with Stub(repeated).client() as client, pytest.raises(GHLError, match=r"token: \*{8}\."):
        client.accounts()


def test_no_cookie_of_the_service_is_kept() -> None:
    """A cookie that an answer sets is not sent with the next request."""
    stub = Stub(httpx.Response(200, json={"users": []}, headers={"set-cookie": "sid=planted"}))
    with stub.client() as client:
        client.users()
        client.users()
    assert "cookie" not in stub.requests[1].headers


def test_a_client_that_was_refused_its_settings_can_be_shown() -> None:
    """A traceback that prints locals meets the half-made client, and must not fail at it."""
    half_made = Client.__new__(Client)
    assert repr(half_made) == "Client(location_id=None)"


def _frames(trace: traceback.TracebackException) -> list[traceback.FrameSummary]:
    below = [t for t in (trace.__cause__, trace.__context__) if t is not None]
    return [*trace.stack, *(frame for t in below for frame in _frames(t))]


def test_no_log_line_shows_a_secret(
    sim: Simulator, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger at DEBUG neither the bearer nor the authorization URL is logged."""
    with caplog.at_level(logging.DEBUG):
        url = client.start("instagram").reveal()
    state = httpx.URL(url).params["state"]
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if "receive_response_headers.complete" in line]
    assert not [line for line in lines if sim.token in line or state in line]
    assert not [line for line in lines if "/consent/" in line]


def test_other_log_lines_stay_readable(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """What is no secret is logged as ever."""
    with caplog.at_level(logging.DEBUG):
        client.accounts()
    assert "x-ratelimit-max" in caplog.text


def test_a_client_holds_no_bare_token() -> None:
    """No object that a client leads to has the token as an attribute or a value."""
    client = Stub(httpx.Response(200)).client()
    assert TOKEN in repr(_strings({"token": TOKEN}))
    assert TOKEN not in repr(_strings(client))
    client.close()


def _strings(start: object) -> list[str]:
    """Collect the strings that attributes, containers and slots lead to, but no closures."""
    seen: dict[int, object] = {}
    left, found = [start], []
    while left:
        one = left.pop()
        if id(one) in seen or callable(one) or isinstance(one, type):
            continue
        seen[id(one)] = one
        if isinstance(one, str | bytes):
            found.append(str(one))
        else:
            left += gc.get_referents(one)
    return found
