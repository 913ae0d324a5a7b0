"""Categories and tags in the simulator."""

from __future__ import annotations


def _get(caller, path, **query):
    return caller.get(f"/social-media-posting/{caller.sim.location_id}/{path}", params=query)


def test_posts_have_tags_that_there_are(caller):
    """The ids of posts lead to tags."""
    period = {"fromDate": "2025-01-01T00:00:00Z", "toDate": "2027-01-01T00:00:00Z"}
    path = f"/social-media-posting/{caller.sim.location_id}"
    body = {"skip": "0", "limit": "100", "includeUsers": "false", **period}
    posts = caller.http.post(f"{path}/posts/list", json=body).json()["results"]["posts"]
    used = {tag for post in posts for tag in post["tags"]}
    details = caller.http.post(f"{path}/tags/details", json={"tagIds": sorted(used)}).json()
    assert {tag["_id"] for tag in details["results"]["tags"]} == used
    assert used


def test_pages_are_cut_by_texts(caller):
    """`skip` and `limit` come in the query."""
    whole = _get(caller, "categories").json()["results"]
    part = _get(caller, "categories", skip="1", limit="1").json()["results"]
    assert part["categories"] == whole["categories"][1:2]
    assert (part["count"], len(whole["categories"])) == (3, 3)


def test_nonsense_in_the_query_is_refused(caller):
    """A page of a text is none."""
    answers = [_get(caller, "tags", skip="x"), _get(caller, "tags", limit="0")]
    assert [answer.status_code for answer in answers] == [422, 422]


def test_a_category_that_is_none_is_words(caller):
    """Under 200."""
    answer = _get(caller, "categories/nobody")
    assert (answer.status_code, answer.json()["results"]) == (
        200,
        {"category": "Category not found"},
    )
