"""The JSON side of the service: routes, the checks before them, and their answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlencode

from . import attach, shapes
from .faults import known, not_found, not_successful, refuse
from .seed import PLATFORMS, UNSUPPORTED
from .state import CONNECTION_LIFETIME, Account, Login, Token, account_id
from .wire import Answer, Call, World

VERSIONS = ("2021-04-15", "2021-07-28", "2023-02-21", "v3")

OAUTH = "/social-media-posting/oauth"
SERVICES = ("/social-media-posting/", "/users/", "/locations/", "/oauth/")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: what it is called by, who may, and what answers it."""

    method: str
    pattern: re.Pattern[str]
    scope: str
    handler: Callable[[Call], Answer]
    audience: Literal["sub_account", "agency"] = "sub_account"


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


class Api:
    """Answers the service's API calls.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        read, write = "socialplanner/oauth.readonly", "socialplanner/oauth.write"
        self._routes: list[Route] = []
        add = self._add
        add("GET", OAUTH + "/{platform}/start", read, self.start)
        for form in ("/{locationId}/{platform}", "/{platform}"):
            # Google's pages are locations; v3 calls them accounts like everyone else's.
            add("GET", OAUTH + form + "/locations/{accountId}", read, self.available)
            add("GET", OAUTH + form + "/accounts/{accountId}", read, self.available)
        long = OAUTH + "/{locationId}/{platform}"
        add("POST", long + "/locations/{accountId}", write, self.attach)
        add("POST", long + "/accounts/{accountId}", write, self.attach)
        planner = "/social-media-posting/{locationId}"
        account = "socialplanner/account"
        add("GET", planner + "/accounts", f"{account}.readonly", self.accounts)
        add("DELETE", planner + "/accounts/{id}", f"{account}.write", self.delete)
        add("GET", "/users/", "users.readonly", self.users)
        add("GET", "/locations/search", "locations.readonly", self.locations, "agency")

    def _add(
        self,
        method: str,
        template: str,
        scope: str,
        handler: Callable[[Call], Answer],
        audience: Literal["sub_account", "agency"] = "sub_account",
    ) -> None:
        self._routes.append(Route(method, _pattern(template), scope, handler, audience))

    def answer(self, call: Call) -> Answer:
        """Answer one call.

        Raises
        ------
        RefusedError
            For every error.
        """
        version = call.headers.get("version")
        if version is None:
            raise known("version_missing")
        if version not in VERSIONS:
            raise known("version_invalid")
        token = self._token(call)
        route = self._find(call)
        self._check_audience(token, route)
        if route.scope not in token.scopes:
            raise known("scope_missing")
        if route.audience == "sub_account":
            self._check_location(call, token)
        return route.handler(call)

    def _token(self, call: Call) -> Token:
        token = self._world.state.token_of(call.bearer)
        if token is None:
            raise known("invalid_token")
        if token.expires_at is not None and token.expires_at <= self._world.state.clock():
            raise known("expired_token")
        return token

    def _find(self, call: Call) -> Route:
        """Return the route of a call; a wrong path reads as 404 or as a missing scope."""
        for route in self._routes:
            found = route.pattern.fullmatch(call.path)
            if found and route.method == call.method and self._exists(found, call):
                call.params = found.groupdict()
                return route
        if not call.path.startswith(SERVICES) or self._is_miscased(call):
            raise known("scope_missing")
        raise not_found(call.method, call.path)

    def _exists(self, found: re.Match[str], call: Call) -> bool:
        platform = found.groupdict().get("platform")
        if platform is None:
            return True
        if platform not in PLATFORMS and platform not in UNSUPPORTED:
            return False
        if call.method == "POST" and platform not in attach.RULES:
            return False
        if "/locations/" in call.path:
            return platform == "google"
        # google/accounts is v3's form only: older versions do not know the path.
        is_v3 = call.headers["version"] == "v3"
        return platform != "google" or call.path.endswith("/start") or is_v3

    def _is_miscased(self, call: Call) -> bool:
        lower = replace(call, path=call.path.lower())
        return call.path != lower.path and any(
            (found := route.pattern.fullmatch(lower.path)) is not None
            and route.method == call.method
            and self._exists(found, lower)
            for route in self._routes
        )

    def _check_audience(self, token: Token, route: Route) -> None:
        if route.audience == "agency":
            if token.kind == "sub_account":
                raise known("agency_only")
        elif token.kind == "company":
            raise known("wrong_auth_class")
        elif token.kind == "agency_integration":
            raise known("user_type_mismatch")

    def _check_location(self, call: Call, token: Token) -> None:
        location = call.params.get("locationId") or call.query.get("locationId")
        if location and location != token.location_id:
            raise known("wrong_location")

    def start(self, call: Call) -> Answer:
        """GET …/oauth/{platform}/start: 302 to the provider's consent page."""
        platform = call.params["platform"]
        faults = [
            f"{key} should not be empty"
            for key in ("locationId", "userId")
            if not call.query.get(key)
        ]
        if faults:
            raise refuse(422, faults)
        if platform in UNSUPPORTED:
            raise refuse(400, UNSUPPORTED[platform])
        levers = self._world.levers
        if levers.start_answer == "html":
            page = f"<!doctype html><title>{PLATFORMS[platform]}</title><p>Log in</p>"
            return Answer(200, page, {"content-type": "text/html; charset=utf-8"})
        if levers.start_answer == "no_location":
            return Answer(302)
        if levers.start_answer == "odd_scheme":
            return Answer(302, headers={"location": levers.odd_location})
        kept = ("locationId", "userId", "page", "reconnect", "loginType")
        ticket = {"platform": platform} | {k: call.query[k] for k in kept if k in call.query}
        query = {
            "client_id": "simulated",
            "redirect_uri": f"{self._world.public_url}{OAUTH}/{platform}/finish",
            "response_type": "code",
            "state": self._world.state.sign(ticket),
        }
        address = f"{self._world.public_url}/consent/{platform}?{urlencode(query)}"
        return Answer(302, headers={"location": address})

    def _login(self, call: Call) -> Login:
        location = call.params.get("locationId") or call.query.get("locationId")
        if not location:
            raise refuse(422, ["locationId should not be empty"])
        login = self._world.state.login_for(
            call.params["accountId"], call.params["platform"], location
        )
        if login is None:
            raise refuse(400, "Account not found")
        return login

    def available(self, call: Call) -> Answer:
        """GET …/accounts/{accountId} (step 2): what a login may attach, also an empty list."""
        login = self._login(call)
        search = call.query.get("search", "").casefold()
        pages = [page for page in login.pages if search in page.name.casefold()]
        results = shapes.available(self._world, login, pages)
        # The documents' example repeats 201 for this platform, under HTTP 200.
        status = 201 if login.platform == "tiktok-business" else 200
        return _envelope(200, f"Fetched {shapes.LABELS[login.platform]} Account", results, status)

    def attach(self, call: Call) -> Answer:
        """POST …/accounts/{accountId} (step 3): attach one page of a login."""
        platform, state = call.params["platform"], self._world.state
        body = attach.read_body(platform, call.body, call.headers["version"])
        login = self._login(call)
        page = attach.wanted_page(login, body)
        if page is None:
            raise not_successful(201, "Account not found")
        results = shapes.attached(self._world, state.attach(login, page), body)
        # The documents' example repeats 200 for this platform, under HTTP 201.
        status = 200 if platform == "linkedin" else 201
        return _envelope(201, f"Added {shapes.LABELS[platform]} Account", results, status)

    def accounts(self, call: Call) -> Answer:
        """GET /social-media-posting/{locationId}/accounts: what is attached, and the groups."""
        state, location = self._world.state, call.params["locationId"]
        rows = state.accounts_of(location)
        if call.query.get("fetchAll") == "true" and self._world.levers.fetch_all_shows_unattached:
            rows += self._unattached(location)
        groups = [
            {"id": group.id, "name": group.name, "accountIds": list(group.account_ids)}
            for group in state.groups
            if group.location_id == location
        ]
        results = {"accounts": [shapes.listed(self._world, row) for row in rows], "groups": groups}
        return _envelope(200, "Fetched Accounts", results)

    def _unattached(self, location: str) -> list[Account]:
        state = self._world.state
        used = {account.oauth_id for account in state.accounts_of(location)}
        return [
            Account(
                id=account_id(login.id, location, page),
                profile_id="",
                oauth_id=login.id,
                location_id=location,
                page=page,
                expire=login.created_at + CONNECTION_LIFETIME,
                created_at=login.created_at,
                updated_at=login.created_at,
                login_type=login.login_type,
            )
            for login in list(state.logins.values())
            if login.location_id == location and login.id not in used
            for page in login.pages
        ]

    def delete(self, call: Call) -> Answer:
        """DELETE /social-media-posting/{locationId}/accounts/{id}: wants ``userId``."""
        state, location = self._world.state, call.params["locationId"]
        if not call.query.get("userId"):
            raise refuse(400, "userId is required")
        account = state.accounts.get(call.params["id"])
        if account is None or account.location_id != location or account.deleted:
            raise refuse(400, "Account not found")
        state.delete(account)
        return _envelope(200, "Deleted Account", {"locationId": location, "id": account.id})

    def users(self, call: Call) -> Answer:
        """GET /users/: the users of a sub-account, deleted ones among them."""
        if not call.query.get("locationId"):
            raise refuse(400, "locationId is required")
        found = self._world.state.users_of(call.query["locationId"])
        return Answer(200, {"users": [shapes.user(one) for one in found]})

    def locations(self, call: Call) -> Answer:
        """GET /locations/search: the sub-accounts of an agency, paged by skip and limit."""
        places = list(self._world.state.locations.values())
        try:
            skip, limit = int(call.query.get("skip", 0)), int(call.query.get("limit", 10))
        except ValueError:
            raise refuse(422, ["skip and limit must be numbers"]) from None
        company = call.query.get("companyId")
        found = [place for place in places if company in (None, place.company_id)]
        rows = [{"id": place.id, "name": place.name} for place in found[skip : skip + limit]]
        return Answer(200, {"locations": rows})


def _envelope(
    status: int, message: str, results: dict[str, Any], code: int | None = None
) -> Answer:
    body = {"success": True, "statusCode": code or status, "message": message, "results": results}
    return Answer(status, body)
