"""The one core: every operation on the service, written once, to be awaited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from ghl_notebook.auth import Clock, Credential, find_credential
from ghl_notebook.errors import ArgumentError, PlatformError
from ghl_notebook.guard import guarded
from ghl_notebook.models import (
    AccountList,
    AccountRows,
    AttachedAccount,
    AvailableAccount,
    Platform,
    User,
    account_rows_of,
    attach_body,
    available_accounts,
    find_platform,
    has_none,
    read_account_rows,
)
from ghl_notebook.pacing import Limits, pacer_of
from ghl_notebook.secret import Secret
from ghl_notebook.settings import DEFAULT_ALLOWED_ORIGINS, now, read_settings
from ghl_notebook.summary import summarize
from ghl_notebook.wire import API_V3, API_VERSION

from .arguments import check_kind
from .ask import Service
from .connection import Connection
from .groups import Groups
from .operation import Awaiting
from .redirect import authorization_url
from .request import Requester
from .retry import RetryBudget

_OAUTH = "/social-media-posting/oauth"
_ACCOUNTS = "/social-media-posting/{locationId}/accounts"


@guarded
class AsyncClient(Groups[Awaiting]):
    """The service, for code that awaits. `Client` is the same for cells and scripts.

    Its operations are in groups: `posts`, `statistics`, `categories`, `tags`, `csv_imports`,
    `comments`, `queues` and `queue_items`. Those of a login and of accounts are its own methods.

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
    api_version : str, default "2021-07-28"
        The version of the API: ``"v3"`` knows more operations and parameters than the older ones.
    timeout : float, default 30
        Seconds for each phase of a request: to connect, to send, to wait, to read.
    time_limit : float, default 120
        Seconds for one call with all its repetitions; waiting for the service's rate limit does
        not count.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests.
    clock : callable, optional
        The current time, with a time zone.

    Attributes
    ----------
    credential : Credential
        What proves who asks. Its ``kind`` and ``source`` say which, nothing its value.
    api_version : str
        The version of the API.
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
        api_version: str = API_VERSION,
        timeout: float = 30.0,
        time_limit: float = 120.0,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = now,
    ) -> None:
        token = None if token is None else Secret(token)  # this frame may be shown with its locals
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
        self.credential: Credential = credential or find_credential(
            settings, clock=clock, transport=transport
        )
        self.user_id = settings.user_id
        self.allowed_origins = settings.allowed_origins
        self._closes = True
        connection = Connection(
            settings.base_url, timeout=timeout, api_version=api_version, transport=transport
        )
        self._connect(connection, time_limit=time_limit, clock=clock)

    @classmethod
    def sharing(
        cls,
        connection: Connection,
        credential: Credential,
        *,
        time_limit: float,
        clock: Clock,
        budget: RetryBudget | None = None,
        allowed_origins: tuple[str, ...] = DEFAULT_ALLOWED_ORIGINS,
    ) -> Self:
        """Make one of an agency's clients, for a sub-account: fast enough to make thousands.

        Parameters
        ----------
        connection : Connection
            The agency's; `aclose` leaves it open.
        credential : Credential
            The sub-account's.
        time_limit, clock, allowed_origins
            As for the class.
        budget : RetryBudget, optional
            What repetitions may cost all who share it.
        """
        client = cls.__new__(cls)
        client.credential = credential
        client.user_id = None
        client.allowed_origins = allowed_origins
        client._closes = False  # noqa: SLF001 - of this class
        client._connect(connection, time_limit=time_limit, clock=clock, budget=budget)  # noqa: SLF001
        return client

    def _connect(
        self,
        connection: Connection,
        *,
        time_limit: float,
        clock: Clock,
        budget: RetryBudget | None = None,
    ) -> None:
        self.api_version = connection.api_version
        self.location_id = self.credential.location_id
        self.base_url = connection.base_url
        self.clock = clock
        self._connection = connection
        self._requester = Requester(
            connection,
            auth=self.credential.auth(connection.host),
            time_limit=time_limit,
            pacer=pacer_of(connection.base_url, f"location:{self.location_id}"),
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
    def _service(self) -> Service:
        return Service(
            self._requester, self.location_id, self.api_version, self.resolve_user_id, waits=False
        )

    @property
    def limits(self) -> Limits:
        """What the service's last answer said is left of the calls for this sub-account."""
        return self._requester.limits

    @property
    def clock_offset(self) -> timedelta | None:
        """The service's clock less the local one, by its last answer; None: not told yet."""
        return self._requester.clock_offset

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
            await self._connection.aclose()

    async def users(self) -> list[User]:
        """List the sub-account's users, deleted ones included.

        ``GET /users/?locationId=`` (scope ``users.readonly``)

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        body = await self._requester.call(
            "GET",
            "/users/",
            query={"locationId": self.location_id},
            shape=lambda body: isinstance(body.get("users"), list) or has_none(body),
        )
        return [User.from_wire(user) for user in body.get("users") or ()]

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

    async def start(
        self,
        platform: str,
        *,
        page: str | None = None,
        reconnect: bool = False,
        login_type: str | None = None,
    ) -> Secret:
        """Start a login (step 1) and return the authorization URL.

        ``GET /social-media-posting/oauth/{platform}/start`` (scope
        ``socialplanner/oauth.readonly``). The answer's redirect is not followed: a browser window
        could not send the bearer, and the address is for the user's window only.

        Parameters
        ----------
        platform : str
            For instance ``"instagram"``.
        page : str, optional
            The service's parameter ``page``, for instance ``"integration"``.
        reconnect : bool, default False
            Renew connections that exist.
        login_type : str, optional
            The undocumented parameter ``loginType``: ``"instagram"`` logs in at Instagram itself
            instead of at Facebook.

        Returns
        -------
        Secret
            The authorization URL; ``reveal()`` it to a window, nowhere else.

        Raises
        ------
        PlatformError
            If the platform is unknown or cannot be connected.
        UnexpectedAnswerError
            If the answer is no redirect, or one without a usable ``Location``.
        GHLError
            See `ghl_notebook.errors`.
        """
        found = find_platform(platform)
        if found.key == "twitter":
            # Listed in the v2 OpenAPI file; the service has not connected it since 2024-12.
            raise PlatformError(
                "The service no longer connects X (Twitter).", "Choose another platform."
            )
        template = f"{_OAUTH}/{found.key}/start"
        answer = await self._requester.redirect(
            "GET",
            template,
            query={
                "locationId": self.location_id,
                "userId": await self.resolve_user_id(),
                "page": page,
                "reconnect": "true" if reconnect else None,
                "loginType": login_type,
            },
        )
        return authorization_url(f"GET {template}", answer, asked=self.base_url)

    async def available_accounts(
        self,
        platform: str,
        account_id: str,
        *,
        location_in_path: bool = True,
        page: str | None = None,
        reconnect: bool = False,
        search: str | None = None,
    ) -> list[AvailableAccount]:
        """List what a finished login may attach (step 2).

        ``GET /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``, for
        Google ``…/locations/{accountId}`` (scope ``socialplanner/oauth.readonly``).

        Parameters
        ----------
        platform : str
            The platform of the login.
        account_id : str
            The message payload's ``accountId``, or a connected account's ``oauth_id``.
        location_in_path : bool, default True
            False calls the form of the page "Starts OAuth For Instagram Account" instead,
            ``…/oauth/{platform}/accounts/{accountId}?locationId=&userId=``.
        page, reconnect
            That form's query parameters; see `start`.
        search : str, optional
            Only those with this in their name (version v3).

        Returns
        -------
        list of AvailableAccount
            Empty when the user allowed none.

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        found = find_platform(platform)
        query: dict[str, str | None] = {"search": search}
        path = {"accountId": account_id}
        collection = self._collection(found)
        if location_in_path:
            template = f"{_OAUTH}/{{locationId}}/{found.key}/{collection}/{{accountId}}"
            path["locationId"] = self.location_id
        else:
            template = f"{_OAUTH}/{found.key}/{collection}/{{accountId}}"
            query |= {
                "locationId": self.location_id,
                "userId": await self.resolve_user_id(),
                "page": page,
                "reconnect": "true" if reconnect else None,
            }
        body = await self._requester.call(
            "GET",
            template,
            path=path,
            query=query,
            shape=lambda body: (
                isinstance(body.get("results"), Mapping) or body.get("results") == []
            ),
        )
        return available_accounts(found, body.get("results"))

    async def attach(
        self,
        platform: str,
        account_id: str,
        account: AvailableAccount,
        *,
        company_id: str | None = None,
    ) -> AttachedAccount:
        """Attach an account to the sub-account (step 3).

        ``POST /social-media-posting/oauth/{locationId}/{platform}/accounts/{accountId}``, for
        Google ``…/locations/{accountId}`` (scope ``socialplanner/oauth.write``). Only the
        platform's known keys are sent: the service refuses any other with 422.

        Parameters
        ----------
        platform, account_id
            As for `available_accounts`.
        account : AvailableAccount
            One of its rows.
        company_id : str, optional
            The agency.

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        found = find_platform(platform)
        template = f"{_OAUTH}/{{locationId}}/{found.key}/{self._collection(found)}/{{accountId}}"
        body = attach_body(found, account, strictly=self.api_version == API_V3)
        if company_id is not None:
            body["companyId"] = company_id
        answer = await self._requester.call(
            "POST",
            template,
            path={"locationId": self.location_id, "accountId": account_id},
            body=body,
            shape=lambda body: isinstance(body.get("results"), Mapping | None),
        )
        return AttachedAccount.from_wire(answer.get("results"))

    async def accounts(self, *, fetch_all: bool = False) -> AccountList:
        """List everything connected to the sub-account, deleted rows included, and its groups.

        ``GET /social-media-posting/{locationId}/accounts`` (scope
        ``socialplanner/account.readonly``); the service has no pages here.

        Parameters
        ----------
        fetch_all : bool, default False
            Send the undocumented ``fetchAll=true`` of the service's own page, which may also list
            logins that nothing is attached from yet.

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        body = await self._requester.call(
            "GET",
            _ACCOUNTS,
            path={"locationId": self.location_id},
            query={"fetchAll": "true" if fetch_all else None},
            shape=_lists_accounts,
        )
        return AccountList.from_wire(body.get("results"), location_id=self.location_id)

    async def account_rows(self) -> AccountRows:
        """List what `accounts` lists, read no further than a table of many sub-accounts needs.

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        return await self._requester.rows(
            "GET",
            _ACCOUNTS,
            path={"locationId": self.location_id},
            read=read_account_rows,
            convert=account_rows_of,
            shape=_lists_accounts,
        )

    async def delete_account(self, account_key: str, *, company_id: str | None = None) -> str:
        """Disconnect an account from the sub-account and return its id.

        ``DELETE /social-media-posting/{locationId}/accounts/{id}?userId=`` (scope
        ``socialplanner/account.write``)

        Parameters
        ----------
        account_key : str
            `Account.id`; not the ``account_id`` of a login.
        company_id : str, optional
            The agency.

        Raises
        ------
        GHLError
            See `ghl_notebook.errors`.
        """
        body = await self._requester.call(
            "DELETE",
            "/social-media-posting/{locationId}/accounts/{id}",
            path={"locationId": self.location_id, "id": account_key},
            # Optional in the OpenAPI file, wanted in practice.
            query={"userId": await self.resolve_user_id(), "companyId": company_id},
        )
        results = body.get("results")
        told = results.get("id") if isinstance(results, Mapping) else None
        return str(told) if told else account_key

    def _collection(self, platform: Platform) -> str:
        # Google's pages are locations; v3 calls them accounts like everyone else's.
        return "accounts" if self.api_version == API_V3 else platform.collection


def _lists_accounts(body: Mapping[str, Any]) -> bool:
    results = _object(body.get("results"))
    accounts = results.get("accounts")
    return isinstance(accounts, list) or (accounts is None and has_none(results))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
