"""The trial of a package's own tests: what was changed, what became of each test, and what the page says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from _bench import suites_page
from _bench.changed import Changed, changed
from _bench.suite_home import SuiteHome
from _bench.suite_list import SUITES, Suite
from _bench.suite_results import keep, kept
from _bench.suite_run import PLUGIN, Run
from _bench.suite_trial import ATTEMPTS, Difference, Stage, Trial, settled

BEFORE = """\
def read(path):
    file = open(path)
    return file.read(
        10
    )
"""
AFTER = """\
def read(path):
    with open(path) as file:
        return file.read(
            10
        )
"""
TESTS = """\
import random, pytest
def test_good(): pass
def test_bad(): assert False
def test_skipped(): pytest.skip("no")
@pytest.mark.xfail
def test_expected(): assert False
@pytest.fixture
def broken():
    yield
    raise ValueError
def test_torn_down(broken): pass
def test_chance(): assert random.randint(1, 10**9) == SEEN.setdefault("x", 999)
def test_left_out(): assert False
SEEN = {}
"""


def test_statements_count_once_by_their_first_line() -> None:
    assert changed(BEFORE, AFTER, {1, 2}) == Changed(frozenset({2, 3}), frozenset({2}))


def test_what_executes_nothing_does_not_count() -> None:
    after = '"""Says more."""\n# why\nx = 1\n'

    assert changed("x = 1\n", after, {1, 2, 3}) == Changed(frozenset(), frozenset())


def test_a_header_counts_without_its_body() -> None:
    before = "try:\n    f()\nexcept:\n    g()\n"

    assert changed(before, before.replace("except:", "except Exception:"), {3}) == Changed(
        frozenset({3}), frozenset({3})
    )


def test_the_plugin_writes_what_became_of_each_test(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "left-out").write_text("test_a.py::test_left_out\ntest_a.py::test_chance", encoding="utf-8")
    outcomes = tmp_path / "outcomes"
    variables = {
        **os.environ,
        "PYTHONPATH": str(PLUGIN),
        "PRODREADY_OUTCOMES": str(outcomes),
        "PRODREADY_LEAVE_OUT": str(tmp_path / "left-out"),
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "prodready_outcomes",
        "--rootdir",
        str(tmp_path),
        "test_a.py",
    ]
    subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, check=False)

    lines = [json.loads(line) for line in outcomes.read_text(encoding="utf-8").splitlines()]
    assert {line["test"].rpartition("::")[2]: line["outcome"] for line in lines} == {
        "test_good": "passed",
        "test_bad": "failed",
        "test_skipped": "skipped",
        "test_expected": "xfailed",
        "test_torn_down": "error",
    }


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_every_suite_is_pinned_at_its_version(suite: Suite) -> None:
    pins = suite.requirements.read_text(encoding="utf-8").lower()

    assert f"\n{suite.name.lower()}=={suite.version} \\\n    --hash=sha256:" in pins


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    monkeypatch.setenv("PRODREADY_CORPORA", str(tmp_path))
    suite = Suite("shop", "1.0", ("shop",), ("tests",), differences={"tests/a.py::test_print": "It reads the output."})
    safe = Stage({"OBS201": 2}, {"shop/a.py": Changed(frozenset({1, 2}), frozenset({2}))}, 2, (), ())
    unsafe = Stage(
        {"OBS201": 2, "OBS101": 1},
        {"shop/a.py": Changed(frozenset({1, 2, 3}), frozenset({2, 3}))},
        2,
        (Difference("tests/a.py::test_print", "passed", "failed", "It reads the output."),),
        ("tests/a.py::test_slow",),
    )
    suite.home.mkdir(parents=True)
    return Trial(
        suite, {"tests/a.py::test_print": "passed", "tests/a.py::test_slow": "passed"}, ("t::flaky",), safe, unsafe
    )


def test_a_trial_is_kept_until_the_next(trial: Trial) -> None:
    keep(trial)

    assert kept(trial.suite) == trial
    assert kept(replace(trial.suite, version="2.0")) is None


def test_the_page_says_what_was_compared_and_what_differs(trial: Trial) -> None:
    page = suites_page.page([trial])

    assert "| shop | 1.0 | 2 | 2 | 1 |" in page
    assert "Not tried yet: till, cart.\n" in suites_page.page([trial], ["till", "cart"])
    assert "Not tried yet" not in page
    assert "| shop | 2 | 1 | 2 | 1 | 50.00 % | 2 | 0 |" in page
    assert "| shop | 3 | 1 | 3 | 2 | 66.67 % | 2 | 1 |" in page
    assert "| shop | `tests/a.py::test_print` | passed | failed | It reads the output. |" in page
    assert "- shop: tests/a.py::test_slow" in page
    assert "| OBS101 | print-call | 0 | 1 |" in page
    assert "- shop: `t::flaky`" in page


class _Shop(SuiteHome):
    """A home that knows whether its copy is a repaired one, and whose tests need no program to run."""

    repaired = True
    runs = 0

    def copy_afresh(self) -> Path:
        self.repaired = False
        return self.work

    def run(self, left_out: Sequence[str], only: Sequence[str]) -> Run:
        self.runs += 1
        fails = {
            "broken": self.repaired,
            "once": self.runs == 1,
            "busy, good in the end": self.repaired or self.runs < 2 * ATTEMPTS,
            "good": False,
        }
        return Run({test: "failed" if fails[test] else "passed" for test in only if test not in left_out}, {}, "")


def test_the_repairs_are_to_blame_for_what_always_differs_with_them_and_never_without(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _Shop(trial.suite)
    monkeypatch.setattr("_bench.suite_trial.run_tests", _Shop.run)
    tests = ["broken", "once", "busy, good in the end", "good"]

    assert settled(home, dict.fromkeys(tests, "passed"), [], tests) == {"broken": "failed"}


def test_a_test_that_is_no_longer_come_to_is_missing(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _Shop(trial.suite)
    never = Run({}, {}, "")
    monkeypatch.setattr(
        "_bench.suite_trial.run_tests",
        lambda home, _, only: never if home.repaired else Run({"broken": "passed"}, {}, ""),
    )

    assert settled(home, {"broken": "passed"}, [], ["broken"]) == {"broken": "missing"}


def test_a_difference_that_nobody_explains_is_said_to_be_one(trial: Trial) -> None:
    strange = replace(trial.every, differences=(Difference("t::x", "passed", "failed"),))

    assert "| shop | `t::x` | passed | failed | not explained |" in suites_page.page([replace(trial, every=strange)])
