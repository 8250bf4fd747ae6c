"""The time that each rule takes: a rule set whose checks are measured, in place of the usual one."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prodready.engine.checker import Check, RuleSet, rule_set

if TYPE_CHECKING:
    from prodready.engine.rule import Context, Hit
    from prodready.engine.settings import FileSettings


class Stopwatch:
    """Measures the rules that are on under some settings; runs without one have the rules themselves.

    `spent` is in nanoseconds by code. What the first rule that asks finds out for all, such as what a name means, is on
    that rule's account.
    """

    def __init__(self, settings: FileSettings) -> None:
        usual = rule_set(settings)
        self.spent: dict[str, int] = {rule.code: 0 for rule in usual.rules}
        self.rules = RuleSet(usual.rules)
        self.rules.by_type = {
            kind: [(rule, self._measured(rule.code, check)) for rule, check in checks]
            for kind, checks in usual.by_type.items()
        }

    def _measured(self, code: str, check: Check) -> Check:
        def measured(node: ast.AST, context: Context) -> Iterator[Hit]:
            start = time.perf_counter_ns()
            try:
                return iter(list(check(node, context)))
            finally:
                self.spent[code] += time.perf_counter_ns() - start

        return measured
