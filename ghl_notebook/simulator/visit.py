"""What a person without a browser needs: to open a page, and to read its form."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx


@dataclass(slots=True)
class Choice:
    """Something that can be picked on a page, with the texts it can be chosen by."""

    value: str
    names: set[str] = field(default_factory=set)


class Form(HTMLParser):
    """Reads the one form of a page, or the orders of the finish page.

    Attributes
    ----------
    choices : dict
        The radio buttons and tick boxes by the name of their field, in the order of the page.
    """

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.choices: dict[str, list[Choice]] = {}
        self.orders: dict[str, Any] | None = None
        self._current: Choice | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
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
        self._current = Choice(value, {value, value.partition(":")[2] or value})
        self.choices.setdefault(found["name"], []).append(self._current)

    def handle_data(self, data: str) -> None:
        """Called by the parser."""
        text = data.strip()
        if text and self._current is not None:
            self._current.names.add(text)


def browser() -> httpx.Client:
    """Return what the person asks with."""
    headers = {"User-Agent": "Mozilla/5.0 (simulated person)"}
    # Nothing here speaks TLS, and loading the machine's certificates takes longer than the visit.
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(headers=headers, verify=no_certificates, trust_env=False, timeout=30)


def read(answer: httpx.Response) -> Form:
    """Return the form of a page.

    Raises
    ------
    LookupError
        When it shows an error.
    """
    if answer.status_code != 200:
        raise LookupError(f"The page {answer.url.path} answered {answer.status_code}.")
    form = Form()
    form.feed(answer.text)
    return form


def pick(choices: list[Choice], wanted: str, what: str) -> Choice:
    """Return the choice of a name or id."""
    for choice in choices:
        if wanted in choice.names:
            return choice
    raise LookupError(f"The page shows no {what} {wanted!r}.")


def local_address(url: str, base_url: str, public_url: str) -> str:
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
