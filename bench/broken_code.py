"""Break the files of real projects in thousands of ways, and count which of their findings stay.

Each break is tried as an edit in an open document, and as a file that opens broken; beside it, what ruff keeps of its
own findings by the rules that stand for the same defects. Writes docs/broken-code.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from _bench.breakage import WAYS
from _bench.broken_page import Options, page
from _bench.kept import Plan, Tally, kept
from _bench.pool import spread
from _bench.projects import projects, results_directory
from _bench.survey import Job
from _dev.places import ROOT
from _dev.problem import FAILED, Problem

PAGE = ROOT / "docs" / "broken-code.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Break, count and write it down; returns the exit code."""
    call = _parser().parse_args(argv)
    try:
        tallies, files = _run(call)
    except Problem as problem:
        print(f"broken_code: {problem}", file=sys.stderr)
        return problem.exit_code
    details = [line for tally in tallies.values() for line in (*tally.wrong, *tally.lost)]
    (results_directory() / "broken-code.txt").write_text("\n".join(details), encoding="utf-8")
    text = page(tallies, files, Options(call.seed, call.each, call.lines, call.minutes))
    place = call.page or (PAGE if not call.projects else None)
    if place is None:
        print(text)
    else:
        place.write_text(text, encoding="utf-8")
    return FAILED if any(tally.wrong for tally in tallies.values()) else 0


def _run(call: argparse.Namespace) -> tuple[dict[str, Tally], int]:
    """Return the outcomes by kind, and of how many files they are."""
    jobs = [Job(project, path) for project in projects(call.projects) for path in project.files()]
    random.Random(call.seed).shuffle(jobs)  # noqa: S311  # repeatable on purpose
    wanted = jobs[: call.files]
    plan = Plan(call.seed, call.each, call.lines, time.time() + 60 * call.minutes)
    outcomes = spread(partial(kept, plan=plan), wanted, call.processes, "broken code: files", [0] * len(wanted))
    tallies = {kind: Tally() for kind in WAYS}
    for outcome in outcomes:
        for kind, tally in outcome.items():
            tallies[kind].add(tally)
    return tallies, sum(map(bool, outcomes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench broken_code", description=__doc__)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help="only these (default: all)")
    parser.add_argument("--files", type=int, help="look at so many only, drawn at random (default: all)")
    parser.add_argument("--each", type=int, default=10, help="ways to break a file that has findings (default: 10)")
    parser.add_argument("--lines", type=int, default=20000, help="leave longer files out (default: 20000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed breaks the same (default: 1)")
    parser.add_argument("--minutes", type=float, default=60, help="after which nothing new is begun (default: 60)")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (default: 2)")
    parser.add_argument("--page", type=Path, help="where the table goes (default for all: docs/broken-code.md)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
