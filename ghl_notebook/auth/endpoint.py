"""The token endpoint: a code, a refresh token or an agency's token in, a token pair out."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol, Self

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from ghl_notebook.errors import (
    CredentialError,
    DailyLimitError,
    LogInAgainError,
)
from ghl_notebook.models import Refusal, TokenAnswer, json_object, read_refusal
from ghl_notebook.pacing import Limits, read_limits
from ghl_notebook.secret import Secret
from ghl_notebook.wire import API_VERSION, UnreadableError, open_client, read_whole

from .advice import refused
from .bearer import BearerAuth
from .tokens import Tokens

_ATTEMPTS: Final = 3
_LARGEST: Final = 2**20
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.InvalidURL)
_OTHERS: Final = (OSError, RuntimeError, ValueError)
"""Of a proxy's address, or of an event loop that ends: httpx lets them through."""
_BACKOFF: Final = wait_random_exponential(multiplier=0.4, max=5.0)


class Turn(Protocol):
    """The right to send one request, as `ghl_notebook.pacing.Slot` is."""

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(self, *_: object) -> None:
        """End; without a `release` it was not sent."""
        ...

    def release(self, limits: Limits | None, *, refused: bool = False) -> None:
        """Say that the answer has come, or that none will."""
        ...


class Paces(Protocol):
    """Says when a request may be sent, as a pacer does."""

    async def acquire(self) -> Turn:
        """Wait for a turn."""
        ...


class _PassingError(Exception):
    """Another attempt may end differently. Holds nothing but words of ours."""

    def __init__(self, words: str, *, was_done: bool, wait: float | None = None) -> None:
        super().__init__(words)
        self.was_done = was_done  # perhaps
        self.wait = wait


class _LastingError(_PassingError):
    """Another attempt would end the same: it is not made."""


class _Answer(NamedTuple):
    status: int
    content: bytes
    kind: str
    limits: Limits


_Whose = tuple[str | None, str | None]
"""The sub-account and the agency that a token is asked for, where they are known."""


class _Way(NamedTuple):
    """Where a request goes, who asks, and whom the service counts it for."""

    path: str
    bearer: Secret | None = None
    pacer: Paces | None = None


_TOKEN: Final = _Way("/oauth/token")


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wait = getattr(error, "wait", None)
    return _BACKOFF(state) if wait is None else float(wait)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, _PassingError) and not isinstance(error, _LastingError)


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
        self._kept: _Kept | None = None

    async def aclose(self) -> None:
        """Close the connections that minting keeps; the next one opens them again.

        Those that others are minting over are closed when they are done.
        """
        kept, self._kept = self._kept, None
        if kept is not None and kept.is_of(asyncio.get_running_loop()):
            await kept.leave()

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
            return await self._ask("The login", _TOKEN, self._of_app(fields))
        except _UnknownKeyError:
            # No document of the service names it, and its body keys are whitelisted elsewhere.
            del fields["code_verifier"]
        return await self._ask("The login", _TOKEN, self._of_app(fields))

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
        whose = (tokens.location_id, tokens.company_id)
        return await self._ask("The access token", _TOKEN, self._of_app(fields), whose)

    async def mint(
        self, company: Tokens, location_id: str, *, pacer: Paces | None = None
    ) -> Tokens:
        """Ask for a token of one sub-account, by an agency's token.

        ``POST /oauth/locationToken`` (scope ``oauth.write``). Its connections are kept, for it is
        asked again and again: always in the same event loop.

        Parameters
        ----------
        company : Tokens
            The agency's.
        location_id : str
            The sub-account.
        pacer : Paces, optional
            The agency's: the service counts these calls for it.

        Raises
        ------
        LogInAgainError
            If the service refuses the agency's token.
        CredentialError
            If the sub-account is not one of the agency's, or there is no usable answer.
        DailyLimitError
            If the agency's calls of the day are used up.
        """
        fields = {"companyId": company.company_id or "", "locationId": location_id}
        what = f"The access token of sub-account {location_id}"
        way = _Way("/oauth/locationToken", company.access_token, pacer)
        return await self._ask(what, way, fields, (location_id, company.company_id))

    def _of_app(self, fields: Mapping[str, str | Secret]) -> Mapping[str, str | Secret]:
        return {"client_id": self._client_id, "client_secret": self._client_secret, **fields}

    async def _ask(
        self,
        what: str,
        way: _Way,
        fields: Mapping[str, str | Secret],
        whose: _Whose = (None, None),
    ) -> Tokens:
        retrying = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=_wait,
            reraise=True,
        )
        used_up: DailyLimitError | None = None
        is_open = False  # whether an answer may be lost: a refresh token is used up then

        async def attempt() -> Tokens:
            nonlocal is_open
            try:
                return await self._ask_once(what, way, fields, whose)
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
            failure.may_pass = _may_pass(error)
        except DailyLimitError as error:
            used_up = error.with_traceback(None)
        except CredentialError as error:
            failure = error
            failure.__context__ = None
        if used_up is not None:
            raise used_up
        failure.outcome_unknown = is_open
        raise failure

    async def _ask_once(
        self, what: str, way: _Way, fields: Mapping[str, str | Secret], whose: _Whose
    ) -> Tokens:
        path = way.path
        now = self._clock()
        status, content, kind, limits = await self._paced(way, fields)
        if status < 300:
            answer = TokenAnswer(json_object(content) or {})
            if answer.access_token:
                answer.complete(*whose)
                return Tokens.of(answer, now)
        hide = [v.reveal() for v in (*fields.values(), way.bearer) if isinstance(v, Secret)]
        refusal = read_refusal(status, content, kind, hide=hide, version=API_VERSION)
        del hide, content  # they may be in a traceback, with this frame's locals
        text = f"{what} was refused ({status}: {refusal.message.rstrip('.')})."
        error = refused(text, status, refusal, is_minting=way.bearer is not None)
        if status < 300 and isinstance(error, LogInAgainError):
            raise error  # whatever the status says
        if status < 300:
            raise _PassingError(f"the answer of {path} holds no access token", was_done=True)
        said = refusal.message.lower()
        words = f"{path} was answered {status}"
        if status == 429:
            if limits.daily_remaining == 0:
                raise _daily_limit_error(path, refusal, limits, now)
            raise _PassingError(words, was_done=False, wait=_wait_told(limits, way.pacer))
        if status == 408 or status >= 500 or "command timed out" in said:
            raise _PassingError(words, was_done=True)
        if status == 422 and "code_verifier should not exist" in refusal.message:
            raise _UnknownKeyError(what)
        raise error

    async def _paced(self, way: _Way, fields: Mapping[str, str | Secret]) -> _Answer:
        if way.pacer is None:
            return await self._post(way, fields)
        with await way.pacer.acquire() as slot:
            try:
                answer = await self._post(way, fields)
            except _PassingError as error:
                if error.was_done:
                    slot.release(None)
                raise
            refused = answer.status == 429 and answer.limits.daily_remaining != 0
            slot.release(answer.limits, refused=refused)
            return answer

    async def _post(self, way: _Way, fields: Mapping[str, str | Secret]) -> _Answer:
        path = way.path
        kind = _PassingError
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._session(keep=way.pacer is not None) as http,
                http.stream(
                    "POST",
                    path,
                    auth=self._auth_of(way),
                    data={
                        name: value.reveal() if isinstance(value, Secret) else value
                        for name, value in fields.items()
                        if value
                    },
                ) as response,
            ):
                return await _read(response)
        except UnreadableError as error:
            kind, words = _LastingError, f"{path} was answered {error.status}: {error}"
            was_sent = error.status < 300 or error.status >= 500
        except TimeoutError:
            words, was_sent = f"{path}: no whole answer came in time", True
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, *_OTHERS) as error:
            words = f"{path}: {type(error).__name__}"
            was_sent = not isinstance(error, _NEVER_SENT)
        # Out here: the frames of httpx hold the refresh token and the client's secret.
        raise kind(words, was_done=was_sent)

    def _auth_of(self, way: _Way) -> httpx.Auth | None:
        if way.bearer is None:
            return None
        return BearerAuth(way.bearer, host=httpx.URL(self._base_url).netloc.decode())

    @asynccontextmanager
    async def _session(self, *, keep: bool) -> AsyncIterator[httpx.AsyncClient]:
        if not keep:
            async with self._open() as http:
                yield http
            return
        loop = asyncio.get_running_loop()
        if self._kept is None or not self._kept.is_of(loop):
            self._kept = _Kept(self._open(), loop)
            # A sub-account's client does not close what it shares with others.
            http = self._kept.http
            weakref.finalize(self, _close_in, loop, os.getpid(), http).atexit = False
        async with self._kept as http:
            yield http

    def _open(self) -> httpx.AsyncClient:
        return open_client(
            self._base_url,
            timeout=self._timeout,
            transport=self._transport and _Lent(self._transport),
        )


