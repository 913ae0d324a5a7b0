"""What a client needs to know, from arguments first and the environment second."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from ghl_notebook import Secret
from ghl_notebook.errors import SettingsError
from ghl_notebook.settings import (
    DEFAULT_ALLOWED_ORIGINS,
    DEFAULT_AUTHORIZE_URL,
    DEFAULT_BASE_URL,
    SETTINGS,
    AppSettings,
    DemoSettings,
    Settings,
    check_network_settings,
    has_desktop,
    markdown_tables,
    names_set,
    network_settings,
    read_account_ids,
    read_app_settings,
    read_credentials_folder,
    read_demo_settings,
    read_expiring_days,
    read_plans_folder,
    read_renewal_settings,
    read_settings,
)
from ghl_notebook.settings.table import IN_LOWER_CASE, Setting
from ghl_notebook.settings.table import read as read_one
from tests.folding import folded
from tests.rooms import ROOT

ENVIRON = {"GHL_TOKEN": "pit-00000000-planted", "GHL_LOCATION_ID": "ve9EPM428h8vShlRW1KT"}


def read(**environ: str) -> Settings:
    """Read the settings from a sound environment with these changes."""
    return read_settings(environ=ENVIRON | environ)


def test_the_environment_is_enough() -> None:
    """Token and sub-account come from the environment, the rest has defaults."""
    assert read() == Settings(
        token=Secret("pit-00000000-planted"),
        token_source="GHL_TOKEN",
        location_id="ve9EPM428h8vShlRW1KT",
        user_id=None,
        base_url=DEFAULT_BASE_URL,
        allowed_origins=DEFAULT_ALLOWED_ORIGINS,
    )


def test_the_process_environment_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mapping the process's own environment counts."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    assert read_settings().location_id == "ve9EPM428h8vShlRW1KT"


def test_arguments_come_before_the_environment() -> None:
    """What is passed wins over every variable."""
    environ = ENVIRON | {
        "GHL_USER_ID": "theirs",
        "GHL_BASE_URL": "https://theirs.example",
        "GHL_ALLOWED_ORIGINS": "https://theirs.example",
    }
    found = read_settings(
        token="mine",
        location_id="mine",
        user_id="mine",
        base_url="https://mine.example",
        allowed_origins=("https://mine.example",),
        environ=environ,
    )
    assert found == Settings(
        Secret("mine"),
        "the token that was passed",
        "mine",
        "mine",
        "https://mine.example",
        ("https://mine.example",),
    )


def test_all_variables_are_read() -> None:
    """Each variable fills its field; spaces around a value do not matter."""
    found = read(
        GHL_TOKEN=" pit-1 ",
        GHL_USER_ID="user",
        GHL_BASE_URL="https://proxy.example/ghl/",
        GHL_ALLOWED_ORIGINS="https://a.example, https://B.example/ ,self",
    )
    assert found.token.reveal() == "pit-1"
    assert found.user_id == "user"
    assert found.base_url == "https://proxy.example/ghl"
    assert found.allowed_origins == ("https://a.example", "https://b.example", "self")


def test_a_token_without_its_sub_account_is_refused() -> None:
    """Nobody but the user knows which sub-account a token was made in."""
    with pytest.raises(SettingsError, match="GHL_LOCATION_ID is not set"):
        read_settings(environ={"GHL_TOKEN": "x"})


@pytest.mark.parametrize(
    ("environ", "location_id"),
    [({}, None), ({"GHL_LOCATION_ID": "x", "GHL_TOKEN": "  "}, "x")],
)
def test_a_token_may_be_missing(environ: dict[str, str], location_id: str | None) -> None:
    """There may be a stored login instead."""
    found = read_settings(environ=environ)
    assert not found.token
    assert found.location_id == location_id


def test_an_id_may_begin_as_a_token_does() -> None:
    """Ids are letters and digits at random: one in 200,000 begins with these three."""
    assert read_settings(location_id="eyJ8h428vShlRW1KT9Xa", environ={}).location_id
    with pytest.raises(SettingsError, match="not a token"):
        read_settings(location_id="eyJ8h428v.ShlRW1KT9Xa", environ={})


def test_a_refresh_token_is_of_use_with_its_app_only() -> None:
    """The error names what else it takes."""
    assert read_renewal_settings({}) is None
    with pytest.raises(SettingsError, match="GHL_CLIENT_ID or GHL_CLIENT_SECRET is not"):
        read_renewal_settings({"GHL_REFRESH_TOKEN": "planted", "GHL_CLIENT_ID": "id"})
    found = read_renewal_settings({"GHL_CLIENT_ID": "id", "GHL_CLIENT_SECRET": "planted"})
    assert found is not None
    assert not found.refresh_token
    assert "planted" not in repr(found)


def test_the_folder_of_credentials_can_be_named() -> None:
    """Else it is where the platform keeps an application's data."""
    assert read_credentials_folder({"GHL_CREDENTIALS_DIR": "/kept"}) == (Path("/kept"), True)
    folder, is_named = read_credentials_folder({})
    assert folder.is_absolute()
    assert "ghl_notebook" in folder.parts
    assert not is_named


