"""The operations of a login and of accounts: start, step 2, attach, list, detach, and users."""

from __future__ import annotations

from urllib.parse import urlencode

from . import attach, shapes
from .context import SimContext
from .faults import not_successful, refuse
from .list_cache import ListCache, accounts_list
from .platforms import PLATFORMS, UNSUPPORTED, make_account
from .records import Account, Login
from .request import SimRequest, SimResponse, enveloped, html, require
from .routes import Operations, route

OAUTH = "/social-media-posting/oauth"
_LONG = f"{OAUTH}/{{locationId}}/{{platform}}"
_SHORT = f"{OAUTH}/{{platform}}"
_ACCOUNTS = "/social-media-posting/{locationId}/accounts"
_READ, _WRITE = "socialplanner/oauth.readonly", "socialplanner/oauth.write"


class AccountOperations(Operations):
    """The operations of a login, of the accounts list, and of a sub-account's users."""

    def __init__(self, context: SimContext) -> None:
        super().__init__(context)
        self._list_cache = ListCache(context)

    @route("GET", f"{_SHORT}/start", _READ)
    def start(self, request: SimRequest) -> SimResponse:
        """Answer start: 302 to the provider's consent page."""
        platform = request.params["platform"]
        require(request, "locationId", "userId")
        if platform in UNSUPPORTED:
            raise refuse(400, UNSUPPORTED[platform])
        levers = self._levers
        if levers.start_answer == "html":
            return html(f"<!doctype html><title>{PLATFORMS[platform].name}</title><p>Log in</p>")
        if levers.start_answer == "no_location":
            return SimResponse(302)
        if levers.start_answer == "odd_scheme":
            return SimResponse(302, headers={"location": levers.odd_location})
        kept = ("locationId", "userId", "page", "reconnect", "loginType")
        ticket = {"platform": platform} | {k: request.query[k] for k in kept if k in request.query}
        query = {
            "client_id": "simulated",
            "redirect_uri": f"{self._context.public_url}{OAUTH}/{platform}/finish",
            "response_type": "code",
            "state": self._state.sign(ticket),
        }
        address = f"{self._context.public_url}/consent/{platform}?{urlencode(query)}"
        return SimResponse(302, headers={"location": address})

    def _login(self, request: SimRequest) -> Login:
        location = request.params.get("locationId") or request.query.get("locationId")
        if not location:
            raise refuse(422, ["locationId should not be empty"])
        login = self._state.login_for(
            request.params["accountId"], request.params["platform"], location
        )
        if login is None:
            raise refuse(400, "Account not found")
        return login

    # Google's pages are locations; v3 calls them accounts, as for every other platform.
    @route("GET", f"{_LONG}/locations/{{accountId}}", _READ)
    @route("GET", f"{_LONG}/accounts/{{accountId}}", _READ)
    @route("GET", f"{_SHORT}/locations/{{accountId}}", _READ)
    @route("GET", f"{_SHORT}/accounts/{{accountId}}", _READ)
    def available(self, request: SimRequest) -> SimResponse:
        """Answer step 2: the accounts that a login may attach, perhaps an empty list."""
        login = self._login(request)
        search = request.query.get("search", "").casefold()
        pages = [page for page in login.pages if search in page.name.casefold()]
        results = shapes.available(self._context, login, pages)
        # The documents' example repeats 201 for this platform, under HTTP 200.
        status = 201 if login.platform == "tiktok-business" else 200
        message = f"Fetched {PLATFORMS[login.platform].label} Account"
        return enveloped(200, message, results, status)

    @route("POST", f"{_LONG}/locations/{{accountId}}", _WRITE)
    @route("POST", f"{_LONG}/accounts/{{accountId}}", _WRITE)
    def attach(self, request: SimRequest) -> SimResponse:
        """Answer step 3: attach one page of a login."""
        platform, state = request.params["platform"], self._state
        body = attach.read_body(request)
        login = self._login(request)
        page = attach.wanted_page(login, body)
        if page is None:
            raise not_successful(201, "Account not found")
        results = shapes.attached(self._context, state.attach(login, page), body)
        # The documents' example repeats 200 for this platform, under HTTP 201.
        status = 200 if platform == "linkedin" else 201
        return enveloped(201, f"Added {PLATFORMS[platform].label} Account", results, status)

    @route("GET", _ACCOUNTS, "socialplanner/account.readonly")
    def accounts(self, request: SimRequest) -> SimResponse:
        """List the accounts of a sub-account, and its groups."""
        state, location = self._state, request.params["locationId"]
        if state.is_unchanged(location):
            return SimResponse(200, self._list_cache.of(location))
        rows, fetch_all = state.accounts_of(location), request.query.get("fetchAll") == "true"
        if fetch_all and self._levers.fetch_all_shows_unattached:
            rows += self._unattached(location)
        groups = [
            {"id": group.id, "name": group.name, "accountIds": list(group.account_ids)}
            for group in state.groups
            if group.location_id == location
        ]
        return SimResponse(200, accounts_list(self._context, rows, groups))

    def _unattached(self, location: str) -> list[Account]:
        state = self._state
        used = {account.oauth_id for account in state.accounts_of(location)}
        return [
            make_account(login, page, "", login.created_at)
            for login in list(state.logins.values())
            if login.location_id == location and login.id not in used
            for page in login.pages
            if not state.is_connected(page, location)
        ]

    @route("DELETE", f"{_ACCOUNTS}/{{id}}", "socialplanner/account.write")
    def delete(self, request: SimRequest) -> SimResponse:
        """Detach an account; ``userId`` is required."""
        state, location = self._state, request.params["locationId"]
        if not request.query.get("userId"):
            raise refuse(400, "userId is required")
        account = state.account(request.params["id"], location)
        if account is None or account.deleted:
            raise refuse(400, "Account not found")
        state.delete(account)
        return enveloped(200, "Deleted Account", {"locationId": location, "id": account.id})

    @route("GET", "/users/", "users.readonly", until_v3=True)
    def users(self, request: SimRequest) -> SimResponse:
        """List the users of a sub-account, including deleted ones."""
        if not request.query.get("locationId"):
            raise refuse(400, "locationId is required")
        found = self._state.users_of(request.query["locationId"])
        return SimResponse(200, {"users": [shapes.user(one) for one in found]})

    @route("GET", "/users/search", "users.readonly", "both")
    def search_users(self, request: SimRequest) -> SimResponse:
        """Search the users of an agency, or of one of its sub-accounts."""
        require(request, "companyId")
        only = request.query.get("locationId")
        users = self._state.users if only is None else self._state.users_of(only)
        rows = [shapes.user(one) for one in users]
        return SimResponse(200, {"users": rows, "count": len(rows)})

    @route("GET", "/users/{id}", "users.readonly", "both")
    def user(self, request: SimRequest) -> SimResponse:
        """Return a user."""
        found = next((u for u in self._state.users if u.id == request.params["id"]), None)
        if found is None:
            raise refuse(400, "User not found")
        return SimResponse(200, shapes.user(found))
