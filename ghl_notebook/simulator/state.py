"""What the simulated service remembers: tokens, sub-accounts, users, logins and accounts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from .oauth_records import App, Grant, Install, RefreshToken
from .place_accounts import PlaceAccounts
from .platforms import CONNECTION_LIFETIME, account_id, decimal_id
from .records import (
    Account,
    Code,
    Company,
    Group,
    Location,
    Login,
    Page,
    Person,
    Token,
    User,
)


class State:
    """Everything one simulator remembers. Nothing is shared between two of them.

    Parameters
    ----------
    seed : int
        Two states of the same seed give out the same ids in the same order.
    clock : callable
        The current time, with a time zone.
    """

    def __init__(self, seed: int, clock: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.seed = seed
        self.clock = clock
        #: By the names that tests call them by.
        self.tokens: dict[str, Token] = {}
        #: Access tokens that the token endpoint made, by their value.
        self.issued: dict[str, Token] = {}
        self.apps: dict[str, App] = {}
        self.installs: dict[str, Install] = {}
        self.grants: dict[str, Grant] = {}
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self.companies: dict[str, Company] = {}
        self.locations: dict[str, Location] = {}
        #: How many of them are further ones; these are the last.
        self.places = 0
        self.users: list[User] = []
        self.people: dict[str, Person] = {}
        self.logins: dict[str, Login] = {}
        #: Without those that a further sub-account began with, until something happens to them.
        self.accounts: dict[str, Account] = {}
        self.groups: list[Group] = []
        self.codes: dict[str, Code] = {}
        self._counts: dict[str, int] = {}
        self._began_with: PlaceAccounts | None = None
        #: Which place each further sub-account is.
        self._places: dict[str, int] = {}
        #: Of these, the ones that still have what they began with.
        self._as_begun: dict[str, int] = {}
        #: What the other sub-accounts began with, as it was then.
        self._first: list[Account] = []

    def digest(self, kind: str) -> bytes:
        """Return the next 32 bytes of a kind: unpredictable to look at, fixed by the seed."""
        with self.lock:
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
        return hashlib.sha256(f"{self.seed}:{kind}:{count}".encode()).digest()

    def hex_id(self, kind: str) -> str:
        """Return a new 24-character id such as the service gives logins and accounts."""
        return self.digest(kind).hex()[:24]

    def short_id(self, kind: str) -> str:
        """Return a new 20-character id such as the service gives sub-accounts and users."""
        text = base64.b64encode(self.digest(kind), altchars=b"xy").decode()
        return text[:20]

    def number_id(self, kind: str, start: str, length: int) -> str:
        """Return a new decimal id such as a platform gives its pages."""
        return decimal_id(self.digest(kind), start, length)

    def trace_id(self) -> str:
        """Return the next ``traceId``, in the shape of a UUID."""
        text = self.digest("trace").hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))

    def token_of(self, value: str) -> Token | None:
        """Return what is known about a bearer, or None; a revoked one is not known any more."""
        with self.lock:
            token = self.issued.get(value) or next(
                (named for named in self.tokens.values() if named.value == value), None
            )
            if token is None or token.install_id is None:
                return token
            return None if self.installs[token.install_id].revoked else token

    def users_of(self, location_id: str) -> list[User]:
        """Return the users of a sub-account in the service's order, deleted ones included."""
        with self.lock:
            return [user for user in self.users if location_id in user.location_ids]

    def sign(self, ticket: dict[str, Any]) -> str:
        """Return the opaque ``state`` of one start: readable by the service only, and signed."""
        text = base64.urlsafe_b64encode(
            json.dumps({**ticket, "nonce": self.digest("nonce").hex()[:12]}).encode()
        ).rstrip(b"=")
        return f"{text.decode()}.{self._signature(text)}"

    def verify(self, state: str) -> dict[str, Any] | None:
        """Return what was signed, or None for a ``state`` this simulator did not give out."""
        text, _, signature = state.partition(".")
        if not hmac.compare_digest(self._signature(text.encode()).encode(), signature.encode()):
            return None
        ticket: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return ticket

    def _signature(self, text: bytes) -> str:
        key = hashlib.sha256(f"{self.seed}:state-key".encode()).digest()
        return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]

    def people_asked(self, ticket: dict[str, Any]) -> list[Person]:
        """Return who may log in; to renew a connection, first the one whose it is.

        The ticket does not say which connection is meant: it is the one that needs it most.
        """
        with self.lock:
            everyone = list(self.people.values())
            if ticket.get("reconnect") != "true":
                return everyone
            connected = [
                account
                for account in self.accounts_of(ticket["locationId"])
                if account.page.platform == ticket["platform"] and not account.deleted
            ]
            connected.sort(key=lambda account: (not account.expired, account.expire))
            logins = [self.logins.get(account.oauth_id) for account in connected[:1]]
            whose = {login.person_id for login in logins if login}
            return sorted(everyone, key=lambda person: person.id not in whose)

    def consent(self, ticket: dict[str, Any], person_id: str, origin_ids: list[str]) -> str:
        """Remember that a person agreed, and return the provider's single-use code."""
        code = self.digest("code").hex()[:40]
        with self.lock:
            self.codes[code] = Code(ticket, person_id, origin_ids)
        return code

    def exchange(self, code: str) -> Login | None:
        """Turn a code into a login, once. Return None for a code that is unknown or used."""
        with self.lock:
            consent = self.codes.pop(code, None)
            if consent is None:
                return None
            ticket, person = consent.ticket, self.people[consent.person_id]
            owners = {user.id for user in self.users_of(ticket["locationId"])}
            self._keep(ticket["locationId"])
            login = Login(
                id=self.hex_id("login"),
                platform=ticket["platform"],
                location_id=ticket["locationId"],
                # A wrong user id still connects, only nobody owns the connection.
                owner_id=ticket["userId"] if ticket["userId"] in owners else None,
                person_id=person.id,
                pages=[
                    page
                    for page in person.pages_on(ticket["platform"])
                    if page.origin_id in consent.origin_ids
                ],
                login_type=ticket.get("loginType"),
                created_at=self.clock(),
            )
            self.logins[login.id] = login
            if ticket.get("reconnect") == "true":
                self._renew(login)
            return login

    def _renew(self, login: Login) -> None:
        """Give the accounts that were attached before a new lease, as a reconnect does."""
        origins = {page.origin_id for page in login.pages}
        for account in self.accounts_of(login.location_id):
            same = account.page.platform == login.platform
            if same and account.page.origin_id in origins and not account.deleted:
                self._lease(account, login)

    def renew(self, account: Account) -> None:
        """Give an account a new lease, as when its own login is gone through once more."""
        with self.lock:
            self._lease(account, self.logins[account.oauth_id])

    def revoke(self, account: Account) -> None:
        """End what the platform allowed."""
        with self.lock:
            account.expired = True
            account.updated_at = self.clock()

    def _lease(self, account: Account, login: Login) -> None:
        account.oauth_id = login.id
        account.login_type = login.login_type
        account.expired = account.deleted = False
        account.updated_at = self.clock()
        account.expire = account.updated_at + CONNECTION_LIFETIME

    def login_for(self, login_id: str, platform: str, location_id: str) -> Login | None:
        """Return a login, or None where the id, platform and sub-account do not go together."""
        with self.lock:
            self._keep(location_id)
            login = self.logins.get(login_id)
        if login is None or (login.platform, login.location_id) != (platform, location_id):
            return None
        return login

    def begin_with(self, accounts: PlaceAccounts, places: dict[str, int]) -> None:
        """Give sub-accounts what they had connected before; ``places`` numbers them by id."""
        self._began_with, self._places, self._as_begun = accounts, places, {**places}

    def begin(self) -> None:
        """Remember what there is as what there was before anybody called."""
        self._first = [replace(account) for account in self.accounts.values()]

    def began_with(self, location_id: str) -> list[Account]:
        """Return what a sub-account had connected before anybody called, whatever came since."""
        if location_id in self._places:
            return [account for _, account in self._begun(location_id)]
        return [account for account in self._first if account.location_id == location_id]

    def is_as_begun(self, location_id: str) -> bool:
        """Say whether nothing has happened yet to what a further sub-account began with."""
        return location_id in self._as_begun

    def accounts_of(self, location_id: str) -> list[Account]:
        """Return the accounts of a sub-account, oldest first, deleted ones included."""
        with self.lock:
            if self.is_as_begun(location_id):
                return [account for _, account in self._begun(location_id)]
            return [a for a in self.accounts.values() if a.location_id == location_id]

    def account(self, row_id: str, location_id: str) -> Account | None:
        """Return the account of an id, or None where it is not one of the sub-account."""
        with self.lock:
            self._keep(location_id)
            account = self.accounts.get(row_id)
        return account if account and account.location_id == location_id else None

    def _begun(self, location_id: str) -> list[tuple[Login, Account]]:
        number = self._places[location_id]
        made = self._began_with
        return made.of(self.locations[location_id], number) if made else []

    def _keep(self, location_id: str) -> None:
        """Keep what a further sub-account began with, because something may happen to it now."""
        if not self.is_as_begun(location_id):
            return
        for login, account in self._begun(location_id):
            self.logins[login.id] = login
            self.accounts[account.id] = account
        del self._as_begun[location_id]

    def account_on(self, page: Page, location_id: str) -> Account | None:
        """Return the account made from a page, whichever login attached it."""
        for account in self.accounts_of(location_id):
            same = account.page.platform == page.platform
            if same and account.page.origin_id == page.origin_id:
                return account
        return None

    def is_connected(self, page: Page, location_id: str) -> bool:
        """Say whether a page is attached to a sub-account at the moment."""
        account = self.account_on(page, location_id)
        return account is not None and not account.deleted

    def attach(self, login: Login, page: Page) -> Account:
        """Attach a page of a login to its sub-account; attaching twice renews the account."""
        with self.lock:
            self._keep(login.location_id)
            account = self.account_on(page, login.location_id)
            if account is None:
                now = self.clock()
                account = Account(
                    id=account_id(login.id, login.location_id, page),
                    profile_id=self.hex_id("profile"),
                    oauth_id=login.id,
                    location_id=login.location_id,
                    page=page,
                    expire=now + CONNECTION_LIFETIME,
                    created_at=now,
                    updated_at=now,
                )
                self.accounts[account.id] = account
            self._lease(account, login)
            return account

    def delete(self, account: Account) -> None:
        """Detach an account: the row stays in the list, marked as deleted."""
        with self.lock:
            account.deleted = True
            account.updated_at = self.clock()
            for group in self.groups:
                if account.id in group.account_ids:
                    group.account_ids.remove(account.id)


def stamp(moment: datetime) -> str:
    """Return an instant the way the service writes it, for example 2026-01-05T09:00:00.000Z."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
