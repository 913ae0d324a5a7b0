"""What the site takes from the package while it is built, so that nobody writes it twice.

Public names come from ``ghl_notebook.__all__``, and those of its modules ``errors`` and ``models``
from there; columns from the schemas in ``ghl_notebook.frames``, next steps from the errors, options
from the commands, notebooks from their folder. A new one is there with the next build.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import pkgutil
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, get_args, get_origin, get_type_hints
from unittest import mock

import msgspec
import traitlets
from docutils import nodes
from docutils.parsers.rst import roles
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

import ghl_notebook
from ghl_notebook import errors, frames, models
from ghl_notebook.__main__ import main
from ghl_notebook.api.operation import Operation, Resource
from ghl_notebook.api.resource_groups import Resources

ROOT = Path(__file__).parent.parent

PAGES = {
    "api": "clients",
    "_demo": "clients",
    "secret": "clients",
    "login": "login",
    "auth": "login",
    "fetch": "fetch",
    "export": "export",
    "panel": "panel",
    "analysis": "analysis",
    "plot": "plot",
    "diagnosis": "doctor",
}
"""Room of the package → page of the reference. Errors and records have one each."""

RECORDS = [
    name
    for name in models.__all__
    if inspect.isclass(value := getattr(models, name))
    and issubclass(value, models.Record)
    and value is not models.Record
]
"""What the methods of a client return."""

PATHS = {
    **{name: f"ghl_notebook.models.{name}" for name in RECORDS},
    **{name: f"ghl_notebook.errors.{name}" for name in errors.__all__},
    **{
        name: f"ghl_notebook.{name}"
        for name in ghl_notebook.__all__
        if name not in ("errors", "models", "GHLError")
    },
}
"""Public name → where it is described. Each is written as it is imported."""


PLUMBING = {
    *("from_wire", "list_from_wire", "delegate", "of", "sharing"),
    "set_state",
}
"""Public methods of public classes that are for other rooms of the package, and the widget's."""


def page_of(name: str) -> str:
    """Return the page of the reference on which a public name is described."""
    return PAGES.get(getattr(ghl_notebook, name).__module__.split(".")[1], "more")


def names_on(page: str) -> list[str]:
    """Return the public names of a page: those of one kind together, in alphabetical order."""
    names = [n for n, path in PATHS.items() if path.count(".") == 1 and page_of(n) == page]
    return sorted(names, key=lambda name: (not name[0].isupper(), name.lower()))


def is_public(value: type) -> bool:
    """Tell whether a class has a description of its own."""
    return value.__name__ in PATHS


def members_of(cls: type) -> list[str]:
    """Return a class's methods and properties that users call.

    Also those of its bases in this package, but for what a base's own description has.
    """
    shown = {name for base in cls.__mro__[1:] if is_public(base) for name in dir(base)}
    found = {
        name: None
        for base in reversed(cls.__mro__)
        if base.__module__.startswith("ghl_notebook.")
        for name, value in vars(base).items()
        if not name.startswith("_")
        and name not in PLUMBING | shown
        and (inspect.isroutine(value) or isinstance(value, property))
        and inspect.getdoc(getattr(base, name))
    }
    return list(found)


def table(head: list[str], rows: list[list[str]], *, widths: str = "auto") -> list[str]:
    """Return a table in reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}"]
    lines += ["   :class: columns", ""]
    for row in [head, *rows]:
        lines += [f"   {'* -' if n == 0 else '  -'} {cell}" for n, cell in enumerate(row)]
    return [*lines, ""]


class Generated(SphinxDirective):
    """A directive whose content is made, as reStructuredText."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return what the text says."""
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)

    def lines(self) -> Iterator[str]:
        """Make the text."""
        raise NotImplementedError


class Public(Generated):
    """``.. public:: page``: every public name that belongs on a page."""

    required_arguments = 1

    def lines(self) -> Iterator[str]:
        """Make the text."""
        yield from (".. currentmodule:: ghl_notebook", "")
        for name in names_on(self.arguments[0]):
            value = getattr(ghl_notebook, name)
            if inspect.isclass(value):
                yield f".. autoclass:: {name}"
                if any(is_public(base) for base in value.__bases__):
                    yield "   :show-inheritance:"
                if members := members_of(value):
                    yield f"   :members: {', '.join(members)}"
            else:
                yield f".. autofunction:: {name}"
            yield ""


