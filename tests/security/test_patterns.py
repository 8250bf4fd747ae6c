"""No regular expression of ours takes more than linear time, whatever text it meets."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.security.patterns import SERVER, typescript_patterns, used_patterns
from tests.security.regex_attacks import attack
from tests.security.regex_program import Matcher, Program, numbers

WITH_PATTERNS = [path for path in sorted(SERVER.rglob("*.py")) if "re." in path.read_text("utf-8")]


@pytest.mark.parametrize("path", WITH_PATTERNS, ids=lambda path: path.relative_to(SERVER).as_posix())
def test_no_text_makes_an_expression_of_the_server_backtrack(path: Path) -> None:
    found = {used.where: attack(used.pattern, anywhere=used.anywhere) for used in used_patterns(path)}

    assert {where: text for where, text in found.items() if text is not None} == {}


def test_all_expressions_are_looked_at() -> None:
    found = {used.where: used for path in WITH_PATTERNS for used in used_patterns(path)}

    assert len(found) > 100
    assert found["prodready.engine.suppression._NOQA"].anywhere
    assert not found["prodready.lsp.framing._FIELD"].anywhere
    assert any(where.startswith("prodready.fixes.unused:") for where in found)


def test_no_text_makes_an_expression_of_the_client_backtrack() -> None:
    found = list(typescript_patterns())

    assert {"log.ts", "pythons.ts", "settings.ts"} <= {used.where.partition(" ")[0] for used in found}
    assert [used.where for used in found if attack(used.pattern, anywhere=used.anywhere)] == []


@pytest.mark.parametrize(
    ("pattern", "anywhere"),
    [
        (r"(a+)+$", False),
        (r"(a|a)*$", False),
        (r"(a*)*b", False),
        (r"(a|b|ab)*c", False),
        (r"(\w+\s?)*\Z", False),
        (r"a*a*$", False),
        (r"\s+x", True),
        (r"x*y*z", True),
        (r"#.*\bnot\b", True),
        (r"\[([^\]]+)\]\(", True),
        (r"(?=(a+)+$)a", False),
    ],
)
def test_expressions_that_backtrack_are_found(pattern: str, anywhere: bool) -> None:
    assert attack(re.compile(pattern), anywhere=anywhere) is not None


@pytest.mark.parametrize(
    ("pattern", "anywhere"),
    [
        (r"a+$", False),
        (r"(?:a|b)*c", False),
        (r"#.*?coding[:=]", False),
        (r"\b\w+!", True),
        (r"(?<!\s)\s+x", True),
        (r"[^\n]*\n|[^\n]+", True),
        (r"\[([^\[\]]+)\]\(", True),
        (r"\"(?:\\.|[^\"\\])*\"?", True),
    ],
)
def test_expressions_that_do_not_backtrack_are_not_found(pattern: str, anywhere: bool) -> None:
    assert attack(re.compile(pattern), anywhere=anywhere) is None


@pytest.mark.parametrize(
    ("pattern", "alphabet"),
    [
        (r"(a|b)*?c", "abc"),
        (r"\bfoo\b|ba[^r]{2,3}", "foobar "),
        (r"^a+$", "a\nb"),
        (r"(?:(?:a*)*b)?", "ab"),
        (r"(?<=a)b(?!c)", "abc"),
        (r"(?i)[a-c]+\s*=\Z", "aB ="),
        (r"(?:a|ab){2,}(?:c|bcd)", "abcd"),
        (r"\W\d?\S", "a0 -"),
    ],
)
def test_the_matcher_that_counts_matches_as_re_does(pattern: str, alphabet: str) -> None:
    compiled = re.compile(pattern, re.MULTILINE)
    choose = random.Random(17)
    for _ in range(300):
        text = "".join(choose.choice(alphabet) for _ in range(choose.randrange(8)))
        match = compiled.search(text)
        ends = Matcher(100_000).search(Program.of(compiled), numbers(text))

        assert ends == (match.end() if match else None), text
