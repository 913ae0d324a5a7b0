"""The faults: how each is made, and what has to come of it.

A call either *survives* a fault, which means that it gives what it would have given without, or it
ends in one of the errors named here. Whatever it is, an attach is never carried out twice.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from . import acts
from .acts import answer, other_body, other_json, redirect
from .server import Act, Door, Fault

SURVIVED = "survived"

_SILENT = (
    acts.say_nothing,
    acts.stop_in_head,
    acts.stop_in_body,
    acts.drip_head,
    acts.drip_body,
)

FAILED = "ConnectionFailedError"
UNEXPECTED = "UnexpectedAnswerError"


@dataclass(frozen=True, slots=True)
class Must:
    """What may come of a call: `SURVIVED`, or names of errors; several where all of them are right.

    Attributes
    ----------
    once : frozenset of str
        When the fault meets the first attempt only.
    lasting : frozenset of str
        When it meets every attempt.
    """

    once: frozenset[str]
    lasting: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """A fault and what has to come of it.

    Attributes
    ----------
    fault : Fault
        What happens to a request.
    get, post, start : Must
        Of listing the accounts, of attaching one, and of starting a login.
    is_open : bool or None
        An error of the POST says that it may have been carried out, or that it was not. None:
        either is right.
    door : Door
        How connections are met. All but an open one happen before there is a request.
    address : str
        The client's base URL, when it is not the server's own.
    only_lasting : bool
        It cannot come once only.
    is_heavy : bool
        It is so much work that nothing else may be timed meanwhile.
    """

    fault: Fault
    get: Must
    post: Must
    start: Must
    is_open: bool | None = None
    door: Door = "open"
    address: str = ""
    only_lasting: bool = False
    is_heavy: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return self.fault.name

    @property
    def is_silent(self) -> bool:
        """Whether most of its time is spent waiting for the client to have had enough."""
        return self.door in ("full", "mute") or self.fault.act in _SILENT

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection before something goes wrong."""
        return self.door == "open" and not self.address


def _of(*names: str) -> frozenset[str]:
    return frozenset(names)


def _passing(kind: str, *also: str) -> Must:
    return Must(_of(SURVIVED, *also), _of(kind))


def trouble(name: str, act: Act, kind: str = FAILED, *, done: bool) -> Case:
    """Make a case that another attempt may end: a GET is sent again, a POST must not be."""
    fault = Fault(f"{name}, {'done' if done else 'not done'}", act, done)
    return Case(
        fault, _passing(kind), Must(_of(kind), _of(kind)), _passing(kind, kind), is_open=True
    )


def refusal(name: str, act: Act, kind: str) -> Case:
    """Make a case in which the service says that it did nothing, and would say so again."""
    always = Must(_of(kind), _of(kind))
    return Case(Fault(name, act, False), always, always, always, is_open=False)


def harmless(name: str, act: Act) -> Case:
    """Make a case that no caller may notice."""
    always = Must(_of(SURVIVED), _of(SURVIVED))
    return Case(Fault(name, act, True), always, always, always)


def damaged(name: str, act: Act, *, done: bool = True) -> Case:
    """Make a case of an answer 2xx that says nothing: a POST has most likely been carried out."""
    broken = Must(_of(UNEXPECTED), _of(UNEXPECTED))
    either = _of(SURVIVED, UNEXPECTED)  # the answer to start has no body to damage
    fault = Fault(name, act, done)
    return Case(fault, _passing(UNEXPECTED), broken, Must(either, either), is_open=True)


def unreadable(name: str, act: Act) -> Case:
    """Make a case of an answer that would cost as much again: nothing is sent a second time."""
    always = Must(_of(UNEXPECTED), _of(UNEXPECTED))
    either = _of(SURVIVED, UNEXPECTED)  # the answer to start has no body to pack
    return Case(Fault(name, act, True), always, always, Must(either, either), is_open=True)


def unconnected(name: str, door: Door, *, address: str = "", only_lasting: bool = False) -> Case:
    """Make a case without a connection: nothing was sent, so that anything may be sent again."""
    passing = _passing(FAILED)
    fault = Fault(name, acts.reset, False)
    return Case(fault, passing, passing, passing, False, door, address, only_lasting)


