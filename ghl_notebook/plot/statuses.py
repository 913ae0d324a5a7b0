"""Posts by status, over time or by platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from ghl_notebook.analysis.inputs import ValueType, without_repeats
from ghl_notebook.guard import guarded
from ghl_notebook.models import read_choice

from .bars import counted, draw, titles
from .inputs import read_columns
from .look import (
    BLUE,
    BROWN,
    GREEN,
    GREY,
    LILAC,
    PINK,
    SLATE,
    VERMILION,
    VIOLET,
    WIDTH,
    Theme,
    finish,
    nothing,
    require_altair,
    words_of,
)

if TYPE_CHECKING:
    import altair as alt

STATUS_COLORS: Final = {
    "failed": VERMILION,
    "draft": GREY,
    "in_review": VIOLET,
    "pending": LILAC,
    "scheduled": BLUE,
    "in_progress": SLATE,
    "published": GREEN,
    "notification_sent": PINK,
    "deleted": BROWN,
}
"""In the order of the rows: what needs attention, then the stages of a post."""

_COLUMNS: Final[dict[str, ValueType]] = {
    "status": "text",
    "platform": "text",
    "display_date": "time",
    "created_at": "time",
    "id": "text",
    "account_id": "text",
}


@guarded
def plot_statuses(
    posts: pd.DataFrame, *, by: Literal["date", "platform"] = "date", theme: Theme | None = None
) -> alt.Chart | alt.FacetChart:
    """Draw how many posts have which status, over time or by platform.

    A status has its own row and scale, so that few failed posts are visible beside many published
    ones. The count of a status is beside its name.

    Parameters
    ----------
    posts : pandas.DataFrame
        Posts of `fetch_posts`, of one sub-account or a whole agency.
    by : {"date", "platform"}, default "date"
        ``"date"`` draws bars of days, weeks, months, or years in UTC, by publishing date (or by
        creation date if a post has none). ``"platform"`` draws a bar per platform.
    theme : {"light", "dark"}, optional
        Colors for a light or a dark page. By default, colors that are readable on both.

    Returns
    -------
    altair.FacetChart
        A row of bars per status, with a transparent background. If there is nothing to draw, an
        `altair.Chart` with the reason as text.

    Raises
    ------
    ArgumentError
        If the DataFrame lacks a column, or an argument is invalid.
    SettingsError
        If altair is not installed.
    """
    require_altair()
    chosen = read_choice("grouping by", by, ("date", "platform"))
    optional = {"created_at", "id", "account_id"}
    rows = read_columns(posts, _COLUMNS, source="fetch_posts()", optional=optional)
    rows = without_repeats(rows, ["id", "account_id"])
    rows = rows.assign(
        status=rows["status"].fillna("unknown"),
        platform=titles(rows["platform"]),
        date=rows["display_date"].fillna(rows["created_at"]),
    )
    notes = ["Each status has its own scale"]
    if chosen == "date" and (dateless := int(rows["date"].isna().sum())):
        notes.append(f"{dateless:,} posts left out: they have no date")
        rows = rows[rows["date"].notna()]
    if rows.empty:
        return nothing("No posts", theme)
    return finish(_draw(rows, chosen), f"Posts by status and {chosen}", notes, theme)


def _draw(rows: pd.DataFrame, by: str) -> alt.FacetChart:
    import altair as alt

    totals = rows["status"].value_counts()
    order = [name for name in STATUS_COLORS if name in totals]
    order += sorted(set(totals.index) - set(order))
    names = {name: f"{words_of(name)} ({totals[name]:,})" for name in order}
    rows = rows.assign(status=rows["status"].map(names))
    chart: alt.FacetChart = (
        (_over_time(rows) if by == "date" else _by_platform(rows))
        .encode(
            color=alt.Color("status:N")
            .scale(
                domain=list(names.values()),
                range=[STATUS_COLORS.get(name, SLATE) for name in names],
            )
            .legend(None)
        )
        .properties(width=WIDTH, height=56)
        .facet(
            row=alt.Row("status:N", title=None, sort=list(names.values())).header(
                labelOrient="top", labelAnchor="start"
            ),
            spacing=8,
        )
        .resolve_scale(y="independent")
    )
    return chart


def _over_time(rows: pd.DataFrame) -> alt.Chart:
    bars, step = counted(rows, "date", "status")
    return draw(bars, "status", step=step, things="posts", title="Posts")


def _by_platform(rows: pd.DataFrame) -> alt.Chart:
    import altair as alt

    bars = rows.groupby(["status", "platform"]).size().rename("count").reset_index()
    chart: alt.Chart = (
        alt.Chart(bars)
        .mark_bar()
        .encode(
            x=alt.X("platform:N", title="Platform").axis(
                labelAngle=0, labelExpr="split(datum.label, ' ')"
            ),
            y=alt.Y("count:Q", title="Posts").axis(format=",d", tickCount=1),
            tooltip=["platform:N", "status:N", alt.Tooltip("count:Q", title="posts", format=",")],
        )
    )
    return chart
