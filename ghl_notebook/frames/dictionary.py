"""What is known of the columns of all frames: in docstrings, and as a frame itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from ghl_notebook.frames.later import pd

from .columns import Column
from .layout import FrameLayout
from .schema import DTYPE_NAMES, CategoryType, ColumnType, make_frame

F = TypeVar("F", bound=Callable[..., Any])

_PLACEHOLDER: Final = "{columns}"

DICTIONARY_LAYOUT = FrameLayout(
    "columns",
    {
        "column": Column("string", "Name of the column"),
        "dtype": Column("string", "Its pandas dtype"),
        "unit": Column("string", "The unit of its numbers; NA if they have none"),
        "meaning": Column("string", "Its values"),
        "source": Column("string", "Where they are in a response; NA for others"),
    },
)


def columns_frame(layout: FrameLayout) -> pd.DataFrame:
    """Return the columns of a frame as a DataFrame; `columns` documents its own."""
    return make_frame(
        DICTIONARY_LAYOUT.schema,
        [
            (name, _dtype(one.type), one.unit or None, one.meaning, layout.source_of(name))
            for name, one in layout.columns.items()
        ],
    )


def document_columns(layout: FrameLayout) -> Callable[[F], F]:
    """Return a decorator that writes the columns into a docstring, instead of ``{columns}``."""

    def document(function: F) -> F:
        text = function.__doc__ or ""  # python -OO
        line = next((one for one in text.splitlines() if one.strip() == _PLACEHOLDER), "")
        indent = line.removesuffix(_PLACEHOLDER)
        table = "\n".join(f"{indent}{one}".rstrip() for one in _lines(layout))
        function.__doc__ = text.replace(line, table) if line else function.__doc__
        return function

    return document


def _lines(layout: FrameLayout) -> list[str]:
    rows = [
        (name, "category" if isinstance(one.type, CategoryType) else one.type, one.meaning)
        for name, one in layout.columns.items()
    ]
    head = ("Column", "Type", "Meaning")
    widths = [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]
    ruler = " ".join("=" * width for width in widths)
    lines = [
        " ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]
    dtypes = [
        f"``{one}``" for one in dict.fromkeys(_dtype(c.type) for c in layout.columns.values())
    ]
    *others, last = dtypes
    listed = f"{', '.join(others)} and {last}" if others else last
    end = ["", f"Types are pandas dtypes: {listed}."]
    return [ruler, lines[0], ruler, *lines[1:], ruler, *end]


def _dtype(type_: ColumnType | CategoryType) -> str:
    return "category" if isinstance(type_, CategoryType) else DTYPE_NAMES[type_]
