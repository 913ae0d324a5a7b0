"""The accounts that a finished login can attach (step 2), in one form for all platforms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .platforms import Platform
from .record import Record


class AvailableAccount(Record, kw_only=True):
    """A page, profile, channel, or business location that a login can attach.

    `extra` contains the other fields, and Google's complete ``location`` and ``account`` objects.
    """

    origin_id: str | None = None
    platform: str | None = None
    type: str | None = None
    name: str | None = None
    avatar: str | None = None
    username: str | None = None
    page_id: str | None = None
    urn: str | None = None
    website_url: str | None = None
    is_connected: bool | None = None
    is_owned: bool | None = None
    is_business_account: bool | None = None
    origin_account_type: str | None = None
    verified: bool | None = None
    protected: bool | None = None


def available_accounts(platform: Platform, results: object) -> list[AvailableAccount]:
    """Read the `results` of step 2, in every form that was captured or documented.

    Parameters
    ----------
    platform : Platform
        The platform of the request.
    results : object
        ``results`` of the response: ``pages``, ``accounts``, ``profile``, ``channels`` or
        ``locations``, each an object or a list of objects; or one flat object.
    """
    if not isinstance(results, Mapping):
        return []
    if platform.key == "google":
        key = "locations" if results.get("locations") is not None else "accounts"
        return [_google(item) for item in _nested(results.get(key))]
    found = [
        _account(platform, item, kind)
        for key, kind in (
            ("pages", "page"),
            ("accounts", None),
            ("profile", "profile"),
            ("channels", "profile"),
        )
        for item in _each_inside(results.get(key), key)
    ]
    # TikTok and Pinterest are also documented as one flat object.
    if not found and any(k in results for k in _IDS):
        found = [_account(platform, results, None)]
    return found


def attach_body(
    platform: Platform, account: AvailableAccount, *, is_v3: bool = False
) -> dict[str, Any]:
    """Return the body that attaches an account: the platform's known keys that have a value.

    Parameters
    ----------
    platform, account
        What to attach.
    is_v3 : bool
        Whether the body is for API version v3, which also restricts the keys of Google's objects.
    """
    given: dict[str, Any] = {
        "originId": account.origin_id,
        "platform": platform.key,
        "type": platform.account_type
        if platform.fixed_type
        else account.type or platform.account_type,
        "name": account.name,
        "avatar": account.avatar,
        "username": account.username,
        "pageId": account.page_id,
        "urn": account.urn,
        "websiteUrl": account.website_url,
        "originAccountType": account.origin_account_type,
        "verified": account.verified,
        "protected": account.protected,
        "location": account.extra.get("location"),
        "account": account.extra.get("account"),
    }
    for part, keys in _GOOGLE_V3.items() if is_v3 else ():
        if isinstance(given[part], Mapping):
            given[part] = {k: v for k, v in given[part].items() if k in keys}
    return {k: given[k] for k in platform.attach_keys if given[k] is not None}


_GOOGLE_V3: dict[str, tuple[str, ...]] = {
    "location": (
        "name", "storeCode", "title", "storefrontAddress", "metadata", "maxLocation",
        "isVerified", "isConnected",
    ),
    "account": ("name", "accountName", "type", "verificationState", "vettedState"),
}  # fmt: skip


_IDS = ("id", "originId", "openId")
"""The API's three names for the same value."""

_MAX_DEPTH = 5
"""Of lists of locations inside each other."""


def _each(value: object) -> Iterator[Mapping[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            yield item


def _each_inside(value: object, key: str) -> Iterator[Mapping[str, Any]]:
    """Yield the items of a list, also if each owner has its own list."""
    for item in _each(value):
        inner = item.get(key)
        if isinstance(inner, list) and not any(item.get(k) for k in _IDS):
            yield from _each(inner)
        else:
            yield item


def _nested(value: object, account: object = None, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yield Google's locations one by one, each with its account, however they are nested."""
    for item in _each(value):
        own = item.get("account", account)
        key = next((k for k in ("locations", "location") if isinstance(item.get(k), list)), None)
        if key is not None and depth < _MAX_DEPTH:
            owner = own or {k: v for k, v in item.items() if k not in (key, "account")}
            yield from _nested(item[key], owner or None, depth + 1)
        elif own is None or "account" in item:
            yield item
        elif isinstance(item.get("location"), Mapping):
            yield {**item, "account": own}
        else:
            yield {"location": item, "account": own}


def _account(platform: Platform, item: Mapping[str, Any], kind: str | None) -> AvailableAccount:
    wire = dict(item)
    # The API has several names for each of these values, such as TikTok's `openId` for `id`.
    for name, names in (
        ("originId", ("originId", "id", "openId")),
        ("name", ("name", "displayName", "title")),
        ("avatar", ("avatar", "avatarUrl")),
    ):
        values = [wire.pop(n) for n in names if n in wire]
        wire[name] = next((v for v in values if v is not None), None)
    wire["platform"] = platform.key
    own = wire.get("type")
    # Step 2 writes `PROFILE`, the accounts list `profile`: use the latter for both.
    wire["type"] = (own.lower() if isinstance(own, str) else own) or kind or platform.account_type
    return AvailableAccount.from_wire(wire)


def _google(item: Mapping[str, Any]) -> AvailableAccount:
    location = item.get("location")
    # Items are either {location, account} or the location itself.
    inner: Mapping[str, Any] = location if isinstance(location, Mapping) else item
    account = item.get("account")
    name = inner.get("name")
    found = AvailableAccount.from_wire(
        {
            "originId": str(name).rsplit("/", 1)[-1] if name else None,
            "platform": "google",
            "type": "location",
            "name": inner.get("title") or name,
            "isConnected": inner.get("isConnected"),
            "verified": inner.get("isVerified"),
        }
    )
    found.extra = {"location": dict(inner), "account": account}
    return found
