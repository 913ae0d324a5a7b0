"""The kinds of credential: what a client holds to prove who asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, Protocol

from ghl_notebook.guard import while_made
from ghl_notebook.secret import Secret

from .bearer import BearerAuth, TokenAuth

Kind = Literal["private integration", "access token", "login", "agency login"]


class Credential(Protocol):
    """What proves who asks, for one sub-account.

    It shows where it comes from, and never its value.
    """

    @property
    def kind(self) -> Kind:
        """Which kind it is."""
        ...

    @property
    def source(self) -> str:
        """Where it comes from, in one line."""
        ...

    @property
    def location_id(self) -> str:
        """The sub-account."""
        ...

    @property
    def company_id(self) -> str | None:
        """The agency, where it is known."""
        ...

    @property
    def scopes(self) -> tuple[str, ...] | None:
        """What it may do; None where only the service knows."""
        ...

    def auth(self, host: str) -> TokenAuth:
        """Return what adds it to requests; `host` is the only one that may see it."""
        ...


class TokenCredential:
    """A token that is not renewed: a private integration's, or an access token.

    Parameters
    ----------
    token : Secret
        The token.
    location_id : str
        The sub-account.
    source : str
        Where it comes from, in words.
    """

    company_id = None
    scopes = None

    def __init__(self, token: Secret, location_id: str, *, source: str) -> None:
        self._token = token
        self.location_id = location_id
        self.kind: Kind = (
            "private integration" if token.reveal().startswith("pit-") else "access token"
        )
        self.source = f"{self.kind}, from {source}"

    @while_made
    def __repr__(self) -> str:
        return f"<{self.source}>"

    def auth(self, host: str) -> TokenAuth:
        """Return what adds it to requests; `host` is the only one that may see it."""
        return BearerAuth(self._token, host=host)


Clock = Callable[[], datetime]
"""The current time, with a time zone."""
