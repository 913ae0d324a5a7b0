"""What one walk has seen: everything that the checks look at, and nothing that is somebody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple

from .recorder import ACCOUNTS, START, STEP_2, Exchange
from .shape import Shape

Variant = Literal["connect", "reconnect", "cancel"]


class Verdict(StrEnum):
    """What was found of an assumption."""

    AS_ASSUMED = "as assumed"
    DIFFERS = "differs"
    NOT_SEEN = "not seen"


class Found(NamedTuple):
    """What was found, and what there was to see, in words without anybody's values."""

    verdict: Verdict
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A message event that the login page, or the client's browser, has heard.

    Attributes
    ----------
    origin : str
        ``event.origin``.
    is_own : bool
        Whether that is the service's own host.
    is_allowed : bool
        Whether the client takes messages from it.
    source : str
        ``popup`` for the login's own window, else ``other``.
    kind : str
        ``object``, ``JSON string``, or the type of something else.
    data : dict, list or str
        Its shape; of the object, also where that came as a JSON string.
    is_ours : bool
        Whether it looks like a message of the finish page.
    """

    origin: str
    is_own: bool
    is_allowed: bool
    source: str
    kind: str
    data: Shape
    is_ours: bool

    @property
    def has_account(self) -> bool:
        """Whether it names an account."""
        account = self.data.get("accountId") if isinstance(self.data, dict) else None
        return isinstance(account, str) and account not in (
            '"undefined"',
            '"null"',
            "null",
            "empty",
        )


@dataclass(slots=True)
class Walk:
    """One walk through start, message, step 2 and the accounts list.

    Attributes
    ----------
    platform, variant, login_type
        What was asked for.
    exchanges : list of Exchange
        In their order.
    sightings : list of Sighting
        In their order.
    seen_before_lost : int or None
        How many sightings there were when the page first lost sight of the window; None: never.
    ended : str
        The login's last status.
    delivered_by : str or None
        By which way its result came.
    account_form : str
        The form of the account id, which shapes show as ``{accountId}``.
    is_attached : bool
        Whether an account was attached.
    steps : list of tuple of str
        Each step and how it went.
    """

    platform: str
    variant: Variant = "connect"
    login_type: str | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    seen_before_lost: int | None = None
    ended: str = ""
    delivered_by: str | None = None
    account_form: str = ""
    is_attached: bool = False
    steps: list[tuple[str, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """What tells it from other walks."""
        return self.platform if self.variant == "connect" else f"{self.platform}, {self.variant}"

    def last(self, operation: str, query: str = "") -> Exchange | None:
        """Return the last exchange of an operation, with this parameter or without the other."""
        for one in reversed(self.exchanges):
            if one.operation == operation and one.is_like("fetchAll=true") == bool(query):
                return one
        return None

    @property
    def has_started(self) -> bool:
        """Whether the user was sent to the platform's page."""
        start = self.last(START)
        return start is not None and start.redirect is not None

    @property
    def messages(self) -> list[Sighting]:
        """The sightings that are judged: what else is posted to a page is not the service's."""
        for chosen in (
            [s for s in self.sightings if s.is_ours and s.source == "popup"],
            [s for s in self.sightings if s.is_ours],
            [s for s in self.sightings if s.source == "popup"],
        ):
            if chosen:
                return chosen
        return []

    @property
    def message(self) -> dict[str, Shape] | None:
        """The data of the message of a login that was not refused."""
        for sighting in self.messages if self.variant != "cancel" else ():
            if isinstance(sighting.data, dict) and sighting.has_account:
                return sighting.data
        return None

    @property
    def results(self) -> Shape | None:
        """``results`` of step 2."""
        return results_of(self.last(STEP_2))

    def rows(self, *, fetch_all: bool = False) -> list[dict[str, Shape]]:
        """Return the rows of the accounts list."""
        results = results_of(self.last(ACCOUNTS, "fetchAll" if fetch_all else ""))
        found = results.get("accounts") if isinstance(results, dict) else None
        return list(dicts(found))

    def own_rows(self) -> list[dict[str, Shape]]:
        """Return the rows of this login, from both forms of the list."""
        rows = [*self.rows(), *self.rows(fetch_all=True)]
        return [row for row in rows if row.get("oauthId") == "{accountId}"]


def body_of(exchange: Exchange | None) -> dict[str, Shape] | None:
    """Return the body of a success: a JSON object under 2xx that does not deny it."""
    if exchange is None or not 200 <= exchange.status < 300:
        return None
    body = exchange.body
    return body if isinstance(body, dict) and body.get("success") != "false" else None


def results_of(exchange: Exchange | None) -> Shape | None:
    """Return ``results`` of a success."""
    body = body_of(exchange)
    return None if body is None else body.get("results")


def dicts(shape: Shape | None) -> Iterator[dict[str, Shape]]:
    """Yield the objects of a list."""
    for item in shape if isinstance(shape, list) else ():
        if isinstance(item, dict):
            yield item
