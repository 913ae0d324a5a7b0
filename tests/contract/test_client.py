"""Every request that the client can send, and its answer, against the vendor's OpenAPI files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import ghl_notebook as ghl
from ghl_notebook import Client, GHLError
from ghl_notebook.models import AvailableAccount
from ghl_notebook.simulator import Simulator
from tests.contract.openapi import validate_answer, validate_request

# Of the v2 documents, but for X, which the service connects no more.
V2 = ["facebook", "instagram", "google", "linkedin", "tiktok", "tiktok-business"]
# Of the v3 documents only; held against the closest form of v2.
V3 = ["youtube", "pinterest", "threads"]
NOBODY = "65f2d989a4f2f1e5322c3856"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A simulator that a test may change."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def client(sim: Simulator) -> Iterator[Client]:
    """A client of it that has to find its user."""
    with Client(sim.token, sim.location_id, base_url=sim.base_url) as client:
        yield client


def judge(sim: Simulator) -> list[tuple[str, str, int]]:
    """Hold all API calls so far against the documents; return what was called."""
    called = []
    for seen in sim.requests:
        if seen.path.startswith("/consent/") or seen.path.endswith(("/finish", "/chooselocation")):
            continue  # the pages
        validate_request(seen.method, seen.path, seen.query, seen.headers, seen.body)
        version = seen.headers.get("version", "")
        validate_answer(seen.method, seen.path, seen.status, seen.answer, version)
        called.append((seen.method, seen.path, seen.status))
    return called


def login(sim: Simulator, client: Client, platform: str) -> str:
    """Log in as the first person of the consent page."""
    url = client.oauth.start(platform, page="integration", login_type="instagram").reveal()
    return str(sim.play_user(url).data["accountId"])


@pytest.mark.parametrize("platform", [*V2, *V3])
def test_a_login_up_to_its_accounts_keeps_to_the_documents(
    sim: Simulator, client: Client, platform: str
) -> None:
    """Users, start and step 2."""
    account_id = login(sim, client, platform)
    client.oauth.available_accounts(platform, account_id)
    assert [(method, status) for method, _, status in judge(sim)] == [
        ("GET", 200),
        ("GET", 302),
        ("GET", 200),
    ]


@pytest.mark.parametrize("platform", [p for p in (*V2, *V3) if p != "tiktok-business"])
def test_attaching_keeps_to_the_documents(sim: Simulator, client: Client, platform: str) -> None:
    """The body of every platform, for every account that a login offers."""
    account_id = login(sim, client, platform)
    available = client.oauth.available_accounts(platform, account_id)
    for account in available:
        client.oauth.attach(platform, account_id, account, company_id="company-1")
    calls = judge(sim)
    assert [status for method, _, status in calls if method == "POST"] == [201] * len(available)


def test_attaching_tiktok_business_is_in_no_document(sim: Simulator, client: Client) -> None:
    """The one request that nobody describes is answered 404 by the simulator."""
    account_id = login(sim, client, "tiktok-business")
    account, *_ = client.oauth.available_accounts("tiktok-business", account_id)
    with pytest.raises(ghl.errors.NotFoundError):
        client.oauth.attach("tiktok-business", account_id, account)
    with pytest.raises(AssertionError, match="in no document"):
        judge(sim)


def test_the_short_form_keeps_to_the_documents(sim: Simulator, client: Client) -> None:
    """Step 2 as the service's page on Instagram writes it."""
    account_id = login(sim, client, "instagram")
    client.oauth.available_accounts(
        "instagram", account_id, location_in_path=False, page="integration", reconnect=True
    )
    assert judge(sim)[-1][1] == f"/social-media-posting/oauth/instagram/accounts/{account_id}"


def test_starting_again_keeps_to_the_documents(sim: Simulator, client: Client) -> None:
    """`reconnect=true` is a parameter of the documents."""
    client.oauth.start("facebook", reconnect=True)
    assert judge(sim)[-1][2] == 302


def test_listing_and_disconnecting_keep_to_the_documents(sim: Simulator, client: Client) -> None:
    """The list before and after, and the DELETE between them."""
    first = client.accounts.list().accounts[0]
    assert first.id is not None
    client.accounts.delete(first.id, company_id="company-1")
    client.accounts.list()
    assert [method for method, *_ in judge(sim)] == ["GET", "GET", "DELETE", "GET"]


FAULTY: dict[str, Callable[[Client], object]] = {
    "unknown login": lambda c: c.oauth.available_accounts("instagram", NOBODY),
    "unknown login, Google": lambda c: c.oauth.available_accounts("google", NOBODY),
    "X": lambda c: c.oauth.available_accounts("twitter", NOBODY),
    "attach without pageId": lambda c: c.oauth.attach(
        "instagram", NOBODY, AvailableAccount(origin_id="1", page_id="2")
    ),
    "attach to X": lambda c: c.oauth.attach("twitter", NOBODY, AvailableAccount(origin_id="1")),
    "unknown account": lambda c: c.accounts.delete("nobody"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_refused_request_keeps_to_the_documents(
    sim: Simulator, client: Client, fault: str
) -> None:
    """The request is sound and its answer is a documented error."""
    with pytest.raises(GHLError):
        FAULTY[fault](client)
    assert judge(sim)[-1][2] >= 400


@pytest.mark.parametrize(
    "name",
    [
        "scope_missing", "wrong_auth_class", "user_type_mismatch", "command_timed_out",
        "invalid_token", "wrong_location", "too_many_requests", "user_agent_refused",
    ],
)  # fmt: skip
def test_a_known_error_keeps_to_the_documents(sim: Simulator, client: Client, name: str) -> None:
    """The errors that the tests raise have the form that the documents give them."""
    sim.levers.rate_interval = 0.01
    sim.levers.fail_with(name, times=6)
    with pytest.raises(GHLError):
        client.accounts.list()
    assert judge(sim)[-1][2] >= 400
