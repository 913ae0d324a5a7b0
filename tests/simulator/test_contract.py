"""The simulator's answers against the vendor's OpenAPI documents, and the judge itself."""

from __future__ import annotations

import pytest

from tests.contract.openapi import validate_answer, validate_request
from tests.simulator.test_login import PLATFORMS

VARIANTS = {
    "instagram_key": ("id", "originId", "both"),
    "linkedin_profile": ("list", "object"),
    "google_locations": ("auto", "one", "list"),
    "tiktok_shape": ("profile", "flat"),
    "youtube_shape": ("profile", "channels"),
    "pinterest_shape": ("profile", "flat"),
}


def _judge(sim, skip=("/consent/",)):
    """Hold everything that was asked and answered against the documents; return how much."""
    judged = [
        seen
        for seen in sim.requests
        if not seen.path.startswith(skip) and not seen.path.endswith(("/finish", "/chooselocation"))
    ]
    for seen in judged:
        validate_request(seen.method, seen.path, seen.query, seen.headers, seen.body)
        version = seen.headers.get("version", "")
        validate_answer(seen.method, seen.path, seen.status, seen.answer, version)
    return len(judged)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_whole_login_keeps_to_the_documents(caller, sim, platform):
    """Start, step 2, attach, list and delete of each platform pass the judge."""
    account_id = caller.connect(platform, tick=["cafe.lumiere"] if platform == "google" else None)
    found = caller.available(platform, account_id)
    if platform == "google":
        caller.http.post(caller.path(platform, account_id), json=found["locations"])
    elif platform != "tiktok-business":
        ((first, *_), *_) = found.values()
        body = {"originId": first["id"], "name": first["name"], "avatar": first["avatar"]}
        if platform == "instagram":
            body["pageId"] = first["pageId"]
        caller.http.post(caller.path(platform, account_id), json=body)
    row = caller.accounts(fetchAll="true")[-1]
    path = f"/social-media-posting/{sim.location_id}/accounts/{row['id']}"
    caller.http.delete(path, params={"userId": sim.user_id})
    assert _judge(sim) >= 4


@pytest.mark.parametrize(
    ("lever", "value"), [(lever, value) for lever, values in VARIANTS.items() for value in values]
)
def test_every_variant_of_step_2_keeps_to_a_document(caller, sim, lever, value):
    """Every shape is in a document, or in the list of exceptions."""
    setattr(sim.levers, lever, value)
    platform = lever.partition("_")[0]
    for choices in ({}, {"tick": []}, {"choose": "Jonas Lindqvist"}):
        caller.available(platform, caller.connect(platform, **choices))
    assert _judge(sim) == 6


def test_users_and_sub_accounts_keep_to_the_documents(caller, sim):
    """So do the calls beside the Social Planner."""
    company = {"Authorization": f"Bearer {sim.state.tokens['company'].value}"}
    caller.get("/users/", params={"locationId": sim.location_id})
    caller.get("/locations/search", headers=company)
    query = {"companyId": sim.company_id, "appId": sim.client_id}
    caller.get("/oauth/installedLocations", params=query, headers=company)
    assert _judge(sim) == 3


def test_errors_keep_to_the_documents(caller, sim):
    """The documented statuses have the documented bodies."""
    path = caller.path("facebook", caller.connect("facebook"))
    caller.http.post(path, json={"unknown": 1})
    caller.get(caller.path("facebook", "0" * 24))
    caller.get(path, headers={"Authorization": "Bearer nobody"})
    caller.get(path, headers={"Authorization": f"Bearer {sim.state.tokens['second'].value}"})
    for seen in sim.requests[-4:]:
        validate_answer(seen.method, seen.path, seen.status, seen.answer)
    assert [seen.status for seen in sim.requests[-4:]] == [422, 400, 401, 403]


LIST = "/social-media-posting/abc/accounts"
GOOD = {"success": True, "statusCode": 200, "message": "Fetched Accounts"}
ROWS = [
    (200, {**GOOD, "results": {"accounts": [{"id": 7}]}}, "is not of type 'string'"),
    (200, {**GOOD, "results": {"accounts": [{"surprise": 1}]}}, "'surprise' was unexpected"),
    (200, {"success": True, "statusCode": 200}, "'message' is a required property"),
    (201, GOOD, "the documents know"),
    (302, "", "only start redirects"),
    (403, {"oops": 1}, "an error without a message"),
]


@pytest.mark.parametrize(("status", "body", "reason"), ROWS)
def test_the_judge_can_refuse_an_answer(status, body, reason):
    """A judge that lets everything pass would prove nothing."""
    validate_answer("GET", LIST, 200, GOOD)
    with pytest.raises(AssertionError, match=reason):
        validate_answer("GET", LIST, status, body)


HEADERS = {"Authorization": "Bearer x", "Version": "2021-07-28"}
START = "/social-media-posting/oauth/instagram/start"
IDS = {"locationId": "a", "userId": "b"}


@pytest.mark.parametrize(
    ("query", "headers", "body", "reason"),
    [
        ({"locationId": "a"}, HEADERS, None, "parameters missing"),
        (IDS | {"surprise": "1"}, HEADERS, None, "in no document"),
        (IDS, {"Version": "2021-07-28"}, None, "no bearer"),
        (IDS, HEADERS | {"Version": "2020"}, None, "Version is"),
        (IDS, HEADERS, {"a": 1}, "takes no body"),
    ],
)
def test_the_judge_can_refuse_a_request(query, headers, body, reason):
    """Every part of a request is checked."""
    validate_request("GET", START, IDS, HEADERS, None)
    with pytest.raises(AssertionError, match=reason):
        validate_request("GET", START, query, headers, body)


def test_the_judge_refuses_unknown_body_keys_and_paths():
    """A body key in no document is a fault, and so is a path."""
    path = "/social-media-posting/oauth/abc/instagram/accounts/def"
    validate_request("POST", path, {}, HEADERS, {"originId": "1", "pageId": "2"})
    for body, reason in (({"originId": "1"}, "required"), ({"pageId": "2", "x": 1}, "unexpected")):
        with pytest.raises(AssertionError, match=reason):
            validate_request("POST", path, {}, HEADERS, body)
    with pytest.raises(AssertionError, match="in no document"):
        validate_request("GET", "/nothing", {}, HEADERS, None)
