"""The operations of an agency: its sub-accounts, and which of them have the app."""

from __future__ import annotations

import base64
import json
from typing import Any

from . import shapes
from .faults import SimFailure, SimFailureError, known, refuse
from .oauth_records import Install
from .records import Location
from .request import SimRequest, SimResponse, require
from .routes import Operations, route

#: The largest page of either list; only the v3 document states it, for its own list.
MAX_PAGE_SIZE = 100


class AgencyOperations(Operations):
    """An agency's sub-accounts: two lists, and each of them."""

    @route("GET", "/locations/search", "locations.readonly", "both")
    def search(self, request: SimRequest) -> SimResponse:
        """List the sub-accounts that a token can see, paged by skip and limit."""
        token = self._state.token_of(request.bearer)
        own = token.location_id if token else None
        email, order = request.query.get("email"), request.query.get("order", "asc")
        if order not in ("asc", "desc"):
            raise refuse(422, ["order must be one of the following values: asc, desc"])
        found = [
            location
            for location in self._locations(request)
            if own in (None, location.id) and (email is None or email == shapes.email(location))
        ]
        if order == "desc":
            found.reverse()
        skip, limit = _bounds(request, 10)
        rows = [shapes.location(location) for location in found[skip : skip + limit]]
        return SimResponse(200, {"locations": rows})

    @route("GET", "/locations/{id}", "locations.readonly", "both")
    def location(self, request: SimRequest) -> SimResponse:
        """Return a sub-account."""
        token = self._state.token_of(request.bearer)
        found = self._state.locations.get(request.params["id"])
        if found is None or (token and token.location_id not in (None, found.id)):
            raise known("wrong_location")
        return SimResponse(200, {"location": shapes.location(found)})

    @route("GET", "/oauth/installedLocations", "oauth.readonly", "agency", until_v3=True)
    def installed(self, request: SimRequest) -> SimResponse:
        """List the sub-accounts with and without an app."""
        require(request, "companyId", "appId")
        if not self._is_known(request):
            raise refuse(400, "App not found")
        found, has_app = self._found(request)
        skip, limit = _bounds(request, 20)
        body = {
            "locations": [_row(location, has_app) for location in found[skip : skip + limit]],
            "count": len(found),
            "installToFutureLocations": self._is_everywhere(request),
        }
        return SimResponse(200, body)

    @route("GET", "/oauth/installed-locations", "oauth.readonly", "agency", v3_only=True)
    def installed_v3(self, request: SimRequest) -> SimResponse:
        """List the sub-accounts with and without an app, paged by token."""
        require(request, "companyId", "appId")
        if not self._is_known(request):
            app = request.query["appId"]
            raise _aip(404, "RESOURCE_NOT_FOUND", f"The requested App '{app}' was not found.")
        found, has_app = self._found(request)
        skip, size = _token_skip(request), _page_size(request)
        page = found[skip : skip + size]
        pagination: dict[str, Any] = {
            "totalRecords": len(found),
            "hasNextPage": skip + size < len(found),
            "hasPrevPage": skip > 0,
            "currentPageSize": len(page),
        }
        if pagination["hasNextPage"]:
            pagination["nextPageToken"] = _page_token(skip + size)
        if pagination["hasPrevPage"]:
            pagination["prevPageToken"] = _page_token(max(0, skip - size))
        kept = {key: value for key, value in request.query.items() if not key.startswith("page")}
        body = {
            "items": [_row(location, has_app) for location in page],
            "pagination": pagination,
            "metadata": {"filterApplied": kept, "sortApplied": {"installedAt": "asc"}},
            "installToFutureLocations": self._is_everywhere(request),
        }
        return SimResponse(200, body)

    def _locations(self, request: SimRequest) -> list[Location]:
        company = request.query.get("companyId")
        locations = self._state.locations.values()
        return [location for location in locations if company in (None, location.company_id)]

    def _is_known(self, request: SimRequest) -> bool:
        """Whether the app exists, by its client id or by the app id, which is a part of it."""
        wanted = request.query["appId"]
        return any(wanted in (app, app.partition("-")[0]) for app in self._state.apps)

    def _install(self, request: SimRequest) -> Install | None:
        state = self._state
        token = state.token_of(request.bearer)
        return state.installs.get(token.install_id or "") if token else None

    def _is_everywhere(self, request: SimRequest) -> bool:
        install = self._install(request)
        return install is None or install.approved is None

    def _found(self, request: SimRequest) -> tuple[list[Location], frozenset[str]]:
        """Return the sub-accounts that match the filters, and the ids of those with the app."""
        query = request.query
        has_app = frozenset(self._context.installs.reached(self._install(request)))
        name, only = query.get("query", "").casefold(), query.get("locationId")
        wanted = _flag(request, "isInstalled")
        # The app is free: it has one version and offers neither trial nor plans.
        if _flag(request, "onTrial") or query.get("planId"):
            return [], has_app
        found = [
            location
            for location in self._locations(request)
            if only in (None, location.id)
            and (not name or name in location.name.casefold())
            and wanted in (None, location.id in has_app)
        ]
        return found, has_app


def _row(location: Location, has_app: frozenset[str]) -> dict[str, Any]:
    town = location.town
    return {
        "_id": location.id,
        "name": location.name,
        "address": f"{town.name}, {town.country}" if town else "",
        "isInstalled": location.id in has_app,
    }


def _bounds(request: SimRequest, default: int) -> tuple[int, int]:
    """Return ``skip`` and ``limit``."""
    try:
        skip, limit = int(request.query.get("skip", 0)), int(request.query.get("limit", default))
    except ValueError:
        raise refuse(422, ["skip and limit must be numbers"]) from None
    faults = ["skip must not be less than 0"] if skip < 0 else []
    if not 1 <= limit <= MAX_PAGE_SIZE:
        faults.append(f"limit must be between 1 and {MAX_PAGE_SIZE}")
    if faults:
        raise refuse(422, faults)
    return skip, limit


def _flag(request: SimRequest, key: str) -> bool | None:
    text = request.query.get(key)
    if text not in (None, "true", "false"):
        raise refuse(422, [f"{key} must be a boolean value"])
    return None if text is None else text == "true"


def _page_size(request: SimRequest) -> int:
    text = request.query.get("pageSize", "20")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PAGE_SIZE):
        raise _aip(400, "INVALID_ARGUMENT", f"pageSize must be between 1 and {MAX_PAGE_SIZE}.")
    return int(text)


def _page_token(skip: int) -> str:
    text = json.dumps({"skip": skip}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _token_skip(request: SimRequest) -> int:
    text = request.query.get("pageToken")
    if text is None:
        return 0
    try:
        skip = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["skip"]
    except (ValueError, TypeError, KeyError):
        skip = None
    if not isinstance(skip, int) or skip < 0 or text != _page_token(skip):
        raise _aip(400, "INVALID_ARGUMENT", "pageToken is invalid.")
    return skip


def _aip(status: int, code: str, message: str) -> SimFailureError:
    """Return an error in the envelope that v3 alone uses."""
    return SimFailureError(SimFailure(status, {"error": {"code": code, "message": message}}))
