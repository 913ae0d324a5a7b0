"""Comments in the simulator: what it refuses."""

from __future__ import annotations

import pytest

V3 = {"Version": "v3"}


def _ask(caller, method, path, body=None, headers=V3):
    return caller.http.request(
        method,
        f"/social-media-posting/comments/{path}",
        json=body,
        params={"locationId": caller.sim.location_id},
        headers=headers,
    )


def test_older_versions_do_not_know_comments(caller):
    """The path is not there."""
    answer = _ask(caller, "POST", "facebook/list", {"originIds": []}, {"Version": "2021-07-28"})
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["google/list", "instagram/1/like"])
def test_a_platform_without_them_is_not_found(caller, path):
    """Google has no comments, and Instagram's cannot be liked."""
    assert _ask(caller, "POST", path, {"originIds": []}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"originIds": ["1"], "limit": 101},
        {"originIds": ["1"], "skip": -1},
        {"originIds": ["1"], "fromDate": "2026-01-01T00:00:00Z"},
        {"originIds": ["1"], "surprise": 1},
    ],
)
def test_a_list_says_what_is_wrong(caller, body):
    """422, as the documents have it."""
    assert _ask(caller, "POST", "facebook/list", body).status_code == 422


def test_another_sub_account_is_refused(caller):
    """The query names it."""
    answer = caller.http.post(
        "/social-media-posting/comments/facebook/list",
        json={"originIds": []},
        params={"locationId": "another"},
        headers=V3,
    )
    assert answer.status_code == 403


def test_a_comment_of_nobody_cannot_be_liked(caller):
    """400 with the service's words."""
    answer = _ask(caller, "POST", "facebook/nobody/like")
    assert (answer.status_code, answer.json()["message"]) == (400, "Comment not found")
