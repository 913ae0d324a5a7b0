"""Queues in the simulator: what it refuses."""

from __future__ import annotations

import pytest

QUEUES = "/social-media-posting/category/queues"
SLOTS = [{"dayOfWeek": 1, "time": "09:00"}]


def _ask(caller, method, path, body, version="v3"):
    body = {"locationId": caller.sim.location_id} | body
    return caller.http.request(method, QUEUES + path, json=body, headers={"Version": version})


def _create(caller, **more):
    place = f"/social-media-posting/{caller.sim.location_id}/categories"
    first, *_ = caller.get(place).json()["results"]["categories"]
    body = {"categoryId": first["_id"], "timeSlots": SLOTS, "userId": caller.sim.user_id}
    return _ask(caller, "POST", "", body | more)


def test_older_versions_do_not_know_queues(caller):
    """The path is not there."""
    answers = [_ask(caller, "POST", "/list", {}, version) for version in ("2021-07-28", "v3")]
    assert [answer.status_code for answer in answers] == [404, 201]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 201),
        ({"categoryId": "nobody"}, 400),
        ({"locationId": "another"}, 403),
        ({"timeSlots": [{"dayOfWeek": 7, "time": "09:00"}]}, 422),
        ({"timeSlots": [{"dayOfWeek": 1, "time": "9"}]}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_a_queue_is_made_of_what_there_is(caller, body, status):
    """A category, a sub-account and times that there are."""
    assert _create(caller, **body).status_code == status


def test_a_category_has_one_queue(caller):
    """A second one is refused."""
    assert [_create(caller).status_code for _ in range(2)] == [201, 400]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/nobody", {}, 400),
        ("PUT", "/QUEUE", {"status": "draft"}, 422),
        ("PUT", "/QUEUE/items/nobody", {}, 400),
        ("POST", "/QUEUE/items", {"sessionId": "nobody"}, 400),
        ("POST", "/QUEUE/create/item", {"order": "middle"}, 422),
        ("POST", "/QUEUE/create/item", {"modifiedPostPayload": {"accountIds": ["no"]}}, 400),
        ("POST", "/QUEUE/create/item", {"modifiedPostPayload": {"accountIds": 7}}, 422),
        ("POST", "/QUEUE/edit/save", {}, 422),
    ],
)
def test_what_cannot_be_is_refused(caller, method, path, body, status):
    """Unknown queues, items and sessions, and words that mean nothing."""
    queue = _create(caller).json()["results"]["queue"]["_id"]
    assert _ask(caller, method, path.replace("QUEUE", queue), body).status_code == status


def test_an_active_queue_wants_to_be_told_how_an_item_is_added(caller):
    """In a session, or directly; a draft takes it anyway."""
    queue = _create(caller).json()["results"]["queue"]["_id"]
    first = _ask(caller, "POST", f"/{queue}/create/item", {})
    _ask(caller, "PUT", f"/{queue}", {"status": "active"})
    second = _ask(caller, "POST", f"/{queue}/create/item", {})
    third = _ask(caller, "POST", f"/{queue}/create/item", {"directToQueue": True})
    assert [answer.status_code for answer in (first, second, third)] == [201, 400, 201]


def test_a_queue_without_times_has_items(caller):
    """The items are listed, and never published."""
    queue = _create(caller, timeSlots=[]).json()["results"]["queue"]["_id"]
    _ask(caller, "PUT", f"/{queue}", {"status": "active"})
    items = _ask(caller, "POST", f"/{queue}/items", {}).json()["results"]["items"]
    slots = _ask(caller, "POST", f"/{queue}/slots", {}).json()["results"]["slots"]
    assert items
    assert {slot["scheduledDateTime"] for slot in slots} == {None}


def test_nothing_is_wrong_with_the_items(caller):
    """The list of those that something is wrong with is empty, and has no middle."""
    queue = _create(caller).json()["results"]["queue"]["_id"]
    item = _ask(caller, "POST", f"/{queue}/items", {}).json()["results"]["items"][0]["_id"]
    wrong = {"errorFilter": True}
    answers = [
        _ask(caller, "POST", f"/{queue}/items", body) for body in (wrong, wrong | {"itemId": item})
    ]
    assert [answer.status_code for answer in answers] == [201, 400]


def test_the_messages_of_queues_are_in_their_results(caller):
    """The envelope has none."""
    body = _create(caller).json()
    assert body.keys() == {"success", "statusCode", "results", "traceId"}
    assert body["results"]["message"] == "Created Queue"
