"""Neither the token nor the authorization URL's ``state`` is found anywhere but where it must be.

Each place that is searched also holds something harmless that the same search does find.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple, replace
from urllib.parse import parse_qs, urlsplit

import pytest

from ghl_notebook import AsyncClient, Client, Secret
from ghl_notebook.errors import SettingsError
from ghl_notebook.settings import read_settings
from ghl_notebook.simulator import Simulator
from tests.folding import folded
from tests.planted import (
    TOKEN,
    Page,
    Rude,
    Spy,
    Watched,
    faces,
    fails,
    traceback_with_locals,
    variables,
)
from tests.planted_scenarios import BREAKS, ENDS_WELL, FAILS

LOCATION = Simulator().location_id
USER = Simulator().user_id


def assert_clean(text: str, secrets: set[str], *, control: str) -> None:
    """Say that a text holds no secret, and that the search would have found it."""
    assert control in text, text[:2_000]
    for secret in secrets:
        assert len(secret) > 8
        place = text.find(secret)
        assert place < 0, text[max(0, place - 300) : place + 100]


@pytest.fixture(scope="module")
def patched() -> Iterator[pytest.MonkeyPatch]:
    """Cards have the test at the other end of their comm."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("comm.create_comm", Page)
        patch.setattr("ghl_notebook.login.social.connect_flow._WATCH_SECONDS", 0.05)
        yield patch


@pytest.fixture(params=[*ENDS_WELL, *FAILS, *(f"breaks {b}" for b in BREAKS)])
def watched(request: pytest.FixtureRequest, patched: pytest.MonkeyPatch) -> Iterator[Watched]:
    """A login to which one thing has happened, from beginning to end."""
    name: str = request.param
    spy = Spy()
    if name.startswith("breaks "):
        with (
            Rude(BREAKS[name.removeprefix("breaks ")]) as rude,
            Client(
                TOKEN, LOCATION, USER, base_url=rude.base_url, timeout=0.3, transport=spy
            ) as client,
        ):
            watched = Watched(client, spy)
            watched.watch(Watched.click)
            yield watched
            watched.login.close()
        return
    with (
        Simulator() as sim,
        Client(
            TOKEN, LOCATION, base_url=sim.base_url, allowed_origins=(sim.origin,), transport=spy
        ) as client,
    ):
        sim.levers.rate_interval = 0.02  # waited for after an answer 429
        watched = Watched(client, spy)
        watched.ends_well = name in ENDS_WELL
        watched.watch(lambda watched: (ENDS_WELL | FAILS)[name](watched, sim))
        yield watched
        watched.login.close()


LOOKS: list[Callable[[Watched], None]] = []


def look(place: Callable[[Watched], None]) -> Callable[[Watched], None]:
    """Have a place looked at after each login."""
    LOOKS.append(place)
    return place


@look
def it_happened_as_planned(watched: Watched) -> None:
    """A login that was to fail has failed, and the others have connected."""
    assert (watched.login.status == "connected") == watched.ends_well
    assert bool(watched.errors()) != watched.ends_well


@look
def traits(watched: Watched) -> None:
    """What observers see, and what a notebook saves."""
    values = {name: getattr(watched.login, name) for name in watched.login.trait_names()}

    assert_clean(repr(values), watched.secrets, control=LOCATION)


@look
def widget_state(watched: Watched) -> None:
    """What a front end is given, and keeps."""
    state = json.dumps(watched.login.get_state(), default=str)

    assert_clean(state, watched.secrets, control=LOCATION)


@look
def comm_messages(watched: Watched) -> None:
    """The two messages that hand the page its addresses are the only ones that know them."""
    said = [data for _, data in watched.page.sent if data]
    others = [
        data
        for data in said
        if data.get("content", {}).get("type") not in ("authorize", "loopback")
    ]

    assert_clean(repr(others), watched.secrets, control=LOCATION)


@look
def the_authorize_message_is_found(watched: Watched) -> None:
    """Where a window was opened, the search above would have found its address."""
    for message in watched.page.heard("authorize"):
        assert message["url"] in watched.secrets
        assert set(parse_qs(urlsplit(message["url"]).query)["state"]) <= watched.secrets
        assert TOKEN not in repr(message)


