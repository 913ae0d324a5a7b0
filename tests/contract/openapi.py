"""The vendor's OpenAPI documents as a judge of answers and requests.

The documents leave almost everything optional, so a key they do not name is refused here too,
unless a list below says that the live service was seen to send it. Every exception is in one of
the lists, with its reason.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = ["FOLDER", "validate_answer", "validate_request"]

FOLDER = Path(__file__).parent.parent / "data" / "openapi"
_BASE = "https://openapi.test/"

# The live service accepts each of these for a path that exists; the documents name one.
VERSIONS = {"2021-04-15", "2021-07-28", "2023-02-21", "v3"}

# In no document, but in every error list of people who ran against the live service.
UNDOCUMENTED_ERRORS = {403, 404, 429}

# Takes its credentials in the body, so neither a bearer nor, before v3, a Version.
TOKEN = "/oauth/token"

# The documents say 200 for these; 201 live.
CREATED = {"/oauth/locationToken", "/oauth/location-token"}

# start: the documents say 200 and no body. Live, it is a redirect; 200 is its followed form.
START = re.compile(r"/social-media-posting/oauth/[^/]+/start")

# The vendor's page on Instagram writes step 2 without the sub-account in the path.
SHORT_STEP_2 = re.compile(r"/social-media-posting/oauth/([^/]+)/(accounts|locations)/([^/]+)")

# Platforms that only the v3 documents have: under an older version they are held against the
# closest v2 form.
V3_FORMS = {
    "youtube/accounts": "tiktok/accounts",
    "pinterest/accounts": "tiktok/accounts",
    "threads/accounts": "tiktok/accounts",
}
V3_PLATFORMS = {"youtube", "pinterest", "threads"}

# Said to be objects, with a string as the example; strings live.
STRINGS = {
    "SocialGoogleMediaAccountSchema": ("platform", "type"),
    "SocialMediaFacebookAccountSchema": ("platform", "type"),
    "SocialMediaInstagramAccountSchema": ("platform", "type"),
    "SocialMediaLinkedInAccountSchema": ("platform", "type"),
    "SocialMediaTwitterAccountSchema": ("platform", "type"),
    "SocialMediaTiktokAccountSchema": ("platform", "type"),
    "TiktokProfileSchema": ("type",),
    "AttachFBAccountDTO": ("type",),
    "CreatePostDTO": ("status", "type"),
    "PostCreateRequest": ("status", "type"),
    "QueueModifiedPostDTO": ("status", "type"),
    "GetPostFormattedSchema": ("status", "type"),
    "GetModifiedPayloadFormattedSchema": ("status", "type"),
    "SearchPostDTO": ("postType",),
    "CSVPostSchema": ("type",),
    "CsvResponse": ("status",),
    "UpdateCategoryQueueDTO": ("status",),
    "FormatedApprovalDetails": ("approvalStatus",),
    "PostApprovalSchema": ("approvalStatus",),
    "TiktokPostSchema": ("privacyLevel",),
    "GMBPostSchema": ("actionType",),
}

# Sent by the live service, or by a request that worked, beyond the documents.
EXTRA_KEYS = {
    "GetAccountSchema": (
        "avatar", "originId", "deleted", "updatedAt", "hasStatisticsPermissions",
        "buildingStatistics", "syncPosts", "active",
    ),
    # The post of several accounts that a post of one belongs to.
    "GetPostFormattedSchema": ("parentPostId",),
    "InstagramAccountSchema": ("originId", "isBusinessAccount"),
    "TiktokProfileSchema": ("websiteUrl",),
    # Deleting a row wants its id, and no row of the documents has one.
    "CSVPostSchema": ("_id",),
    # In the document of v3 only; public programs read it under 2021-07-28, too.
    "UploadFileResponseDTO": ("url",),
    # Wanted by v3, which calls it `id` in its list of keys.
    "CSVImportSchema": ("_id",),
    "AttachFBAccountDTO": ("platform",),
    "AttachTiktokAccountDTO": ("websiteUrl", "originAccountType"),
    # OAuth's own (RFC 6749, 5.2 and RFC 7636), which the service's token endpoint keeps to.
    "BadRequestDTO": ("error", "error_description"),
    "UnauthorizedDTO": ("error_description",),
    "GetAccessCodebodyDto": ("code_verifier",),
    "GetAccessTokenBodyDto": ("codeVerifier",),
    # The v3 document has it, and the service sent it before that.
    "GetLocationAccessTokenSuccessfulResponseDto": ("refresh_token",),
}  # fmt: skip
EVERYWHERE = ("traceId",)

# Deleting a queue is documented, and what is answered then is not.
# A GET of a post gives words where its media were sent with MIME types.
MORE_WORDS = {
    "CategoryQueueDTO": {"status": ("deleted",)},
    "PostMediaSchema": {"type": ("image", "video")},
}

# Words in the place of a record, under 200.
WORDS = {"GetCategorySchema": ("category",)}

# Results with two shapes in the documents, or unknown ones: the key may hold one or a list, and
# a flat object may stand in for it. The simulator's levers give each of them.
EITHER = {
    "GetGoogleLocationAccountSchema": ("locations",),
    "GetLinkedInAccountSchema": ("profile",),
    "GetUploadStatusResponseSchema": ("csvs",),
}
FLAT = {
    "GetTiktokAccountSchema": (
        "openId", "displayName", "avatarUrl", "channels", "id", "name", "avatar", "isConnected",
        "username", "type", "websiteUrl",
    ),
}  # fmt: skip

# Query parameters in no v2 document.
EXTRA_QUERY = {
    "/start": ("loginType",),
    "/accounts": ("fetchAll",),
    "/accounts/{accountId}": ("search",),
    "/locations/{accountId}": ("search",),
}
SHORT_QUERY = ("locationId", "userId", "page", "reconnect")


@dataclass(frozen=True)
class _Operation:
    document: str
    template: str
    pattern: re.Pattern[str]
    method: str
    content: dict[str, Any]


def validate_answer(
    method: str, path: str, status: int, body: Any, version: str = "2021-07-28"
) -> None:
    """Hold one answer against the documents.

    Parameters
    ----------
    method, path : str
        Of the request; the path without its query.
    status : int
        The HTTP status.
    body : object
        Parsed JSON, or the text.
    version : str
        Of the request: "v3" prefers the v3 documents.

    Raises
    ------
    AssertionError
        With the reason.
    """
    operation = _operation(method, path, version)
    if operation is None or (status == 404 and not _documents_404(operation, version)):
        assert status in UNDOCUMENTED_ERRORS | {401}, f"{method} {path} is in no document"
        _check_error(body)
        return
    where = f"{status} {method} {operation.template}"
    if status == 302:
        assert START.fullmatch(path), f"{where}: only start redirects"
        assert not body, f"{where}: a redirect of start has no body"
        return
    responses = operation.content["responses"]
    if status in UNDOCUMENTED_ERRORS and str(status) not in responses:
        _check_error(body)
        return
    if operation.template in CREATED:
        assert status != 200, f"{where}: 201 live"
        status = 200 if status == 201 else status
    assert str(status) in responses, f"{where}: the documents know {sorted(responses)}"
    content = responses[str(status)].get("content")
    if content is not None:
        schema = content["application/json"]["schema"]
        _check(operation.document, schema, body, where)


def validate_request(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any
) -> None:
    """Hold one request against the documents.

    Parameters
    ----------
    method, path : str
        Of the request; the path without its query.
    query, headers : dict
        As sent; header names in any case.
    body : object
        Parsed JSON, or None.

    Raises
    ------
    AssertionError
        With the reason.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    operation = _operation(method, path, sent.get("version"))
    assert operation is not None, f"{method} {path} is in no document"
    where = f"{method} {operation.template}"
    is_token = operation.template == TOKEN
    has_bearer = sent.get("authorization", "").startswith("Bearer")
    assert has_bearer or is_token, f"{where}: no bearer"
    assert not (has_bearer and is_token), f"{where}: takes no bearer"
    versions = VERSIONS | {None} if is_token else VERSIONS
    assert sent.get("version") in versions, f"{where}: Version is {sent.get('version')!r}"
    named = {
        found["name"]: found.get("required", False)
        for found in operation.content.get("parameters", [])
        if found["in"] == "query"
    }
    extra = tuple(EXTRA_QUERY.get(_tail(operation.template), ()))
    if SHORT_STEP_2.fullmatch(path):
        extra += SHORT_QUERY
        assert query.get("locationId"), f"{where}: the short form wants locationId in the query"
    unknown = query.keys() - named.keys() - set(extra)
    assert not unknown, f"{where}: query parameters in no document: {sorted(unknown)}"
    missing = {name for name, required in named.items() if required and not query.get(name)}
    assert not missing, f"{where}: query parameters missing: {sorted(missing)}"
    wanted = operation.content.get("requestBody")
    if wanted is None:
        assert body in (None, ""), f"{where}: takes no body"
        return
    if body is None:
        assert not wanted.get("required"), f"{where}: wants a body"
        return
    contents = wanted["content"]
    kind = sent.get("content-type", "application/json").partition(";")[0]
    assert kind in contents, f"{where}: sent as {kind}, not as one of {sorted(contents)}"
    _check(operation.document, contents[kind]["schema"], body, where)


