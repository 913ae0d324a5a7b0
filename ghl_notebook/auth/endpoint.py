"""The token endpoint: a code, a refresh token or an agency's token in, a token pair out."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

import httpx

from ghl_notebook.errors import (
    CredentialError,
    DailyLimitError,
    GHLError,
    LogInAgainError,
    RefusedError,
    ResponseError,
    SettingsError,
    UnexpectedAnswerError,
    raise_without_context,
)
from ghl_notebook.models import TokenAnswer
from ghl_notebook.secret import Secret
from ghl_notebook.transport import (
    HttpxTransport,
    Limiter,
    RateLimiter,
    Request,
    Response,
    RetryPolicy,
    Sender,
    Unclosed,
    error_of,
    is_transient,
    json_object,
)

from .advice import is_used_up, refused
from .bearer import TokenAuth
from .token_provider import StaticTokenProvider
from .tokens import Tokens

_MAX_BODY: Final = 2**20
"""Bytes of a response: a token pair takes up to 4,000."""
_POLICY: Final = RetryPolicy(attempts=3, refusals=3, repeats_open=True)
_REFRESH_POLICY: Final = RetryPolicy(attempts=5, refusals=3, repeats_open=True)
_REFRESH_SECONDS: Final = 9.0
"""For one attempt of a refresh.

