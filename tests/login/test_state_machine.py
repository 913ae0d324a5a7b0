"""The state machine of a login: every transition that is drawn, and none that is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ghl_notebook.login import ENDS, Status
from ghl_notebook.login.social import Appearance, LoginMachine, state_machine
from tests.folding import folded
from tests.login.machines import (
    ACCOUNT,
    ERROR,
    LIMIT,
    SITUATIONS,
    checking,
    claim,
    failed,
    failed_with_a_claim,
    idle,
    make,
    payload,
    prefetched,
    run_of,
    waiting,
)

OF_ONE_RUN: dict[str, Callable[[LoginMachine, str], bool]] = {
    "opened": lambda m, run: m.opened(run),
    "authorized": lambda m, run: m.authorized(run),
    "start_failed": lambda m, run: m.start_failed(run, ERROR),
    "claim": lambda m, run: m.claim(claim(run)),
    "claim without id": lambda m, run: m.claim(claim(run, payload(accountId="undefined"))),
    "on_accounts_changed": lambda m, run: (
        bool(m.on_window_lost(run)) or m.on_accounts_changed(run, [Appearance(ACCOUNT)])
    ),
    "mine": lambda m, run: m.mine(run, ACCOUNT),
    "not_mine": lambda m, run: m.not_mine(run),
    "confirmed": lambda m, run: m.confirmed(run, []),
    "not_confirmed": lambda m, run: m.not_confirmed(run),
    "check_delayed": lambda m, run: m.check_delayed(run, ERROR),
    "watching": lambda m, run: m.watching(run, on=True),
    "check_failed": lambda m, run: m.check_failed(run, ERROR),
    "recheck": lambda m, run: m.recheck(run, 1.0),
    "on_error": lambda m, run: m.on_error(run, ERROR),
    "cancel": lambda m, run: m.cancel(run),
}

OF_WHICHEVER_RUN: dict[str, Callable[[LoginMachine], object]] = {
    "begin": lambda m: m.begin(1.0),
    "begin, before the click": lambda m: m.begin(1.0, prefetch=True),
    "cancel, whichever is going": lambda m: m.cancel(),
    "expire": lambda m: m.expire(LIMIT),
    "exposed": lambda m: m.exposed(),
    "paste": lambda m: m.paste(ACCOUNT, 1.0),
}

EVENTS = [*OF_ONE_RUN, *OF_WHICHEVER_RUN]

# The drawing in the docstring of `social.state_machine`, as situation, event, new status.
DRAWN: dict[tuple[str, str], Status] = {
    ("idle", "begin"): Status.STARTING,
    ("prefetched", "begin"): Status.STARTING,
    ("waiting", "begin"): Status.STARTING,
    ("cancelled", "begin"): Status.STARTING,
    ("timed_out", "begin"): Status.STARTING,
    ("failed", "begin"): Status.STARTING,
    ("failed with a claim", "begin"): Status.STARTING,
    **{
        (situation, "paste"): Status.CHECKING
        for situation in (
            *("idle", "prefetched", "starting", "waiting", "cancelled", "timed_out", "failed"),
            "failed with a claim",
        )
    },
    ("asking", "mine"): Status.CHECKING,
    ("checking a pasted id", "confirmed"): Status.CONNECTED,
    ("checking a pasted id", "not_confirmed"): Status.FAILED,
    ("checking a pasted id", "check_failed"): Status.FAILED,
    ("checking a pasted id", "on_error"): Status.FAILED,
    ("checking a pasted id", "cancel"): Status.CANCELLED,
    ("starting", "authorized"): Status.WAITING,
    ("prefetched", "opened"): Status.WAITING,
    ("prefetched", "claim"): Status.CHECKING,
    ("waiting", "claim"): Status.CHECKING,
    ("prefetched", "claim without id"): Status.CANCELLED,
    ("waiting", "claim without id"): Status.CANCELLED,
    ("checking", "confirmed"): Status.CONNECTED,
    ("checking", "not_confirmed"): Status.WAITING,
    ("checking", "check_failed"): Status.FAILED,
    ("failed with a claim", "recheck"): Status.CHECKING,
    ("prefetched", "start_failed"): Status.FAILED,
    ("starting", "start_failed"): Status.FAILED,
    ("prefetched", "on_error"): Status.FAILED,
    ("starting", "on_error"): Status.FAILED,
    ("waiting", "on_error"): Status.FAILED,
    ("checking", "on_error"): Status.FAILED,
    **{
        (situation, "exposed"): Status.FAILED
        for situation in (
            *("idle", "prefetched", "starting", "waiting", "checking"),
            "checking a pasted id",
        )
    },
    ("prefetched", "cancel"): Status.CANCELLED,
    ("starting", "cancel"): Status.CANCELLED,
    ("waiting", "cancel"): Status.CANCELLED,
    ("checking", "cancel"): Status.CANCELLED,
    ("prefetched", "expire"): Status.TIMED_OUT,
    ("starting", "expire"): Status.TIMED_OUT,
    ("waiting", "expire"): Status.TIMED_OUT,
}
DRAWN |= {
    ("asking", e): status for (situation, e), status in DRAWN.items() if situation == "waiting"
}


def drawn(situation: str, event: str) -> Status | None:
    """Return the status that an event leads to; None where no arrow is drawn."""
    return DRAWN.get((situation, event.removesuffix(", whichever is going")))


def happen(login: LoginMachine, event: str) -> object:
    """Let an event happen in the run that is going, and return what the method said."""
    if event in OF_ONE_RUN:
        return OF_ONE_RUN[event](login, login.state.run or "none")
    return OF_WHICHEVER_RUN[event](login)


@folded("event", EVENTS)
@folded("situation", SITUATIONS)
def test_only_what_is_drawn_changes_the_status(situation: str, event: str) -> None:
    """Every event in every situation leads to the status that is drawn, or changes none."""
    login = SITUATIONS[situation]()
    before = login.state.status

    happen(login, event)

    assert login.state.status is (drawn(situation, event) or before)


@folded("event", EVENTS)
@folded("situation", SITUATIONS)
def test_an_event_says_whether_it_changed_something(situation: str, event: str) -> None:
    """A method's result is false exactly when everything is as it was."""
    login = SITUATIONS[situation]()
    before = login.state

    said = happen(login, event)

    # A prefetched address changes what a page is told, and nothing of the state.
    is_new_address = (situation, event) == ("prefetched", "authorized")
    assert bool(said) is (login.state != before or is_new_address)


