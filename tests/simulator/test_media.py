"""The media library in the simulator: what it stores, and what it refuses."""

from __future__ import annotations

import pytest

PARAMETERS = {"sortBy": "createdAt", "sortOrder": "desc", "type": "file", "altType": "location"}
PNG = ("beach.png", b"\x89PNG content", "image/png")


def _upload(caller, file=PNG, **fields):
    return caller.http.post("/medias/upload-file", data=fields, files={"file": file})


def _files(caller, **query):
    parameters = {**PARAMETERS, "altId": caller.sim.location_id, **query}
    return caller.get("/medias/files", params=parameters)


def test_each_upload_is_a_file_of_its_own(caller):
    """As in the service, which does not compare contents; the list shows the newest first."""
    before = len(_files(caller).json()["files"])
    first, second = _upload(caller, name="one.png").json(), _upload(caller).json()
    assert first["fileId"] != second["fileId"]
    assert first["url"].endswith(".png")
    listed = _files(caller).json()["files"]
    assert len(listed) == before + 2
    assert [one["name"] for one in listed[:2]] == ["beach.png", "one.png"]
    assert [one["_id"] for one in _files(caller, query="ONE.").json()["files"]] == [first["fileId"]]
    assert _files(caller, limit="1", offset="1").json()["files"][0]["_id"] == first["fileId"]


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (("a.exe", b"MZ", "application/octet-stream"), 400),
        (("a.png", b"", "image/png"), 400),
        (("a.png", b"x" * 25_000_001, "image/png"), 413),
        (("a.mp4", b"x" * 25_000_001, "video/mp4"), 200),
    ],
)
def test_another_type_and_a_large_file_are_refused(caller, file, status):
    """A video may be larger."""
    assert _upload(caller, file).status_code == status


def test_a_form_without_a_file_is_refused(caller):
    """Also a body that is not a form."""
    answers = [
        caller.http.post("/medias/upload-file", files={"other": PNG}),
        caller.http.post("/medias/upload-file", json={}),
    ]
    assert [answer.status_code for answer in answers] == [400, 400]


def test_the_scopes_are_needed(caller):
    """``medias.write`` to upload, ``medias.readonly`` to list."""
    token = caller.sim.state.tokens["main"]
    scopes = token.scopes
    try:
        object.__setattr__(token, "scopes", scopes - {"medias.write", "medias.readonly"})
        answers = [_upload(caller), _files(caller)]
    finally:
        object.__setattr__(token, "scopes", scopes)
    for answer in answers:
        assert answer.status_code == 401
        assert "not authorized for this scope" in answer.json()["message"]


def test_the_files_of_another_sub_account_are_refused(caller):
    """A token is of one sub-account."""
    assert _files(caller, altId="another").status_code == 403
    assert _files(caller, sortBy="").status_code == 422
    assert _files(caller, limit="x").status_code == 422
