"""Connections by the day or week in which they expire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ghl_notebook.analysis.inputs import ValueType, check_number, read_now
from ghl_notebook.guard import guarded
from ghl_notebook.settings import MAX_EXPIRING_DAYS, read_expiring_days

from .bars import counted, draw, titles
from .inputs import read_columns
from .look import (
    BLUE,
    GREY,
    VERMILION,
    WIDTH,
    Theme,
    finish,
    ink_of,
    nothing,
    require_altair,
)
from .time_steps import labels, name_of

if TYPE_CHECKING:
    import altair as alt

_COLUMNS: Final[dict[str, ValueType]] = {
    "expire": "time",
    "is_expired": "flag",
    "platform": "text",
    "deleted": "flag",
    "name": "text",
    "location_name": "text",
}
_MAX_NAMED: Final = 25
"""Up to so many connections, each has a line with its name."""
_MAX_DISTANCE: Final = pd.Timedelta(days=MAX_EXPIRING_DAYS)
"""Connections that expire further from today are only counted: they would squeeze the others."""


@guarded
def plot_expiry(
    accounts: pd.DataFrame,
    *,
    soon: float | None = None,
    now: datetime | None = None,
    theme: Theme | None = None,
) -> alt.Chart | alt.LayerChart:
    """Draw when connections expire: how many have, how many will soon, and when.

    Up to 25 connections have a line each, with the name of the account. More are counted in bars of
    days, or of longer steps if the dates are far apart. Dates are in UTC; a line marks today.
    Expired connections have their own color, and lie before today unless the API reports that they
    expired early. Deleted accounts are left out.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of `fetch_accounts` or `read_run`, of one sub-account or a whole agency.
    soon : float, optional
        How many days count as soon. By default, ``GHL_EXPIRING_DAYS``, which is 30.
    now : datetime, optional
        Today, with a time zone: ``client.clock()`` works for a demo, too. By default, the current
        time.
    theme : {"light", "dark"}, optional
        Colors for a light or a dark page. By default, colors that are readable on both.

    Returns
    -------
    altair.LayerChart
        A point per connection, or a bar per period and state, with a transparent background. If
        there is nothing to draw, an `altair.Chart` with the reason as text.

    Raises
    ------
    ArgumentError
        If the DataFrame lacks a column, or an argument is invalid.
    SettingsError
        If altair is not installed.
    """
    require_altair()
    ink = ink_of(theme)
    rows = read_columns(
        accounts,
        _COLUMNS,
        source="fetch_accounts()",
        optional={"deleted", "platform", "name", "location_name"},
    )
    today = read_now(now)
    soon = read_expiring_days() if soon is None else soon
    check_number("soon", soon, 0, _MAX_DISTANCE.days)
    rows = rows[~rows["deleted"]]
    if rows.empty:
        return nothing("No connected accounts", theme)
    states = ["expired", f"expire within {soon:g} days", "expire later", "have no expiry date"]
    rows = rows.assign(
        state=_states(rows, states, today, pd.Timedelta(days=soon)),
        platform=titles(rows["platform"]),
    )
    counts = rows["state"].value_counts().reindex(states, fill_value=0)
    summary = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    near = rows["expire"].between(today - _MAX_DISTANCE, today + _MAX_DISTANCE)
    far = rows["expire"].notna() & ~near
    if not near.any():
        return nothing(f"No connection expires within a year: {summary}", theme)
    notes = [summary]
    if far.any():
        notes.append(f"Not shown: {far.sum():,} that expire more than a year from today")
    shown = rows[near]
    few = len(shown) <= _MAX_NAMED
    parts = _points(shown, states[:-1], today) if few else _bars(shown, states[:-1])
    chart = _draw(parts, today, ink)
    return finish(chart, "When connections expire", notes, theme)


def _states(
    rows: pd.DataFrame, states: Sequence[str], today: pd.Timestamp, soon: pd.Timedelta
) -> pd.Series[Any]:
    expired, ending, later, endless = states
    found = pd.Series(later, index=rows.index, dtype="object")
    found[rows["expire"].isna()] = endless
    found[rows["expire"] <= today + soon] = ending
    found[rows["is_expired"] | (rows["expire"] <= today)] = expired
    return found


def _points(rows: pd.DataFrame, states: Sequence[str], today: pd.Timestamp) -> alt.LayerChart:
    """Draw a line from today to the date of each connection."""
    import altair as alt

    rows = rows.sort_values("expire", kind="stable")
    account = rows["name"].fillna("Account without a name") + " · " + rows["platform"]
    names = account + (" · " + rows["location_name"]).fillna("")
    again = names.groupby(names).cumcount()
    rows = pd.DataFrame(
        {
            "account": names.where(again == 0, names + " " + (again + 1).astype("string")),
            "platform": rows["platform"],
            "state": rows["state"],
            "expire": rows["expire"],
            "today": today,
            "when": rows["expire"].map(lambda time: name_of(time.tz_localize(None).to_period("D"))),
        }
    )
    base = alt.Chart(rows).encode(
        x=alt.X("expire:T", title="Day of expiry (UTC)")
        .scale(type="utc")
        .axis(grid=False, labelExpr=labels("day"), tickCount=6),
        y=alt.Y("account:N", title="Account", sort=None).axis(
            labelLimit=280, titleAngle=0, titleAlign="right", titleX=-10, titleY=-10
        ),
        color=_color(states),
        tooltip=["account:N", "platform:N", "state:N", alt.Tooltip("when:N", title="expires")],
    )
    lines = base.mark_rule(strokeWidth=1).encode(x2="today:T")
    points = base.mark_point(filled=True, size=90, opacity=1)
    chart: alt.LayerChart = (lines + points).properties(height=alt.Step(22))
    return chart


def _bars(rows: pd.DataFrame, states: Sequence[str]) -> alt.Chart:
    bars, step = counted(rows, "expire", "state")
    bars["order"] = bars["state"].map(list(states).index)
    return (
        draw(
            bars,
            "state",
            step=step,
            things="connections",
            of=" of expiry",
            title="Connections",
            numbers=min(5, int(bars.groupby("start")["count"].sum().max())),
        )
        .encode(order="order:O", color=_color(states))
        .properties(height=240)
    )


def _color(states: Sequence[str]) -> alt.Color:
    import altair as alt

    return (
        alt.Color("state:N", title=None)
        .scale(domain=states, range=[VERMILION, BLUE, GREY])
        .legend(orient="top", offset=26)
    )


def _draw(parts: alt.Chart | alt.LayerChart, today: pd.Timestamp, ink: str) -> alt.LayerChart:
    import altair as alt

    name = name_of(today.tz_localize(None).to_period("D"))
    day = alt.Chart(pd.DataFrame({"today": [today]})).encode(x=alt.X("today:T"))
    line = day.mark_rule(color=ink, strokeDash=[4, 3], strokeWidth=1.5)
    word = day.mark_text(text=f"today, {name}", color=ink, align="left", dx=-4, y=-8)
    chart: alt.LayerChart = (parts + line + word).properties(width=WIDTH)
    return chart
