"""Connections by the day or week in which they end."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ghl_notebook.errors import ArgumentError
from ghl_notebook.guard import guarded

from .arguments import check_number
from .bars import counted, draw, titles
from .columns import Kind, read_columns
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
from .steps import name_of

if TYPE_CHECKING:
    import altair as alt

_COLUMNS: Final[dict[str, Kind]] = {
    "expire": "time",
    "is_expired": "flag",
    "platform": "text",
    "deleted": "flag",
}
_REACH: Final = pd.Timedelta(days=365)
"""Ends that are further away than this are only counted."""


@guarded
def plot_expiry(
    accounts: pd.DataFrame,
    *,
    soon: float = 14,
    now: datetime | None = None,
    theme: Theme | None = None,
) -> alt.Chart | alt.LayerChart:
    """Draw when connections end: how many have expired, how many will soon, and when.

    Bars of days, or of weeks where they lie further apart, in UTC; a line marks today. What has
    expired is told apart by its colour, and by lying before today, unless the service says that it
    broke before its time. Deleted accounts are left out.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Of `fetch_accounts` or `read_run`, of a sub-account or of a whole agency.
    soon : float, default 14
        So many days before its end, a connection is one that ends soon.
    now : datetime, optional
        What is taken for today, with a time zone: ``client.clock()`` is also a demo's. The present
        when left out.
    theme : {"light", "dark"}, optional
        Colours for a page whose background is known. Those of both when left out.

    Returns
    -------
    altair.LayerChart
        One bar per period and state; the background is transparent. Where there is nothing to draw,
        an `altair.Chart` that says so.

    Raises
    ------
    ArgumentError
        If it is no such frame, or an argument makes no sense.
    SettingsError
        If altair is not installed.
    """
    require_altair()
    ink = ink_of(theme)
    rows = read_columns(
        accounts, _COLUMNS, source="fetch_accounts()", optional={"deleted", "platform"}
    )
    today = _today(now)
    check_number("soon", soon, 0, _REACH.days)
    rows = rows[~rows["deleted"]]
    if rows.empty:
        return nothing("No connected accounts", theme)
    states = ["expired", f"end within {soon:g} days", "end later", "have no end date"]
    rows = rows.assign(
        state=_states(rows, states, today, pd.Timedelta(days=soon)),
        platform=titles(rows["platform"]),
    )
    counts = rows["state"].value_counts().reindex(states, fill_value=0)
    said = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    near = rows["expire"].between(today - _REACH, today + _REACH)
    far = rows["expire"].notna() & ~near
    if not near.any():
        return nothing(f"No connection ends within a year: {said}", theme)
    notes = [said]
    if far.any():
        notes.append(f"Not shown: {far.sum():,} that ended or end more than a year away from today")
    chart = _draw(rows[near], states[:-1], today, ink)
    return finish(chart, "When connections end", notes, theme)


def _today(now: object) -> pd.Timestamp:
    if now is None:
        return pd.Timestamp.now("UTC")
    if isinstance(now, datetime):
        with suppress(Exception):  # none, beyond the calendar, or of somebody's own, which fails
            today = pd.Timestamp(now).tz_convert("UTC")
            if 1970 <= today.year < 2200:
                return today
    raise ArgumentError(
        f"now is {reprlib.repr(now)}, and no time with a time zone between 1970 and 2199.",
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
        of=" of the end",
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
