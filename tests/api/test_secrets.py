"""A planted token and a planted state, searched for wherever they might show."""

from __future__ import annotations

import gc
import logging
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import httpx
import pytest

from ghl_notebook import Client, GHLError
from ghl_notebook.simulator import Simulator
from tests.api.stub import LOCATION, TOKEN, Stub
from tests.folding import folded
from tests.planted import faces

STATE = "state-planted-0123456789"
LOCATION_HEADER = {"location": f"https://www.facebook.com/dialog/oauth?state={STATE}"}

FAULTS: dict[str, tuple[httpx.Response | Exception, Callable[[Client], object]]] = {
    "no connection": (httpx.ConnectError("x"), lambda c: c.accounts.delete("account-1")),
    "bad token": (
        httpx.Response(401, json={"message": "Invalid token"}),
        lambda c: c.accounts.list(),
    ),
    "followed redirect": (
        httpx.Response(200, html=f"<a href='?state={STATE}'>"),
        lambda c: c.oauth.start("instagram"),
    ),
    "odd redirect": (
        httpx.Response(302, headers={"location": f"javascript:{STATE}"}),
        lambda c: c.oauth.start("instagram"),
    ),
    "redirect elsewhere": (
        httpx.Response(302, headers=LOCATION_HEADER),
        lambda c: c.accounts.list(),
    ),
    "repeated token": (
        httpx.Response(401, json={"message": f"Invalid token: {TOKEN}", "traceId": TOKEN}),
        lambda c: c.accounts.list(),
    ),
    "repeated token in a refusal": (
        httpx.Response(200, json={"success": False, "message": [f"no {TOKEN}"]}),
        lambda c: c.accounts.list(),
    ),
    "repeated token in plain text": (
        httpx.Response(403, text=f"refused: Bearer {TOKEN}"),
        lambda c: c.accounts.list(),
    ),
    "limit of a day": (
        httpx.Response(
            429,
            json={"message": f"Too Many Requests of {TOKEN}"},
            headers={"x-ratelimit-daily-remaining": "0", "x-ratelimit-daily-reset": "5400000"},
        ),
        lambda c: c.accounts.list(),
    ),
    "limit of an interval": (
        httpx.Response(
            429,
            json={"message": "Too Many Requests", "traceId": f"of {TOKEN}"},
            headers={"x-ratelimit-interval-milliseconds": "1", "x-odd": STATE},
        ),
        lambda c: c.accounts.list(),
    ),
    "tried four times": (
        httpx.Response(503, text=f"<p>{TOKEN} {STATE}", headers=LOCATION_HEADER),
        lambda c: c.accounts.list(),
    ),
    "cut off": (
        httpx.Response(
            200, content=f'{{"state": "{STATE}', headers={"content-type": "application/json"}
        ),
        lambda c: c.accounts.list(),
    ),
    "keys of an answer": (
        httpx.Response(200, json={TOKEN: 1, f"a\n{STATE}": 2, "count": 3}),
        lambda c: c.accounts.list(),
    ),
    "too slow": (httpx.ReadTimeout(f"of {TOKEN}"), lambda c: c.accounts.list()),
    "broken header": (
        httpx.RemoteProtocolError(f"illegal header line: Location : {STATE}"),
        lambda c: c.oauth.start("instagram"),
    ),
    "no id": (httpx.Response(200), lambda c: c.oauth.available_accounts("instagram", "..")),
    "long id": (
        httpx.Response(200),
        lambda c: c.oauth.available_accounts("instagram", "a" * 70_000),
    ),
}


def raised(fault: str, times: int = 1) -> GHLError:
    """Make a call that fails, so many times, and return its last error."""
    response, call = FAULTS[fault]
    with Stub(response).client() as client:
        for _ in range(times):
            with pytest.raises(GHLError) as caught:
                call(client)
    return caught.value


@folded("fault", FAULTS)
def test_no_traceback_shows_a_secret(fault: str) -> None:
    """Not even one that prints every frame's local variables, and the causes with theirs."""
    error = raised(fault)
    trace = traceback.TracebackException.from_exception(
        error, capture_locals=True, lookup_lines=False
    )
    inside = [f for f in _frames(trace) if "/tests/" not in f.filename]
    assert inside
    shown = repr([(f.name, f.locals) for f in inside]) + str(error)
    assert TOKEN not in shown
    assert STATE not in shown


@pytest.mark.slow
@folded("times", [1, 2])
@folded("fault", FAULTS)
def test_no_error_holds_a_secret(fault: str, times: int) -> None:
    """Neither its text, arguments and fields, nor what a pickle of it holds."""
    shown = faces(raised(fault, times))
    assert "GHLError" in shown or "Error(" in shown
    assert TOKEN not in shown
    assert STATE not in shown


