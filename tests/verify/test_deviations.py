"""Deviations that no lever gives: an answer or a message is changed on its way."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import httpx
import pytest

from ghl_notebook.secret import Secret
from ghl_notebook.simulator import MessageEvent, Simulator
from ghl_notebook.verify import ASSUMPTIONS, verify_live
from tests.login.recording import plain_http
from tests.verify import test_levers
from tests.verify.conftest import RunProbe, differing, seen

Change = Callable[[dict[str, Any]], None]
STEP_2 = "*/instagram/accounts/*"
LIST = "*/accounts"


class Altering(httpx.AsyncBaseTransport):
    """Send requests, and change the answers to some of them.

    Parameters
    ----------
    path : str
        Shell-style pattern of the paths whose answers are changed.
    change : callable, optional
        Changes the body.
    headers : dict
        Set in the answer; None removes a header.
    status : int, optional
        Of the answer.
    method : str
        Of the requests.
    """

    def __init__(
        self,
        path: str,
        change: Change | None = None,
        headers: dict[str, str | None] | None = None,
        status: int | None = None,
        method: str = "GET",
    ) -> None:
        self._inner = plain_http()
        self._path, self._change = path, change
        self._headers, self._status, self._method = headers or {}, status, method

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one."""
        response = await self._inner.handle_async_request(request)
        await response.aread()
        is_it = request.method == self._method and fnmatchcase(request.url.path, self._path)
        if not is_it or response.status_code >= 400:
            return response
        content = response.content
        if self._change is not None:
            body = json.loads(content)
            self._change(body)
            content = json.dumps(body).encode()
        headers = [(k, v) for k, v in response.headers.raw if k.lower() != b"content-length"]
        for name, value in self._headers.items():
            headers = [(k, v) for k, v in headers if k.lower().decode() != name.lower()]
            headers += [] if value is None else [(name.encode(), value.encode())]
        status = self._status or response.status_code
        return httpx.Response(status, headers=headers, content=content)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def rows(change: Change) -> Change:
    """Change each row of the accounts list."""
    return lambda body: [change(row) for row in body["results"]["accounts"]] and None


def users(change: Change) -> Change:
    """Change each user."""
    return lambda body: [change(user) for user in body["users"]] and None


def own(change: Change) -> Change:
    """Change the rows that are new."""
    return rows(lambda row: change(row) if not row["profileId"] else None)


ANSWERS: dict[str, tuple[Callable[[], Altering], str, str]] = {}


def answer(name: str, words: str, *args: Any, **options: Any) -> None:
    """Add a changed answer, and the expected result."""
    ANSWERS[f"{name}: {words}"] = (lambda: Altering(*args, **options), name, words)


answer("users_shape", "a user without deleted", "/users/", users(lambda u: u.pop("deleted")))
answer("users_shape", "no list users", "/users/", lambda body: body.pop("users"))
answer("document_users", "users[].nickname (string) is in no document", "/users/",
       users(lambda u: u.update(nickname="Bee")))  # fmt: skip
answer("document_users", "users[].deleted is a string, not a boolean", "/users/",
       users(lambda u: u.update(deleted="no")))  # fmt: skip
answer("limits_headers", "no x-ratelimit-daily-reset", "/users/",
       headers={"x-ratelimit-daily-reset": None})  # fmt: skip
answer("limits_headers", "x-ratelimit-max is not in lower case", "/users/",
       headers={"X-RateLimit-Max": "100"})  # fmt: skip
answer("limits_reset", "longer than a day", "/users/",
       headers={"x-ratelimit-daily-reset": "1767600000000"})  # fmt: skip
answer("offered_envelope", "no message", STEP_2, lambda body: body.pop("message"))
answer(
    "offered_instagram",
    "accounts[] without pageId",
    STEP_2,
    rows(lambda r: r.pop("pageId")),
)
answer(
    "offered_instagram",
    "also paging",
    STEP_2,
    lambda body: body["results"].update(paging={}),
)
answer("document_step2", "accounts[].followers (number) is in no document", STEP_2,
       rows(lambda r: r.update(followers=12)))  # fmt: skip
answer("document_step2", "statusCode is a string", STEP_2,
       lambda body: body.update(statusCode="200"))  # fmt: skip
answer("accounts_keys", "also nextPage", LIST, lambda body: body["results"].update(nextPage="2"))
answer("accounts_keys", "no list groups", LIST, lambda body: body["results"].pop("groups"))
answer("accounts_id", "{originId}_{oauthId}<text>", LIST,
       rows(lambda r: r.update(id=f"{r['originId']}_{r['oauthId']}x")))  # fmt: skip
answer(
    "accounts_profile_id", "profileId is {id}", LIST, rows(lambda r: r.update(profileId=r["id"]))
)
answer("accounts_expire", "364 days", LIST,
       own(lambda r: r.update(expire="2027-01-05T08:00:00.000Z")))  # fmt: skip
