"""Edit every file of real projects at random, and compare with a fresh analysis again and again.

Every file is opened as in the server and gets random edits; after each batch of them the text, the findings and the
facts must be those of a fresh analysis of the same text. A run that fails is made small and printed with its seed.
Writes docs/endurance.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from _bench import endurance_page
from _bench.exercise import Course, Exercise, exercise
from _bench.pool import spread
from _bench.projects import projects, results_directory
from _bench.survey import Job
from _dev.places import ROOT
from _dev.problem import FAILED, Problem

PAGE = ROOT / "docs" / "endurance.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Edit, compare, and write down what came of it; returns the exit code."""
    call = _parser().parse_args(argv)
    try:
        outcomes = _run(call)
    except Problem as problem:
        print(f"endurance: {problem}", file=sys.stderr)
        return problem.exit_code
    page = endurance_page.page(outcomes, call.seed, call.edits)
    details = results_directory() / f"endurance-{call.seed}.txt"
    details.write_text("\n\n".join(str(f) for o in outcomes for f in o.failures), encoding="utf-8")
    place = call.page or (PAGE if not call.projects and not call.file else None)
    if place is None:
        print(page)
    else:
        place.write_text(page, encoding="utf-8")
    return FAILED if any(outcome.failures for outcome in outcomes) else 0


def _run(call: argparse.Namespace) -> list[Exercise]:
    jobs = [Job(project, path) for project in projects(call.projects) for path in project.files()]
    if call.file:
        jobs = [job for job in jobs if job.path == call.file]
    # Large and small in turns, so that a run that is cut short has seen something of everything.
    random.Random(call.seed).shuffle(jobs)  # noqa: S311  # repeatable on purpose
    each = max(1, round(call.edits / max(1, len(jobs))))
    course = Course(call.seed, each, call.batch, time.time() + 60 * call.minutes)
    return spread(partial(exercise, course=course), jobs, call.processes, "endurance: files", [0] * len(jobs))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench endurance", description=__doc__)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help="only these (default: all)")
    parser.add_argument("--edits", type=int, default=100_000, help="in all files together (default: 100000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same edits (default: 1)")
    parser.add_argument("--batch", type=int, default=40, help="steps between two comparisons (default: 40)")
    parser.add_argument("--minutes", type=float, default=60, help="after which nothing new is begun (default: 60)")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (default: 2)")
    parser.add_argument("--page", type=Path, help="where the table goes (default for all projects: docs/endurance.md)")
    parser.add_argument("--file", metavar="PATH", help="only this file, as its project names it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
