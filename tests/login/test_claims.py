"""What becomes of a message that may be a login's result."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ghl_notebook.login import Channel, Claim, Status
from ghl_notebook.login.social import Appearance, LoginMachine, LoginRegistry
from tests.folding import folded
from tests.login.machines import (
    ACCOUNT,
    ANOTHER,
    ERROR,
    LIMIT,
    ORIGIN,
    PAGE_ORIGIN,
    asking,
    checking,
    claim,
    make,
    payload,
    run_of,
    waiting,
)

# What becomes of a claim.


def test_connected_keeps_payload_and_names() -> None:
    """What was claimed and what the service said of it are in the state."""
    login = checking()
    login.confirmed(run_of(login), ["Harbour Coffee", "Harbour Bakery"])

    assert login.state.payload is not None
    assert login.state.payload.account_id == ACCOUNT
    assert login.state.account_names == ("Harbour Coffee", "Harbour Bakery")


@pytest.mark.parametrize("page", ["social_media_posting", "social-media-posting", "undefined"])
def test_the_spelling_of_page_decides_nothing(page: str) -> None:
    """The service's documents spell it in two ways."""
    login = waiting()

    assert login.claim(claim(run_of(login), payload(page=page)))
    assert login.state.status is Status.CHECKING


def test_payload_may_come_as_a_json_string() -> None:
    """A string that holds the payload is read as well."""
    login = waiting()
    text = (
        '{"actionType": "close", "page": "social_media_posting", "platform": "instagram", '
        f'"accountId": "{ACCOUNT}"}}'
    )

    assert login.claim(claim(run_of(login), text))


def test_tiktok_business_may_be_spelt_with_an_underscore() -> None:
    """Both spellings of a platform name it."""
    login = waiting(make(platform="tiktok-business"))

    assert login.claim(claim(run_of(login), payload(platform="TIKTOK_BUSINESS")))


def test_refused_origin_is_named_with_the_setting() -> None:
    """The notice says which origin came, which are allowed, and the setting that allows more."""
    login = waiting()
    changed = login.claim(claim(run_of(login), origin="https://white.label.example"))

    assert changed is True
    assert login.state.status is Status.WAITING
    assert login.state.notice is not None
    for part in ("https://white.label.example", "GHL_ALLOWED_ORIGINS", ORIGIN):
        assert part in login.state.notice


@pytest.mark.parametrize(
    "origin",
    [
        "https://services.leadconnectorhq.com.evil.example",
        "https://services.leadconnectorhq.com:8443",
        "http://services.leadconnectorhq.com",
        "https://leadconnectorhq.com",
        "https://evil-services.leadconnectorhq.com",
        "null",
        "",
    ],
)
def test_origins_are_compared_exactly(origin: str) -> None:
    """An origin that only resembles an allowed one is refused."""
    login = waiting()
    login.claim(claim(run_of(login), origin=origin))

    assert login.state.status is Status.WAITING


def test_a_long_origin_is_cut_in_the_notice() -> None:
    """A page cannot fill the card with the origin that it claims."""
    login = waiting()
    login.claim(claim(run_of(login), origin="https://" + "x" * 10_000))

    assert login.state.notice is not None
    assert len(login.state.notice) < 1_000


def test_self_allows_the_origin_of_the_page() -> None:
    """A simulator behind the notebook server posts from the notebook's own origin."""
    login = waiting(make(origins=("self",)))

    assert login.claim(claim(run_of(login), origin=PAGE_ORIGIN))
    assert login.state.status is Status.CHECKING


def test_self_allows_no_other_origin() -> None:
    """Only the page that displays the card is meant."""
    login = waiting(make(origins=("self",)))
    login.claim(claim(run_of(login), origin=ORIGIN))

    assert login.state.status is Status.WAITING


def test_the_origin_of_the_page_is_not_allowed_by_default() -> None:
    """Another output of the same notebook cannot finish a login."""
    login = waiting()
    login.claim(claim(run_of(login), origin=PAGE_ORIGIN))

    assert login.state.status is Status.WAITING


def test_an_origin_called_self_is_not_the_page() -> None:
    """A claim whose origin is the word itself comes from the simulated user, which says so."""
    login = waiting()
    login.claim(claim(run_of(login), origin="self"))

    assert login.state.status is Status.WAITING


