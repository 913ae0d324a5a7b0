"""The door of the package: its public names, and what it costs to open it."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files

import pytest

import ghl_notebook
from ghl_notebook import errors, models
from tests.folding import folded

HEAVY = ["altair", "anywidget", "httpx", "ipywidgets", "pandas", "pyarrow", "starlette", "uvicorn"]


def python(code: str) -> str:
    """Run code in an interpreter of its own, with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_public_names_are_sorted() -> None:
    """`__all__` is sorted and names nothing twice, so that a new name has one place."""
    assert ghl_notebook.__all__ == sorted(set(ghl_notebook.__all__))


@folded("name", ghl_notebook.__all__)
def test_a_public_name_resolves(name: str) -> None:
    """Each public name leads to a documented thing of that name."""
    found = getattr(ghl_notebook, name)
    assert found.__name__.removeprefix("ghl_notebook.") == name
    assert inspect.cleandoc(found.__doc__ or "")


@folded(
    ("name", "method"),
    [
        (name, method)
        for name in (
            "AccountsPanel",
            "App",
            "AppLogin",
            "AsyncClient",
            "Client",
            "ConnectAccount",
            "DemoClient",
            "Secret",
        )
        for method, value in vars(getattr(ghl_notebook, name)).items()
        if not method.startswith("_") and inspect.isroutine(value)
    ],
)
def test_a_public_method_is_documented(name: str, method: str) -> None:
    """Each public method of a public class says what it does."""
    assert inspect.getdoc(getattr(getattr(ghl_notebook, name), method))


@pytest.mark.process
def test_tab_offers_the_public_names_alone() -> None:
    """`dir()` lists them before they are used, nothing else, and not too many to read."""
    shown = python("import ghl_notebook as g; print(*dir(g))").split()
    assert shown == ghl_notebook.__all__
    assert len(shown) <= 65
    used = python("import ghl_notebook as g; g.Client, g.fetch_posts; print(*dir(g))").split()
    assert used == shown


def test_errors_and_records_have_a_module_each() -> None:
    """Only the root of the errors is at the top level, and no record."""
    names = {*errors.__all__, *models.__all__}
    assert names & set(ghl_notebook.__all__) == {"GHLError"}


def test_the_version_is_that_of_the_distribution() -> None:
    """It is written down once."""
    assert ghl_notebook.__version__ == version("ghl-notebook")


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    """A misspelled name fails as in any module."""
    with pytest.raises(AttributeError, match="no attribute 'Clinet'") as caught:
        ghl_notebook.Clinet  # type: ignore[attr-defined]  # noqa: B018
    assert (caught.value.name, caught.value.obj) == ("Clinet", ghl_notebook)


@folded(
    ("name", "path"),
    [
        ("RateLimitError", "ghl_notebook.errors.RateLimitError"),
        ("Post", "ghl_notebook.models.Post"),
    ],
)
def test_an_error_or_record_is_suggested_by_its_module(name: str, path: str) -> None:
    """Users who expect it at the top level learn where it is."""
    with pytest.raises(AttributeError, match=rf"Did you mean {path}\?"):
        getattr(ghl_notebook, name)


@pytest.mark.process
def test_importing_loads_nothing_heavy() -> None:
    """The bare import loads no DataFrame, widget, HTTP or server library."""
    code = "import sys, ghl_notebook; print(*sys.modules)"
    loaded = set(python(code).split())
    assert "ghl_notebook" in loaded
    assert not loaded & set(HEAVY)


@pytest.mark.process
def test_errors_are_had_without_anything_heavy() -> None:
    """An `except ghl.GHLError` alone still loads nothing heavy."""
    code = "import sys, ghl_notebook; ghl_notebook.GHLError; print(*sys.modules)"
    assert not set(python(code).split()) & set(HEAVY)


@pytest.mark.process
def test_a_client_needs_neither_frames_nor_widgets() -> None:
    """A script that uses `Client` alone pays for no pandas and no widget."""
    code = "import sys, ghl_notebook; ghl_notebook.Client; print(*sys.modules)"
    assert not set(python(code).split()) & {"anywidget", "ipywidgets", "pandas", "starlette"}


def test_a_public_name_is_not_that_of_another_module() -> None:
    """Importing a module of the package sets its name there, instead of a function of that name."""
    folder = files("ghl_notebook")
    modules = {path.name.removesuffix(".py") for path in folder.iterdir()}
    assert modules & set(ghl_notebook.__all__) == {"errors", "models"}


@pytest.mark.process
def test_the_doctor_needs_no_frames() -> None:
    """`doctor` loads no pandas; what it loads of the login, it loads when it is called."""
    code = "import sys, ghl_notebook; ghl_notebook.doctor; print(*sys.modules)"
    assert not set(python(code).split()) & {"anywidget", "ipywidgets", "pandas", "starlette"}


def test_the_package_says_that_it_is_typed() -> None:
    """Type checkers find `py.typed` in the package."""
    assert files("ghl_notebook").joinpath("py.typed").is_file()


@pytest.mark.process
@pytest.mark.slow
def test_pandas_is_imported_while_a_request_is_under_way() -> None:
    """The functions are there without it, and it is there before the response is."""
    code = """
import asyncio
import sys
import httpx
import ghl_notebook as ghl

class Service(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request):
        async with asyncio.timeout(60):
            while not hasattr(sys.modules.get("pandas"), "DataFrame"):
                await asyncio.sleep(0.01)
        return httpx.Response(200, json={"success": True, "results": {"accounts": []}})

client = ghl.Client("pit-x", "ve9EPM428h8vShlRW1KT", transport=Service())
fetch = [ghl.fetch_accounts, ghl.fetch_posts, ghl.fetch_statistics, ghl.fetch_comments]
print("pandas" in sys.modules, len(ghl.fetch_accounts(client)))
"""
    assert python(code) == "False 0\n"
