"""A login that is watched: everything it shows, sends, raises, logs and asks, as text to search.

The searched-for secrets are real ones: the bearer that the client sends, and the ``state`` of the
authorization URL that the service answers.
"""

from __future__ import annotations

import json
import logging
import pickle
import pprint
import socket
import threading
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx

from ghl_notebook import Client, ConnectAccount, GHLError
from ghl_notebook.simulator import Simulator
from tests import local
from tests.login.page import Page, flush
from tests.login.recording import PATIENCE, settle
from tests.logs import EveryLogger

TOKEN = Simulator().token
T = TypeVar("T")

STATE = "planted-state-5f2c"
COOKIE = "planted-cookie-91ab"


class Spy(httpx.AsyncHTTPTransport):
    """Sends requests, and remembers them as they left the client."""

    def __init__(self) -> None:
        super().__init__(**local.OPTIONS)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Remember a request and send it."""
        self.requests.append(request)
        return await super().handle_async_request(request)


class Logs(EveryLogger):
    """Everything that is logged, except by the simulated service and the simulated person."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, and what a log collector would take from the record itself."""
        if str(record.threadName).startswith(("simulated person", "ghl-simulator")):
            return
        self.texts += [record.name, self.format(record), repr(vars(record))]


class Rude:
    """A service on this machine that gives every connection the same bytes, and closes it.

    Parameters
    ----------
    answer : bytes or None
        None: say nothing, until the client has had enough.
    """

    def __init__(self, answer: bytes | None) -> None:
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._kept: list[socket.socket] = []
        self.base_url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # closed
                return
            connection.settimeout(PATIENCE)
            connection.recv(65536)
            if self._answer is None:
                self._kept.append(connection)
                continue
            connection.sendall(self._answer)
            connection.close()

    def __enter__(self) -> Rude:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone does not wake a thread that waits in accept.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(PATIENCE)
        for connection in self._kept:
            connection.close()


