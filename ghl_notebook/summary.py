"""How a value shows itself as the result of a cell: a small table, and the same as text.

It is made of what is there: nothing is asked for it, and nothing in it is loaded from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from ghl_notebook.sanitize import one_line

_LONGEST: Final = 300
"""Characters of a value: what the service sends may be of any length."""

_ROW: Final = (
    '<tr><th scope="row" style="text-align: start; font-weight: normal; opacity: 0.75; '
    'vertical-align: top; white-space: nowrap">{}</th>'
    '<td style="text-align: start; overflow-wrap: anywhere"><bdi>{}</bdi></td></tr>'
)
# Jupyter would set what is between dollar signs as a formula, with links in it.
_TABLE: Final = (
    '<table class="tex2jax_ignore">'
    '<caption style="text-align: start; font-weight: bold; padding: 0.3em 0.5em">{}'
    "</caption><tbody>{}</tbody></table>"
)


def summarize(title: str, rows: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return what ``_repr_mimebundle_`` returns.

    Parameters
    ----------
    title : str
        What it is.
    rows : iterable of tuple
        Name and value of what is worth seeing; a value that is None is left out.

    Returns
    -------
    dict
        ``text/plain`` and ``text/html``, in the colours of the notebook around it.
    """
    shown = [(name, one_line(str(value), _LONGEST)) for name, value in rows if value is not None]
    width = max((len(name) for name, _ in shown), default=0)
    lines = [f"  {name:<{width}}  {text}" for name, text in shown]
    cells = "".join(_ROW.format(escape(name), escape(text)) for name, text in shown)
    return {
        "text/plain": "\n".join([title, *lines]),
        "text/html": _TABLE.format(escape(title), cells),
    }
