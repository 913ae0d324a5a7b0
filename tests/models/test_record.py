"""A record takes what fits and keeps the rest: nothing that the service sends is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ghl_notebook.models import (
    Account,
    AccountGroup,
    AccountList,
    AttachedAccount,
    Record,
    User,
)
from tests.folding import folded

# The field table of the service's page "Starts OAuth For Instagram Account", with its examples.
FIELD_TABLE: dict[str, Any] = {
    "_id": "65f2d989a4f2f1e5322c3856",
    "oAuthId": "u37swmmLbA02zgqKPpxITe2",
    "oldId": "u37swmmLbA02zgqKPpxITe3",
    "locationId": "u37swmmLbA02zgqKPpxITe4",
    "originId": "u37swmmLbA02zgqKPpxITe5",
    "platform": "facebook",
    "type": "page",
    "name": "Account Name",
    "avatar": "u37swmmLbA02zgqKPpxITe6",
    "meta": {
        "pageId": "u37swmmLbA02zgqKPpxITe7",
        "page": {"id": "page-1", "name": "Page Name", "avatar": "page-avatar"},
        "storeCode": "122",
        "isVerified": "true",
        "verified": True,
        "protected": True,
        "locationId": "meta-location",
        "accountId": "meta-account",
        "openId": "meta-open",
        "urn": "meta-urn",
        "username": "testUser",
        "storefrontAddress": {
            "regionCode": "30021",
            "languageCode": "E001",
            "postalCode": "1221",
            "administrativeArea": "Down Town",
            "locality": "Louis Street",
            "addressLines": ["207", "county"],
        },
    },
    "active": True,
    "deleted": True,
    "createdAt": "2024-03-14T11:03:37.015Z",
    "updatedAt": "2024-03-15T11:03:37.015Z",
}

EXPECTED: dict[str, Any] = {
    "id": "65f2d989a4f2f1e5322c3856",
    "oauth_id": "u37swmmLbA02zgqKPpxITe2",
    "old_id": "u37swmmLbA02zgqKPpxITe3",
    "location_id": "u37swmmLbA02zgqKPpxITe4",
    "origin_id": "u37swmmLbA02zgqKPpxITe5",
    "platform": "facebook",
    "type": "page",
    "name": "Account Name",
    "avatar": "u37swmmLbA02zgqKPpxITe6",
    "active": True,
    "deleted": True,
    "created_at": datetime(2024, 3, 14, 11, 3, 37, 15_000, tzinfo=UTC),
    "updated_at": datetime(2024, 3, 15, 11, 3, 37, 15_000, tzinfo=UTC),
    "meta.page_id": "u37swmmLbA02zgqKPpxITe7",
    "meta.page.id": "page-1",
    "meta.page.name": "Page Name",
    "meta.page.avatar": "page-avatar",
    "meta.store_code": "122",
    "meta.is_verified": True,
    "meta.verified": True,
    "meta.protected": True,
    "meta.location_id": "meta-location",
    "meta.account_id": "meta-account",
    "meta.open_id": "meta-open",
    "meta.urn": "meta-urn",
    "meta.username": "testUser",
    "meta.storefront_address.region_code": "30021",
    "meta.storefront_address.language_code": "E001",
    "meta.storefront_address.postal_code": "1221",
    "meta.storefront_address.administrative_area": "Down Town",
    "meta.storefront_address.locality": "Louis Street",
    "meta.storefront_address.address_lines": ["207", "county"],
}


def at(record: object, path: str) -> Any:
    """Return what a dotted path of attributes leads to."""
    for name in path.split("."):
        record = getattr(record, name)
    return record


@folded("path", EXPECTED)
def test_every_field_of_the_documented_table_is_an_attribute(path: str) -> None:
    """Each line of the field table, `meta` and address included, is typed and in its place."""
    assert at(AttachedAccount.from_wire(FIELD_TABLE), path) == EXPECTED[path]


def test_the_documented_table_leaves_nothing_over() -> None:
    """No field of the table has to be looked up in `extra`."""
    record = AttachedAccount.from_wire(FIELD_TABLE)
    assert record.extra == {}
    assert record.meta is not None
    assert record.meta.extra == {}
    assert record.meta.page is not None
    assert record.meta.page.extra == {}
    assert record.meta.storefront_address is not None
    assert record.meta.storefront_address.extra == {}


def test_a_field_unknown_to_us_survives() -> None:
    """A field that the service adds is had from `extra` before the class knows it."""
    record = Account.from_wire({"id": "a", "newField": {"deep": [1]}, "extra": 1, "(extra)": 2})
    assert record.id == "a"
    assert record.extra == {"newField": {"deep": [1]}, "extra": 1, "(extra)": 2}


def test_unknown_fields_survive_on_every_level() -> None:
    """Records within records keep their own."""
    wire = {"meta": {"page": {"id": "p", "followers": 3}, "new": 1}, "newer": 2}
    record = AttachedAccount.from_wire(wire)
    assert record.extra == {"newer": 2}
    assert at(record, "meta.extra") == {"new": 1}
    assert at(record, "meta.page.extra") == {"followers": 3}


@pytest.mark.parametrize(
    ("wire", "extra"),
    [
        ({"isExpired": "perhaps"}, {"isExpired": "perhaps"}),
        ({"name": ["a"]}, {"name": ["a"]}),
        ({"name": True}, {"name": True}),
        ({"expire": "soon"}, {"expire": "soon"}),
        ({"expire": ""}, {"expire": ""}),
        ({"meta": [1]}, {"meta": [1]}),
        ({"deleted": {}}, {"deleted": {}}),
    ],
)
def test_a_value_of_a_wrong_type_is_kept_aside(wire: dict[str, Any], extra: dict[str, Any]) -> None:
    """It does not spoil the record: the field is None, the rest is read."""
    record = Account.from_wire({"id": "a", **wire, "platform": "facebook"})
    assert (record.id, record.platform) == ("a", "facebook")
    assert record.extra == extra


@pytest.mark.parametrize(
    ("wire", "field", "value"),
    [
        ({"id": 12}, "id", "12"),
        ({"originId": 17841405123456789}, "origin_id", "17841405123456789"),
        ({"isExpired": "true"}, "is_expired", True),
        ({"isExpired": "false"}, "is_expired", False),
        ({"isExpired": 1}, "is_expired", True),
        ({"expire": None}, "expire", None),
        ({"expire": 1_710_414_217_000}, "expire", datetime(2024, 3, 14, 11, 3, 37, tzinfo=UTC)),
        ({"name": "null"}, "name", "null"),
        ({"name": ""}, "name", ""),
        (
            {"expire": "2024-03-14T12:03:37+01:00"},
            "expire",
            datetime(2024, 3, 14, 11, 3, 37, tzinfo=UTC),
        ),
    ],
)
def test_a_value_in_another_dress_is_read(wire: dict[str, Any], field: str, value: object) -> None:
    """Ids that came as numbers, booleans as text, times of another zone."""
    record = Account.from_wire(wire)
    assert getattr(record, field) == value
    assert record.extra == {}


@pytest.mark.parametrize(
    ("wire", "extra"),
    [(None, {}), ("text", {"": "text"}), ([1], {"": [1]}), (5, {"": 5}), ({}, {})],
)
def test_what_is_no_object_is_an_empty_record(wire: object, extra: dict[str, Any]) -> None:
    """It is kept under an empty name."""
    assert Account.from_wire(wire) == Account(extra=extra)


def test_a_record_within_a_record_may_be_of_any_kind() -> None:
    """Where an object is expected, and something else comes, that is kept."""
    record = AttachedAccount.from_wire({"meta": "none"})
    assert at(record, "meta.extra") == {"": "none"}


@pytest.mark.parametrize("name", ["__proto__", "constructor", "__class__", "__init__", "from_wire"])
def test_no_name_on_the_wire_reaches_an_attribute(name: str) -> None:
    """A field named like a method or a prototype is data like any other."""
    record = Account.from_wire({name: {"polluted": True}})
    assert record.extra == {name: {"polluted": True}}
    assert type(record) is Account


def test_a_record_shows_what_it_has() -> None:
    """The representation leaves out what is not set."""
    assert repr(Account.from_wire({"id": "a"})) == "Account(id='a')"


def test_records_are_compared_by_value() -> None:
    """Two answers with the same content are equal."""
    assert Account.from_wire({"id": "a", "x": 1}) == Account.from_wire({"id": "a", "x": 1})


def test_a_list_of_accounts_knows_its_groups() -> None:
    """Accounts and groups come from `results`, the sub-account from the question."""
    listed = AccountList.from_wire(
        {
            "accounts": [{"id": "a"}, {"id": "b"}],
            "groups": [{"id": "g", "name": "Both", "accountIds": ["a", "b"]}],
        },
        location_id="loc",
    )
    assert [a.id for a in listed.accounts] == ["a", "b"]
    assert listed.groups == [AccountGroup(id="g", name="Both", account_ids=["a", "b"])]
    assert listed.location_id == "loc"


@pytest.mark.parametrize("ids", [None, "a", {"a": 1}, [{"id": "a"}]])
def test_a_group_without_a_list_of_ids_is_empty(ids: object) -> None:
    """An odd group holds nobody."""
    assert AccountGroup.from_wire({"id": "g", "accountIds": ids}).account_ids == []


@pytest.mark.parametrize(
    ("wire", "is_admin"),
    [
        ({"roles": {"role": "admin"}}, True),
        ({"roles": {"role": "admin"}, "deleted": False}, True),
        ({"roles": {"role": "admin"}, "deleted": True}, False),
        ({"roles": {"role": "user"}}, False),
        ({"roles": "admin"}, False),
        ({}, False),
    ],
)
def test_an_admin_is_one_who_was_not_deleted(wire: dict[str, Any], is_admin: bool) -> None:
    """Only such a user may own connections."""
    assert User.from_wire(wire).is_admin is is_admin


def test_an_attached_account_goes_back_to_json() -> None:
    """A record can be written down again under the service's names."""
    encoded = msgspec.json.decode(msgspec.json.encode(AttachedAccount.from_wire(FIELD_TABLE)))
    assert encoded["oAuthId"] == FIELD_TABLE["oAuthId"]
    assert encoded["_id"] == FIELD_TABLE["_id"]


class Inner(Record, kw_only=True):
    """A record inside of another."""

    id: str | None = None


class Outer(Record, kw_only=True):
    """What holds records: a list of them, and some by name."""

    many: list[Inner] = msgspec.field(default_factory=list)
    named: dict[str, Inner] | None = None


def test_records_in_a_list_keep_what_they_do_not_know() -> None:
    """So do those that a record has by name."""
    outer = Outer.from_wire({"many": [{"id": 7, "new": 1}, "odd"], "named": {"a": {"new": 2}}})
    assert [(one.id, one.extra) for one in outer.many] == [("7", {"new": 1}), (None, {"": "odd"})]
    assert outer.named == {"a": Inner(extra={"new": 2})}


@pytest.mark.parametrize("value", ["", "text", {"id": "1"}, 7])
def test_what_is_no_list_is_kept_and_breaks_nothing(value: object) -> None:
    """A text where a list should be leaves the list empty."""
    outer = Outer.from_wire({"many": value})
    assert (outer.many, outer.extra) == ([], {"many": value})
