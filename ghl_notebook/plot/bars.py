"""Bars over time: so many of a kind on each day, week, month or year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .look import title_of
from .steps import Step, edges, in_steps

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


def draw(bars: pd.DataFrame, kind: str, *, things: str, when: str) -> alt.Chart:
    """Draw what was counted.

    Parameters
    ----------
    bars : pandas.DataFrame
        As `counted` returns it.
    kind : str
        The column of the kind.
    things : str
        What was counted.
    when : str
        What the step is of each.
    """
    import altair as alt

    chart: alt.Chart = (
        alt.Chart(bars)
        .mark_bar()
        .encode(
            x=alt.X("start:T", bin="binned", title=f"{when.capitalize()} (UTC)").scale(type="utc"),
            x2="end",
            y=alt.Y("count:Q", title=things.capitalize()).axis(
                format="d", tickMinStep=1, tickCount=3
            ),
            tooltip=[
                alt.Tooltip("when:N", title=when),
                alt.Tooltip(f"{kind}:N"),
                alt.Tooltip("count:Q", title=things, format=","),
                alt.Tooltip("platforms:N"),
            ],
        )
    )
    return chart
