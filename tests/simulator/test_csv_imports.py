"""CSV imports in the simulator: what it refuses."""

from __future__ import annotations

import pytest

from tests.contract.openapi import validate_answer

HEAD = "postAtSpecificTime (YYYY-MM-DD HH:mm:ss),content\n"


def _upload(caller, content, field="file"):
    path = f"/social-media-posting/{caller.sim.location_id}/csv"
    return caller.http.post(path, files={field: ("posts.csv", content, "text/csv")})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "CSV_INVALID_FORMAT"),
        (b"a,b\n1,2\n", "CSV_HEADERS_NOT_MATCHING"),
        (HEAD.encode(), "CSV_EMPTY_FILE"),
    ],
)
def test_a_file_of_another_form_is_refused(caller, content, message):
    """400 with the service's code."""
    answer = _upload(caller, content)
    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_a_form_without_the_file_is_refused(caller):
    """A request without a form is refused, too."""
    path = f"/social-media-posting/{caller.sim.location_id}/csv"
    answers = [_upload(caller, HEAD, field="other"), caller.http.post(path, json={})]
    assert [answer.json()["message"] for answer in answers] == ["CSV file is required"] * 2


def test_v3_words_its_refusals_in_full(caller):
    """A file in another format has a code; each refusal matches the document."""
    caller.http.headers["version"] = "v3"
    for answer in (_upload(caller, b"a,b\n1,2\n"), _upload(caller, HEAD, field="other")):
        path = f"/social-media-posting/{caller.sim.location_id}/csv"
        validate_answer("POST", path, answer.status_code, answer.json(), "v3")
    assert _upload(caller, HEAD).json()["code"] == "CSV_EMPTY_FILE"


def _set(caller, **more):
    uploaded = _upload(caller, f"{HEAD}2026-02-01 09:00:00,Hello\n").json()["results"]
    body = {"accountIds": [caller.accounts()[0]["id"]], **uploaded}
    path = f"/social-media-posting/{caller.sim.location_id}/set-accounts"
    return caller.http.post(path, json=body | more)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 201),
        ({"filePath": "nowhere"}, 400),
        ({"accountIds": ["nobody"]}, 400),
        ({"rowsCount": 2}, 422),
        ({"csvFileType": "basic"}, 422),
    ],
)
def test_accounts_are_set_for_a_file_that_there_is(caller, body, status):
    """A path, accounts and rows that there are, and keys that the version knows."""
    assert _set(caller, **body).status_code == status


def test_an_import_is_finalized_once(caller):
    """The posts would be there twice."""
    _set(caller)
    place = f"/social-media-posting/{caller.sim.location_id}/csv"
    (row,) = caller.get(place).json()["results"]["csvs"]
    answers = [caller.http.patch(f"{place}/{row['_id']}", json={}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 400]


def test_v3_wants_to_know_who_asks(caller):
    """Older versions do not."""
    place = f"/social-media-posting/{caller.sim.location_id}/csv"
    answers = [caller.get(place), caller.get(place, headers={"Version": "v3"})]
    assert [answer.status_code for answer in answers] == [200, 422]
