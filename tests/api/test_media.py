"""`client.media`: each content is uploaded once, whatever ends a call."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from ghl_notebook import AsyncClient, Client
from ghl_notebook.api.local_file import MAX_BYTES, MAX_VIDEO_BYTES
from ghl_notebook.errors import (
    ArgumentError,
    ConnectionFailedError,
    GHLError,
    PlanError,
    ScopeError,
)
from ghl_notebook.simulator import Simulator
from tests.api.stub import Stub
from tests.folding import folded

JPEG = b"\xff\xd8\xff\xe0"
MP4 = b"\x00\x00\x00\x18ftypisom"
UPLOAD = "/medias/upload-file"


@pytest.fixture(autouse=True)
def plans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder with the record of this test."""
    monkeypatch.setenv("GHL_PLANS_DIR", str(tmp_path / "plans"))
    return tmp_path / "plans"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture that no other test has."""
    path = tmp_path / "beach at noon.jpg"
    path.write_bytes(JPEG + str(tmp_path).encode())
    return path


def uploads(sim: Simulator, path: Path) -> int:
    """Count how often the service has stored a content."""
    content = path.read_bytes().decode(errors="replace")
    return sum(
        one.path == UPLOAD and one.status == 200 and content in str(one.body)
        for one in sim.requests
    )


def test_a_picture_is_uploaded_once(client: Client, sim: Simulator, picture: Path) -> None:
    """Under any name and by any client; what is returned is what a post needs."""
    first = client.media.upload(picture)
    copy = picture.with_name("copy.jpg")
    copy.write_bytes(picture.read_bytes())
    with Client(sim.token, sim.location_id, sim.user_id, base_url=sim.base_url) as other:
        again = other.media.upload(str(copy))
    assert again == first
    assert uploads(sim, picture) == 1
    assert first.type == "image/jpeg"
    assert first.url
    assert first.url.endswith(".jpg")
    (listed,) = client.media.list(query=first.name)
    assert (listed.id, listed.url) == (first.file_id, first.url)
    media = [{"url": first.url, "type": first.type}]
    account = client.accounts.list().accounts[0]
    post = client.posts.create([str(account.id)], media=media, status="draft")
    assert post.media[0].url == first.url


async def test_an_async_client_uploads_once_in_many_tasks(sim: Simulator, picture: Path) -> None:
    """The others wait for the first."""
    async with AsyncClient(
        sim.token, sim.location_id, sim.user_id, base_url=sim.base_url
    ) as client:
        found = await asyncio.gather(*(client.media.upload(picture) for _ in range(5)))
    assert len({one.url for one in found}) == 1
    assert uploads(sim, picture) == 1


def test_an_answer_that_was_lost_is_found_in_the_library(
    client: Client, sim: Simulator, picture: Path
) -> None:
    """The next call looks for it before it uploads again."""
    with (
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, transport=_Losing()
        ) as broken,
        pytest.raises(ConnectionFailedError) as lost,
    ):
        broken.media.upload(picture)
    assert lost.value.outcome_unknown
    found = client.media.upload(picture)
    assert uploads(sim, picture) == 1
    assert found.url
    assert client.media.upload(picture).url == found.url
    assert sum(one.path == "/medias/files" for one in sim.requests if one.status == 200) >= 1


class _Losing(httpx.AsyncBaseTransport):
    """Sends requests, and loses the answer to an upload."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        answer = await self._inner.handle_async_request(request)
        if request.url.path == UPLOAD:
            await answer.aread()
            raise httpx.ReadError("lost", request=request)
        return answer

    async def aclose(self) -> None:
        """Close what passes them on."""
        await self._inner.aclose()


def test_an_upload_that_never_arrived_is_sent_again(
    client: Client, sim: Simulator, picture: Path
) -> None:
    """After the library was searched for it."""
    sim.levers.fail(f"*{UPLOAD}", 500, "Internal Server Error", times=1, method="POST")
    with pytest.raises(GHLError) as failed:
        client.media.upload(picture)
    assert failed.value.outcome_unknown
    assert client.media.upload(picture).url
    assert uploads(sim, picture) == 1


def test_a_scope_that_is_missing_is_named(client: Client, sim: Simulator, picture: Path) -> None:
    """Nothing is recorded: the next call uploads without a search."""
    sim.levers.fail_with("scope_missing", f"*{UPLOAD}", times=1, method="POST")
    with pytest.raises(ScopeError, match=r"medias\.write"):
        client.media.upload(picture)
    before = sum(one.path == "/medias/files" for one in sim.requests)
    assert client.media.upload(picture).url
    assert sum(one.path == "/medias/files" for one in sim.requests) == before