def _check_error(body: Any) -> None:
    """Check an error that the documents do not describe: a text, or a message with a status."""
    if isinstance(body, dict):
        message = body.get("message")
        assert isinstance(message, str | list), f"an error without a message: {body}"
        assert isinstance(body.get("statusCode"), int), f"an error without statusCode: {body}"
    else:
        assert isinstance(body, str), f"an error that is neither JSON nor text: {body!r}"


def _check(document: str, schema: dict[str, Any], body: Any, where: str) -> None:
    root = _absolute(schema, _address(document))
    found = _validator(root).iter_errors(body)
    faults = [f"{fault.json_path}: {fault.message}" for fault in found]
    assert not faults, f"{where}: " + "; ".join(faults)


def _operation(method: str, path: str, version: str | None = None) -> _Operation | None:
    """Return the operation of a path.

    The documents of the version come first, then the operation with the fewest placeholders.
    """
    short = SHORT_STEP_2.fullmatch(path)
    if short:
        path = f"/social-media-posting/oauth/LOCATION/{short[1]}/{short[2]}/{short[3]}"
    is_v3 = version == "v3"
    if not is_v3:
        for form, closest in V3_FORMS.items():
            path = path.replace(f"/{form}/", f"/{closest}/")
        if START.fullmatch(path) and path.split("/")[3] in V3_PLATFORMS:
            path = "/social-media-posting/oauth/tiktok/start"
    found = [
        operation
        for operation in _operations()
        if operation.method == method.upper() and operation.pattern.fullmatch(path)
    ]
    return min(
        found,
        key=lambda one: (_is_v3(one.document) != is_v3, one.template.count("{")),
        default=None,
    )


