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
        Its values, for the documentation.
    path : str
        The record's attribute, by default the column's name; ``insights.like`` is an attribute of
        a nested record. With `convert`, ``media.url`` is a list of records, none of which is empty
        if it has this attribute.
    convert : callable, optional
        Makes the column's values from the attribute's values.
    unit : str
        The unit of its numbers.
    names_of : str
        The column of ids whose names it shows; see `Rows.names`.
    """

    type: ColumnType | CategoryType
    meaning: str
    path: str = ""
    convert: Callable[[Sequence[Any]], list[Any]] | None = None
    unit: str = ""
    names_of: str = ""


def lists_of(lists: Sequence[Sequence[str] | None]) -> list[Sequence[str]]:
    """Return lists of texts; an empty one may arrive as an empty text, or not at all."""
    return [texts or () for texts in lists]


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


class FieldPath:
    """The field of a record that a column shows.

    Parameters
    ----------
    record : type of Record
        The type of the records.
    path : str
        As in `Column`.
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
        """The path in the JSON of a record; None if records do not have the field."""
        if self.field is None:
            return None
        name = self.field.encode_name + ("[]" if self.is_list else "")
        if self.record is None or not self.leaf or self.is_list:
            return name
        return f"{name}.{_fields(self.record)[self.leaf].encode_name}"


def row_type(name: str, record: type[Record], paths: Sequence[FieldPath]) -> type[msgspec.Struct]:
    """Return the type of the rows of a table: records reduced to what its columns need.

    Datetimes are text, which Arrow parses many at once; objects of any content are unparsed.
    """
    leaves: dict[str, list[str]] = {}
    for path in paths:
        if path.field is not None:
            leaves.setdefault(path.root, []).append(path.leaf)
    found = {path.root: path for path in paths}
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


def _field(name: str, annotation: Any, path: FieldPath | None, leaves: list[str]) -> Any:
    if path is not None and path.record is not None:
        inner = _nested_type(path, leaves)
        return name, (_listed(inner) if path.is_list else inner) | None, None
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


def _nested_type(path: FieldPath, leaves: list[str]) -> type[msgspec.Struct]:
    assert path.record is not None
    fields = _fields(path.record)
    wanted = [leaf for leaf in leaves if leaf] or [n for n in fields if n != "extra"]
    # An item without the attribute that tells whether it is empty is read as a record.
    own = [
        (n, str) if path.is_list and leaves != [""] else (n, fields[n].type, None) for n in wanted
    ]
    rename = {n: fields[n].encode_name for n in wanted}
    return msgspec.defstruct(path.root, own, rename=rename, module=__name__, gc=False)


def _fields(record: type[Record]) -> Mapping[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(record)}


def _options(annotation: Any) -> tuple[Any, ...]:
    arguments = get_args(annotation)
    return arguments if type(None) in arguments else (annotation,)
