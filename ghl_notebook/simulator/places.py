"""More sub-accounts for an agency, for what only shows with many of them."""

from __future__ import annotations

import base64
import hashlib

from .records import Location, User
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
    "Austin", "Leeds", "Utrecht", "Perth", "Toronto", "Lyon", "Porto", "Galway", "Tampa", "Malmö",
    "Denver", "Cardiff", "Zürich", "Auckland", "Boise", "Córdoba", "Halifax", "Gdańsk", "Tucson",
    "Bergen",
)  # fmt: skip
_MANAGERS = (
    ("Ines", "Okoye"), ("Tom", "Becker"), ("Mei", "Tan"), ("Luca", "Ferri"), ("Sara", "Holm"),
    ("Omar", "Aziz"), ("Kate", "Doyle"), ("Raj", "Patel"),
)  # fmt: skip

#: An account manager looks after so many: few enough users for a simulator to go through them.
_PER_MANAGER = 25


def add_places(state: State, count: int, company_id: str) -> None:
    """Add sub-accounts and their managers. The first ones are the same for every ``count``."""
    for number in range(count):
        place = Location(_id(state, "place", number), place_name(number), company_id)
        state.locations[place.id] = place
        if number % _PER_MANAGER == 0:
            state.users.append(_manager(state, number // _PER_MANAGER))
        state.users[-1].location_ids.append(place.id)


def place_name(number: int) -> str:
    """Return the name of the nth sub-account; all of the first ten thousand differ."""
    rest, brand = divmod(number, len(_BRANDS))
    rest, trade = divmod(rest, len(_TRADES))
    again, town = divmod(rest, len(_TOWNS))
    # Neighbours in a list are of different trades and towns.
    trade, town = (trade + brand) % len(_TRADES), (town + 3 * brand + trade) % len(_TOWNS)
    name = f"{_BRANDS[brand]} {_TRADES[trade]} {_TOWNS[town]}"
    return f"{name} {again + 1}" if again else name


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
