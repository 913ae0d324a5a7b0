"""Step 1: the authorization URL, which comes as a redirect that nobody follows."""

from __future__ import annotations

import httpx
import pytest

import ghl_notebook as ghl
from ghl_notebook import Client, Secret
from ghl_notebook.errors import UnexpectedAnswerError
from ghl_notebook.simulator import Simulator
from tests.api.stub import LOCATION, USER, Stub
from tests.folding import folded

CONSENT = "https://www.facebook.com/v19.0/dialog/oauth?client_id=1&state=planted.signed%2Fx"
PLATFORMS = [
    "facebook", "instagram", "google", "linkedin", "tiktok", "tiktok-business", "youtube",
    "pinterest", "threads",
]  # fmt: skip


def redirect(*locations: str, status: int = 302) -> httpx.Response:
    """Return a redirect with these `Location` headers."""
    return httpx.Response(status, headers=[("location", location) for location in locations])


def test_the_location_comes_back_unchanged_and_hidden() -> None:
    """The signed state is not rewritten, and does not show itself."""
    with Stub(redirect(CONSENT)).client() as client:
        url = client.oauth.start("instagram")
    assert isinstance(url, Secret)
    assert url.reveal() == CONSENT


def test_the_documented_parameters_are_sent() -> None:
    """Sub-account and user always go along, the others only when asked for."""
    stub = Stub(redirect(CONSENT))
    with stub.client() as client:
        client.oauth.start("instagram")
    assert stub.request.url.path == "/social-media-posting/oauth/instagram/start"
    assert dict(stub.request.url.params) == {"locationId": LOCATION, "userId": USER}


def test_all_parameters_are_sent() -> None:
    """`page`, `reconnect` and the undocumented `loginType` go by the service's names."""
    stub = Stub(redirect(CONSENT))
    with stub.client() as client:
        client.oauth.start("instagram", page="integration", reconnect=True, login_type="instagram")
    assert dict(stub.request.url.params) == {
        "locationId": LOCATION,
        "userId": USER,
        "page": "integration",
        "reconnect": "true",
        "loginType": "instagram",
    }


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_can_be_started(sim: Simulator, client: Client, platform: str) -> None:
    """The simulator answers each platform with its own consent page."""
    url = client.oauth.start(platform).reveal()
    assert url.startswith(f"{sim.public_url}/consent/{platform}?")


def test_the_redirect_is_not_followed(sim: Simulator, client: Client) -> None:
    """The consent page is opened by the user's window only."""
    before = len(sim.requests)
    client.oauth.start("instagram")
    assert [r.path for r in sim.requests[before:]] == [
        "/social-media-posting/oauth/instagram/start"
    ]


def test_the_first_of_two_locations_counts() -> None:
    """A second `Location` that was added on the way is not used."""
    with Stub(redirect(CONSENT, "https://evil.example/")).client() as client:
        assert client.oauth.start("instagram").reveal() == CONSENT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_any_redirect_will_do(status: int) -> None:
    """Only 302 was seen; the others say the same."""
    with Stub(redirect(CONSENT, status=status)).client() as client:
        assert client.oauth.start("instagram").reveal() == CONSENT


NO_REDIRECT = [
    pytest.param(httpx.Response(200, html="<p>state=planted"), id="followed"),
    pytest.param(httpx.Response(200, json={"url": "https://x/?state=planted"}), id="json"),
    pytest.param(httpx.Response(200), id="empty"),
    pytest.param(httpx.Response(204), id="204"),
]


@pytest.mark.parametrize("response", NO_REDIRECT)
def test_an_answer_that_is_no_redirect_says_what_to_check(response: httpx.Response) -> None:
    """200 means that the redirect was followed, or that the scope is missing."""
    with Stub(response).client() as client, pytest.raises(UnexpectedAnswerError) as caught:
        client.oauth.start("instagram")
    assert caught.value.status == response.status_code
    assert "socialplanner/oauth.readonly" in caught.value.next_step
    assert "proxy" in caught.value.next_step
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("locations", [(), ("",), ("  ",)])
def test_a_redirect_to_nowhere_is_unexpected(locations: tuple[str, ...]) -> None:
    """Without an address there is nothing to open."""
    stub = Stub(lambda _: redirect(*locations))
    with (
        stub.client() as client,
        pytest.raises(UnexpectedAnswerError, match="a redirect without a Location"),
    ):
        client.oauth.start("instagram")


