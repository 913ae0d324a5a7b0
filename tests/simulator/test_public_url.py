"""The simulator behind a reverse proxy, as on Binder."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from ghl_notebook.simulator import Simulator
from tests.simulator.conftest import Caller

PREFIX = "/user/someone/proxy/{port}"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator that browsers reach under a path of the notebook's own server."""
    with Simulator(public_url=PREFIX) as running:
        yield running


def test_the_port_is_put_into_the_path(sim):
    """The path is known before the port is."""
    port = sim.base_url.rpartition(":")[2]
    assert sim.public_url == f"/user/someone/proxy/{port}"
    assert sim.origin == "self"


def test_a_login_stays_under_the_path(caller, sim):
    """Every address that a browser is sent to begins with the path."""
    url = caller.url()
    event = sim.play_user(url)
    assert url.startswith(f"{sim.public_url}/consent/instagram?")
    assert event.origin == "self"
    page = next(seen for seen in sim.requests if seen.path.startswith("/consent/")).answer
    assert f'action="{sim.public_url}/consent/instagram"' in page
    assert f'src="{sim.public_url}/avatars/1.svg"' in page
    assert f'href="{sim.public_url}/static/page.css"' in page
    finish = sim.requests[-1].answer
    assert f'src="{sim.public_url}/static/finish.js"' in finish


def test_the_redirect_is_relative(caller, sim):
    """A proxy that puts its prefix before a path does not put it there twice."""
    state = parse_qs(urlsplit(caller.url()).query)["state"][0]
    form = {"state": state, "decision": "deny"}
    answer = caller.http.post("/consent/instagram", data=form)
    finish = "../social-media-posting/oauth/instagram/finish"
    assert answer.headers["location"].startswith(f"{finish}?error=access_denied&")


def test_pictures_stay_under_the_path(caller, sim):
    """The addresses in the JSON are for the browser, too."""
    assert caller.accounts()[0]["avatar"] == f"{sim.public_url}/avatars/1.svg"


def test_another_origin_is_impossible_there(caller, sim):
    """Behind a proxy, localhost is another machine: the lever does nothing."""
    sim.levers.message_origin = "localhost"
    assert sim.play_user(caller.url()).origin == "self"


def test_an_absolute_address():
    """A hub's full address gives its origin, and its path stays in the pages."""
    with Simulator(public_url="https://hub.example.com/user/x/proxy/9/") as sim:
        caller = Caller(sim)
        url = caller.url()
        event = sim.play_user(url)
        caller.http.close()
        page = next(seen for seen in sim.requests if seen.path.startswith("/consent/")).answer
    assert url.startswith("https://hub.example.com/user/x/proxy/9/consent/instagram?")
    assert event.origin == "https://hub.example.com"
    assert 'action="/user/x/proxy/9/consent/instagram"' in page
