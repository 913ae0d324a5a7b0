"""A login: start, consent, finish, and the final message."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from ghl_notebook.simulator import MessageEvent, Simulator
from tests import local

PLATFORMS = [
    "facebook",
    "google",
    "instagram",
    "linkedin",
    "pinterest",
    "threads",
    "tiktok",
    "tiktok-business",
    "youtube",
]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_login_ends_with_the_captured_message(caller, sim, platform):
    """The payload has the captured keys, with the string "undefined" for what is missing."""
    event = sim.play_user(caller.url(platform))
    account_id = event.data["accountId"]
    assert event == MessageEvent(
        sim.base_url,
        {
            "actionType": "close",
            "page": "social_media_posting",
            "platform": platform,
            "placement": "undefined",
            "accountId": account_id,
            "refresh": "undefined",
            "source": "undefined",
        },
    )
    assert re.fullmatch("[0-9a-f]{24}", account_id)


def test_start_redirects_to_the_consent_page_with_a_signed_state(caller, sim):
    """The answer is an empty 302 whose address leads to the simulator's own page."""
    answer = caller.start("instagram")
    url = urlsplit(answer.headers["location"])
    assert (answer.status_code, answer.content) == (302, b"")
    assert (f"{url.scheme}://{url.netloc}", url.path) == (sim.base_url, "/consent/instagram")
    assert parse_qs(url.query).keys() == {"client_id", "redirect_uri", "response_type", "state"}


def test_a_changed_state_is_refused(caller):
    """A state that was not signed here opens no consent page."""
    url = caller.url()
    assert local.get(url).status_code == 200
    assert local.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 400
    assert local.get(url.replace("instagram", "facebook")).status_code == 400


def test_a_code_works_once(caller, sim):
    """Loading the finish page again posts nothing and connects nothing."""
    caller.connect()
    finish = next(seen for seen in sim.requests if seen.path.endswith("/finish"))
    again = local.get(sim.base_url + finish.path, params=finish.query)
    assert again.status_code == 400
    assert "Its code was used before." in again.text


def test_one_consent_page_can_be_used_twice(caller, sim):
    """Reopening the window with the same address gives a second login."""
    url = caller.url()
    first, second = (sim.play_user(url).data["accountId"] for _ in range(2))
    assert first != second


def test_only_the_ticked_pages_come_back(caller):
    """A person who unticks pages hands over the others only."""
    account_id = caller.connect("facebook", tick=["東京ラーメン日記", "yasmin.coffee"])
    names = [page["name"] for page in caller.available("facebook", account_id)["pages"]]
    assert names == ["東京ラーメン日記", "مقهى الياسمين"]


@pytest.mark.parametrize("choices", [{"tick": []}, {"choose": "Sam Rivera"}])
def test_nothing_ticked_is_an_empty_list(caller, choices):
    """An empty list under success is normal: nothing was ticked, or there is nothing."""
    account_id = caller.connect("facebook", **choices)
    assert caller.available("facebook", account_id) == {"pages": []}


def test_another_person_brings_other_pages(caller):
    """The person who logs in decides what is there to tick."""
    account_id = caller.connect("instagram", choose="jonas.lindqvist@example.com")
    (account,) = caller.available("instagram", account_id)["accounts"]
    assert account["name"] == "Nordljus Studio"


def test_an_unknown_choice_is_a_clear_error(caller, sim):
    """A misspelled name is an error, instead of a choice of another person."""
    with pytest.raises(LookupError, match="no person 'Nobody'"):
        sim.play_user(caller.url(), choose="Nobody")
    with pytest.raises(LookupError, match="no page 'Nothing'"):
        sim.play_user(caller.url(), tick=["Nothing"])


def test_deny_closes_without_an_account(caller, sim):
    """A refusal comes back through finish with an error, and posts no account id."""
    event = sim.play_user(caller.url(), allow=False)
    finish = sim.requests[-1]
    assert event.data["accountId"] == "undefined"
    assert finish.query["error"] == "access_denied"
    assert finish.query["error_reason"] == "user_denied"
    assert "code" not in finish.query