@pytest.mark.parametrize(
    ("name", "reader"),
    [("GHL_CREDENTIALS_DIR", read_credentials_folder), ("GHL_PLANS_DIR", read_plans_folder)],
)
def test_a_folder_of_a_user_who_does_not_exist_is_refused(
    name: str, reader: Callable[[dict[str, str]], object]
) -> None:
    """The error names the variable, whichever folder it is for."""
    with pytest.raises(SettingsError, match=f"{name} must not start with"):
        reader({name: "~nobody-here/kept"})


@pytest.mark.parametrize(
    "token", ["Bearer pit-1", "pit-1\nX: y", "pit\u20131", "pit\x7f", "'pit 1'"]
)
def test_a_token_that_cannot_be_one_is_refused_unseen(token: str) -> None:
    """A token with a space or a line break is refused, and the error does not hold it."""
    with pytest.raises(SettingsError, match="Copy the token again") as caught:
        read(GHL_TOKEN=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize("location", ["two words", "line\nbreak", "idé"])
def test_a_sub_account_that_cannot_be_one_is_refused(location: str) -> None:
    """The id of a sub-account is ASCII in one piece."""
    with pytest.raises(SettingsError, match="GHL_LOCATION_ID must not contain a space"):
        read(GHL_LOCATION_ID=location)


@folded(
    "address",
    [
        "services.leadconnectorhq.com",
        "http://services.leadconnectorhq.com",
        "ftp://services.leadconnectorhq.com",
        "javascript:alert(1)",
        "https://",
        "https://:443",
        "https://user:word@services.leadconnectorhq.com",
        "https://services.leadconnectorhq.com?a=b",
        "https://services.leadconnectorhq.com#a",
        "https://services.lead connectorhq.com",
        "https://services.leadconnectorhq.com:99999",
        "https://services.leadconnectorhq.com:port",
        "https://[::1",
        "https://services.leadconnectorhq.com\n",
        "http://127.0.0.1.example",
        "https://a..example",
        "https://1.2.3.4.5",
        "https://0",
        "https://a.example:",
        "https://a-.example",
        f"https://{'a' * 64}.example",
        f"https://{'a.' * 150}example",
        f"https://a.example/{'a' * 70_000}",
    ],
)
def test_an_address_that_is_no_plain_https_is_refused(address: str) -> None:
    """The token goes to https addresses only, and to nothing that is not an address."""
    with pytest.raises(SettingsError, match="GHL_BASE_URL") as caught:
        read_settings(base_url=address, environ=ENVIRON)
    assert DEFAULT_BASE_URL in caught.value.next_step


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8123", "http://localhost:8123", "http://[::1]:8123", "https://a.example:8"],
)
def test_http_is_for_this_computer_only(address: str) -> None:
    """A simulator on this computer needs no TLS."""
    assert read(GHL_BASE_URL=address).base_url == address


@pytest.mark.parametrize(
    "origin",
    [
        "a.example",
        "https://a.example/path",
        "*",
        "null",
        "javascript:x",
        "https://[::1",
        "https://a..example",
        "https://1.2.3.4.5",
        "https://a.example:",
        "https://*.example",
    ],
)
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    """An origin is scheme and host; the error shows the value and an example."""
    with pytest.raises(SettingsError, match="GHL_ALLOWED_ORIGINS") as caught:
        read(GHL_ALLOWED_ORIGINS=f"https://services.leadconnectorhq.com,{origin}")
    assert origin in caught.value.what
    assert "https://services.leadconnectorhq.com" in caught.value.next_step


def test_an_origin_is_written_as_browsers_do() -> None:
    """Else it would never match."""
    listed = "https://A.example:443/,https://[0:0::1]:8443,http://127.0.0.1:80"
    assert read(GHL_ALLOWED_ORIGINS=listed).allowed_origins == (
        "https://a.example",
        "https://[::1]:8443",
        "http://127.0.0.1",
    )


def test_no_origins_but_commas_mean_the_default() -> None:
    """An empty list does not lock everything out."""
    assert read(GHL_ALLOWED_ORIGINS=" , ").allowed_origins == DEFAULT_ALLOWED_ORIGINS


def test_the_default_origins_are_the_two_hosts_of_the_service() -> None:
    """Nobody logged an origin yet: the finish page's host and its twin are allowed."""
    assert DEFAULT_ALLOWED_ORIGINS == (
        "https://services.leadconnectorhq.com",
        "https://backend.leadconnectorhq.com",
    )


