"""Analyse real projects with every rule, try every repair, and draw findings for people to judge.

Writes docs/corpora.md, and all details as JSON beside the downloaded projects.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from _bench import corpora_page, judging, names
from _bench.outcome import ProjectOutcome, write_details
from _bench.pool import spread
from _bench.projects import Project, projects, results_directory
from _bench.survey import Job, survey
from _bench.trials import try_file
from _dev.places import ROOT
from _dev.problem import Problem

PAGE = ROOT / "docs" / "corpora.md"
VERDICTS = ROOT / "docs" / "verdicts.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measurement that the arguments ask for; returns the exit code."""
    call = _parser().parse_args(argv)
    try:
        if call.collect:
            return _collect(call)
        return _sample(call) if call.sample else _measure(call)
    except Problem as problem:
        print(f"corpora: {problem}", file=sys.stderr)
        return problem.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench corpora", description=__doc__)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help="only these (default: all)")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time (default: 2)")
    parser.add_argument("--no-fixes", action="store_true", help="only analyse; the page is not written")
    parser.add_argument("--page", type=Path, help="where the table goes (default for all projects: docs/corpora.md)")
    parser.add_argument("--output", type=Path, help="where the details, or the drawn findings, go")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="draw N findings to be judged instead")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same findings (default: 1)")
    parser.add_argument("--rule", action="append", default=[], metavar="CODE", help="draw only findings of these rules")
    parser.add_argument("--collect", type=Path, metavar="FILE", help="write docs/verdicts.md from a judged list")
    return parser


def _measure(call: argparse.Namespace) -> int:
    wanted = projects(call.projects)
    surveyed = [_survey(project, call.processes) for project in wanted]
    outcomes = surveyed if call.no_fixes else [_try_fixes(each, call.processes) for each in surveyed]
    details = call.output or results_directory() / "corpora.json"
    write_details(outcomes, details)
    print(f"details: {details}", file=sys.stderr)
    page = corpora_page.page(outcomes)
    place = call.page or (PAGE if not call.projects and not call.no_fixes else None)
    if place is None:
        print(page)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page, encoding="utf-8")
    return 0


def _survey(project: Project, processes: int, *, compared: bool = True) -> ProjectOutcome:
    jobs = [Job(project, path) for path in project.files()]
    sizes = [project.path(job.path).stat().st_size for job in jobs]
    work = partial(survey, compared=compared)
    return ProjectOutcome(project, tuple(spread(work, jobs, processes, f"{project.title}: analysing", sizes)))


def _try_fixes(outcome: ProjectOutcome, processes: int) -> ProjectOutcome:
    project = outcome.project
    fixable = [file for file in outcome.files if any(finding.fix for finding in file.findings)]
    jobs = [Job(project, file.path) for file in fixable]
    sizes = [file.lines * sum(finding.fix is not None for finding in file.findings) for file in fixable]
    with tempfile.TemporaryDirectory(prefix="prodready-bench-") as temporary:
        copies = Path(temporary)
        tried = spread(partial(try_file, copies=copies), jobs, processes, f"{project.title}: repairing", sizes)
        worse = names.worse(copies / "before" / project.name, copies / "after" / project.name)
    return ProjectOutcome(project, outcome.files, tuple(tried), tuple(worse))


def _sample(call: argparse.Namespace) -> int:
    outcomes = [_survey(project, call.processes, compared=False) for project in projects(call.projects)]
    drawn = judging.draw(outcomes, call.sample, call.seed, frozenset(code.upper() for code in call.rule))
    place = call.output or results_directory() / f"judge-{call.seed}.md"
    place.write_text(judging.sheet(drawn, call.seed), encoding="utf-8")
    print(f"to be judged: {place}", file=sys.stderr)
    return 0


def _collect(call: argparse.Namespace) -> int:
    place = call.output or VERDICTS
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(judging.verdicts(call.collect.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"written: {place}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
