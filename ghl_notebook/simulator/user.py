"""A person without a browser: opens the consent page, picks, presses a button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from .visit import Form, browser, local_address, pick, read


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
    url = local_address(authorization_url, base_url, public_url)
    with browser() as http:
        form = read(http.get(url))
        if not form.choices.get("person"):
            raise LookupError("This is not a consent page of the simulator.")
        target = local_address(urljoin(url, form.action), base_url, public_url)
        answer = http.post(target, data=_filled(form, choose, tick, allow))
        if answer.status_code != 302:
            raise LookupError(f"The consent page answered {answer.status_code}, not a redirect.")
        location = urljoin(target, answer.headers["location"])
        finish = urlsplit(location)
        orders = read(http.get(local_address(location, base_url, public_url))).orders
    if orders is None:
        raise LookupError("The finish page shows an error and posts nothing.")
    if not orders["messages"]:
        raise LookupError("The finish page posts no message: a lever says so.")
    elsewhere = finish.hostname == "localhost" and urlsplit(base_url).port == finish.port
    sender = f"{finish.scheme}://{finish.netloc}" if elsewhere else origin
    return MessageEvent(sender, orders["messages"][0])


def _filled(
    form: Form, choose: str | None, tick: Iterable[str] | None, allow: bool
) -> dict[str, str | list[str]]:
    people, pages = form.choices["person"], form.choices.get("page", [])
    person = people[0] if choose is None else pick(people, choose, "person")
    own = [page for page in pages if page.value.startswith(f"{person.value}:")]
    if tick is not None:
        own = [pick(own, wanted, "page") for wanted in tick]
    return {
        **form.hidden,
        "person": person.value,
        "page": [page.value for page in own],
        "decision": "allow" if allow else "deny",
    }


def play_installer(
    authorization_url: str,
    *,
    base_url: str,
    public_url: str,
    choose: str,
    allow: bool = True,
) -> str:
    """Install an app as a person would; see `Simulator.play_installer`."""
    url = local_address(authorization_url, base_url, public_url)
    with browser() as http:
        answer = http.get(url)
        if answer.status_code != 302:
            form = read(answer)
            if not form.choices.get("place"):
                raise LookupError("This is not an authorization page of the simulator.")
            target = local_address(urljoin(url, form.action), base_url, public_url)
            place = pick(
                form.choices["place"], "Agency" if choose == "agency" else choose, "sub-account"
            )
            decision = "allow" if allow else "deny"
            answer = http.post(
                target, data={**form.hidden, "place": place.value, "decision": decision}
            )
    if answer.status_code != 302:
        raise LookupError(f"The authorization page answered {answer.status_code}, not a redirect.")
    return str(answer.headers["location"])
