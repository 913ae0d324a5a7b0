"""`doctor`: each thing that may be wrong is a finding with a next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import msgspec
import pytest

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Client, Diagnosis, Finding
from ghl_notebook.api import Limits
from ghl_notebook.diagnosis import Mark, snapshot
from ghl_notebook.diagnosis.format import span
from ghl_notebook.simulator import Simulator
from tests.login.recording import plain_http

Examine = Callable[..., Diagnosis]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own desktop out."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GHL_ACCOUNT_IDS", "instagram=66a1b2c3d4e5f60718293a4b")


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator of its own for each test."""
    with Simulator() as running:
        yield running


@pytest.fixture
def examine(sim: Simulator) -> Examine:
    """Examine a client of the simulator."""

    def go(whose: str = "main", **options: Any) -> Diagnosis:
        known = {
            "token": sim.state.tokens[whose].value,
            "location_id": sim.location_id,
            "base_url": sim.base_url,
            "allowed_origins": (sim.origin,),
            "transport": plain_http(),
        }
        with Client(**(known | options)) as client:
            return ghl.doctor(client)

    return go


def of(diagnosis: Diagnosis, topic: str) -> Finding:
    """Return the finding about something."""
    return next(finding for finding in diagnosis.findings if finding.topic == topic)


def problems(diagnosis: Diagnosis) -> list[str]:
    """Return what is a problem."""
    return [finding.topic for finding in diagnosis.problems]


def test_nothing_is_wrong(examine: Examine, sim: Simulator) -> None:
    """Three requests, all of them GET."""
    diagnosis = examine()
    assert problems(diagnosis) == []
    assert str(diagnosis).endswith("Nothing is wrong that could be seen from here.")
    assert [(r.method, r.path.rpartition("/")[2]) for r in sim.requests] == [
        ("GET", "accounts"),
        ("GET", "0" * 24),
        ("GET", ""),
    ]


def test_missing_scopes_are_named(examine: Examine) -> None:
    """Each finding names the use of its scope; a valid token is not a problem."""
    diagnosis = examine("no_scopes")
    assert problems(diagnosis) == [
        "scope socialplanner/account.readonly",
        "scope socialplanner/oauth.readonly",
        "scope users.readonly",
        "user",
    ]
    assert of(diagnosis, "token").mark == "ok"
    said = of(diagnosis, "scope socialplanner/oauth.readonly")
    assert "needed to log in" in said.meaning
    assert "Add it to the private integration" in said.next_step


def test_one_missing_scope_leaves_the_others(examine: Examine, sim: Simulator) -> None:
    """Without users.readonly a user has to be named."""
    sim.levers.fail_with("scope_missing", "*/users/", times=None)
    assert problems(examine()) == ["scope users.readonly", "user"]
    diagnosis = examine(user_id=sim.user_id)
    assert problems(diagnosis) == ["scope users.readonly"]
    assert of(diagnosis, "user").mark == "unknown"


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("company", "agency"),
        ("agency", "agency"),
        ("expired", "401"),
    ],
)
def test_a_token_of_another_kind_is_said(
    examine: Examine, sim: Simulator, token: str, words: str
) -> None:
    """By the service's own words, and it is not asked again and again."""
    diagnosis = examine(token)
    found = of(diagnosis, "token")
    assert found.mark == "problem"
    assert words in f"{found.meaning} {found.next_step}".lower()
    assert found.next_step
    assert len({r.path for r in sim.requests}) == 1


def test_a_token_that_is_unknown_is_said(examine: Examine) -> None:
    """The value of the token is not shown."""
    diagnosis = examine(token="pit-11111111-fake")
    assert of(diagnosis, "token").mark == "problem"
    assert "pit-11111111" not in f"{diagnosis}{diagnosis!r}{diagnosis._repr_html_()}"


def test_another_sub_account_is_said(examine: Examine, sim: Simulator) -> None:
    """The token is fine, the location is not."""
    other = list(sim.state.locations)[1]
    diagnosis = examine(location_id=other)
    assert problems(diagnosis)[0] == "sub-account"
    assert of(diagnosis, "token").mark == "ok"
    assert other in of(diagnosis, "sub-account").meaning


def user(sim: Simulator, name: str) -> str:
    """Return the id of a user."""
    return next(u.id for u in sim.state.users if u.first_name == name)


