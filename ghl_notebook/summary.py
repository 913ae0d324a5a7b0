"""Show a value as the result of a cell: as a small table, and as text.

Showing a value sends no request, and the table loads nothing from a network.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from ghl_notebook.sanitize import one_line

_MAX_VALUE_LENGTH: Final = 300
"""Characters of a value, because the API may send text of any length."""

_ROW: Final = (
    '<tr><th scope="row" style="text-align: start; font-weight: normal; opacity: 0.75; '
    'vertical-align: top; white-space: nowrap">{}</th>'
    '<td style="text-align: start; overflow-wrap: anywhere"><bdi>{}</bdi></td></tr>'
)
# Without this class, Jupyter would typeset text between dollar signs as a formula, with links.
_TABLE: Final = (
    '<table class="tex2jax_ignore">'
    '<caption style="text-align: start; font-weight: bold; padding: 0.3em 0.5em">{}'
    "</caption><tbody>{}</tbody></table>"
)


def summarize(title: str, rows: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return the result of a ``_repr_mimebundle_``.

    Parameters
    ----------
    title : str
        Title of the table.
    rows : iterable of tuple
        Names and values to show. A row with None is omitted.

    Returns
    -------
    dict
        ``text/plain`` and ``text/html``, in the colors of the notebook.
    """
    shown = [
        (name, one_line(str(value), _MAX_VALUE_LENGTH)) for name, value in rows if value is not None
    ]
    width = max((len(name) for name, _ in shown), default=0)
    lines = [f"  {name:<{width}}  {text}" for name, text in shown]
    cells = "".join(_ROW.format(escape(name), escape(text)) for name, text in shown)
    return {
        "text/plain": "\n".join([title, *lines]),
        "text/html": _TABLE.format(escape(title), cells),
    }