@folded(
    "data",
    [
        payload(platform="facebook"),
        payload(platform=None),
        payload(platform="undefined"),
        {"type": "webpackOk"},
        {"platform": "instagram", "accountId": ACCOUNT},
        "hello",
        "{",
        "[1, 2]",
        "x" * 20_000,
        "[" * 10_000,
        None,
        17,
        [payload()],
        {},
    ],
    ids=lambda data: repr(data)[:30],
)
def test_what_is_not_for_this_login_leaves_no_trace(data: object) -> None:
    """Pages get many messages: those of others are not worth a notice."""
    login = waiting()
    before = login.state

    assert login.claim(Claim(run_of(login), ORIGIN, PAGE_ORIGIN, "popup", data)) is False
    assert login.state == before


@pytest.mark.parametrize(
    "account_id",
    ["1234567", "x" * 129, "../../users", "65f1c0ffee 65f1c0ffee", "65f1c0ffee?a=b", "é" * 24],
)
def test_an_implausible_id_is_refused_with_a_notice(account_id: str) -> None:
    """What cannot be an id of the service is never sent to it."""
    login = waiting()
    login.claim(claim(run_of(login), payload(accountId=account_id)))

    assert login.state.status is Status.WAITING
    assert login.state.notice is not None


def test_blanks_around_an_id_are_taken_off() -> None:
    """They are no part of the id."""
    login = waiting()
    login.claim(claim(run_of(login), payload(accountId=f" {ACCOUNT}\n")))

    assert login.state.payload is not None
    assert login.state.payload.account_id == ACCOUNT


def test_a_good_claim_takes_the_notice_away() -> None:
    """What was refused earlier no longer matters."""
    login = waiting()
    login.claim(claim(run_of(login), origin="https://elsewhere.example"))
    login.claim(claim(run_of(login)))

    assert login.state.notice is None


def test_close_without_id_cancels_from_the_own_window() -> None:
    """The user denied consent: the window says close, and names nothing."""
    login = waiting()
    login.claim(claim(run_of(login), payload(accountId=None)))

    assert login.state.status is Status.CANCELLED


def test_close_without_id_from_another_window_does_nothing() -> None:
    """An unknown window cannot cancel a login."""
    login = waiting()
    before = login.state

    assert login.claim(claim(run_of(login), payload(accountId=None), source="other")) is False
    assert login.state == before


def test_no_id_without_close_does_nothing() -> None:
    """Only `close` was ever seen; anything else without an id is no result."""
    login = waiting()

    assert login.claim(claim(run_of(login), payload(accountId=None, actionType="resize"))) is False
    assert login.state.status is Status.WAITING


# Windows that the page does not know: the service may post its message from a new one.


def test_an_unknown_window_may_bring_the_result() -> None:
    """The vendor's own support says that another window may post."""
    login = waiting()
    login.claim(claim(run_of(login), source="other"))

    assert login.state.status is Status.CHECKING


def test_a_replay_from_an_unknown_window_is_refused() -> None:
    """An id that has finished a login does not finish another one this way."""
    registry = LoginRegistry()
    first = checking(make(registry))
    first.confirmed(run_of(first), [])
    second = waiting(make(registry))
    second.claim(claim(run_of(second), source="other"))

    assert second.state.status is Status.WAITING
    assert "an earlier login" in str(second.state.notice)


def test_the_own_window_may_bring_an_id_again() -> None:
    """Logging in again gives the same id when the service says so."""
    registry = LoginRegistry()
    first = checking(make(registry))
    first.confirmed(run_of(first), [])
    second = waiting(make(registry))
    second.claim(claim(run_of(second)))

    assert second.state.status is Status.CHECKING


def test_an_id_that_was_not_confirmed_is_not_taken() -> None:
    """Only a finished login uses an id up."""
    registry = LoginRegistry()
    first = checking(make(registry))
    first.not_confirmed(run_of(first))
    first.cancel()
    second = waiting(make(registry))
    second.claim(claim(run_of(second), source="other"))

    assert second.state.status is Status.CHECKING


def test_two_waiting_logins_make_an_unknown_window_ambiguous() -> None:
    """Nobody can tell whose result it is, so neither login takes it."""
    registry = LoginRegistry()
    first, second = waiting(make(registry)), waiting(make(registry))
    for login in (first, second):
        login.claim(claim(run_of(login), source="other"))

    assert [m.state.status for m in (first, second)] == [Status.WAITING] * 2
    assert "two logins were waiting for Instagram" in str(first.state.notice)


