"""The token endpoint: a code, a refresh token or an agency's token in, a token pair out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from ghl_notebook.errors import CredentialError, InvalidTokenError, LogInAgainError
from ghl_notebook.models import TokenAnswer, json_object, read_refusal
from ghl_notebook.secret import Secret
from ghl_notebook.wire import client_options, read_at_most

from .bearer import BearerAuth
from .tokens import Tokens

_ATTEMPTS: Final = 3
_LARGEST: Final = 2**20
_USED_UP: Final = frozenset({"invalid_grant", "access_denied"})
_OF_THE_APP: Final = frozenset({"invalid_client", "unauthorized_client"})
_OF_THE_REQUEST: Final = frozenset({"invalid_request", "invalid_scope", "unsupported_grant_type"})
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.InvalidURL)
_OTHERS: Final = (OSError, RuntimeError, ValueError)
"""Of a proxy's address, or of an event loop that ends: httpx lets them through."""
_BACKOFF: Final = wait_random_exponential(multiplier=0.4, max=5.0)


class _PassingError(Exception):
    """Another attempt may end differently. Holds nothing but words of ours."""

    def __init__(self, words: str, *, was_done: bool, wait: float | None = None) -> None:
        super().__init__(words)
        self.was_done = was_done  # perhaps
        self.wait = wait


class _Answer(NamedTuple):
    status: int
    content: bytes
    kind: str
    interval: float


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wait = getattr(error, "wait", None)
    return _BACKOFF(state) if wait is None else float(wait)


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
        Seconds for one request, its answer read.
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
        }
        if tokens.user_type:  # not known yet of a refresh token from the environment
            fields["user_type"] = tokens.user_type
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
            wait=_wait,
            reraise=True,
        )
        is_open = False  # whether an answer may be lost: a refresh token is used up then

        async def attempt() -> Tokens:
            nonlocal is_open
            try:
                return await self._ask_once(what, path, fields, bearer)
            except _PassingError as error:
                is_open = is_open or error.was_done
                raise

        try:
            return await retrying(attempt)
        except _PassingError as error:
            failure = CredentialError(
                f"{what} could not be had: {error}.",
                "Run the cell again in a moment; it tells if the login was lost with an answer."
                if is_open
                else "Run the cell again in a moment; the login is kept.",
            )
        except CredentialError as error:
            failure = error
            failure.__context__ = None
        failure.outcome_unknown = is_open
        raise failure

    async def _ask_once(
        self,
        what: str,
        path: str,
        fields: Mapping[str, str | Secret],
        bearer: Secret | None,
    ) -> Tokens:
        now = self._clock()
        status, content, kind, interval = await self._post(path, fields, bearer)
        if status < 300:
            answer = TokenAnswer(json_object(content) or {})
            if not answer.access_token:
                raise _PassingError(f"the answer of {path} holds no access token", was_done=True)
            return Tokens.of(answer, now)
        hide = [v.reveal() for v in (*fields.values(), bearer) if isinstance(v, Secret)]
        refusal = read_refusal(status, content, kind, hide=hide)
        del hide, content  # they may be in a traceback, with this frame's locals
        said = refusal.message.lower()
        words = f"{path} was answered {status}"
        if status == 429:
            raise _PassingError(words, was_done=False, wait=interval)
        if status == 408 or status >= 500 or "command timed out" in said:
            raise _PassingError(words, was_done=True)
        if status == 422 and "code_verifier should not exist" in refusal.message:
            raise _UnknownKeyError(what)
        text = f"{what} was refused ({status}: {refusal.message.rstrip('.')})."
        if bearer is not None:
            if refusal.kind is InvalidTokenError:
                raise LogInAgainError(text)
            raise CredentialError(
                text, "Check that the app is installed there, with the scope oauth.write."
            )
        # Under v3, and from the gateway, there is no code of the standard: the words have to do.
        is_bare = status == 400 and refusal.code not in _OF_THE_REQUEST | _OF_THE_APP
        is_over = ("invalid" in said or "expired" in said) and "client" not in said
        if refusal.code in _USED_UP or (is_bare and is_over):
            raise LogInAgainError(text)
        raise CredentialError(
            text, "Check the app's client id and secret: GHL_CLIENT_ID and GHL_CLIENT_SECRET."
        )

    async def _post(
        self, path: str, fields: Mapping[str, str | Secret], bearer: Secret | None
    ) -> _Answer:
        base = httpx.URL(self._base_url)
        try:
            async with (
                asyncio.timeout(self._timeout),
                httpx.AsyncClient(
                    **client_options(self._base_url),
                    auth=BearerAuth(bearer, host=base.netloc.decode()) if bearer else None,
                    timeout=self._timeout,
                    transport=self._transport and _Lent(self._transport),
                ) as http,
                http.stream(
                    "POST",
                    path,
                    data={
                        name: value.reveal() if isinstance(value, Secret) else value
                        for name, value in fields.items()
                        if value
                    },
                ) as response,
            ):
                return await _read(response)
        except TimeoutError:
            words, was_sent = f"{path}: no whole answer came in time", True
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, *_OTHERS) as error:
            words = f"{path}: {type(error).__name__}"
            was_sent = not isinstance(error, _NEVER_SENT)
        # Out here: the frames of httpx hold the refresh token and the client's secret.
        raise _PassingError(words, was_done=was_sent)


async def _read(response: httpx.Response) -> _Answer:
    await read_at_most(response, _LARGEST)  # what is larger is no answer of this endpoint
    interval = response.headers.get("x-ratelimit-interval-milliseconds", "")
    return _Answer(
        response.status_code,
        response.content,
        response.headers.get("content-type", ""),
        min(int(interval), 10_000) / 1000 if interval.isdecimal() else 1.0,
    )


class _Lent(httpx.AsyncBaseTransport):
    """A transport of somebody else: used, and not closed."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        return await self._transport.handle_async_request(request)
