"""Bars over time: so many of a kind on each day, week, month or year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .look import title_of
from .steps import Step, edges, in_steps, labels, ticks

if TYPE_CHECKING:
    import altair as alt


def titles(platforms: pd.Series[Any]) -> pd.Series[Any]:
    """Return the platforms' names for people."""
    return platforms.map(title_of, na_action="ignore").astype("object").fillna("unknown platform")


def counted(rows: pd.DataFrame, time: str, kind: str) -> tuple[pd.DataFrame, Step]:
    """Count the rows of each kind, step by step.

    Parameters
    ----------
    rows : pandas.DataFrame
        With a column `platform` of names for people.
    time, kind : str
        The columns that say when, and of which kind.

    Returns
    -------
    tuple of pandas.DataFrame and Step
        The column of the kind, ``count``, ``platforms`` in words, such as ``Instagram 12, Facebook
        3``, and the `edges` of the steps; and what the steps are.
    """
    periods, step = in_steps(rows[time])
    parts = rows.assign(period=periods).groupby(["period", kind, "platform"]).size()
    found = parts.rename("count").reset_index().sort_values("count", ascending=False, kind="stable")
    found["platforms"] = found["platform"] + " " + found["count"].map("{:,}".format)
    bars = found.groupby(["period", kind], as_index=False).agg(
        count=("count", "sum"), platforms=("platforms", ", ".join)
    )
    return bars.drop(columns="period").join(edges(bars["period"])), step


def draw(
    bars: pd.DataFrame,
    kind: str,
    *,
    step: Step,
    things: str,
    of: str = "",
    title: str | None = None,
    numbers: int = 1,
) -> alt.Chart:
    """Draw what was counted.

    Parameters
    ----------
    bars : pandas.DataFrame
        As `counted` returns it.
    kind : str
        The column of the kind.
    step : Step
        What a bar stands for.
    things, of : str
        What was counted, and what of each of them the step is of.
    title : str, optional
        Beside the numbers.
    numbers : int
        About as many, and no more than the highest of them, so that none is a fraction.
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
                alt.Tooltip(f"{kind}:N"),
                alt.Tooltip("count:Q", title=things, format=","),
                alt.Tooltip("platforms:N"),
            ],
        )
    )
    return chart
