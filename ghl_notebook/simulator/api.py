"""From a request to its operation: the checks in the gateway's order, then the route."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from . import attach
from .accounts import AccountOperations
from .agency import AgencyOperations
from .categories import CategoryOperations
from .comments import CommentOperations
from .context import SimContext, SimPart
from .csv_imports import CsvOperations
from .faults import known, not_found, removed
from .media import MediaOperations
from .oauth import TOKEN, TokenOperations
from .platforms import PLATFORMS, UNSUPPORTED
from .posts import PostOperations
from .queue_items import QueueItemOperations
from .queues import QueueOperations
from .records import Token
from .request import SimRequest, SimResponse
from .routes import Route
from .statistics import StatisticsOperations
from .users import UserOperations

VERSIONS = ("2021-04-15", "2021-07-28", "2023-02-21", "v3")

SERVICES = ("/social-media-posting/", "/users/", "/locations/", "/oauth/", "/medias/")

#: Of two routes that fit a request, the earlier one answers.
_OPERATIONS = (
    AccountOperations, AgencyOperations, TokenOperations, PostOperations, QueueItemOperations,
    QueueOperations, CommentOperations, CsvOperations, CategoryOperations, StatisticsOperations,
    MediaOperations,
    UserOperations,
)  # fmt: skip


class Api(SimPart):
    """Answers the service's API calls."""

    def __init__(self, context: SimContext) -> None:
        super().__init__(context)
        self._tokens = TokenOperations(context)
        self._routes = [pair for kind in _OPERATIONS for pair in kind(context).routes()]

    def answer(self, request: SimRequest) -> SimResponse:
        """Answer one call.

        Raises
        ------
        SimFailureError
            For every error.
        """
        is_token_endpoint = (request.method, request.path) == ("POST", TOKEN)
        version = request.headers.get("version")
        if version is None and not is_token_endpoint:
            raise known("version_missing")
        if version not in (None, *VERSIONS):
            raise known("version_invalid")
        if is_token_endpoint:
            return self._tokens.token(request)
        token = self._token(request)
        route, handler = self._find(request)
        self._check_audience(token, route)
        if route.scope is not None and route.scope not in token.scopes:
            raise known("scope_missing")
        if route.audience == "sub_account":
            self._check_location(request, token)
        return handler(request)

    def _token(self, request: SimRequest) -> Token:
        token = self._state.token_of(request.bearer)
        if token is None:
            raise known("invalid_token")
        if token.expires_at is not None and token.expires_at <= self._state.clock():
            raise known("expired_token")
        return token

    def _find(self, request: SimRequest) -> tuple[Route, Callable[[SimRequest], SimResponse]]:
        """Return the route of a call; a wrong path is answered as 404 or as a missing scope."""
        for route, handler in self._routes:
            if (found := self._match(route, request)) is not None:
                request.params = found.groupdict()
                is_google = "/google/locations/" in request.path
                if request.is_v3 and (route.until_v3 or is_google):
                    raise removed(request.method, request.path)
                return route, handler
        if not request.path.startswith(SERVICES) or self._is_miscased(request):
            raise known("scope_missing")
        raise not_found(request.method, request.path)

    def _match(self, route: Route, request: SimRequest) -> re.Match[str] | None:
        if route.method != request.method:
            return None
        found = route.pattern.fullmatch(request.path)
        return found if found and self._exists(route, found, request) else None

    def _exists(self, route: Route, found: re.Match[str], request: SimRequest) -> bool:
        if route.v3_only and not request.is_v3:
            return False
        platform = found.groupdict().get("platform")
        if platform is None:
            return True
        if platform not in PLATFORMS and platform not in UNSUPPORTED:
            return False
        if request.method == "POST" and platform not in attach.RULES:
            return False
        if "/locations/" in request.path:
            return platform == "google"
        # Only v3 has google/accounts: older versions do not know the path.
        return platform != "google" or request.path.endswith("/start") or request.is_v3

    def _is_miscased(self, request: SimRequest) -> bool:
        lower = replace(request, path=request.path.lower())
        return request.path != lower.path and any(
            self._match(route, lower) is not None for route, _ in self._routes
        )

    def _check_audience(self, token: Token, route: Route) -> None:
        if route.audience == "agency":
            if token.kind == "sub_account":
                raise known("agency_only")
        elif route.audience == "sub_account" and token.kind == "company":
            raise known("wrong_auth_class")
        elif route.audience == "sub_account" and token.kind == "agency_integration":
            raise known("user_type_mismatch")

    def _check_location(self, request: SimRequest, token: Token) -> None:
        location = request.params.get("locationId") or request.query.get("locationId")
        location = location or request.query.get("altId")
        if location and location != token.location_id:
            raise known("wrong_location")
