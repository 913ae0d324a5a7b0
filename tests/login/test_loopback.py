"""The loopback server: deliveries, the login page, and who may use them."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from ghl_notebook.background import run_in_background, start_in_background
from ghl_notebook.login.loopback import LoginEndpoint
from tests.login.endpoints import PAGE, Opened
from tests.login.recording import PATIENCE

EVIL = "https://evil.example"


@pytest.fixture
def opened() -> Iterator[Opened]:
    """An open endpoint."""
    opened = Opened()
    yield opened
    opened.close()


# Deliveries.


def test_what_a_page_posts_arrives(opened: Opened) -> None:
    """A JSON object that is posted reaches the kernel."""
    assert opened.post().status_code == 204
    assert opened.arrived.get(timeout=5) == {"type": "hello"}


def test_the_page_may_ask_from_its_own_origin(opened: Opened) -> None:
    """A browser's preflight is answered for the page that knows the path."""
    answer = opened.http.options(opened.path, headers={"Origin": PAGE})

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["", "/", "/x", "/x/", "/../", "/favicon.ico", "/x/events"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_without_the_path_there_is_nothing(opened: Opened, method: str, path: str) -> None:
    """A process or page that does not know the path gets neither answer nor permission."""
    answer = opened.http.request(method, path, headers={"Origin": PAGE})

    assert answer.status_code in (404, 405)
    assert "access-control-allow-origin" not in answer.headers
    assert opened.arrived.empty()


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"[1]", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b" " * 70_000, "application/json", 413),
        (b" " * 1_000_000, "application/json", 413),
    ],
)
def test_what_is_no_message_is_refused(
    opened: Opened, content: bytes, content_type: str, status: int
) -> None:
    """A form, a list, half a document, deep nesting and a flood do not reach the kernel."""
    headers = {"Content-Type": content_type, "Origin": PAGE}
    answer = opened.http.post(opened.path, content=content, headers=headers)

    assert answer.status_code == status
    assert opened.arrived.empty()


# Whose pages may post.


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_another_origin_is_refused(opened: Opened, method: str) -> None:
    """A page elsewhere can do nothing, even if it has learnt the path."""
    run_in_background(allow, opened.endpoint, PAGE)
    answer = opened.http.request(method, opened.path, json={}, headers={"Origin": EVIL})

    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert opened.arrived.empty()


async def allow(endpoint: LoginEndpoint, origin: str) -> None:
    """Allow an origin, in the endpoint's event loop."""
    endpoint.allow_origin(origin)


def test_the_first_page_to_know_the_path_is_the_notebooks(opened: Opened) -> None:
    """While a cell blocks the comm, a page is known by the path alone; no second origin is."""
    assert opened.post(PAGE).status_code == 204
    assert opened.post(EVIL).status_code == 403
    assert opened.post(PAGE).status_code == 204


def test_two_pages_that_the_comm_has_named_may_post(opened: Opened) -> None:
    """One notebook may be open under two names of its server."""
    for origin in (PAGE, "http://127.0.0.1:8888"):
        run_in_background(allow, opened.endpoint, origin)

    assert opened.post(PAGE).status_code == 204
    assert opened.post("http://127.0.0.1:8888").status_code == 204


def test_what_is_no_browser_is_refused(opened: Opened) -> None:
    """A browser names the origin of whoever posts."""
    assert opened.post(None).status_code == 403
    assert opened.arrived.empty()


