"""Take out of the vendor's OpenAPI files what `ghl-notebook verify-live` compares with.

``python -m tests.verify.extract`` writes it into the package, after the files were refreshed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests" / "data" / "openapi" / "apps"
TARGET = ROOT / "ghl_notebook" / "verify" / "documents.json"

_WALKED = re.compile(
    r"(GET|POST) /social-media-posting/oauth/\{locationId\}/[a-z-]+/(accounts|locations)/.*"
    r"|GET /social-media-posting/\{locationId\}/accounts"
    r"|GET /users/"
)


def extract() -> dict[str, Any]:
    """Return keys and types of each successful answer of a probe, by verb, path and status."""
    found: dict[str, Any] = {}
    for name in ("social-media-posting", "users"):
        document = json.loads((FILES / f"{name}.json").read_text("utf-8"))
        schemas = document["components"]["schemas"]
        for path, methods in document["paths"].items():
            for method, content in methods.items():
                operation = f"{method.upper()} {path}"
                if _WALKED.fullmatch(operation):
                    found[operation] = {
                        status: _keys(answer["content"]["application/json"]["schema"], schemas)
                        for status, answer in content["responses"].items()
                        if status.startswith("2")
                    }
    return found


def _keys(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _keys(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    if "allOf" in schema:
        (only,) = schema["allOf"]
        return _keys(only, schemas)
    if "properties" in schema:
        return {key: _keys(inner, schemas) for key, inner in schema["properties"].items()}
    if schema["type"] == "array":
        return [_keys(schema["items"], schemas)]
    # Several are said to be objects and have a string as their example.
    if schema["type"] == "object" and isinstance(schema.get("example", {}), str):
        return "string"
    return schema["type"]


def text() -> str:
    """Return the file as it should be."""
    return json.dumps(extract(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