answer("accounts_groups", "a group without accountIds", LIST,
       lambda body: body["results"]["groups"][0].pop("accountIds"))  # fmt: skip
answer("document_accounts", "accounts[].owner (object) is in no document", LIST,
       rows(lambda r: r.update(owner={"name": "Bee"})))  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_changed_answer_is_named(probe: RunProbe, name: str) -> None:
    """The right row differs, with the difference, and no other row does."""
    make, row, words = ANSWERS[name]
    found = differing(probe(transport=make()))
    assert found.keys() == {row}
    assert words in found[row]


MESSAGES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "another key": ({"csrf": "secret-5"}, {"message_keys": "also csrf: text"}),
    "no source": ({"source": ...}, {"message_keys": "no source"}),
    "null": ({"placement": None}, {"message_undefined": "placement is null"}),
    "empty": ({"refresh": ""}, {"message_undefined": "refresh is empty"}),
    "action": ({"actionType": "connected"}, {"message_action": '"connected"'}),
    "platform": ({"platform": "facebook"}, {"message_platform": '"facebook"'}),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_changed_message_is_named(sim: Simulator, name: str) -> None:
    """Also of one that the client does not take."""
    change, expected = MESSAGES[name]

    def play(url: Secret) -> MessageEvent:
        event = sim.play_user(url.reveal())
        data = {k: v for k, v in (event.data | change).items() if v is not ...}
        return MessageEvent(event.origin, data)

    report = verify_live(**options(sim), browser=play)
    found = differing(report)
    assert found.keys() == expected.keys()
    for row, words in expected.items():
        assert words in found[row]
    assert "secret-5" not in str(report)


def options(sim: Simulator) -> dict[str, Any]:
    """Say where the simulator is."""
    return {
        "token": sim.token,
        "location_id": sim.location_id,
        "base_url": sim.base_url,
        "allowed_origins": (sim.origin,),
        "say": lambda text: None,
    }


def test_another_form_of_account_id_is_named(sim: Simulator) -> None:
    """The documents have ids of another form; the service then does not know this one."""

    def play(url: Secret) -> MessageEvent:
        event = sim.play_user(url.reveal())
        return MessageEvent(event.origin, event.data | {"accountId": "u37swmmLbA02zgqKPpxI"})

    found = differing(verify_live(**options(sim), browser=play))
    assert found == {"message_account_id": "20 letters and digits"}


def test_a_provider_that_returns_elsewhere_is_named(sim: Simulator) -> None:
    """The host that posts the message is the one that the provider returns to."""

    class Elsewhere(Altering):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(request)
            if "location" in response.headers:
                there = response.headers["location"].replace(
                    "redirect_uri=http%3A%2F%2F127.0.0.1", "redirect_uri=http%3A%2F%2Fother.test"
                )
                response.headers["location"] = there  # fmt: skip
            return response

    report = verify_live(
        **options(sim),
        browser=lambda url: sim.play_user(url.reveal()),
        transport=Elsewhere("nothing"),
    )
    assert differing(report) == {"message_finish": "redirect_uri leads elsewhere"}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"statusCode": 401, "message": "Nope"}, "401 AuthenticationError"),
        (403, {"statusCode": 403, "message": "Nope"}, "403 PermissionDeniedError"),
        (418, {"statusCode": 418, "message": "Nope"}, "418 UnexpectedAnswerError"),
        (501, "<h1>Nope</h1>", "501 ServiceError"),
    ],
)
def test_an_unknown_error_is_named(
    probe: RunProbe, sim: Simulator, status: int, body: object, expected: str
) -> None:
    """By its status; the service's words stay out."""
    sim.levers.fail("*/accounts", status, body, times=None)
    report = probe()
    found = differing(report)
    assert found.keys() == {"errors_known"}
    assert (
        f"{expected} at GET /social-media-posting/{{locationId}}/accounts" in found["errors_known"]
    )
    assert "Nope" not in str(report)


@pytest.mark.parametrize(
    "name",
    [
        "scope_missing", "wrong_auth_class", "user_type_mismatch", "invalid_token",
        "expired_token", "wrong_location", "agency_only", "user_agent_refused", "not_found",
        "not_found_empty", "unknown_property",
    ],
)  # fmt: skip
def test_a_known_error_is_as_assumed(probe: RunProbe, sim: Simulator, name: Any) -> None:
    """Every error of the fact sheet."""
    sim.levers.fail_with(name, "*/users/", times=None)
    report = probe()
    assert differing(report) == {}
    assert seen(report, "errors_known")[0] == "as assumed"


