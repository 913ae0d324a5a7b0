"""The state of the simulated service: tokens, sub-accounts, users, logins and accounts."""

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

from .many_accounts import ManyAccounts
from .oauth_records import Grant, Install, MarketplaceApp, RefreshToken
from .platforms import CONNECTION_LIFETIME, decimal_id, make_account
from .records import (
    Account,
    AccountGroup,
    Code,
    Company,
    Location,
    Login,
    Page,
    Person,
    Token,
    User,
)


class State:
    """The state of one simulator; two simulators share nothing.

    Parameters
    ----------
    seed : int
        Two states with the same seed create the same ids in the same order.
    clock : callable
        The current time, with a time zone.
    """

    def __init__(self, seed: int, clock: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.seed = seed
        self.clock = clock
        #: By the names that tests use.
        self.tokens: dict[str, Token] = {}
        #: Access tokens of the token endpoint, by value.
        self.issued: dict[str, Token] = {}
        self.apps: dict[str, MarketplaceApp] = {}
        self.installs: dict[str, Install] = {}
        self.grants: dict[str, Grant] = {}
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self.companies: dict[str, Company] = {}
        self.locations: dict[str, Location] = {}
        #: How many extra sub-accounts there are; they are the last ones.
        self.extra_locations = 0
        self.users: list[User] = []
        self.people: dict[str, Person] = {}
        self.logins: dict[str, Login] = {}
        #: Without the initial accounts of extra sub-accounts that nobody has changed yet.
        self.accounts: dict[str, Account] = {}
        self.groups: list[AccountGroup] = []
        self.codes: dict[str, Code] = {}
        self._counts: dict[str, int] = {}
        self._many_accounts: ManyAccounts | None = None
        #: The number of each extra sub-account.
        self._numbers: dict[str, int] = {}
        #: Extra sub-accounts that still have their initial accounts.
        self._unchanged: set[str] = set()
        #: Copies of the initial accounts of all other sub-accounts.
        self._initial: list[Account] = []

    def digest(self, kind: str) -> bytes:
        """Return the next 32 bytes of a kind: they look random, and the seed fixes them."""
        with self.lock:
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
        return hashlib.sha256(f"{self.seed}:{kind}:{count}".encode()).digest()

    def hex_id(self, kind: str) -> str:
        """Return a new 24-character id, as the service uses for logins and accounts."""
        return self.digest(kind).hex()[:24]

    def short_id(self, kind: str) -> str:
        """Return a new 20-character id, as the service uses for sub-accounts and users."""
        text = base64.b64encode(self.digest(kind), altchars=b"xy").decode()
        return text[:20]

    def number_id(self, kind: str, start: str, length: int) -> str:
        """Return a new decimal id, as a platform uses for its pages."""
        return decimal_id(self.digest(kind), start, length)

    def trace_id(self) -> str:
        """Return the next ``traceId``, in the form of a UUID."""
        text = self.digest("trace").hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))

    def token_of(self, value: str) -> Token | None:
        """Return the record of a bearer token; None for an unknown or revoked one."""
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
        """Return the opaque, signed ``state`` of a start, which only the service can read."""
        text = base64.urlsafe_b64encode(
            json.dumps({**ticket, "nonce": self.digest("nonce").hex()[:12]}).encode()
        ).rstrip(b"=")
        return f"{text.decode()}.{self._signature(text)}"

    def verify(self, state: str) -> dict[str, Any] | None:
        """Return the signed ticket; None for a ``state`` of another simulator."""
        text, _, signature = state.partition(".")
        if not hmac.compare_digest(self._signature(text.encode()).encode(), signature.encode()):
            return None
        ticket: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return ticket

    def _signature(self, text: bytes) -> str:
        key = hashlib.sha256(f"{self.seed}:state-key".encode()).digest()
        return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]

    def people_asked(self, ticket: dict[str, Any]) -> list[Person]:
        """Return the people who can log in; for a reconnect, the connection's owner first.

        The ticket does not name the connection: an expired one is assumed, or the next to expire.
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
        """Store a person's consent, and return the provider's single-use code."""
        code = self.digest("code").hex()[:40]
        with self.lock:
            self.codes[code] = Code(ticket, person_id, origin_ids)
        return code

    def exchange(self, code: str) -> Login | None:
        """Exchange a code for a login, once; None for a code that is unknown or used."""
        with self.lock:
            consent = self.codes.pop(code, None)
            if consent is None:
                return None
            ticket, person = consent.ticket, self.people[consent.person_id]
            owners = {user.id for user in self.users_of(ticket["locationId"])}
            self._store_initial(ticket["locationId"])
            login = Login(
                id=self.hex_id("login"),
                platform=ticket["platform"],
                location_id=ticket["locationId"],
                # A wrong user id still connects, but the connection then has no owner.
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
                self._reconnect(login)
            return login

    def _reconnect(self, login: Login) -> None:
        """Extend the accounts that were attached before to the pages of a new login."""
        origins = {page.origin_id for page in login.pages}
        for account in self.accounts_of(login.location_id):
            same = account.page.platform == login.platform
            if same and account.page.origin_id in origins and not account.deleted:
                self._extend(account, login)

    def renew(self, account: Account) -> None:
        """Extend an account, as a second login with the same connection does."""
        with self.lock:
            self._extend(account, self.logins[account.oauth_id])

    def revoke(self, account: Account) -> None:
        """Expire an account, as when the platform withdraws its consent."""
        with self.lock:
            account.expired = True
            account.updated_at = self.clock()

    def _extend(self, account: Account, login: Login) -> None:
        account.oauth_id = login.id
        account.login_type = login.login_type
        account.expired = account.deleted = False
        account.updated_at = self.clock()
        account.expire = account.updated_at + CONNECTION_LIFETIME

    def login_for(self, login_id: str, platform: str, location_id: str) -> Login | None:
        """Return a login; None if id, platform and sub-account do not belong together."""
        with self.lock:
            self._store_initial(location_id)
            login = self.logins.get(login_id)
        if login is None or (login.platform, login.location_id) != (platform, location_id):
            return None
        return login

    def add_many_accounts(self, accounts: ManyAccounts, numbers: dict[str, int]) -> None:
        """Give extra sub-accounts their initial accounts; ``numbers`` is by sub-account id."""
        self._many_accounts, self._numbers, self._unchanged = accounts, numbers, {*numbers}

    def finish_setup(self) -> None:
        """Remember the present accounts as the initial ones."""
        self._initial = [replace(account) for account in self.accounts.values()]

    def initial_accounts(self, location_id: str) -> list[Account]:
        """Return the initial accounts of a sub-account, without any later change."""
        if location_id in self._numbers:
            return [account for _, account in self._generated(location_id)]
        return [account for account in self._initial if account.location_id == location_id]

    def is_unchanged(self, location_id: str) -> bool:
        """Whether this is an extra sub-account that still has its initial accounts."""
        return location_id in self._unchanged

    def accounts_of(self, location_id: str) -> list[Account]:
        """Return the accounts of a sub-account, oldest first, deleted ones included."""
        with self.lock:
            if self.is_unchanged(location_id):
                return self.initial_accounts(location_id)
            return [a for a in self.accounts.values() if a.location_id == location_id]

    def account(self, row_id: str, location_id: str) -> Account | None:
        """Return an account by its id; None if it belongs to another sub-account."""
        with self.lock:
            self._store_initial(location_id)
            account = self.accounts.get(row_id)
        return account if account and account.location_id == location_id else None

    def _generated(self, location_id: str) -> list[tuple[Login, Account]]:
        many, number = self._many_accounts, self._numbers[location_id]
        return many.of(self.locations[location_id], number) if many else []

    def _store_initial(self, location_id: str) -> None:
        """Store the generated accounts of an extra sub-account before a possible change."""
        if not self.is_unchanged(location_id):
            return
        for login, account in self._generated(location_id):
            self.logins[login.id] = login
            self.accounts[account.id] = account
        self._unchanged.remove(location_id)

    def account_on(self, page: Page, location_id: str) -> Account | None:
        """Return the account of a page, whichever login attached it."""
        for account in self.accounts_of(location_id):
            same = account.page.platform == page.platform
            if same and account.page.origin_id == page.origin_id:
                return account
        return None

    def is_connected(self, page: Page, location_id: str) -> bool:
        """Whether a page is attached to a sub-account at present."""
        account = self.account_on(page, location_id)
        return account is not None and not account.deleted

    def attach(self, login: Login, page: Page) -> Account:
        """Attach a page of a login to its sub-account; a second attach extends the account."""
        with self.lock:
            self._store_initial(login.location_id)
            account = self.account_on(page, login.location_id)
            if account is None:
                account = make_account(login, page, self.hex_id("profile"), self.clock())
                self.accounts[account.id] = account
            self._extend(account, login)
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
    """Return a datetime in the service's format, for example 2026-01-05T09:00:00.000Z."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