def _texts(status: int, kinds: dict[str, tuple[str | list[str], str]]) -> list[Case]:
    return [
        refusal(
            f"{status} {name}", answer(status, {"statusCode": status, "message": message}), kind
        )
        for name, (message, kind) in kinds.items()
    ]


_LIMITS = {
    "x-ratelimit-max": "100",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-interval-milliseconds": "50",
    "x-ratelimit-limit-daily": "200000",
    "x-ratelimit-daily-remaining": "1000",
    "x-ratelimit-daily-reset": "3600000",
}
_TOO_MANY = {"statusCode": 429, "message": "Too Many Requests"}
_TIMED_OUT = {"statusCode": 401, "message": "Command timed out"}
_HTML = b"<!doctype html><title>Bad gateway</title>"
_BROKEN = {"statusCode": 500, "message": "Internal server error"}


def _wrong_types(body: dict[str, Any]) -> None:
    results = body["results"]
    for row in results.get("accounts") or [results]:
        row.update(
            name=17,
            isExpired="perhaps",
            expire={"on": 1},
            meta=[1, 2],
            createdAt="yesterday",
            avatar=False,
            type={},
        )


def _unknown_fields(body: dict[str, Any]) -> None:
    results = body["results"]
    for thing in (body, results, *(results.get("accounts") or [])):
        thing.update(sneaky={"deep": [1, None]}, extra="their own", _id_="x")


def _many(count: int) -> Iterator[bytes]:
    return (b"x-header-%d: some\r\n" % number for number in range(count))


