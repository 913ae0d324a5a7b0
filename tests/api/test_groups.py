"""The groups of operations: one declaration of each, behind both doors."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import httpx
import pytest

from ghl_notebook import ArgumentError, AsyncClient, Client, ServiceError
from ghl_notebook.api.groups import Groups
from ghl_notebook.api.operation import Operation
from tests.api.stub import LOCATION, TOKEN, USER, Stub, answer
from tests.contract.walk import methods

PAGE = answer({"posts": [], "count": 0}, 201)
PERIOD = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")


def bound(client: Any, name: str) -> Any:
    """Return a group's method, of a client."""
    group, _, method = name.partition(".")
    return getattr(getattr(client, group), method)


@pytest.mark.parametrize("name", sorted(methods().values()))
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


@pytest.mark.parametrize("name", sorted(methods().values()))
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
    for name, value in vars(Groups).items():
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


def test_a_wrong_argument_is_told_in_pythons_words() -> None:
    """Nothing is sent."""
    service = Stub(PAGE)
    with pytest.raises(TypeError, match=r"Posts\.get\(\) missing 1 required"):
        service.client().posts.get()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'summry'"):
        service.client().posts.create([], summry="Hello")  # type: ignore[call-arg]
    assert service.requests == []


def test_one_text_is_no_list() -> None:
    """A single id would be sent letter by letter."""
    with pytest.raises(ArgumentError, match="account_ids is a single text") as caught:
        Stub(PAGE).client().posts.create("abc")
    assert caught.value.next_step == "Pass account_ids as a list."


@pytest.mark.parametrize("name", sorted(methods().values()))
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
    with pytest.raises(ServiceError, match="may have"):
        service.client().posts.create(["a1"])
    assert len(service.requests) == 1


def test_an_answer_without_what_was_asked_for_is_asked_for_again() -> None:
    """A list that is missing is not an empty one."""
    service = Stub(answer({}), PAGE)
    assert service.client().posts.list(*PERIOD).posts == []
    assert len(service.requests) == 2
