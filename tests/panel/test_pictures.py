"""Pictures of accounts are loaded from the platforms' own hosts only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ghl_notebook as ghl
from ghl_notebook.settings import SAME_ORIGIN
from ghl_notebook.widgets.pictures import HOSTS, Pictures
from tests.markup.payloads import PICTURES, STRANGE_PICTURES
from tests.panel.page import PanelPage

FACEBOOK = PICTURES[0]
MakePanel = Callable[..., ghl.AccountsPanel]

HERE = Pictures(is_off=False, own=("https://services.leadconnectorhq.com/",))


@pytest.mark.parametrize("address", PICTURES)
def test_the_platforms_own_hosts_are_asked(address: str) -> None:
    """Whatever the case of their names."""
    assert HERE.choose(address) == address


@pytest.mark.parametrize("address", STRANGE_PICTURES)
def test_nobody_else_is_asked(address: str) -> None:
    """No other host, port, user, protocol or path, however it is written."""
    assert HERE.choose(address) is None


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_a_whole_name(host: str) -> None:
    """What is below it counts, and what only ends or begins like it does not."""
    assert HERE.choose(f"https://{host}/a.png")
    assert HERE.choose(f"https://a.{host}/a.png")
    for other in (f"a{host}", f"a-{host}", f"{host}.example", f"{host}.", f"{host}:443"):
        assert HERE.choose(f"https://{other}/a.png") is None


def test_the_service_itself_is_asked() -> None:
    """It is where the user has sent the client: nothing of the same computer beside it."""
    demo = Pictures(is_off=False, own=("http://127.0.0.1:8123/",))
    assert demo.choose("http://127.0.0.1:8123/avatars/1.svg")
    for other in ("http://127.0.0.1:81234/", "http://127.0.0.1:8123@evil.example/", "/avatars/1"):
        assert demo.choose(other) is None


@pytest.mark.parametrize("address", STRANGE_PICTURES)
def test_a_simulator_behind_the_notebooks_server_has_paths(address: str) -> None:
    """They are of that server: the beginning of another address is none."""
    with ghl.demo() as client:
        client.core.allowed_origins = (SAME_ORIGIN,)
        behind = Pictures.of(client.core, "platforms")
    assert behind.choose("/user/ada/proxy/8123/avatars/1.svg")
    assert behind.choose(address) is None


def told(make_panel: MakePanel, client: ghl.DemoClient, **options: str) -> list[str | None]:
    """Return which pictures a panel tells its page of."""
    page = PanelPage(make_panel(client, **options))
    page.until(stage="list")
    return page.columns["avatar"]


def test_the_demo_has_pictures(client: ghl.DemoClient, make_panel: MakePanel) -> None:
    """They are the simulator's."""
    addresses = told(make_panel, client)
    assert addresses
    assert all(str(one).startswith(client.simulator.base_url) for one in addresses)


def test_pictures_can_be_turned_off(
    client: ghl.DemoClient, make_panel: MakePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an argument, or a setting that the argument overrules."""
    assert {*told(make_panel, client, pictures="none")} == {None}
    monkeypatch.setenv("GHL_PICTURES", "none")
    assert {*told(make_panel, client)} == {None}
    assert None not in told(make_panel, client, pictures="platforms")


def test_another_choice_is_an_error(
    client: ghl.DemoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the choices."""
    with pytest.raises(
        ghl.errors.SettingsError, match=r"^pictures must be 'platforms' or 'none', not ''"
    ):
        ghl.AccountsPanel(client, pictures="")
    monkeypatch.setenv("GHL_PICTURES", "all")
    with pytest.raises(ghl.errors.SettingsError, match=r"^GHL_PICTURES must be .* not 'all'"):
        ghl.AccountsPanel(client)
