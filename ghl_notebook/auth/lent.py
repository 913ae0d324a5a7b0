"""Access tokens of sub-accounts, lent to other processes: what makes new ones stays where it is."""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

from ghl_notebook.errors import CredentialError
from ghl_notebook.secret import Secret

from .credential import Credential, TokenCredential


class LentTokens:
    """Access tokens of some sub-accounts, to be sent to a process that works on them.

    A pickle of it holds them, as nothing else that it can be turned into does: it is to be pickled
    by what carries it there, and not to be kept. They end with their day, and renew nothing.

    Parameters
    ----------
    tokens : Mapping
        The access tokens by the sub-account's id.
    """

    __slots__ = ("_name", "_tokens")

    def __init__(self, tokens: Mapping[str, Secret]) -> None:
        self._tokens = dict(tokens)
        self._name = os.urandom(16).hex()

    def __contains__(self, location_id: str) -> bool:
        return location_id in self._tokens

    def __len__(self) -> int:
        return len(self._tokens)

    def __repr__(self) -> str:
        return f"<{len(self)} access tokens>"

    def __reduce__(self) -> tuple[object, ...]:
        plain = {location_id: token.reveal() for location_id, token in self._tokens.items()}
        return (_unpacked, (msgspec.msgpack.encode(plain),))

    def __dask_tokenize__(self) -> str:
        # Else dask would make a hash of the tokens, and that a part of a task's name.
        return self._name

    def of(self, location_id: str) -> Secret:
        """Return the access token of a sub-account."""
        return self._tokens[location_id]


class LentCredential:
    """Proves who asks where only lent tokens are; no other one is minted.

    Parameters
    ----------
    tokens : LentTokens
        The tokens.
    """

    def __init__(self, tokens: LentTokens) -> None:
        self._tokens = tokens

    def __repr__(self) -> str:
        return f"<{len(self._tokens)} lent access tokens>"

    def of(self, location_id: str) -> Credential:
        """Return the credential of one sub-account.

        Raises
        ------
        CredentialError
            If its access token was not lent.
        """
        if location_id not in self._tokens:
            raise _not_lent(location_id)
        return TokenCredential(self._tokens.of(location_id), location_id, source="an agency's run")

    def is_warm(self, location_id: str) -> bool:
        """Tell whether a sub-account's access token is there."""
        return location_id in self._tokens

    async def mint(self, location_id: str) -> None:
        """Say that there is nothing to mint with.

        Raises
        ------
        CredentialError
            Always.
        """
        raise _not_lent(location_id)


def _unpacked(packed: bytes) -> LentTokens:
    plain = msgspec.msgpack.decode(packed, type=dict[str, str])
    return LentTokens({location_id: Secret(token) for location_id, token in plain.items()})


def _not_lent(location_id: str) -> CredentialError:
    return CredentialError(
        f"The access token of sub-account {location_id} was not lent.",
        "Run it where the agency's login is.",
    )