def test_settings_do_not_show_the_token() -> None:
    """The settings can be printed."""
    assert "planted" not in repr(read())


def test_an_error_shows_no_token_in_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback with local variables shows neither the token nor the environment."""
    monkeypatch.setenv("GHL_TOKEN", "pit-00000000-planted")
    monkeypatch.setenv("GHL_LOCATION_ID", "ve9EPM428h8vShlRW1KT")
    with pytest.raises(SettingsError) as caught:
        read_settings(base_url="nonsense")
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    assert [f.name for f in frames[1:]] == ["read_settings", "read_base_url", "check_base_url"]
    assert "planted" not in repr([frame.locals for frame in frames])


def test_an_error_shows_no_token_that_was_passed() -> None:
    """Not even a bare one: but for the frame of who has passed it, no frame holds it."""
    token = "pit-00000000-planted"
    with pytest.raises(SettingsError) as caught:
        read_settings(token=token, location_id="ve9EPM428h8vShlRW1KT", base_url="nonsense")
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    assert token in repr(frames[0].locals)
    assert "planted" not in repr([frame.locals for frame in frames[1:]])


def test_the_demo_asks_the_browser_by_default() -> None:
    """Without variables the user plays, directly on this computer."""
    assert read_demo_settings({}) == DemoSettings(simulate_user=False, public_url=None)


def test_the_demo_may_play_its_user() -> None:
    """Headless runs have the simulator play the user."""
    assert read_demo_settings({"GHL_DEMO_USER": "simulated"}).simulate_user


def test_an_unknown_demo_user_is_refused() -> None:
    """A misspelt value does not start something else."""
    with pytest.raises(SettingsError) as caught:
        read_demo_settings({"GHL_DEMO_USER": "robot"})
    assert caught.value.what == "GHL_DEMO_USER must be 'browser' or 'simulated', not 'robot'."


@pytest.mark.parametrize(
    ("environ", "public_url"),
    [
        ({"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}, "/user/ada/proxy/{port}"),
        ({"JUPYTERHUB_SERVICE_PREFIX": "/"}, "/proxy/{port}"),
        ({"GHL_DEMO_PUBLIC_URL": "https://x.example/{port}"}, "https://x.example/{port}"),
        (
            {"GHL_DEMO_PUBLIC_URL": "/a/{port}", "JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"},
            "/a/{port}",
        ),
    ],
)
def test_where_the_browser_finds_the_demo(environ: dict[str, str], public_url: str) -> None:
    """On a hub the simulator is behind the notebook server; a variable of its own wins."""
    assert read_demo_settings(environ).public_url == public_url


def test_no_account_ids_are_none() -> None:
    """The variable may be left out."""
    assert read_account_ids({}) == {}


def test_account_ids_are_read_by_platform() -> None:
    """Several platforms, with white space between, in any spelling."""
    listed = "instagram=66a1b2c3d4e5f60718293a4b, TikTok_Business = 66a1b2c3d4e5f60718293a4c,"

    assert read_account_ids({"GHL_ACCOUNT_IDS": listed}) == {
        "instagram": "66a1b2c3d4e5f60718293a4b",
        "tiktok-business": "66a1b2c3d4e5f60718293a4c",
    }


@pytest.mark.parametrize("listed", ["66a1b2c3d4e5f60718293a4b", "instagram=", "=x", "a=b,c"])
def test_account_ids_without_platform_or_id_are_refused(listed: str) -> None:
    """The error shows how they are written."""
    with pytest.raises(SettingsError, match="GHL_ACCOUNT_IDS must list") as caught:
        read_account_ids({"GHL_ACCOUNT_IDS": listed})
    assert "instagram=" in caught.value.next_step


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"])
def test_linux_has_a_desktop_where_it_says_so(name: str) -> None:
    """Without one, Python would start a text browser in the terminal."""
    assert has_desktop({name: ":0"}, "linux")
    assert not has_desktop({}, "linux")


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_have_a_desktop(system: str) -> None:
    """They start the browser by themselves."""
    assert has_desktop({}, system)


# The marketplace app.

APP = {
    "GHL_CLIENT_ID": "65a1-client",
    "GHL_CLIENT_SECRET": "planted-client-secret",
    "GHL_REDIRECT_URI": "http://localhost:8765/callback",
    "GHL_SCOPES": "socialplanner/account.readonly users.readonly",
}


def test_the_app_comes_from_the_environment() -> None:
    """Four variables describe it, and its authorization page has a default."""
    assert read_app_settings(APP) == AppSettings(
        client_id="65a1-client",
        client_secret=Secret("planted-client-secret"),
        redirect_uri="http://localhost:8765/callback",
        scopes=("socialplanner/account.readonly", "users.readonly"),
        authorize_url=DEFAULT_AUTHORIZE_URL,
    )


def test_without_a_client_id_there_is_no_app() -> None:
    """The rest alone, left over from something else, is no app and no error."""
    assert read_app_settings({**APP, "GHL_CLIENT_ID": " "}) is None


@pytest.mark.parametrize("scopes", ["a b", "a,b", " a,  b\n", "a , b,"])
def test_scopes_are_separated_by_spaces_or_commas(scopes: str) -> None:
    """Both are in use where scopes are copied from."""
    found = read_app_settings({**APP, "GHL_SCOPES": scopes})
    assert found is not None
    assert found.scopes == ("a", "b")


def test_a_white_labelled_authorization_page() -> None:
    """The other standard page, or a page of one's own, replaces the default."""
    url = "https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation"
    found = read_app_settings({**APP, "GHL_AUTHORIZE_URL": url})
    assert found is not None
    assert found.authorize_url == url


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (["GHL_CLIENT_SECRET", "GHL_REDIRECT_URI"], "GHL_SCOPES is not set"),
        (["GHL_SCOPES"], "GHL_CLIENT_SECRET and GHL_REDIRECT_URI are not set"),
        ([], "GHL_CLIENT_SECRET, GHL_REDIRECT_URI and GHL_SCOPES are not set"),
    ],
)
def test_an_incomplete_app_says_what_is_missing(kept: list[str], said: str) -> None:
    """All missing variables are named at once."""
    with pytest.raises(SettingsError, match=said):
        read_app_settings({name: APP[name] for name in ["GHL_CLIENT_ID", *kept]})


