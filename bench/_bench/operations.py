"""Counting what rules do, in calls of functions, which are the same on every machine and under every load."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from _bench.sample import sample
from prodready.engine.analysis import Analysis
from prodready.engine.checker import Knowledge, RuleSet, check_segment
from prodready.engine.document import Document
from prodready.engine.facts import NoProject
from prodready.engine.nodes import nodes_of
from prodready.engine.rule import Rule
from prodready.engine.source import SourceFile
from prodready.rules import all_rules

BUDGET = Path(__file__).with_name("budget.json")
"""The ratio that each rule may have, by its code."""
SLACK = 1.25
"""How many times its budget a rule may take: versions of Python count by up to a tenth differently."""
FREE = 0.05
"""What every rule may take on top, so that a cheap one has room for one more question."""
MOST_GROWTH = 1.3
PARTS = 8
GROWN = 4
"""How many times longer the second text is, which shows what grows faster than the code."""


@dataclass(frozen=True)
class Cost:
    """What a rule costs on the sample: its calls as a ratio to those of the walk over the tree, and how they grow.

    `growth` is 1.0 where a text of `GROWN` times the length takes as many times the calls.
    """

    ratio: float
    growth: float


def costs() -> dict[str, Cost]:
    """Return the cost of every rule by its code.

    Each is run alone, so that what one finds out for others is on every account, and none depends on its neighbours.
    """
    small, large = _Text(PARTS), _Text(PARTS * GROWN)
    found: dict[str, Cost] = {}
    for rule in all_rules():
        before, after = small.calls(rule), large.calls(rule)
        growth = after / before / GROWN if before else 1.0
        found[rule.code] = Cost(before / small.walk, growth)
    return found


def verdict(code: str, cost: Cost, budget: dict[str, float]) -> str | None:
    """Say what is wrong with the cost of a rule and what to do about it, None when nothing is."""
    write = "`python3 scripts/dev.py bench budget --write` writes"
    if code not in budget:
        return f"{code} has no budget yet: it takes {cost.ratio:.2f} times the calls of the walk. {write} that down."
    most = budget[code] * SLACK + FREE
    if cost.ratio > most:
        return (
            f"{code} takes {cost.ratio:.2f} times the calls of the walk, its budget is {budget[code]:.2f} (at most "
            f"{most:.2f}). Ask cheap questions first, and none twice. If the price is worth it, or if the walk became "
            f"cheaper (then all rules fail alike), {write} new figures."
        )
    if cost.growth > MOST_GROWTH:
        return (
            f"{code} takes {cost.growth:.2f} times more calls for each line in a text of {GROWN} times the length: "
            "something in it looks at the whole text for every node. Look it up once, in the facts or in `Names`."
        )
    return None


class _Text:
    """The sample in some length, analysed, with the number of calls that walking over it takes."""

    def __init__(self, parts: int) -> None:
        source = SourceFile.from_text(sample(parts), "sample.py")
        analysis = Analysis.once(source, rules=RuleSet([]))
        (self._segment,) = analysis.document.segments
        self._knowledge = analysis.knowledge
        (fresh,) = Document.whole(source.lines).segments
        self.walk = _counted(lambda: nodes_of(fresh))
        # The first run of anything also imports and remembers what the process keeps.
        self._nothing = min(self._checked([]) for _ in range(2))

    def calls(self, rule: Rule) -> int:
        """Return how many calls a rule makes over the text."""
        self._checked([rule])
        return self._checked([rule]) - self._nothing

    def _checked(self, rules: list[Rule]) -> int:
        known = self._knowledge
        knowledge = Knowledge(known.settings, lambda: known.facts, NoProject(), RuleSet(rules))
        return _counted(lambda: check_segment(self._segment, knowledge))


def _counted(work: Callable[[], object]) -> int:
    """Return how many functions, of Python and of C, are called while `work` runs."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls
