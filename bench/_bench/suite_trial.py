"""A suite before and after the repairs: which of them, what they changed, and which tests say something else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _bench.changed import Changed, changed
from _bench.suite_home import SuiteHome, plain_variables
from _bench.suite_list import Suite
from _bench.suite_run import MISSING, Run, run_tests
from _dev.environment import say
from _dev.problem import Problem

ATTEMPTS = 3
"""How often a test that differs is run again, with the repairs and without."""


@dataclass(frozen=True)
class Difference:
    """A test that always came to something else after the repairs, and never without; `why` is empty if unknown."""

    test: str
    before: str
    after: str
    why: str = ""


@dataclass(frozen=True)
class Stage:
    """What came of one kind of repairs, the safe ones or all.

    `repaired` counts findings by rule; `unsteady` are tests that differed, but not always, or without the repairs too.
    """

    repaired: Mapping[str, int]
    changes: Mapping[str, Changed]
    compared: int
    differences: tuple[Difference, ...]
    unsteady: tuple[str, ...]

    @property
    def statements(self) -> int:
        """How many statements the repairs changed."""
        return sum(len(change.statements) for change in self.changes.values())

    @property
    def executed(self) -> int:
        """How many of these the tests executed."""
        return sum(len(change.executed) for change in self.changes.values())


@dataclass(frozen=True)
class Trial:
    """A suite with what came of it: `steady` are the tests that twice came to the same, `left_out` the others."""

    suite: Suite
    steady: Mapping[str, str]
    left_out: tuple[str, ...]
    safe: Stage
    every: Stage


def try_suite(suite: Suite) -> Trial:
    """Run a suite twice as it is, once after all safe repairs, and once after all repairs.

    Raises:
        Problem: when the suite cannot be run, or prodready fails.
    """
    home = SuiteHome(suite)
    home.ensure()
    home.copy_afresh()
    steady, left_out = _steady(home)
    passed = sum(outcome == "passed" for outcome in steady.values())
    say(f"{suite.title}: {passed} tests pass twice, {len(left_out)} are left out")
    safe = _stage(home, steady, left_out, unsafe=False)
    every = _stage(home, steady, left_out, unsafe=True)
    return Trial(suite, steady, left_out, safe, every)


def _steady(home: SuiteHome) -> tuple[dict[str, str], tuple[str, ...]]:
    """Run the tests twice; returns those that came to the same, and those that fail or do not."""
    say(f"{home.suite.title}: running the tests as they are")
    first = run_tests(home, list(home.suite.left_out))
    bad = [test for test, outcome in first.outcomes.items() if outcome in ("failed", "error")]
    second = run_tests(home, [*home.suite.left_out, *bad])
    steady = {
        test: outcome
        for test, outcome in second.outcomes.items()
        if outcome == first.outcomes.get(test) and outcome not in ("failed", "error")
    }
    return steady, tuple(sorted((first.outcomes.keys() | second.outcomes.keys()) - steady.keys()))


def _stage(home: SuiteHome, steady: Mapping[str, str], left_out: tuple[str, ...], *, unsafe: bool) -> Stage:
    kind = "all repairs" if unsafe else "the safe repairs"
    home.copy_afresh()
    repaired = _repair(home, unsafe=unsafe)
    say(f"{home.suite.title}: running the tests after {kind} ({sum(repaired.values())})")
    unwanted = [*home.suite.left_out, *left_out]
    run = run_tests(home, unwanted)
    _keep(home, run, "all" if unsafe else "safe")
    changes = _changes(home, run)
    suspects = [test for test, outcome in steady.items() if run.outcomes.get(test, MISSING) != outcome]
    differing = settled(home, steady, unwanted, suspects)
    differences = tuple(
        Difference(test, steady[test], after, home.suite.explanation(test)) for test, after in differing.items()
    )
    unsteady = tuple(test for test in suspects if test not in differing)
    return Stage(repaired, changes, len(steady), differences, unsteady)


def settled(
    home: SuiteHome, steady: Mapping[str, str], unwanted: Sequence[str], suspects: Sequence[str]
) -> dict[str, str]:
    """Run the suspects again, alone; returns what those came to that differ for no other reason than the repairs.

    A machine that is busy makes tests of real servers fail with the repairs and without. So a test is held against the
    repairs only when it differs each time with them, and never without. The copy may be an unrepaired one afterwards.
    """
    differing: dict[str, str] = dict.fromkeys(suspects, MISSING)
    for _ in range(ATTEMPTS):
        differing = _differing(home, steady, unwanted, differing)
    if differing:
        home.copy_afresh()
    for _ in range(ATTEMPTS):
        without = _differing(home, steady, unwanted, differing)
        differing = {test: after for test, after in differing.items() if test not in without}
    return differing


def _differing(
    home: SuiteHome, steady: Mapping[str, str], unwanted: Sequence[str], tests: Iterable[str]
) -> dict[str, str]:
    """Run tests; returns what those came to that came to something else than in `steady`."""
    chosen = list(tests)
    outcomes = run_tests(home, unwanted, chosen).outcomes if chosen else {}
    return {test: after for test in chosen if (after := outcomes.get(test, MISSING)) != steady[test]}


def _keep(home: SuiteHome, run: Run, name: str) -> None:
    """Leave the output of a run where a person can look at it."""
    (home.suite.home / "results" / f"output-{name}.txt").write_text(run.output, encoding="utf-8")


def _repair(home: SuiteHome, *, unsafe: bool) -> dict[str, int]:
    """Repair the code with the real command; returns how many findings of each rule are gone."""
    before = _findings(home)
    _prodready(home, "fix", *(["--unsafe-fixes"] if unsafe else []), *home.suite.code)
    return dict(before - _findings(home))


def _findings(home: SuiteHome) -> Counter[str]:
    return Counter(json.loads(_prodready(home, "check", "--format", "json", *home.suite.code))["summary"]["by_code"])


def _prodready(home: SuiteHome, *arguments: str) -> str:
    command = [sys.executable, "-m", "prodready", *arguments]
    done = subprocess.run(
        command, cwd=home.work, env=plain_variables(), capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode not in (0, 1):
        raise Problem(f"{home.suite.title}: prodready {arguments[0]} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def _changes(home: SuiteHome, run: Run) -> dict[str, Changed]:
    """Return what was changed, by path, with what the run executed of it."""
    found = {}
    for path in _files(home):
        before, after = home.original(path), (home.work / path).read_bytes().decode("utf-8", "surrogateescape")
        if before != after:
            executed = run.executed.get(path, frozenset())
            found[path] = changed("\n".join(before.splitlines()), "\n".join(after.splitlines()), executed)
    return found


def _files(home: SuiteHome) -> list[str]:
    found: list[Path] = []
    for path in map(home.work.joinpath, home.suite.code):
        found.extend([path] if path.is_file() else sorted(path.rglob("*.py")))
    return [path.relative_to(home.work).as_posix() for path in found]
