"""Findings drawn at random for people to judge, and the list of their verdicts."""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from _bench.outcome import ProjectOutcome
from _bench.projects import Project
from _bench.survey import Job, subject
from _bench.tables import plain, table
from _dev.problem import CANNOT, Problem
from prodready.engine.finding import Finding, Severity
from prodready.engine.source import SourceFile
from prodready.fixes.planner import plan

BEFORE, AFTER = 5, 6
"""Lines shown before and after a finding's first line: twelve in all, enough to judge, and no copy of the code."""
DIFF_LINES = 40
VERDICTS = ("right", "false alarm", "wrong fix")

_FIELD = re.compile(r"^(Verdict|Reason):[ \t]*(.*)$", re.MULTILINE)
_HEADING = re.compile(
    r"^## \d+\. (?P<project>\S+) (?P<version>\S+) `(?P<place>[^`]+)` (?P<code>[A-Z]+\d+)$", re.MULTILINE
)
_MESSAGE = re.compile(r"^> (.*)$", re.MULTILINE)
_SEVERITY = re.compile(rf"^[\w-]+, ({'|'.join(each.value for each in Severity)}), in a ", re.MULTILINE)


@dataclass(frozen=True)
class Drawn:
    """A finding of a project's file."""

    project: Project
    path: str
    finding: Finding


def draw(outcomes: Sequence[ProjectOutcome], count: int, seed: int, codes: frozenset[str]) -> list[Drawn]:
    """Draw `count` findings, one of each rule in turn, so that rare rules are judged as often as common ones.

    `codes` are the rules to draw from; empty for all. The same seed on the same findings draws the same.
    """
    strata: dict[str, list[Drawn]] = {}
    for outcome in outcomes:
        for file in outcome.files:
            for finding in file.findings:
                if not codes or finding.code in codes:
                    strata.setdefault(finding.code, []).append(Drawn(outcome.project, file.path, finding))
    chance = random.Random(seed)  # noqa: S311  # a draw that can be repeated, not a secret
    for code in sorted(strata):
        chance.shuffle(strata[code])
    return sorted(_in_turn(strata, count), key=_order)


def _in_turn(strata: dict[str, list[Drawn]], count: int) -> list[Drawn]:
    drawn: list[Drawn] = []
    queues = {code: iter(strata[code]) for code in sorted(strata)}
    while queues and len(drawn) < count:
        for code in list(queues)[: count - len(drawn)]:
            found = next(queues[code], None)
            if found is None:
                del queues[code]
            else:
                drawn.append(found)
    return drawn


def _order(drawn: Drawn) -> tuple[object, ...]:
    return (drawn.finding.code, drawn.project.name, drawn.path, drawn.finding.range)


def sheet(drawn: Sequence[Drawn], seed: int) -> str:
    """Return the Markdown list to be filled in: each finding with its code and its preferred repair."""
    intro = (
        f"# Findings to be judged (seed {seed})\n\n"
        f"Write {' or '.join(VERDICTS)} as each verdict, and one sentence as its reason; then\n"
        "`dev.py bench corpora --collect FILE` makes docs/verdicts.md of it.\n"
    )
    return "\n".join([intro, *(_entry(number, each) for number, each in enumerate(drawn, start=1))])


def _entry(number: int, drawn: Drawn) -> str:
    file = subject(Job(drawn.project, drawn.path))
    finding, line = drawn.finding, drawn.finding.range.start.line + 1
    role = file.settings.role.value
    parts = [
        f"## {number}. {drawn.project.name} {drawn.project.version} `{drawn.path}:{line}` {finding.code}",
        f"> {plain(finding.message)}",
        f"{finding.name}, {finding.severity.value}, in a {role} file, {finding.scope or 'top level'}",
        _fenced("python", _excerpt(file.source, finding)),
        *_repair(drawn),
        "Verdict:\nReason:\n",
    ]
    return "\n\n".join(parts)


def _excerpt(source: SourceFile, finding: Finding) -> str:
    first = finding.range.start.line
    shown = range(max(first - BEFORE, 0), min(first + AFTER + 1, len(source.lines)))
    marked = finding.range
    return "".join(
        f"{'>' if marked.start.line <= number <= marked.end.line else ' '} {source.line(number).rstrip()}\n"
        for number in shown
    )


def _repair(drawn: Drawn) -> Iterator[str]:
    file = subject(Job(drawn.project, drawn.path))
    if drawn.finding.fix is None:
        yield "No repair is offered."
        return
    planned = plan(file.live(), drawn.finding)
    if not planned:
        yield f"Promised, but cannot be made: {drawn.finding.fix.label}"
        return
    yield f"Repair: {planned[0].fix.label}" + (f" (and {len(planned) - 1} others)" if len(planned) > 1 else "")
    yield _fenced("diff", _diff(file.source, file.source.apply(planned[0].edits)))


def _diff(before: SourceFile, after: SourceFile) -> str:
    old, new = ([line.rstrip("\r\n") for line in source.lines] for source in (before, after))
    lines = list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]
    rest = [f"… and {len(lines) - DIFF_LINES} lines more"] if len(lines) > DIFF_LINES else []
    return "".join(f"{line}\n" for line in [*lines[:DIFF_LINES], *rest])


def _fenced(language: str, text: str) -> str:
    return f"````{language}\n{text}````"


def verdicts(judged: str) -> str:
    """Return docs/verdicts.md for a judged list: no code of others, but what was said of it.

    Raises:
        Problem: when an entry has no verdict, an unknown one, or no reason.
    """
    rows = [_row(number, entry) for number, entry in enumerate(_entries(judged), start=1)]
    head = ["#", "Project", "Place", "Rule", "Severity", "Message", "Verdict", "Reason"]
    by_severity = "".join(f"- {name}: {_counts(r for r in rows if r[4] == name)}\n" for name in _severities(rows))
    return (
        "<!-- Written by scripts/dev.py bench corpora --collect. -->\n\n# Findings that were read and judged\n\n"
        f"Drawn at random, one of each rule in turn: {_counts(rows)}. By severity:\n\n{by_severity}\n"
        f"{table(head, rows, text_columns=len(head))}"
    )


def _counts(rows: Iterable[list[str]]) -> str:
    said = [row[6] for row in rows]
    return ", ".join(f"{said.count(verdict)} {verdict}" for verdict in VERDICTS)


def _severities(rows: Sequence[list[str]]) -> list[str]:
    """Return the severities that occur, the worst one first."""
    return [each.value for each in Severity if any(row[4] == each.value for row in rows)]


def _entries(judged: str) -> Iterator[str]:
    starts = [match.start() for match in _HEADING.finditer(judged)]
    for start, end in zip(starts, [*starts[1:], len(judged)], strict=True):
        yield judged[start:end]


def _row(number: int, entry: str) -> list[str]:
    heading, message = _HEADING.match(entry), _MESSAGE.search(entry)
    assert heading is not None, "entries begin with their heading"
    fields = dict(_FIELD.findall(entry))
    verdict, reason = fields.get("Verdict", "").strip().lower(), fields.get("Reason", "").strip()
    if verdict not in VERDICTS or not reason:
        wanted = f"a verdict ({', '.join(VERDICTS)}) and a reason"
        raise Problem(f"entry {number} ({heading['place']}) needs {wanted}", CANNOT)
    said = message[1] if message else ""
    project = f"{heading['project']} {heading['version']}"
    severity = _SEVERITY.search(entry)
    assert severity is not None, "entries tell the severity"
    return [str(number), project, heading["place"], heading["code"], severity[1], said, verdict, plain(reason)]