REFUSED = [
    "javascript:alert('planted')",
    "JavaScript:alert('planted')",
    "data:text/html,planted",
    "file:///etc/planted",
    "vbscript:planted",
    "http://www.facebook.com/?state=planted",
    "http://127.0.0.1:1/?state=planted",
    "//www.facebook.com/?state=planted",
    "/consent/planted",
    "planted",
    "https:///?state=planted",
    "https://[::1?state=planted",
    "about:blank#planted",
]


@folded("location", REFUSED)
def test_only_https_is_opened(location: str) -> None:
    """The service can send a window to an https address only, and the error hides the other."""
    with (
        Stub(redirect(location)).client() as client,
        pytest.raises(UnexpectedAnswerError, match="an address that is not https") as caught,
    ):
        client.oauth.start("instagram")
    assert "planted" not in str(caught.value)
    assert "planted" not in repr(vars(caught.value))


@pytest.mark.parametrize(
    ("location", "opened"),
    [
        ("http://127.0.0.1:8123/consent?state=x", True),
        ("http://localhost:8123/consent", True),
        ("https://hub.example/user/ada/proxy/8123/consent", True),
        ("/user/ada/proxy/8123/consent", True),
        ("http://evil.example/", False),
        ("//evil.example/", False),
        ("/\\evil.example/", False),
        ("\\\\evil.example/", False),
        ("javascript:alert(1)", False),
        ("consent", False),
    ],
)
def test_a_simulator_may_lead_to_itself(location: str, opened: bool) -> None:
    """On this computer, or behind the notebook server; never to another host without TLS."""
    with Stub(redirect(location)).client(base_url="http://127.0.0.1:8123") as client:
        if opened:
            assert client.oauth.start("instagram").reveal() == location
        else:
            with pytest.raises(UnexpectedAnswerError):
                client.oauth.start("instagram")


@pytest.mark.parametrize("lever", ["html", "no_location", "odd_scheme"])
def test_an_odd_start_of_the_simulator_is_unexpected(
    sim: Simulator, client: Client, lever: str
) -> None:
    """Each way in which start can go wrong is one error, with its next step."""
    sim.levers.start_answer = lever
    with pytest.raises(UnexpectedAnswerError) as caught:
        client.oauth.start("instagram")
    assert caught.value.next_step


@pytest.mark.parametrize("platform", ["Instagram", " instagram ", "TikTok_Business", "THREADS"])
def test_a_platforms_name_may_be_spelt_freely(platform: str) -> None:
    """Case, spaces around it, `_` and `-` do not matter."""
    stub = Stub(redirect(CONSENT))
    with stub.client() as client:
        client.oauth.start(platform)
    key = platform.strip().lower().replace("_", "-")
    assert stub.request.url.path == f"/social-media-posting/oauth/{key}/start"


@pytest.mark.parametrize(
    ("platform", "advice"),
    [
        ("myspace", "Choose one of: facebook, instagram"),
        ("../users", "Choose one of"),
        ("", "Choose one of"),
        ("bluesky", "Social Planner page"),
        ("twitter", "Choose another platform"),
        ("X", "Choose another platform"),
    ],
)
def test_a_platform_that_cannot_be_connected_is_refused_unasked(platform: str, advice: str) -> None:
    """No request is made for it, and the error says what to do instead."""
    stub = Stub(redirect(CONSENT))
    with stub.client() as client, pytest.raises(ghl.errors.PlatformError) as caught:
        client.oauth.start(platform)
    assert advice in caught.value.next_step
    assert stub.requests == []


def test_start_is_repeated_like_any_get() -> None:
    """The gateway's timeout does not cost the user a click."""
    stub = Stub(httpx.Response(401, json={"message": "Command timed out"}), redirect(CONSENT))
    with stub.client() as client:
        assert client.oauth.start("instagram").reveal() == CONSENT
    assert len(stub.requests) == 2
