"""From a finding to verified edits: a fix is planned, applied to a copy, looked at again, and only then offered."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from prodready.engine.analysis import Analysis
from prodready.engine.checker import hits_of
from prodready.engine.finding import Applicability, Edit, Finding, Fix, Position, Range
from prodready.engine.rule import Context, Hit, Proposal, Rule
from prodready.engine.source import SourceFile
from prodready.fixes.diff import joined
from prodready.fixes.draft import Draft, Refusal
from prodready.fixes.pieces import PieceTable
from prodready.rules import find_rule

_IGNORE: Final = "# prodready: ignore["
SMALL: Final = 150
"""Lines of a segment up to which a fix is planned within a few milliseconds."""


class Guard(Protocol):
    """Says where a text may be edited, apart from what a fix needs."""

    def edited(self, edits: Sequence[Edit]) -> Guard | None:
        """Return the guard of the text after `edits`, None when they may not be made."""


class _Anywhere:
    def edited(self, edits: Sequence[Edit]) -> Guard | None:
        return self


ANYWHERE: Final[Guard] = _Anywhere()
"""The guard of a text that may be edited everywhere."""


@dataclass(frozen=True)
class PlannedFix:
    """A repair whose edits were seen to work: `edits` refer to the analysed text and do not overlap."""

    fix: Fix
    edits: tuple[Edit, ...]


@dataclass
class FixAllResult:
    """The outcome of repairing everything: edits against the first text, the text after them, and its guard."""

    edits: tuple[Edit, ...]
    analysis: Analysis
    guard: Guard = ANYWHERE
    applied: list[Finding] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)


def plan(analysis: Analysis, finding: Finding) -> list[PlannedFix]:
    """Return the ways to repair `finding`, the preferred one first; each was verified.

    A way is left out unless after it the text parses, the finding is gone, and no other finding came.
    """
    return [planned for planned, _ in _verified(analysis, finding)]


def is_small(analysis: Analysis, finding: Finding) -> bool:
    """Tell whether planning for `finding` is cheap enough to be done while somebody waits."""
    document = analysis.document
    return len(document.segments[document.index_at(finding.range.start.line)].lines) <= SMALL


def fix_all(
    analysis: Analysis,
    *,
    unsafe: bool = False,
    codes: frozenset[str] | None = None,
    guard: Guard = ANYWHERE,
    progress: Callable[[Finding], None] | None = None,
) -> FixAllResult:
    """Repair one finding after the other until nothing more can be repaired.

    Args:
        unsafe: whether unsafe fixes are applied too.
        codes: only findings of these rules; None means all.
        guard: says where the text may be edited; a fix that needs more is not applied.
        progress: called with each finding that was repaired.
    """
    pieces = PieceTable(analysis.source)
    result = FixAllResult((), analysis, guard)
    refused: Counter[tuple[str, str, str]] = Counter()
    while True:
        step = _next_step(result, refused, unsafe, codes)
        if step is None:
            result.edits = tuple(pieces.edits())
            return result
        finding, planned, after, result.guard = step
        pieces.apply(result.analysis.source, planned.edits)
        result.analysis = after
        result.applied.append(finding)
        if progress is not None:
            progress(finding)


def ignore_edit(analysis: Analysis, finding: Finding) -> Edit | None:
    """Return the edit that silences `finding` by a comment on its line, or else on its statement's first.

    None where no comment can stand: both lines end inside a string or are continued, or the finding cannot be silenced.
    """
    found = _find_again(analysis, finding)
    if found is None:
        return None
    _, hit, _, first_line = found
    for line in dict.fromkeys((finding.range.start.line, hit.line + first_line)):
        for edit in _comments(analysis.source, line, finding.code):
            after = analysis.edited(edit)
            if finding not in after.findings and _is_better(analysis, after, finding):
                return edit
    return None


def _comments(source: SourceFile, line: int, code: str) -> Iterator[Edit]:
    """Yield the ways to say on a line that `code` is ignored there; one that ends up in a string says nothing."""
    content = source.line(line).rstrip("\r\n")
    at = content.rfind(_IGNORE)
    end = content.find("]", at)
    if at >= 0 and end >= 0:
        position = Position(line, end)
        yield Edit(Range(position, position), f", {code}")
    yield Edit(Range.of(line, len(content.rstrip()), line, len(content)), f"  {_IGNORE}{code}]")


def _next_step(
    result: FixAllResult, refused: Counter[tuple[str, str, str]], unsafe: bool, codes: frozenset[str] | None
) -> tuple[Finding, PlannedFix, Analysis, Guard] | None:
    """Return the first finding that can be repaired now; note those that cannot, so that they are tried once."""
    skip = refused.copy()
    for finding in result.analysis.findings:
        if finding.fix is None or finding.stale or (codes is not None and finding.code not in codes):
            continue
        key = (finding.code, finding.scope, finding.message)
        if skip[key] > 0:
            skip[key] -= 1
            continue
        for planned, after in _verified(result.analysis, finding):
            if unsafe or planned.fix.applicability is Applicability.SAFE:
                guard = result.guard.edited(planned.edits)
                if guard is not None:
                    return finding, planned, after, guard
        refused[key] += 1
        if unsafe or finding.fix.applicability is Applicability.SAFE:
            result.refused.append(finding)
    return None


def _verified(analysis: Analysis, finding: Finding) -> Iterator[tuple[PlannedFix, Analysis]]:
    found = _find_again(analysis, finding)
    if found is None:
        return
    rule, hit, context, first_line = found
    for proposal in rule.proposals(hit.node, context):
        edits = _written(analysis, context, first_line, proposal)
        if not edits:
            continue
        after = analysis.edited_all(edits)
        if _is_better(analysis, after, finding):
            yield PlannedFix(proposal.fix, tuple(edits)), after


def _find_again(analysis: Analysis, finding: Finding) -> tuple[Rule, Hit, Context, int] | None:
    """Find the node of a finding by running its rule again on the segment where it stands."""
    rule = find_rule(finding.code)
    if rule is None or finding.stale:
        return None
    document = analysis.document
    index = document.index_at(finding.range.start.line)
    start, segment = document.starts[index], document.segments[index]
    if segment.fault is not None:
        return None
    relative = finding.shifted(-start)
    hits, context = hits_of(rule, segment, analysis.knowledge)
    hit = next((h for h in hits if h.finding == relative), None)
    return None if hit is None else (rule, hit, context, start)


def _written(analysis: Analysis, context: Context, first_line: int, proposal: Proposal) -> list[Edit]:
    draft = Draft(analysis, context, first_line)
    try:
        proposal.write(draft)
    except (Refusal, RecursionError):
        # What CPython's parser can follow is deeper than what can be rewritten: there is no fix for it then.
        return []
    return _merged(draft.edits)


def _merged(edits: list[Edit]) -> list[Edit]:
    """Return edits in order, insertions at one place as they were written; none at all when two contradict."""
    distinct: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.range):
        if edit.range.start == edit.range.end or edit not in distinct:
            distinct.append(edit)
    merged = joined(distinct)
    overlapping = any(a.range.end > b.range.start for a, b in itertools.pairwise(merged))
    return [] if overlapping else merged


def _is_better(before: Analysis, after: Analysis, finding: Finding) -> bool:
    """Tell whether the finding is gone, nothing new came, and everything still parses."""
    if _faults(after) > _faults(before):
        return False
    if len(after.crashes) > len(before.crashes):
        return False
    old, new = _counts(before), _counts(after)
    return new[finding.code] < old[finding.code] and all(count <= old[code] for code, count in new.items())


def _faults(analysis: Analysis) -> int:
    return sum(segment.fault is not None for segment in analysis.document.segments)


def _counts(analysis: Analysis) -> Counter[str]:
    return Counter(f.code for checked in analysis.checked for f in checked.findings)
