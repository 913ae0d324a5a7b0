"""What a code host, Read the Docs, and the package index read is valid."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml
from check_jsonschema import main
from click.testing import CliRunner
from validate_pyproject.api import Validator

import ghl_notebook
from ghl_notebook import errors
from tests.rooms import ROOT
from tests.test_dependencies import GROUPS

SCHEMAS = {
    ".github/workflows/docs.yml": "github-workflows",
    ".github/workflows/release.yml": "github-workflows",
    ".github/workflows/tests.yml": "github-workflows",
    ".github/dependabot.yml": "dependabot",
    ".github/ISSUE_TEMPLATE/bug.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
    ".github/ISSUE_TEMPLATE/live-service.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/question.yml": "github-issue-forms",
    ".readthedocs.yaml": "readthedocs",
    "CITATION.cff": "citation-file-format",
}


def read(path: str) -> dict[str, Any]:
    """Return a file of YAML."""
    document: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return document


def commands() -> list[str]:
    """Return what the workflows and Read the Docs run."""
    found = list(read(".readthedocs.yaml")["build"]["jobs"]["install"])
    for path in (ROOT / ".github/workflows").iterdir():
        for job in read(str(path.relative_to(ROOT)))["jobs"].values():
            found += [step["run"] for step in job["steps"] if "run" in step]
    return found


def test_each_file_has_its_schema() -> None:
    """A new workflow or form is checked as well."""
    there = {str(path.relative_to(ROOT)) for path in (ROOT / ".github").rglob("*.yml")}
    assert there == {path for path in SCHEMAS if path.startswith(".github/")}


@pytest.mark.parametrize(("path", "schema"), SCHEMAS.items())
def test_a_file_is_as_its_reader_expects(path: str, schema: str) -> None:
    """By the published schemas, which the checker brings along."""
    options = ["--builtin-schema", f"vendor.{schema}", str(ROOT / path)]
    checked = CliRunner().invoke(main, options)
    assert checked.exit_code == 0, checked.output


def test_a_fault_would_be_found(tmp_path: Any) -> None:
    """The checker does not accept everything."""
    workflow = tmp_path / "tests.yml"
    workflow.write_text("on: push\njobs:\n  all:\n    runs_on: ubuntu-latest\n", encoding="utf-8")
    options = ["--builtin-schema", "vendor.github-workflows", str(workflow)]
    assert CliRunner().invoke(main, options).exit_code == 1


def test_pyproject_is_valid() -> None:
    """Names, classifiers, and licenses are those that the package index knows."""
    Validator()(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))


def test_commands_install_what_there_is() -> None:
    """Each group and extra that a workflow installs is declared."""
    named = re.findall(r"--group (\S+)", "\n".join(commands()))
    assert named
    assert set(named) <= set(GROUPS)


def test_only_publishing_may_write() -> None:
    """A workflow reads the repository; one job may ask the index for its own short-lived token."""
    for path in (ROOT / ".github/workflows").iterdir():
        workflow = read(str(path.relative_to(ROOT)))
        assert workflow["permissions"] == {"contents": "read"}, path.name
        for name, job in workflow["jobs"].items():
            expected = {"id-token": "write"} if name == "publish" else None
            assert job.get("permissions") == expected, f"{path.name}: {name}"


def test_every_way_to_report_a_vulnerability_is_the_same() -> None:
    """`SECURITY.md` is what a code host shows; the documentation has a page of its own."""
    short = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    section = short.partition("## Report a vulnerability\n")[2].partition("\n## ")[0]
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    there = page.partition("## Report a vulnerability\n")[2]
    assert section.split() == there.split()


def test_the_version_is_said_once() -> None:
    """The citation names none, so that it cannot be an old one."""
    assert "version" not in read("CITATION.cff")
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+)?", ghl_notebook.__version__)


def test_every_page_installs_what_the_messages_name() -> None:
    """On the day of publication, one constant changes, and this test names the pages that do."""
    named = re.escape(errors.INSTALLED_FROM)
    wanted = re.compile(rf'pip install "?{named}(\[[a-z,]+\])?"?(?![\w.-])')
    ours = re.compile(r'pip install (?:"?\.|"?ghl-notebook)[^\n`]*')
    pages = [
        ROOT / "README.md",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs/how-to").glob("*.md"),
    ]
    found = [line for page in pages for line in ours.findall(page.read_text(encoding="utf-8"))]
    assert len(found) > 5
    assert [line for line in found if not wanted.match(line)] == []


def test_no_file_names_a_registry() -> None:
    """Where packages come from is the reader's setting: pages name packages, not addresses."""
    host = re.compile(r"\b(?:p[y]pi|python[h]osted|n[p]mjs|deb[.]d[e]bian)[.](?:org|com)")
    top = [*ROOT.glob("*.*"), *(ROOT / ".github").rglob("*.*")]
    folders = ("ghl_notebook", "docs", "notebooks", "tests", "binder")
    files = top + [path for name in folders for path in (ROOT / name).rglob("*.*")]
    kinds = {".md", ".py", ".toml", ".yml", ".yaml", ".json", ".ipynb", ".rst", ".txt"}
    skipped = {"node_modules", "_build"}
    read = [path for path in files if path.suffix in kinds and not skipped & {*path.parts}]
    assert [path for path in read if host.search(path.read_text(encoding="utf-8"))] == []
