"""The generated files: what they say, and that a difference is noticed and mended."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from _dev import generate
from _dev.config_page import as_toml, configuration_page, schema
from _dev.pictures import pictures
from _dev.problem import Problem
from _dev.rule_pages import BEGIN, END, between_markers, rule_page, rules_index
from prodready.project.config import load
from prodready.project.options import OPTIONS, Option
from prodready.rules import all_rules, find_rule

README = f"# Title\n\n{BEGIN}\n{END}\n\nThe end.\n"
MANIFEST = '{"contributes": {"configuration": {"properties": {}}}}'


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with little but a README, into which files are generated. Pictures have a test of their own."""
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "pictures", lambda root: {root / "docs" / "images" / "check.svg": "<svg/>\n"})
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    (tmp_path / "package.json").write_text(MANIFEST, encoding="utf-8")
    return tmp_path


def test_what_was_written_is_current(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    capsys.readouterr()
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_every_rule_has_a_page_and_a_row_in_both_tables(checkout: Path) -> None:
    generate.main([])
    codes = {rule.code for rule in all_rules()}
    pages = checkout / "docs" / "rules"
    assert {path.stem for path in pages.glob("*.md")} == codes | {"README"}
    for code in codes:
        assert f"[{code}]({code}.md)" in (pages / "README.md").read_text(encoding="utf-8")
        assert f"[{code}](docs/rules/{code}.md)" in (checkout / "README.md").read_text(encoding="utf-8")


def test_an_edited_page_is_named_and_written_again(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate.main([])
    page = checkout / "docs" / "rules" / "OBS202.md"
    text = page.read_text(encoding="utf-8")
    page.write_text("edited", encoding="utf-8")
    capsys.readouterr()
    assert generate.main(["--check"]) == 1
    assert "OBS202.md" in capsys.readouterr().out
    assert page.read_text(encoding="utf-8") == "edited"
    generate.main([])
    assert page.read_text(encoding="utf-8") == text


def test_the_page_of_a_rule_that_is_gone_goes_too(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate.main([])
    page = checkout / "docs" / "rules" / "OLD101.md"
    page.write_text("old", encoding="utf-8")
    capsys.readouterr()
    assert generate.main(["--check"]) == 1
    assert "belongs to no rule" in capsys.readouterr().out
    assert page.exists()
    generate.main([])
    assert not page.exists()


def test_a_readme_without_markers_is_left_alone_with_the_lines_to_add(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "README.md").write_text("# Title\n", encoding="utf-8")
    assert generate.main([]) == 3
    printed = capsys.readouterr().err
    assert BEGIN in printed
    assert END in printed
    assert not (checkout / "docs").exists()


def test_text_around_the_markers_stays() -> None:
    once = between_markers(README, "| table |\n")
    assert once == f"# Title\n\n{BEGIN}\n\n| table |\n\n{END}\n\nThe end.\n"
    assert between_markers(once, "| table |\n") == once


def test_markers_in_the_wrong_order_are_no_markers() -> None:
    with pytest.raises(Problem):
        between_markers(f"{END}\n{BEGIN}\n", "")


def test_a_page_says_what_the_rule_declares() -> None:
    rule = find_rule("bare-except")
    assert rule is not None
    page = rule_page(rule)
    assert "# OBS202: bare-except\n" in page
    assert "severity warning · fix: yes · `# noqa` with E722 counts, too" in page
    assert page.endswith(f"{rule.page.text}\n")


def test_the_index_names_each_family_once_in_the_words_of_its_package() -> None:
    index = rules_index(all_rules())
    assert index.count("## OBS: nobody sees what happens\n") == 1


def test_the_configuration_page_has_a_section_for_every_option() -> None:
    page = configuration_page()
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == [option.key for option in OPTIONS]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_what_the_page_shows_as_an_example_and_as_default_is_accepted(option: Option, tmp_path: Path) -> None:
    lines = (
        [option.example] if option.default is None else [option.example, f"{option.key} = {as_toml(option.default)}"]
    )
    for line in lines:
        (tmp_path / "prodready.toml").write_text(f"{line}\n", encoding="utf-8")
        assert load(tmp_path).path == tmp_path / "prodready.toml"


def test_the_schema_is_json_and_knows_exactly_the_options() -> None:
    described = json.loads(json.dumps(schema()))
    assert list(described["properties"]) == [option.key for option in OPTIONS]
    assert described["additionalProperties"] is False
    assert all(each["description"] for each in described["properties"].values())


def test_the_pictures_show_what_the_commands_print_and_ask_nobody_for_fonts() -> None:
    drawn = {path.name: text for path, text in pictures().items()}
    assert set(drawn) == {"check.svg", "fix.svg"}
    assert "OBS301" in drawn["check.svg"]
    assert "exc_info=True" in drawn["fix.svg"]
    for text in drawn.values():
        assert set(re.findall(r"https?://[^/\"]+", text)) == {"http://www.w3.org"}
