"""The record of a request and its answer."""

from __future__ import annotations

import httpx
import pytest

from ghl_notebook.verify.recorder import Recorder, carry
from ghl_notebook.verify.shape import Names

SECRET = "planted-5f2c91ab"
BASE = "https://services.leadconnectorhq.com"


async def record(request: httpx.Request, response: httpx.Response) -> Recorder:
    """Send a request that is answered like this."""
    recorder = Recorder(Names(), httpx.MockTransport(lambda _: response))
    async with httpx.AsyncClient(transport=recorder) as client:
        answered = await client.send(request)
    assert answered.content == response.content
    return recorder


async def test_values_are_not_kept() -> None:
    """Values of headers, parameters, paths, bodies and redirects are not recorded."""
    request = httpx.Request(
        "POST",
        f"{BASE}/social-media-posting/oauth/{SECRET}/instagram/accounts/{SECRET}",
        params={"userId": SECRET, SECRET * 3: "1", "reconnect": f"<{SECRET}>"},
        headers={"Authorization": f"Bearer {SECRET}", "Cookie": SECRET, "Version": "2021-07-28"},
        json={"originId": SECRET, "name": SECRET},
    )
    response = httpx.Response(
        302,
        headers={
            "Location": f"https://login.example/{SECRET}?state={SECRET}&redirect_uri={SECRET}",
            "Set-Cookie": SECRET,
            "X-RateLimit-Max": "100",
        },
        json={"message": SECRET, "traceId": SECRET},
    )
    recorder = await record(request, response)
    (exchange,) = recorder.exchanges
    assert SECRET not in repr(exchange)
    assert exchange.operation == (
        "POST /social-media-posting/oauth/{locationId}/{platform}/{collection}/{accountId}"
    )
    assert "version: 2021-07-28" in exchange.sent
    assert {"authorization", "cookie"} <= set(exchange.sent)
    assert {"Location", "Set-Cookie", "X-RateLimit-Max"} <= set(exchange.names)
    assert exchange.redirect is not None
    assert exchange.redirect.is_page
    assert exchange.redirect.has_state


@pytest.mark.parametrize("path", ["oauth/token", "oauth/locationToken", "oauth/location-token"])
async def test_the_token_endpoint_is_no_part_of_a_probe(path: str) -> None:
    """A credential renews itself by the same transport."""
    answer = httpx.Response(200, json={"access_token": SECRET})
    recorder = await record(httpx.Request("POST", f"{BASE}/{path}"), answer)
    assert recorder.exchanges == []


async def test_a_path_that_is_none_of_ours_is_not_shown() -> None:
    """The path could contain any value."""
    recorder = await record(httpx.Request("GET", f"{BASE}/{SECRET}"), httpx.Response(200))
    assert [e.operation for e in recorder.exchanges] == ["GET another path"]


@pytest.mark.parametrize("content", [b"", b"<html>", b"{", b"[1", b"\xff\xfe", b"error code: 1010"])
async def test_a_body_that_is_no_json_is_kept_by_its_kind(content: bytes) -> None:
    """Its content does not matter."""
    answer = httpx.Response(403, content=content)
    recorder = await record(httpx.Request("GET", f"{BASE}/users/"), answer)
    assert recorder.exchanges[0].kind in ("empty", "html", "other")


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A custom transport ignores the environment otherwise; this computer is reached directly."""
    used: list[object] = []
    monkeypatch.setattr(
        "ghl_notebook.verify.recorder.httpx.AsyncHTTPTransport",
        lambda proxy=None, verify=True: used.append(proxy),
    )
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", "direct.test")
    monkeypatch.setenv("no_proxy", "direct.test")
    for address in (BASE, "https://direct.test", "http://127.0.0.1:8000"):
        carry(httpx.URL(address))
    assert used == ["http://proxy.test:3128", None, None]
