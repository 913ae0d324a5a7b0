"""The levers that are not one of the service's errors."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from ghl_notebook.simulator import Levers
from tests import local

ACCOUNTS = "*/accounts"


def test_any_error_on_any_path(caller, sim):
    """Status, body and headers are the test's own, on the paths that match only."""
    sim.levers.fail(ACCOUNTS, 503, {"message": "down"}, {"Retry-After": "3"}, times=2)
    path = f"/social-media-posting/{sim.location_id}/accounts"
    started = caller.start("instagram")
    answers = [caller.get(path) for _ in range(3)]
    assert started.status_code == 302
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].json() == {"message": "down"}
    assert answers[0].headers["retry-after"] == "3"
    assert "x-ratelimit-max" in answers[0].headers


def test_an_error_for_ever_until_it_is_removed(caller, sim):
    """times=None never runs out; remove takes the error back."""
    fault = sim.levers.fail("*", 500, "Internal Server Error", times=None)
    statuses = [caller.start("instagram").status_code for _ in range(4)]
    sim.levers.remove(fault)
    assert [*statuses, caller.start("instagram").status_code] == [500, 500, 500, 500, 302]


def test_an_error_of_one_method(caller, sim):
    """Only that method fails."""
    path = caller.path("instagram", caller.connect())
    sim.levers.fail("*", 500, method="POST")
    assert caller.get(path).status_code == 200
    assert caller.http.post(path, json={}).status_code == 500


def test_the_oldest_error_comes_first(caller, sim):
    """Errors queue up."""
    sim.levers.fail("*", 500)
    sim.levers.fail("*", 502)
    assert [caller.start("instagram").status_code for _ in range(3)] == [500, 502, 302]


def test_html_where_json_is_expected(caller, sim):
    """A body of bytes or text is sent as it is, with the content type of the headers."""
    sim.levers.fail("*", 502, b"<h1>Bad Gateway</h1>", {"Content-Type": "text/html"})
    answer = caller.start("instagram")
    assert (answer.text, answer.headers["content-type"]) == ("<h1>Bad Gateway</h1>", "text/html")


def test_an_error_of_one_sub_account(caller, sim):
    """The sub-account can be in the path, in the query or in the form of a token request."""
    second = sim.state.tokens["second"]
    sim.levers.fail("*", 503, times=None, location=second.location_id)
    bearer = {"Authorization": f"Bearer {second.value}"}
    company = {"Authorization": f"Bearer {sim.state.tokens['company'].value}"}
    both = {"companyId": second.company_id, "locationId": second.location_id}
    answers = [
        caller.get(f"/social-media-posting/{second.location_id}/accounts", headers=bearer),
        caller.get("/users/", params={"locationId": second.location_id}, headers=bearer),
        caller.http.post("/oauth/locationToken", data=both, headers=company),
        caller.http.post(
            "/oauth/locationToken", data=both | {"locationId": sim.location_id}, headers=company
        ),
    ]
    assert [answer.status_code for answer in answers] == [503, 503, 503, 201]
    assert caller.accounts()


def test_sub_accounts_fail_in_ways_of_their_own(caller, sim):
    """Each error lasts until it is used up or removed, and precedes an error of all."""
    first, second = list(sim.state.locations)
    sim.levers.fail("*", 500, times=None)
    sim.levers.fail_with("wrong_location", location=first, times=2)
    expired = sim.levers.fail_with("expired_token", location=second, times=None)
    path = "/social-media-posting/{}/accounts"
    statuses = [
        caller.get(path.format(place)).status_code for place in (first, second, first, first)
    ]
    sim.levers.remove(expired)
    assert [*statuses, caller.get(path.format(second)).status_code] == [403, 401, 403, 500, 500]


def test_no_request_is_not_an_error():
    """A fault that would never apply is a mistake in a test."""
    with pytest.raises(ValueError, match="positive"):
        Levers().fail("*", 500, times=0)


