"""docs/editors.md: its snippets can be read by the editors, and what it says about tests is so."""

from __future__ import annotations

import json
import re
import sys

import pytest

from _dev.places import ROOT
from tests.editors.snippets import PAGE, snippet, snippets

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

TESTED = {
    name
    for path in (ROOT / "tests" / "editors").glob("test_*.py")
    for name in snippets()
    if f'"{name}"' in path.read_text(encoding="utf-8")
}


def sections() -> dict[str, str]:
    """Return the text of each section of the page, by its title."""
    _, *rest = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title: text for title, _, text in (section.partition("\n") for section in rest)}


@pytest.mark.parametrize("name", [name for name, (language, _) in snippets().items() if language == "json"])
def test_snippets_in_json_can_be_read(name: str) -> None:
    assert isinstance(json.loads(snippet(name)), dict)


@pytest.mark.parametrize("name", [name for name, (language, _) in snippets().items() if language == "toml"])
def test_snippets_in_toml_can_be_read(name: str) -> None:
    assert tomllib.loads(snippet(name))


def test_each_block_of_configuration_is_a_snippet() -> None:
    """Blocks without a language are commands that one types."""
    blocks = re.findall(r"^```(\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(language for language, _ in snippets().values()) == sorted(blocks)


@pytest.mark.parametrize("title", list(sections()))
def test_a_section_says_so_when_no_test_runs_its_snippets(title: str) -> None:
    text = sections()[title]
    names = re.findall(r"<!-- snippet: ([\w-]+) -->", text)
    assert text.strip().startswith("Not tested.") == (not TESTED.intersection(names)), names


@pytest.mark.parametrize("title", list(sections()))
def test_the_table_tells_the_same_as_the_sections(title: str) -> None:
    anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
    rows = [
        row for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith("|") and f"(#{anchor})" in row
    ]
    assert rows
    assert all(row.endswith("not tested |") == sections()[title].strip().startswith("Not tested.") for row in rows)


def test_the_readme_shows_the_same_for_neovim() -> None:
    assert snippet("neovim") in (ROOT / "README.md").read_text(encoding="utf-8")
