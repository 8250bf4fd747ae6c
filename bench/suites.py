"""Run the tests of real programs before and after all repairs: do they still say the same?

Writes docs/suites.md from the last trial of each. What is downloaded, installed and repaired lives beside the corpora,
and so do the trials.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from _bench import suites_page
from _bench.suite_list import SUITES, Suite
from _bench.suite_results import keep, kept
from _bench.suite_trial import Trial, try_suite
from _dev.places import ROOT
from _dev.problem import FAILED, WRONG_CALL, Problem

PAGE = ROOT / "docs" / "suites.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Try the suites that the arguments name; returns 1 when a test differs and nobody says why."""
    call = _parser().parse_args(argv)
    try:
        for suite in [] if call.page_only else _chosen(call.suites):
            keep(try_suite(suite))
    except Problem as problem:
        print(f"suites: {problem}", file=sys.stderr)
        return problem.exit_code
    trials = [trial for trial in map(kept, SUITES) if trial is not None]
    tried = {trial.suite.name for trial in trials}
    untried = [suite.name for suite in SUITES if suite.name not in tried]
    call.page.write_text(suites_page.page(trials, untried), encoding="utf-8")
    return FAILED if any(_is_unexplained(trial) for trial in trials) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench suites", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="PACKAGE", help="only these (default: all)")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table goes (default: docs/suites.md)")
    parser.add_argument("--page-only", action="store_true", help="write the page again, try nothing")
    return parser


def _chosen(names: Sequence[str]) -> list[Suite]:
    known = {suite.name.lower(): suite for suite in SUITES}
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        raise Problem(f"no suite is named {', '.join(unknown)}; there are: {', '.join(known)}", WRONG_CALL)
    return [known[name.lower()] for name in names] or list(SUITES)


def _is_unexplained(trial: Trial) -> bool:
    return any(not difference.why for stage in (trial.safe, trial.every) for difference in stage.differences)


if __name__ == "__main__":
    sys.exit(main())
