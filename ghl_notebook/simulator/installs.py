"""Installs of an app and their tokens: issued, rotated, revoked."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any

from .levers import Levers
from .oauth_records import Grant, Install, MarketplaceApp, RefreshToken
from .records import Location, Token
from .state import State


class GrantError(Exception):
    """An invalid code or refresh token; the text is the service's message."""


class UnknownCodeError(GrantError):
    """An authorization code that was never issued, or was used."""


class PausedError(Exception):
    """The sub-account of a token is paused or unpaid."""


class Installs:
    """The lifecycle of installs, codes and tokens.

    Parameters
    ----------
    state : State
        Stores them.
    levers : Levers
        Set the lifetimes.
    """

    def __init__(self, state: State, levers: Levers) -> None:
        self._state = state
        self._levers = levers

    def target(self, choose: str | None) -> Location | None:
        """Return the sub-account with a name or id; None is the agency.

        Parameters
        ----------
        choose : str or None
            None: the main sub-account. "agency", the agency's name or its id: the agency.

        Raises
        ------
        LookupError
            If the authorization page does not show this choice.
        """
        locations = self._state.locations
        if choose is None:
            return next(iter(locations.values()))
        if choose in locations:
            return locations[choose]
        for company in self._state.companies.values():
            if choose in ("agency", company.id, company.name):
                return None
        for location in locations.values():
            if choose == location.name:
                return location
        raise LookupError(f"There is no sub-account {choose!r}.")

    def install(
        self,
        app: MarketplaceApp,
        location: Location | None,
        scopes: Iterable[str],
        approved: Iterable[str] | None = None,
    ) -> Install:
        """Store the install of an app in a sub-account; None is the agency."""
        state = self._state
        with state.lock:
            install = Install(
                id=state.hex_id("install"), client_id=app.client_id,
                company_id=location.company_id if location else next(iter(state.companies)),
                location_id=location.id if location else None, user_id=self._person(location),
                scopes=tuple(scopes), approved=None if approved is None else list(approved),
            )  # fmt: skip
            state.installs[install.id] = install
            return install

    def _person(self, location: Location | None) -> str:
        """Return the user who installs: an admin of the sub-account, else of the agency."""
        own = self._state.users_of(location.id) if location else []
        admins = [one for one in own if one.role == "admin" and not one.deleted]
        agency = [one for one in self._state.users if one.type == "agency"]
        return (admins or agency)[0].id

    def code(self, install: Install, redirect_uri: str, challenge: str | None, method: str) -> str:
        """Return a new authorization code of an install."""
        state = self._state
        with state.lock:
            code = state.digest("authorization-code").hex()[:40]
            expires = state.clock() + timedelta(seconds=self._levers.code_lifetime)
            state.grants[code] = Grant(install, redirect_uri, expires, challenge, method)
            return code

    def exchange(
        self, app: MarketplaceApp, code: str, redirect_uri: str | None, verifier: str | None
    ) -> dict[str, Any]:
        """Turn a code into a pair of tokens, once.

        Raises
        ------
        GrantError
            If the code is invalid for any reason. A failed exchange uses it up too.
        """
        state = self._state
        with state.lock:
            grant = state.grants.get(code)
            if grant is None or grant.install.client_id != app.client_id:
                raise UnknownCodeError("authorization code is invalid")
            del state.grants[code]
            if grant.expires_at <= state.clock():
                raise GrantError("authorization code has expired")
            if redirect_uri != grant.redirect_uri:
                raise GrantError("redirect_uri is not the one of the authorization request")
            if self._levers.pkce != "ignored" and not _proves(grant, verifier):
                raise GrantError("code_verifier is invalid")
            return self.pair(grant.install, grant.install.location_id)

    def refresh(self, app: MarketplaceApp, value: str) -> dict[str, Any]:
        """Turn a refresh token into a new pair; repeat the same pair for a short time.

        Raises
        ------
        GrantError
            If the token is invalid. Later reuse revokes its family: all tokens of its install.
        PausedError
            If the sub-account is paused.
        """
        state = self._state
        with state.lock:
            token = state.refresh_tokens.get(value)
            install = state.installs[token.install_id] if token else None
            if token is None or install is None or install.client_id != app.client_id:
                raise GrantError("refresh token is invalid")
            now = state.clock()
            repeats = timedelta(seconds=self._levers.refresh_repeats)
            is_repeated = token.used_at is not None and now - token.used_at < repeats
            if token.used_at is not None and not is_repeated:
                install.revoked = True
            if install.revoked:
                raise GrantError("refresh token is invalid")
            if is_repeated and token.answer is not None:
                return dict(token.answer)
            if token.expires_at <= now:
                raise GrantError("refresh token has expired")
            if token.location_id in self._levers.paused:
                raise PausedError
            token.used_at, token.answer = now, self.pair(install, token.location_id)
            return dict(token.answer)

    def pair(self, install: Install, location_id: str | None) -> dict[str, Any]:
        """Issue an access and a refresh token; return the token endpoint's response."""
        state, levers = self._state, self._levers
        with state.lock:
            now = state.clock()
            access = Token(
                value=f"access-{state.digest('access-token').hex()}-simulated",
                kind="sub_account" if location_id else "company", company_id=install.company_id,
                location_id=location_id, scopes=_as_set(install.scopes),
                expires_at=now + timedelta(seconds=levers.token_lifetime),
                client_id=install.client_id, install_id=install.id,
            )  # fmt: skip
            refresh = RefreshToken(
                value=f"refresh-{state.digest('refresh-token').hex()}-simulated",
                install_id=install.id, location_id=location_id,
                expires_at=now + timedelta(seconds=levers.refresh_lifetime),
            )  # fmt: skip
            state.issued[access.value] = access
            state.refresh_tokens[refresh.value] = refresh
        answer: dict[str, Any] = {
            "access_token": access.value,
            "token_type": "Bearer",
            "expires_in": levers.token_lifetime,
            "refresh_token": refresh.value,
            "scope": " ".join(install.scopes),
            "userType": "Location" if location_id else "Company",
            "companyId": install.company_id,
            "userId": install.user_id,
        }
        if location_id:
            return answer | {"locationId": levers.token_location or location_id}
        every = install.approved is None
        return answer | {
            "approvedLocations": self.reached(install),
            "isBulkInstallation": True,
            "approveAllLocations": every,
            "installToFutureLocations": every,
        }

    def reached(self, install: Install | None) -> list[str]:
        """Return the sub-accounts that an agency's token can issue tokens for.

        The install None means: the agency has the app in every sub-account.
        """
        if install is not None and install.approved is not None:
            ids: Iterable[str] = install.approved
        else:
            company = install.company_id if install else None
            locations = self._state.locations.values()
            ids = [location.id for location in locations if company in (None, location.company_id)]
        return [one for one in ids if one not in self._levers.not_installed]

    def reaches(self, install: Install, location_id: str) -> bool:
        """Whether a token can be issued for one of the agency's sub-accounts."""
        if location_id in self._levers.not_installed:
            return False
        return install.approved is None or location_id in install.approved


@cache
def _as_set(scopes: tuple[str, ...]) -> frozenset[str]:
    # Shared by all tokens of an agency, of which there can be ten thousand.
    return frozenset(scopes)


def _proves(grant: Grant, verifier: str | None) -> bool:
    """Whether a verifier matches the code's challenge (RFC 7636, 4.6)."""
    if grant.challenge is None:
        # A verifier without a challenge means that the challenge was removed on the way.
        return verifier is None
    if grant.challenge_method == "S256":
        digest = hashlib.sha256((verifier or "").encode()).digest()
        made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    else:
        made = verifier or ""
    return hmac.compare_digest(made.encode(), grant.challenge.encode())