@pytest.mark.parametrize(
    ("pick", "mark", "words"),
    [
        (lambda sim: None, "ok", "Not set: "),
        (lambda sim: user(sim, "Noor"), "ok", "an administrator"),
        (lambda sim: user(sim, "Piet"), "ok", "not an administrator"),
        (lambda sim: user(sim, "Vera"), "problem", "was deleted"),
        (lambda sim: "nobody00000000000000", "problem", "not a user of this sub-account"),
        (lambda sim: sim.location_id, "problem", "the sub-account's own id"),
    ],
    ids=["none", "admin", "user", "deleted", "unknown", "location"],
)
def test_the_user_is_looked_up(
    examine: Examine,
    sim: Simulator,
    pick: Callable[[Simulator], str | None],
    mark: str,
    words: str,
) -> None:
    """A login with a wrong user works, and its connection has no owner."""
    found = of(examine(user_id=pick(sim)), "user")
    assert found.mark == mark
    assert words in found.meaning
    assert bool(found.next_step) == (mark == "problem")


def test_a_sub_account_without_users_is_said(examine: Examine, sim: Simulator) -> None:
    """A connection needs an owner."""
    sim.levers.fail("*/users/", 200, {"users": []}, times=None)
    assert problems(examine()) == ["user"]


@pytest.mark.parametrize("fault", ["gone", "html", "command_timed_out", "user_agent_refused"])
def test_a_fault_of_the_service_is_a_finding(examine: Examine, sim: Simulator, fault: str) -> None:
    """Nothing is raised; what could not be seen is unknown."""
    if fault == "gone":
        known = sim.base_url, sim.origin
        sim.stop()
        diagnosis = examine(base_url=known[0], allowed_origins=(known[1],))
    elif fault == "html":
        sim.levers.fail("*", 200, "<h1>Hello</h1>", {"content-type": "text/html"}, times=None)
        diagnosis = examine()
    else:
        sim.levers.fail_with(fault, "*", times=None)  # type: ignore[arg-type]
        diagnosis = examine()
    first = next(f for f in diagnosis.findings if f.topic in ("service", "token"))
    assert first.mark != "ok"
    assert of(diagnosis, "scope users.readonly").mark == "unknown"


