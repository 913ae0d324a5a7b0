"""The command `ghl-notebook`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ghl_notebook import Client, __main__
from ghl_notebook.simulator import Simulator


@pytest.fixture
def environment(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The settings of a user whose service is the simulator."""
    monkeypatch.setenv("GHL_TOKEN", sim.token)
    monkeypatch.setenv("GHL_LOCATION_ID", sim.location_id)
    monkeypatch.setenv("GHL_BASE_URL", sim.base_url)
    monkeypatch.setenv("GHL_ALLOWED_ORIGINS", sim.origin)
    return sim


def test_doctor_prints_its_diagnosis(
    environment: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A login is not possible here; there is no other problem."""
    assert __main__.main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "ok      token: The API accepts it." in printed
    assert printed.endswith("1 problem.\n")
    assert environment.token not in printed


def test_without_settings_it_says_which(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, and the status says that nothing was done."""
    monkeypatch.setenv("GHL_CREDENTIALS_DIR", str(tmp_path))  # not a developer's own login
    for command in ("doctor", "verify-live"):
        assert __main__.main([command]) == 2
        assert "GHL_TOKEN is not set" in capsys.readouterr().err


def test_verify_live_without_a_browser_says_what_to_do(
    environment: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """No terminal either."""
    assert __main__.main(["verify-live"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Run it in a terminal, outside of a notebook" in said.err


@pytest.mark.parametrize(("lever", "status"), [("redirect", 0), ("html", 1)])
def test_verify_live_prints_the_table_alone(
    environment: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lever: str,
    status: int,
) -> None:
    """The table is on stdout, to be copied or redirected; the status shows a difference."""
    environment.levers.start_answer = lever  # type: ignore[assignment]
    monkeypatch.setattr(
        "ghl_notebook.command.tools.verify_live", _with_a_browser(environment)
    )  # only a person could press the button otherwise
    assert __main__.main(["verify-live", "--login-type", "instagram"]) == status
    said = capsys.readouterr()
    assert said.out.startswith("## ghl-notebook verify-live\n")
    assert "| start_login_type |" in said.out
    assert "Instagram: Log in" in said.err


def _with_a_browser(sim: Simulator):  # type: ignore[no-untyped-def]
    def verify(**options: object) -> object:
        from ghl_notebook.verify import verify_live

        return verify_live(**options, browser=lambda url: sim.play_user(url.reveal()))  # type: ignore[arg-type]

    return verify


def test_a_platform_that_cannot_be_connected_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """By the parser, which lists the others."""
    with pytest.raises(SystemExit):
        __main__.main(["verify-live", "--platform", "twitter"])
    assert "'instagram'" in capsys.readouterr().err


def test_the_settings_are_those_of_a_client(environment: Simulator) -> None:
    """Settings of a notebook also work for the command."""
    with Client() as client:
        assert client.location_id == environment.location_id
