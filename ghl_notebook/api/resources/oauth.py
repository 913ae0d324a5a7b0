"""The three steps that connect a social account: log in, list what is available, attach."""

from __future__ import annotations

from collections.abc import Mapping

from ghl_notebook.api.call import Call
from ghl_notebook.api.operation import Mode, Resource, operation
from ghl_notebook.api.redirect import authorization_url
from ghl_notebook.errors import ArgumentError, PlatformError
from ghl_notebook.models import (
    AttachedAccount,
    AvailableAccount,
    Platform,
    attach_body,
    available_accounts,
    find_platform,
)
from ghl_notebook.secret import Secret
from ghl_notebook.transport import API_V3, Request

_OAUTH = "/social-media-posting/oauth"
_START = _OAUTH + "/{platform}/start"
_LOGIN = _OAUTH + "/{locationId}/{platform}/accounts/{accountId}"


class OAuth(Resource[Mode]):
    """The login at a platform, and the accounts that you may attach after it."""

    @operation("GET", _START, scope="socialplanner/oauth.readonly", location="query")
    async def start(
        self,
        call: Call,
        platform: str,
        *,
        page: str | None = None,
        reconnect: bool = False,
        login_type: str | None = None,
    ) -> Secret:
        """Start a login (step 1) and return the authorization URL.

        The answer's redirect is not followed: a browser window could not send the bearer, and the
        address is for the user's window only.

        Parameters
        ----------
        platform : str
            For instance ``"instagram"``.
        page : str, optional
            The API's parameter ``page``, for instance ``"integration"``.
        reconnect : bool, default False
            Extend existing connections.
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
            If the answer is not a redirect, or has no usable ``Location``.
        """
        found = find_platform(platform)
        if found.key == "twitter":
            # Listed in the v2 OpenAPI file; GoHighLevel has not connected X since 2024-12.
            raise PlatformError(
                "The service no longer connects X (Twitter).", "Choose another platform."
            )
        template = f"{_OAUTH}/{found.key}/start"
        context = self.context
        request = Request.build(
            "GET",
            template,
            query={
                "locationId": context.location_id,
                "userId": await context.user_id(),
                "page": page,
                "reconnect": "true" if reconnect else None,
                "loginType": login_type,
            },
            version=call.version,
        )
        response = await context.sender.send(request, lambda _, response: response, redirects=True)
        return authorization_url(request.what, response, asked=context.base_url)

    @operation("GET", _LOGIN, scope="socialplanner/oauth.readonly")
    async def available_accounts(
        self,
        call: Call,
        platform: str,
        account_id: str,
        *,
        location_in_path: bool = True,
        page: str | None = None,
        reconnect: bool = False,
        search: str | None = None,
    ) -> list[AvailableAccount]:
        """List the accounts that a finished login may attach (step 2).

        For Google the path has ``locations`` instead of ``accounts``, except in version v3.

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
            Return only accounts with this text in their name (version v3).

        Returns
        -------
        list of AvailableAccount
            Empty if the user allowed none.
        """
        query: dict[str, str | None] = {"search": search}
        path = {"accountId": account_id}
        found = find_platform(platform)
        end = _end_of(found, call.version)
        if location_in_path:
            template = f"{_OAUTH}/{{locationId}}/{end}"
            path["locationId"] = self.context.location_id
        else:
            template = f"{_OAUTH}/{end}"
            query |= {
                "locationId": self.context.location_id,
                "userId": await self.context.user_id(),
                "page": page,
                "reconnect": "true" if reconnect else None,
            }
        body = await self.context.sender.call(
            "GET",
            template,
            path=path,
            query=query,
            version=call.version,
            shape=lambda body: (
                isinstance(body.get("results"), Mapping) or body.get("results") == []
            ),
        )
        return available_accounts(found, body.get("results"))

    @operation("POST", _LOGIN, scope="socialplanner/oauth.write")
    async def attach(
        self,
        call: Call,
        platform: str,
        account_id: str,
        account: AvailableAccount,
        *,
        company_id: str | None = None,
    ) -> AttachedAccount:
        """Attach an account to the sub-account (step 3).

        Only the platform's known keys are sent: the API rejects any other key with 422.

        Parameters
        ----------
        platform, account_id
            As for `available_accounts`.
        account : AvailableAccount
            A row of `available_accounts`.
        company_id : str, optional
            The agency.
        """
        if not isinstance(account, AvailableAccount):
            raise ArgumentError(
                f"account is a {type(account).__name__}, not an AvailableAccount.",
                "Pass one that available_accounts() returned.",
            )
        found = find_platform(platform)
        body = attach_body(found, account, is_v3=call.version == API_V3)
        if company_id is not None:
            body["companyId"] = company_id
        answer = await self.context.sender.call(
            "POST",
            f"{_OAUTH}/{{locationId}}/{_end_of(found, call.version)}",
            path={"locationId": self.context.location_id, "accountId": account_id},
            body=body,
            version=call.version,
            shape=lambda body: isinstance(body.get("results"), Mapping | None),
        )
        return AttachedAccount.from_wire(answer.get("results"))


def _end_of(platform: Platform, version: str) -> str:
    # Google's pages are locations; v3 calls them accounts, as on other platforms.
    collection = "accounts" if version == API_V3 else platform.collection
    return f"{platform.key}/{collection}/{{accountId}}"
