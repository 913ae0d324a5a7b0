"""The groups of operations: one declaration of each, behind both doors."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from ghl_notebook import AsyncAgency, AsyncClient, Client
from ghl_notebook.api.operation import Operation
from ghl_notebook.api.resource_groups import Resources
from ghl_notebook.api.resources import Posts
from ghl_notebook.errors import ArgumentError, ScopeError, ServiceError, UnexpectedAnswerError
from ghl_notebook.simulator import Simulator
from tests.api.stub import LOCATION, TOKEN, USER, Stub, answer
from tests.contract.walk import methods
from tests.folding import folded

PAGE = answer({"posts": [], "count": 0}, 201)
DECADE = ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")
PERIOD = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")


def bound(client: Any, name: str) -> Any:
    """Return a group's method, of a client."""
    group, _, method = name.partition(".")
    return getattr(getattr(client, group), method)


@folded("name", sorted(methods().values()))
def test_both_doors_show_the_same_operation(name: str) -> None:
    """The same parameters and words; only one is awaited."""
    service = Stub(PAGE)
    client, other = service.client(), service.async_client()
    one, two = bound(client, name), bound(other, name)
    assert inspect.signature(one).parameters == inspect.signature(two).parameters
    assert "ask" not in inspect.signature(one).parameters
    assert one.__doc__ == two.__doc__
    assert inspect.iscoroutinefunction(two)
    assert not inspect.iscoroutinefunction(one)


@folded("name", sorted(methods().values()))
def test_an_operation_documents_its_call_and_its_parameters(name: str) -> None:
    """Verb and path, scope where there is one, each parameter, and the errors."""
    method = bound(Stub(PAGE).client(), name)
    document = inspect.getdoc(method)
    endpoint = getattr(type(method.__self__), name.partition(".")[2]).endpoint
    assert f"``{endpoint.method} {endpoint.template}``" in document
    assert endpoint.scope is None or f"scope ``{endpoint.scope}``" in document
    assert "Raises\n------\nGHLError" in document
    parameters = document.partition("Parameters\n----------\n")[2].replace("\\\n", "")
    assert not [p for p in inspect.signature(method).parameters if p not in parameters]


def test_a_group_is_documented() -> None:
    """By its class, and where the client has it."""
    for name, value in vars(Resources).items():
        if isinstance(value, property) and not name.startswith("_"):
            group = getattr(Stub(PAGE).client(), name)
            assert value.__doc__
            assert type(group).__doc__
            assert repr(group) == f"<{type(group).__name__} of {LOCATION}>"


async def test_one_client_does_not_know_of_the_other(client: Client) -> None:
    """Both work in a running event loop."""
    async with AsyncClient(TOKEN, LOCATION, USER, transport=Stub(PAGE)) as other:
        listed = await asyncio.gather(other.posts.list(*PERIOD), other.posts.list(*PERIOD))
    assert [page.count for page in listed] == [0, 0]
    assert client.posts.list(*PERIOD).posts


async def test_an_agencys_clients_have_the_groups() -> None:
    """In the version that the agency speaks."""
    with Simulator(locations=2, accounts=2) as sim:
        *_, place = sim.state.locations
        token = sim.install("agency")["access_token"]
        async with AsyncAgency(
            token, sim.company_id, base_url=sim.base_url, api_version="v3"
        ) as agency:
            client = agency.client(place)
            posts = await client.posts.list(*PERIOD)
            queues = await client.queues.list()
            uploaded = await client.csv_imports.upload(b"postAtSpecificTime,content\nx,y\n")
    assert posts.posts
    assert uploaded.rows_count == 1
    assert queues.queues == []


def test_a_wrong_argument_is_told_in_pythons_words() -> None:
    """Nothing is sent."""
    service = Stub(PAGE)
    with pytest.raises(TypeError, match=r"Posts\.get\(\): missing a required argument"):
        service.client().posts.get()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'summry'"):
        service.client().posts.create([], summry="Hello")  # type: ignore[call-arg]
    assert service.requests == []


def test_one_text_is_no_list() -> None:
    """A single id would be sent letter by letter."""
    with pytest.raises(ArgumentError, match="account_ids is a single str") as caught:
        Stub(PAGE).client().posts.create("abc")
    assert caught.value.next_step == "Pass account_ids as a list."


@folded("name", sorted(methods().values()))
def test_only_reading_is_repeated(name: str) -> None:
    """A list that is asked for by POST is one of those that are sent again."""
    found = vars(type(bound(Stub(PAGE).client(), name).__self__))[name.partition(".")[2]]
    assert isinstance(found, Operation)
    last = found.endpoint.template.rpartition("/")[2]
    reads = found.endpoint.method == "GET" or last in READ_BY_POST
    assert found.endpoint.changes is not reads


READ_BY_POST = {"list", "details", "statistics", "items", "slots", "calendar"}


