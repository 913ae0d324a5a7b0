"""The token endpoint: a code, a refresh token or an agency's token in, a token pair out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Final

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from ghl_notebook.errors import CredentialError, LogInAgainError
from ghl_notebook.models import TokenAnswer, json_object, read_refusal
from ghl_notebook.secret import Secret

from .tokens import Tokens

_ATTEMPTS: Final = 3
_USED_UP: Final = frozenset({"invalid_grant", "access_denied", "unauthorized_client"})


class _PassingError(Exception):
    """Another attempt may end differently. Holds nothing but words of ours."""


class _UnknownKeyError(CredentialError):
    """The service knows no PKCE, and has done nothing."""


class TokenEndpoint:
    """Asks for token pairs.

    Parameters
    ----------
    base_url : str
        The API's address.
    client_id : str
        The marketplace app's.
    client_secret : Secret
        The marketplace app's.
    clock : callable
        The current time, with a time zone.
    timeout : float, default 30
        Seconds for each phase of a request.
    transport : httpx.AsyncBaseTransport, optional
        What carries the requests; it is not closed.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: Secret,
        *,
        clock: Callable[[], datetime],
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = base_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._timeout = timeout
        self._transport = transport

    async def exchange(self, code: Secret, verifier: Secret, redirect_uri: str) -> Tokens:
        """Exchange the code of a finished login.

        ``POST /oauth/token`` (``grant_type=authorization_code``)

        Parameters
        ----------
        code, verifier : Secret
            The authorization code, and the PKCE code verifier that belongs to it.
        redirect_uri : str
            Where the login has ended, as it was asked for.

        Raises
        ------
        LogInAgainError
            If the code is unknown, used or too old.
        CredentialError
            If there is no answer that can be used.
        """
        fields: dict[str, str | Secret] = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        try:
            return await self._ask("The login", "/oauth/token", self._of_app(fields))
        except _UnknownKeyError:
            # No document of the service names it, and its body keys are whitelisted elsewhere.
            del fields["code_verifier"]
        return await self._ask("The login", "/oauth/token", self._of_app(fields))

    async def refresh(self, tokens: Tokens) -> Tokens:
        """Exchange a refresh token, which can be used once, for the next pair.

        ``POST /oauth/token`` (``grant_type=refresh_token``)

        Raises
        ------
        LogInAgainError
            If the service refuses the refresh token.
        CredentialError
            If there is no answer that can be used; the refresh token may still be good.
        """
        fields: dict[str, str | Secret] = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token,
            "user_type": tokens.user_type,
        }
        return await self._ask("The access token", "/oauth/token", self._of_app(fields))

    async def mint(self, company: Tokens, location_id: str) -> Tokens:
        """Ask for a token of one sub-account, by an agency's token.

        ``POST /oauth/locationToken`` (scope ``oauth.write``)

        Raises
        ------
        LogInAgainError
            If the service refuses the agency's token.
        CredentialError
            If the sub-account is not one of the agency's, or there is no usable answer.
        """
        fields = {"companyId": company.company_id or "", "locationId": location_id}
        what = f"The access token of sub-account {location_id}"
        return await self._ask(what, "/oauth/locationToken", fields, bearer=company.access_token)

    def _of_app(self, fields: Mapping[str, str | Secret]) -> Mapping[str, str | Secret]:
        return {"client_id": self._client_id, "client_secret": self._client_secret, **fields}

    async def _ask(
        self,
        what: str,
        path: str,
        fields: Mapping[str, str | Secret],
        *,
        bearer: Secret | None = None,
    ) -> Tokens:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.4, max=5.0),
            reraise=True,
        )
        try:
            return await retrying(self._ask_once, what, path, fields, bearer)
        except _PassingError as error:
            words = str(error)
        raise CredentialError(
            f"{what} could not be had: {words}.",
            "Run the cell again in a moment; the login is kept.",
        )

    async def _ask_once(
        self,
        what: str,
        path: str,
        fields: Mapping[str, str | Secret],
        bearer: Secret | None,
    ) -> Tokens:
        now = self._clock()
        status, content, kind = await self._post(path, fields, bearer)
        if status < 300:
            body = json_object(content)
            answer = TokenAnswer(body or {})
            if body is None or not answer.access_token:
                raise _PassingError("the answer holds no access token")
            return Tokens.of(answer, now)
        hide = [v.reveal() for v in (*fields.values(), bearer) if isinstance(v, Secret)]
        refusal = read_refusal(status, content, kind, hide=hide)
        del hide, content
        if status in (408, 429) or status >= 500 or "command timed out" in refusal.message.lower():
            raise _PassingError(f"{path} was answered {status}")
        if status == 422 and "code_verifier should not exist" in refusal.message:
            raise _UnknownKeyError(what)
        text = f"{what} was refused ({status}: {refusal.message.rstrip('.')})."
        if refusal.code in _USED_UP or (bearer is not None and status == 401):
            raise LogInAgainError(text)
        if refusal.code == "invalid_client":
            raise CredentialError(text, "Check GHL_CLIENT_ID and GHL_CLIENT_SECRET.")
        if status == 400 and bearer is None and "invalid" in refusal.message.lower():
            raise LogInAgainError(text)  # seen without a code of the standard
        raise CredentialError(
            text, "Check that the app is installed there, with the scope oauth.write."
        )

    async def _post(
        self, path: str, fields: Mapping[str, str | Secret], bearer: Secret | None
    ) -> tuple[int, bytes, str]:
        headers = {
            "Accept": "application/json",
            "User-Agent": f"ghl-notebook/{version('ghl-notebook')}",
            "Version": "2021-07-28",
        }
        words = ""
        try:
            async with httpx.AsyncClient(
                base_url=self._base_url,
                timeout=self._timeout,
                follow_redirects=False,
                trust_env=httpx.URL(self._base_url).host not in ("127.0.0.1", "localhost", "::1"),
                transport=self._transport and _Lent(self._transport),
            ) as http:
                request = http.build_request(
                    "POST",
                    path,
                    headers=headers,
                    data={k: v.reveal() if isinstance(v, Secret) else v for k, v in fields.items()},
                )
                if bearer is not None:
                    request.headers["Authorization"] = f"Bearer {bearer.reveal()}"
                response = await http.send(request)
                return (
                    response.status_code,
                    response.content,
                    response.headers.get("content-type", ""),
                )
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            words = f"{path}: {type(error).__name__}"
        # Out here: the frames of httpx hold the refresh token and the client's secret.
        raise _PassingError(words)


class _Lent(httpx.AsyncBaseTransport):
    """A transport of somebody else: used, and not closed."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        return await self._transport.handle_async_request(request)
