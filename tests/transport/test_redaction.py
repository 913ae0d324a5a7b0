"""The debug lines of the HTTP library: what is listed stays readable, nothing else is shown."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghl_notebook import AsyncClient
from ghl_notebook.transport.redaction import redact_logs
from tests.api.stub import LOCATION, TOKEN
from tests.folding import folded
from tests.planted import Logs, Rude

STATE = "state-planted-0123456789"
COMPLETE = "receive_response_headers.complete return_value="


def shown(text: str, *args: object) -> str:
    """Return what is left of a debug line."""
    redact_logs()
    logs = Logs()
    with logs.installed():
        logging.getLogger("httpcore.http11").debug(text, *args)
    _, line, fields = logs.texts
    assert STATE not in fields  # where a log collector looks
    return line


def answer(*headers: tuple[bytes, bytes], reason: bytes = b"Found") -> str:
    """Return httpcore's line about an answer."""
    return f"{COMPLETE}{(b'HTTP/1.1', 302, reason, list(headers))!r}"


@folded(
    "name",
    [
        b"Location",
        b"location",
        b"LOCATION",
        b"Set-Cookie",
        b"Refresh",
        b"Link",
        b"WWW-Authenticate",
        b"X-Something-New",
        b"content-typ",
        b"x-content-type",
        b"content-type'",
        b'na"me',
        b"na'me",
        b"na me",
        b"",
        b"\xff",
    ],
)
@folded(
    "value",
    [
        STATE.encode(),
        b"https://example.com/?state=" + STATE.encode(),
        b"it's " + STATE.encode(),
        b'say "' + STATE.encode() + b'"',
        b"'), (b'content-type', b'" + STATE.encode(),
        b'it\'s "both" ' + STATE.encode(),
        b"\\' " + STATE.encode() + b" \\",
        b"\xe4\xff\x00 " + STATE.encode(),
        b"%s %(x)s " + STATE.encode(),
        b"return_value=(b'" + STATE.encode(),
        b"] " + STATE.encode(),
    ],
)
def test_a_header_that_is_not_listed_is_hidden(name: bytes, value: bytes) -> None:
    """However it is called, spelled or quoted; those beside it are shown."""
    line = shown(answer((b"Date", b"today"), (name, value), (b"content-type", b"text/html")))
    assert STATE not in line
    assert "(b'Date', b'today')" in line
    assert "(b'content-type', b'text/html')" in line
    assert "b'********'" in line


@pytest.mark.parametrize(
    "pair",
    [
        (b"content-type", b"application/json"),
        (b"Retry-After", b"3"),
        (b"x-ratelimit-max", b"100"),
        (b"X-RateLimit-Remaining", b"99"),
        (b"x-trace-id", b"0f"),
        (b"server", b"100% o'clock"),
    ],
)
def test_a_header_that_is_listed_stays_readable(pair: tuple[bytes, bytes]) -> None:
    """It is shown as it came."""
    assert repr(pair) in shown(answer(pair))


def test_the_status_stays_readable() -> None:
    """The server's own words beside it do not: they may be anything."""
    line = shown(answer(reason=STATE.encode()))
    assert line == f"{COMPLETE}(b'HTTP/1.1', 302, b'********', [])"


@pytest.mark.parametrize(
    "text",
    [
        f"{COMPLETE}(b'HTTP/1.1', 302, [(b'location', b'{STATE}",
        f"{COMPLETE}(b'HTTP/1.1', Strange({STATE!r}))",
        f"{COMPLETE}[{'(' * 500}{STATE!r}",
        f"{COMPLETE}(302, [(b'location', bytearray(b'{STATE}'))])",
    ],
)
def test_a_line_that_cannot_be_read_is_hidden(text: str) -> None:
    """Nothing of an answer in a notation of tomorrow."""
    line = shown(text)
    assert STATE not in line
    assert line.startswith(COMPLETE)


@pytest.mark.parametrize(
    "error",
    [
        f"RemoteProtocolError(LocalProtocolError('illegal header line: {STATE}'))",
        f"RemoteProtocolError(\"illegal header line: bytearray(b'Location : {STATE}')\")",
        f"Odd(b'x')\n{STATE})",
    ],
)
def test_an_error_is_named_only(error: str) -> None:
    """Errors about a header repeat it."""
    line = shown(f"receive_response_headers.failed exception={error}")
    assert line == f"receive_response_headers.failed exception={error.partition('(')[0]}"


def test_what_a_proxy_is_told_is_hidden() -> None:
    """A user's own password for the way out."""
    line = shown(f"setup_socks5_connection.started host='a' port=1 auth=(b'me', b'{STATE}')")
    assert line == "setup_socks5_connection.started host='a' port=1 auth=********"


@pytest.mark.parametrize(
    "text",
    [
        "send_request_headers.started request=<Request [b'GET']>",
        "receive_response_body.complete",
        "connect_tcp.started host='127.0.0.1' port=80 local_address=None timeout=30",
        "connect_tcp.complete return_value=<httpcore._backends.anyio.AnyIOStream object>",
        "100% of it",
    ],
)
def test_other_lines_stay_as_they_are(text: str) -> None:
    """What is about no answer is nothing to hide."""
    assert shown(text) == text


def test_a_line_with_arguments_is_hidden_as_well() -> None:
    """Should httpcore leave the formatting to the logger one day."""
    value = (b"HTTP/1.1", 302, b"Found", [(b"location", STATE.encode())])
    assert STATE not in shown("%s return_value=%r", "receive_response_headers.complete", value)


@given(st.lists(st.tuples(st.binary(max_size=12), st.binary(max_size=40)), max_size=4))
def test_any_headers(headers: list[tuple[bytes, bytes]]) -> None:
    """No bytes of an unknown header are shown, whatever they are."""
    planted = [(b"unknown-" + name, value + STATE.encode()) for name, value in headers]
    assert STATE not in shown(answer(*planted, (b"age", b"1")))


def test_the_filter_is_there_once() -> None:
    """However many clients there are."""
    for _ in range(3):
        AsyncClient(TOKEN, LOCATION)
    filters = logging.getLogger("httpcore.http11").filters
    modules = [type(one).__module__ for one in filters]
    assert modules.count("ghl_notebook.transport.redaction") == 1


@pytest.mark.parametrize(
    "head",
    [
        f"HTTP/1.1 302 Found\r\nLocation : https://example.com/?state={STATE}\r\n\r\n",
        f"HTTP/1.1 302 Found\r\nX: 1\r\n Location\x01: {STATE}\r\n\r\n",
        f"HTTP/1.1 302 {STATE}\r\nLocation: a'b\"{STATE}\r\nContent-Length: 0\r\n\r\n",
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{STATE}\r\n",
        f"HTTP/9.9 {STATE}\r\n\r\n",
    ],
    ids=["odd header", "odd name", "odd reason", "odd chunk", "odd status"],
)
async def test_a_broken_answer_over_a_real_connection_is_not_logged(head: str) -> None:
    """With every logger at DEBUG: what a parser complains of stays out of the log."""
    logs = Logs()
    with logs.installed(), Rude(head.encode()) as rude:
        async with AsyncClient(TOKEN, LOCATION, "user", base_url=rude.base_url) as client:
            with pytest.raises(Exception, match=r"failed|answered"):
                await client.accounts.delete("account-1")
    text = "\n".join(logs.texts)
    assert "receive_response_headers" in text
    assert TOKEN not in text
    # httpx's own line at INFO has the server's words beside the status.
    ours = "\n".join(line for line in logs.texts if "HTTP Request" not in line)
    assert STATE not in ours