@folded("event", OF_ONE_RUN)
@folded("situation", SITUATIONS)
def test_an_event_of_an_earlier_run_changes_nothing(situation: str, event: str) -> None:
    """What names another run than the one that is going is ignored, whatever it is."""
    login = SITUATIONS[situation]()
    before = login.state

    said = OF_ONE_RUN[event](login, "earlier")

    assert (said, login.state) == (False, before)


def drawn_in_the_docstring() -> Iterator[tuple[str, str, str]]:
    """Read the drawing: status, event, new status."""
    drawing = str(state_machine.__doc__).split("::", 1)[1].split("\n\nA *run*")[0]
    first, *others = [line for line in drawing.splitlines() if line.strip()]
    names = re.split(r" ─ | ─> ", first.strip())
    for n in range(0, len(names) - 2, 2):
        yield names[n], names[n + 1], names[n + 2]
    for line in others:
        if found := re.fullmatch(r" +([a-z_, ]+?) +─ ([a-z_ ]+?) ─*> ([a-z_]+)", line):
            for status in found[1].split(", "):
                yield status, found[2], found[3]
        else:
            # The two arrows that go back from, and down from, ``checking``.
            for event, status in (("not_confirmed", "waiting"), ("check_failed", "failed")):
                if event in line:
                    yield "checking", event, status


