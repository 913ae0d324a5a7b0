"""The media library, against the vendor's documents on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ghl_notebook import Client
from ghl_notebook.simulator import Simulator

from .openapi import validate_answer, validate_request
from .walk import form_of


@pytest.mark.parametrize("version", ["2021-07-28", "v3"])
def test_an_upload_keeps_to_the_documents(version: str, tmp_path: Path) -> None:
    """The form's fields, the list's parameters, and both answers."""
    picture = tmp_path / "beach.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    with (
        Simulator() as sim,
        pytest.MonkeyPatch.context() as patch,
        Client(
            sim.token, sim.location_id, sim.user_id, base_url=sim.base_url, api_version=version
        ) as client,
    ):
        patch.setenv("GHL_PLANS_DIR", str(tmp_path / "plans"))
        uploaded = client.media.upload(picture, parent_id="folder-1")
        (listed,) = client.media.list(query="beach", parent_id="folder-1")
    assert (listed.id, listed.url) == (uploaded.file_id, uploaded.url)
    paths = []
    for seen in sim.requests:
        body = form_of(seen.body) if isinstance(seen.body, str) else seen.body
        answer = seen.answer
        if seen.path == "/medias/files":  # the documents say a list of texts, with an object as one
            assert all(isinstance(one, dict) for one in answer["files"])
            answer = {**answer, "files": []}
        validate_request(seen.method, seen.path, seen.query, seen.headers, body)
        validate_answer(seen.method, seen.path, seen.status, answer, version)
        paths.append(seen.path)
    assert paths == ["/medias/upload-file", "/medias/files"]
