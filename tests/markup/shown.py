"""What a notebook gets to show: of each call what its result, or its error, says of itself."""

from __future__ import annotations

import traceback
import warnings
import webbrowser
from collections.abc import Iterator
from threading import Thread
from typing import Any, NamedTuple
from urllib.request import urlopen

from IPython.core.formatters import DisplayFormatter

import ghl_notebook as ghl

from .world import World


class Shown(NamedTuple):
    """What is shown of a call.

    Attributes
    ----------
    name : str
        The call.
    value : object
        Its result, or its error.
    bundle : dict
        MIME type → what a front end gets; of an error the text of its traceback; ``page``: a
        whole page of HTML.
    """

    name: str
    value: object
    bundle: dict[str, Any]


def show_all(world: World) -> Iterator[Shown]:
    """Yield what is shown of every public function and class."""
    for call in world.calls():
        try:
            value = call.make()
        except ghl.GHLError as error:
            lines = "".join(traceback.format_exception(error))
            yield Shown(call.name, error, {"text/plain": lines})
        else:
            world.at_the_end(value)
            yield Shown(call.name, value, bundle_of(value))


def charts_of(found: list[Shown]) -> dict[str, Any]:
    """Return a chart of each function that makes one, the one with the most in it."""
    import altair as alt

    charts: dict[str, Any] = {}
    for one in found:
        if isinstance(one.value, alt.TopLevelMixin):
            name = one.name.partition("(")[0]
            charts[name] = max(charts.get(name), one.value, key=_size)
    return charts


def _size(chart: Any) -> int:
    return 0 if chart is None else len(chart.to_json())


def few_panels(world: World) -> Any:
    """Return a chart of a few accounts, for what has to be drawn often."""
    (days,), ((metric, *_),) = world.arguments["statistics"], world.arguments["metric"]
    return ghl.plot_statistics(days[days["metric"] == metric].iloc[1:5], metric, by="account")


def composed(world: World, charts: dict[str, Any]) -> Iterator[Shown]:
    """Yield charts as a user puts them together, and one as each of Altair's renderers has it."""
    import altair as alt

    own = alt.Chart(alt.InlineData([{"x": 1}])).mark_point().encode(x="x:Q")
    for name, chart in charts.items():
        plain = chart.properties(title="Ours")
        plain.config = plain.background = alt.Undefined  # Altair joins no charts that have these
        both = alt.vconcat(own, plain | own).resolve_scale(color="independent")
        yield Shown(f"{name}, composed", both, bundle_of(both))
    chart = few_panels(world)
    for renderer in alt.renderers.names():
        if renderer != "browser":
            with alt.renderers.enable(renderer):
                yield Shown(f"renderer {renderer}", chart, bundle_of(chart))
    visitor = Visitor()
    with alt.renderers.enable("browser", using=visitor.name), warnings.catch_warnings(), visitor:
        warnings.simplefilter("ignore", ResourceWarning)  # Altair leaves its server open
        chart.show()
    yield Shown("renderer browser", chart, {"page": "".join(visitor.pages)})
    yield Shown("to_html", chart, {"page": chart.to_html()})
    yield Shown("VegaLite", chart, bundle_of(alt.VegaLite(chart.to_dict())))


def bundle_of(value: object) -> dict[str, Any]:
    """Return what IPython gives to a front end."""
    data, _ = DisplayFormatter().format(value)  # type: ignore[no-untyped-call]
    return dict(data)


class Visitor(webbrowser.BaseBrowser):
    """A browser of the user, which keeps the pages that it is sent to."""

    def __init__(self) -> None:
        super().__init__("visitor")
        self.pages: list[str] = []
        self._threads: list[Thread] = []
        webbrowser.register("visitor", None, self)

    def open(self, url: str, *_: object) -> bool:
        """Load a page, from the server that waits for that next."""
        self._threads.append(Thread(target=self._load, args=(url,)))
        self._threads[-1].start()
        return True

    def _load(self, url: str) -> None:
        with urlopen(url, timeout=60) as answer:
            self.pages.append(answer.read().decode())

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()
