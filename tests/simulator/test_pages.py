"""The pages that a person sees: what they say, and what they must not load."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests import local


class _Tags(HTMLParser):
    """Collects every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def documents(caller, sim) -> list[httpx.Response]:
    """The consent page, both ends of a login, and a link that does not work."""
    consent = local.get(caller.url())
    caller.connect()
    sim.play_user(caller.url(), allow=False)
    finished = [seen for seen in sim.requests if seen.path.endswith("/finish")]
    denied = local.get(sim.base_url + finished[1].path, params=finished[1].query)
    used = local.get(sim.base_url + finished[0].path, params=finished[0].query)
    return [consent, denied, used]


def test_every_page_says_that_it_is_a_simulation(documents):
    """A visitor cannot mistake the page for the real one."""
    for page in documents:
        assert "Simulation &ndash; no real Instagram, nothing leaves this computer" in page.text


def test_nothing_is_loaded_from_elsewhere(documents, sim):
    """Every address in a page, a style or a script leads to the simulator itself."""
    for page in documents:
        for _, attributes in _Tags(page.text).found:
            for name in ("href", "src", "action"):
                assert urlsplit(attributes.get(name) or "").netloc == ""
    for name in ("page.css", "finish.js"):
        assert "://" not in local.get(f"{sim.base_url}/static/{name}").text


def test_the_policy_allows_the_own_host_only(documents):
    """Inline scripts and styles do not run, and other pages cannot frame these."""
    for page in documents:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        for tag, attributes in _Tags(page.text).found:
            assert tag != "style"
            assert tag != "script" or attributes.get("src")
            assert not [name for name in attributes if name.startswith("on") or name == "style"]


def test_every_control_has_a_label(documents):
    """A screen reader can tell what each radio button and tick box is for."""
    text = documents[0].text
    radios = re.findall(r'<input type="radio"[^>]* id="([^"]+)"', text)
    assert len(radios) == 3
    assert all(f'<label for="{name}">' in text for name in radios)
    assert text.count('<label class="page"><input type="checkbox"') == 5


def test_names_are_not_markup(caller, sim):
    """A name with markup in it stays text."""
    sim.state.locations[sim.location_id].name = "<script>alert(1)</script>"
    page = local.get(caller.url()).text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_pictures_are_made_here(caller, sim):
    """The picture of an account is a small drawing from the simulator."""
    answer = local.get(caller.accounts()[0]["avatar"])
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ET.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize(
    "path",
    ["/avatars/999.svg", "/avatars/1.png", "/avatars/mark-x.svg", "/static/..%2F__init__.py",
     "/static/nothing"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(sim, path):
    """Nothing else is served, least of all files beside the pages."""
    assert local.get(sim.base_url + path).status_code == 404


@pytest.mark.parametrize("form", [b"\xff", b"decision=allow", b"state=a.b&decision=allow"])
def test_a_broken_form_is_refused(sim, form):
    """A form of another simulator is answered with an error page."""
    answer = local.post(f"{sim.base_url}/consent/instagram", content=form)
    assert answer.status_code == 400
    assert "This link does not work" in answer.text


def test_nobody_chosen_is_refused(caller, sim):
    """Allow needs a person."""
    state = urlsplit(caller.url()).query.rpartition("state=")[2]
    form = f"state={state}&decision=allow"
    answer = local.post(f"{sim.base_url}/consent/instagram", content=form)
    assert "Nobody was chosen." in answer.text


def test_a_page_is_only_read(sim):
    """Other methods are refused."""
    assert local.delete(f"{sim.base_url}/consent/instagram").status_code == 405
