"""Sphinx's settings: ``python -m sphinx -W --keep-going -n docs docs/_build/html``."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

from numpydoc.xref import DEFAULT_LINKS

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from of_the_package import PATHS  # noqa: E402

project = "ghl_notebook"
author = "the ghl_notebook contributors"
version = release = version_of("ghl-notebook")

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_nb",
    "sphinx_copybutton",
    "of_the_package",
    "pictures",
]
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]
nitpicky = True
# A role that links what has a page, and shows the rest as code.
default_role = "named"

# Docstrings say the types; a signature with both is hard to read.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
add_module_names = False
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
# Of the types in docstrings, what is public is linked.
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"
DEFAULT_LINKS.clear()  # to Python's own site, which the build would have to ask for its pages
numpydoc_xref_aliases = PATHS

# A notebook shows what is saved in it: nothing is run.
nb_execution_mode = "off"
nb_merge_streams = True
# Charts are shown as the pictures that lie beside their data.
suppress_warnings = ["mystnb.unknown_mime_type"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist", "colon_fence"]

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = f"ghl_notebook {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
