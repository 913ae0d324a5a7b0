"""What Shift-Tab shows of the public functions: every option by name, with types."""

from __future__ import annotations

import inspect

import ghl_notebook as ghl
from ghl_notebook.fetch.options import FetchOptions
from tests.folding import folded

FRAMES = [name for name in ghl.__all__ if name.startswith("fetch_")]
CHARTS = [name for name in ghl.__all__ if name.startswith("plot_")]
OF_AGENCIES = [
    name for name in FRAMES if name not in ("fetch_locations", "fetch_available_accounts")
]


@folded(
    "name", [*FRAMES, *CHARTS, "attach", "detach", "schedule_posts", "read_schedule", "check_posts"]
)
def test_a_signature_shows_each_option_with_its_type(name: str) -> None:
    """There is no ``**options``, and neither a parameter nor the result is anything at all."""
    signature = inspect.signature(getattr(ghl, name))
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    assert not kinds & {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    assert signature.return_annotation not in ("Any", inspect.Signature.empty)
    hints = {n: p.annotation for n, p in signature.parameters.items() if n != "engine"}
    assert not [n for n, hint in hints.items() if hint in ("Any", inspect.Parameter.empty)]


@folded("name", OF_AGENCIES)
def test_what_fetches_from_an_agency_has_all_options_of_a_run(name: str) -> None:
    """They are left out by default, and documented where they differ."""
    parameters = inspect.signature(getattr(ghl, name)).parameters
    shown = {n: p.default for n, p in parameters.items() if n in FetchOptions.__annotations__}
    assert list(shown) == list(FetchOptions.__annotations__)
    assert set(shown.values()) == {False, None}
    document = inspect.getdoc(getattr(ghl, name))
    assert document is not None
    assert [n for n in shown if n not in document] == []
