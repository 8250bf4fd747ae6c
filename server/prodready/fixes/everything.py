"""Repairs everything that can be repaired, in rounds: fixes that cannot influence one another are made at once.

The outcome is that of repairing one finding after the other. A round is either one fix that reaches out of its function
(an import, a new logger), on whose outcome the others depend, or many that stay in their own statements and handlers.
Each round is verified as a whole, and in halves where that fails.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from prodready.engine.analysis import Analysis
from prodready.engine.finding import Applicability, Edit, Finding, Range
from prodready.fixes.pieces import PieceTable
from prodready.fixes.planner import Finder, Found, PlannedFix, Written, is_better, verified, written
from prodready.fixes.reach import Reach, reach_of


class Guard(Protocol):
    """Says where a text may be edited, apart from what a fix needs."""

    def edited(self, edits: Sequence[Edit]) -> Guard | None:
        """Return the guard of the text after `edits`, None when they may not be made."""


class _Anywhere:
    def edited(self, edits: Sequence[Edit]) -> Guard | None:
        return self


ANYWHERE: Final[Guard] = _Anywhere()
"""The guard of a text that may be edited everywhere."""


@dataclass
class FixAllResult:
    """The outcome of repairing everything: edits against the first text, the text after them, and its guard."""

    edits: tuple[Edit, ...]
    analysis: Analysis
    guard: Guard = ANYWHERE
    applied: list[Finding] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    """A finding, what its fix would write, and how far that reaches."""

    finding: Finding
    written: Written
    reach: Reach


@dataclass(frozen=True)
class _Step:
    """Fixes that were made at once, and what they led to."""

    findings: list[Finding]
    edits: tuple[Edit, ...]
    after: Analysis
    guard: Guard


def fix_all(
    analysis: Analysis,
    *,
    unsafe: bool = False,
    codes: frozenset[str] | None = None,
    guard: Guard = ANYWHERE,
    progress: Callable[[Finding], None] | None = None,
) -> FixAllResult:
    """Repair all findings until nothing more can be repaired.

    Args:
        unsafe: whether unsafe fixes are applied too.
        codes: only findings of these rules; None means all.
        guard: says where the text may be edited; a fix that needs more is not applied.
        progress: called with each finding that was repaired.
    """
    work = _Work(analysis, guard, unsafe, codes)
    while (step := work.next_step()) is not None:
        for finding in step.findings:
            if progress is not None:
                progress(finding)
    return work.outcome()


class _Work:
    """A text under repair."""

    def __init__(self, analysis: Analysis, guard: Guard, unsafe: bool, codes: frozenset[str] | None) -> None:
        self._result = FixAllResult((), analysis, guard)
        self._pieces = PieceTable(analysis.source)
        self._refused: Counter[tuple[str, str, str]] = Counter()
        self._unsafe = unsafe
        self._codes = codes

    def outcome(self) -> FixAllResult:
        """Return what came of it."""
        self._result.edits = tuple(self._pieces.edits())
        return self._result

    def next_step(self) -> _Step | None:
        """Make the fixes of one round; None where nothing more can be repaired."""
        batch = self._batch()
        while batch:
            step = self._at_once(batch)
            if step is None and len(batch) == 1:
                step = self._alone(batch[0].finding)
            if step is not None:
                self._pieces.apply(self._result.analysis.source, step.edits)
                self._result.analysis, self._result.guard = step.after, step.guard
                self._result.applied.extend(step.findings)
                return step
            if len(batch) == 1:
                self._refuse(batch[0].finding)
                batch = self._batch()
            else:
                batch = batch[: len(batch) // 2]
        return None

    def _batch(self) -> list[_Candidate]:
        """Return what can be repaired at once, from the first finding that may be repaired on.

        What is refused behind a finding that is being repaired may be possible after that: it is tried again then.
        """
        batch: list[_Candidate] = []
        taken = _Taken()
        finder = Finder(self._result.analysis)
        for finding in self._candidates():
            found = finder.find(finding)
            first = self._first_written(finder, found) if found is not None else Written()
            if found is None or not first.edits or self._result.guard.edited(first.edits) is None:
                if not batch:
                    self._refuse(finding)
                continue
            candidate = _Candidate(finding, first, reach_of(found, first))
            if not batch and not candidate.reach.is_local:
                return [candidate]
            if candidate.reach.is_local and taken.add(candidate.reach):
                batch.append(candidate)
        return _without_last_users(batch)

    def _candidates(self) -> Iterator[Finding]:
        skip = self._refused.copy()
        for finding in self._result.analysis.findings:
            if finding.fix is None or finding.stale or (self._codes is not None and finding.code not in self._codes):
                continue
            if skip[_key(finding)] > 0:
                skip[_key(finding)] -= 1
            else:
                yield finding

    def _first_written(self, finder: Finder, found: Found) -> Written:
        """Return the first fix of a finding that may be applied and can be written."""
        for proposal in found.proposals():
            if self._unsafe or proposal.fix.applicability is Applicability.SAFE:
                result = written(finder.analysis, found, proposal)
                if result.edits:
                    return result
        return Written()

    def _refuse(self, finding: Finding) -> None:
        self._refused[_key(finding)] += 1
        assert finding.fix is not None
        if self._unsafe or finding.fix.applicability is Applicability.SAFE:
            self._result.refused.append(finding)

    def _alone(self, finding: Finding) -> _Step | None:
        """Make one fix, the first that works."""
        for planned, after in verified(self._result.analysis, finding):
            if self._may_apply(planned):
                guard = self._result.guard.edited(planned.edits)
                if guard is not None:
                    return _Step([finding], planned.edits, after, guard)
        return None

    def _may_apply(self, planned: PlannedFix) -> bool:
        return self._unsafe or planned.fix.applicability is Applicability.SAFE

    def _at_once(self, batch: Sequence[_Candidate]) -> _Step | None:
        """Make many fixes together; None where they do not work together."""
        before = self._result.analysis
        edits = tuple(sorted((e for c in batch for e in c.written.edits), key=lambda e: (e.range.start, e.range.end)))
        guard = self._result.guard.edited(edits)
        if guard is None or any(a.range.end > b.range.start for a, b in itertools.pairwise(edits)):
            return None
        after = before.edited_all(edits)
        findings = [candidate.finding for candidate in batch]
        return _Step(findings, edits, after, guard) if is_better(before, after, findings) else None


class _Taken:
    """Which stretches of the text a round already changes, in order."""

    def __init__(self) -> None:
        self._ranges: list[Range] = []

    def add(self, reach: Reach) -> bool:
        """Take the stretch of a fix; False where a part of it is taken already."""
        wanted = reach.range
        at = bisect.bisect(self._ranges, wanted)
        if at > 0 and self._ranges[at - 1].end > wanted.start:
            return False
        if at < len(self._ranges) and self._ranges[at].start < wanted.end:
            return False
        self._ranges.insert(at, wanted)
        return True


def _without_last_users(batch: Sequence[_Candidate]) -> list[_Candidate]:
    """Leave out the last of several fixes that stop using the same import: it is then planned knowing that it is."""
    users: dict[str, list[int]] = {}
    for index, candidate in enumerate(batch):
        for name in candidate.written.kept_imports:
            users.setdefault(name, []).append(index)
    last = {indices[-1] for indices in users.values() if len(indices) > 1}
    return [candidate for index, candidate in enumerate(batch) if index not in last]


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.scope, finding.message
