"""The initial state of a simulator: an agency, two sub-accounts, their people and pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from .many_locations import add_locations, phone_number
from .oauth_records import Install, MarketplaceApp
from .platforms import CONNECTION_LIFETIME, PLATFORMS, make_account
from .records import Account, AccountGroup, Company, Location, Login, Page, Person, Token, User
from .state import State

#: The scopes of the Social Planner beyond accounts and logins.
PLANNER_SCOPES = frozenset(
    f"socialplanner/{name}"
    for name in (
        "category.readonly", "category.write", "csv.readonly", "csv.write", "post.readonly",
        "post.write", "statistics.readonly", "tag.readonly", "tag.write",
    )
)  # fmt: skip

SCOPES = PLANNER_SCOPES | {
    "socialplanner/oauth.readonly", "socialplanner/oauth.write",
    "socialplanner/account.readonly", "socialplanner/account.write",
    "users.readonly", "locations.readonly", "oauth.readonly", "medias.readonly", "medias.write",
}  # fmt: skip

#: The scopes that the simulated app can request: the scopes above, and some unused ones.
APP_SCOPES = SCOPES | {
    "oauth.write", "users.write", "locations.write", "socialplanner/stat.readonly",
}  # fmt: skip

#: Registered for the simulated app; a loopback address matches at any port (RFC 8252, 7.3).
REDIRECT_URI = "http://127.0.0.1:8765/oauth/callback"

_PEOPLE: list[tuple[str, str, list[tuple[str, str]]]] = [
    (
        "Amara Diallo",
        "amara.diallo",
        [
            ("Café Lumière", "cafe.lumiere"),
            ("東京ラーメン日記", "tokyo.ramen.diary"),
            ("مقهى الياسمين", "yasmin.coffee"),
            (
                "🌿 Green Corner Garden Centre & Florist: Weddings, Events, Everyday Flowers",
                "green.corner.garden.centre",
            ),
        ],
    ),
    ("Jonas Lindqvist", "jonas.lindqvist", [("Nordljus Studio", "nordljus.studio")]),
    ("Sam Rivera", "sam.rivera", []),
]

#: The documentation uses this id, so that its examples run with every seed.
FIRST_INSTAGRAM = "17841405123456789"


def seed_state(
    seed: int, clock: Callable[[], datetime], locations: int = 0, accounts: int | range = 0
) -> State:
    """Return the state of a simulator before its first request.

    Parameters
    ----------
    locations : int
        The number of extra sub-accounts.
    accounts : int or range
        The number of accounts of each extra sub-account.
    """
    state = State(seed, clock)
    company = state.short_id("company")
    main, second = (
        Location(state.short_id("location"), name, company, phone=phone_number(f"{seed}:{name}"))
        for name in ("Lumière Hospitality", "Nordljus Studio")
    )
    state.companies = {company: Company(company, "Bright Harbour Agency")}
    state.locations = {location.id: location for location in (main, second)}
    _add_tokens(state, company, main, second)
    _add_users(state, main, second)
    _add_people(state)
    _add_accounts(state, main, second)
    _add_app(state)
    add_locations(state, locations, accounts, company)
    state.finish_setup()
    return state


def _add_tokens(state: State, company: str, main: Location, second: Location) -> None:
    past = state.clock() - timedelta(hours=1)
    state.tokens = {
        "main": Token("pit-00000000-simulated", "sub_account", company, main.id, SCOPES),
        "second": Token("pit-00000002-simulated", "sub_account", company, second.id, SCOPES),
        "company": Token(
            "company-00000000-simulated", "company", company, None, SCOPES | {"oauth.write"}
        ),
        "agency": Token("pit-00000001-simulated", "agency_integration", company, None, SCOPES),
        "expired": Token(
            "expired-00000000-simulated", "sub_account", company, main.id, SCOPES, past
        ),
        "no_scopes": Token("pit-00000003-simulated", "sub_account", company, main.id, frozenset()),
    }


def _add_app(state: State) -> None:
    app = MarketplaceApp(
        client_id=f"{state.hex_id('app')}-simulate",
        client_secret=f"secret-{state.digest('client-secret').hex()[:36]}",
        name="LeadConnector Notebook",
        redirect_uris=[REDIRECT_URI],
        scopes=APP_SCOPES,
    )
    state.apps = {app.client_id: app}
    company = state.tokens["company"]
    owner = next(user.id for user in state.users if user.type == "agency")
    install = Install(
        id=state.hex_id("install"), client_id=app.client_id, company_id=company.company_id,
        location_id=None, user_id=owner, scopes=tuple(sorted(company.scopes)),
    )  # fmt: skip
    state.installs = {install.id: install}
    company.client_id, company.install_id = app.client_id, install.id


def _add_users(state: State, main: Location, second: Location) -> None:
    # The order matters: the first user, and the first admin, are wrong choices for a client.
    both = [main.id, second.id]

    def user(first: str, last: str, kind: str, locations: list[str], deleted: bool = False) -> User:
        return User(
            id=state.short_id("user"), first_name=first, last_name=last,
            email=f"{first}@example.com".lower(), type="agency" if kind == "agency" else "account",
            role="admin" if kind == "admin" else "user", location_ids=locations, deleted=deleted,
            phone=phone_number(f"{state.seed}:{first}"),
        )  # fmt: skip

    state.users = [
        user("Vera", "Former", "admin", [main.id], deleted=True),
        user("Ada", "Agency", "agency", both),
        user("Noor", "Haddad", "admin", [main.id]),
        user("Piet", "Bakker", "user", [main.id]),
        user("Elin", "Strand", "admin", [second.id]),
    ]


def _add_people(state: State) -> None:
    picture = 0
    for name, handle, brands in _PEOPLE:
        person_picture, picture = picture, picture + 1
        pages: list[Page] = []
        for platform, facts in PLATFORMS.items():
            for number, (title, username) in enumerate(brands):
                origin = state.number_id(platform, *facts.origin)
                if platform == "instagram" and not state.people and number == 0:
                    origin = FIRST_INSTAGRAM
                if platform == "pinterest":
                    username = f"@{username}"
                page = Page(
                    platform=platform, origin_id=origin, name=title, username=username,
                    avatar=picture + number, type=facts.page_type,
                    page_id=state.number_id("page", "10", 15),
                    urn=f"urn:li:organization:{origin}" if platform == "linkedin" else "",
                )  # fmt: skip
                pages.append(page)
            if platform == "linkedin":
                # LinkedIn also gives access to the person's own profile.
                own = state.hex_id("member")[:10]
                pages.append(
                    Page(platform, own, name, handle, person_picture, "profile", "",
                         f"urn:li:person:{own}")
                )  # fmt: skip
        picture += len(brands)
        person = Person(
            id=state.hex_id("person")[:12], name=name, email=f"{handle}@example.com",
            avatar=person_picture, pages=tuple(pages),
        )  # fmt: skip
        state.people[person.id] = person


def _add_accounts(state: State, main: Location, second: Location) -> None:
    now = state.clock()
    owner = next(user.id for user in state.users if user.role == "admin" and not user.deleted)
    first, other = list(state.people.values())[:2]

    def add(location: Location, page: Page, person: Person, age: int) -> Account:
        then = now - timedelta(days=age)
        login = Login(
            id=state.hex_id("login"), platform=page.platform, location_id=location.id,
            owner_id=owner, person_id=person.id, pages=[page], login_type=None, created_at=then,
        )  # fmt: skip
        state.logins[login.id] = login
        account = make_account(login, page, state.hex_id("profile"), then)
        account.expired = age > CONNECTION_LIFETIME.days
        state.accounts[account.id] = account
        return account

    facebook = add(main, first.pages_on("facebook")[0], first, 10)
    google = add(main, first.pages_on("google")[0], first, 20)
    add(main, other.pages_on("instagram")[0], other, 90)
    add(main, other.pages_on("linkedin")[0], other, 30).deleted = True
    add(second, other.pages_on("facebook")[0], other, 5)
    # Each brand uses its own platform; two of these connections expire within two weeks.
    cafe, ramen, yasmin, garden = range(4)
    add(main, first.pages_on("instagram")[yasmin], first, 25)
    add(main, first.pages_on("tiktok")[ramen], first, 51)
    add(main, first.pages_on("linkedin")[cafe], first, 55)
    add(main, first.pages_on("pinterest")[garden], first, 43)
    state.groups = [
        AccountGroup(state.hex_id("group"), main.id, "Café, all channels", [facebook.id, google.id])
    ]
