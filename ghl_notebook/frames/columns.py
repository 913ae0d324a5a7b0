"""The columns of a DataFrame of records: each declared once, with where its values come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from ghl_notebook.models import Record, nested_record

from .schema import CategoryType, ColumnType

_NULL: Final = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes
    ----------
    type : ColumnType or CategoryType
        Its type.
    meaning : str
        What its values are, as the documentation says.
    place : str
        The record's attribute, by default the column's name; ``insights.like`` is that of a nested
        record. With `convert`, ``media.url`` is a list of records, of which the first attribute
        tells whether a record is empty.
    convert : callable, optional
        Makes the values of what is there.
    unit : str
        The unit of its numbers.
    """

    type: ColumnType | CategoryType
    meaning: str
    place: str = ""
    convert: Callable[[Sequence[Any]], list[Any]] | None = None
    unit: str = ""


def join_texts(lists: Sequence[Sequence[str] | None]) -> list[str | None]:
    """Join the texts of each list by commas; None if there are none."""
    return [
        None if not texts else (texts[0] if len(texts) == 1 else ", ".join(texts)) or None
        for texts in lists
    ]


def count_records(lists: Sequence[Sequence[Any] | None]) -> list[int]:
    """Count the records of each list, without empty ones: a null is read as an empty record."""
    return [
        0
        if not found
        else len(found) - found.count(type(found[0])())
        if isinstance(found[0], Record)
        else len(found)
        for found in lists
    ]


def texts_or_none(texts: Sequence[str | None]) -> list[str | None]:
    """Return texts; None for an empty one."""
    return [text or None for text in texts]


class Place:
    """Where the values of a column are: in the records, and in the rows of `row_type`.

    Parameters
    ----------
    record : type of Record
        The type of the records.
    path : str
        The place, as in `Column`.
    """

    def __init__(self, record: type[Record], path: str) -> None:
        self.root, _, self.leaf = path.partition(".")
        fields = {field.name: field for field in msgspec.structs.fields(record)}
        self.field = fields.get(self.root)
        annotation = None if self.field is None else self.field.type
        self.record = nested_record(annotation)
        self.is_list = any(get_origin(one) is list for one in _options(annotation))

    @property
    def source(self) -> str | None:
        """The place in the JSON of a record; None if it is not there."""
        if self.field is None:
            return None
        name = self.field.encode_name + ("[]" if self.is_list else "")
        if self.record is None or not self.leaf:
            return name
        return f"{name}.{_fields(self.record)[self.leaf].encode_name}"


def row_type(name: str, record: type[Record], places: Sequence[Place]) -> type[msgspec.Struct]:
    """Return the type of the rows of a table: records reduced to what its columns need.

    Datetimes are text, which Arrow parses many at once; objects of any content are unparsed.
    """
    leaves: dict[str, list[str]] = {}
    for place in places:
        if place.field is not None:
            leaves.setdefault(place.root, []).append(place.leaf)
    found = {place.root: place for place in places}
    fields = _fields(record)
    wanted = [n for n in fields if n in leaves or n == "id"]
    own = [_field(n, fields[n].type, found.get(n), leaves.get(n, [""])) for n in wanted]
    rename = {n: fields[n].encode_name for n in wanted}
    if record.has_two_ids:
        kind = str | None | msgspec.UnsetType
        own = [(n, kind, msgspec.UNSET) for n in ("id", "other_id")] + [*own[1:]]
        rename["other_id"] = "_id"
    return msgspec.defstruct(
        name,
        own,
        rename=rename,
        module=__name__,
        gc=False,
    )


def _field(name: str, annotation: Any, place: Place | None, leaves: list[str]) -> Any:
    if place is not None and place.record is not None:
        inner = _nested_type(place, leaves)
        return name, (_listed(inner) if place.is_list else inner) | None, None
    options = _options(annotation)
    if any(get_origin(one) is list for one in options):
        return name, _listed(*get_args(options[0])) | None, None
    if any(get_origin(one) is dict for one in options):
        return name, msgspec.Raw, _NULL
    if datetime in options:
        return name, str | None, None
    return name, annotation | None, None


def _listed(item: Any) -> Any:
    """Return the type of a list, which may arrive as an empty text if there is nothing in it."""
    return list[item] | Literal[""]


def _nested_type(place: Place, leaves: list[str]) -> type[msgspec.Struct]:
    assert place.record is not None
    fields = _fields(place.record)
    wanted = [leaf for leaf in leaves if leaf] or [n for n in fields if n != "extra"]
    # An item without the attribute that tells whether it is empty is read as a record.
    own = [
        (n, str) if place.is_list and leaves != [""] else (n, fields[n].type, None) for n in wanted
    ]
    rename = {n: fields[n].encode_name for n in wanted}
    return msgspec.defstruct(place.root, own, rename=rename, module=__name__, gc=False)


def _fields(record: type[Record]) -> Mapping[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(record)}


def _options(annotation: Any) -> tuple[Any, ...]:
    arguments = get_args(annotation)
    return arguments if type(None) in arguments else (annotation,)
