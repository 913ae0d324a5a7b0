"""The operations of the service, each by the name of what it does."""

from __future__ import annotations

from urllib.parse import urlencode

from . import attach, shapes
from .faults import not_successful, refuse
from .lists import BegunLists, listing
from .platforms import CONNECTION_LIFETIME, PLATFORMS, UNSUPPORTED, account_id
from .records import Account, Login
from .wire import Answer, Call, World, enveloped, require

OAUTH = "/social-media-posting/oauth"


class Operations:
    """What the routes lead to. Every method is called after the checks have passed.

    Parameters
    ----------
    world : World
        What is simulated.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._begun = BegunLists(world)

    def start(self, call: Call) -> Answer:
        """GET …/oauth/{platform}/start: 302 to the provider's consent page."""
        platform = call.params["platform"]
        require(call, "locationId", "userId")
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
        return enveloped(200, f"Fetched {shapes.LABELS[login.platform]} Account", results, status)

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
        return enveloped(201, f"Added {shapes.LABELS[platform]} Account", results, status)

    def accounts(self, call: Call) -> Answer:
        """GET /social-media-posting/{locationId}/accounts: what is attached, and the groups."""
        state, location = self._world.state, call.params["locationId"]
        if state.is_as_begun(location):
            return Answer(200, self._begun.of(location))
        rows = state.accounts_of(location)
        if call.query.get("fetchAll") == "true" and self._world.levers.fetch_all_shows_unattached:
            rows += self._unattached(location)
        groups = [
            {"id": group.id, "name": group.name, "accountIds": list(group.account_ids)}
            for group in state.groups
            if group.location_id == location
        ]
        return Answer(200, listing(self._world, rows, groups))

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
            if not state.is_connected(page, location)
        ]

    def delete(self, call: Call) -> Answer:
        """DELETE /social-media-posting/{locationId}/accounts/{id}: wants ``userId``."""
        state, location = self._world.state, call.params["locationId"]
        if not call.query.get("userId"):
            raise refuse(400, "userId is required")
        account = state.account(call.params["id"], location)
        if account is None or account.deleted:
            raise refuse(400, "Account not found")
        state.delete(account)
        return enveloped(200, "Deleted Account", {"locationId": location, "id": account.id})

    def users(self, call: Call) -> Answer:
        """GET /users/: the users of a sub-account, deleted ones among them."""
        if not call.query.get("locationId"):
            raise refuse(400, "locationId is required")
        found = self._world.state.users_of(call.query["locationId"])
        return Answer(200, {"users": [shapes.user(one) for one in found]})
