"""Keys and types of the vendor's OpenAPI files, as the package carries them."""

from __future__ import annotations

from ghl_notebook.verify.documents import faults, find_document
from tests.verify.extract import TARGET, text


def test_the_extract_is_that_of_the_files() -> None:
    """After the files were refreshed: ``python -m tests.verify.extract``."""
    assert TARGET.read_text("utf-8") == text()


def test_every_operation_of_a_probe_is_documented_but_one() -> None:
    """The attach of a tiktok-business account is undocumented; it is compared with TikTok's."""
    for platform in ("facebook", "instagram", "google", "linkedin", "tiktok", "tiktok-business"):
        assert find_document("GET", platform) is not None
        assert find_document("POST", platform) is not None
    assert find_document("GET", "accounts") is not None
    assert find_document("GET", "users") is not None
    assert find_document("GET", "nobody") is None


def test_types_and_keys_are_compared() -> None:
    """An absent key is not a fault: in the files, almost every key is optional."""
    document = {"name": "string", "rows": [{"id": "string", "open": "object"}]}
    shape = {"name": "number", "rows": [{"id": "24 hex", "open": {"a": "text"}, "more": "true"}]}
    assert list(faults(document, shape)) == [
        "name is a number, not a string",
        "rows[].more (boolean) is in no document",
    ]
    assert list(faults(document, {"name": "null", "traceId": "UUID"})) == []
