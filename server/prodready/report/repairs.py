"""What `fix` did as text: per file what was repaired, then what is left and why, and a last line with the sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prodready.engine.finding import Applicability, Finding
from prodready.report.excerpt import printable
from prodready.report.model import FileReport
from prodready.report.paint import Paint, plain
from prodready.report.text import count, heading


@dataclass(frozen=True)
class FileRepair:
    """What repairing one file came to: what was `found` before, what is `left`, and the findings that were repaired."""

    found: FileReport
    left: FileReport
    applied: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Manner:
    """How repairs were made: with unsafe fixes or without, only tried (`trial`) or written, in how many seconds."""

    unsafe: bool = False
    trial: bool = False
    seconds: float = 0.0

    def refused(self, finding: Finding) -> bool:
        """Tell whether a finding that is left was to be repaired, but no fix for it stood the test."""
        return finding.fix is not None and (self.unsafe or finding.fix.applicability is Applicability.SAFE)

    def postponed(self, finding: Finding) -> bool:
        """Tell whether a finding is left only because its fix is an unsafe one."""
        return finding.fix is not None and not self.refused(finding)


def render(repairs: Sequence[FileRepair], manner: Manner, paint: Paint = plain) -> Iterator[str]:
    """Write repairs as lines without line ends. A trial lists no findings that are left: nothing was changed."""
    for repair in repairs:
        if repair.applied:
            verb = paint("would fix" if manner.trial else "fixed", "bold green")
            yield f"{verb} {printable(repair.found.path)}: {_rules(repair.applied)}"
    if not manner.trial:
        for repair in repairs:
            for finding in repair.left.findings:
                yield heading(repair.left, finding, paint) + _refusal(finding, manner)
    yield summary(repairs, manner)


def summary(repairs: Sequence[FileRepair], manner: Manner) -> str:
    """Write the last line: how many findings were repaired, how many are left, and what would take care of them."""
    applied = [finding for repair in repairs for finding in repair.applied]
    left = [finding for repair in repairs for finding in repair.left.findings]
    seconds = f"{manner.seconds:.1f} s"
    if not applied and not left:
        return f"No findings in {count(sum(r.left.analysed for r in repairs), 'file')}, {seconds}"
    done = "Would fix" if manner.trial else "Fixed"
    fixed = f"{done} {count(len(applied), 'finding')}"
    if applied:
        fixed += f" in {count(sum(bool(r.applied) for r in repairs), 'file')}"
    return f"{fixed}; {_left(repairs, left, manner)}, {seconds}"


def _left(repairs: Sequence[FileRepair], left: Sequence[Finding], manner: Manner) -> str:
    if not left:
        return "none left"
    text = f"{len(left)} left in {count(sum(bool(r.left.findings) for r in repairs), 'file')}"
    remarks = []
    if postponed := sum(map(manner.postponed, left)):
        remarks.append(f"{postponed} more with --unsafe-fixes")
    if refused := sum(map(manner.refused, left)):
        remarks.append(f"{count(refused, 'fix', 'fixes')} refused")
    return f"{text} ({', '.join(remarks)})" if remarks else text


def _rules(applied: Sequence[Finding]) -> str:
    """Write `2 OBS201 silent-except, 1 OBS301 missing-traceback`."""
    counts = Counter((finding.code, finding.name) for finding in applied)
    return ", ".join(f"{number} {code} {name}" for (code, name), number in sorted(counts.items()))


def _refusal(finding: Finding, manner: Manner) -> str:
    return " (fix refused: it could not be verified here)" if manner.refused(finding) else ""