# The table of all settings.

CHOICES = [setting for setting in SETTINGS.values() if setting.allowed]


@pytest.mark.parametrize("setting", CHOICES, ids=lambda one: one.name)
def test_a_setting_with_choices_allows_them_and_nothing_else(setting: Setting) -> None:
    """The default is one of them, and the error names the variable, the value, and all choices."""
    assert read_one(setting.name, {}) == setting.default
    for one in setting.allowed:
        assert read_one(setting.name, {setting.name: one}) == one
    with pytest.raises(SettingsError, match=f"^{setting.name} must be .*, not 'other'") as caught:
        read_one(setting.name, {setting.name: "other"})
    assert all(repr(one) in caught.value.what for one in setting.allowed)


def test_every_setting_of_the_table_is_read_and_no_other() -> None:
    """No reader asks for a variable that the table lacks, and none of its rows is left over."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "ghl_notebook" / "settings").glob("*.py")
        if path.name != "table.py"
    )
    names = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', source))
    assert names | set(IN_LOWER_CASE) == set(SETTINGS)


def test_proxies_are_read_in_both_spellings() -> None:
    """HTTP libraries read them in lower case as well; a refused one is not shown."""
    assert network_settings({"https_proxy": "http://a.example", "NO_PROXY": "*"}) == [
        "https_proxy",
        "NO_PROXY",
    ]
    with pytest.raises(SettingsError, match=r"^http_proxy must be the address") as caught:
        check_network_settings({"http_proxy": "ftp://planted"})
    assert "planted" not in str(caught.value)


def test_variables_that_are_no_settings_are_found() -> None:
    """A misspelled name is told from a setting."""
    environ = {"GHL_TOKEN": "x", "GHL_USER_ID": " ", "GHL_TOKKEN": "y", "BROWSER": "z", "PATH": ""}
    assert names_set(environ) == (["GHL_TOKEN", "BROWSER"], ["GHL_TOKKEN"])


def test_the_documentation_has_the_same_tables() -> None:
    """Meanings, defaults, and choices on the page of the settings are those that the code uses."""
    text = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    for title, table in markdown_tables().items():
        assert f"## {title}\n\n{table}\n" in text


def test_every_setting_of_the_readme_is_one() -> None:
    """The README names some of the variables, and none that is not read."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bGHL_[A-Z_]+\b", text))
    assert "GHL_TOKEN" in named
    assert named <= set(SETTINGS)


@folded(("text", "days"), [(None, 30), ("14", 14), (" 0.5 ", 0.5), ("365", 365)])
def test_when_a_connection_counts_as_expiring_is_one_setting(text: str | None, days: float) -> None:
    """The panel and the charts read it."""
    environ = {} if text is None else {"GHL_EXPIRING_DAYS": text}
    assert read_expiring_days(environ) == days


@folded("text", ["soon", "-1", "nan", "inf", "366"])
def test_days_are_a_number(text: str) -> None:
    """The error names the variable and what is allowed."""
    with pytest.raises(SettingsError, match="GHL_EXPIRING_DAYS must be a number from 0 to 365"):
        read_expiring_days({"GHL_EXPIRING_DAYS": text})
