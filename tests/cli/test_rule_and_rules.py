"""`prodready rule` and `prodready rules`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from prodready.rules import all_rules
from tests.cli.conftest import Workplace


def test_a_page_in_a_pipe_is_markdown(workplace: Workplace) -> None:
    by_code, by_name = workplace.run("rule", "obs202"), workplace.run("rule", "bare-except")
    assert (by_code.code, by_code.err) == (0, "")
    assert by_code.out.startswith(
        "# bare-except\n\n**OBS202** · severity warning · fix always · also silenced by `# noqa` with E722\n\n"
    )
    assert "\n## Why it matters in production\n" in by_code.out
    assert by_name.out == by_code.out


def test_an_unknown_rule_exits_with_2_and_guesses(workplace: Workplace) -> None:
    done = workplace.run("rule", "OBS22")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == "Error: There is no rule 'OBS22'. Did you mean OBS202?"
    assert "`prodready rules` lists them all." in workplace.run("rule", "q").err


def test_every_rule_has_a_row(workplace: Workplace) -> None:
    done = workplace.run("rules")
    rows = [line.split() for line in done.out.splitlines()[2:] if line]
    assert [row[:3] for row in rows] == [[rule.code, rule.name, rule.severity.value] for rule in all_rules()]
    assert workplace.run("rule").out == done.out


def test_the_rules_as_json(in_process: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process("rules", "--format", "json") == 0
    rules = json.loads(capsys.readouterr().out)
    assert [rule["code"] for rule in rules] == [rule.code for rule in all_rules()]
    assert next(rule for rule in rules if rule["code"] == "OBS202") == {
        "code": "OBS202",
        "name": "bare-except",
        "severity": "warning",
        "fix": "always",
        "twins": ["E722"],
        "summary": "An `except:` without a type, which also catches Ctrl-C, `sys.exit()` and cancellation.",
    }