class Operations(Generated):
    """``.. operations::``: what a client can do with each kind of thing."""

    def lines(self) -> Iterator[str]:
        """Make the text."""
        for name, group in GROUPS.items():
            title = f"client.{name}"
            yield from (title, "-" * len(title), "")
            path = f"ghl_notebook.api.resources.{group.__name__}"
            yield from (f".. autoclass:: {path}", "   :no-members:", "")
            for member, value in vars(group).items():
                if isinstance(value, Operation):
                    own = [
                        p.replace(annotation=p.empty) for p in value.signature.parameters.values()
                    ]
                    yield f"   .. automethod:: {path}.{member}{inspect.Signature(own)}"
            yield ""


GROUPS: dict[str, type] = {
    name: get_origin(get_type_hints(value.fget)["return"])
    for name, value in vars(Resources).items()
    if isinstance(value, property) and not name.startswith("_")
}
"""Attribute of a client → the class of its operations."""


class Records(Generated):
    """``.. records::``: what the methods of a client return."""

    def lines(self) -> Iterator[str]:
        """Make the text."""
        for name in RECORDS:
            yield from (f".. autoclass:: ghl_notebook.models.{name}", "")


class Errors(Generated):
    """``.. errors::``: the tree as it is drawn, and each error with its next step."""

    def lines(self) -> Iterator[str]:
        """Make the text."""
        drawn = inspect.cleandoc(errors.__doc__ or "").partition("::\n")[2].strip("\n")
        tree, _, after = drawn.partition("\n\nAn answer's")
        tree = tree.replace("``", "")
        yield from ("::", "", *tree.splitlines(), "", f"An answer's{after}", "")
        yield from (".. currentmodule:: ghl_notebook.errors", "")
        for error in in_order(errors.GHLError):
            yield from (f".. autoexception:: {error.__name__}", "   :show-inheritance:", "")


def in_order(error: type[errors.GHLError]) -> Iterator[type[errors.GHLError]]:
    """Yield an error and all below it, as the tree is read."""
    yield error
    for below in error.__subclasses__():
        if below.__name__ in errors.__all__:
            yield from in_order(below)


class Columns(Generated):
    """``.. columns::``: every frame's columns and dtypes."""

    def lines(self) -> Iterator[str]:
        """Make the text."""
        for schema, title, meanings in frames_shown():
            rows = []
            for column, kind in schema.items():
                dtype = f"``{frames.dtype_of(kind)}``"
                if isinstance(kind, frames.CategoryType):
                    dtype = "``category``"
                    known = " ".join(f"``{value}``" for value in kind.values)
                    meaning = f"{meanings.get(column, '')}; known: {known}"
                    rows.append([f"``{column}``", dtype, meaning])
                else:
                    rows.append([f"``{column}``", dtype, meanings.get(column, "")])
            yield from (title, "-" * len(title), "")
            yield from table(["Column", "dtype", "Meaning"], rows, widths="22 20 58")


def schemas() -> dict[str, frames.Schema]:
    """Return every schema of a frame in the package, by its name."""
    return {
        name: value
        for module in pkgutil.iter_modules(frames.__path__, f"{frames.__name__}.")
        for name, value in vars(importlib.import_module(module.name)).items()
        if name.isupper() and not name.startswith("_") and _is_schema(value)
    }


def _is_schema(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(kind, frames.CategoryType) or kind in get_args(frames.ColumnType)
        for kind in value.values()
    )


