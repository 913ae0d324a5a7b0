"""Where an app's login ends on this computer: the redirect, and who may play it."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ghl_notebook import errors
from ghl_notebook.login import Status
from ghl_notebook.login.app.authorization_code import AuthorizationCodeFlow
from ghl_notebook.login.app.redirect import REDIRECTS, Redirect, Redirects
from ghl_notebook.secret import Secret
from tests.browser.servers.program import free_port
from tests.login.apps import (
    CODE,
    ELSEWHERE,
    Exchange,
    Tokens,
    answer_to,
    is_free,
    make_app,
    settle,
    state_in,
    visit,
    wait,
)
from tests.login.recording import PATIENCE
from tests.planted import Logs

Make = Callable[..., AuthorizationCodeFlow[Any]]


@pytest.fixture
def port() -> int:
    """A port that nobody uses."""
    return free_port()


@pytest.fixture
def exchange() -> Exchange:
    """What codes are given to."""
    return Exchange()


@pytest.fixture
def make(port: int, exchange: Exchange) -> Iterator[Make]:
    """Make logins that end on this computer; given up after their test."""
    made: list[AuthorizationCodeFlow[Any]] = []

    def make(redirect_uri: str = f"http://127.0.0.1:{port}/callback") -> AuthorizationCodeFlow[Any]:
        made.append(AuthorizationCodeFlow(make_app(redirect_uri), exchange))
        return made[-1]

    yield make
    for flow in made:
        flow.cancel()
    settle()


@pytest.mark.parametrize("place", ["127.0.0.1:{port}/callback", "127.0.0.1:{port}",
                                   "localhost:{port}/a/b%20c?from=ghl"])  # fmt: skip
def test_the_redirect_finishes_the_login(
    make: Make, port: int, exchange: Exchange, place: str
) -> None:
    """The browser comes, the code is exchanged, and the port is given back."""
    flow = make(f"http://{place.format(port=port)}")
    url = flow.start()
    assert flow.state.listens
    answer = visit(answer_to(url).replace("ghl?", "ghl&").replace("localhost", "127.0.0.1"),
                   Host=place.format(port=port).partition("/")[0])  # fmt: skip

    assert answer.status_code == 200
    assert "You can close this window" in answer.text
    assert wait(flow) == Tokens()
    assert exchange.codes == [Secret(CODE)]
    assert is_free(port)


def test_the_page_of_the_redirect(make: Make) -> None:
    """It loads nothing, is kept nowhere, and takes the code out of its address bar."""
    url = make().start()
    answer = visit(answer_to(url))

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-type"].startswith("text/html")
    assert "server" not in answer.headers
    assert re.findall(r'(?:src|href)="([^"]+)"', answer.text) == ["data:,"]
    assert 'history.replaceState(null, "", location.pathname)' in answer.text
    assert "light-dark(" in answer.text
    assert CODE not in answer.text
    assert state_in(url) not in answer.text


def test_the_port_is_used_only_while_the_login_waits(make: Make, port: int) -> None:
    """Not before, and not after."""
    flow = make()
    assert is_free(port)
    flow.start()
    assert not is_free(port)
    flow.cancel()
    assert is_free(port)


def test_try_again_at_once_has_the_port_again(make: Make) -> None:
    """An attempt that follows another one waits until the port was given back."""
    flow = make()
    for _ in range(3):
        flow.start()
        assert flow.state.listens
        flow.cancel()


def test_it_listens_on_this_computer_only(make: Make, port: int) -> None:
    """The server is bound to 127.0.0.1, not to every address."""
    visit(answer_to(make().start(), state=""))
    server: Any = REDIRECTS._listeners[port].server

    assert server._listening.getsockname() == ("127.0.0.1", port)


# Ends.


def test_denied(make: Make, exchange: Exchange) -> None:
    """The page says that nothing was connected."""
    flow = make()
    answer = visit(answer_to(flow.start(), code="", error="access_denied"))

    assert (answer.status_code, "not finished" in answer.text) == (200, True)
    with pytest.raises(errors.LoginCancelledError):
        wait(flow)
    assert exchange.codes == []


def test_a_refusal_is_not_shown_on_the_page(make: Make) -> None:
    """What the address says could be anything, markup too."""
    said = "<script>alert(1)</script>"
    flow = make()
    answer = visit(answer_to(flow.start(), code="", error="oops", error_description=said))

    assert "alert" not in answer.text
    with pytest.raises(errors.LoginFailedError):
        wait(flow)


# Attacks. None of them ends the login, or reaches the exchange.


def survive(flow: AuthorizationCodeFlow[Any], url: Secret, exchange: Exchange) -> None:
    """Say that the login still waits, and takes its own answer."""
    assert (flow.state.status, exchange.codes) == (Status.WAITING, [])
    assert visit(answer_to(url)).status_code == 200
    assert wait(flow) == Tokens()


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "x" * 43},
        {"state": ""},
        {"code": "", "error": "access_denied", "state": "x"},
        {"code": "", "error": "access_denied", "state": ""},
        {"code": ""},
        {"code": "", "state": ""},
    ],
)
def test_another_state_is_refused(make: Make, exchange: Exchange, changes: dict[str, str]) -> None:
    """Neither an account of somebody else's nor their refusal is taken."""
    flow = make()
    url = flow.start()
    answer = visit(answer_to(url, **changes))

    assert (answer.status_code, "not the answer to your login" in answer.text) == (400, True)
    survive(flow, url, exchange)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "localhost:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{port}@evil.example",
        "a:b:c",
        "",
    ],
)
def test_another_host_is_refused(make: Make, port: int, exchange: Exchange, host: str) -> None:
    """DNS rebinding, and every name but the registered one."""
    flow = make()
    url = flow.start()

    assert visit(answer_to(url), Host=host.format(port=port)).status_code in (400, 403)
    survive(flow, url, exchange)


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH"])
def test_another_method_is_refused(make: Make, exchange: Exchange, method: str) -> None:
    """A browser that is redirected asks by GET."""
    flow = make()
    url = flow.start()

    answer = visit(answer_to(url), method)
    assert (answer.status_code, answer.text) == (405, "")
    assert "access-control-allow-origin" not in answer.headers
    survive(flow, url, exchange)


