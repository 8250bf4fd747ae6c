"""Rules are found by looking: adding a file is enough, and each has what the others have."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import prodready.rules
from prodready.engine.rule import Rule
from prodready.rules import all_rules, find_rule
from tests.architecture.sources import PACKAGE, ROOT, modules

RULES = all_rules()
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
NEW_RULE = '''
"""Something bad.

## Why it matters in production

It does.
"""
from prodready.engine.finding import Severity
from prodready.engine.rule import Rule


class NewRule(Rule):
    code = "ZZZ999"
    name = "new-rule"
    severity = Severity.HINT
'''


def file_of(rule: Rule) -> Path:
    path = sys.modules[type(rule).__module__].__file__
    assert path is not None
    return Path(path)


@pytest.fixture
def _new_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A family of its own with one rule in it, in another directory."""
    (tmp_path / "zzz").mkdir()
    (tmp_path / "zzz" / "__init__.py").write_text('"""ZZZ: for a test."""\n')
    (tmp_path / "zzz" / "new_rule.py").write_text(NEW_RULE)
    monkeypatch.setattr(prodready.rules, "__path__", [*prodready.rules.__path__, str(tmp_path)])
    all_rules.cache_clear()
    yield
    all_rules.cache_clear()
    for name in [name for name in sys.modules if name.startswith("prodready.rules.zzz")]:
        del sys.modules[name]


@pytest.mark.usefixtures("_new_rule")
def test_adding_a_file_adds_the_rule() -> None:
    found = find_rule("ZZZ999")
    assert found is not None
    assert (found.name, found.summary, all_rules()[-1]) == ("new-rule", "Something bad.", found)


def test_there_are_rules_in_the_order_of_their_codes() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) >= 11
    assert codes == sorted(set(codes))


def test_names_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("text", ["OBS202", "obs202", "bare-except", "BARE-EXCEPT", " obs202 "])
def test_a_rule_is_found_by_code_or_name_in_any_case(text: str) -> None:
    found = find_rule(text)
    assert found is not None
    assert found.code == "OBS202"


def test_an_unknown_rule_is_not_found() -> None:
    assert find_rule("OBS999") is None


@each_rule
def test_a_code_is_a_family_and_a_number(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{3,4}[1-9]\d\d", rule.code)
    assert rule.code.startswith(rule.family)


@each_rule
def test_a_rule_stands_in_the_directory_of_its_family_in_a_file_of_its_name(rule: Rule) -> None:
    assert file_of(rule).relative_to(PACKAGE / "rules").as_posix() == (
        f"{rule.family.lower()}/{rule.name.replace('-', '_')}.py"
    )


@each_rule
def test_a_rules_class_is_named_after_it(rule: Rule) -> None:
    words = "".join(word.capitalize() for word in rule.name.split("-"))
    assert type(rule).__name__ in (words, f"{words}Rule")


def test_each_file_of_a_family_holds_one_rule() -> None:
    files = [m.place for m in modules("rules") if not m.place.endswith("__init__.py")]
    assert sorted(files) == sorted(file_of(rule).relative_to(PACKAGE).as_posix() for rule in RULES)


@each_rule
def test_a_rule_file_has_at_most_200_lines_besides_its_documentation(rule: Rule) -> None:
    text = file_of(rule).read_text(encoding="utf-8")
    docstring = ast.parse(text).body[0]
    assert len(text.splitlines()) - (docstring.end_lineno or 0) <= 200


@each_rule
def test_a_rule_has_a_fixture(rule: Rule) -> None:
    assert (ROOT / "tests" / "rules" / f"{rule.code}.md").is_file()


def test_every_fixture_is_a_rules() -> None:
    fixtures = {path.stem for path in (ROOT / "tests" / "rules").glob("*.md")}
    assert fixtures == {rule.code for rule in RULES}


def test_a_rule_keeps_no_state() -> None:
    """One object serves every file and every thread; its page, which is made once, is all that it remembers."""
    assert [rule.code for rule in RULES if set(vars(rule)) - {"page"}] == []


def test_no_list_names_the_rules() -> None:
    """Code outside the rules speaks of no rule, but for the syntax error, which is not about a node."""
    spoken: dict[str, set[str]] = {}
    codes = {rule.code for rule in RULES} - {"SYN101"}
    for module in modules():
        if module.place.startswith("rules/"):
            continue
        strings = {n.value for n in ast.walk(module.tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        if named := strings & codes:
            spoken[module.place] = named
    assert spoken == {}


def test_a_directory_that_cannot_be_read_is_not_taken_for_one_without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """No findings would look like praise, for as long as the process runs."""
    real = os.listdir

    def refuse(path: str) -> list[str]:
        if path.endswith("obs"):
            raise OSError(24, "Too many open files")
        return real(path)

    all_rules.cache_clear()
    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        all_rules()
    monkeypatch.undo()
    assert [rule.code for rule in all_rules()] == [rule.code for rule in RULES]