@look
def the_login_page(watched: Watched) -> None:
    """What the loopback server serves: no token, and no address but in the one message."""
    if watched.served:
        control = '"account_names":["Café Lumière"'
        assert_clean(watched.served, watched.secrets, control=control)


@look
def reprs(watched: Watched) -> None:
    """What printing shows."""
    assert_clean(watched.reprs(), watched.secrets, control=f"Client(location_id='{LOCATION}',")


@look
def insides(watched: Watched) -> None:
    """What ``vars()`` shows."""
    assert_clean(watched.insides(), watched.secrets, control=f"'location_id': '{LOCATION}'")


@look
def errors(watched: Watched) -> None:
    """Text, arguments, fields and pickle of every error, and of what it came from."""
    for error in watched.errors():
        assert_clean(faces(error), watched.secrets, control=type(error).__name__)


@look
def tracebacks(watched: Watched) -> None:
    """Whole tracebacks with the variables of all frames."""
    for error in watched.errors():
        control = "self = " if error.__traceback__ else str(error)
        assert_clean(traceback_with_locals(error), watched.secrets, control=control)


@look
def logs(watched: Watched) -> None:
    """All that this package, httpx, httpcore, anyio and asyncio say at their lowest levels."""
    text = "\n".join(watched.logs.texts)

    assert_clean(text, watched.secrets, control="connect_tcp.started")


@look
def warnings(watched: Watched) -> None:
    """Whatever was warned of."""
    assert_clean("\n".join(watched.warned), watched.secrets, control="the end of the warnings")


@look
def requests(watched: Watched) -> None:
    """The token is in no address, no body and no other header."""
    assert_clean(watched.requests(), watched.secrets, control="http://127.0.0.1:")


@look
def the_token_was_sent(watched: Watched) -> None:
    """There was a token to be found: it is in the one header of every request."""
    assert watched.spy.requests
    for request in watched.spy.requests:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.exhaustive
@folded("place", LOOKS)
def test_a_login_gives_nothing_away(watched: Watched, place: Callable[[Watched], None]) -> None:
    """Whatever has happened to it, in no place that is looked at here."""
    place(watched)


# What makes a client.


@folded("make", [Client, AsyncClient])
@folded(
    "settings",
    [
        {"location_id": "a b"},
        {"base_url": "ftp://example.com"},
        {"allowed_origins": ("nonsense",)},
        {"token": f"{TOKEN} {TOKEN}"},
        {"token": f"{TOKEN}\n"},
        {"token": f"Bearer {TOKEN}"},
        {"token": f"{TOKEN}é"},
        {"location_id": ""},
    ],
    ids=repr,
)
def test_refused_settings(
    make: type[Client] | type[AsyncClient],
    settings: dict[str, str],
    patched: pytest.MonkeyPatch,
) -> None:
    """An error about one setting shows none of the token, in its traceback neither."""
    arguments = {"token": Secret(TOKEN), "location_id": LOCATION} | settings
    arguments["token"] = Secret(arguments["token"])
    error = fails(lambda: make(**arguments))
    assert error is not None
    text = faces(error) + variables(error)

    assert_clean(text, {TOKEN}, control="GHL_")


def test_settings(patched: pytest.MonkeyPatch) -> None:
    """A dataclass shows its fields."""
    settings = read_settings(token=TOKEN, location_id=LOCATION)
    text = f"{settings} {settings!r} {asdict(settings)} {astuple(settings)} {replace(settings)}"

    assert_clean(text, {TOKEN}, control=LOCATION)
    assert settings.token.reveal() == TOKEN


def test_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error does not show what else is in the environment."""
    monkeypatch.setenv("GHL_TOKEN", TOKEN)
    monkeypatch.setenv("GHL_LOCATION_ID", "a b")
    with pytest.raises(SettingsError, match="GHL_LOCATION_ID") as caught:
        Client()
    text = faces(caught.value) + variables(caught.value)

    assert_clean(text, {TOKEN}, control="function = <function Client.__init__")


def test_secret() -> None:
    """However it is shown, a Secret shows stars."""
    secret = Secret(TOKEN)
    shown = f"{secret} {secret!r} {secret!s:>40} {[secret]} %s %r" % (secret, secret)
    shown += f"{dir(secret)} {secret._reveal!r} {secret.__reduce_ex__}"

    assert_clean(shown, {TOKEN}, control="********")
