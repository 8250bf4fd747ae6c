"""docs/suites.md: what the tests of real programs say before and after the repairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from _bench.suite_trial import Difference, Stage, Trial
from _bench.tables import plain, share, table
from prodready.rules import all_rules

INTRO = """\
<!-- Written by scripts/dev.py bench suites. -->

# Do repaired programs still work?

`python3 scripts/dev.py bench suites` takes the source distributions below, which ship their own tests, and runs these
tests twice as they are, once after `prodready fix`, and once after `prodready fix --unsafe-fixes`. All rules are on,
and all code of the package is taken for service code, so that as much as possible is repaired.

- *Tests* are those that twice came to the same before any repair (passed, skipped, or failed as expected); the others
  are left out. Each of them is compared: a test that differs is run three times more, alone with the others that
  differ, and three times without the repairs. The repairs are to blame when it never came to the same with them, and
  always did without: a busy machine makes tests of real servers fail either way.
- *Statements* are those that the repairs changed or inserted, the lines moved into a `with` included. *Executed* is how
  many of them these tests ran: only of these does an equal result say something. What a server ran that a test started
  as another process is not counted.
"""
SAFE = """\
## Safe repairs

Each test must come to the same as before. One that does not is explained: the program is the same, but a test may put
something else in the place of what it uses.
"""
EVERY = """\
## All repairs

An unsafe repair says that it changes more than the finding, and what. Each difference is explained below.
"""


def page(trials: Sequence[Trial], untried: Sequence[str] = ()) -> str:
    """Return the page; `untried` are the packages that nothing is known of yet."""
    parts = [
        INTRO,
        _suites(trials),
        *([f"Not tried yet: {', '.join(untried)}.\n"] if untried else []),
        SAFE,
        _stages(trials, [trial.safe for trial in trials]),
        *_listed(trials, [trial.safe for trial in trials]),
        EVERY,
        _stages(trials, [trial.every for trial in trials]),
        *_listed(trials, [trial.every for trial in trials]),
        "## Repairs by rule\n",
        _by_rule(trials),
        "## Tests that are left out\n",
        *_left_out(trials),
    ]
    return "\n".join(parts)


def _suites(trials: Sequence[Trial]) -> str:
    rows = [
        [t.suite.name, t.suite.version, len(t.steady), Counter(t.steady.values())["passed"], len(t.left_out)]
        for t in trials
    ]
    return table(["Package", "Version", "Tests", "of these pass", "Left out"], rows, text_columns=2)


def _stages(trials: Sequence[Trial], stages: Sequence[Stage]) -> str:
    rows: list[Sequence[object]] = [
        _row(trial.suite.name, [stage]) for trial, stage in zip(trials, stages, strict=True)
    ]
    head = ["Package", "Findings repaired", "Files", "Statements", "Executed", "", "Tests", "Differ"]
    return table(head, [*rows, _row("All", stages)])


def _row(name: str, stages: Sequence[Stage]) -> list[object]:
    statements, executed = sum(stage.statements for stage in stages), sum(stage.executed for stage in stages)
    return [
        name,
        sum(sum(stage.repaired.values()) for stage in stages),
        sum(len(stage.changes) for stage in stages),
        statements,
        executed,
        share(executed, statements),
        sum(stage.compared for stage in stages),
        sum(len(stage.differences) for stage in stages),
    ]


def _listed(trials: Sequence[Trial], stages: Sequence[Stage]) -> Iterator[str]:
    rows = [_difference(t.suite.name, d) for t, stage in zip(trials, stages, strict=True) for d in stage.differences]
    yield table(["Package", "Test", "Before", "After", "Why"], rows, text_columns=5) if rows else "No test differs.\n"
    unsteady = [f"{t.suite.name}: {plain(name)}" for t, s in zip(trials, stages, strict=True) for name in s.unsteady]
    if unsteady:
        yield "Differed, but not always, or without the repairs too:\n"
        yield "".join(f"- {line}\n" for line in unsteady)


def _difference(name: str, difference: Difference) -> list[object]:
    why = plain(difference.why) or "not explained"
    return [name, f"`{plain(difference.test)}`", difference.before, difference.after, why]


def _by_rule(trials: Sequence[Trial]) -> str:
    safe, every = (_sum(stages) for stages in ([t.safe for t in trials], [t.every for t in trials]))
    rows = [[r.code, r.name, safe[r.code], every[r.code]] for r in all_rules() if every[r.code] or safe[r.code]]
    return table(["Rule", "Name", "Safe", "All"], rows, text_columns=2)


def _sum(stages: Sequence[Stage]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for stage in stages:
        whole.update(stage.repaired)
    return whole


def _left_out(trials: Sequence[Trial]) -> Iterator[str]:
    yield "Tests that fail here without any repair, or not always come to the same, and those that were not begun.\n"
    for trial in trials:
        reasons = [f"- {trial.suite.name}: `{plain(test)}`: {plain(why)}" for test, why in trial.suite.left_out.items()]
        seen = [f"- {trial.suite.name}: `{plain(test)}`" for test in trial.left_out]
        if reasons or seen:
            yield "\n".join([*reasons, *seen, ""])