def frames_shown() -> Iterator[tuple[frames.Schema, str, dict[str, str]]]:
    """Yield each schema with the functions that return such a frame, and what they say of it."""
    documented = {
        name: columns
        for name in names_on("fetch")
        if (columns := documented_columns(getattr(ghl_notebook, name)))
    }
    for schema_name, schema in sorted(schemas().items()):
        whole = [name for name, columns in documented.items() if list(columns) == list(schema)]
        # A whole agency's frame has the sub-account in front of the columns of one's.
        of_all = [
            name
            for name, columns in documented.items()
            if name not in whole
            and set(columns) < set(schema) <= {*columns, "location_id", "location_name"}
        ]
        title = ", ".join([*whole, *(f"{name}, of a whole agency" for name in of_all)])
        meanings = {"location_id": "The sub-account", "location_name": "Its name"}
        for name in [*whole, *of_all]:
            meanings |= documented[name]
        yield schema, title or schema_name, meanings


def documented_columns(function: object) -> dict[str, str]:
    """Read the table of columns in a docstring: column → meaning."""
    lines = inspect.cleandoc(inspect.getdoc(function) or "").splitlines()
    rulers = [n for n, line in enumerate(lines) if re.fullmatch(r"\s*=+ =+ =+", line)]
    if len(rulers) != 3 or lines[rulers[0] + 1].split() != ["Column", "Type", "Meaning"]:
        return {}
    starts = [m.start() for m in re.finditer(r"(?<!=)=+", lines[rulers[0]])]
    found: dict[str, str] = {}
    column = ""
    for line in lines[rulers[1] + 1 : rulers[2]]:
        name, meaning = line[starts[0] : starts[1]].strip(), line[starts[2] :].strip()
        column = name or column
        found[column] = f"{found.get(column, '')} {meaning}".strip()
    return found


class Command(Generated):
    """``.. command:: [name]``: what ``ghl-notebook [name] --help`` prints."""

    optional_arguments = 1

    def lines(self) -> Iterator[str]:
        """Make the text."""
        said = io.StringIO()
        with (
            mock.patch.dict(os.environ, {"COLUMNS": "88", "NO_COLOR": "1"}),
            contextlib.redirect_stdout(said),
            contextlib.suppress(SystemExit),
        ):
            main([*self.arguments, "--help"])
        yield from (".. code-block:: text", "")
        yield from (f"   {line}" for line in said.getvalue().splitlines())


# What docstrings say, and how they say it.


def add_what_is_known(
    _app: Sphinx, what: str, _name: str, value: Any, _options: object, lines: list[str]
) -> None:
    """Add an error's next step and a record's fields to its docstring."""
    if what == "exception":
        step = value.next_step or "told by each message."
        lines += ["", f"**Next step:** {step}"]
    elif what == "class" and issubclass(value, msgspec.Struct):
        rows = [
            [f"``{field.name}``", f"``{_words(field.type)}``", f"``{field.encode_name}``"]
            for field in msgspec.structs.fields(value)
            if field.name != "extra"
        ]
        lines += ["", *table(["Field", "Type", "The service's name"], rows)]


def _words(kind: Any) -> str:
    return re.sub(r"\b(?:ghl_notebook\.models\.\w+|datetime|typing)\.(?=\w)", "", _name(kind))


def _name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)


def hide_what_says_nothing(
    _app: Sphinx, what: str, _name: str, value: object, _options: object, *_: str | None
) -> tuple[str, str] | None:
    """Leave out the signature of what nobody makes, and of records, which have fields."""
    is_clear = inspect.isclass(value) and issubclass(value, msgspec.Struct | Resource)
    return ("", "") if what == "exception" or is_clear else None


def name_bases(
    _app: Sphinx, _name: str, _value: object, _options: object, bases: list[Any]
) -> None:
    """Name an error's bases as they are public."""
    bases[:] = [
        f":py:class:`~{PATHS[base.__name__]}`" if is_public(base) else f"`{base.__name__}`"
        for base in bases
    ]


def skip_traits(
    _app: Sphinx, _what: str, _name: str, value: object, skip: bool, _options: object
) -> bool | None:
    """Leave out traits: a card's docstring has them as attributes."""
    return True if isinstance(value, traitlets.TraitType) else skip or None


# Links: what has a page, and is written as code, leads there.

_CODE = re.compile(
    r"(?P<prefix>(?:ghl_notebook|ghl)\.(?:errors\.|models\.)?)?(?P<name>\w+)(?:\.(?P<member>\w+))?(?P<call>\(.*\))?"
)


