"""The browser's side of a login: consent, the way back, finish, and what the pages load."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlencode

from . import pages
from .chooser import CHOOSE, Chooser
from .place_accounts import pictured
from .places import place_name
from .platforms import PLATFORMS
from .wire import Answer, Call, World

_FINISH = re.compile(r"/social-media-posting/oauth/([^/]+)/finish")
_STATIC = {"page.css": "text/css; charset=utf-8", "finish.js": "text/javascript; charset=utf-8"}


class Provider:
    """Answers what a person's browser asks for.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._chooser = Chooser(world)

    def serves(self, path: str) -> bool:
        """Say whether a path belongs to the browser's side."""
        return (
            path.startswith(("/consent/", "/static/", "/avatars/"))
            or path == CHOOSE
            or _FINISH.fullmatch(path) is not None
        )

    def answer(self, call: Call) -> Answer:
        """Answer one request of a browser."""
        folder, _, name = call.path.lstrip("/").partition("/")
        match (folder, call.method):
            case ("consent", "GET"):
                answer = self._ask(name, call)
            case ("consent", "POST"):
                answer = self._decide(name, call)
            case ("static", "GET"):
                answer = self._file(name)
            case ("avatars", "GET"):
                answer = self._picture(name)
            case ("social-media-posting", "GET"):
                found = _FINISH.fullmatch(call.path)
                answer = self._finish(found[1] if found else "", call)
            case ("oauth", "GET"):
                answer = self._chooser.ask(call)
                answer.headers["content-security-policy"] = self._policy(self._chooser.policy(call))
            case ("oauth", "POST"):
                answer = self._chooser.decide(call)
            case _:
                answer = Answer(405, "Method Not Allowed")
        answer.headers.setdefault("content-security-policy", self._policy())
        answer.headers.setdefault("referrer-policy", "no-referrer")
        answer.headers.setdefault("cache-control", "no-store")
        return answer

    def _policy(self, elsewhere: str | None = None) -> str:
        # The browser also holds the redirect after the form against form-action.
        if elsewhere is None:
            elsewhere = f" {self.other_origin}" if self.other_origin else ""
        return (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
            f"form-action 'self'{elsewhere}; base-uri 'none'; frame-ancestors 'none'"
        )

    @property
    def other_origin(self) -> str | None:
        """The second origin that the finish page is to come from, or None."""
        world = self._world
        if world.levers.message_origin == "same" or world.public_url != world.base_url:
            return None
        return world.base_url.replace("127.0.0.1", "localhost")

    def _trouble(self, platform: str, text: str, status: int = 400) -> Answer:
        return _html(pages.trouble_page(self._world, platform, text), status)

    def _ask(self, platform: str, call: Call) -> Answer:
        state = call.query.get("state", "")
        ticket = self._world.state.verify(state)
        if ticket is None or ticket.get("platform") != platform:
            return self._trouble(platform, "It was not made by this simulation.")
        answer = _html(pages.consent_page(self._world, platform, ticket, state))
        if self._world.levers.consent_coop:
            answer.headers["cross-origin-opener-policy"] = self._world.levers.consent_coop
        return answer

    def _decide(self, platform: str, call: Call) -> Answer:
        try:
            form = parse_qs(call.body.decode(), keep_blank_values=True)
        except UnicodeDecodeError:
            return self._trouble(platform, "The form could not be read.")
        state = form.get("state", [""])[0]
        ticket = self._world.state.verify(state)
        person = form.get("person", [""])[0]
        if ticket is None or ticket.get("platform") != platform:
            return self._trouble(platform, "It was not made by this simulation.")
        if form.get("decision") == ["allow"]:
            if person not in self._world.state.people:
                return self._trouble(platform, "Nobody was chosen.")
            ticked = [
                page.partition(":")[2]
                for page in form.get("page", [])
                if page.startswith(f"{person}:")
            ]
            query = {"code": self._world.state.consent(ticket, person, ticked), "state": state}
        else:
            query = {
                "error": "access_denied",
                "error_reason": "user_denied",
                "error_description": "Permissions error",
                "state": state,
            }
        base = self.other_origin or self._world.public_url
        if base.startswith("/"):
            # Relative to this page: jupyter-server-proxy 4.6 prefixes paths, older ones do not.
            base = ".."
        finish = f"{base}/social-media-posting/oauth/{platform}/finish?{urlencode(query)}"
        return Answer(302, headers={"location": finish})

    def _finish(self, platform: str, call: Call) -> Answer:
        world = self._world
        ticket = world.state.verify(call.query.get("state", ""))
        if ticket is None or ticket.get("platform") != platform:
            return self._trouble(platform, "It was not made by this simulation.")
        if "error" in call.query:
            messages = self._messages(platform, None)
            return _html(pages.finish_page(world, platform, messages, account_id=None))
        login = world.state.exchange(call.query.get("code", ""))
        if login is None:
            return self._trouble(platform, "Its code was used before.")
        messages = self._messages(platform, login.id)
        return _html(pages.finish_page(world, platform, messages, account_id=login.id))

    def _messages(self, platform: str, account_id: str | None) -> list[Any]:
        """Return what the finish page posts; missing values are the string "undefined"."""
        levers = self._world.levers
        if levers.message == "none" or (account_id is None and levers.deny_message == "nothing"):
            return []
        data: dict[str, Any] = {
            "actionType": "close",
            "page": levers.message_page,
            "platform": platform,
            "placement": "undefined",
            "accountId": account_id or "undefined",
            "refresh": "undefined",
            "source": "undefined",
        }
        if account_id is None and levers.deny_message == "absent":
            del data["accountId"]
        if levers.reconnect_accounts is not None:
            data["reconnectAccounts"] = list(levers.reconnect_accounts)
        message = json.dumps(data) if levers.message_as_json else data
        return [message] * (2 if levers.message == "twice" else 1)

    def _file(self, name: str) -> Answer:
        if name not in _STATIC:
            return Answer(404, "Not Found")
        text = files(__package__).joinpath("static", name).read_text(encoding="utf-8")
        return Answer(200, text, {"content-type": _STATIC[name]})

    def _picture(self, name: str) -> Answer:
        stem, _, kind = name.partition(".")
        if kind != "svg":
            return Answer(404, "Not Found")
        svg = {"content-type": "image/svg+xml"}
        if stem.startswith("mark-"):
            platform = stem.removeprefix("mark-")
            known = platform in PLATFORMS or platform == "none"
            return Answer(200, pages.mark(platform), svg) if known else Answer(404, "Not Found")
        for person in self._world.state.people.values():
            if stem == str(person.avatar):
                return Answer(200, pages.avatar(person.name, person.avatar), svg)
            for page in person.pages:
                if stem == str(page.avatar):
                    return Answer(200, pages.avatar(page.name, page.avatar), svg)
        number = pictured(int(stem)) if stem.isascii() and stem.isdigit() else None
        if number is not None and number < self._world.state.places:
            return Answer(200, pages.avatar(place_name(number), int(stem)), svg)
        return Answer(404, "Not Found")


def _html(text: str, status: int = 200) -> Answer:
    return Answer(status, text, {"content-type": "text/html; charset=utf-8"})