def test_two_waiting_logins_take_the_results_of_their_own_windows() -> None:
    """The window decides where it is known."""
    registry = LoginRegistry()
    first, second = waiting(make(registry)), waiting(make(registry))
    for login, account in ((first, ACCOUNT), (second, ANOTHER)):
        login.claim(claim(run_of(login), payload(accountId=account)))

    assert [m.state.payload.account_id for m in (first, second) if m.state.payload] == [
        ACCOUNT,
        ANOTHER,
    ]


def test_another_platform_is_no_rival() -> None:
    """The payload names its platform."""
    registry = LoginRegistry()
    waiting(make(registry, platform="facebook"))
    login = waiting(make(registry))
    login.claim(claim(run_of(login), source="other"))

    assert login.state.status is Status.CHECKING


@pytest.mark.parametrize(
    "end",
    [
        lambda m: m.cancel(),
        lambda m: m.expire(LIMIT),
        lambda m: m.on_error(m.state.run, ERROR),
        lambda m: m.claim(claim(m.state.run)) and m.confirmed(m.state.run, []),
        lambda m: m.claim(claim(m.state.run)) and m.check_failed(m.state.run, ERROR),
    ],
    ids=["cancel", "expire", "on_error", "confirmed", "check_failed"],
)
def test_an_ended_login_is_no_rival(end: Callable[[LoginMachine], object]) -> None:
    """However a login ends, the other one takes results again."""
    registry = LoginRegistry()
    first, second = waiting(make(registry)), waiting(make(registry))
    end(first)
    second.claim(claim(run_of(second), payload(accountId=ANOTHER), source="other"))

    assert second.state.status is Status.CHECKING


def test_a_reopened_login_is_not_its_own_rival() -> None:
    """An earlier run of the same login does not wait any more."""
    login = waiting()
    waiting(login)
    login.claim(claim(run_of(login), source="other"))

    assert login.state.status is Status.CHECKING


def test_a_login_waits_again_for_a_rival_after_a_recheck() -> None:
    """After a recheck that confirmed nothing, an unknown window is ambiguous again."""
    registry = LoginRegistry()
    first = checking(make(registry))
    first.check_failed(run_of(first), ERROR)
    first.recheck(run_of(first), 0.0)
    first.not_confirmed(run_of(first))
    second = waiting(make(registry))
    second.claim(claim(run_of(second), source="other"))

    assert (first.state.status, second.state.status) == (Status.WAITING, Status.WAITING)


# Claims that come while another is checked.


def test_a_claim_waits_for_the_one_that_is_checked() -> None:
    """A forged claim that came first does not keep the real one out."""
    login = checking()
    run = run_of(login)
    assert login.claim(claim(run, payload(accountId=ANOTHER))) is False
    login.not_confirmed(run)

    assert login.state.status is Status.CHECKING
    assert login.state.payload is not None
    assert login.state.payload.account_id == ANOTHER


def test_claims_wait_in_their_order() -> None:
    """Each claim that proves false makes room for the next one."""
    login = checking()
    run = run_of(login)
    ids = [f"65f1c0ffee65f1c0ffee660{n}" for n in range(3)]
    for account in ids:
        login.claim(claim(run, payload(accountId=account)))

    seen = []
    while login.not_confirmed(run) and login.state.payload is not None:
        seen.append(login.state.payload.account_id)

    assert seen == ids
    assert login.state.status is Status.WAITING


def test_a_claim_that_waited_is_judged_like_any_other() -> None:
    """Waiting does not make a wrong origin right."""
    login = checking()
    run = run_of(login)
    login.claim(claim(run, payload(accountId=ANOTHER), origin="https://elsewhere.example"))
    login.not_confirmed(run)

    assert login.state.status is Status.WAITING
    assert "https://elsewhere.example" in str(login.state.notice)


def test_a_flood_of_claims_is_not_kept() -> None:
    """A page that posts without end fills no memory."""
    login = checking()
    run = run_of(login)
    for n in range(1_000):
        login.claim(claim(run, payload(accountId=f"flood{n:019}")))

    checked = 0
    while login.not_confirmed(run) and login.state.status is Status.CHECKING:
        checked += 1

    assert checked < 20