def test_deny_without_the_key(caller, sim):
    """The lever leaves accountId out of the payload of a refusal."""
    sim.levers.deny_message = "absent"
    assert "accountId" not in sim.play_user(caller.url(), allow=False).data


def test_deny_without_a_message(caller, sim):
    """The lever lets a refusal post nothing at all, while a consent still posts."""
    sim.levers.deny_message = "nothing"
    with pytest.raises(LookupError, match="posts no message"):
        sim.play_user(caller.url(), allow=False)
    assert sim.play_user(caller.url()).data["actionType"] == "close"


def test_instagram_login_is_kept_in_meta(caller, sim):
    """loginType=instagram shows in the attached account."""
    account_id = sim.play_user(caller.url(loginType="instagram")).data["accountId"]
    body = {"originId": "17841405123456789", "pageId": "1"}
    caller.http.post(caller.path("instagram", account_id), json=body)
    (row,) = [row for row in caller.accounts() if row["oauthId"] == account_id]
    assert row["meta"]["loginType"] == "instagram"


def test_a_wrong_user_connects_without_an_owner(caller, sim):
    """The service answers 302 to any user id, but the connection then has no owner."""
    owned = sim.play_user(caller.url()).data["accountId"]
    ownerless = sim.play_user(caller.url(userId=sim.location_id)).data["accountId"]
    assert sim.state.logins[owned].owner_id == sim.user_id
    assert sim.state.logins[ownerless].owner_id is None


def test_a_reconnect_renews_the_expired_account(caller, sim):
    """reconnect=true gives an attached account a new lease and the new login's id."""
    (before,) = [row for row in caller.accounts() if row["isExpired"]]
    event = sim.play_user(caller.url(reconnect="true"), choose="Jonas Lindqvist")
    (after,) = [row for row in caller.accounts() if row["id"] == before["id"]]
    assert (after["oauthId"], after["isExpired"]) == (event.data["accountId"], False)


def test_whose_connection_has_expired_is_asked_first(caller, sim):
    """Only for a reconnect; afterwards, or for a new connection, another person is first."""
    (ended,) = (row["id"] for row in caller.accounts() if row["isExpired"])

    def renewed():
        event = sim.play_user(caller.url(reconnect="true"))
        return {r["id"] for r in caller.accounts() if r["oauthId"] == event.data["accountId"]}

    assert renewed() == {ended}
    assert renewed().isdisjoint({ended})
    names = {page["name"] for page in caller.available("instagram", caller.connect())["accounts"]}
    assert "Nordljus Studio" not in names


@pytest.mark.parametrize(
    "url",
    ["https://www.example.com/consent", "http://127.0.0.1:1/consent/instagram", "javascript:1", ""],
)
def test_play_user_sends_nothing_elsewhere(sim, url):
    """An address that does not lead to this simulator is refused before anything is sent."""
    with pytest.raises(ValueError, match="does not lead to this simulator"):
        sim.play_user(url)


def _session() -> tuple[object, ...]:
    from tests.simulator.conftest import Caller

    with Simulator(seed=7) as sim:
        caller = Caller(sim)
        account_id = caller.connect("instagram", tick=["cafe.lumiere"])
        caller.available("instagram", account_id)
        caller.accounts(fetchAll="true")
        caller.http.close()
        seen = [(r.status, str(r.answer).replace(sim.base_url, "")) for r in sim.requests]
        return sim.token, sim.location_id, sim.user_id, account_id, seen


def test_the_same_seed_gives_the_same_answers():
    """Two simulators of one seed agree in every id and every answer, ports aside."""
    assert _session() == _session()


def test_another_seed_gives_other_ids():
    """The seed decides the ids."""
    assert Simulator(seed=1).location_id != Simulator(seed=2).location_id


def test_two_simulators_share_nothing(caller):
    """A login in one is unknown to the other, also with the same seed."""
    account_id = caller.connect()
    assert account_id not in Simulator().state.logins
