"""From a finding to verified edits: a fix is planned, applied to a copy, looked at again, and only then offered."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prodready.engine.analysis import Analysis
from prodready.engine.checker import hits_of
from prodready.engine.finding import Edit, Finding, Fix, Position, Range
from prodready.engine.rule import Context, Hit, Proposal, Rule
from prodready.engine.source import SourceFile
from prodready.fixes.diff import joined
from prodready.fixes.draft import Draft, Refusal
from prodready.rules import find_rule

_IGNORE: Final = "# prodready: ignore["
SMALL: Final = 150
"""Lines of a segment up to which a fix is planned within a few milliseconds."""


@dataclass(frozen=True)
class PlannedFix:
    """A repair whose edits were seen to work: `edits` refer to the analysed text and do not overlap."""

    fix: Fix
    edits: tuple[Edit, ...]


@dataclass(frozen=True, eq=False)
class Found:
    """A finding's rule, its hit with the node, the context of its segment, and the segment's first line (0-based)."""

    rule: Rule
    hit: Hit
    context: Context
    first_line: int

    def proposals(self) -> Iterator[Proposal]:
        """Yield the ways to repair it, the preferred one first."""
        return self.rule.proposals(self.hit.node, self.context)


def plan(analysis: Analysis, finding: Finding) -> list[PlannedFix]:
    """Return the ways to repair `finding`, the preferred one first; each was verified.

    A way is left out unless after it the text parses, the finding is gone, and the repair itself leads to no other.
    """
    return [planned for planned, _ in verified(analysis, finding)]


def is_small(analysis: Analysis, finding: Finding) -> bool:
    """Tell whether planning for `finding` is cheap enough to be done while somebody waits."""
    document = analysis.document
    return len(document.segments[document.index_at(finding.range.start.line)].lines) <= SMALL


def ignore_edit(analysis: Analysis, finding: Finding) -> Edit | None:
    """Return the edit that silences `finding` by a comment on its line, or else on its statement's first.

    None where no comment can stand: both lines end inside a string or are continued, or the finding cannot be silenced.
    """
    found = Finder(analysis).find(finding)
    if found is None:
        return None
    for line in dict.fromkeys((finding.range.start.line, found.hit.line + found.first_line)):
        for edit in _comments(analysis.source, line, finding.code):
            after = analysis.edited(edit)
            if finding not in after.findings and is_better(analysis, after, [finding]):
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


def verified(analysis: Analysis, finding: Finding) -> Iterator[tuple[PlannedFix, Analysis]]:
    """Yield the ways to repair a finding that were seen to work, each with the text after it."""
    found = Finder(analysis).find(finding)
    if found is None:
        return
    for proposal in found.proposals():
        made = written(analysis, found, proposal)
        if not made.edits:
            continue
        after = analysis.edited_all(made.edits)
        if is_better(analysis, after, [finding]) or _is_better_beyond_names(analysis, after, made, finding):
            yield PlannedFix(proposal.fix, made.edits), after


def _is_better_beyond_names(before: Analysis, after: Analysis, made: Written, finding: Finding) -> bool:
    """Tell whether what is new came with the module's new names alone: in one that logs, other prints count, too."""
    return bool(made.for_module) and is_better(before.edited_all(made.for_module), after, [finding])


class Finder:
    """Finds the nodes of findings by running their rules again, each once a segment."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._known: dict[tuple[str, int], tuple[dict[Finding, Hit], Context]] = {}

    def find(self, finding: Finding) -> Found | None:
        """Return where a finding comes from; None where it is not one of this text, or stale."""
        rule = find_rule(finding.code)
        if rule is None or finding.stale:
            return None
        document = self.analysis.document
        index = document.index_at(finding.range.start.line)
        if document.segments[index].fault is not None:
            return None
        hits, context = self._hits(rule, index)
        start = document.starts[index]
        hit = hits.get(finding.shifted(-start))
        return None if hit is None else Found(rule, hit, context, start)

    def _hits(self, rule: Rule, index: int) -> tuple[dict[Finding, Hit], Context]:
        key = rule.code, index
        if key not in self._known:
            hits, context = hits_of(rule, self.analysis.document.segments[index], self.analysis.knowledge)
            # Of several hits that look the same, the first one counts.
            self._known[key] = {hit.finding: hit for hit in reversed(hits)}, context
        return self._known[key]


@dataclass(frozen=True)
class Written:
    """What one way to repair a finding would change: nothing where it turned out that it cannot be done.

    `kept_imports` would have gone, too, if nothing else used them. `is_local` tells whether no name of the module comes
    or goes; `for_module` are the edits by which names come.
    """

    edits: tuple[Edit, ...] = ()
    kept_imports: frozenset[str] = frozenset()
    is_local: bool = True
    for_module: tuple[Edit, ...] = ()


def written(analysis: Analysis, found: Found, proposal: Proposal) -> Written:
    """Return what one way to repair a finding would change."""
    draft = Draft(analysis, found.context, found.first_line)
    try:
        proposal.write(draft)
    except (Refusal, RecursionError):
        # What CPython's parser can follow is deeper than what can be rewritten: there is no fix for it then.
        return Written()
    edits, for_module = tuple(_merged(draft.edits)), tuple(_merged(draft.for_module))
    return Written(edits, frozenset(draft.kept_imports), draft.is_local, for_module)


def _merged(edits: list[Edit]) -> list[Edit]:
    """Return edits in order, insertions at one place as they were written; none at all when two contradict."""
    distinct: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: edit.range):
        if edit.range.start == edit.range.end or edit not in distinct:
            distinct.append(edit)
    merged = joined(distinct)
    overlapping = any(a.range.end > b.range.start for a, b in itertools.pairwise(merged))
    return [] if overlapping else merged


def is_better(before: Analysis, after: Analysis, findings: Sequence[Finding]) -> bool:
    """Tell whether the findings are gone, nothing new came, and everything still parses."""
    if _faults(after) > _faults(before):
        return False
    if len(after.crashes) > len(before.crashes):
        return False
    old, new = _counts(before), _counts(after)
    gone = Counter(finding.code for finding in findings)
    return all(new[code] <= old[code] - count for code, count in gone.items()) and all(
        count <= old[code] for code, count in new.items()
    )


def _faults(analysis: Analysis) -> int:
    return sum(segment.fault is not None for segment in analysis.document.segments)


def _counts(analysis: Analysis) -> Counter[str]:
    return Counter(f.code for checked in analysis.checked for f in checked.findings)
