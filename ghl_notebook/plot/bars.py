"""Bars over time: counts per day, week, month, or year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ghl_notebook.models import platform_title

from .time_steps import Step, edges, in_steps, labels, ticks

if TYPE_CHECKING:
    import altair as alt


def titles(platforms: pd.Series[Any]) -> pd.Series[Any]:
    """Return the display names of platforms."""
    return (
        platforms.map(platform_title, na_action="ignore")
        .astype("object")
        .fillna("unknown platform")
    )


def counted(rows: pd.DataFrame, time: str, group: str) -> tuple[pd.DataFrame, Step]:
    """Count the rows of each group, step by step.

    Parameters
    ----------
    rows : pandas.DataFrame
        With a column `platform` of display names.
    time, group : str
        The columns with the time and with the group.

    Returns
    -------
    tuple of pandas.DataFrame and Step
        The column of the group, ``count``, ``platforms`` as text, such as ``Instagram 12, Facebook
        3``, and the `edges` of the steps; and the step.
    """
    periods, step = in_steps(rows[time])
    parts = rows.assign(period=periods).groupby(["period", group, "platform"]).size()
    found = parts.rename("count").reset_index().sort_values("count", ascending=False, kind="stable")
    found["platforms"] = found["platform"] + " " + found["count"].map("{:,}".format)
    bars = found.groupby(["period", group], as_index=False).agg(
        count=("count", "sum"), platforms=("platforms", ", ".join)
    )
    return bars.drop(columns="period").join(edges(bars["period"])), step


def draw(
    bars: pd.DataFrame,
    group: str,
    *,
    step: Step,
    things: str,
    of: str = "",
    title: str | None = None,
    numbers: int = 1,
) -> alt.Chart:
    """Draw counts.

    Parameters
    ----------
    bars : pandas.DataFrame
        What `counted` returned.
    group : str
        The column of the group.
    step : Step
        The period of a bar.
    things, of : str
        What was counted, and which of its dates the step refers to.
    title : str, optional
        Title of the y axis.
    numbers : int
        About how many numbers the y axis has; at most the highest count, to avoid fractions.
    """
    import altair as alt

    when = f"{step}{of}"
    chart: alt.Chart = (
        alt.Chart(bars)
        .mark_bar()
        .encode(
            x=alt.X("start:T", bin="binned", title=f"{when.capitalize()} (UTC)")
            .scale(type="utc")
            .axis(values=ticks(bars["start"], step), grid=False, labelExpr=labels(step)),
            x2="end",
            y=alt.Y("count:Q", title=title).axis(format=",d", tickCount=numbers),
            tooltip=[
                alt.Tooltip("when:N", title=when),
                alt.Tooltip(f"{group}:N"),
                alt.Tooltip("count:Q", title=things, format=","),
                alt.Tooltip("platforms:N"),
            ],
        )
    )
    return chart
