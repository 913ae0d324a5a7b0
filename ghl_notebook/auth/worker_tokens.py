"""Access tokens of sub-accounts for worker processes, which cannot issue or refresh tokens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import msgspec

from ghl_notebook.errors import CredentialError
from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .credential import Credential


class TokenBundle:
    """Access tokens of some sub-accounts, to send to a worker process.

    A pickle of the bundle contains the tokens; its other representations do not. Pickle the bundle
    only to send it, and do not store it. The tokens expire with their day, and cannot be refreshed.

    Parameters
    ----------
    tokens : Mapping
        The access tokens by the sub-account's id.
    """

    __slots__ = ("_count", "_name", "_pack", "_tokens")

    def __init__(self, tokens: Mapping[str, Secret]) -> None:
        packed = msgspec.msgpack.encode({i: token.reveal() for i, token in tokens.items()})
        self._restore(packed, len(tokens), os.urandom(16).hex())

    def _restore(self, packed: bytes, count: int, name: str) -> None:
        # A closure, as in `Secret`. The tokens stay packed until they are used, because dask's
        # scheduler only moves them from one pickle to the next.
        self._pack: Callable[[], bytes] = lambda: packed
        self._count = count
        self._name = name
        self._tokens: dict[str, Secret] | None = None

    def __contains__(self, location_id: str) -> bool:
        return location_id in self._unpacked()

    def __len__(self) -> int:
        return self._count

    @while_made
    def __repr__(self) -> str:
        return f"<{self._count} access tokens>"

    def __reduce__(self) -> tuple[object, ...]:
        return (_restored, (self._pack(), self._count, self._name))

    def __dask_tokenize__(self) -> str:
        # Otherwise, dask would put a hash of the tokens into a task's name.
        return self._name

    def of(self, location_id: str) -> Secret:
        """Return the access token of a sub-account."""
        return self._unpacked()[location_id]

    def _unpacked(self) -> dict[str, Secret]:
        if self._tokens is None:
            plain = msgspec.msgpack.decode(self._pack(), type=dict[str, str])
            self._tokens = {location_id: Secret(token) for location_id, token in plain.items()}
        return self._tokens


class WorkerCredential:
    """The credential of a worker, with only the tokens of a bundle.

    Parameters
    ----------
    tokens : TokenBundle
        The tokens.
    """

    def __init__(self, tokens: TokenBundle) -> None:
        self._tokens = tokens

    @while_made
    def __repr__(self) -> str:
        return f"<{len(self._tokens)} delegated access tokens>"

    def of(self, location_id: str) -> Credential:
        """Return the credential of one sub-account.

        Raises
        ------
        CredentialError
            If the bundle does not contain its access token.
        """
        if location_id not in self._tokens:
            raise _not_delegated(location_id)
        token = self._tokens.of(location_id)
        return Credential.of_token(token, location_id, source="an agency's run")

    def is_warm(self, location_id: str) -> bool:
        """Tell whether the bundle contains a sub-account's access token."""
        return location_id in self._tokens

    async def issue(self, location_id: str) -> None:
        """Fail: a worker cannot issue tokens.

        Raises
        ------
        CredentialError
            Always.
        """
        raise _not_delegated(location_id)


def _restored(packed: bytes, count: int, name: str) -> TokenBundle:
    tokens = TokenBundle.__new__(TokenBundle)
    tokens._restore(packed, count, name)  # noqa: SLF001 - its other half
    return tokens


def _not_delegated(location_id: str) -> CredentialError:
    return CredentialError(
        f"The access token of sub-account {location_id} was not sent to this worker.",
        "Run it where the agency's login is.",
    )
