"""The picture of the benchmark: what a sub-account costs as their number grows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from .measure import Sample


def draw(sizes: Sequence[Sample], path: Path) -> None:
    """Draw time and memory over the number of sub-accounts.

    Parameters
    ----------
    sizes : sequence of Sample
        One for each number.
    path : pathlib.Path
        An SVG file.
    """
    import altair as alt  # it takes seconds, and tests that draw nothing collect this module

    frame = pd.DataFrame(
        {
            "locations": [one.locations for one in sizes],
            "seconds": [one.seconds for one in sizes],
            "least possible": [one.ideal for one in sizes],
            "memory": [one.memory for one in sizes],
        }
    )
    x = alt.X("locations:Q", title="sub-accounts").scale(type="log")
    times = frame.melt("locations", ["seconds", "least possible"], "what", "value")
    time = (
        alt.Chart(times, title="Seconds for all of them, at 0.1 s to each answer")
        .mark_line(point=True)
        .encode(
            x=x,
            y=alt.Y("value:Q", title="seconds").scale(type="log"),
            color=alt.Color("what:N", title=None, sort=["seconds", "least possible"]).scale(
                range=["#0072b2", "#999999"]
            ),
        )
    )
    memory = (
        alt.Chart(frame, title="Memory that the run takes")
        .mark_line(point=True, color="#0072b2")
        .encode(x=x, y=alt.Y("memory:Q", title="MB"))
    )
    chart = (
        time.properties(width=330, height=220) | memory.properties(width=280, height=220)
    ).configure(background="white", font="sans-serif")
    chart.save(path)
