"""Requests and responses, whichever library carries them."""

from __future__ import annotations

import httpx
import pytest

from ghl_notebook import Secret
from ghl_notebook.transport import File, HttpxTransport, Request, Response

TOKEN = Secret("pit-00000000-fake")


def test_a_response_shows_its_status_only() -> None:
    """A traceback may show it, and its body may repeat the token."""
    response = Response(401, {"x": TOKEN.reveal()}, TOKEN.reveal().encode(), secrets=(TOKEN,))
    assert repr(response) == "<Response 401>"


def test_a_request_shows_its_template_only() -> None:
    """Its body may hold a refresh token."""
    request = Request.form("/oauth/token", {"refresh_token": TOKEN, "user_type": ""})
    assert repr(request) == "<Request POST /oauth/token>"
    assert request.content == b"refresh_token=pit-00000000-fake"
    assert request.secrets == (TOKEN,)


async def test_a_response_of_httpx() -> None:
    """Names in lowercase, the first Location apart, and what no error may repeat."""
    lines = [("X-A", "1"), ("x-a", "2"), ("Location", "https://first/"), ("location", "//[")]
    answer = httpx.Response(302, headers=lines, content=b"body")
    transport = HttpxTransport(
        "https://api.test", timeout=5.0, transport=httpx.MockTransport(lambda _: answer)
    )
    response = await transport.send(Request.build("GET", "/"), TOKEN, 5.0)
    await transport.aclose()
    assert response.headers == {"x-a": "2", "content-length": "4"}
    assert response.location == Secret("https://first/")
    assert response.secrets == (TOKEN,)
    assert (response.status, response.content, response.content_type) == (302, b"body", "")


@pytest.mark.parametrize(("status", "is_redirect"), [(299, False), (300, True), (400, False)])
def test_a_redirect_is_told_by_its_status(status: int, is_redirect: bool) -> None:
    """With or without an address."""
    assert Response(status, {}, b"").is_redirect == is_redirect


def test_a_large_body_may_take_longer() -> None:
    """A video is more than 1 Mbit/s sends in the time of an ordinary call."""
    small = Request.build("POST", "/x", body={"text": "x" * 10_000})
    large = Request.build("POST", "/x", file=File("file", "a.mp4", b"x" * 25_000_000, "video/mp4"))
    assert small.upload_seconds == 0
    assert large.upload_seconds == pytest.approx(200, abs=1)
