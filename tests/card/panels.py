"""Every state that the panel can show, with the kernel's side as a test plays it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from tests.card.harness import TRAITS, Card
from tests.card.states import ERROR, LONG_NAME, choices

PLACE = "ve9EPM428h8vShlRW1KT"

SHOWN: dict[str, Any] = {
    "kind": "accounts",
    "busy": None,
    "error": None,
    "notice": None,
    "fetched_at": 1_767_600_000,
    "name": None,
    "id": PLACE,
    "app": None,
    "expiring_days": 30,
    "can_leave": False,
    "stage": "list",
    "platforms": [["facebook", "Facebook"], ["instagram", "Instagram"], ["threads", "Threads"]],
    "platform": None,
    "pages": None,
    "reconnecting": None,
    "next": [],
}

_TITLES = {
    "facebook": "Facebook",
    "google": "Google Business Profile",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
}

_ROWS: list[tuple[str, str | None, str, str | None, str, int | None]] = [
    ("Café Lumière", "cafe.lumiere", "facebook", "Café, all channels", "connected", 50),
    ("Nordljus Studio", "nordljus.studio", "instagram", None, "expired", -30),
    ("مقهى الياسمين", "yasmin.coffee", "instagram", None, "expiring", 12),
    (LONG_NAME, "green.corner.garden.centre", "google", "Everything green", "expiring", 0),
    ("מטבח טוב (תל אביב)", None, "facebook", None, "connected", None),
    ("👩🏽‍🍳 Küche 🇺🇦", "kueche", "linkedin", None, "expiring", 1),
    ("東京ラーメン日記", "tokyo.ramen.diary", "instagram", "Japan", "expired", 20),
]


def columns(rows: list[tuple[Any, ...]] | None = None) -> dict[str, list[Any]]:
    """Return the columns of some accounts, as the kernel tells them."""
    made = _ROWS if rows is None else rows
    names, usernames, platforms, groups, states, days = map(list, zip(*made, strict=True))
    return {
        "name": names,
        "username": usernames,
        "platform": platforms,
        "title": [_TITLES[platform] for platform in platforms],
        "groups": [group.split(", ") if group else [] for group in groups],
        "state": states,
        "days": days,
        "expire": [None if n is None else f"2026-03-{n % 28 + 1:02d}T09:00:00Z" for n in days],
        "avatar": [None] * len(names),
    }


def many(count: int) -> dict[str, list[Any]]:
    """Return the columns of so many accounts."""
    platforms = list(_TITLES)
    return columns(
        [
            (f"Account {n:05d}", f"account.{n}", platforms[n % 4], None, "connected", 40)
            for n in range(count)
        ]
    )


LOCATIONS: dict[str, list[Any]] = {
    "name": ["Lumière Hospitality", LONG_NAME, "עיר טובה", "Riverside Auto Repair Halifax"],
    "id": [PLACE, "T9Z0Hbj5hmBB4uYHAQ3E", "yFDyBuZrwUmAdc0l1Oyq", "8UiWGk1ZTyzlZkx4rG94"],
    "accounts": [3, 128, 0, None],
    "expired": [1, 12, 0, None],
    "expiring": [0, 7, 0, None],
    "message": [None, None, None, ERROR],
    "platforms": [{"Facebook": 1, "Instagram": 2}, {"Instagram": 128}, {}, {}],
    "groups": [["Hotels"], ["Hotels", "Gardens"], [], []],
}


class Panel(Card):
    """One model of a panel on the page, and the kernel that a test plays."""

    module = "panel"
    name = "panel"

    def __init__(
        self, page: Page, *, views: int = 1, saved: object = None, **shown: object
    ) -> None:
        if page.locator("link[href='/panel.css']").count() == 0:
            page.add_style_tag(url="/panel.css")
        self.traits: dict[str, Any] = {"saved": saved or {}}
        super().__init__(page, views=views)
        if (shown or views) and not saved:
            self.show(**shown)

    @property
    def grid(self) -> Locator:
        """The table."""
        return self.box.get_by_role("grid")

    @property
    def names(self) -> list[str]:
        """The names in the rows that are there, from the top."""
        return self.part("panel-first").all_inner_texts()

    def show(self, **shown: object) -> None:
        """Tell the page what is shown."""
        self.tell(type="show", **(SHOWN | shown))

    def list(
        self, rows: dict[str, list[Any]] | None = None, version: int = 1, **shown: object
    ) -> Panel:
        """Tell the page the rows, too."""
        self.show(**shown)
        told = columns() if rows is None else rows
        self.tell(type="rows", list=PLACE, version=version, columns=told, selected=[])
        return self

    def button_of(self, what: str, name: str) -> Locator:
        """A button of a row."""
        return self.grid.get_by_role("button", name=f"{what} {name}")


def of_agency(page: Page, **shown: object) -> Panel:
    """Make the panel of an agency."""
    return Panel(page).list(LOCATIONS, kind="sub-accounts", **shown)


def _asked(page: Page) -> Panel:
    panel = Panel(page).list()
    panel.button_of("Detach", "Café").click()
    return panel


def _ticked(page: Page) -> Panel:
    panel = Panel(page).list()
    for name in ("Nordljus Studio", LONG_NAME):
        panel.grid.get_by_label(f"Select {name}").check()
    return panel


def _asked_of_several(page: Page) -> Panel:
    panel = _ticked(page)
    panel.button("Detach").click()
    return panel


def _logging_in(page: Page) -> Panel:
    panel = Panel(page).list(stage="login", reconnecting=LONG_NAME, next=["Café Lumière"])
    panel.tell(type="card", id=1, traits=TRAITS | {"reconnect": True, "account_name": LONG_NAME})
    return panel


def _choosing_in_the_card(page: Page) -> Panel:
    panel = Panel(page).list(stage="login")
    panel.tell(type="card", id=1, traits=TRAITS | {"status": "connected", "choices": choices()})
    return panel


def _silent(page: Page) -> Panel:
    panel = Panel(page).list()
    panel.run("(panel) => { panel.model.connected = false; }")
    panel.button("Refresh").click()
    return panel


SAVED: dict[str, Any] = {
    "title": "Connected accounts of Lumière Hospitality",
    "headings": ["Account", "Platform", "State"],
    "rows": [[row[0], _TITLES[row[2]], row[4].title()] for row in _ROWS],
    "more": 12,
    "fetched_at": 1_767_600_000,
}


def _choosing(page: Page) -> Panel:
    panel = Panel(page).list()
    panel.button("Connect").click()
    return panel


def _found(page: Page, text: str) -> Panel:
    panel = Panel(page).list()
    panel.box.get_by_label("Search").fill(text)
    return panel


STATES: dict[str, Callable[[Page], Panel]] = {
    "asking-the-kernel": lambda page: Panel(page, views=1, busy="Asking GoHighLevel…"),
    "accounts": lambda page: Panel(page).list(),
    "busy": lambda page: Panel(page).list(busy="Detaching Café Lumière…"),
    "failed": lambda page: Panel(page).list(error=ERROR),
    "noticed": lambda page: Panel(page).list(notice=f"{LONG_NAME} is detached."),
    "empty": lambda page: Panel(page).list(columns(_ROWS[:1]) | {c: [] for c in columns()}),
    "nothing-matches": lambda page: _found(page, "nobody"),
    "choosing": _choosing,
    "asked": _asked,
    "ticked": lambda page: _ticked(page),
    "asked-of-several": lambda page: _asked_of_several(page),
    "login": lambda page: _logging_in(page),
    "attach": _choosing_in_the_card,
    "silent": lambda page: _silent(page),
    "saved": lambda page: Panel(page, saved=SAVED),
    "sub-account": lambda page: Panel(page).list(name="Lumière Hospitality", can_leave=True),
    "agency": of_agency,
}
