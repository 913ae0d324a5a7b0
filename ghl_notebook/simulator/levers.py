"""The levers: settings that make the simulated service misbehave, for tests and demos."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from .faults import FaultName, SimFailure, known, not_found


@dataclass(slots=True)
class Fault:
    """An error, and the requests that receive it.

    Attributes
    ----------
    path : str
        Shell-style pattern of the path; ``*`` also matches ``/``.
    method : str or None
        Only this method; None: all methods.
    failure : Failure or None
        The response. None: 404 with the path of the request.
    times : int or None
        The number of requests that will fail; None: all.
    location : str or None
        Only requests that name this sub-account; None: all.
    """

    path: str
    method: str | None
    failure: SimFailure | None
    times: int | None
    location: str | None = None


class Levers:
    """The faults of the service, as plain attributes. You can set each of them at any time.

    Attributes
    ----------
    latency : float
        Seconds before each response of the API.
    gateway_timeout : float
        Seconds after which a slow response becomes 401 ``Command timed out``.
    rate_limit, rate_interval : int, float
        Requests in one interval, and its length in real seconds. Requests are counted per app and
        sub-account (or agency), at the token endpoint per client, else per token.
    daily_limit : int
        Requests in a day of the simulated clock.
    rate_window : str
        "fixed": the interval starts with its first request; after it, the whole limit is available.
        "sliding": each request is available again one interval after it was sent.
    rate_headers : bool
        Responses report the limits in headers.
    token_lifetime : int
        Seconds for which a new access token is valid, reported as ``expires_in``.
    code_lifetime, refresh_lifetime : int
        Seconds for which a new authorization code and a new refresh token are valid.
    version_id : str
        "required": the authorization page answers ``error.noversionid`` without a ``version_id``.
        "optional": it does not, so that the installation link of the vendor's SDK works.
    pkce : str
        "supported": a code requested with a challenge needs its verifier. "required": the
        authorization page needs a challenge. "ignored": neither is checked.
    token_location : str or None
        The ``locationId`` in token responses, instead of the right one.
    not_installed : set of str
        Ids of the agency's sub-accounts without the app: no token is issued for them.
    paused : set of str
        Ids of sub-accounts that are paused or unpaid: requests for their tokens are answered 400
        "Location is not active", and a refresh token stays valid.
    refresh_repeats : int
        Seconds for which a used refresh token gives the same new pair again; after that it is
        refused. 0: it works only once.
    rotate_then_fail : int
        The number of refreshes that succeed but are answered with 502 and a page: the old refresh
        token is used up, and the client does not receive the new one. Counts down.
    start_answer : str
        The response of start: "redirect", "html" (200 with the provider's page), "no_location"
        (302 without an address) or "odd_scheme" (302 to `odd_location`).
    odd_location : str
        The address of "odd_scheme".
    consent_coop : str or None
        ``Cross-Origin-Opener-Policy`` of the consent page, such as "same-origin".
    message : str
        The finish page posts its message "once", "twice" or not at all ("none").
    message_origin : str
        "same", or "localhost": the finish page is at ``http://localhost:PORT``. Behind a proxy,
        which does not forward that address, the lever has no effect.
    message_page : str
        The spelling of ``page`` in the message.
    message_as_json : bool
        Post the message as a JSON string.
    reconnect_accounts : list of str or None
        Sent as ``reconnectAccounts``; None omits the key, as in the capture.
    late_ms : int
        Milliseconds from the load of the finish page to its message.
    close_ms : int
        Milliseconds from the message until the window closes itself.
    keep_open : bool
        The finish page never closes itself.
    deny_message : str
        After a refusal: "undefined" (``accountId`` is that string), "absent" (the key is omitted)
        or "nothing" (the page posts nothing). We have not tested which the live page does.
    instagram_key : str
        The key of an account's id in step 2: "id", "originId" or "both".
    linkedin_profile : str
        "list", or "object" as in one document.
    google_locations : str
        "one" object, a "list", or "auto": an object for one location, a list for several.
    tiktok_shape : str
        "profile", or "flat" (one object with ``openId``, ``displayName``, ``avatarUrl``).
    youtube_shape : str
        "profile" or "channels".
    pinterest_shape : str
        "profile" or "flat".
    fetch_all_shows_unattached : bool
        ``fetchAll=true`` also lists the pages of logins without an attached account.
    post_lag : int
        The number of lists from which a new post is still absent.
    empty_tags : str
        The tags of a post without tags: an empty "list" or an empty "text".
    edit : str
        A PUT of a post "replaces" the whole post, or "changes" only what it contains, as the
        documents suggest.
    unscheduled : str
        A post that is edited without a status and a date becomes a "draft", or is "published".
    media_types : str
        A scheduled or published post takes "mime" types without thumbnails, or "any".
    refuses_png : bool
        A scheduled or published post takes no PNG.
    shown_media : str
        The media of a post are shown in "words" ("image", with a thumbnail), or as they were
        "sent".
    post_platform : str
        The platform of a post that was created by the API: always "google", or that of its
        "account".
    publish_answer : str
        Creating a post that is published immediately is answered "empty", or with the "post".
    statusless_post : str
        A post that is created without a status, but with a date, is "scheduled", or "published"
        immediately.
    strict_posts : bool
        Refuse Instagram posts without media, stories with a caption, reviews without media, date,
        or approver, and unknown tags.
    deleted_published : str
        A published post that is deleted is "removed" from the list, or "kept" in it.
    post_per_account : bool
        The list has a post for each account of a post, which comes back if it is deleted.
    post_error : str
        The error of a failed post is a "text", or an "object" with a message and a code.
    listed_media : int or None
        The most media of a scheduled post in the list; None: all.
    half_characters : bool
        Texts end with half an emoji, as JavaScript writes a text that was cut.
    csv_imports : str
        Imports are a "list", or "one" object as in one document.
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
        self.version_id: Literal["required", "optional"] = "required"
        self.pkce: Literal["supported", "required", "ignored"] = "supported"
        self.token_location: str | None = None
        self.not_installed: set[str] = set()
        self.paused: set[str] = set()
        self.refresh_repeats: int = 30
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
        self.edit: Literal["replaces", "changes"] = "replaces"
        self.unscheduled: Literal["draft", "published"] = "draft"
        self.media_types: Literal["mime", "any"] = "mime"
        self.refuses_png: bool = False
        self.shown_media: Literal["words", "sent"] = "words"
        self.post_platform: Literal["google", "account"] = "google"
        self.publish_answer: Literal["empty", "post"] = "empty"
        self.statusless_post: Literal["scheduled", "published"] = "scheduled"
        self.strict_posts: bool = False
        self.deleted_published: Literal["removed", "kept"] = "removed"
        self.post_per_account: bool = False
        self.post_error: Literal["text", "object"] = "text"
        self.listed_media: int | None = None
        self.half_characters: bool = False
        self.csv_imports: Literal["list", "one"] = "list"
        # Set last: a misspelled lever then raises an error instead of doing nothing.
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
        """Answer with a custom error instead of the result.

        Parameters
        ----------
        path : str
            Shell-style pattern, for example ``"*/accounts"``; ``*`` also matches ``/``.
        status : int
            The HTTP status.
        body : dict, list, str or bytes
            JSON for a dict or a list, else sent unchanged.
        headers : dict, optional
            Extra headers, for example ``{"Retry-After": "3"}``.
        times : int or None
            The number of requests that fail; None: all.
        method : str, optional
            Only requests of this method.
        location : str, optional
            Only requests that name this sub-account: in the path, in the query, or in the form
            of a request for its token.

        Returns
        -------
        Fault
            Pass it to `remove`.
        """
        failure = SimFailure(status, body, dict(headers or {}), traced=False)
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
        """Answer with one of the live service's known errors.

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
            Pass it to `remove`.
        """
        failure = None if name == "not_found" else known(name).failure
        return self._add(Fault(path, method, failure, times, location))

    def remove(self, fault: Fault) -> None:
        """Remove an error; does nothing after its last use."""
        with self._lock:
            self._drop(fault)

    def reset(self) -> None:
        """Reset all levers and remove all errors."""
        fresh = Levers()
        for name, value in vars(fresh).items():
            if not name.startswith("_"):
                setattr(self, name, value)
        with self._lock:
            self._faults = {}

    def take(
        self, method: str, path: str, names: Callable[[], Iterable[str]] = tuple
    ) -> SimFailure | None:
        """Return the error for a request, and count it.

        Errors of a sub-account have priority; among several, the oldest is used.

        Parameters
        ----------
        names : callable
            Returns every text of the request that may be the id of a sub-account.
        """
        with self._lock:
            if not self._faults:
                return None
            for location in (*names(), None):
                for fault in self._faults.get(location, ()):
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
