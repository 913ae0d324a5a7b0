"""The JSON of accounts: step 2 per platform, the attached account, the accounts list."""

from __future__ import annotations

from typing import Any

from .context import SimContext
from .records import Account, Location, Login, Page, User
from .state import stamp

_ADDRESS = {
    "regionCode": "FR",
    "languageCode": "fr",
    "postalCode": "69002",
    "administrativeArea": "Auvergne-Rhône-Alpes",
    "locality": "Lyon",
    "addressLines": ["12 Rue de la Lumière"],
}


def available(context: SimContext, login: Login, pages: list[Page]) -> dict[str, Any]:
    """Return ``results`` of step 2: the accounts to attach, in the shape of the levers."""
    levers = context.levers
    items = [_item(context, login, page) for page in pages]
    match login.platform:
        case "facebook":
            return {"pages": [{**item, "isOwned": True} for item in items]}
        case "instagram":
            return {
                "accounts": [_instagram(context, i, p) for i, p in zip(items, pages, strict=True)]
            }
        case "linkedin":
            return _linkedin(items, pages, levers.linkedin_profile)
        case "google":
            return _google(context, login, pages)
        case "tiktok" if levers.tiktok_shape == "flat":
            return _flat_tiktok(items)
        case "pinterest" if levers.pinterest_shape == "flat":
            return next(iter(_profiles(items, pages)), {})
        case "youtube" if levers.youtube_shape == "channels":
            return {"channels": _profiles(items, pages)}
        case _:
            return {"profile": _profiles(items, pages)}


def _item(context: SimContext, login: Login, page: Page) -> dict[str, Any]:
    return {
        "id": page.origin_id,
        "name": page.name,
        "avatar": context.avatar(page.avatar),
        "isConnected": context.state.is_connected(page, login.location_id),
    }


def _instagram(context: SimContext, item: dict[str, Any], page: Page) -> dict[str, Any]:
    key = context.levers.instagram_key
    item = {**item, "pageId": page.page_id, "isBusinessAccount": True}
    if key != "id":
        item["originId"] = item["id"]
    if key == "originId":
        del item["id"]
    return item


def _linkedin(items: list[dict[str, Any]], pages: list[Page], profile: str) -> dict[str, Any]:
    rows = [({**item, "urn": page.urn}, page.type) for item, page in zip(items, pages, strict=True)]
    found = [row for row, kind in rows if kind == "profile"]
    results: dict[str, Any] = {"pages": [row for row, kind in rows if kind == "page"]}
    if profile == "list":
        results["profile"] = found
    elif found:
        results["profile"] = found[0]
    return results


def _google(context: SimContext, login: Login, pages: list[Page]) -> dict[str, Any]:
    person = context.state.people[login.person_id]
    account = {
        "name": f"accounts/{int(person.id, 16)}",
        "accountName": person.name,
        "type": "PERSONAL",
        "verificationState": "UNVERIFIED",
        "vettedState": "NOT_VETTED",
    }
    rows = [
        {
            "location": {
                "name": google_name(page),
                "storeCode": page.page_id,
                "title": page.name,
                "metadata": {"canDelete": True, "hasGoogleUpdated": True},
                "storefrontAddress": _ADDRESS,
                "relationshipData": {},
                "maxLocation": False,
                "isVerified": True,
                "isConnected": context.state.is_connected(page, login.location_id),
            },
            "account": account,
        }
        for page in pages
    ]
    shape = context.levers.google_locations
    if shape == "list" or (shape == "auto" and len(rows) != 1):
        return {"locations": rows}
    return {"locations": rows[0]} if rows else {}


def google_name(page: Page) -> str:
    """Return the resource name of a Google location."""
    return f"locations/{page.origin_id}"


def _flat_tiktok(items: list[dict[str, Any]]) -> dict[str, Any]:
    if not items:
        return {}
    first = items[0]
    return {"openId": first["id"], "displayName": first["name"], "avatarUrl": first["avatar"]}


