"""The pictures of the page on charts, drawn by the build of the simulator's agency.

Its seed and its clock stand still, so each build draws the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import vl_convert
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import ghl_notebook as ghl
from ghl_notebook.plot import Theme

FOLDER = "charts"
THEMES: tuple[Theme, ...] = ("light", "dark")
SINCE, UNTIL = "2025-07-07", "2026-01-31"


def charts() -> Iterator[tuple[str, Callable[[Theme], Any]]]:
    """Yield a name, and what draws the chart of that name."""
    with closing(ghl.demo()) as client:
        posts = ghl.fetch_posts(client, SINCE, UNTIL)
        days = ghl.fetch_statistics(client, SINCE, "2026-01-04")
    with closing(ghl.demo_agency()) as agency:
        accounts, now = ghl.fetch_accounts(agency), agency.clock()
    recent = posts["display_date"] >= "2025-12-15T00:00Z"
    yield "calendar", lambda theme: ghl.plot_calendar(posts[recent], now=now, theme=theme)
    yield "frequency", lambda theme: ghl.plot_frequency(posts, theme=theme)
    yield "expiry", lambda theme: ghl.plot_expiry(accounts, now=now, theme=theme)
    yield "statistics", lambda theme: ghl.plot_statistics(days, "engagement", theme=theme)
    yield "hours", lambda theme: ghl.plot_hours(posts, tz="Europe/Paris", theme=theme)
    yield "statuses", lambda theme: ghl.plot_statuses(posts, theme=theme)


def draw(folder: Path) -> None:
    """Draw each chart for light pages and for dark ones."""
    folder.mkdir(exist_ok=True)
    for name, chart in charts():
        for theme in THEMES:
            picture = vl_convert.vegalite_to_png(chart(theme).to_dict(), scale=2)
            (folder / f"{name}-{theme}.png").write_bytes(picture)


class Chart(SphinxDirective):
    """``{chart} name``: the picture of that name; the content says what it shows."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return it twice, each for a page of its own."""
        (name,) = self.arguments
        return [
            nodes.image(
                uri=f"/{FOLDER}/{name}-{theme}.png",
                alt=" ".join(self.content),
                classes=[f"only-{theme}", "chart"],
            )
            for theme in THEMES
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw, and register the directive."""
    draw(Path(app.srcdir) / FOLDER)
    app.add_directive("chart", Chart)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