@folded(
    ("name", "content", "words"),
    [
        ("a.txt", b"hello", "text/plain; allowed: image, video"),
        ("a", b"hello", "a file of an unknown type"),
        ("a.jpg", b"", "is empty"),
        ("missing.jpg", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_uploaded_is_named(
    client: Client, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    """Before anything is sent."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArgumentError, match=words) as caught:
        client.media.upload(path)
    assert caught.value.next_step
    path.unlink(missing_ok=True)


@folded(
    ("name", "head", "size", "is_accepted"),
    [
        ("a.jpg", JPEG, MAX_BYTES, True),
        ("a.jpg", JPEG, MAX_BYTES + 1, False),
        ("a.mp4", MP4, MAX_BYTES + 1, True),
        ("a.mp4", MP4, MAX_VIDEO_BYTES + 1, False),
    ],
)
def test_the_documented_sizes_are_respected(
    tmp_path: Path, name: str, head: bytes, size: int, is_accepted: bool
) -> None:
    """25 MB, and 500 MB for videos; the file is sparse."""
    path = tmp_path / f"{size}-{name}"
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    stub = Stub(httpx.Response(200, json={"fileId": "f1", "url": "https://x.test/f1"}))
    with stub.client() as client:
        if is_accepted:
            assert client.media.upload(path).url == "https://x.test/f1"
        else:
            with pytest.raises(ArgumentError, match=r"allowed: \d+ MB|larger than"):
                client.media.upload(path)
    assert len(stub.requests) == is_accepted
    path.unlink()


@folded(
    ("head", "name", "expected"),
    [
        (b"\xff\xd8\xff\xdb", "a.png", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "a.jpg", "image/png"),
        (b"GIF89a", "a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBP", "a", "image/webp"),
        (b"\x00\x00\x00\x14ftypqt  ", "a", "video/quicktime"),
        (MP4, "a", "video/mp4"),
        (b"any", "a.MOV", "video/quicktime"),
        (b"any", "a.JPG", "image/jpeg"),
    ],
)
def test_the_media_type_is_that_of_the_content(
    tmp_path: Path, head: bytes, name: str, expected: str
) -> None:
    """The name decides where the content does not."""
    path = tmp_path / name
    path.write_bytes(head)
    stub = Stub(httpx.Response(200, json={"fileId": "f1", "url": "https://x.test/f1"}))
    with stub.client() as client:
        assert client.media.upload(path).type == expected
    path.unlink()


@folded("wrong", [5, None, b"\xff", object(), "cut \ud83d.jpg", "a\0b.jpg", "/dev/null", "."])
def test_an_argument_that_is_no_file_is_refused(client: Client, wrong: object) -> None:
    """With an error of ours."""
    with pytest.raises(ArgumentError) as caught:
        client.media.upload(wrong)  # type: ignore[arg-type]
    str(caught.value).encode()


@folded("answer", [{}, {"url": None}, {"url": 5}, {"fileId": "f1"}, [], "text"])
def test_an_odd_answer_is_an_error_and_the_upload_stays_open(
    tmp_path: Path, answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next call searches the library."""
    path = tmp_path / "a.jpg"
    path.write_bytes(JPEG + json.dumps(answer).encode())
    found = httpx.Response(200, json={"files": []})
    good = httpx.Response(200, json={"fileId": "f1", "url": "https://x.test/f1"})
    stub = Stub(httpx.Response(200, json=answer), found, good)
    with stub.client() as client:
        with pytest.raises(GHLError):
            client.media.upload(path)
        assert client.media.upload(path).url == "https://x.test/f1"


def test_a_record_that_cannot_be_written_stops_the_upload(
    client: Client, sim: Simulator, picture: Path, plans: Path
) -> None:
    """A file that is uploaded and not recorded would be uploaded again."""
    plans.write_text("a file")
    with pytest.raises(PlanError, match="GHL_PLANS_DIR"):
        client.media.upload(picture)
    assert uploads(sim, picture) == 0


@folded("content", [b"", b"{", b"\xff", b'{"name": 5}', b"[]"])
def test_a_damaged_record_is_searched_for(
    client: Client, sim: Simulator, picture: Path, plans: Path, content: bytes
) -> None:
    """It counts as an upload whose answer is not known."""
    first = client.media.upload(picture)
    for entry in (plans / "uploads").glob("*.json"):
        entry.write_bytes(content)
    assert client.media.upload(picture).url == first.url
    assert uploads(sim, picture) == 1
