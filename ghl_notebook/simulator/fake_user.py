"""A simulated person: opens the consent page, makes choices, presses a button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from .headless_browser import Fields, HeadlessBrowser, pick, read_form


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """The event that ``window.addEventListener("message", …)`` would receive.

    Attributes
    ----------
    origin : str
        ``event.origin``; "self" if the notebook's page and the simulator share an origin.
    data : object
        ``event.data``: a dict, or a string if the lever ``message_as_json`` is set.
    """

    origin: str
    data: Any


def play_user(
    browser: HeadlessBrowser,
    authorization_url: str,
    *,
    choose: str | None,
    tick: Iterable[str] | None,
    allow: bool,
) -> tuple[str, dict[str, Any]]:
    """Give or refuse consent; return address and orders of the finish page."""
    page = browser.open(authorization_url)
    form = read_form(page)
    if not form.choices.get("person"):
        raise LookupError("This is not a consent page of the simulator.")
    people, pages = form.choices["person"], form.choices.get("page", [])
    person = people[0] if choose is None else pick(people, choose, "person")
    own = [page for page in pages if page.value.startswith(f"{person.value}:")]
    if tick is not None:
        own = [pick(own, wanted, "page") for wanted in tick]
    answer = browser.submit(
        page,
        form,
        {
            "person": person.value,
            "page": [page.value for page in own],
            "decision": "allow" if allow else "deny",
        },
    )
    finish = urljoin(str(answer.url), answer.headers["location"])
    orders = read_form(browser.open(finish)).orders
    if orders is None:
        raise LookupError("The finish page shows an error and posts nothing.")
    if not orders["messages"]:
        raise LookupError("The finish page posts no message: a lever says so.")
    return finish, orders


def play_installer(
    browser: HeadlessBrowser, authorization_url: str, *, choose: str, allow: bool
) -> str:
    """Install the app, and return the redirect URI with its parameters."""
    answer = browser.open(authorization_url)
    if answer.status_code != 302:
        form = read_form(answer)
        if not form.choices.get("location"):
            raise LookupError("This is not an authorization page of the simulator.")
        wanted = "Agency" if choose == "agency" else choose
        location = pick(form.choices["location"], wanted, "sub-account")
        fields: Fields = {"location": location.value, "decision": "allow" if allow else "deny"}
        answer = browser.submit(answer, form, fields)
    return str(answer.headers["location"])
