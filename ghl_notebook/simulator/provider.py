"""The pages of a login: consent, redirect and finish, with their files and pictures."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlencode

from . import pages
from .authorize_page import AuthorizePage
from .context import SimContext, SimPart
from .install_page import AUTHORIZE_PATH
from .many_accounts import pictured_location
from .many_locations import location_name
from .platforms import PLATFORMS
from .request import SimRequest, SimResponse, html

_FINISH = re.compile(r"/social-media-posting/oauth/([^/]+)/finish")
_STATIC = {"page.css": "text/css; charset=utf-8", "finish.js": "text/javascript; charset=utf-8"}


class Provider(SimPart):
    """Answers the requests of a person's browser."""

    def __init__(self, context: SimContext) -> None:
        super().__init__(context)
        self._authorize_page = AuthorizePage(context)

    def serves(self, path: str) -> bool:
        """Whether a path is one of the browser's pages or files."""
        return (
            path.startswith(("/consent/", "/static/", "/avatars/"))
            or path == AUTHORIZE_PATH
            or _FINISH.fullmatch(path) is not None
        )

    def answer(self, request: SimRequest) -> SimResponse:
        """Answer one request of a browser."""
        folder, _, name = request.path.lstrip("/").partition("/")
        match (folder, request.method):
            case ("consent", "GET"):
                answer = self._ask(name, request)
            case ("consent", "POST"):
                answer = self._decide(name, request)
            case ("static", "GET"):
                answer = self._file(name)
            case ("avatars", "GET"):
                answer = self._picture(name)
            case ("social-media-posting", "GET"):
                found = _FINISH.fullmatch(request.path)
                answer = self._finish(found[1] if found else "", request)
            case ("v2", "GET"):
                answer = self._authorize_page.show(request)
                targets = self._authorize_page.form_targets(request)
                answer.headers["content-security-policy"] = self._policy(targets)
            case ("v2", "POST"):
                answer = self._authorize_page.decide(request)
            case _:
                answer = SimResponse(405, "Method Not Allowed")
        answer.headers.setdefault("content-security-policy", self._policy())
        answer.headers.setdefault("referrer-policy", "no-referrer")
        answer.headers.setdefault("cache-control", "no-store")
        return answer

    def _policy(self, form_targets: str | None = None) -> str:
        # The browser also compares the redirect after the form with form-action.
        if form_targets is None:
            form_targets = f" {self.other_origin}" if self.other_origin else ""
        return (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
            f"form-action 'self'{form_targets}; base-uri 'none'; frame-ancestors 'none'"
        )

    @property
    def other_origin(self) -> str | None:
        """The second origin, which serves the finish page if a lever is set; else None."""
        context = self._context
        if context.levers.message_origin == "same" or context.public_url != context.base_url:
            return None
        return context.base_url.replace("127.0.0.1", "localhost")

    def _trouble(self, platform: str, text: str, status: int = 400) -> SimResponse:
        return html(pages.trouble_page(self._context, platform, text), status)

    def _ticket(self, platform: str, state: str) -> dict[str, Any] | None:
        ticket = self._state.verify(state)
        return ticket if ticket and ticket.get("platform") == platform else None

    def _ask(self, platform: str, request: SimRequest) -> SimResponse:
        state = request.query.get("state", "")
        if (ticket := self._ticket(platform, state)) is None:
            return self._trouble(platform, pages.FOREIGN)
        answer = html(pages.consent_page(self._context, platform, ticket, state))
        if self._levers.consent_coop:
            answer.headers["cross-origin-opener-policy"] = self._levers.consent_coop
        return answer

    def _decide(self, platform: str, request: SimRequest) -> SimResponse:
        try:
            form = parse_qs(request.body.decode(), keep_blank_values=True)
        except UnicodeDecodeError:
            return self._trouble(platform, "The form could not be read.")
        state = form.get("state", [""])[0]
        person = form.get("person", [""])[0]
        if (ticket := self._ticket(platform, state)) is None:
            return self._trouble(platform, pages.FOREIGN)
        if form.get("decision") == ["allow"]:
            if person not in self._state.people:
                return self._trouble(platform, "Nobody was chosen.")
            ticked = [
                page.partition(":")[2]
                for page in form.get("page", [])
                if page.startswith(f"{person}:")
            ]
            query = {"code": self._state.consent(ticket, person, ticked), "state": state}
        else:
            query = {
                "error": "access_denied",
                "error_reason": "user_denied",
                "error_description": "Permissions error",
                "state": state,
            }
        base = self.other_origin or self._context.public_url
        if base.startswith("/"):
            # Relative to this page: jupyter-server-proxy 4.6 adds its prefix to paths; older
            # versions do not.
            base = ".."
        finish = f"{base}/social-media-posting/oauth/{platform}/finish?{urlencode(query)}"
        return SimResponse(302, headers={"location": finish})

    def _finish(self, platform: str, request: SimRequest) -> SimResponse:
        context = self._context
        if self._ticket(platform, request.query.get("state", "")) is None:
            return self._trouble(platform, pages.FOREIGN)
        if "error" in request.query:
            messages = self._messages(platform, None)
            return html(pages.finish_page(context, platform, messages, account_id=None))
        login = context.state.exchange(request.query.get("code", ""))
        if login is None:
            return self._trouble(platform, "Its code was used before.")
        messages = self._messages(platform, login.id)
        return html(pages.finish_page(context, platform, messages, account_id=login.id))

    def _messages(self, platform: str, account_id: str | None) -> list[Any]:
        """Return the messages of the finish page; a missing value is the string "undefined"."""
        levers = self._levers
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

    def _file(self, name: str) -> SimResponse:
        if name not in _STATIC:
            return SimResponse(404, "Not Found")
        text = files(__package__).joinpath("static", name).read_text(encoding="utf-8")
        return SimResponse(200, text, {"content-type": _STATIC[name]})

    def _picture(self, name: str) -> SimResponse:
        stem, _, kind = name.partition(".")
        if kind != "svg":
            return SimResponse(404, "Not Found")
        svg = {"content-type": "image/svg+xml"}
        if stem.startswith("mark-"):
            platform = stem.removeprefix("mark-")
            known = platform in PLATFORMS or platform == "none"
            return (
                SimResponse(200, pages.mark(platform), svg)
                if known
                else SimResponse(404, "Not Found")
            )
        for person in self._state.people.values():
            if stem == str(person.avatar):
                return SimResponse(200, pages.avatar(person.name, person.avatar), svg)
            for page in person.pages:
                if stem == str(page.avatar):
                    return SimResponse(200, pages.avatar(page.name, page.avatar), svg)
        number = pictured_location(int(stem)) if stem.isascii() and stem.isdigit() else None
        if number is not None and number < self._state.extra_locations:
            return SimResponse(200, pages.avatar(location_name(number), int(stem)), svg)
        return SimResponse(404, "Not Found")