def _set(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    def change(body: dict[str, Any]) -> None:
        if name == "results":
            body["results"] = value
        elif isinstance(body["results"], dict):
            body["results"][name] = value

    return change


def _without_results(body: dict[str, Any]) -> None:
    del body["results"]


def _lost(name: str, change: Callable[[dict[str, Any]], object]) -> Case:
    """Make a case of an answer without the list that was asked for, which is not an empty list."""
    case = damaged(name, other_json(change))
    # What was attached is known without the answer's details.
    either = _of(SURVIVED, UNEXPECTED)
    return replace(case, post=Must(either, either))


_CONNECTIONS = [
    unconnected("connection refused", "closed"),
    unconnected("connect: silence, the backlog is full", "full"),
    unconnected(
        "DNS: no such host", "open", address="https://no-such-host.invalid", only_lasting=True
    ),
    unconnected("TLS: a certificate of an unknown issuer", "tls", only_lasting=True),
    unconnected("TLS: silence instead of a handshake", "mute", address="https", only_lasting=True),
    unconnected("TLS: plain HTTP instead", "open", address="https", only_lasting=True),
    trouble("reset before an answer", acts.reset, done=False),
    trouble("reset before an answer", acts.reset, done=True),
    trouble("closed before an answer", acts.close, done=False),
    trouble("closed before an answer", acts.close, done=True),
    trouble("reset in the middle of the body", acts.reset_in_body, done=True),
    trouble("truncated JSON, longer by its content-length", acts.close_in_body, done=True),
    harmless("reset after the body", acts.reset_after_body),
    harmless("closed after the body, unannounced", acts.close_after_body),
    trouble("silence instead of an answer", acts.say_nothing, done=False),
    trouble("silence instead of an answer", acts.say_nothing, done=True),
    trouble("silence in the header", acts.stop_in_head, done=True),
    trouble("silence in the body", acts.stop_in_body, done=True),
    trouble("slow loris in the header, for ever", acts.drip_head, done=True),
    trouble("slow loris in the body, for ever", acts.drip_body, done=True),
    harmless("1 byte at a time, but whole", acts.in_pieces(1)),
    harmless("in chunks", acts.in_chunks),
    trouble("in chunks, without the last one", acts.close_in_chunks, done=True),
    harmless("a byte more than the content-length", acts.say_too_short),
    trouble("another protocol", acts.speak_ssh, done=False),
    trouble("a header without an end", acts.endless_head, done=True),
]

_STATUSES = [
    refusal("400", answer(400, {"statusCode": 400, "message": "Bad"}), "BadRequestError"),
    *_texts(
        401,
        {
            "scope": ("The token is not authorized for this scope.", "ScopeError"),
            "agency's OAuth token": (
                "This authClass type is not allowed to access this scope.",
                "AgencyTokenError",
            ),
            "agency's integration": ("Token's user type mismatch!", "TokenTypeError"),
            "version missing": ("version header was not found.", "VersionHeaderError"),
            "version invalid": ("version header is invalid", "VersionHeaderError"),
            "token invalid": ("Invalid token: access token is invalid", "InvalidTokenError"),
            "token expired": ("The access token is expired", "InvalidTokenError"),
            "of an unknown kind": ("Nobody knows why", "AuthenticationError"),
        },
    ),
    trouble("401 Command timed out", answer(401, _TIMED_OUT), "GatewayTimeoutError", done=True),
    *_texts(
        403,
        {
            "wrong location": (
                "The token does not have access to this location.",
                "LocationAccessError",
            ),
            "agency only": ("Forbidden resource", "AgencyOnlyError"),
        },
    ),
    refusal("403 CDN 1010", answer(403, b"error code: 1010", "text/plain"), "UserAgentError"),
    refusal("404", answer(404, {"message": "Cannot GET /nowhere"}), "NotFoundError"),
    refusal("404 empty", answer(404, b"", "text/plain"), "NotFoundError"),
    trouble("408", answer(408, b"", "text/plain"), "GatewayTimeoutError", done=True),
    *_texts(
        422,
        {
            "a list": (["property a should not exist", "b is missing"], "ValidationError"),
            "a string": ("Unprocessable Entity", "ValidationError"),
        },
    ),
    replace(
        refusal("429 interval", answer(429, _TOO_MANY, headers=_LIMITS), "RateLimitError"),
        **dict.fromkeys(("get", "post", "start"), _passing("RateLimitError")),
    ),
    refusal(
        "429 daily",
        answer(429, _TOO_MANY, headers={**_LIMITS, "x-ratelimit-daily-remaining": "0"}),
        "DailyLimitError",
    ),
    trouble("500", answer(500, _BROKEN), "ServiceError", done=False),
    trouble("500", answer(500, _BROKEN), "ServiceError", done=True),
    trouble("502 HTML", answer(502, _HTML, "text/html"), "ServiceError", done=True),
    trouble("503", answer(503, b"", "text/plain"), "ServiceError", done=False),
    trouble("504 HTML", answer(504, _HTML, "text/html"), "GatewayTimeoutError", done=True),
]


def _strange(status: int) -> Case:
    case = refusal(f"{status} to another host", redirect(status), UNEXPECTED)
    # The answer to start *is* a redirect: it is handed on as it came, and not followed.
    return replace(case, start=Must(_of(SURVIVED, UNEXPECTED), _of(SURVIVED, UNEXPECTED)))


def _cut_gzip(body: bytes) -> bytes:
    return gzip.compress(body)[:-8]


def _gzip_and_more(body: bytes) -> bytes:
    return gzip.compress(body) + b"and more"


def _gzip_twice(body: bytes) -> bytes:
    return gzip.compress(gzip.compress(body))


def _gzip_in_two(body: bytes) -> bytes:
    return gzip.compress(body[:9]) + gzip.compress(body[9:])


_BODIES = [
    replace(
        refusal(
            "200 success: false",
            answer(200, {"success": False, "message": "No", "traceId": "t-1"}),
            "RefusedError",
        ),
        start=Must(_of(UNEXPECTED, "RefusedError", SURVIVED), _of(UNEXPECTED, "RefusedError")),
    ),
    damaged("200 empty body", acts.no_body),
    damaged("200 truncated JSON, whole by its content-length", acts.cut_json),
    damaged("200 HTML page", answer(200, _HTML, "text/html"), done=False),
    damaged("200 plain text", answer(200, b"OK", "text/plain"), done=False),
    damaged("200 a list", answer(200, [1, 2]), done=False),
    damaged("200 null", answer(200, None), done=False),
    damaged("200 bytes that are no text", answer(200, b'{"results": "\xff\xfe"}'), done=False),
    damaged("200 too deep", answer(200, b'{"results":' + b"[" * 100_000), done=False),
    damaged("200 gzip that is none", other_body(lambda b: b, content_encoding="gzip")),
    damaged("200 gzip without its end", other_body(_cut_gzip, content_encoding="gzip")),
    damaged("200 gzip and more", other_body(_gzip_and_more, content_encoding="gzip")),
    unreadable("200 gzip bomb", acts.gzip_bomb),
    unreadable("200 gzip twice", other_body(_gzip_twice, content_encoding="gzip, gzip")),
    unreadable("200 packed with deflate", other_body(zlib.compress, content_encoding="deflate")),
    unreadable("200 packed with br", other_body(lambda b: b, content_encoding="br")),
    unreadable("200 body of 50 MB", acts.big_body),
    damaged("204", answer(204, b"")),
    harmless("packed with gzip", other_body(gzip.compress, content_encoding="gzip")),
    harmless("packed with GZIP", other_body(gzip.compress, content_encoding="GZIP")),
    harmless("gzip of two members", other_body(_gzip_in_two, content_encoding="gzip")),
    harmless("packed with identity", other_body(lambda b: b, content_encoding="identity")),
    harmless("a header in Latin-1", acts.with_headers("x-place: Z\xfcrich\r\n".encode("latin-1"))),
    harmless("a header in UTF-8", acts.with_headers("x-place: Z\xfcrich\r\n".encode())),
    harmless("90 headers more", acts.with_headers(b"".join(_many(90)))),
    harmless("1000 headers more", acts.with_headers(b"".join(_many(1_000)))),
    harmless("JSON called HTML", acts.as_html),
    harmless("JSON without a content type", acts.no_content_type),
    harmless("wrong types in known fields", other_json(_wrong_types)),
    harmless("unknown fields", other_json(_unknown_fields)),
    _lost("no results", _without_results),
    _lost("results: a string", _set("results", "none")),
    _lost("results: null", _set("results", None)),
    _lost("accounts: an object", _set("accounts", {"0": {"id": "x"}})),
    _lost("accounts: null", _set("accounts", None)),
    *(_strange(status) for status in (301, 302, 303, 307, 308)),
    refusal("304", answer(304, b""), UNEXPECTED),
    damaged("101 Switching Protocols", answer(101, b"")),
]


def _mended(case: Case) -> Case:
    """Give the cases that do not fit their group what they have to be."""
    if case.name.startswith("slow loris"):
        # The one attempt may take all the time that the call has.
        both = Must(_of(SURVIVED, FAILED), _of(FAILED))
        return replace(case, get=both, start=both)
    if case.name.startswith("200 gzip ") and case.name.endswith(("is none", "its end", "more")):
        kinds = _of(FAILED, UNEXPECTED)
        return replace(
            case,
            get=Must(_of(SURVIVED), kinds),
            post=Must(kinds, kinds),
            start=Must(_of(SURVIVED, *kinds), _of(SURVIVED, *kinds)),
        )
    if case.name == "101 Switching Protocols":
        # Neither was asked for, and either says so.
        kinds = _of(FAILED, UNEXPECTED)
        both = Must(_of(SURVIVED, *kinds), _of(SURVIVED, *kinds))
        return replace(case, get=Must(_of(SURVIVED), kinds), post=Must(kinds, kinds), start=both)
    if case.name == "1000 headers more":
        # pyreqwest takes a hundred: what it does not take is as good as lost.
        either = _of(SURVIVED, FAILED)
        passing = Must(_of(SURVIVED), either)
        return replace(case, get=passing, post=Must(either, either), start=passing)
    return replace(case, is_heavy=case.name in ("200 gzip bomb", "200 body of 50 MB"))


CASES = [_mended(case) for case in (*_CONNECTIONS, *_STATUSES, *_BODIES)]
