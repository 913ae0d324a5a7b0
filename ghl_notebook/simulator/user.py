"""A person without a browser: opens the consent page, picks, presses a button."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """What ``window.addEventListener("message", …)`` would have been called with.

    Attributes
    ----------
    origin : str
        ``event.origin``; "self" where the notebook's own page and the simulator share one.
    data : object
        ``event.data``: a dict, or a string when the lever ``message_as_json`` is set.
    """

    origin: str
    data: Any


@dataclass(slots=True)
class _Choice:
    """A person or a page on the consent page, with the texts it can be chosen by."""

    value: str
    names: set[str] = field(default_factory=set)


class _Form(HTMLParser):
    """Reads the one form of the consent page, or the orders of the finish page."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.people: list[_Choice] = []
        self.pages: list[_Choice] = []
        self.orders: dict[str, Any] | None = None
        self._current: _Choice | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found.get("action", "")
        elif tag == "meta" and found.get("name") == "orders":
            self.orders = json.loads(found["content"])
        elif tag == "input":
            self._input(found)

    def _input(self, found: dict[str, str]) -> None:
        value = found.get("value", "")
        if found.get("type") == "hidden":
            self.hidden[found["name"]] = value
            return
        self._current = _Choice(value, {value, value.partition(":")[2] or value})
        (self.people if found["name"] == "person" else self.pages).append(self._current)

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if text and self._current is not None:
            self._current.names.add(text)


def play_user(
    authorization_url: str,
    *,
    base_url: str,
    public_url: str,
    origin: str,
    choose: str | None = None,
    tick: Iterable[str] | None = None,
    allow: bool = True,
) -> MessageEvent:
    """Go through consent as a person would; see `Simulator.play_user`."""
    url = _local(authorization_url, base_url, public_url)
    headers = {"User-Agent": "Mozilla/5.0 (simulated person)"}
    # Nothing here speaks TLS, and loading the machine's certificates takes longer than the visit.
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with httpx.Client(headers=headers, verify=no_certificates, trust_env=False, timeout=30) as http:
        form = _read(http.get(url))
        if not form.people:
            raise LookupError("This is not a consent page of the simulator.")
        target = _local(urljoin(url, form.action), base_url, public_url)
        answer = http.post(target, data=_filled(form, choose, tick, allow))
        if answer.status_code != 302:
            raise LookupError(f"The consent page answered {answer.status_code}, not a redirect.")
        location = urljoin(target, answer.headers["location"])
        finish = urlsplit(location)
        local = _local(location, base_url, public_url)
        orders = _read(http.get(local)).orders
    if orders is None:
        raise LookupError("The finish page shows an error and posts nothing.")
    if not orders["messages"]:
        raise LookupError("The finish page posts no message: a lever says so.")
    elsewhere = finish.hostname == "localhost" and urlsplit(base_url).port == finish.port
    sender = f"{finish.scheme}://{finish.netloc}" if elsewhere else origin
    return MessageEvent(sender, orders["messages"][0])


def _read(answer: httpx.Response) -> _Form:
    if answer.status_code != 200:
        raise LookupError(f"The page {answer.url.path} answered {answer.status_code}.")
    form = _Form()
    form.feed(answer.text)
    return form


def _filled(
    form: _Form, choose: str | None, tick: Iterable[str] | None, allow: bool
) -> dict[str, str | list[str]]:
    person = form.people[0] if choose is None else _pick(form.people, choose, "person")
    own = [page for page in form.pages if page.value.startswith(f"{person.value}:")]
    if tick is not None:
        own = [_pick(own, wanted, "page") for wanted in tick]
    return {
        **form.hidden,
        "person": person.value,
        "page": [page.value for page in own],
        "decision": "allow" if allow else "deny",
    }


def _pick(choices: list[_Choice], wanted: str, what: str) -> _Choice:
    for choice in choices:
        if wanted in choice.names:
            return choice
    raise LookupError(f"The consent page shows no {what} {wanted!r}.")


def _local(url: str, base_url: str, public_url: str) -> str:
    """Return the address on this machine; refuse one that does not lead to this simulator."""
    if url.startswith(f"{public_url}/"):
        return base_url + url.removeprefix(public_url)
    if url.startswith((f"{base_url}/", base_url.replace("127.0.0.1", "localhost") + "/")):
        split = urlsplit(url)
        rest = split.path + (f"?{split.query}" if split.query else "")
        # A path-absolute form action was joined to the local address, with the prefix in it.
        prefix = public_url if public_url.startswith("/") else urlsplit(public_url).path
        return base_url + (rest.removeprefix(prefix) if prefix else rest)
    raise ValueError("The authorization URL does not lead to this simulator.")
