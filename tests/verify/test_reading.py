"""The probe of a sub-account without a login: what it reads, and what it names."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ghl_notebook import __main__
from ghl_notebook.simulator import Simulator
from tests.verify.conftest import RunReading, differing, seen
from tests.verify.test_deviations import Altering

POSTS, STATISTICS = "*/posts/list", "*/statistics"


def test_nothing_differs_by_itself(read: RunReading, sim: Simulator) -> None:
    """Nothing is changed, and no browser is needed."""
    report = read()
    assert differing(report) == {}
    assert "- probes: sub-account" in str(report)
    assert seen(report, "versions_accepted")[1] == "2021-07-28, 2021-04-15, 2023-02-21, v3"
    assert seen(report, "statistics_daily")[0] == "as assumed"
    assert {r.method for r in sim.requests if not r.path.endswith(("/list", "/statistics"))} == {
        "GET"
    }


def test_the_report_has_no_words_of_a_post(read: RunReading, sim: Simulator) -> None:
    """Texts, names, and ids are left out."""
    text = str(read(draft=True))
    for secret in (sim.location_id, sim.token, "baker", "verify-live. You can", "piet@example.com"):
        assert secret not in text


def test_a_draft_is_made_edited_and_deleted(read: RunReading, sim: Simulator) -> None:
    """Only if it is asked for; nothing is left of it."""
    report = read(draft=True)
    assert differing(report) == {}
    for name in ("draft_created", "draft_edited", "draft_deleted"):
        assert seen(report, name)[0] == "as assumed"
    written = [r for r in sim.requests if r.method in ("PUT", "DELETE")]
    assert [r.method for r in written] == ["PUT", "PUT", "DELETE"]
    assert {r.body["status"] for r in written[:2]} == {"draft"}
    made = next(r for r in sim.requests if r.method == "POST" and r.path.endswith("/posts"))
    assert made.body["status"] == "draft"
    assert made.answer["results"]["post"]["_id"] not in str(report)


def test_a_version_that_is_refused_is_named(read: RunReading, sim: Simulator) -> None:
    """With the status."""

    def is_old(request: Any) -> bool:
        return bool(request.headers.get("version") == "2021-04-15")

    transport = Altering("*/accounts", status=400)
    carry = transport.handle_async_request

    async def handle(request: Any) -> Any:
        transport._path = "*/accounts" if is_old(request) else "nothing"
        return await carry(request)

    transport.handle_async_request = handle  # type: ignore[method-assign]
    found = differing(read(transport=transport))
    assert "under 2021-04-15" in found["versions_accepted"]


def _posts(body: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body["results"]["posts"]
    return found


CHANGES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "status": (POSTS, {"status": 200}, "posts_status", "200"),
    "no platform": (
        POSTS,
        {"change": lambda body: _posts(body)[0].pop("platform")},
        "posts_keys",
        "no platform",
    ),
    "accountIds as text": (
        POSTS,
        {"change": lambda body: _posts(body)[0].update(accountIds="a1,a2")},
        "posts_keys",
        "accountIds is string",
    ),
    "error as list": (
        POSTS,
        {"change": lambda body: _posts(body)[0].update(error=["x"])},
        "posts_error",
        "[1 of text]",
    ),
    "statistics 200": (STATISTICS, {"status": 200}, "statistics_status", "200"),
    "statistics with success": (
        STATISTICS,
        {"change": lambda body: body.update(success=True)},
        "statistics_status",
        "with success",
    ),
    "eight days": (
        STATISTICS,
        {"change": lambda body: body["results"].update(more=[1, 2, 3, 4, 5, 6, 7, 8])},
        "statistics_daily",
        "a series of 8",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_answer_is_named(read: RunReading, name: str) -> None:
    """By the row of its fact."""
    path, change, row, words = CHANGES[name]
    found = differing(read(transport=Altering(path, method="POST", **change)))
    assert found.keys() == {row}
    assert words in found[row]


def test_a_draft_that_changes_is_named(read: RunReading) -> None:
    """An edit that does not leave a draft."""
    reads = itertools.count()

    def publish(body: dict[str, Any]) -> None:
        if next(reads):  # the first is before the edit
            body["results"]["post"]["status"] = "published"

    found = differing(read(draft=True, transport=Altering("*/posts/*", publish)))
    assert found == {"draft_edited": 'status is "published"'}


def test_a_creation_that_answers_200_is_named(read: RunReading) -> None:
    """The draft is deleted all the same."""
    found = differing(read(draft=True, transport=Altering("*/posts", status=200, method="POST")))
    assert found == {"draft_created": "200"}


def test_a_draft_that_cannot_be_edited_is_edited_once(read: RunReading, sim: Simulator) -> None:
    """The shorter edit is sent only after a complete one; the draft is deleted in any case."""
    sim.levers.fail_with("unknown_property", "*/posts/*", method="PUT", times=None)
    report = read(draft=True)
    assert differing(report).keys() == {"draft_edited"}
    assert seen(report, "draft_replaced")[0] == "not seen"
    assert [r.method for r in sim.requests if r.method in ("PUT", "DELETE")] == ["PUT", "DELETE"]


def test_a_draft_that_stays_is_named(read: RunReading, sim: Simulator) -> None:
    """A deletion that is refused."""
    sim.levers.fail_with("wrong_location", "*/posts/*", method="DELETE", times=None)
    found = differing(read(draft=True))
    assert found == {"draft_deleted": "403 LocationAccessError"}


def test_the_command_reads_only(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a browser or a terminal, as in a notebook's shell."""
    monkeypatch.setenv("GHL_TOKEN", sim.token)
    monkeypatch.setenv("GHL_LOCATION_ID", sim.location_id)
    monkeypatch.setenv("GHL_BASE_URL", sim.base_url)
    assert __main__.main(["verify-live", "--read-only"]) == 0
    assert "| versions_accepted |" in capsys.readouterr().out