def _profiles(items: list[dict[str, Any]], pages: list[Page]) -> list[dict[str, Any]]:
    kinds = {"tiktok-business": "BUSINESS", "pinterest": "PINNER"}
    rows = []
    for item, page in zip(items, pages, strict=True):
        row = {**item, "username": page.username, "type": kinds.get(page.platform, "PROFILE")}
        if page.platform == "pinterest":
            row["websiteUrl"] = "https://www.example.com/"
        else:
            row["verified"] = True
        rows.append(row)
    return rows


def attached(context: SimContext, account: Account, sent: dict[str, Any]) -> dict[str, Any]:
    """Return ``results`` of an attach, with the name and picture that the caller sent."""
    page = account.page
    return {
        "_id": account.profile_id,
        "oAuthId": account.oauth_id,
        "oldId": account.id,
        "locationId": account.location_id,
        "originId": page.origin_id,
        "platform": page.platform,
        "type": page.type,
        "name": sent.get("name", page.name),
        "avatar": sent.get("avatar", context.avatar(page.avatar)),
        "meta": _meta(context, account),
        "active": True,
        "deleted": False,
        "createdAt": stamp(account.created_at),
        "updatedAt": stamp(account.updated_at),
    }


def _meta(context: SimContext, account: Account) -> dict[str, Any]:
    page = account.page
    meta: dict[str, Any] = {
        "pageId": page.page_id,
        "page": {"id": page.page_id, "name": page.name, "avatar": context.avatar(page.avatar)},
        "storeCode": page.page_id,
        # A string here and a boolean below, as in the vendor's field table.
        "isVerified": "true",
        "verified": True,
        "protected": False,
        "locationId": account.location_id,
        "accountId": account.oauth_id,
        "openId": page.origin_id,
        "urn": page.urn,
        "username": page.username,
        "storefrontAddress": _ADDRESS,
    }
    if account.login_type is not None:
        meta["loginType"] = account.login_type
    return meta


def listed(context: SimContext, account: Account) -> dict[str, Any]:
    """Return a row of the accounts list."""
    expired = account.expired or account.expire <= context.state.clock()
    return {
        "id": account.id,
        "oauthId": account.oauth_id,
        "profileId": account.profile_id,
        "originId": account.page.origin_id,
        "name": account.page.name,
        "platform": account.page.platform,
        "type": account.page.type,
        "avatar": context.avatar(account.page.avatar),
        "expire": stamp(account.expire),
        "isExpired": expired,
        "meta": _meta(context, account),
        "active": not account.deleted,
        "deleted": account.deleted,
        "hasStatisticsPermissions": not expired,
        "buildingStatistics": False,
        "syncPosts": False,
        "updatedAt": stamp(account.updated_at),
    }


def email(location: Location) -> str:
    """Return the mail address of a sub-account."""
    return f"office.{location.id}@example.com".lower()


def location(location: Location) -> dict[str, Any]:
    """Return a sub-account as the search lists it."""
    row = {"id": location.id, "name": location.name, "email": email(location)}
    if location.phone:
        row["phone"] = location.phone
    if location.town is not None:
        town = location.town
        row |= {"city": town.name, "country": town.country, "timezone": town.timezone}
    return row


def user(found: User) -> dict[str, Any]:
    """Return a user."""
    return {
        "id": found.id,
        "name": f"{found.first_name} {found.last_name}",
        "firstName": found.first_name,
        "lastName": found.last_name,
        "email": found.email,
        "phone": found.phone,
        "extension": "",
        "permissions": {"socialPlanner": True, "settingsEnabled": found.role == "admin"},
        "roles": {
            "type": found.type,
            "role": found.role,
            "locationIds": list(found.location_ids),
            "restrictSubAccount": False,
        },
        "deleted": found.deleted,
        "lcPhone": {},
    }