def test_claims_of_an_ended_run_do_not_wait_for_the_next() -> None:
    """A new run begins with no claims."""
    login = checking()
    login.claim(claim(run_of(login), payload(accountId=ANOTHER)))
    login.cancel()
    checking(login)
    login.not_confirmed(run_of(login))

    assert login.state.status is Status.WAITING


def test_not_confirmed_says_so() -> None:
    """The user learns that something came which was not taken."""
    login = checking()
    login.not_confirmed(run_of(login))

    assert login.state.payload is None
    assert "has no login" in str(login.state.notice)


# The accounts list.


def lost(login: LoginMachine) -> LoginMachine:
    """Let the page lose sight of the window."""
    login.on_window_lost(run_of(login))
    return login


def test_the_list_does_not_count_while_the_window_is_in_sight() -> None:
    """That window will report, and what appears may be somebody else's login."""
    login = waiting()

    assert not login.on_accounts_changed(run_of(login), [Appearance(ACCOUNT)])
    assert login.state.found == ()


def test_a_new_login_in_the_list_is_asked_about() -> None:
    """A colleague may have connected it: nothing is checked before the user has said yes."""
    login = asking()
    assert login.state.status is Status.WAITING

    assert login.mine(run_of(login), ACCOUNT)
    assert login.state.status is Status.CHECKING
    assert login.state.delivered_by is Channel.ACCOUNTS
    assert login.state.found == ()
    assert login.state.payload is not None
    assert login.state.payload.reconnect_accounts == ("row",)


def test_what_is_not_the_users_is_not_asked_about_again() -> None:
    """Only what appears afterwards is."""
    login = asking()
    assert login.not_mine(run_of(login))
    assert login.state.found == ()

    assert not login.on_accounts_changed(run_of(login), [Appearance(ACCOUNT)])
    assert not login.mine(run_of(login), ACCOUNT)
    assert login.on_accounts_changed(run_of(login), [Appearance(ACCOUNT), Appearance(ANOTHER)])
    assert [one.account_id for one in login.state.found] == [ANOTHER]


def test_what_the_service_does_not_know_is_not_asked_about_again() -> None:
    """The user may have said yes to what has gone since."""
    login = asking()
    login.mine(run_of(login), ACCOUNT)
    login.not_confirmed(run_of(login))

    assert not login.on_accounts_changed(run_of(login), [Appearance(ACCOUNT)])


def test_a_message_that_was_too_early_does_not_hide_the_login() -> None:
    """The service may know an account a moment after the window has reported it."""
    login = lost(waiting())
    login.claim(claim(run_of(login)))
    login.not_confirmed(run_of(login))

    assert login.on_accounts_changed(run_of(login), [Appearance(ACCOUNT)])
    assert [one.account_id for one in login.state.found] == [ACCOUNT]


def test_an_answer_about_something_else_is_none() -> None:
    """A page cannot make a login count that the list has not shown."""
    login = asking()

    assert not login.mine(run_of(login), ANOTHER)
    assert login.state.status is Status.WAITING


def test_what_is_gone_from_the_list_is_not_asked_about() -> None:
    """Somebody else has removed it."""
    login = asking()

    assert login.on_accounts_changed(run_of(login), [])
    assert login.state.found == ()


def test_a_question_ends_with_the_message_of_the_window() -> None:
    """It says more than the list, and nobody need be asked."""
    login = asking()
    assert login.claim(claim(run_of(login), payload(accountId=ANOTHER)))

    assert login.state.status is Status.CHECKING
    assert login.state.found == ()


@pytest.mark.parametrize("new", [1, 2])
def test_where_nobody_else_connects_one_new_login_is_this_one(new: int) -> None:
    """The caller has said so; which of two it is nobody can know, so that is asked."""
    login = lost(waiting(make(assume_mine=True)))
    found = [Appearance(ACCOUNT), Appearance(ANOTHER)][:new]

    assert login.on_accounts_changed(run_of(login), found)
    assert login.state.status is (Status.CHECKING if new == 1 else Status.WAITING)
    assert len(login.state.found) == (0 if new == 1 else 2)


def test_a_login_that_has_finished_another_since_is_not_taken() -> None:
    """The other card's result is in the list, too."""
    registry = LoginRegistry()
    login, other = waiting(make(registry)), waiting(make(registry, platform="facebook"))
    registry.finish(ACCOUNT)
    other.cancel()

    assert not lost(login).on_accounts_changed(run_of(login), [Appearance(ACCOUNT)])