class _Kept:
    """Connections that several use, one at a time or together, until the last one is done."""

    def __init__(self, http: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self.http = http
        self.process = os.getpid()
        self._loop = loop
        self._users = 0
        self._is_left = False

    async def __aenter__(self) -> httpx.AsyncClient:
        self._users += 1
        return self.http

    async def __aexit__(self, *_: object) -> None:
        self._users -= 1
        await self._close()

    def is_of(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Tell whether they can be used in an event loop: not in another one, or a fork."""
        return self.process == os.getpid() and self._loop is loop

    async def leave(self) -> None:
        """Close them as soon as nobody uses them."""
        self._is_left = True
        await self._close()

    async def _close(self) -> None:
        if self._is_left and not self._users:
            await self.http.aclose()


def _close_in(loop: asyncio.AbstractEventLoop, process: int, http: httpx.AsyncClient) -> None:
    """Close the connections that are used no more, in the event loop that they live in."""
    if process == os.getpid() and loop.is_running():
        asyncio.run_coroutine_threadsafe(http.aclose(), loop)


async def _read(response: httpx.Response) -> _Answer:
    await read_whole(response, _LARGEST)
    return _Answer(
        response.status_code,
        response.content,
        response.headers.get("content-type", ""),
        read_limits(response.headers),
    )


def _wait_told(limits: Limits, pacer: Paces | None) -> float:
    """Return the seconds until it is worth asking again; a pacer knows them itself."""
    if pacer is not None:
        return 0.0
    return 1.0 if limits.interval is None else min(limits.interval.total_seconds(), 10.0)


def _daily_limit_error(
    path: str, refusal: Refusal, limits: Limits, now: datetime
) -> DailyLimitError:
    until = None if limits.daily_reset is None else (now + limits.daily_reset).astimezone(UTC)
    error = DailyLimitError(
        f"POST {path}",
        status=429,
        service_message=refusal.message,
        trace_id=refusal.trace_id,
        next_step=None
        if until is None
        else f"The agency's calls of the day are used up until {until:%Y-%m-%d %H:%M} UTC: run it "
        "again then.",
    )
    error.until = until
    return error


class _Lent(httpx.AsyncBaseTransport):
    """A transport of somebody else: used, and not closed."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        return await self._transport.handle_async_request(request)