The API repeats the new pair for 30 s after the first use of a refresh token. So an answer that was
lost is asked for again in that time, at least twice, even if no attempt is answered at all.
"""
_INTERVAL: Final = 1.0
"""Seconds to wait after a 429 that does not report its interval."""

_Owner = tuple[str | None, str | None]
"""The sub-account and the agency that a token is requested for, if they are known."""


class TokenEndpoint:
    """Requests token pairs.

    Parameters
    ----------
    base_url : str
        The API's address.
    client_id : str
        The marketplace app's client ID.
    client_secret : Secret
        The marketplace app's client secret.
    clock : callable
        The current time, with a time zone.
    timeout : float, default 30
        Seconds for one request, the body of its response included.
    transport : httpx.AsyncBaseTransport, optional
        What sends the requests; it is not closed.
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
        self._http_transport = None if transport is None else Unclosed(transport)
        self._rate_limiter = RateLimiter(interval=_INTERVAL)
        self._kept: HttpxTransport | None = None

    async def aclose(self) -> None:
        """Close the connections that minting keeps; the next one opens others.

        Connections in use are closed when the last request is done.
        """
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.close_when_unused()

    async def exchange(self, code: Secret, verifier: Secret, redirect_uri: str) -> Tokens:
        """Exchange the code of a finished login.

        ``POST /oauth/token`` (``grant_type=authorization_code``)

        Parameters
        ----------
        code, verifier : Secret
            The authorization code, and the PKCE code verifier that belongs to it.
        redirect_uri : str
            The redirect URI that the code was requested with.

        Raises
        ------
        LogInAgainError
            If the code is unknown, used or too old.
        CredentialError
            If there is no usable response.
        """
        fields: dict[str, str | Secret] = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        try:
            return await self._token("The login", fields)
        except _UnknownVerifierError:
            # No document of the service names PKCE, and other body keys are allowlisted.
            del fields["code_verifier"]
        return await self._token("The login", fields)

    async def refresh(self, tokens: Tokens) -> Tokens:
        """Exchange a refresh token, which can be used once, for the next pair.

        ``POST /oauth/token`` (``grant_type=refresh_token``). If the answer is lost, the same
        refresh token is sent again: the API repeats the same pair for 30 seconds.

        Raises
        ------
        LogInAgainError
            If the service refuses the refresh token.
        CredentialError
            If there is no usable response; the refresh token may still be good.
        """
        fields: dict[str, str | Secret] = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token,
        }
        if tokens.user_type:  # not known yet of a refresh token from the environment
            fields["user_type"] = tokens.user_type
        owner = (tokens.location_id, tokens.company_id)
        return await self._token("The access token", fields, owner, is_refresh=True)

    async def mint(
        self, company: Tokens, location_id: str, *, limiter: Limiter | None = None
    ) -> Tokens:
        """Request a token of one sub-account, by an agency's token.

        ``POST /oauth/locationToken`` (scope ``oauth.write``). With `limiter`, the connections are
        kept for the next call, always in the same event loop.

        Parameters
        ----------
        company : Tokens
            The agency's.
        location_id : str
            The sub-account.
        limiter : RateLimiter, optional
            The agency's: the service counts these calls for it.

        Raises
        ------
        LogInAgainError
            If the service refuses the agency's token.
        CredentialError
            If the sub-account is not one of the agency's, or there is no usable response.
        DailyLimitError
            If the agency's calls of the day are used up.
        """
        fields = {"companyId": company.company_id or "", "locationId": location_id}
        what = f"The access token of sub-account {location_id}"
        request = Request.form("/oauth/locationToken", fields)
        owner = (location_id, company.company_id)
        return await self._send(what, request, owner, company.access_token, limiter)

    async def _token(
        self,
        what: str,
        fields: Mapping[str, str | Secret],
        owner: _Owner = (None, None),
        *,
        is_refresh: bool = False,
    ) -> Tokens:
        app: dict[str, str | Secret] = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        request = Request.form("/oauth/token", app | dict(fields))
        return await self._send(what, request, owner, is_refresh=is_refresh)

    async def _send(
        self,
        what: str,
        request: Request,
        owner: _Owner,
        token: Secret | None = None,
        limiter: Limiter | None = None,
        *,
        is_refresh: bool = False,
    ) -> Tokens:
        is_agency = token is not None
        attempt = min(self._timeout, _REFRESH_SECONDS) if is_refresh else self._timeout
        async with self._transport(is_kept=limiter is not None) as transport:
            auth = None
            if token is not None:
                auth = TokenAuth(StaticTokenProvider(token), host=transport.host)
            sender = Sender(
                transport,
                bearer=auth,
                rate_limiter=limiter or self._rate_limiter,
                time_limit=attempt * 3,
                attempt_limit=attempt,
                clock=self._clock,
                policy=_REFRESH_POLICY if is_refresh else _POLICY,
                may_choose_version=False,
            )
            try:
                return await sender.send(request, partial(self._read, owner, is_agency))
            except (DailyLimitError, SettingsError):
                raise
            except GHLError as error:
                failure = _failure(what, error, is_agency=is_agency)
                failure.outcome_unknown = error.outcome_unknown
                raise_without_context(failure)

    def _transport(self, *, is_kept: bool) -> HttpxTransport:
        if is_kept and self._kept is not None:
            return self._kept
        transport = HttpxTransport(
            self._base_url,
            timeout=self._timeout,
            max_body=_MAX_BODY,
            transport=self._http_transport,
        )
        if is_kept:
            self._kept = transport
            # A sub-account's client does not close what it shares with others.
            loop = asyncio.get_running_loop()
            weakref.finalize(self, _close_in, loop, os.getpid(), transport).atexit = False
        else:
            transport.closes_when_unused = True
        return transport

    def _read(self, owner: _Owner, is_agency: bool, what: str, response: Response) -> Tokens:
        answer = TokenAnswer(json_object(response.content) or {})
        if answer.access_token:
            answer.complete(*owner)
            return Tokens.of(answer, response.sent_at or self._clock())
        status = response.status
        error = error_of(what, response, clock=self._clock)
        if isinstance(refused(what, error, is_agency=is_agency), LogInAgainError):
            # The grant is used up, whatever the status says: another attempt changes nothing.
            refusal = RefusedError(what, status=status, service_message=error.service_message)
            refusal.code = error.code
            raise refusal
        raise UnexpectedAnswerError(
            what, status=status, service_message="an answer without an access token"
        )


class _UnknownVerifierError(CredentialError):
    """The service does not support PKCE, and has done nothing."""


def _failure(what: str, error: GHLError, *, is_agency: bool) -> CredentialError:
    """Return what an error of the sender means for a credential."""
    may_pass = is_transient(error)
    if isinstance(error, ResponseError) and not is_agency and is_used_up(error):
        return refused(what, error, is_agency=False)
    if not isinstance(error, ResponseError) or may_pass or not getattr(error, "may_pass", True):
        failure = CredentialError(
            f"{what} could not be had: {error.what}",
            "Run the cell again in a moment; it tells if the login was lost with an answer."
            if error.outcome_unknown
            else "Run the cell again in a moment; the login is kept.",
        )
        failure.may_pass = may_pass
        return failure
    said = error.service_message.lower()
    if error.status == 422 and "code_verifier should not exist" in said:
        return _UnknownVerifierError(what)
    return refused(what, error, is_agency=is_agency)


def _close_in(loop: asyncio.AbstractEventLoop, process: int, transport: HttpxTransport) -> None:
    """Close connections that are not used any more, in their own event loop."""
    if process == os.getpid() and loop.is_running():
        asyncio.run_coroutine_threadsafe(transport.aclose(), loop)
