"""The one core: every operation on the service, written once, to be awaited."""

from __future__ import annotations

from datetime import timedelta
from types import TracebackType
from typing import Self

import httpx

from ghl_notebook.auth import Clock, Credential, resolve_credential
from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded
from ghl_notebook.models import Location, User, has_none
from ghl_notebook.secret import Secret
from ghl_notebook.settings import DEFAULT_ALLOWED_ORIGINS, now, read_settings
from ghl_notebook.summary import summarize
from ghl_notebook.transport import (
    API_VERSION,
    Limits,
    RetryBudget,
    Sender,
    Transport,
    open_transport,
    rate_limiter_of,
)

from .ahead import Concurrency
from .arguments import check_kind, check_sending
from .call import CallContext
from .operation import AsyncMode
from .resource_groups import Resources
from .scopes import naming_scope
from .versions import versions_of


@guarded
class AsyncClient(Resources[AsyncMode]):
    """The service, for code that awaits. `Client` is the same for cells and scripts.

    Its operations are in groups: `accounts`, `oauth`, `posts`, `statistics`,
    `categories`, `tags`, `csv_imports`, `comments`, `queues` and `queue_items`.

    Parameters
    ----------
    token : str or Secret, optional
        Private integration token of the sub-account, or an OAuth access token of it. When left
        out: ``GHL_TOKEN``, else ``GHL_REFRESH_TOKEN``, else what `log_in` has stored.
    location_id : str, optional
        The sub-account. ``GHL_LOCATION_ID`` when left out, else that of the only stored login.
    user_id : str, optional
        The user who will own connections. ``GHL_USER_ID`` when left out, and when that is not
        set either, the one that `resolve_user_id` finds.
    credential : Credential, optional
        What proves who asks, in place of `token` and `location_id`.
    base_url : str, optional
        The API's address. ``GHL_BASE_URL`` or https://services.leadconnectorhq.com when left out.
    allowed_origins : tuple of str, optional
        Origins whose `message` events may finish a login. ``GHL_ALLOWED_ORIGINS`` or the
        service's own two hosts when left out.
    api_version : str, optional
        One version of the API for all operations, such as ``"2021-07-28"``. When left out, each
        operation is called under the version that returns most: posts under ``"v3"``, for instance.
    timeout : float, default 30
        Seconds for each phase of a request: to connect, to send, to wait, to read.
    total_timeout : float, default 120
        Seconds for one call with all its retries; waiting for the API's rate limit does not count.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests.
    clock : callable, optional
        The current time, with a time zone.

    Attributes
    ----------
    credential : Credential
        What proves who asks. Its ``kind`` and ``source`` say which, nothing its value.
    api_version : str or None
        The version that was passed.
    clock : callable
        The current time, with a time zone.

    Raises
    ------
    ArgumentError
        If there is no such version of the API.
    SettingsError
        If there is no credential or no sub-account, or a value makes no sense.
    StorageError
        If a stored login cannot be read.
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
        check_sending(
            api_version,
            timeout=timeout,
            total_timeout=total_timeout,
            transport=transport,
            clock=clock,
        )
        if credential is not None:  # the environment's token is not asked for
            check_kind("credential", credential, hasattr(credential, "auth"), "a credential")
            token, location_id = Secret(""), credential.location_id
        settings = read_settings(
            token=token,
            location_id=location_id,
            user_id=user_id,
            base_url=base_url,
            allowed_origins=allowed_origins,
        )
        self.credential: Credential = credential or resolve_credential(
            settings, clock=clock, transport=transport
        )
        self.user_id = settings.user_id
        self.allowed_origins = settings.allowed_origins
        self._concurrency: Concurrency | None = None
        self._closes = True
        opened = open_transport(
            settings.base_url,
            timeout=timeout,
            api_version=api_version or API_VERSION,
            transport=transport,
        )
        self.api_version = api_version
        self._connect(opened, total_timeout=total_timeout, clock=clock)

    @classmethod
    def sharing(
        cls,
        transport: Transport,
        credential: Credential,
        *,
        total_timeout: float,
        clock: Clock,
        budget: RetryBudget | None = None,
        allowed_origins: tuple[str, ...] = DEFAULT_ALLOWED_ORIGINS,
        concurrency: Concurrency | None = None,
        api_version: str | None = None,
    ) -> Self:
        """Make one of an agency's clients, for a sub-account: fast enough to make thousands.

        Parameters
        ----------
        transport : Transport
            The agency's; `aclose` leaves it open.
        credential : Credential
            The sub-account's.
        total_timeout, clock, allowed_origins, api_version
            As for the class.
        budget : RetryBudget, optional
            What repetitions may cost all who share it.
        concurrency : Concurrency, optional
            What counts the requests of all of them.
        """
        client = cls.__new__(cls)
        client.credential = credential
        client.user_id = None
        client.allowed_origins = allowed_origins
        client._concurrency = concurrency  # noqa: SLF001
        client.api_version = api_version
        client._closes = False  # noqa: SLF001 - of this class
        client._connect(transport, total_timeout=total_timeout, clock=clock, budget=budget)  # noqa: SLF001
        return client

    def _connect(
        self,
        transport: Transport,
        *,
        total_timeout: float,
        clock: Clock,
        budget: RetryBudget | None = None,
    ) -> None:
        self.location_id = self.credential.location_id
        self.base_url = transport.base_url
        self.clock = clock
        self._transport = transport
        self._sender = Sender(
            transport,
            bearer=self.credential.auth(transport.host),
            time_limit=total_timeout,
            rate_limiter=rate_limiter_of(transport.base_url, f"location:{self.location_id}"),
            clock=clock,
            budget=budget,
        )

    def __repr__(self) -> str:
        of = f"location_id={self.location_id!r}, credential={self.credential.source!r}"
        return f"{type(self).__name__}({of})"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return summarize(type(self).__name__, self.summary)

    @property
    def summary(self) -> list[tuple[str, object]]:
        """What a notebook shows of it. Nothing is asked for that."""
        return [
            ("sub-account", self.location_id),
            ("credential", self.credential.source),
            ("user", self.user_id),
            ("service", self.base_url),
            ("calls", self.limits),
        ]

    @property
    def _context(self) -> CallContext:
        return CallContext(
            self._sender,
            self.base_url,
            self.location_id,
            self.api_version,
            self.clock,
            self.resolve_user_id,
            is_sync=False,
        )

    @property
    def limits(self) -> Limits:
        """What the service's last answer said is left of the calls for this sub-account."""
        return self._sender.limits

    @property
    def _free_calls(self) -> int:
        """How many calls the rate limit lets pass now without waiting."""
        return self._sender.free

    @property
    def _mean_seconds(self) -> float | None:
        """How long a request has taken on average; None: none was sent."""
        return self._sender.mean_seconds

    @property
    def clock_offset(self) -> timedelta | None:
        """The service's clock less the local one, by its last answer; None: not told yet."""
        return self._sender.clock_offset

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to the service."""
        if self._closes:
            await self._transport.aclose()

    async def users(self) -> list[User]:
        """List the sub-account's users, deleted ones included.

        ``GET /users/?locationId=`` (scope ``users.readonly``)

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        with naming_scope("users.readonly"):
            body = await self._sender.call(
                "GET",
                "/users/",
                query={"locationId": self.location_id},
                # Also if another version is pinned: without a user, no login can start.
                version=versions_of("/users/").best,
                shape=lambda body: isinstance(body.get("users"), list) or has_none(body),
            )
        return [User.from_wire(user) for user in body.get("users") or ()]

    async def location(self) -> Location:
        """Return the sub-account.

        ``GET /locations/{locationId}`` (scope ``locations.readonly``)

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        with naming_scope("locations.readonly"):
            body = await self._sender.call(
                "GET",
                "/locations/{locationId}",
                path={"locationId": self.location_id},
                version=versions_of("/locations/").best,
                shape=lambda body: isinstance(body.get("location"), dict),
            )
        return Location.from_listing(body["location"])

    async def resolve_user_id(self) -> str:
        """Return the user who will own connections: the one given, else an administrator.

        The choice is an administrator who was not deleted, else the first user who was not.
        A connection started with a wrong user id works and has no owner, so none is guessed.

        Raises
        ------
        ArgumentError
            If the sub-account has no user.
        GHLError
            See `users`.
        """
        if self.user_id is None:
            users = [u for u in await self.users() if u.id and not u.deleted]
            user = next((u for u in users if u.is_admin), next(iter(users), None))
            if user is None:
                raise ArgumentError(
                    f"The sub-account {self.location_id} has no user.",
                    "Set GHL_USER_ID to the user who is to own the connection.",
                )
            self.user_id = user.id
        assert self.user_id is not None
        return self.user_id
