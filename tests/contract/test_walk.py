"""Every operation of the vendor's Social Planner documents has its method: 85 of 85."""

from __future__ import annotations

from typing import Any

import pytest

from tests.folding import folded

from .walk import MEDIA, Documented, method_of, methods, operations, see


@pytest.mark.exhaustive
@folded("operation", operations(), ids=str)
def test_an_operation_is_asked_with_all_that_it_documents(operation: Documented) -> None:
    """It has a method with all its parameters; request and answer are as documented."""
    assert see(operation).faults == ()


def test_the_documents_are_walked_whole() -> None:
    """40 operations of the older version, and 45 of v3."""
    versions = [operation.version for operation in operations()]
    assert [versions.count(version) for version in ("2021-07-28", "v3")] == [40, 45]


POSTS = "/social-media-posting/{locationId}/posts"
BODY = {"content": {"application/json": {"schema": {"properties": {"summary": {}, "new": {}}}}}}


@pytest.mark.parametrize(
    ("method", "template", "content", "faults"),
    [
        ("GET", "/social-media-posting/{locationId}/news", {}, ("no method",)),
        (
            "GET",
            POSTS + "/{id}",
            {"parameters": [{"name": "new", "in": "query"}]},
            ("no parameter for new", "new was not sent"),
        ),
        ("POST", POSTS, {"requestBody": BODY}, ("no parameter for new", "new was not sent")),
    ],
)
def test_the_walk_sees_what_is_missing(
    method: str, template: str, content: dict[str, Any], faults: tuple[str, ...]
) -> None:
    """An operation without a method, and a parameter that a newer document might have."""
    made_up = Documented(
        "apps/social-media-posting.json", method, template, {"operationId": "new", **content}
    )
    assert see(made_up).faults == faults


def test_no_method_asks_what_is_in_no_document() -> None:
    """Each method of the groups is an operation of the documents."""
    asked = {method_of(operation) for operation in operations()}
    assert set(methods().values()) <= asked | MEDIA