def test_the_table_here_is_the_drawing() -> None:
    """The docstring draws the transitions that are tested here, and no others."""
    kinds = {
        "prefetched": "idle",
        "asking": "waiting",
        "failed with a claim": "failed",
        "checking a pasted id": "checking",
    }
    tested = {(kinds.get(s, s), event, str(status)) for (s, event), status in DRAWN.items()}

    assert set(drawn_in_the_docstring()) == tested


def test_every_status_is_reached_by_an_event() -> None:
    """The drawing leaves no status out."""
    assert {Status.IDLE, *DRAWN.values()} == set(Status)


def test_ends_are_where_nothing_more_happens_by_itself() -> None:
    """No answer of the service and no clock leads out of an end."""
    outwards = {event for (s, event) in DRAWN if SITUATIONS[s]().state.status in ENDS}

    assert outwards == {"begin", "paste", "recheck"}


# Runs.


def test_each_run_has_a_name_of_its_own() -> None:
    """A name cannot be guessed from an earlier one, nor by trying."""
    login = waiting()
    first = run_of(login)
    second = login.begin(1.0)

    assert second is not None
    assert second != first
    assert len(second) >= 20


def test_run_ends_at_its_time_limit() -> None:
    """The limit counts from where the run began."""
    login = make()
    login.begin(100.0)

    assert login.expire(100.0 + LIMIT - 0.001) is False
    assert login.expire(100.0 + LIMIT) is True


def test_begin_forgets_what_the_last_run_left() -> None:
    """Neither the error nor the payload of the last run is seen in the next."""
    login = failed_with_a_claim()
    login.begin(1.0)

    state = login.state
    assert (state.payload, state.error, state.notice, state.can_recheck) == (None,) * 3 + (False,)


def test_prefetching_leaves_the_status_alone() -> None:
    """Before the click the login is idle, and only `is_prefetched` tells."""
    login = prefetched()

    assert login.state.status is Status.IDLE
    assert login.state.is_prefetched


def test_a_click_after_prefetching_may_begin_a_run_of_its_own() -> None:
    """The click of a page that never got the prefetched address begins a new run."""
    login = prefetched()
    first = run_of(login)

    assert login.begin(1.0) not in (None, first)


# A check that failed, and checking again.


def test_a_failed_check_keeps_the_claim() -> None:
    """The login at the platform has happened: it need not be repeated."""
    login = failed_with_a_claim()

    assert login.state.can_recheck
    assert login.state.error is ERROR


def test_a_failed_start_has_nothing_to_recheck() -> None:
    """There is no claim before the window was open."""
    assert not failed().state.can_recheck


def test_recheck_has_a_time_limit_again() -> None:
    """Should the claim prove false, the login does not wait without end."""
    login = failed_with_a_claim()
    login.recheck(run_of(login), 1_000.0)
    login.not_confirmed(run_of(login))

    assert login.expire(1_000.0 + LIMIT) is True
    assert login.state.status is Status.TIMED_OUT


def test_a_recheck_may_connect() -> None:
    """The kept claim counts as if the check had never failed."""
    login = failed_with_a_claim()
    login.recheck(run_of(login), 1_000.0)
    login.confirmed(run_of(login), ["Harbour Coffee"])

    assert login.state.status is Status.CONNECTED
    assert login.state.error is None


def test_a_claim_under_examination_is_not_cut_off() -> None:
    """The time limit is about waiting for the user, not for the service."""
    login = checking()

    assert login.expire(10 * LIMIT) is False
    assert login.state.status is Status.CHECKING


def test_the_limit_holds_after_a_claim_proved_false() -> None:
    """A forged claim does not buy more time."""
    login = checking()
    login.not_confirmed(run_of(login))

    assert login.expire(LIMIT) is True


def test_cancel_without_a_run_does_nothing() -> None:
    """There is nothing to give up."""
    login = idle()

    assert login.cancel() is False
    assert login.state.status is Status.IDLE
