"""The way to an operation: the routes, and the checks in the gateway's order."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from . import attach
from .agency import AgencyOperations
from .categories import CategoryOperations
from .csv_imports import CsvOperations
from .faults import known, not_found
from .oauth import TOKEN, TokenEndpoint
from .operations import OAUTH, Operations
from .platforms import PLATFORMS, UNSUPPORTED
from .posts import PostOperations
from .records import Token
from .routes import Audience, Route
from .statistics import StatisticsOperations
from .wire import Answer, Call, World

VERSIONS = ("2021-04-15", "2021-07-28", "2023-02-21", "v3")

SERVICES = ("/social-media-posting/", "/users/", "/locations/", "/oauth/")


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
        self._tokens = TokenEndpoint(world)
        do, of = Operations(world), AgencyOperations(world)
        read, write = "socialplanner/oauth.readonly", "socialplanner/oauth.write"
        self._routes: list[Route] = []
        add = self._add
        add("GET", OAUTH + "/{platform}/start", read, do.start)
        for form in ("/{locationId}/{platform}", "/{platform}"):
            # Google's pages are locations; v3 calls them accounts like everyone else's.
            add("GET", OAUTH + form + "/locations/{accountId}", read, do.available)
            add("GET", OAUTH + form + "/accounts/{accountId}", read, do.available)
        long = OAUTH + "/{locationId}/{platform}"
        add("POST", long + "/locations/{accountId}", write, do.attach)
        add("POST", long + "/accounts/{accountId}", write, do.attach)
        planner = "/social-media-posting/{locationId}"
        account = "socialplanner/account"
        add("GET", planner + "/accounts", f"{account}.readonly", do.accounts)
        add("DELETE", planner + "/accounts/{id}", f"{account}.write", do.delete)
        add("GET", "/users/", "users.readonly", do.users)
        add("GET", "/locations/search", "locations.readonly", of.search, "both")
        read, path = "oauth.readonly", "/oauth/installed-locations"
        add("GET", "/oauth/installedLocations", read, of.installed, "agency")
        add("GET", path, read, of.installed_v3, "agency", v3_only=True)
        mint = self._tokens.mint
        add("POST", "/oauth/locationToken", "oauth.write", mint, "agency")
        add("POST", "/oauth/location-token", "oauth.write", mint, "agency", v3_only=True)
        PostOperations(world).add_to(add)
        CsvOperations(world).add_to(add)
        CategoryOperations(world).add_to(add)
        StatisticsOperations(world).add_to(add)

    def _add(
        self,
        method: str,
        template: str,
        scope: str | None,
        handler: Callable[[Call], Answer],
        audience: Audience = "sub_account",
        *,
        v3_only: bool = False,
    ) -> None:
        route = Route(method, _pattern(template), scope, handler, audience, v3_only)
        self._routes.append(route)

    def answer(self, call: Call) -> Answer:
        """Answer one call.

        Raises
        ------
        RefusedError
            For every error.
        """
        is_token_endpoint = (call.method, call.path) == ("POST", TOKEN)
        version = call.headers.get("version")
        if version is None and not is_token_endpoint:
            raise known("version_missing")
        if version not in (None, *VERSIONS):
            raise known("version_invalid")
        if is_token_endpoint:
            return self._tokens.token(call)
        token = self._token(call)
        route = self._find(call)
        self._check_audience(token, route)
        if route.scope is not None and route.scope not in token.scopes:
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
            if found and route.method == call.method and self._exists(route, found, call):
                call.params = found.groupdict()
                return route
        if not call.path.startswith(SERVICES) or self._is_miscased(call):
            raise known("scope_missing")
        raise not_found(call.method, call.path)

    def _exists(self, route: Route, found: re.Match[str], call: Call) -> bool:
        if route.v3_only and call.headers["version"] != "v3":
            return False
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
            and self._exists(route, found, lower)
            for route in self._routes
        )

    def _check_audience(self, token: Token, route: Route) -> None:
        if route.audience == "agency":
            if token.kind == "sub_account":
                raise known("agency_only")
        elif route.audience == "sub_account" and token.kind == "company":
            raise known("wrong_auth_class")
        elif route.audience == "sub_account" and token.kind == "agency_integration":
            raise known("user_type_mismatch")

    def _check_location(self, call: Call, token: Token) -> None:
        location = call.params.get("locationId") or call.query.get("locationId")
        if location and location != token.location_id:
            raise known("wrong_location")
