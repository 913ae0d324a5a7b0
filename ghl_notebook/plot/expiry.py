"""Connections by the day or week in which they expire."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded

from .bars import counted, draw, titles
from .inputs import ValueType, check_number, read_columns
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
from .time_steps import name_of

if TYPE_CHECKING:
    import altair as alt

_COLUMNS: Final[dict[str, ValueType]] = {
    "expire": "time",
    "is_expired": "flag",
    "platform": "text",
    "deleted": "flag",
}
_MAX_DISTANCE: Final = pd.Timedelta(days=365)
"""Connections that expire further from today are only counted: they would squeeze the others."""


@guarded
def plot_expiry(
    accounts: pd.DataFrame,
    *,
    soon: float = 14,
    now: datetime | None = None,
    theme: Theme | None = None,
) -> alt.Chart | alt.LayerChart:
    """Draw when connections expire: how many have, how many will soon, and when.

    Bars are days, or longer steps if the dates are far apart, in UTC; a line marks today. Expired
    connections have their own color, and lie before today unless the API reports that they expired
    early. Deleted accounts are left out.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Accounts of `fetch_accounts` or `read_run`, of one sub-account or a whole agency.
    soon : float, default 14
        How many days count as soon.
    now : datetime, optional
        Today, with a time zone: ``client.clock()`` works for a demo, too. By default, the current
        time.
    theme : {"light", "dark"}, optional
        Colors for a light or a dark page. By default, colors that are readable on both.

    Returns
    -------
    altair.LayerChart
        One bar per period and state, with a transparent background. If there is nothing to draw, an
        `altair.Chart` with the reason as text.

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
        accounts, _COLUMNS, source="fetch_accounts()", optional={"deleted", "platform"}
    )
    today = _today(now)
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
    chart = _draw(rows[near], states[:-1], today, ink)
    return finish(chart, "When connections expire", notes, theme)


def _today(now: object) -> pd.Timestamp:
    if now is None:
        return pd.Timestamp.now("UTC")
    if isinstance(now, datetime):
        with suppress(Exception):  # no time zone, out of range, or a failing class of the user's
            today = pd.Timestamp(now).tz_convert("UTC")
            if 1970 <= today.year < 2200:
                return today
    raise ArgumentError(
        f"now is {reprlib.repr(now)}, not a time with a time zone between 1970 and 2199.",
        "Pass one, for instance datetime(2026, 1, 5, tzinfo=UTC).",
    )


def _states(
    rows: pd.DataFrame, states: Sequence[str], today: pd.Timestamp, soon: pd.Timedelta
) -> pd.Series[Any]:
    expired, ending, later, endless = states
    found = pd.Series(later, index=rows.index, dtype="object")
    found[rows["expire"].isna()] = endless
    found[rows["expire"] <= today + soon] = ending
    found[rows["is_expired"] | (rows["expire"] <= today)] = expired
    return found


def _draw(
    rows: pd.DataFrame, states: Sequence[str], today: pd.Timestamp, ink: str
) -> alt.LayerChart:
    import altair as alt

    bars, step = counted(rows, "expire", "state")
    bars["order"] = bars["state"].map(list(states).index)
    ends = draw(
        bars,
        "state",
        step=step,
        things="connections",
        of=" of expiry",
        title="Connections",
        numbers=min(5, int(bars.groupby("start")["count"].sum().max())),
    ).encode(
        color=alt.Color("state:N", title=None)
        .scale(domain=states, range=[VERMILION, BLUE, GREY])
        .legend(orient="top", offset=26),
        order="order:O",
    )
    name = name_of(today.tz_localize(None).to_period("D"))
    day = alt.Chart(pd.DataFrame({"today": [today]})).encode(x=alt.X("today:T"))
    line = day.mark_rule(color=ink, strokeDash=[4, 3], strokeWidth=1.5)
    word = day.mark_text(text=f"today, {name}", color=ink, align="left", dx=-4, y=-8)
    chart: alt.LayerChart = (ends + line + word).properties(width=WIDTH, height=240)
    return chart