@folded("fault", FAULTS)
def test_no_log_line_of_a_fault_shows_a_secret(
    fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger at DEBUG, in the line and in the fields that a collector takes."""
    with caplog.at_level(logging.DEBUG):
        raised(fault)
    for record in caplog.records:
        shown = record.getMessage() + repr(vars(record))
        assert TOKEN not in shown
        assert STATE not in shown


def test_an_error_that_is_kept_leads_to_no_frames() -> None:
    """A client remembers all day that the day's calls are used up, and nothing of that call."""
    response, call = FAULTS["limit of a day"]
    with Stub(response).client() as client:
        errors = []
        for _ in range(3):
            with pytest.raises(GHLError) as caught:
                call(client)
            errors.append(caught.value)
        assert len({id(error) for error in errors}) == 3
        kept = client.core._sender._daily_limit
        assert kept is not None
        assert kept[0].__traceback__ is None
        assert TOKEN not in repr(_strings(kept))


def test_a_repeated_token_is_hidden_and_the_rest_is_kept() -> None:
    """What the service says stays readable without the token that it repeats.

    The token has no form by which tokens are told: only who has sent it knows that it is one.
    """
    token = "a-word-like-any-other"
    repeated = httpx.Response(401, json={"message": f"Invalid token: {token}"})
    with (
        Stub(repeated).client(token=token) as client,
        pytest.raises(GHLError, match=r"token: \*{8}\."),
    ):
        client.accounts.list()


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
    assert repr(half_made) == "<Client, half made>"


def _frames(trace: traceback.TracebackException) -> list[traceback.FrameSummary]:
    below = [t for t in (trace.__cause__, trace.__context__) if t is not None]
    return [*trace.stack, *(frame for t in below for frame in _frames(t))]


def test_no_log_line_shows_a_secret(
    sim: Simulator, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger at DEBUG neither the bearer nor the authorization URL is logged."""
    with caplog.at_level(logging.DEBUG):
        url = client.oauth.start("instagram").reveal()
    state = httpx.URL(url).params["state"]
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if "receive_response_headers.complete" in line]
    assert not [line for line in lines if sim.token in line or state in line]
    assert not [line for line in lines if "/consent/" in line]


def test_other_log_lines_stay_readable(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """What is no secret is logged as ever."""
    with caplog.at_level(logging.DEBUG):
        client.accounts.list()
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


class Server:
    """A server on this computer that answers every request the same, and remembers them.

    Parameters
    ----------
    location : str, optional
        Where it redirects to; without one it answers an empty list.
    """

    def __init__(self, status: int = 200, location: str = "") -> None:
        heard: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append({name.lower(): value for name, value in self.headers.items()})
                body = b'{"results": {"accounts": []}}'
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.heard = heard
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self.port = self._http.server_port
        self.base_url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.mark.exhaustive
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{other}/",
        "//127.0.0.1:{other}/",
        "http://localhost:{other}/",
        "http://127.0.0.1:{own}@127.0.0.1:{other}/",
    ],
)
@pytest.mark.parametrize("follows", [False, True])
def test_the_bearer_goes_to_the_configured_host_only(
    status: int, address: str, *, follows: bool
) -> None:
    """A redirect is not followed; should it be one day, the other server sees no bearer."""
    with Server() as other:
        own: list[int] = [0]
        with Server() as free:
            own[0] = free.port  # as good as any, for the address's own part
        location = address.format(own=own[0], other=other.port)
        with (
            Server(status, location) as service,
            Client(TOKEN, LOCATION, "user", base_url=service.base_url) as client,
        ):
            # Without the hook that takes the address away before httpx reads it.
            client.core._transport.http.event_hooks = {}
            if follows:
                client.core._transport.http.follow_redirects = True
            with suppress(GHLError, KeyError):
                client.accounts.list()
            assert {one["authorization"] for one in service.heard} == {f"Bearer {TOKEN}"}
        assert len(other.heard) == (1 if follows else 0)
        assert not [one for one in other.heard if TOKEN in repr(one)]


@pytest.mark.parametrize("status", [302, 307])
def test_no_server_that_start_leads_to_is_asked(status: int) -> None:
    """The authorization URL is the answer, for the user's window."""
    with (
        Server() as other,
        Server(status, f"{other.base_url}/oauth?state={STATE}") as service,
        Client(TOKEN, LOCATION, "user", base_url=service.base_url) as client,
    ):
        assert client.oauth.start("instagram").reveal() == f"{other.base_url}/oauth?state={STATE}"
        assert other.heard == []
        assert len(service.heard) == 1
