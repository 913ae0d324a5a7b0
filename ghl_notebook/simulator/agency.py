"""What an agency asks about its sub-accounts: which there are, and which have the app."""

from __future__ import annotations

import base64
import json
from typing import Any

from . import shapes
from .faults import Failure, RefusedError, refuse
from .records import Location
from .wire import Answer, Call, World, require

#: The largest page of either list; the v3 document says so of its own.
LARGEST_PAGE = 100


class AgencyOperations:
    """What the agency's routes lead to. Every method is called after the checks have passed.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def search(self, call: Call) -> Answer:
        """GET /locations/search: the sub-accounts a token may see, paged by skip and limit."""
        token = self._world.state.token_of(call.bearer)
        own = token.location_id if token else None
        email, order = call.query.get("email"), call.query.get("order", "asc")
        if order not in ("asc", "desc"):
            raise refuse(422, ["order must be one of the following values: asc, desc"])
        found = [
            place
            for place in self._places(call)
            if own in (None, place.id) and (email is None or email == shapes.email(place))
        ]
        if order == "desc":
            found.reverse()
        skip, limit = _bounds(call, 10)
        rows = [shapes.location(place) for place in found[skip : skip + limit]]
        return Answer(200, {"locations": rows})

    def installed(self, call: Call) -> Answer:
        """GET /oauth/installedLocations: where an app is installed; for agencies only."""
        require(call, "companyId", "appId")
        if not self._is_known(call):
            raise refuse(400, "App not found")
        found, has_app = self._found(call)
        skip, limit = _bounds(call, 20)
        rows = [self._row(place, has_app) for place in found[skip : skip + limit]]
        every = self._is_everywhere(call)
        count = len(found)
        return Answer(200, {"locations": rows, "count": count, "installToFutureLocations": every})

    def installed_v3(self, call: Call) -> Answer:
        """GET /oauth/installed-locations: the same, paged by token; v3 only."""
        require(call, "companyId", "appId")
        if not self._is_known(call):
            app = call.query["appId"]
            raise _aip(404, "RESOURCE_NOT_FOUND", f"The requested App '{app}' was not found.")
        found, has_app = self._found(call)
        skip, size = _token_skip(call), _page_size(call)
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
        kept = {key: value for key, value in call.query.items() if not key.startswith("page")}
        body = {
            "items": [self._row(place, has_app) for place in page],
            "pagination": pagination,
            "metadata": {"filterApplied": kept, "sortApplied": {"installedAt": "asc"}},
            "installToFutureLocations": self._is_everywhere(call),
        }
        return Answer(200, body)

    def _places(self, call: Call) -> list[Location]:
        company = call.query.get("companyId")
        places = self._world.state.locations.values()
        return [place for place in places if company in (None, place.company_id)]

    def _is_known(self, call: Call) -> bool:
        """Say whether there is the app: by its client id, or by the part that is the app's id."""
        wanted = call.query["appId"]
        return any(wanted in (app, app.partition("-")[0]) for app in self._world.state.apps)

    def _found(self, call: Call) -> tuple[list[Location], frozenset[str]]:
        """Return the sub-accounts that the filters leave, and the ids of those with the app."""
        state, query = self._world.state, call.query
        token = state.token_of(call.bearer)
        install = state.installs.get(token.install_id or "") if token else None
        has_app = frozenset(self._world.installs.reached(install))
        name, only = query.get("query", "").casefold(), query.get("locationId")
        wanted = _flag(call, "isInstalled")
        # The app is free, and has one version and no plans.
        if _flag(call, "onTrial") or query.get("planId"):
            return [], has_app
        found = [
            place
            for place in self._places(call)
            if only in (None, place.id)
            and (not name or name in place.name.casefold())
            and wanted in (None, place.id in has_app)
        ]
        return found, has_app

    def _row(self, place: Location, has_app: frozenset[str]) -> dict[str, Any]:
        address = f"{place.town.name}, {place.town.country}" if place.town else ""
        installed = place.id in has_app
        return {"_id": place.id, "name": place.name, "address": address, "isInstalled": installed}

    def _is_everywhere(self, call: Call) -> bool:
        state = self._world.state
        token = state.token_of(call.bearer)
        install = state.installs.get(token.install_id or "") if token else None
        return install is None or install.approved is None


def _bounds(call: Call, default: int) -> tuple[int, int]:
    """Return ``skip`` and ``limit``."""
    try:
        skip, limit = int(call.query.get("skip", 0)), int(call.query.get("limit", default))
    except ValueError:
        raise refuse(422, ["skip and limit must be numbers"]) from None
    faults = ["skip must not be less than 0"] if skip < 0 else []
    if not 1 <= limit <= LARGEST_PAGE:
        faults.append(f"limit must be between 1 and {LARGEST_PAGE}")
    if faults:
        raise refuse(422, faults)
    return skip, limit


def _flag(call: Call, key: str) -> bool | None:
    text = call.query.get(key)
    if text not in (None, "true", "false"):
        raise refuse(422, [f"{key} must be a boolean value"])
    return None if text is None else text == "true"


def _page_size(call: Call) -> int:
    text = call.query.get("pageSize", "20")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_PAGE):
        raise _aip(400, "INVALID_ARGUMENT", f"pageSize must be between 1 and {LARGEST_PAGE}.")
    return int(text)


def _page_token(skip: int) -> str:
    text = json.dumps({"skip": skip}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _token_skip(call: Call) -> int:
    text = call.query.get("pageToken")
    if text is None:
        return 0
    try:
        skip = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["skip"]
    except (ValueError, TypeError, KeyError):
        skip = None
    if not isinstance(skip, int) or skip < 0 or text != _page_token(skip):
        raise _aip(400, "INVALID_ARGUMENT", "pageToken is invalid.")
    return skip


def _aip(status: int, code: str, message: str) -> RefusedError:
    """Return an error in the envelope that only v3 has."""
    return RefusedError(Failure(status, {"error": {"code": code, "message": message}}))
