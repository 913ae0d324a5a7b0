"""The client for cells and scripts: the operations of `AsyncClient`, blocking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

import httpx
from msgspec import structs

from ghl_notebook.auth import Clock, Credential
from ghl_notebook.guard import guarded
from ghl_notebook.secret import Secret
from ghl_notebook.settings import now
from ghl_notebook.summary import summarize
from ghl_notebook.transport import Limits

from .async_client import AsyncClient
from .blocking import blocking
from .call import CallContext
from .operation import SyncMode
from .resource_groups import Resources


class MessageEvent(Protocol):
    """A window's ``message`` event: its origin and its payload."""

    @property
    def origin(self) -> str:
        """The origin of the window that posted the message."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """The payload."""
        ...


Browser = Callable[[Secret], MessageEvent]
"""Opens an authorization URL, has the user consent, and returns the window's message."""


@guarded
class Client(Resources[SyncMode]):
    """GoHighLevel's API, for cells and scripts: each operation waits for its result.

    You can use a client inside a running event loop, such as a notebook's, and interrupt a call
    with the stop button. The parameters are the same as for `AsyncClient`, which does the work in a
    background thread.

    The operations are in groups: `accounts`, `oauth`, `posts`, `statistics`,
    `categories`, `tags`, `csv_imports`, `comments`, `queues`, and `queue_items`.

    Attributes
    ----------
    core : AsyncClient
        The client that does the work. Await it only in ghl_notebook's own event loop.
    browser : callable or None
        Opens authorization URLs without a front end; None: a front end opens them.

    Raises
    ------
    ArgumentError
        If the version of the API is unknown.
    SettingsError
        If the credential or the sub-account is missing, or a value is invalid.
    StorageError
        If a stored login cannot be read.

    Examples
    --------
    >>> client = Client()                                             # doctest: +SKIP
    >>> [account.name for account in client.accounts.list().accounts] # doctest: +SKIP
    ['Harbour Coffee']
    """

    def __init__(
        self,
        token: str | Secret | None = None,
        location_id: str | None = None,
        user_id: str | None = None,
        *,
        credential: Credential | None = None,
        base_url: str | None = None,
        allowed_origins: tuple[str, ...] | None = None,
        api_version: str | None = None,
        timeout: float = 30.0,
        total_timeout: float = 120.0,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = now,
    ) -> None:
        token = None if token is None else Secret(token)  # this frame may be shown with its locals
        self.core = AsyncClient(
            token,
            location_id,
            user_id,
            credential=credential,
            base_url=base_url,
            allowed_origins=allowed_origins,
            api_version=api_version,
            timeout=timeout,
            total_timeout=total_timeout,
            transport=transport,
            clock=clock,
        )
        self.browser: Browser | None = None

    @classmethod
    def of(cls, core: AsyncClient) -> Client:
        """Return a blocking client for an existing `AsyncClient`."""
        client = Client.__new__(Client)
        client.core, client.browser = core, None
        return client

    @property
    def _context(self) -> CallContext:
        return structs.replace(self.core._context, is_sync=True)  # noqa: SLF001 - its own core

    @property
    def api_version(self) -> str | None:
        """The version of the API that was passed; None: that of each operation."""
        return self.core.api_version

    @property
    def location_id(self) -> str:
        """The sub-account."""
        return self.core.location_id

    @property
    def user_id(self) -> str | None:
        """The user who will own connections; None until given or resolved."""
        return self.core.user_id

    @property
    def credential(self) -> Credential:
        """The credential. Read its ``kind`` and ``source``; its value is never shown."""
        return self.core.credential

    @property
    def limits(self) -> Limits:
        """Calls left for this sub-account, as reported by the API's last answer."""
        return self.core.limits

    @property
    def clock(self) -> Clock:
        """Returns the current time, with a time zone; in a demo, the demo's time."""
        return self.core.clock

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Origins whose `message` events may finish a login."""
        return self.core.allowed_origins

    def __repr__(self) -> str:
        return f"{type(self).__name__}{repr(self.core).removeprefix('AsyncClient')}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return summarize(type(self).__name__, self.summary)

    @property
    def summary(self) -> list[tuple[str, object]]:
        """The rows that a notebook shows, without a request."""
        return self.core.summary

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    close = blocking(AsyncClient.aclose)
    users = blocking(AsyncClient.users)
    location = blocking(AsyncClient.location)
    resolve_user_id = blocking(AsyncClient.resolve_user_id)