def test_a_list_is_asked_for_again_and_a_change_is_not() -> None:
    """While the service fails: what only reads cannot do harm."""
    down, post = httpx.Response(502, text="down"), answer({"post": {"_id": "p1"}}, 201)
    service = Stub(down, down, PAGE)
    assert service.client().posts.list(*PERIOD).count == 0
    assert len(service.requests) == 3
    service = Stub(down, post)
    with pytest.raises(ServiceError) as caught:
        service.client().posts.create(["a1"])
    assert caught.value.outcome_unknown
    assert "before you call Posts.create again" in caught.value.next_step
    assert len(service.requests) == 1


def test_a_missing_scope_is_named() -> None:
    """That of the operation, and not those that a login needs."""
    missing = httpx.Response(401, json={"message": "The token is not authorized for this scope."})
    with pytest.raises(ScopeError, match=r"Add the scope socialplanner/post\.readonly under"):
        Stub(missing).client().posts.get("p1")


def test_an_answer_without_what_was_asked_for_is_asked_for_again() -> None:
    """A list that is missing is not an empty one."""
    service = Stub(answer({}), PAGE)
    assert service.client().posts.list(*PERIOD).posts == []
    assert len(service.requests) == 2


@pytest.mark.parametrize("values", [[], (), iter(())])
def test_a_filter_that_chooses_nothing_is_refused(values: object) -> None:
    """The service takes an empty one for all: of a deletion, that would be far too much."""
    service = Stub(PAGE)
    client = service.client()
    with pytest.raises(ArgumentError, match="accounts is empty"):
        client.posts.list("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", accounts=values)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="platforms is empty"):
        client.statistics.fetch(["p"], platforms=())
    assert service.requests == []


def test_an_iterable_is_gone_through_where_it_was_passed(client: Client) -> None:
    """So it may ask the client itself, page by page, and holds nobody else up."""

    def ids() -> Iterator[str]:
        yield from (str(post.id) for post in client.posts.list(*DECADE, limit=2).posts)

    before = client.posts.list(*DECADE).count
    assert client.posts.bulk_delete(ids()) == 2
    assert before is not None
    assert client.posts.list(*DECADE).count == before - 2


@folded(
    ("wrong", "words"),
    [
        ({"from_date": "2026-01-01 10:00"}, "2026-01-01 10:00 has no time zone"),
        ({"from_date": "soon"}, "from_date is not a datetime"),
        ({"from_date": None}, "from_date is None"),
        ({"from_date": pd.NaT}, "from_date is not a datetime"),
        ({"from_date": date(2026, 1, 1)}, "from_date is not a datetime"),
        ({"from_date": datetime.max.replace(tzinfo=timezone(-timedelta(hours=9)))}, "out of range"),
        ({"accounts": [1]}, "accounts contains a int"),
        ({"accounts": pd.Series(["a", pd.NA], dtype="string")}, "accounts contains a NAType"),
        ({"accounts": {"a": 1}}, "accounts is a single dict"),
        ({"skip": None}, "skip is None"),
        ({"limit": "10"}, "limit is a str. Pass a whole number"),
        ({"include_users": 1}, "include_users is a int. Pass True or False"),
        ({"post_type": 5}, "post_type is a int. Pass text"),
    ],
)
def test_what_makes_no_sense_is_refused_before_it_is_sent(
    wrong: dict[str, Any], words: str
) -> None:
    """With the parameter's name, and what to pass."""
    service = Stub(PAGE)
    period = {"from_date": DECADE[0], "to_date": DECADE[1]}
    with pytest.raises(ArgumentError, match=words):
        service.client().posts.list(**{**period, **wrong})
    assert service.requests == []


@pytest.mark.parametrize("results", [{"post": "Post not found"}, {"post": None}, {}, None])
def test_an_answer_without_its_record_is_no_empty_record(results: object) -> None:
    """Of a post that was made, nobody would know the id: whether it was made is left open."""
    service = Stub(answer(results))
    with pytest.raises(UnexpectedAnswerError):
        service.client().posts.get("p1")
    with pytest.raises(UnexpectedAnswerError) as caught:
        service.client().posts.create(["a"], status="draft")
    assert caught.value.outcome_unknown


def test_a_post_with_a_date_has_a_status() -> None:
    """Without one it would be published at once."""
    service = Stub(PAGE)
    with pytest.raises(ArgumentError, match="published at once"):
        service.client().posts.create(["a"], schedule_date=DECADE[1])
    assert service.requests == []


@pytest.mark.parametrize("file", ["text", None, Path("posts.csv"), 5])
def test_a_file_is_passed_as_its_content(file: Any) -> None:
    """And not as its name."""
    with pytest.raises(ArgumentError, match="file is"):
        Stub(PAGE).client().csv_imports.upload(file)


@pytest.mark.parametrize("told", ["two", {}, None, -1, 1.5])
def test_a_count_that_makes_no_sense_is_none(told: object) -> None:
    """The posts are gone all the same."""
    assert Stub(answer({"deletedCount": told})).client().posts.bulk_delete(["p"]) is None


def test_an_operation_can_be_looked_at_and_called_by_its_class(client: Client) -> None:
    """As any function: `help` shows what a caller passes."""
    assert list(inspect.signature(Posts.get).parameters) == ["self", "post_id"]
    assert "ask" not in client.posts.get.__annotations__
    assert Posts.list(client.posts, *DECADE).posts