def test_an_error_of_another_form_is_named(probe: RunProbe, sim: Simulator) -> None:
    """The message is neither a string nor a list of strings."""
    sim.levers.fail("*/users/", 404, {"message": {"text": "Nope"}}, times=None)
    assert differing(probe()) == {"errors_form": "message is {text: text}"}


def test_success_false_is_named(probe: RunProbe, sim: Simulator) -> None:
    """There is no capture of it."""
    sim.levers.fail_with("not_successful", "*/accounts", times=None)
    found = differing(probe())
    assert found.keys() == {"errors_success"}
    assert "200 with success false" in found["errors_success"]


def test_the_long_form_that_is_unknown_is_named(probe: RunProbe, sim: Simulator) -> None:
    """A wrong path reads as 404: then the login is not confirmed either."""
    sim.levers.fail_with("not_found", f"*/{sim.location_id}/instagram/*", times=None)
    report = verify_live(**options(sim), browser=lambda url: sim.play_user(url.reveal()))
    assert differing(report) == {"offered_path": "404 NotFoundError"}


def test_the_short_form_that_is_unknown_is_named(probe: RunProbe, sim: Simulator) -> None:
    """The vendor's page has this form, and working code does not."""
    sim.levers.fail_with("not_found", "*/oauth/instagram/accounts/*", times=None)
    assert differing(probe()) == {"offered_short": "404 NotFoundError"}


ATTACHED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "status": ({"status": 200}, {"attach_body": "200, sent {originId"}),
    "casing": (
        {"change": lambda b: b["results"].update(oauthId=b["results"].pop("oAuthId"))},
        {"attach_fields": "oauthId", "document_attach": "results.oauthId"},
    ),
    "another field": (
        {"change": lambda b: b["results"].update(owner="Bee")},
        {"document_attach": "results.owner (string)"},
    ),
}


@pytest.mark.parametrize("name", ATTACHED)
def test_a_changed_attach_is_named(probe: RunProbe, sim: Simulator, name: str) -> None:
    """The answer to an attach."""
    change, expected = ATTACHED[name]
    transport = Altering(STEP_2, method="POST", **change)
    found = differing(probe(transport=transport, attach="17841405123456789"))
    assert found.keys() == expected.keys()
    for row, words in expected.items():
        assert words in found[row]


def test_a_body_that_is_refused_is_named(probe: RunProbe, sim: Simulator) -> None:
    """422 names a key that the service does not want any more."""
    sim.levers.fail_with("unknown_property", "*/accounts/*", method="POST", times=None)
    found = differing(probe(attach="17841405123456789"))
    assert found.keys() == {"attach_body"}
    assert "422 ValidationError, sent {originId: 17 digits, name: text" in found["attach_body"]


@pytest.mark.slow
def test_retry_after_is_named(probe: RunProbe, sim: Simulator) -> None:
    """429 with a header that is in no capture."""
    headers = {"Retry-After": "1", "x-ratelimit-interval-milliseconds": "10"}
    body = {"statusCode": 429, "message": "Too Many Requests"}
    sim.levers.fail("*/users/", 429, body, headers, times=1)
    assert differing(probe()).keys() == {"limits_retry_after", "limits_interval"}


def test_a_login_without_pages_is_as_assumed(sim: Simulator) -> None:
    """The user has ticked nothing: the list is empty, without an error."""
    report = verify_live(
        **options(sim), browser=lambda url: sim.play_user(url.reveal(), choose="Sam Rivera")
    )
    assert differing(report) == {}
    assert seen(report, "offered_empty") == ("as assumed", "{accounts: []}")


def test_every_assumption_was_seen_to_differ_or_cannot() -> None:
    """Every assumption has a deviation in these tests; the others only report the evidence."""
    only_seen = {
        "accounts_deleted", "message_late", "start_cookies", "offered_empty", "offered_oauth_id",
        # Of one form, as those of the other platforms.
        "offered_facebook", "offered_google", "offered_threads", "offered_youtube",
        "start_login_type", "attach_tiktok_business", "reconnect_message",
    }  # fmt: skip
    named = {name for _, _, _, expected in test_levers.DEVIATIONS for name in expected}
    named |= {name for _, _, expected in test_levers.READ for name in expected}
    named |= {name for _, name, _ in ANSWERS.values()}
    named |= {name for _, expected in MESSAGES.values() for name in expected}
    named |= {name for _, expected in ATTACHED.values() for name in expected}
    named |= {
        "errors_form", "errors_known", "errors_success", "limits_retry_after", "message_account_id",
        "message_finish", "offered_path", "offered_short",
        # By tests/verify/test_reading.py.
        "versions_accepted", "posts_status", "posts_keys",
        "draft_created", "draft_edited", "draft_deleted", "statistics_status", "statistics_daily",
    }  # fmt: skip
    assert {a.id for a in ASSUMPTIONS} == named | only_seen
    assert not named & only_seen