def _documents_404(operation: _Operation, version: str) -> bool:
    """Say whether 404 may mean something other than a path that the version does not know."""
    return version == "v3" and "404" in operation.content["responses"]


def _is_v3(document: str) -> bool:
    return document.startswith("apps/v3/")


def _address(document: str) -> str:
    """Return the address of a document; v3's refer to "common" as if they lay a folder deeper."""
    folder, _, name = document.rpartition("/")
    return f"{_BASE}{folder}/documents/{name}" if folder == "apps/v3" else _BASE + document


def _tail(template: str) -> str:
    parts = template.split("/")
    return "/" + "/".join(parts[-2:] if parts[-1].startswith("{") else parts[-1:])


@cache
def _operations() -> list[_Operation]:
    return [
        _Operation(
            document=name,
            template=template,
            pattern=_pattern(template, content),
            method=method.upper(),
            content=content,
        )
        for name, document in _documents().items()
        for template, methods in document.get("paths", {}).items()
        for method, content in methods.items()
    ]


def _pattern(template: str, content: dict[str, Any]) -> re.Pattern[str]:
    words = {
        found["name"]: "|".join(map(re.escape, found["schema"]["enum"]))
        for found in content.get("parameters", [])
        if found["in"] == "path" and "enum" in found["schema"]
    }
    return re.compile(
        re.sub(r"\\{(\w+)\\}", lambda m: f"(?:{words.get(m[1], '[^/]+')})", re.escape(template))
    )


@cache
def _documents() -> dict[str, dict[str, Any]]:
    """Return the documents by their path, with the exceptions above worked in."""
    return {
        str(file.relative_to(FOLDER).as_posix()): _amended(json.loads(file.read_text("utf-8")))
        for file in sorted(FOLDER.rglob("*.json"))
    }


def _validator(schema: Any) -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker

    return Draft202012Validator(schema, registry=_registry(), format_checker=FormatChecker())


@cache
def _registry() -> Registry[Any]:
    resources = [
        (_address(name), DRAFT202012.create_resource(_absolute(document, _address(name))))
        for name, document in _documents().items()
    ]
    return Registry().with_resources(resources)


def _amended(document: dict[str, Any]) -> dict[str, Any]:
    document = _plain(document)
    for name, schema in document["components"].get("schemas", {}).items():
        properties = schema.get("properties")
        if not properties:
            continue
        for key in STRINGS.get(name, ()):
            if properties[key].get("type") == "object":  # v3 has repaired some
                properties[key] = {"type": "string"}
        for key in EITHER.get(name, ()):
            one = properties[key].get("items", properties[key])
            properties[key] = {"anyOf": [one, {"type": "array", "items": one}]}
        for key, words in MORE_WORDS.get(name, {}).items():
            properties[key].get("enum", []).extend(words)
        for key in WORDS.get(name, ()):
            properties[key] = {"anyOf": [properties[key], {"const": "Category not found"}]}
        for key in (*EXTRA_KEYS.get(name, ()), *FLAT.get(name, ()), *EVERYWHERE):
            properties.setdefault(key, {})
        schema["additionalProperties"] = False
    return document


def _plain(part: Any) -> Any:
    """Return a copy without ``oneOf``, as several platforms are alike, and without ``nullable``."""
    if isinstance(part, dict):
        copy = {"anyOf" if k == "oneOf" else k: _plain(v) for k, v in part.items()}
        if copy.get("nullable") is True and isinstance(copy.get("type"), str):
            copy["type"] = [copy["type"], "null"]  # OpenAPI 3.0 says it otherwise
        return copy
    return [_plain(item) for item in part] if isinstance(part, list) else part


def _absolute(part: Any, base: str) -> Any:
    """Return a copy in which every ``$ref`` is absolute."""
    if isinstance(part, dict):
        return {
            key: urljoin(base, value) if key == "$ref" else _absolute(value, base)
            for key, value in part.items()
        }
    return [_absolute(item, base) for item in part] if isinstance(part, list) else part
