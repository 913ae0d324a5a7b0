"""A browser without a screen: it opens a page and reads its form."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

Fields = dict[str, str | list[str]]


@dataclass(slots=True)
class Choice:
    """A radio button or tick box, with the texts that select it."""

    value: str
    names: set[str] = field(default_factory=set)


class PageForm(HTMLParser):
    """The form of a page, or the orders of the finish page.

    Attributes
    ----------
    choices : dict
        Radio buttons and tick boxes by field name, in the order of the page.
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


class HeadlessBrowser:
    """A browser without a screen, for the pages of one simulator.

    Parameters
    ----------
    base_url, public_url : str
        The addresses of the simulator, on this machine and for browsers.
    """

    def __init__(self, base_url: str, public_url: str) -> None:
        self._base_url = base_url
        self._public_url = public_url
        headers = {"User-Agent": "Mozilla/5.0 (simulated person)"}
        # The simulator does not use TLS, and loading the machine's certificates is slow.
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._http = httpx.Client(headers=headers, verify=plain, trust_env=False, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def open(self, url: str) -> httpx.Response:
        """Open an address without following a redirect; refuse one of another server."""
        return self._http.get(self._local(url))

    def submit(self, page: httpx.Response, form: PageForm, fields: Fields) -> httpx.Response:
        """Submit the form of a page, and return the redirect; else raise `LookupError`."""
        target = self._local(urljoin(str(page.url), form.action))
        answer = self._http.post(target, data={**form.hidden, **fields})
        if answer.status_code != 302:
            path = answer.url.path
            raise LookupError(f"The page {path} answered {answer.status_code}, not a redirect.")
        return answer

    def _local(self, url: str) -> str:
        base, public = self._base_url, self._public_url
        if url.startswith(f"{public}/"):
            return base + url.removeprefix(public)
        if url.startswith((f"{base}/", base.replace("127.0.0.1", "localhost") + "/")):
            split = urlsplit(url)
            rest = split.path + (f"?{split.query}" if split.query else "")
            # A path-absolute form action contains the proxy's prefix, also in a local address.
            prefix = public if public.startswith("/") else urlsplit(public).path
            return base + (rest.removeprefix(prefix) if prefix else rest)
        raise ValueError("The authorization URL does not lead to this simulator.")


def read_form(answer: httpx.Response) -> PageForm:
    """Return the form of a page; raise `LookupError` for an error page."""
    if answer.status_code != 200:
        raise LookupError(f"The page {answer.url.path} answered {answer.status_code}.")
    form = PageForm()
    form.feed(answer.text)
    return form


def pick(choices: list[Choice], wanted: str, what: str) -> Choice:
    """Return the choice with a name or id."""
    for choice in choices:
        if wanted in choice.names:
            return choice
    raise LookupError(f"The page shows no {what} {wanted!r}.")
