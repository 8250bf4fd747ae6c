"""Every rule keeps to its budget, so that none can make typing slow unnoticed."""

from __future__ import annotations

import json

import pytest

from _bench.operations import BUDGET, Cost, costs, verdict
from prodready.rules import all_rules

FIGURES: dict[str, float] = json.loads(BUDGET.read_text(encoding="utf-8"))
CODES = [rule.code for rule in all_rules()]


@pytest.fixture(scope="module")
def counted() -> dict[str, Cost]:
    return costs()


@pytest.mark.parametrize("code", CODES)
def test_a_rule_keeps_to_its_budget(code: str, counted: dict[str, Cost]) -> None:
    wrong = verdict(code, counted[code], FIGURES)
    assert wrong is None, wrong


def test_there_are_budgets_for_these_rules_only() -> None:
    assert sorted(FIGURES) == sorted(CODES)


def test_counting_again_gives_the_same(counted: dict[str, Cost]) -> None:
    again = costs()
    assert {code: round(cost.ratio, 2) for code, cost in again.items()} == {
        code: round(cost.ratio, 2) for code, cost in counted.items()
    }


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        pytest.param(Cost(1.0, 1.0), None, id="as budgeted"),
        pytest.param(Cost(1.29, 1.0), None, id="within the slack"),
        pytest.param(Cost(1.31, 1.0), "A1 takes 1.31 times the calls of the walk, its budget is 1.00", id="too dear"),
        pytest.param(Cost(1.0, 1.31), "A1 takes 1.31 times more calls for each line", id="grows"),
    ],
)
def test_the_verdict_says_what_is_wrong(cost: Cost, words: str | None) -> None:
    said = verdict("A1", cost, {"A1": 1.0})
    assert said is None if words is None else str(said).startswith(words)


def test_a_rule_without_a_budget_is_told_how_to_get_one() -> None:
    assert verdict("B2", Cost(0.5, 1.0), {"A1": 1.0}) == (
        "B2 has no budget yet: it takes 0.50 times the calls of the walk. "
        "`python3 scripts/dev.py bench budget --write` writes that down."
    )