def test_two_cards_do_not_take_one_login() -> None:
    """Both ask about it; with the first yes it is taken."""
    registry = LoginRegistry()
    first, second = asking(make(registry)), asking(make(registry))
    first.mine(run_of(first), ACCOUNT)
    first.confirmed(run_of(first), [])

    assert second.mine(run_of(second), ACCOUNT)
    assert second.state.status is Status.WAITING
    assert second.state.found == ()
    assert "Another card" in str(second.state.notice)


def test_a_login_that_a_reconnect_renews_may_have_finished_one_before() -> None:
    """Its id may stay the same."""
    registry = LoginRegistry()
    registry.finish(ACCOUNT)

    assert asking(make(registry)).state.found


def test_two_logins_ask_even_where_nobody_else_connects() -> None:
    """While both wait, neither takes what is new there by itself."""
    registry = LoginRegistry()
    login, _rival = (waiting(make(registry, assume_mine=True)) for _ in range(2))
    lost(login).on_accounts_changed(run_of(login), [Appearance(ACCOUNT)])

    assert login.state.status is Status.WAITING
    assert login.state.found


@pytest.mark.parametrize(("source", "status"), [("popup", "checking"), ("other", "waiting")])
def test_a_login_that_was_in_the_list_before_is_an_old_message(source: str, status: str) -> None:
    """Only the run's own window may name it: a platform may give a returning user the same id."""
    login = waiting()
    login.on_baseline(run_of(login), [ACCOUNT])
    login.claim(claim(run_of(login), source=source))

    assert login.state.status == status


def test_what_was_in_the_list_is_forgotten_with_the_run() -> None:
    """The next run looks for itself."""
    login = waiting()
    login.on_baseline(run_of(login), [ACCOUNT])
    login.begin(1.0)
    login.authorized(run_of(login))
    login.on_baseline(run_of(login), ())
    login.claim(claim(run_of(login), source="other"))

    assert login.state.status is Status.CHECKING


@pytest.mark.parametrize(("listed", "status"), [((), "checking"), ((ACCOUNT,), "waiting")])
def test_another_window_is_heard_when_the_list_is_known(
    listed: tuple[str, ...], status: str
) -> None:
    """Until then nobody can say whether it names an old login."""
    login = make()
    login.begin(0.0)
    login.authorized(run_of(login))
    login.claim(claim(run_of(login), source="other"))
    assert login.state.status is Status.WAITING
    login.on_baseline(run_of(login), listed)

    assert login.state.status == status


# A pasted id.


@pytest.mark.parametrize(
    "text", [ACCOUNT, f"  {ACCOUNT}\n", f'"{ACCOUNT}"', json.dumps(payload())], ids=repr
)
def test_an_id_is_read_from_what_was_copied(text: str) -> None:
    """With white space, in quotes, or as the window's whole message."""
    login = waiting()

    assert login.paste(text, 1.0)
    assert login.state.status is Status.CHECKING
    assert login.state.payload is not None
    assert login.state.payload.account_id == ACCOUNT


@pytest.mark.parametrize(
    "text", ["", " ", "short", "two words", "<b>65f1c0ffee65f1c0ffee65f1</b>", "x" * 10**6, "../x"]
)
def test_what_is_no_id_is_said(text: str) -> None:
    """The login goes on, and tells what an id looks like."""
    login = waiting()
    login.paste(text, 1.0)

    assert login.state.status is Status.WAITING
    assert "not an account ID" in str(login.state.notice)


def test_a_pasted_id_that_is_unknown_leaves_an_open_window_waiting() -> None:
    """The window may still report."""
    login = waiting()
    login.paste(ACCOUNT, 1.0)
    login.not_confirmed(run_of(login))

    assert login.state.status is Status.WAITING


def test_a_pasted_id_may_have_finished_a_login_before() -> None:
    """The user means it."""
    registry = LoginRegistry()
    registry.finish(ACCOUNT)
    login = waiting(make(registry))

    assert login.paste(ACCOUNT, 1.0)


def test_a_pasted_id_has_a_time_limit_of_its_own() -> None:
    """After an earlier run has timed out there is time for the check again."""
    login = waiting()
    login.expire(LIMIT)
    login.paste(ACCOUNT, 1_000.0)
    login.check_delayed(run_of(login), ERROR)

    assert login.state.deadline == 1_000.0 + LIMIT
