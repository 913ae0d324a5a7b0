"""Answers that are packed: one layer of gzip, and never more of it than there is room for."""

from __future__ import annotations

import gzip
import itertools
import json
import tracemalloc
import zlib
from collections.abc import Callable
from functools import cache

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ghl_notebook as ghl
from ghl_notebook import Secret
from ghl_notebook.auth.endpoint import TokenEndpoint
from ghl_notebook.models import AvailableAccount
from ghl_notebook.settings import now
from ghl_notebook.transport import MAX_BODY, Transport
from ghl_notebook.transport.unpacking import Unpacking, UnreadableError
from ghl_notebook.verify.recorder import Recorder
from ghl_notebook.verify.shape import Names
from tests.auth.test_file_store import make
from tests.faults.server import Exchange, Fault, FaultServer
from tests.transport.test_transports import BODY, BOTH, LISTED, LOGIN, client_of, ok, plain, serving

MB = 2**20
TOKENS = json.dumps(
    {
        "access_token": "new-access",
        "refresh_token": "new-refresh",
        "expires_in": 86399,
        "userType": "Location",
        "locationId": "ve9EPM428h8vShlRW1KT",
        "companyId": "5DP4iH6HLkQsiKESj6rh",
    }
).encode()


def zeros(size: int) -> bytes:
    """Pack so many zeros as one gzip member, never all of them at once."""
    pack = zlib.compressobj(9, wbits=31)
    return b"".join(pack.compress(bytes(MB)) for _ in range(size // MB)) + pack.flush()


@cache
def one_layer() -> bytes:
    """Pack four times what is read: a tenth of a megabyte on the wire."""
    return zeros(128 * MB)


def two_layers() -> bytes:
    """Pack it twice."""
    return gzip.compress(one_layer())


BOMBS: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "one layer": (one_layer, "gzip", "more than"),
    "two layers": (two_layers, "gzip, gzip", "'gzip, gzip'"),
    "two layers in two lines": (two_layers, "gzip\r\ncontent-encoding: gzip", "'gzip, gzip'"),
    "deflate": (lambda: zlib.compress(bytes(MB)), "deflate", "'deflate'"),
    "br": (lambda: b"\x0b\x00\x80\x00\x03", "br", "'br'"),
    "zstd": (lambda: b"\x28\xb5\x2f\xfd", "zstd", "'zstd'"),
    "a name of 5,000 characters": (lambda: b"{}", "x" * 5_000, "'xxx"),
}
BOMB = pytest.mark.parametrize("name", BOMBS)


def bomb(name: str, status: int = 200) -> bytes:
    """Return an answer of little that would become much."""
    body, encoding, _ = BOMBS[name]
    whole = ok(body(), "content-type: application/json", f"content-encoding: {encoding}")
    return whole.replace(b"200 OK", b"%d X" % status, 1)


@pytest.mark.slow
@BOTH
@BOMB
async def test_what_cannot_be_unpacked_within_limits_is_asked_for_once(
    connect: Callable[[str], Transport], name: str
) -> None:
    """The error says what came, little of it was unpacked, and the same is not asked for again."""
    async with serving(bomb(name)) as service:
        transport = connect(service.base_url)
        tracemalloc.start()
        try:
            with pytest.raises(ghl.errors.UnexpectedAnswerError, match="GHL_BASE_URL") as caught:
                await client_of(transport).accounts.list()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await transport.aclose()
    assert BOMBS[name][2] in str(caught.value)
    assert len(str(caught.value)) < 400
    assert peak < 2.5 * MAX_BODY
    assert len(service.heads) == 1


@BOTH
@pytest.mark.parametrize(("status", "is_open"), [(200, True), (500, True), (401, False)])
async def test_a_change_with_such_an_answer_may_have_been_carried_out(
    connect: Callable[[str], Transport], status: int, *, is_open: bool
) -> None:
    """Unless the status says that it was refused; it is sent once, whatever the status."""
    async with serving(bomb("two layers", status)) as service:
        transport = connect(service.base_url)
        with pytest.raises(ghl.errors.UnexpectedAnswerError) as caught:
            await client_of(transport).oauth.attach("instagram", LOGIN, AvailableAccount())
        await transport.aclose()
    assert caught.value.status == status
    assert caught.value.outcome_unknown == is_open
    assert len(service.heads) == 1


@BOMB
async def test_the_token_endpoint_unpacks_no_more_than_a_pair(name: str) -> None:
    """It is asked once, for its refresh token may be used up, and the error says so."""
    async with serving(bomb(name)) as service:
        endpoint = TokenEndpoint(service.base_url, "an-app", Secret("planted"), clock=now)
        tracemalloc.start()
        try:
            with pytest.raises(ghl.errors.CredentialError) as caught:
                await endpoint.refresh(make().tokens)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert BOMBS[name][2] in str(caught.value)
    assert caught.value.outcome_unknown
    assert not caught.value.may_pass
    assert peak < 4 * MB
    assert len(service.heads) == 1


async def test_the_token_endpoint_reads_no_more_than_a_pair_either() -> None:
    """An answer that is not packed has the same limit."""
    async with serving(ok(b" " * 2 * MB)) as service:
        endpoint = TokenEndpoint(service.base_url, "an-app", Secret("planted"), clock=now)
        with pytest.raises(ghl.errors.CredentialError, match="more than 1 MB"):
            await endpoint.refresh(make().tokens)
    assert len(service.heads) == 1


async def test_what_verify_live_records_is_unpacked_within_limits() -> None:
    """Its transport reads each answer whole before the client does."""
    async with serving(bomb("one layer")) as service:
        transport = Recorder(Names(), httpx.AsyncHTTPTransport())
        client = ghl.AsyncClient(
            "pit-00000000-fake", "loc", "user", base_url=service.base_url, transport=transport
        )
        tracemalloc.start()
        try:
            with pytest.raises(ghl.errors.UnexpectedAnswerError, match="more than"):
                await client.accounts.list()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await client.aclose()
    assert peak < 2.5 * MAX_BODY
    assert len(service.heads) == 1


@BOTH
async def test_gzip_alone_is_asked_for(connect: Callable[[str], Transport]) -> None:
    """Whatever else is installed here: what was not asked for is not unpacked either."""
    async with serving(ok()) as service:
        transport = connect(service.base_url)
        await client_of(transport).accounts.list()
        await transport.aclose()
        await client_of(transport := plain(service.base_url)).accounts.list()
        await transport.aclose()
        service.answer = ok(TOKENS)
        endpoint = TokenEndpoint(service.base_url, "an-app", Secret("planted"), clock=now)
        assert (await endpoint.refresh(make().tokens)).access_token == Secret("new-access")
    for head in service.heads:
        lines = [line for line in head.lower().split("\r\n") if "accept-encoding" in line]
        assert lines == ["accept-encoding: gzip"]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), "GZIP"),
        (gzip.compress(BODY), "x-gzip"),
        (gzip.compress(BODY), "identity, gzip"),
        (gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]), "gzip"),
        (gzip.compress(BODY) + bytes(100), "gzip"),
        (BODY, "identity"),
        (BODY, ""),
    ],
    ids=["gzip", "GZIP", "x-gzip", "a list of one", "two members", "padded", "identity", "empty"],
)
@BOTH
async def test_one_layer_of_gzip_or_none_is_read(
    connect: Callable[[str], Transport], body: bytes, encoding: str
) -> None:
    """Also of several members, as some servers write it."""
    async with serving(ok(body, f"content-encoding: {encoding}")) as service:
        transport = connect(service.base_url)
        assert await client_of(transport).accounts.list() == LISTED
        await transport.aclose()


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(BODY)[:-1],
        gzip.compress(BODY)[:-8],
        gzip.compress(BODY[:9]) + gzip.compress(BODY[9:])[:-8],
        gzip.compress(BODY) + b"behind it",
        gzip.compress(BODY)[:-8] + bytes(8),
        zlib.compress(BODY),
        BODY,
    ],
    ids=["cut", "no sum", "a cut member", "more", "a wrong sum", "zlib", "none"],
)
@BOTH
async def test_gzip_that_is_damaged_is_never_taken_for_whole(
    connect: Callable[[str], Transport], body: bytes
) -> None:
    """Although its length is right: a change may have been carried out, and was sent once."""
    async with serving(ok(body, "content-encoding: gzip")) as service:
        transport = connect(service.base_url)
        with pytest.raises(ghl.errors.ConnectionFailedError, match="damaged on the way") as caught:
            await client_of(transport).oauth.attach("instagram", LOGIN, AvailableAccount())
        await transport.aclose()
    assert caught.value.outcome_unknown
    assert len(service.heads) == 1


