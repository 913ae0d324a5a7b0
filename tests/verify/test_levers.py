"""The simulator's levers: what each of them turns is named, and nothing else differs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ghl_notebook import Client
from ghl_notebook.simulator import Levers, Simulator
from tests.verify.conftest import RunProbe, RunReading, differing, seen

PLATFORMS = [
    "facebook", "instagram", "google", "linkedin", "tiktok", "tiktok-business", "youtube",
    "pinterest", "threads",
]  # fmt: skip
CSV = b"postAtSpecificTime (YYYY-MM-DD HH:mm:ss),content\n2026-02-01 09:00:00,Hello\n"
CANCEL = {"variants": ("cancel",)}
RECONNECT = {"variants": ("reconnect",)}
DRAFT = {"draft": True}

# Levers, how to probe, and what then differs: the assumption and a part of what is said of it.
DEVIATIONS: list[tuple[dict[str, Any], str, dict[str, Any], dict[str, str]]] = [
    ({"start_answer": "html"}, "instagram", {}, {"start_redirect": "200, no Location, body: html"}),
    ({"start_answer": "no_location"}, "instagram", {}, {"start_redirect": "302, no Location"}),
    ({"start_answer": "odd_scheme"}, "instagram", {}, {"start_location": "not an https page"}),
    (
        {"start_answer": "odd_scheme", "odd_location": "https://login.example/?state=x"},
        "instagram", {}, {"start_location": "no state"},
    ),
    ({"message": "none"}, "instagram", {}, {"message_arrives": "found by: pasted"}),
    ({"message": "twice"}, "instagram", {}, {"message_once": "2"}),
    (
        {"message_origin": "localhost"}, "instagram", {},
        {"message_origin": "(refused: not an allowed origin)"},
    ),
    (
        {"message_page": "social-media-posting"}, "instagram", {},
        {"message_page": '"social-media-posting"'},
    ),
    ({"message_as_json": True}, "instagram", {}, {"message_object": "JSON string"}),
    (
        {"reconnect_accounts": ["66a1b2c3d4e5f60718293a4b"]}, "instagram", {},
        {"message_first": "reconnectAccounts: [1 of 24 hex]"},
    ),
    ({"deny_message": "absent"}, "instagram", CANCEL, {"cancel_message": "actionType"}),
    ({"deny_message": "nothing"}, "instagram", CANCEL, {"cancel_message": "no message came"}),
    ({"linkedin_profile": "object"}, "linkedin", {}, {"offered_linkedin": "profile is one object"}),
    ({"tiktok_shape": "flat"}, "tiktok", {}, {"offered_tiktok": "also openId"}),
    ({"pinterest_shape": "flat"}, "pinterest", {}, {"offered_pinterest": "also id"}),
    (
        {"fetch_all_shows_unattached": False}, "instagram", {},
        {"accounts_fetch_all": "not listed"},
    ),
    ({"rate_limit": 40}, "instagram", {}, {"limits_size": "40 per interval"}),
    ({"daily_limit": 5000}, "instagram", {}, {"limits_size": "5000 a day"}),
    ({"rate_interval": 5.0}, "instagram", {}, {"limits_interval": "5000 ms"}),
    ({"rate_headers": False}, "instagram", {}, {"limits_headers": "no x-ratelimit-max"}),
]  # fmt: skip

# What the service may do as well, as far as we know.
ACCEPTED: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"rate_limit": 25, "daily_limit": 10_000}, "instagram", {}),
    ({"rate_window": "sliding"}, "instagram", {}),
    ({"reconnect_accounts": ["66a1b2c3d4e5f60718293a4b"]}, "instagram", RECONNECT),
    ({"reconnect_accounts": []}, "instagram", RECONNECT),
    ({"deny_message": "undefined"}, "instagram", CANCEL),
    ({"instagram_key": "originId"}, "instagram", {}),
    ({"instagram_key": "both"}, "instagram", {}),
    ({"google_locations": "one"}, "google", {}),
    ({"google_locations": "list"}, "google", {}),
    ({"youtube_shape": "channels"}, "youtube", {}),
    ({"latency": 0.02, "gateway_timeout": 0.01}, "instagram", {}),
]

# What only a browser sees: tests/verify/test_browser.py.
IN_A_BROWSER = {"consent_coop", "late_ms", "close_ms", "keep_open"}
# The same as `DEVIATIONS`, of what is read without a login, or of the draft.
READ: list[tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = [
    ({"empty_tags": "text"}, {}, {"posts_tags": "array, string"}),
    ({"post_error": "object"}, {}, {"posts_error": "{message: text, code: number}"}),
    ({"post_per_account": True}, {}, {"posts_parent": "2 posts with parentPostId"}),
    ({"shown_media": "sent"}, {}, {"posts_media": "type is MIME type, no thumbnail"}),
    ({"listed_media": 1}, {}, {"posts_media_count": "1 of 2 media"}),
    ({"csv_imports": "one"}, {}, {"imports_list": "csvs is object"}),
    ({"half_characters": True}, {}, {"texts_complete": "half a character at GET /users/"}),
    ({"post_platform": "account"}, DRAFT, {"draft_platform": 'platform is "'}),
    ({"post_lag": 1}, DRAFT, {"draft_listed": "not listed"}),
    ({"edit": "changes"}, DRAFT, {"draft_replaced": "summary is text"}),
]

# Levers that no probe can see without harm, each with the reason.
NOT_WITHOUT_HARM = {
    "deleted_published": "a published post would have to be deleted",
    "media_types": "drafts are not checked: a post would have to be scheduled",
    "publish_answer": "a post would have to be published",
    "refuses_png": "drafts are not checked: a post would have to be scheduled",
    "statusless_post": "the post may be published at once",
    "strict_posts": "drafts are not checked: a post that is accepted would be published",
    "unscheduled": "a scheduled post may be published when it is edited without its date",
}
# Levers of tokens, each with the reason why a probe does not see it: it has the token of one
# sub-account, and neither logs in as an app nor refreshes the token.
OF_TOKENS = {
    "code_lifetime": "a code is only in the login of an app",
    "not_installed": "only an agency's token is exchanged for those of its sub-accounts",
    "paused": "only an agency's token is exchanged, and a paused sub-account is needed",
    "pkce": "only the login of an app has a challenge",
    "refresh_lifetime": "a refresh token would have to be left unused for a year",
    "refresh_repeats": "a refresh token works once: a second use may end the stored login",
    "rotate_then_fail": "a refresh whose answer is lost may end the stored login",
    "token_lifetime": "only a refresh shows it, and uses up the refresh token",
    "token_location": "only a refresh shows it, and uses up the refresh token",
    "version_id": "the authorization page needs the client id of an app, and a browser",
}


def turn(sim: Simulator, levers: dict[str, Any]) -> None:
    """Set levers."""
    for name, value in levers.items():
        setattr(sim.levers, name, value)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_differs_by_itself(probe: RunProbe, platform: str) -> None:
    """The simulator does what we assume, on every platform."""
    report = probe(platform)
    assert differing(report) == {}
    assert seen(report, "message_arrives") == ("as assumed", "result taken by: loopback")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_differs_when_something_is_attached(
    probe: RunProbe, platform: str, said: list[str]
) -> None:
    """The service accepts the body of every platform, except of the one that cannot be attached."""
    probe(platform, attach="")
    origin_id = next(word for text in said for word in _offered(text))
    report = probe(platform, attach=origin_id)
    assert differing(report) == {}
    row = "attach_tiktok_business" if platform == "tiktok-business" else "attach_body"
    assert seen(report, row)[0] == "as assumed"


def _offered(text: str) -> list[str]:
    _, found, offered = text.partition("--attach=ID: ")
    return [offered.split(" ")[0]] if found else []


@pytest.mark.parametrize(("levers", "platform", "how", "expected"), DEVIATIONS, ids=repr)
def test_a_deviation_is_named(
    probe: RunProbe,
    sim: Simulator,
    levers: dict[str, Any],
    platform: str,
    how: dict[str, Any],
    expected: dict[str, str],
) -> None:
    """The right row differs, with the difference, and no other row does."""
    turn(sim, levers)
    found = differing(probe(platform, **how))
    assert found.keys() == expected.keys()
    for name, words in expected.items():
        assert words in found[name]


@pytest.mark.parametrize(("levers", "platform", "how"), ACCEPTED, ids=repr)
def test_what_may_be_does_not_differ(
    probe: RunProbe, sim: Simulator, levers: dict[str, Any], platform: str, how: dict[str, Any]
) -> None:
    """Both known forms are as assumed."""
    turn(sim, levers)
    assert differing(probe(platform, **how)) == {}


def plan(sim: Simulator) -> None:
    """Plan a post of two accounts with two pictures, and import a file."""
    with Client(sim.token, sim.location_id, sim.user_id, base_url=sim.base_url) as client:
        ids = [str(a.id) for a in client.accounts.list().accounts if not a.is_expired][:2]
        media = [{"url": f"https://example.com/{n}.jpg", "type": "image/jpeg"} for n in "ab"]
        later = sim.now + timedelta(days=30)
        client.posts.create(ids, media=media, status="scheduled", schedule_date=later)
        file = client.csv_imports.upload(CSV)
        client.csv_imports.set_accounts(
            ids, file_path=str(file.file_path), rows_count=1, file_name=str(file.file_name)
        )


@pytest.mark.parametrize(("levers", "how", "expected"), READ, ids=repr)
def test_a_deviation_of_what_is_read_is_named(
    read: RunReading,
    sim: Simulator,
    levers: dict[str, Any],
    how: dict[str, Any],
    expected: dict[str, str],
) -> None:
    """The right row differs, with the difference, and no other row does."""
    plan(sim)
    turn(sim, levers)
    found = differing(read(**how))
    assert found.keys() == expected.keys()
    for name, words in expected.items():
        assert words in found[name]


def test_what_is_read_is_as_assumed_without_a_lever(read: RunReading, sim: Simulator) -> None:
    """Each row that a lever turns is seen, and does not differ."""
    plan(sim)
    report = read(draft=True)
    assert differing(report) == {}
    rows = {name for _, _, expected in READ for name in expected}
    assert {seen(report, name)[0] for name in rows} == {"as assumed"}


def test_every_lever_was_turned() -> None:
    """A new lever needs its place in one of the tables."""
    turned = {name for levers, *_ in (*DEVIATIONS, *ACCEPTED, *READ) for name in levers}
    others = IN_A_BROWSER | OF_TOKENS.keys() | NOT_WITHOUT_HARM.keys()
    assert not turned & others
    assert {name for name in vars(Levers()) if name[0] != "_"} == turned | others


def test_a_probe_goes_on_with_a_message_that_was_refused(probe: RunProbe, sim: Simulator) -> None:
    """The origin is what we want to know: it is shown, and step 2 is still seen."""
    sim.levers.message_origin = "localhost"
    report = probe()
    port = sim.base_url.rpartition(":")[2]
    assert f"http://localhost:{port}" in str(report)
    assert seen(report, "offered_instagram")[0] == "as assumed"


def test_login_type_is_seen_in_the_accounts(probe: RunProbe) -> None:
    """The undocumented parameter, and what it does."""
    assert seen(probe(login_type="instagram"), "start_login_type") == ("as assumed", '"instagram"')


def test_reconnecting_and_refusing_are_seen(probe: RunProbe) -> None:
    """The two open points of the message."""
    reconnected = probe(variants=("reconnect",))
    assert seen(reconnected, "reconnect_message") == ("as assumed", "no reconnectAccounts")
    assert seen(reconnected, "message_first")[0] == "not seen"
    refused = probe(variants=("cancel",))
    assert seen(refused, "cancel_message")[0] == "as assumed"
    assert seen(refused, "message_arrives")[0] == "not seen"


def test_several_platforms_are_told_apart(probe: RunProbe, sim: Simulator) -> None:
    """A single table: each row names the platforms of its evidence."""
    sim.levers.tiktok_shape = "flat"
    report = probe("instagram", "tiktok")
    assert differing(report).keys() == {"offered_tiktok"}
    assert seen(report, "message_account_id")[1] == "instagram: 24 hex; tiktok: 24 hex"
