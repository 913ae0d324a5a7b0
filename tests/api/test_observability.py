"""What a user can watch: a log, spans by the ordinary instrumentation, and what is left."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import ghl_notebook as ghl
from ghl_notebook import AsyncClient, Client
from ghl_notebook.simulator import Simulator
from tests.api.stub import TOKEN, Stub, answer
from tests.planted import Rude


class Spans(InMemorySpanExporter):
    """The spans of a test."""

    @property
    def all(self) -> tuple[ReadableSpan, ...]:
        """Those that have ended."""
        return self.get_finished_spans()

    @property
    def text(self) -> str:
        """All that they hold: attributes, events, status, resource."""
        return "\n".join(span.to_json() for span in self.all)

    @property
    def statuses(self) -> list[object]:
        """What each request was answered."""
        return [dict(span.attributes or {}).get("http.status_code") for span in self.all]


@pytest.fixture
def provider() -> Iterator[tuple[TracerProvider, Spans]]:
    """Something that spans are reported to; the library is what it was when the test is over."""
    spans, provider = Spans(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    yield provider, spans
    HTTPXClientInstrumentor().uninstrument()
    provider.shutdown()


def instrument(provider: TracerProvider) -> None:
    """Do what OpenTelemetry's documentation says."""
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)


@pytest.mark.parametrize("when", ["before", "after"])
def test_each_request_has_a_span(
    sim: Simulator, provider: tuple[TracerProvider, Spans], when: str
) -> None:
    """Whether the client was made before or after the instrumentation."""
    tracer, spans = provider
    if when == "before":
        instrument(tracer)
    with Client(sim.token, sim.location_id, sim.user_id, base_url=sim.base_url) as client:
        if when == "after":
            instrument(tracer)
        client.accounts.list()
        sim.levers.fail("*/users/", 503, "", {}, times=1)
        client.users()
    assert spans.statuses == [200, 503, 200]
    for span in spans.all:
        attributes = dict(span.attributes or {})
        assert attributes["http.method"] == "GET"
        assert str(attributes["http.url"]).startswith(sim.base_url)


def test_spans_hold_no_bearer_and_no_authorization_url(
    sim: Simulator, provider: tuple[TracerProvider, Spans]
) -> None:
    """Neither do those of requests that fail."""
    tracer, spans = provider
    instrument(tracer)
    with Client(sim.token, sim.location_id, sim.user_id, base_url=sim.base_url) as client:
        url = client.oauth.start("instagram").reveal()
        sim.levers.fail_with("invalid_token", "*/accounts", times=1)
        with pytest.raises(ghl.errors.InvalidTokenError):
            client.accounts.list()
    state = httpx.URL(url).params["state"]
    assert spans.statuses == [302, 401]
    assert sim.location_id in spans.text
    for secret in (sim.token, url, state, *state.split(".")):
        assert secret not in spans.text


def test_a_span_of_no_answer_holds_no_bearer(provider: tuple[TracerProvider, Spans]) -> None:
    """An error of the connection is an event of the span."""
    tracer, spans = provider
    instrument(tracer)
    with (
        Rude(b"") as rude,
        Client(TOKEN, "location", "user", base_url=rude.base_url) as client,
        pytest.raises(ghl.errors.ConnectionFailedError),
    ):
        client.accounts.delete("account-1")
    assert "RemoteProtocolError" in spans.text
    assert TOKEN not in spans.text


def test_spans_of_a_login_hold_no_secret_of_it(
    sim: Simulator,
    provider: tuple[TracerProvider, Spans],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The token endpoint is asked in between: refresh token, client secret and bearers stay out."""
    tracer, spans = provider
    instrument(tracer)
    given = sim.install()
    for name, value in {
        "GHL_CLIENT_ID": sim.client_id,
        "GHL_CLIENT_SECRET": sim.client_secret,
        "GHL_REFRESH_TOKEN": given["refresh_token"],
        "GHL_LOCATION_ID": sim.location_id,
        "GHL_BASE_URL": sim.base_url,
        "GHL_CREDENTIALS_DIR": str(tmp_path / "credentials"),
    }.items():
        monkeypatch.setenv(name, value)
    with Client(clock=sim.state.clock) as client:
        client.accounts.list()
    assert spans.statuses == [200, 200]
    assert f"{sim.base_url}/oauth/token" in spans.text
    secrets = {given["refresh_token"], given["access_token"], sim.client_secret}
    secrets |= {token.value for token in sim.state.tokens.values()}
    for secret in secrets:
        assert secret not in spans.text


def test_each_attempt_at_the_service_is_one_line_of_the_log(
    sim: Simulator, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Also that which was answered 429, and waited for: nothing but the attempts is counted."""
    sim.levers.fail("*/accounts", 429, "", {"x-ratelimit-interval-milliseconds": "10"}, times=1)
    with caplog.at_level(logging.INFO, "ghl_notebook.transport"):
        client.accounts.list()
    lines = [r.getMessage() for r in caplog.records if r.name == "ghl_notebook.transport"]
    what = re.escape("GET /social-media-posting/{locationId}/accounts: ")
    assert len(lines) == 2
    assert re.fullmatch(what + r"429, \d+ ms, attempt 1, RateLimitError", lines[0])
    assert re.fullmatch(what + r"200, \d+ ms, attempt 2", lines[1])


def test_what_was_not_sent_is_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """When the day's calls are used up, a call ends without an attempt."""
    headers = {"x-ratelimit-daily-remaining": "0", "x-ratelimit-daily-reset": "5400000"}
    stub = Stub(httpx.Response(429, headers=headers))
    with caplog.at_level(logging.INFO, "ghl_notebook.transport"), stub.client() as client:
        for _ in range(3):
            with pytest.raises(ghl.errors.DailyLimitError):
                client.accounts.list()
    assert len([r for r in caplog.records if r.name == "ghl_notebook.transport"]) == 1


TOLD = {
    "x-ratelimit-max": "25",
    "x-ratelimit-remaining": "24",
    "x-ratelimit-interval-milliseconds": "10000",
    "x-ratelimit-limit-daily": "10000",
    "x-ratelimit-daily-remaining": "9999",
    "x-ratelimit-daily-reset": "3600000",
}


def listed() -> Stub:
    """A service that tells its limits."""
    body = answer({"accounts": []})
    return Stub(httpx.Response(200, headers=TOLD, content=body.content))


def test_both_doors_show_what_is_left() -> None:
    """A user prints ``client.limits``: before the first answer it says that nothing is known."""

    def check(client: Client | AsyncClient) -> None:
        assert str(client.limits) == "24 of 25 calls left per 10 s, 9999 of 10000 today"
        assert client.limits.interval == timedelta(seconds=10)
        assert client.limits.daily_reset == timedelta(hours=1)
        assert repr(client.limits).startswith("Limits(max=25, remaining=24, interval=")

    async def ask() -> None:
        async with listed().async_client(location_id="another") as client:
            assert str(client.limits) == "not told by the service so far"
            await client.accounts.list()
            check(client)

    asyncio.run(ask())
    with listed().client() as client:
        assert str(client.limits) == "not told by the service so far"
        client.accounts.list()
        check(client)


def test_clients_of_one_sub_account_see_the_same_limits() -> None:
    """They share what is left, as the service counts them together."""
    with listed().client() as one, listed().client() as other:
        one.accounts.list()
        assert other.limits == one.limits
