"""Answers, whatever library has carried them."""

from __future__ import annotations

import httpx
import pytest

from ghl_notebook import Secret
from ghl_notebook.api.exchange import Answer, answer_of, put_location_aside

TOKEN = "pit-00000000-fake"
ASKED = httpx.Request("GET", "https://api.test/", headers={"Authorization": f"Bearer {TOKEN}"})


def test_an_answer_shows_its_status_only() -> None:
    """A traceback may show it, and its body may repeat the token."""
    answer = Answer(401, {"x": TOKEN}, TOKEN.encode(), sent=Secret(TOKEN))
    assert repr(answer) == "<Answer 401>"


async def test_an_answer_of_httpx() -> None:
    """Names in lower case, the first Location apart, and what no error may repeat."""
    lines = [("X-A", "1"), ("x-a", "2"), ("Location", "https://first/"), ("location", "//[")]
    response = httpx.Response(302, headers=lines, content=b"body", request=ASKED)
    await put_location_aside(response)
    answer = answer_of(response)
    assert answer.headers == {"x-a": "2", "content-length": "4"}
    assert answer.location == Secret("https://first/")
    assert answer.sent == Secret(TOKEN)
    assert (answer.status, answer.content, answer.content_type) == (302, b"body", "")


@pytest.mark.parametrize(("status", "is_redirect"), [(299, False), (300, True), (400, False)])
def test_a_redirect_is_told_by_its_status(status: int, is_redirect: bool) -> None:
    """With or without an address."""
    assert Answer(status, {}, b"").is_redirect == is_redirect
