"""More sub-accounts for an agency, for what only shows with many of them."""

from __future__ import annotations

import base64
import hashlib

from .place_accounts import PlaceAccounts
from .records import Location, Town, User
from .state import State

_BRANDS = (
    "Harbour", "Maple", "Lindgren", "Blue Door", "Okafor", "Sunrise", "Castellano", "North Star",
    "Juniper", "Silva", "Old Mill", "Kowalski", "Riverside", "Tanaka", "Golden Hour", "Moreau",
    "Hillcrest", "Green Leaf", "Bianchi", "Cornerstone", "Ahmadi", "Willow", "Petrov", "Lakeview",
    "Dubois",
)  # fmt: skip
_TRADES = (
    "Dental", "Roofing", "Yoga", "Bakery", "Plumbing", "Law", "Fitness", "Florist", "Realty",
    "Coffee", "Physiotherapy", "Catering", "Auto Repair", "Veterinary", "Optics", "Barbers",
    "Landscaping", "Music School", "Accounting", "Bike Shop",
)  # fmt: skip
_TOWNS = (
    Town("Austin", "US", "America/Chicago"),
    Town("Leeds", "GB", "Europe/London"),
    Town("Utrecht", "NL", "Europe/Amsterdam"),
    Town("Perth", "AU", "Australia/Perth"),
    Town("Toronto", "CA", "America/Toronto"),
    Town("Lyon", "FR", "Europe/Paris"),
    Town("Porto", "PT", "Europe/Lisbon"),
    Town("Galway", "IE", "Europe/Dublin"),
    Town("Tampa", "US", "America/New_York"),
    Town("Malmö", "SE", "Europe/Stockholm"),
    Town("Denver", "US", "America/Denver"),
    Town("Cardiff", "GB", "Europe/London"),
    Town("Zürich", "CH", "Europe/Zurich"),
    Town("Auckland", "NZ", "Pacific/Auckland"),
    Town("Boise", "US", "America/Boise"),
    Town("Córdoba", "AR", "America/Argentina/Cordoba"),
    Town("Halifax", "CA", "America/Halifax"),
    Town("Gdańsk", "PL", "Europe/Warsaw"),
    Town("Tucson", "US", "America/Phoenix"),
    Town("Bergen", "NO", "Europe/Oslo"),
)
_MANAGERS = (
    ("Ines", "Okoye"), ("Tom", "Becker"), ("Mei", "Tan"), ("Luca", "Ferri"), ("Sara", "Holm"),
    ("Omar", "Aziz"), ("Kate", "Doyle"), ("Raj", "Patel"),
)  # fmt: skip

#: An account manager looks after so many: few enough users for a simulator to go through them.
_PER_MANAGER = 25


def add_places(state: State, count: int, each: int | range, company_id: str) -> None:
    """Add sub-accounts and their managers. The first ones are the same for every ``count``.

    Parameters
    ----------
    count : int
        How many sub-accounts.
    each : int or range
        How many connected accounts each of them begins with.
    company_id : str
        Whose they are.
    """
    numbers = {}
    for number in range(count):
        name, town = _named(number)
        place = Location(_id(state, "place", number), name, company_id, town)
        state.locations[place.id] = place
        numbers[place.id] = number
        if number % _PER_MANAGER == 0:
            state.users.append(_manager(state, number // _PER_MANAGER))
        state.users[-1].location_ids.append(place.id)
    state.places = count
    if each and count:
        owner = next(user.id for user in state.users if user.type == "agency")
        person = next(iter(state.people))
        made = PlaceAccounts(state.seed, state.clock(), each, owner_id=owner, person_id=person)
        state.begin_with(made, numbers)


def place_name(number: int) -> str:
    """Return the name of the nth sub-account; all of the first ten thousand differ."""
    return _named(number)[0]


def _named(number: int) -> tuple[str, Town]:
    rest, brand = divmod(number, len(_BRANDS))
    rest, trade = divmod(rest, len(_TRADES))
    again, town = divmod(rest, len(_TOWNS))
    # Neighbours in a list are of different trades and towns.
    trade, town = (trade + brand) % len(_TRADES), (town + 3 * brand + trade) % len(_TOWNS)
    name = f"{_BRANDS[brand]} {_TRADES[trade]} {_TOWNS[town].name}"
    return (f"{name} {again + 1}" if again else name), _TOWNS[town]


def _manager(state: State, number: int) -> User:
    first, last = _MANAGERS[number % len(_MANAGERS)]
    return User(
        id=_id(state, "manager", number),
        first_name=first,
        last_name=last,
        email=f"{first}.{last}.{number + 1}@example.com".lower(),
        type="account",
        role="admin",
        location_ids=[],
    )


def _id(state: State, kind: str, number: int) -> str:
    digest = hashlib.sha256(f"{state.seed}:{kind}:{number}".encode()).digest()
    return base64.b64encode(digest, altchars=b"xy").decode()[:20]
