"""Extra sub-accounts of an agency, for tests and demos that need many."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from .many_accounts import ManyAccounts
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
_TOWNS = tuple(
    Town(*facts)
    for facts in (
        ("Austin", "US", "America/Chicago"), ("Leeds", "GB", "Europe/London"),
        ("Utrecht", "NL", "Europe/Amsterdam"), ("Perth", "AU", "Australia/Perth"),
        ("Toronto", "CA", "America/Toronto"), ("Lyon", "FR", "Europe/Paris"),
        ("Porto", "PT", "Europe/Lisbon"), ("Galway", "IE", "Europe/Dublin"),
        ("Tampa", "US", "America/New_York"), ("Malmö", "SE", "Europe/Stockholm"),
        ("Denver", "US", "America/Denver"), ("Cardiff", "GB", "Europe/London"),
        ("Zürich", "CH", "Europe/Zurich"), ("Auckland", "NZ", "Pacific/Auckland"),
        ("Boise", "US", "America/Boise"), ("Córdoba", "AR", "America/Argentina/Cordoba"),
        ("Halifax", "CA", "America/Halifax"), ("Gdańsk", "PL", "Europe/Warsaw"),
        ("Tucson", "US", "America/Phoenix"), ("Bergen", "NO", "Europe/Oslo"),
    )
)  # fmt: skip
_MANAGERS = (
    ("Ines", "Okoye"), ("Tom", "Becker"), ("Mei", "Tan"), ("Luca", "Ferri"), ("Sara", "Holm"),
    ("Omar", "Aziz"), ("Kate", "Doyle"), ("Raj", "Patel"),
)  # fmt: skip
_EDITORS = (
    ("Lena", "Vogt"), ("Diego", "Ramos"), ("Aoife", "Byrne"), ("Hana", "Sato"), ("Nils", "Dahl"),
    ("Zoë", "Martin"), ("Kofi", "Mensah"),
)  # fmt: skip

#: Sub-accounts per account manager, and per editor: few enough users for a linear search.
_PER_MANAGER, _PER_EDITOR = 25, 8


def add_locations(state: State, count: int, each: int | range, company_id: str) -> None:
    """Add sub-accounts and their managers. Number n does not depend on ``count``.

    Parameters
    ----------
    count : int
        The number of sub-accounts.
    each : int or range
        The number of initial accounts of each.
    company_id : str
        The agency.
    """
    numbers = {}
    for number in range(count):
        name, town = _named(number)
        # The kind is part of the digest: another word would change all ids.
        key = _id(state, "place", number)
        location = Location(key, name, company_id, town, phone_number(f"{state.seed}:{key}"))
        state.locations[location.id] = location
        numbers[location.id] = number
        if number % _PER_MANAGER == 0:
            manager = _user(state, "manager", _MANAGERS, number // _PER_MANAGER)
        if number % _PER_EDITOR == 0:
            editor = _user(state, "editor", _EDITORS, number // _PER_EDITOR)
        for user in (manager, editor):
            user.location_ids.append(location.id)
    state.extra_locations = count
    if each and count:
        owner = next(user.id for user in state.users if user.type == "agency")
        person = next(iter(state.people))
        made = ManyAccounts(state.seed, state.clock(), each, owner_id=owner, person_id=person)
        state.add_many_accounts(made, numbers)


def location_name(number: int) -> str:
    """Return the name of the nth sub-account; the first ten thousand names differ."""
    return _named(number)[0]


def _named(number: int) -> tuple[str, Town]:
    rest, brand = divmod(number, len(_BRANDS))
    rest, trade = divmod(rest, len(_TRADES))
    again, town = divmod(rest, len(_TOWNS))
    # Neighbors in the list have different trades and towns.
    trade, town = (trade + brand) % len(_TRADES), (town + 3 * brand + trade) % len(_TOWNS)
    name = f"{_BRANDS[brand]} {_TRADES[trade]} {_TOWNS[town].name}"
    return (f"{name} {again + 1}" if again else name), _TOWNS[town]


def _user(state: State, kind: str, names: Sequence[tuple[str, str]], number: int) -> User:
    """Add the nth manager or editor."""
    first, last = names[number % len(names)]
    email = f"{first}.{last}.{number + 1}@example.com".lower().replace("ë", "e")
    user = User(
        id=_id(state, kind, number), first_name=first, last_name=last, email=email, type="account",
        role="admin" if kind == "manager" else "user", location_ids=[],
        phone=phone_number(f"{state.seed}:{kind}:{number}"),
    )  # fmt: skip
    state.users.append(user)
    return user


def phone_number(key: str) -> str:
    """Return a number that nobody has, always the same for a key."""
    digits = int.from_bytes(hashlib.sha256(f"phone:{key}".encode()).digest()[:4], "big")
    return f"+1202555{100 + digits % 100:04}"


def _id(state: State, kind: str, number: int) -> str:
    digest = hashlib.sha256(f"{state.seed}:{kind}:{number}".encode()).digest()
    return base64.b64encode(digest, altchars=b"xy").decode()[:20]