def test_a_misspelt_lever_fails_at_once():
    """Setting what is not a lever would silently do nothing."""
    with pytest.raises(AttributeError, match="no lever 'latencey'"):
        Levers().latencey = 1


def test_reset_sets_everything_back(caller, sim):
    """A single call resets attributes and errors."""
    sim.levers.message, sim.levers.latency = "none", 9.0
    sim.levers.fail("*", 500, times=None)
    sim.levers.fail("*", 500, times=None, location=sim.location_id)
    sim.levers.not_installed.add(sim.location_id)
    sim.levers.reset()
    assert (sim.levers.message, sim.levers.latency) == ("once", 0.0)
    assert sim.levers.not_installed == set()
    assert caller.start("instagram").status_code == 302


def test_latency_delays_the_answer(caller, sim):
    """The answer takes at least as long as the lever says."""
    sim.levers.latency = 0.05
    before = time.monotonic()
    caller.start("instagram")
    assert time.monotonic() - before >= 0.05


def test_latency_does_not_hold_up_others(caller, sim):
    """Two slow answers are waited for at the same time, and a page is not slow at all."""
    url = caller.url()
    sim.levers.latency = 30.0
    assert local.get(url).status_code == 200


def test_start_answers_a_page(caller, sim):
    """200 with HTML instead of the redirect."""
    sim.levers.start_answer = "html"
    answer = caller.start("instagram")
    assert (answer.status_code, answer.text[:9]) == (200, "<!doctype")
    assert "location" not in answer.headers


def test_start_forgets_the_address(caller, sim):
    """A redirect to nowhere."""
    sim.levers.start_answer = "no_location"
    answer = caller.start("instagram")
    assert answer.status_code == 302
    assert "location" not in answer.headers


def test_start_leads_to_an_odd_scheme(caller, sim):
    """A redirect that no window should open; httpx cannot even read the default one."""
    sim.levers.start_answer = "odd_scheme"
    with pytest.raises(httpx.InvalidURL):
        caller.start("instagram")
    sim.levers.odd_location = "ftp://example.com/consent"
    assert caller.url() == "ftp://example.com/consent"


def test_the_consent_page_can_cut_its_opener(caller, sim):
    """The header is on the consent page, and only when asked for."""
    url = caller.url()
    plain = local.get(url).headers
    sim.levers.consent_coop = "same-origin"
    cut = local.get(url).headers
    assert "cross-origin-opener-policy" not in plain
    assert cut["cross-origin-opener-policy"] == "same-origin"


def test_no_message(caller, sim):
    """The connection is made, but the page posts nothing."""
    sim.levers.message = "none"
    known = set(sim.state.logins)
    with pytest.raises(LookupError, match="posts no message"):
        sim.play_user(caller.url())
    assert len(set(sim.state.logins) - known) == 1


def test_page_in_its_other_spelling(caller, sim):
    """The documents contradict themselves."""
    sim.levers.message_page = "social-media-posting"
    assert sim.play_user(caller.url()).data["page"] == "social-media-posting"


def test_the_message_as_a_json_string(caller, sim):
    """Data is a string then."""
    sim.levers.message_as_json = True
    assert json.loads(sim.play_user(caller.url()).data)["platform"] == "instagram"


def test_reconnect_accounts(caller, sim):
    """The documented list is there when the lever gives one."""
    sim.levers.reconnect_accounts = ["658a9b6833b91e0ecb834acd"]
    data = sim.play_user(caller.url()).data
    assert data["reconnectAccounts"] == ["658a9b6833b91e0ecb834acd"]


def test_a_message_from_another_origin(caller, sim):
    """The finish page is served by localhost, another origin on the same port."""
    sim.levers.message_origin = "localhost"
    event = sim.play_user(caller.url())
    assert event.origin == sim.base_url.replace("127.0.0.1", "localhost")
    assert len(event.data["accountId"]) == 24
