"""`client.categories` and `client.tags`."""

from __future__ import annotations

import pytest

from ghl_notebook import Client
from ghl_notebook.errors import NotFoundError, UnexpectedAnswerError
from tests.api.stub import Stub, answer


def test_categories_are_listed_and_found(client: Client) -> None:
    """By a part of their name, page by page, and by id."""
    page = client.categories.list(limit=2)
    assert (len(page.categories), page.count) == (2, 3)
    (found,) = client.categories.list(search_text="offer").categories
    assert client.categories.get(str(found.id)) == found
    assert found.primary_color == "#B42318"


def test_words_in_the_place_of_a_category_are_an_error(client: Client) -> None:
    """The live service was seen to answer 200 and "Category not found"."""
    with pytest.raises(NotFoundError, match="no category of this id") as caught:
        client.categories.get("0" * 24)
    assert "categories.list()" in caught.value.next_step


@pytest.mark.parametrize("results", ["Category not found", {}, {"category": None}, None])
def test_no_category_is_an_error_wherever_the_words_are(results: object) -> None:
    """A category without a name would be taken for one."""
    with pytest.raises(NotFoundError):
        Stub(answer(results)).client().categories.get("c1")


def test_tags_are_listed_and_looked_up(client: Client) -> None:
    """By a part of their name, and by the ids that posts have."""
    page = client.tags.list(search_text="e")
    assert {tag.tag for tag in page.tags} == {
        "coffee", "weekend", "team", "new", "winter menu",
    }  # fmt: skip
    ids = [str(tag.id) for tag in page.tags[:2]]
    found = client.tags.details([*ids, "nobody"])
    assert [tag.id for tag in found.tags] == ids
    assert found.count == 2


def test_a_text_where_tags_should_be_is_no_list_of_tags() -> None:
    """It is kept; the list is empty."""
    found = Stub(answer({"tags": "", "count": "0"})).client().tags.list()
    assert (found.tags, found.count, found.extra) == ([], 0, {"tags": ""})


def test_a_list_that_is_missing_is_not_an_empty_one() -> None:
    """It is damaged, however often it is asked for."""
    with pytest.raises(UnexpectedAnswerError):
        Stub(answer({"count": 3})).client().tags.details(["t1"])
