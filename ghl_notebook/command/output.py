"""Where a DataFrame goes: a table for people, or a format for programs."""

from __future__ import annotations

import io
import os
import shutil
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ghl_notebook.errors import ArgumentError, GHLError
from ghl_notebook.sanitize import one_line

FORMATS: Final = ("table", "csv", "json", "parquet", "xlsx")
_BINARY: Final = ("parquet", "xlsx")
_MAX_CELL, _GAP = 40, "  "


def format_of(chosen: str | None, output: str | None) -> str:
    """Return the format that is chosen, or that the file's suffix names.

    Raises
    ------
    ArgumentError
        If a terminal cannot show it, or the standard output is closed.
    """
    if output is None and sys.stdout is None:
        raise ArgumentError("There is no standard output.", "Add --output FILE.")
    suffix = "" if output is None else Path(output).suffix.lower().removeprefix(".")
    kind = chosen or (suffix if suffix in FORMATS else "table")
    if kind in _BINARY and output is None and sys.stdout.isatty():
        raise ArgumentError(f"A terminal cannot show {kind}.", "Add --output FILE.")
    return kind


def write_frame(frame: Any, kind: str, output: str | None) -> None:
    """Write a DataFrame to a file, or to stdout."""
    content = _content(frame, kind, is_file=output is not None)
    if output is not None:
        from ghl_notebook.export.destination import replace_file

        try:
            replace_file(Path(output), lambda file: file.write(content))
        except OSError as error:
            raise GHLError(
                f"The file {output!r} could not be written: {error.strerror}.",
                "Choose a folder that exists, and in which you may write.",
            ) from None
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise GHLError(
            f"The standard output could not be written: {error.strerror}.",
            "Free space on its disk, or add --output with a file on another.",
        ) from None


def drop_output() -> None:
    """Let Python write what is left of the standard output to nothing when it exits."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _content(frame: Any, kind: str, *, is_file: bool) -> bytes:
    from ghl_notebook.export import flatten, write_csv, write_excel

    file = io.BytesIO()
    if kind == "csv":
        write_csv(frame, file, index=False)
    elif kind == "xlsx":
        write_excel(frame, file, index=False)
    elif kind == "parquet":
        frame.to_parquet(file, index=False)
    elif kind == "json":
        # Characters beyond ASCII are escaped, and with them what moves a terminal.
        file.write(frame.to_json(orient="records", date_format="iso").encode() + b"\n")
    else:
        is_shown = not is_file and sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if is_shown else None
        lines, hidden = table_lines(flatten(frame, tz="UTC"), width)
        file.write("".join(f"{line}\n" for line in lines).encode(
            "utf-8" if is_file else sys.stdout.encoding, errors="replace"))  # fmt: skip
        if hidden:
            print(
                f"{hidden} more columns: use --columns to choose, or --format csv.", file=sys.stderr
            )
    return file.getvalue()


def table_lines(frame: Any, width: int | None) -> tuple[list[str], int]:
    """Return a table as lines, and how many columns did not fit.

    Parameters
    ----------
    frame : pandas.DataFrame
        A flat DataFrame.
    width : int or None
        Characters of a line. None: as many as there are.
    """
    most = 10_000 if width is None else min(_MAX_CELL, width)
    shown: list[list[str]] = []
    used = 0
    for number, name in enumerate(frame.columns):
        column = frame.iloc[:, number]
        values = ["" if gone else value for value, gone in zip(column, column.isna(), strict=True)]
        cells = [_fit(value, most) for value in (name, *values)]
        size = max(map(_width, cells))
        if width is not None and shown and used + len(_GAP) + size > width:
            break
        used += size + len(_GAP) * bool(shown)
        is_number = column.dtype.kind in "iuf"
        shown.append([_pad(cell, size, right=is_number) for cell in cells])
    lines = [_GAP.join(cells).rstrip() for cells in zip(*shown, strict=True)]
    return lines, frame.shape[1] - len(shown)


def _fit(value: object, most: int) -> str:
    text = one_line(str(value), most)
    while _width(text) > most:
        text = f"{text.removesuffix('…')[:-1]}…"
    return text


def _width(text: str) -> int:
    return sum(_columns(one) for one in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _pad(text: str, size: int, *, right: bool) -> str:
    blanks = " " * (size - _width(text))
    return blanks + text if right else text + blanks