@pytest.mark.parametrize(
    "path", ["/", "/callback/", "/Callback", "//callback", "/x/../callback", "/callback/x",
             "/%63allback", "/favicon.ico", "/callback;x"],
)  # fmt: skip
def test_another_path_is_refused(make: Make, exchange: Exchange, path: str) -> None:
    """The registered path counts, to the letter."""
    flow = make()
    url = flow.start()
    origin, _, query = answer_to(url).partition("/callback")
    with socket.create_connection(("127.0.0.1", int(origin.rpartition(":")[2]))) as raw:
        raw.settimeout(PATIENCE)
        host = origin.removeprefix("http://")
        raw.sendall(f"GET {path}{query} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 404")

    survive(flow, url, exchange)


@pytest.mark.parametrize("place", ["iframe", "image", "script", "empty", "object"])
def test_a_page_cannot_embed_it(make: Make, exchange: Exchange, place: str) -> None:
    """Only a browser's window that was led there counts."""
    flow = make()
    url = flow.start()

    assert visit(answer_to(url), **{"Sec-Fetch-Dest": place}).status_code == 403
    survive(flow, url, exchange)


def test_a_window_that_was_led_there_counts(make: Make) -> None:
    """That is what browsers say of a redirect."""
    flow = make()
    headers = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}

    assert visit(answer_to(flow.start()), **headers).status_code == 200
    assert wait(flow) == Tokens()