def target_of(text: str, *, is_named: bool) -> str | None:
    """Return what a piece of code leads to.

    Parameters
    ----------
    text : str
        The code.
    is_named : bool
        It was written as a name, as docstrings do. Otherwise a mere word such as ``attach`` must
        have ``ghl.`` in front of it: it may be something else.
    """
    match = _CODE.fullmatch(text)
    if match is None or match["name"] not in PATHS:
        return None
    if match["name"] in RECORDS:
        return None if match["call"] else PATHS[match["name"]]
    name, member = match["name"], match["member"]
    if not (is_named or match["prefix"] or "_" in name or not name.islower()):
        return None
    if match["call"] and "." in match["call"]:
        return None
    value = getattr(errors if name in errors.__all__ else ghl_notebook, name)
    is_there = member is not None and inspect.isclass(value) and member in members_of(value)
    if member is not None and not is_there and not match["prefix"] and not is_named:
        return None
    return f"{PATHS[name]}.{member}" if is_there else PATHS[name]


def named(
    _role: str, _raw: str, text: str, *_: object, **__: object
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Show a name in backticks as code; `LinkCode` makes it a link where it leads somewhere."""
    return [nodes.literal("", text, classes=["named"])], []


class LinkCode(SphinxTransform):
    """Make links of code that names something public."""

    default_priority = 210
    _no_links: ClassVar = (
        nodes.reference,
        nodes.title,
        addnodes.pending_xref,
        addnodes.desc_signature,
    )

    def apply(self, **_: object) -> None:
        """Go through a page."""
        for literal in list(self.document.findall(nodes.literal)):
            above, parent = [], literal.parent
            while parent is not None:
                above.append(parent)
                parent = parent.parent
            if any(isinstance(node, self._no_links) for node in above):
                continue
            text, is_named = literal.astext(), "named" in literal["classes"]
            link = addnodes.pending_xref("", refexplicit=True)
            if text == "ghl_notebook.errors":
                link.update_all_atts(
                    {"refdomain": "std", "reftype": "doc", "reftarget": "/reference/errors"}
                )
            elif target := target_of(text, is_named=is_named):
                link.update_all_atts({"refdomain": "py", "reftype": "obj", "reftarget": target})
            else:
                continue
            literal.replace_self(link)
            link += literal


def bring_notebooks(app: Sphinx) -> None:
    """Copy the notebooks, with their pictures and data, to where Sphinx reads pages."""
    folder = Path(app.srcdir) / "notebooks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(notebook, folder)
    for beside in ("images", "data"):
        shutil.copytree(ROOT / "notebooks" / beside, folder / beside)


def lead_to_notebooks(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Have links to notebooks lead to where `bring_notebooks` has put them.

    In the repository they lead to the notebooks themselves.
    """
    source[0] = re.sub(r"\]\((?:\.\./)+notebooks/", "](/notebooks/", source[0])


_SEARCHED = re.compile(r"^<!-- search: (.+) -->$", re.MULTILINE)


def add_searched_words(_app: Sphinx, _page: str, source: list[str]) -> None:
    """Have a search for the words in ``<!-- search: one, another -->`` lead to that position.

    In the repository, the comment is not shown.
    """

    def entry(comment: re.Match[str]) -> str:
        words = ", ".join(f"! {word.strip()}" for word in comment[1].split(","))
        return f"```{{index}} {words}\n```"

    source[0] = _SEARCHED.sub(entry, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    bring_notebooks(app)
    roles.register_local_role("named", named)
    app.add_directive("public", Public)
    app.add_directive("operations", Operations)
    app.add_directive("records", Records)
    app.add_directive("errors", Errors)
    app.add_directive("columns", Columns)
    app.add_directive("command", Command)
    app.add_transform(LinkCode)
    app.connect("source-read", lead_to_notebooks)
    app.connect("source-read", add_searched_words)
    app.connect("autodoc-process-docstring", add_what_is_known, priority=900)  # after numpydoc
    app.connect("autodoc-process-signature", hide_what_says_nothing, priority=400)
    app.connect("autodoc-process-bases", name_bases)
    app.connect("autodoc-skip-member", skip_traits)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
