"""Sub-accounts of a simulator that tests have to themselves."""

from __future__ import annotations

from dataclasses import dataclass

from ghl_notebook import Secret
from ghl_notebook.models import AvailableAccount
from ghl_notebook.simulator import Simulator
from ghl_notebook.simulator.records import Location, Login, Page, Token, User

PLANTED = "pit-planted"
"""How each token begins, and nothing else."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A sub-account with a user, a login that has pages, and accounts attached from the first ones.

    Attributes
    ----------
    token : Secret
        Its token: no other sub-account has the same, so that who shows it is known.
    pages : tuple of str
        Origin ids of the login's pages.
    attached : tuple of str
        Ids of the accounts that are attached from the beginning.
    """

    token: Secret
    location_id: str
    user_id: str
    login_id: str
    pages: tuple[str, ...]
    attached: tuple[str, ...]

    def offer(self, origin_id: str) -> AvailableAccount:
        """Return one of the login's pages as step 2 lists it."""
        return AvailableAccount(
            origin_id=origin_id, platform="instagram", name=origin_id, page_id="1"
        )


def lay_out(sim: Simulator, *, pages: int, attached: int) -> Plot:
    """Add a sub-account to a simulator. The first `attached` of its pages are attached."""
    state = sim.state
    company = next(iter(state.locations.values())).company_id
    place = Location(state.short_id("location"), "A plot", company)
    number = len(state.locations)
    scopes = state.tokens["main"].scopes
    token = Token(f"{PLANTED}-{number:06d}-7f3a", "sub_account", company, place.id, scopes)
    user = User(
        id=state.short_id("user"),
        first_name="Uma",
        last_name="User",
        email="uma@example.com",
        type="account",
        role="admin",
        location_ids=[place.id],
    )
    things = [
        Page(
            platform="instagram",
            origin_id=state.number_id("plot", "178414", 17),
            name=f"Page {count}",
            username=f"page.{count}",
            avatar=count,
            type="page",
            page_id="1",
            urn="",
        )
        for count in range(pages)
    ]
    login = Login(
        id=state.hex_id("login"),
        platform="instagram",
        location_id=place.id,
        owner_id=user.id,
        person_id=next(iter(state.people)),
        pages=things,
        login_type=None,
        created_at=state.clock(),
    )
    with state.lock:
        state.locations[place.id] = place
        state.tokens[f"plot {number}"] = token
        state.users.append(user)
        state.logins[login.id] = login
    rows = [state.attach(login, page) for page in things[:attached]]
    return Plot(
        token=Secret(token.value),
        location_id=place.id,
        user_id=user.id,
        login_id=login.id,
        pages=tuple(page.origin_id for page in things),
        attached=tuple(row.id for row in rows),
    )
