"""The report can be published: it contains no personal values."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from ghl_notebook.errors import FrontEndError, PlatformError
from ghl_notebook.secret import Secret
from ghl_notebook.simulator import MessageEvent, Simulator
from ghl_notebook.verify import ASSUMPTIONS, Assumption, Report, verify_live
from ghl_notebook.verify.checks import (
    accounts,
    available_accounts,
    documents,
    message,
    planner,
    service,
)
from tests.folding import folded
from tests.verify.conftest import RunProbe
from tests.verify.test_deviations import options


def planted(sim: Simulator) -> Iterator[str]:
    """Yield all personal values of the simulator."""
    yield sim.token
    for seen in sim.requests:
        yield from (state for state in (seen.query.get("state"), seen.query.get("code")) if state)
    state = sim.state
    yield from state.locations
    for location in state.locations.values():
        yield from (location.name, location.company_id)
    for user in state.users:
        yield from (user.id, f"{user.first_name} {user.last_name}", user.email)
    for person in state.people.values():
        yield from (person.id, person.name, person.email)
        for page in person.pages:
            yield from (page.origin_id, page.name, page.username)
            yield from (text for text in (page.page_id, page.urn) if text)
    yield from state.logins
    for account in state.accounts.values():
        yield from (account.id, account.profile_id)
    yield from (group.name for group in state.groups)
    yield from (group.id for group in state.groups)


PROBES = {
    "connect": {"attach": "17841405123456789"},
    "reconnect": {"variants": ("reconnect",)},
    "cancel": {"variants": ("cancel",)},
}


@pytest.mark.parametrize("how", PROBES)
@pytest.mark.parametrize("lever", ["none", "localhost", "json", "fails", "html"])
def test_nothing_of_anybody_is_in_it(
    probe: RunProbe, sim: Simulator, said: list[str], how: str, lever: str
) -> None:
    """No probe, and no outcome of it, puts a personal value into the report.

    The texts for the user contain neither a token nor a ``state``.
    """
    if lever == "localhost":
        sim.levers.message_origin = "localhost"
    sim.levers.message_as_json = lever == "json"
    if lever == "fails":
        sim.levers.fail("*/accounts/*", 403, {"message": f"no {sim.user_id}"}, times=None)
        sim.levers.deny_message = "nothing"
    if lever == "html":
        sim.levers.start_answer = "html"
    text = str(probe(**PROBES[how]))  # type: ignore[arg-type]
    assert "accounts list: done" in text
    for secret in planted(sim):
        assert len(secret) > 4
        assert secret not in text, secret
    assert "/consent/" not in text
    assert sim.base_url + "/" not in text
    told = "\n".join(said)
    for request in sim.requests:
        assert (request.query.get("state") or "?") not in told
    assert sim.token not in told


def test_a_hostile_message_shows_forms_only(sim: Simulator) -> None:
    """Keys that are ids, long words, Markdown and HTML."""
    name = "Amara-Diallo-of-Lyon"

    def play(url: Secret) -> MessageEvent:
        event = sim.play_user(url.reveal())
        (state,) = parse_qs(urlsplit(url.reveal()).query)["state"]
        return MessageEvent(
            "https://evil.example/path?token=1",
            event.data
            | {
                sim.user_id: name,
                "66a1b2c3d4e5f60718293a4b": {"| x | `": "<script>alert(1)</script>"},
                "placement": state,
                "source": f"{name} | ` <b>",
            },
        )

    text = str(verify_live(**options(sim), browser=play))
    assert "<24 hex>" in text
    for secret in (name, "script", "evil.example", sim.user_id, "66a1b2c3", "<b>"):
        assert secret not in text
    rows = [line for line in text.splitlines() if line.startswith("| popup")]
    assert all(line.count("|") - line.count("\\|") == 6 for line in rows)


def test_every_check_is_an_assumption() -> None:
    """Every public function of `checks` is one, by its own name, and every name is unique."""
    names = [assumption.id for assumption in ASSUMPTIONS]
    assert len(names) == len(set(names))
    for module in (accounts, documents, message, planner, service, available_accounts):
        own = [
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", None) == module.__name__ and not name.startswith("_")
        ]
        assert own == [], f"without an assumption: {own}"
        assert all(vars(module)[a.id] is a for a in ASSUMPTIONS if a.id in vars(module))


@folded("assumption", ASSUMPTIONS, ids=lambda a: a.id)
def test_an_assumption_is_a_sentence(assumption: Assumption) -> None:
    """The sentence can be read in the table, and the check has a docstring."""
    assert assumption.section
    assert assumption.sentence.endswith(".")
    assert assumption.check.__doc__
    assert "|" not in assumption.sentence


def test_a_probe_of_nothing_has_seen_nothing() -> None:
    """Before the first request, every row is not seen."""
    from ghl_notebook.verify.evidence import Probe as Empty
    from ghl_notebook.verify.shape import Names

    report = Report([Empty("instagram")], Names(), "no service")
    assert {row.verdict for row in report.rows} == {"not seen"}
    assert report.differing == []


def test_where_nobody_can_log_in_it_says_what_to_do(sim: Simulator) -> None:
    """No terminal, no browser: nothing is asked of the service."""
    with pytest.raises(FrontEndError, match="Run it in a terminal"):
        verify_live(**options(sim))
    assert sim.requests == []


def test_a_platform_that_is_none_is_said_at_once(sim: Simulator) -> None:
    """Before anything is asked."""
    with pytest.raises(PlatformError, match="no platform"):
        verify_live(**options(sim), platforms=["instagran"])


def test_a_service_that_is_gone_is_a_report_too(sim: Simulator) -> None:
    """Every step has its outcome."""
    known = options(sim)
    sim.stop()
    report = verify_live(**known, browser=lambda url: sim.play_user(url.reveal()))
    assert "users: ConnectionFailedError" in str(report)
    assert {row.verdict for row in report.rows} == {"not seen"}


@pytest.mark.slow
def test_without_attach_nothing_is_written(probe: RunProbe, sim: Simulator) -> None:
    """Only GET, but on the platform's own page."""
    probe("instagram", "facebook", variants=("connect", "reconnect"))
    asked = {r.method for r in sim.requests if not r.path.startswith("/consent/")}
    assert asked == {"GET"}


def test_with_attach_one_post_is_sent(probe: RunProbe, sim: Simulator) -> None:
    """And nothing is deleted."""
    probe(attach="17841405123456789")
    asked = [r.method for r in sim.requests if not r.path.startswith("/consent/")]
    assert asked.count("POST") == 1
    assert set(asked) == {"GET", "POST"}