def test_a_replayed_code_is_refused(make: Make, exchange: Exchange) -> None:
    """An address that was taken is no answer to the next attempt, nor to another login."""
    flow = make()
    address = answer_to(flow.start())
    visit(address)
    wait(flow)
    other = make()
    url = other.start()

    assert visit(address).status_code == 400
    assert len(exchange.codes) == 1
    assert visit(answer_to(url)).status_code == 200
    assert wait(other) == Tokens()


def test_a_second_request_finds_nothing(make: Make, port: int, exchange: Exchange) -> None:
    """While the exchange goes on, or after it, the same address is refused or nobody listens."""
    flow = make()
    other = make()  # keeps the port
    other.start()
    address = answer_to(flow.start())

    assert [visit(address).status_code for _ in range(3)] == [200, 400, 400]
    assert wait(flow) == Tokens()
    assert len(exchange.codes) == 1


def test_a_flood_is_survived(make: Make, exchange: Exchange) -> None:
    """Long queries and many of them."""
    flow = make()
    url = flow.start()
    for _ in range(50):
        assert visit(answer_to(url, state="x", more="y" * 10_000)).status_code == 400
    assert visit(answer_to(url, state="x", more="y" * 60_000)).status_code == 400

    survive(flow, url, exchange)


# Two logins, and ports of others.


def test_two_logins_on_one_port_get_their_own_answers(make: Make) -> None:
    """Their states tell them apart, in whichever order they come."""
    first, second = make(), make()
    urls = first.start(), second.start()

    assert visit(answer_to(urls[1])).status_code == 200
    assert wait(second) == Tokens()
    assert first.state.status is Status.WAITING
    assert visit(answer_to(urls[0])).status_code == 200
    assert wait(first) == Tokens()


def test_a_port_in_use_falls_back_to_paste(make: Make, port: int) -> None:
    """The login goes on, and says why its answer does not arrive by itself."""
    with socket.create_server(("127.0.0.1", port)):
        flow = make()
        url = flow.start()

        assert not flow.state.listens
        assert f"Port {port}" in str(flow.state.notice)
        assert "Paste the address" in str(flow.state.notice)
        flow.paste(answer_to(url))
        assert wait(flow) == Tokens()


@pytest.mark.parametrize("redirect_uri", [ELSEWHERE, "https://localhost:8765/callback"])
def test_another_redirect_listens_nowhere(make: Make, redirect_uri: str) -> None:
    """There is nothing that a server here could hear."""
    flow = make(redirect_uri)
    flow.start()

    assert (flow.state.listens, flow.state.notice) == (False, None)
    assert REDIRECTS._listeners == {}


def test_nothing_is_logged(make: Make) -> None:
    """Neither code nor state, not even where everything is logged."""
    flow = make()
    logs = Logs()
    with (
        logs.installed(),
        # One after the other: the right answer, which is the last, closes the server.
        ThreadPoolExecutor(1, thread_name_prefix="simulated person") as browser,
    ):
        logs.setLevel(1)
        logging.getLogger().setLevel(1)
        url = flow.start()
        addresses = answer_to(url, state="planted-state-of-others"), answer_to(url)
        list(browser.map(visit, [addresses[0], *addresses], ["GET", "POST", "GET"]))
        wait(flow)
        settle()
    said = "\n".join(logs.texts)

    assert "HTTP connection made" in said
    assert not [one for one in (CODE, state_in(url), "planted-state-of-others") if one in said]


def test_another_loop_begins_anew(port: int) -> None:
    """Somebody has stopped the background loop, in which one login ended as another one began."""
    redirects = Redirects()
    one, other = (Redirect(f"http://127.0.0.1:{port}", lambda _: None) for _ in range(2))

    async def use() -> None:
        await redirects.open(one)
        await asyncio.gather(redirects.close(one), redirects.open(other))
        _, writer = await asyncio.open_connection("127.0.0.1", port)  # somebody listens
        writer.close()

    asyncio.run(use())
    assert is_free(port)  # nobody would answer there
    asyncio.run(use())