class Watched:
    """One login, from its card to its end, and what could be seen of it.

    Attributes
    ----------
    secrets : set of str
        What must be found nowhere.
    error : Exception or None
        What waiting for the login raised.
    ends_well : bool
        Whether it is to connect.
    """

    def __init__(self, client: Client, spy: Spy) -> None:
        self.client = client
        self.spy = spy
        self.secrets = {TOKEN, STATE, COOKIE}
        self.logs = Logs()
        self.warned: list[str] = []
        self.error: GHLError | None = None
        self.served = ""
        self.ends_well = False
        self.login = ConnectAccount(client)

    @property
    def page(self) -> Page:
        """The page's end of the comm."""
        page: Page = self.login.comm
        return page

    def watch(self, act: Callable[[Watched], None]) -> None:
        """Let something happen to the login, and wait for its end."""
        with self.logs.installed(), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.warn("the end of the warnings", stacklevel=1)
            self.page.say("hello", page_id="page", origin="http://localhost:8888")
            door = self.page.hear("loopback")
            self.secrets |= {door["path"], door["ticket"]}
            act(self)
            self.error = fails(lambda: self.login.wait(PATIENCE))
            settle()
            flush()
        self.warned = [str(vars(warning)) for warning in caught]

    def click(self) -> None:
        """Press the button."""
        self.page.say("begin", page_id="page", request="click")

    def open(self) -> str:
        """Press the button, and learn the address as the page does."""
        url = str(self.page.click()["url"])
        (state,) = parse_qs(urlsplit(url).query)["state"]
        self.secrets |= {url, state, *state.split(".")}
        return url

    def consent(self, sim: Simulator, **choices: Any) -> None:
        """Open the window, log in there, and pass the window's message on."""
        url = self.open()
        event = self.in_person(lambda: sim.play_user(url, **choices))
        self.page.claim(self.page.heard("authorize")[-1]["run"], event.origin, event.data)

    def in_person(self, act: Callable[[], T]) -> T:
        """Do what a person does elsewhere, whose own log is not ours."""
        with ThreadPoolExecutor(thread_name_prefix="simulated person") as person:
            return person.submit(act).result(PATIENCE)

    def until_notice(self) -> None:
        """Wait until the card shows a notice."""
        noticed = threading.Event()
        self.login.observe(lambda change: change["new"] and noticed.set(), "notice")
        assert self.login.notice or noticed.wait(PATIENCE)

    def visit_login_page(self, sim: Simulator) -> None:
        """Log in on the loopback server's page, and keep what that served, but for the address."""
        door = self.page.heard("loopback")[-1]
        address = f"http://127.0.0.1:{door['port']}"

        def visit() -> None:
            with local.Client(base_url=address, follow_redirects=True, timeout=PATIENCE) as http:
                page = http.get(f"/open/{door['ticket']}")
                home = page.url
                self.served += f"{page.text} {page.headers}"
                self.served += "".join(http.get(home.join(f)).text for f in ("page.js", "page.css"))

                def say(**said: object) -> None:
                    answer = http.post(home, json=said, headers={"Origin": address})
                    self.served += str(answer.headers)

                with http.stream("GET", home.join("events")) as events:
                    for line in events.iter_lines():
                        if "authorize" not in line:
                            self.served += line
                        elif line:
                            told = json.loads(line.removeprefix("data: "))
                            (state,) = parse_qs(urlsplit(told["url"]).query)["state"]
                            self.secrets |= {told["url"], state, *state.split(".")}
                            event = sim.play_user(told["url"])
                            fields = {"origin": event.origin, "data": event.data}
                            say(
                                type="claim",
                                run=told["run"],
                                page_origin="",
                                source="popup",
                                **fields,
                            )
                        if '"idle"' in line:
                            say(type="begin", page_id="login page", request="click")

        self.in_person(visit)

    # Where to look. Each place is text.

    def errors(self) -> list[BaseException]:
        """Every error of the login, and all that each one came from."""
        found: list[BaseException] = []
        todo: list[BaseException | None] = [self.error, self.login._login.state.error]
        while todo:
            error = todo.pop()
            if error is not None and error not in found:
                found.append(error)
                todo += [error.__cause__, error.__context__]
        return found

    def reprs(self) -> str:
        """What printing each object shows."""
        core = self.client.core
        things = [self.client, core, self.login, core._sender, core._transport.http]
        things += [core._sender._bearer, core._transport.http.headers, self.spy]
        login = self.login._login
        things += [login, login.state, login._machine, login._machine.registry]
        return "\n".join(f"{thing!r} {thing!s} {thing} {pprint.pformat(thing)}" for thing in things)

    def insides(self) -> str:
        """What a debugger's view of each object shows."""
        core = self.client.core
        login = self.login._login
        http = dict(vars(core._transport.http))
        del http["_cookies"]  # the service's own; they are sent back to it, and shown nowhere
        things = [self.client, core, core._sender, core._sender._bearer, self.login, login]
        return "\n".join(pprint.pformat(vars(thing)) for thing in things) + pprint.pformat(http)

    def requests(self) -> str:
        """What was asked, without the one header that carries the token."""
        return "\n".join(
            f"{request!r} {request.url} {request.content!r} "
            f"{[pair for pair in request.headers.multi_items() if pair[0] != 'authorization']}"
            for request in self.spy.requests
        )


def fails(act: Callable[[], object]) -> GHLError | None:
    """Return the error that a call raises, or None."""
    try:
        act()
    except GHLError as error:
        return error
    return None


def faces(error: BaseException) -> str:
    """Everything that an error says of itself."""
    return "\n".join(
        [
            *(str(error), repr(error), repr(error.args), repr(vars(error))),
            repr(getattr(error, "__notes__", None)),
            pickle.dumps(error).decode("latin-1"),
            repr(pickle.loads(pickle.dumps(error))),
        ]
    )


def traceback_with_locals(error: BaseException) -> str:
    """The error's whole traceback and those of its causes, with each frame's variables."""
    lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return "".join(lines)


def variables(error: BaseException) -> str:
    """Show the variables of each frame, also of objects that are only half made."""
    shown = []
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for name, value in frame.f_locals.items():
            try:
                shown.append(f"{name} = {value!r}")
            except AttributeError:
                shown.append(f"{name} = {vars(value)!r}")
    return "\n".join(shown)