def told(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Have each client tell this."""
    take = snapshot.take_snapshot

    def changed(core: AsyncClient) -> snapshot.Snapshot:
        return take(core)._replace(**changes)

    monkeypatch.setattr("ghl_notebook.diagnosis.service.take_snapshot", changed)


def test_the_scopes_for_writing_are_known_where_they_are_listed(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write scope cannot be tested without writing."""
    told(monkeypatch, scopes=None)
    assert of(examine(), "scope socialplanner/oauth.write").mark == "unknown"
    told(monkeypatch, scopes=("socialplanner/oauth.write",))
    diagnosis = examine()
    assert of(diagnosis, "scope socialplanner/oauth.write").mark == "ok"
    assert problems(diagnosis) == ["scope socialplanner/account.write"]


def test_the_credential_is_said(examine: Examine) -> None:
    """The finding names its kind and its origin."""
    found = of(examine(), "credential")
    assert (found.mark, found.meaning[:20]) == ("ok", "Private integration,")


class Dated(httpx.AsyncBaseTransport):
    """Send requests to a service with another clock."""

    def __init__(self, off: timedelta) -> None:
        self._inner = plain_http()
        self._off = off

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one."""
        response = await self._inner.handle_async_request(request)
        told = datetime.now(UTC) + self._off
        response.headers["date"] = format_datetime(told, usegmt=True)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def test_the_clock_is_that_of_the_answers(examine: Examine) -> None:
    """Every answer contains the time."""
    assert of(examine(transport=Dated(timedelta(0))), "clock").mark == "ok"
    found = of(examine(transport=Dated(timedelta(days=-1, hours=-1))), "clock")
    assert (found.mark, "ahead of the API" in found.meaning) == ("problem", True)


@pytest.mark.parametrize(
    ("seconds", "mark", "words"),
    [
        (None, "unknown", "contained no time"),
        (0, "ok", "agree"),
        (-59, "ok", "agree"),
        (61, "problem", "1 minute 1 second behind"),
        (-90_000, "problem", "1 day 1 hour ahead of"),
    ],
)
def test_the_clock_is_compared(
    examine: Examine, monkeypatch: pytest.MonkeyPatch, seconds: int | None, mark: str, words: str
) -> None:
    """A minute does not matter to a token that lives a day."""
    told(monkeypatch, clock_offset=None if seconds is None else timedelta(seconds=seconds))
    found = of(examine(), "clock")
    assert found.mark == mark
    assert words in found.meaning


LEFT = Limits(
    max=25,
    remaining=22,
    interval=timedelta(seconds=10),
    daily_max=10_000,
    daily_remaining=9_000,
    daily_reset=timedelta(hours=15, minutes=1, seconds=30),
)


def test_the_limits_are_said_in_words(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding has the limits per interval and per day, and when the daily count restarts."""
    told(monkeypatch, limits=LEFT)
    assert of(examine(), "limits").meaning == (
        "22 of 25 calls left in 10 seconds, 9000 of 10000 today; "
        "the daily count restarts in 15 hours 1 minute."
    )


def test_a_day_that_is_used_up_is_a_problem(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And there is only one thing to do."""
    told(monkeypatch, limits=msgspec.structs.replace(LEFT, daily_remaining=0))
    found = of(examine(), "limits")
    assert found.mark == "problem"
    assert "Wait" in found.next_step


def test_the_variables_that_are_set_are_listed(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their names, without the values; one that may be misspelled comes with a better name."""
    monkeypatch.setenv("GHL_USER_ID", "planted")
    found = of(examine(), "settings")
    assert found.mark == "ok"
    assert found.meaning.startswith("Set in the environment: GHL_USER_ID, GHL_ACCOUNT_IDS")
    assert "planted" not in found.meaning
    monkeypatch.setenv("GHL_LOCATON_ID", "planted")
    found = of(examine(), "settings")
    assert found.mark == "unknown"
    assert found.meaning == "GHL_LOCATON_ID in the environment is not used."
    assert found.next_step == "Check the spelling: did you mean GHL_LOCATION_ID?"


def test_origins_that_cannot_be_right_are_said(examine: Examine, sim: Simulator) -> None:
    """The login's message comes from the service's own host."""
    diagnosis = examine(allowed_origins=("https://services.leadconnectorhq.com",))
    assert problems(diagnosis) == ["allowed origins"]
    assert f"Add {sim.origin} to GHL_ALLOWED_ORIGINS" in str(diagnosis).replace("\n        ", " ")


def test_nobody_here_is_a_problem(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless earlier logins are known."""
    assert of(examine(), "login").meaning.endswith("earlier logins are used, for instagram.")
    monkeypatch.setenv("GHL_ACCOUNT_IDS", "instagram")
    assert "GHL_ACCOUNT_IDS must list" in of(examine(), "login").meaning
    monkeypatch.delenv("GHL_ACCOUNT_IDS")
    assert problems(examine()) == ["login"]


@pytest.mark.parametrize(
    ("front_end", "words"),
    [
        ("NOTEBOOK", "the pop-up's message"),
        ("DESKTOP", "opens the system's browser"),
        ("TERMINAL", "prints an address"),
    ],
)
def test_the_ways_of_a_login_are_said(
    examine: Examine, monkeypatch: pytest.MonkeyPatch, front_end: str, words: str
) -> None:
    """As this front end has them."""
    from ghl_notebook.login import FrontEnd

    monkeypatch.setattr("ghl_notebook.login.find_front_end_here", lambda: FrontEnd[front_end])
    found = of(examine(), "login")
    assert found.mark == "ok"
    assert words in found.meaning


async def test_an_async_client_is_examined_too(sim: Simulator) -> None:
    """The result is to be awaited."""
    async with AsyncClient(
        sim.token, sim.location_id, base_url=sim.base_url, allowed_origins=(sim.origin,)
    ) as client:
        assert (await ghl.doctor(client)).problems == []


def test_what_is_no_client_is_said() -> None:
    """The caller's mistake is the only one that raises an error."""
    with pytest.raises(ghl.errors.ArgumentError, match="not a Client"):
        ghl.doctor("client")  # type: ignore[call-overload]


def test_html_is_escaped_and_terminals_are_not_moved() -> None:
    """Parts of a finding are text from the API."""
    finding = Finding("<b>", Mark.PROBLEM, "\x1b[2J<script>\n", "a & b")
    diagnosis = Diagnosis((finding,))
    shown = diagnosis._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<b>" not in shown
    assert "a &amp; b" in shown
    assert "\x1b" not in f"{diagnosis}{diagnosis!r}{shown}"


def test_showing_asks_for_nothing(examine: Examine, sim: Simulator) -> None:
    """A notebook that is opened shows what was found then."""
    diagnosis = examine()
    before = len(sim.requests)
    assert "<table" in diagnosis._repr_html_()
    assert repr(diagnosis) == str(diagnosis)
    assert len(sim.requests) == before


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "less than a second"), (1, "1 second"), (7_530, "2 hours 5 minutes"), (86_400, "1 day")],
)
def test_spans_have_two_units(seconds: float, words: str) -> None:
    """More units would not help a reader."""
    assert span(timedelta(seconds=seconds)) == words