def test_the_login_page_may_post(opened: Opened) -> None:
    """Its browser says that it is of the same origin, whichever name a proxy gives it."""
    run_in_background(allow, opened.endpoint, PAGE)
    elsewhere = "https://forwarded.example"

    assert opened.post(elsewhere, **{"Sec-Fetch-Site": "same-origin"}).status_code == 204
    assert opened.post(elsewhere, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_without_the_browsers_word_the_host_decides(opened: Opened) -> None:
    """On a hub without TLS browsers do not say whether a request is of the same origin."""
    run_in_background(allow, opened.endpoint, PAGE)

    assert opened.post(f"http://127.0.0.1:{opened.port}").status_code == 204
    assert opened.post("http://127.0.0.1:1").status_code == 403


@pytest.mark.parametrize("path", ["", "card.js", "events"])
def test_a_name_that_was_made_to_lead_here_is_refused(opened: Opened, path: str) -> None:
    """DNS rebinding: a page of evil.example whose name suddenly is this computer's."""
    headers = {"Host": f"evil.example:{opened.port}", "Sec-Fetch-Site": "same-origin"}

    assert opened.http.get(opened.path + path, headers=headers).status_code == 403
    assert opened.post(f"http://evil.example:{opened.port}", **headers).status_code == 403
    assert opened.arrived.empty()


def test_a_ticket_is_no_use_under_such_a_name(opened: Opened) -> None:
    """Nor is it used up."""
    ticket = opened.endpoint.ticket
    headers = {"Host": f"evil.example:{opened.port}"}

    assert opened.http.get(f"/open/{ticket}", headers=headers).status_code == 403
    assert opened.endpoint.ticket == ticket


@pytest.mark.parametrize("host", ["hub.example", "hub.example:8000", "localhost:8888"])
def test_a_proxy_may_call_the_notebook_what_it_likes(opened: Opened, host: str) -> None:
    """jupyter-server-proxy passes the host on that the browser has asked."""
    headers = {"Host": host, "Sec-Fetch-Site": "same-origin"}

    assert opened.post("https://hub.example", **headers).status_code == 204


def test_an_odd_host_is_refused(opened: Opened) -> None:
    """What cannot be read is not trusted."""
    assert opened.http.get(opened.path, headers={"Host": "a:b:c"}).status_code == 403


# The login page.


def test_the_login_page_loads_nothing_from_elsewhere(opened: Opened) -> None:
    """Its policy allows its own files only, and nobody may frame it or learn its address."""
    answer = opened.http.get(opened.path)

    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    for name in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert ":" not in name or name == "data:,"
    assert opened.endpoint.path not in answer.text


@pytest.mark.parametrize("name", ["card.js", "card.css", "page.js", "page.css"])
def test_the_login_pages_files_are_there(opened: Opened, name: str) -> None:
    """The card is the same module as in a notebook."""
    assert opened.http.get(opened.path + name).status_code == 200


@pytest.mark.parametrize("name", ["loopback.py", "protocol.d.ts", "..%2Floopback.py", "x"])
def test_other_files_are_not(opened: Opened, name: str) -> None:
    """Only what is listed is served."""
    assert opened.http.get(opened.path + name).status_code == 404


def test_a_ticket_leads_to_the_login_page_once(opened: Opened) -> None:
    """Who comes second is told so, and the login as well."""
    first = opened.endpoint.ticket
    answer = opened.http.get(f"/open/{first}")

    assert (answer.status_code, answer.headers["location"]) == (303, f"..{opened.path}")
    assert opened.endpoint.ticket != first
    assert opened.used.get(timeout=5) is None
    assert opened.reused.empty()
    assert opened.http.get(f"/open/{first}").status_code == 410
    assert opened.reused.get(timeout=5) is None


def test_the_kernel_speaks_to_the_login_page(opened: Opened) -> None:
    """First what is now, then what changes, then the end."""
    with opened.http.stream("GET", f"{opened.path}events") as answer:
        lines = (line for line in answer.iter_lines() if line)
        greeting = json.loads(next(lines).removeprefix("data: "))
        start_in_background(opened.endpoint.send, {"type": "time", "run": "r"})
        news = json.loads(next(lines).removeprefix("data: "))
        run_in_background(opened.server.close, opened.endpoint)
        rest = list(lines)

    assert (greeting["type"], news, rest) == ("traits", {"type": "time", "run": "r"}, [])


async def test_a_page_that_comes_with_the_end_is_not_kept_waiting(opened: Opened) -> None:
    """It was let in, and is told what there is, and the end."""
    events = opened.endpoint.events()
    opened.endpoint.is_closed = True
    async with asyncio.timeout(PATIENCE):
        told = [event async for event in events]

    assert json.loads(told[0].removeprefix(b"data: ")) == {"type": "traits"}
    assert len(told) == 1


def test_another_origin_takes_no_place_at_the_events(opened: Opened) -> None:
    """It could not read them, but keep the login page from them."""
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert opened.http.get(f"{opened.path}events", headers=headers).status_code == 403


# The server.


def test_it_listens_on_this_computer_only(opened: Opened) -> None:
    """The server is bound to 127.0.0.1, not to every address."""
    server: Any = opened.server._server

    assert server._listening.getsockname()[0] == "127.0.0.1"


def test_a_closed_endpoint_takes_nothing(opened: Opened) -> None:
    """After its login an endpoint is gone, while another one of the process stays."""
    other = LoginEndpoint(opened.arrived.put, list, lambda: None, lambda: None)
    run_in_background(opened.server.open, other)
    run_in_background(opened.server.close, opened.endpoint)

    late = opened.post()
    assert (late.status_code, late.headers["Access-Control-Allow-Origin"]) == (404, PAGE)
    assert "Access-Control-Allow-Origin" not in opened.post(origin="http://evil.example").headers
    headers = {"Origin": PAGE}
    assert opened.http.post(f"/{other.path}/", json={}, headers=headers).status_code == 204
    run_in_background(opened.server.close, other)


def test_the_port_outlives_the_last_endpoint(opened: Opened) -> None:
    """A page that asks after its login still asks the kernel, and not who has the port next."""
    run_in_background(opened.server.close, opened.endpoint)
    with pytest.raises(OSError, match="in use"):
        socket.create_server(("127.0.0.1", opened.port))

    assert opened.post().status_code == 404
    other = LoginEndpoint(opened.arrived.put, list, lambda: None, lambda: None)
    assert run_in_background(opened.server.open, other) == opened.port
    run_in_background(opened.server.close, other)


def test_a_closed_endpoint_is_not_opened_again(opened: Opened) -> None:
    """What was on its way to open it, from another thread, comes too late."""
    run_in_background(opened.server.close, opened.endpoint)
    assert run_in_background(opened.server.open, opened.endpoint) == opened.port
    assert opened.post().status_code == 404


# The proof.


def test_the_server_proves_that_it_is_the_kernels(opened: Opened) -> None:
    """To whoever knows the challenge, from any origin, and without a word about a login."""
    challenge, answer = run_in_background(challenge_of, opened.endpoint)
    said = opened.http.head(f"/prove/{challenge}", headers={"Origin": PAGE})

    assert (said.status_code, said.headers["kernel-proof"]) == (200, answer)
    assert said.headers["access-control-allow-origin"] == PAGE
    assert said.headers["access-control-expose-headers"] == "Kernel-Proof"
    assert "access-control-allow-credentials" not in said.headers
    assert opened.arrived.empty()


async def challenge_of(endpoint: LoginEndpoint) -> tuple[str, str]:
    """Challenge the server of an endpoint, in the loop that the endpoint lives in."""
    return endpoint.challenge()


@pytest.mark.parametrize("which", ["unknown", "old", "of a closed endpoint"])
def test_it_proves_nothing_else(opened: Opened, which: str) -> None:
    """Neither what the kernel has not asked nor what it has asked long ago is answered."""
    challenge, _ = run_in_background(challenge_of, opened.endpoint)
    match which:
        case "unknown":
            challenge = "unknown"
        case "old":
            for _ in range(8):
                run_in_background(challenge_of, opened.endpoint)
        case _:
            run_in_background(opened.server.close, opened.endpoint)

    assert opened.http.head(f"/prove/{challenge}").status_code == 404


def test_a_name_that_was_made_to_lead_here_gets_no_proof(opened: Opened) -> None:
    """DNS rebinding: a page of evil.example cannot have the kernel's word."""
    challenge, _ = run_in_background(challenge_of, opened.endpoint)
    headers = {"Host": f"evil.example:{opened.port}"}

    assert opened.http.head(f"/prove/{challenge}", headers=headers).status_code == 403
