"""The levers: how a test or a demo makes the simulated service misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from .faults import Failure, FaultName, known, not_found


@dataclass(slots=True)
class Fault:
    """An error that waits for the requests it applies to.

    Attributes
    ----------
    path : str
        Shell-style pattern of the path; ``*`` also matches ``/``.
    method : str or None
        Only this method, or every one.
    failure : Failure or None
        The answer. None answers 404 with the path that was asked for.
    times : int or None
        How many requests are still to fail; None is for ever.
    location : str or None
        Only requests that name this sub-account, or every one.
    """

    path: str
    method: str | None
    failure: Failure | None
    times: int | None
    location: str | None = None


class Levers:
    """Everything that can be set wrong, as plain attributes. All of them may be set at any time.

    Attributes
    ----------
    latency : float
        Seconds before each answer of the API.
    gateway_timeout : float
        Seconds after which a slow answer becomes 401 ``Command timed out``.
    rate_limit, rate_interval : int, float
        Requests in one interval, and its length in real seconds. They are counted per app and
        sub-account (or agency), at the token endpoint per client, else per bearer.
    daily_limit : int
        Requests in a day of the simulated clock.
    rate_window : str
        "fixed": the interval begins with its first request, and then all of the limit is back.
        "sliding": each request is given back one interval after it was sent.
    rate_headers : bool
        Answers tell the limits.
    token_lifetime : int
        Seconds for which a new access token is accepted, told as ``expires_in``.
    code_lifetime, refresh_lifetime : int
        Seconds for which a new authorization code and a new refresh token are accepted.
    pkce : str
        "supported": a code that was asked for with a challenge wants its verifier. "required":
        the authorization page wants a challenge. "ignored": nobody looks at either.
    token_location : str or None
        The ``locationId`` of the token answers, instead of the right one.
    not_installed : set of str
        Ids of the agency's sub-accounts on which the app is not installed: no token is minted.
    rotate_then_fail : int
        How many of the next refreshes are done, but answered with 502 and a page: the old refresh
        token is used up and nobody knows the new one. Counts down.
    start_answer : str
        What start answers: "redirect", "html" (200 with the provider's page), "no_location"
        (302 without an address) or "odd_scheme" (302 to `odd_location`).
    odd_location : str
        The address of "odd_scheme".
    consent_coop : str or None
        ``Cross-Origin-Opener-Policy`` of the consent page, such as "same-origin".
    message : str
        "once", "none" or "twice".
    message_origin : str
        "same", or "localhost": the finish page comes from ``http://localhost:PORT``. Has no
        effect behind a proxy, where that address does not lead here.
    message_page : str
        How the payload spells ``page``.
    message_as_json : bool
        Post the payload as a JSON string.
    reconnect_accounts : list of str or None
        Sent as ``reconnectAccounts``; None leaves the key out, as was captured.
    late_ms : int
        Milliseconds between the arrival of the finish page and its message.
    close_ms : int
        Milliseconds between the message and the window closing itself.
    keep_open : bool
        The finish page never closes itself.
    deny_message : str
        After a refusal: "undefined" (``accountId`` is that string), "absent" (no such key) or
        "nothing" (no message at all). Which of them the live page does is not known.
    instagram_key : str
        Step 2 names the account's id "id", "originId" or "both".
    linkedin_profile : str
        "list", or "object" as one document has it.
    google_locations : str
        "one" object, a "list", or "auto": an object for one location, a list for several.
    tiktok_shape : str
        "profile", or "flat" (one object with ``openId``, ``displayName``, ``avatarUrl``).
    youtube_shape : str
        "profile" or "channels".
    pinterest_shape : str
        "profile" or "flat".
    fetch_all_shows_unattached : bool
        ``fetchAll=true`` also lists pages of logins that nothing was attached from yet.
    post_lag : int
        From how many lists a new post is missing.
    empty_tags : str
        A post without tags has an empty "list", or an empty "text".
    csv_imports : str
        Imports come as a "list", or as "one" object, as one document has it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str | None, list[Fault]] = {}
        self.latency: float = 0.0
        self.gateway_timeout: float = 30.0
        self.rate_limit: int = 100
        self.rate_interval: float = 10.0
        self.daily_limit: int = 200_000
        self.rate_window: Literal["fixed", "sliding"] = "fixed"
        self.rate_headers: bool = True
        self.token_lifetime: int = 86_399
        self.code_lifetime: int = 300
        self.refresh_lifetime: int = 365 * 86_400
        self.pkce: Literal["supported", "required", "ignored"] = "supported"
        self.token_location: str | None = None
        self.not_installed: set[str] = set()
        self.rotate_then_fail: int = 0
        self.start_answer: Literal["redirect", "html", "no_location", "odd_scheme"] = "redirect"
        self.odd_location: str = "javascript:void(0)"
        self.consent_coop: str | None = None
        self.message: Literal["once", "none", "twice"] = "once"
        self.message_origin: Literal["same", "localhost"] = "same"
        self.message_page: Literal["social_media_posting", "social-media-posting"] = (
            "social_media_posting"
        )
        self.message_as_json: bool = False
        self.reconnect_accounts: list[str] | None = None
        self.late_ms: int = 0
        self.close_ms: int = 300
        self.keep_open: bool = False
        self.deny_message: Literal["undefined", "absent", "nothing"] = "undefined"
        self.instagram_key: Literal["id", "originId", "both"] = "id"
        self.linkedin_profile: Literal["list", "object"] = "list"
        self.google_locations: Literal["auto", "one", "list"] = "auto"
        self.tiktok_shape: Literal["profile", "flat"] = "profile"
        self.youtube_shape: Literal["profile", "channels"] = "profile"
        self.pinterest_shape: Literal["profile", "flat"] = "profile"
        self.fetch_all_shows_unattached: bool = True
        self.post_lag: int = 0
        self.empty_tags: Literal["list", "text"] = "list"
        self.csv_imports: Literal["list", "one"] = "list"
        # Last, so that a misspelt lever fails at once instead of doing nothing.
        self._sealed = True

    def __setattr__(self, name: str, value: Any) -> None:
        if getattr(self, "_sealed", False) and not hasattr(self, name):
            raise AttributeError(f"There is no lever {name!r}.")
        super().__setattr__(name, value)

    def fail(
        self,
        path: str,
        status: int,
        body: Any = "",
        headers: dict[str, str] | None = None,
        times: int | None = 1,
        *,
        method: str | None = None,
        location: str | None = None,
    ) -> Fault:
        """Answer an error of your own instead of the result.

        Parameters
        ----------
        path : str
            Shell-style pattern, for example ``"*/accounts"``; ``*`` also matches ``/``.
        status : int
            The HTTP status.
        body : dict, list, str or bytes
            JSON for a dict or a list, else sent as it is.
        headers : dict, optional
            Extra headers, for example ``{"Retry-After": "3"}``.
        times : int or None
            How many requests fail; None for ever.
        method : str, optional
            Only requests of this method.
        location : str, optional
            Only requests that name this sub-account: in the path, in the query, or in the form
            of a minting.

        Returns
        -------
        Fault
            For `remove`.
        """
        failure = Failure(status, body, dict(headers or {}), traced=False)
        return self._add(Fault(path, method, failure, times, location))

    def fail_with(
        self,
        name: FaultName,
        path: str = "*",
        times: int | None = 1,
        *,
        method: str | None = None,
        location: str | None = None,
    ) -> Fault:
        """Answer one of the errors that the live service is known for.

        Parameters
        ----------
        name : str
            "scope_missing", "wrong_auth_class", "user_type_mismatch", "command_timed_out",
            "version_missing", "version_invalid", "invalid_token", "expired_token",
            "wrong_location", "agency_only", "user_agent_refused", "not_found",
            "not_found_empty", "unknown_property", "too_many_requests" or "not_successful".
        path, times, method, location
            As in `fail`.

        Returns
        -------
        Fault
            For `remove`.
        """
        failure = None if name == "not_found" else known(name).failure
        return self._add(Fault(path, method, failure, times, location))

    def remove(self, fault: Fault) -> None:
        """Take an error back; does nothing when it is used up."""
        with self._lock:
            self._drop(fault)

    def reset(self) -> None:
        """Set every lever back and drop all errors."""
        fresh = Levers()
        for name, value in vars(fresh).items():
            if not name.startswith("_"):
                setattr(self, name, value)
        with self._lock:
            self._faults = {}

    def take(
        self, method: str, path: str, names: Callable[[], Iterable[str]] = tuple
    ) -> Failure | None:
        """Return the error that this request gets, and count it.

        The oldest one wins; one of a sub-account comes before those of all.

        Parameters
        ----------
        names : callable
            Returns what may be the id of a sub-account in the request.
        """
        with self._lock:
            if not self._faults:
                return None
            for place in (*names(), None):
                for fault in self._faults.get(place, ()):
                    if fault.method not in (None, method) or not fnmatchcase(path, fault.path):
                        continue
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._drop(fault)
                    return fault.failure or not_found(method, path).failure
        return None

    def _add(self, fault: Fault) -> Fault:
        if fault.times is not None and fault.times < 1:
            raise ValueError("times is a positive number, or None for ever.")
        with self._lock:
            self._faults.setdefault(fault.location, []).append(fault)
        return fault

    def _drop(self, fault: Fault) -> None:
        kept = [one for one in self._faults.get(fault.location, ()) if one is not fault]
        self._faults[fault.location] = kept
        if not kept:
            del self._faults[fault.location]