@BOTH
@pytest.mark.parametrize("length", [-5, 5])
async def test_a_wrong_length_of_a_packed_answer_is_an_answer_that_broke_off(
    connect: Callable[[str], Transport], length: int
) -> None:
    """Too short, the end of the gzip is missing; too long, the end of the answer."""
    body = gzip.compress(BODY)
    head = f"content-length: {len(body) + length}\r\ncontent-encoding: gzip\r\nconnection: close"

    async def act(exchange: Exchange) -> None:
        await exchange.send(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + body)
        exchange.close()

    fault = Fault("", act, reaches=False)
    with FaultServer("http://127.0.0.1:9", lambda _: fault) as server:
        transport = connect(server.base_url)
        with pytest.raises(ghl.errors.ConnectionFailedError):
            await client_of(transport).oauth.attach("instagram", LOGIN, AvailableAccount())
        await transport.aclose()


@given(body=st.binary(max_size=300_000), cuts=st.lists(st.integers(0, 400_000), max_size=8))
def test_where_the_wire_cuts_an_answer_makes_no_difference(body: bytes, cuts: list[int]) -> None:
    """Whatever the parts, the whole comes out; and one byte less of room is too little."""
    packed = gzip.compress(body[: len(body) // 2]) + gzip.compress(body[len(body) // 2 :])
    at = [0, *sorted(min(cut, len(packed)) for cut in cuts), len(packed)]
    unpacking = Unpacking(200, ["gzip"], most=max(len(body), len(packed)))
    for start, end in itertools.pairwise(at):
        unpacking.feed(packed[start:end])
    assert unpacking.content() == body
    if body:
        with pytest.raises(UnreadableError):
            Unpacking(200, ["gzip"], most=len(body) - 1).feed(packed)


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"", gzip.compress(b"")), (b"\x1f\x8b\x08" + bytes(7), b"\x00\x00\x00\xff\xff")],
    ids=["members", "blocks"],
)
def test_what_unpacks_to_nothing_for_ever_is_given_up(head: bytes, piece: bytes) -> None:
    """Empty members and empty blocks count for what they were on the wire."""
    unpacking = Unpacking(200, ["gzip"], most=MB)
    unpacking.feed(head)
    unpacking.feed(piece * (MB // len(piece) // 2))
    with pytest.raises(UnreadableError):
        unpacking.feed(piece * (MB // len(piece) // 2 + 2))


def test_an_answer_without_a_body_is_one() -> None:
    """A redirect may be called gzip and have nothing to unpack."""
    assert Unpacking(302, ["gzip"], most=MB).content() == b""
