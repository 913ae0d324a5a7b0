"""The evidence of a probe: all that the checks need, without personal values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple

from .recorder import ACCOUNTS, POST, POSTS, START, STEP_2, Exchange
from .shape import Shape

Variant = Literal["connect", "reconnect", "cancel", "read"]


class Verdict(StrEnum):
    """The result of a check."""

    AS_ASSUMED = "as assumed"
    DIFFERS = "differs"
    NOT_SEEN = "not seen"


class CheckResult(NamedTuple):
    """The verdict on an assumption, and the evidence in words that anybody may read."""

    verdict: Verdict
    seen: str = ""


@dataclass(frozen=True, slots=True)
class ObservedMessage:
    """A message event that the login page, or the client's browser, received.

    Attributes
    ----------
    origin : str
        ``event.origin``.
    is_own : bool
        Whether the origin is the service's own host.
    is_allowed : bool
        Whether the client accepts messages from the origin.
    source : str
        ``popup`` for the login's own window, else ``other``.
    kind : str
        ``object``, ``JSON string``, or the type of something else.
    data : dict, list or str
        The shape of the data; a JSON string is decoded first.
    is_ours : bool
        Whether the data looks like a message of the finish page.
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
        """Whether the message contains an account id."""
        account = self.data.get("accountId") if isinstance(self.data, dict) else None
        empty = ('"undefined"', '"null"', "null", "empty")
        return isinstance(account, str) and account not in empty


@dataclass(slots=True)
class Probe:
    """A login with the live service: start, message, step 2 and the accounts list.

    Attributes
    ----------
    platform, variant, login_type
        The options of the probe.
    exchanges : list of Exchange
        Requests with their answers, in their order.
    observed : list of ObservedMessage
        Messages, in their order.
    seen_before_lost : int or None
        The number of messages before the page first lost sight of the window; None: it never did.
    ended : str
        The login's last status.
    delivered_by : str or None
        How the result arrived.
    account_form : str
        The form of the account id, for which shapes have ``{accountId}``.
    is_attached : bool
        Whether an account was attached.
    steps : list of tuple of str
        Each step and its outcome.
    """

    platform: str
    variant: Variant = "connect"
    login_type: str | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    observed: list[ObservedMessage] = field(default_factory=list)
    seen_before_lost: int | None = None
    ended: str = ""
    delivered_by: str | None = None
    account_form: str = ""
    is_attached: bool = False
    steps: list[tuple[str, str]] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The name of the probe in the report."""
        return (
            self.platform
            if self.variant in ("connect", "read")
            else f"{self.platform}, {self.variant}"
        )

    def last(self, operation: str, *, fetch_all: bool = False) -> Exchange | None:
        """Return the last exchange of an operation, with or without ``fetchAll=true``."""
        for one in reversed(self.exchanges):
            if one.operation == operation and one.is_like("fetchAll=true") == fetch_all:
                return one
        return None

    @property
    def has_started(self) -> bool:
        """Whether the user was sent to the platform's page."""
        start = self.last(START)
        return start is not None and start.redirect is not None

    @property
    def messages(self) -> list[ObservedMessage]:
        """The messages to check: others that a page receives are not the service's."""
        for chosen in (
            [m for m in self.observed if m.is_ours and m.source == "popup"],
            [m for m in self.observed if m.is_ours],
            [m for m in self.observed if m.source == "popup"],
        ):
            if chosen:
                return chosen
        return []

    @property
    def message(self) -> dict[str, Shape] | None:
        """The data of the message of a login that the user did not refuse."""
        for message in self.messages if self.variant != "cancel" else ():
            if isinstance(message.data, dict) and message.has_account:
                return message.data
        return None

    @property
    def results(self) -> Shape | None:
        """``results`` of step 2."""
        return results_of(self.last(STEP_2))

    def rows(self, *, fetch_all: bool = False) -> list[dict[str, Shape]]:
        """Return the rows of the accounts list."""
        results = results_of(self.last(ACCOUNTS, fetch_all=fetch_all))
        found = results.get("accounts") if isinstance(results, dict) else None
        return list(dicts(found))

    def own_rows(self) -> list[dict[str, Shape]]:
        """Return the rows of this login, with and without ``fetchAll``."""
        rows = [*self.rows(), *self.rows(fetch_all=True)]
        return [row for row in rows if row.get("oauthId") == "{accountId}"]

    def posts(self, kind: str = "all") -> list[dict[str, Shape]] | None:
        """Return the posts of the last list of a kind; None without such a list."""
        for one in reversed(self.exchanges):
            is_it = isinstance(one.asked, dict) and one.asked.get("type") == f'"{kind}"'
            if one.operation == POSTS and is_it and body_of(one) is not None:
                results = results_of(one)
                return list(dicts(results.get("posts"))) if isinstance(results, dict) else []
        return None

    def single_posts(self, name: str) -> Iterator[dict[str, Shape]]:
        """Yield the posts that were read one at a time, whose ids have this name."""
        for one in self.exchanges:
            post = post_of(one) if one.operation == POST else None
            if post is not None and str(post.get("_id")).startswith(f"{{{name}"):
                yield post


def body_of(exchange: Exchange | None) -> dict[str, Shape] | None:
    """Return the body of a success: a 2xx JSON object without ``success: false``."""
    if exchange is None or not 200 <= exchange.status < 300:
        return None
    body = exchange.body
    return body if isinstance(body, dict) and body.get("success") != "false" else None


def results_of(exchange: Exchange | None) -> Shape | None:
    """Return ``results`` of a success."""
    body = body_of(exchange)
    return None if body is None else body.get("results")


def post_of(exchange: Exchange | None) -> dict[str, Shape] | None:
    """Return the post of a success."""
    results = results_of(exchange)
    post = results.get("post") if isinstance(results, dict) else None
    return post if isinstance(post, dict) else None


def dicts(shape: Shape | None) -> Iterator[dict[str, Shape]]:
    """Yield the objects of a list."""
    for item in shape if isinstance(shape, list) else ():
        if isinstance(item, dict):
            yield item
