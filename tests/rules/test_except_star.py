"""Handlers of exception groups: what the fixtures say of `except ValueError:` holds for `except* ValueError:`."""

from __future__ import annotations

import ast
import re
import sys

import pytest

from prodready.engine.finding import Finding
from prodready.fixes.everything import fix_all
from tests.rules.harness import Case, cases

_PLAIN = re.compile(r"\bexcept (?=[\w(])")


def starred() -> list[tuple[Case, str]]:
    """Return the cases that can be written with a star, and their code when it is."""
    pairs = [(case, _PLAIN.sub("except* ", case.code)) for case in cases()]
    return [(case, code) for case, code in pairs if code != case.code and _parses(code)]


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def told(finding: Finding) -> tuple[str, str, str, int]:
    return finding.code, finding.severity.value, finding.message, finding.range.start.line


PAIRS = starred() if sys.version_info >= (3, 11) else []


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python has no except*")
@pytest.mark.parametrize(("case", "code"), PAIRS, ids=[f"{case.rule} {case.title}" for case, _ in PAIRS])
def test_a_handler_of_groups_is_one_of_its_exceptions(case: Case, code: str) -> None:
    plain, starred = case.analysis, case.analyse(code)

    assert [told(f) for f in starred.findings] == [told(f) for f in plain.findings]
    expected, fixed = (fix_all(analysis, unsafe=True).analysis.source.text for analysis in (plain, starred))
    assert fixed.replace("except* ", "except ") == expected.replace("except* ", "except ")
