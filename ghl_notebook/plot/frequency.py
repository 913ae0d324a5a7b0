"""Posting frequency against engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from ghl_notebook.analysis.engagement import POST_COLUMNS, published, with_engagement
from ghl_notebook.analysis.inputs import check_number
from ghl_notebook.guard import guarded

from .inputs import read_columns
from .look import BLUE, Theme, finish, ink_of, nothing, require_altair

if TYPE_CHECKING:
    import altair as alt

_MAX_PER_WEEK: Final = 7
"""Posts per week from which weeks are one bar."""
_MAX_FEW: Final = 1000


@guarded
def plot_frequency(
    posts: pd.DataFrame, *, few: int = 5, theme: Theme | None = None
) -> alt.Chart | alt.LayerChart:
    """Draw the engagement per post by how often an account posts in a week.

    A bar is the mean of all weeks (from Monday, in UTC) in which an account published this many
    posts. The engagement of a post, the sum of its likes, comments, and shares so far, is divided
    by the median of its account, so that accounts of any size can be compared. The chart shows what
    goes together, not what causes it.

    Parameters
    ----------
    posts : pandas.DataFrame
        Posts of `fetch_posts`. Posts that are not published, or that have no numbers, do not count,
        nor those of accounts with fewer than 3 posts or a median of 0.
    few : int, default 5
        Bars of fewer weeks than this are pale, because their mean is unreliable.
    theme : {"light", "dark"}, optional
        Colors for a light or a dark page. By default, colors that are readable on both.

    Returns
    -------
    altair.LayerChart
        A bar per number of posts, with a transparent background. If there is nothing to draw, an
        `altair.Chart` with the reason as text.

    Raises
    ------
    ArgumentError
        If the DataFrame lacks a column, none of its published posts has numbers, or an argument is
        invalid.
    SettingsError
        If altair is not installed.
    """
    require_altair()
    ink = ink_of(theme)
    check_number("few", few, 1, _MAX_FEW)
    rows = published(
        read_columns(posts, POST_COLUMNS, source="fetch_posts()", optional={"id", "location_id"})
    )
    if rows.empty:
        return nothing("No published posts", theme)
    known = with_engagement(rows, relative=True)
    if known.empty:
        return nothing("No account has enough posts to tell what is usual", theme)
    bars = _bars(known)
    notes = [
        "1 is the median of a post's account",
        f"Numbers: weeks of an account. Pale: fewer than {few} weeks",
    ]
    return finish(_draw(bars, few, ink), "Engagement by posting frequency", notes, theme)


def _bars(posts: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each number of posts in a week: mean engagement, posts, and weeks."""
    week = posts["when"].dt.tz_localize(None).dt.to_period("W-SUN")
    weeks = (
        posts.groupby(["account_id", week], dropna=False)["engagement"]
        .agg(posts="size", mean="mean")
        .reset_index(drop=True)
    )
    found = (
        weeks.groupby(weeks["posts"].clip(upper=_MAX_PER_WEEK))
        .agg(mean=("mean", "mean"), weeks=("mean", "size"), total=("posts", "sum"))
        .rename_axis("per_week")
        .reset_index()
    )
    labels = found["per_week"].astype("string")
    return found.assign(
        per_week=labels.where(found["per_week"] < _MAX_PER_WEEK, f"{_MAX_PER_WEEK} or more")
    )


def _draw(bars: pd.DataFrame, few: int, ink: str) -> alt.LayerChart:
    import altair as alt

    base = alt.Chart(bars).encode(
        x=alt.X("per_week:N", title="Posts of an account in a week", sort=None).axis(labelAngle=0),
        y=alt.Y("mean:Q", title="Engagement per post")
        .scale(domain=[0, 1.15 * max(1, bars["mean"].max())])
        .axis(tickCount=5),
        tooltip=[
            alt.Tooltip("per_week:N", title="posts in a week"),
            alt.Tooltip("mean:Q", title="engagement per post", format=",.2f"),
            alt.Tooltip("weeks:Q", title="weeks", format=","),
            alt.Tooltip("total:Q", title="posts", format=","),
        ],
    )
    columns = base.mark_bar(color=BLUE).encode(
        opacity=alt.condition(f"datum.weeks >= {few}", alt.value(1), alt.value(0.45))
    )
    counts = base.mark_text(dy=-8, color=ink, fontSize=11).encode(
        text=alt.Text("weeks:Q", format=",")
    )
    usual = (
        alt.Chart(pd.DataFrame({"usual": [1]}))
        .mark_rule(color=ink, strokeDash=[4, 3])
        .encode(y="usual:Q")
    )
    chart: alt.LayerChart = (columns + counts + usual).properties(width=alt.Step(80), height=240)
    return chart
