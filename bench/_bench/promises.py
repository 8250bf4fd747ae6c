"""Repairs that a finding promised and the planner could not make, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodready.engine.analysis import Analysis
from prodready.engine.checker import hits_of
from prodready.engine.finding import Edit, Finding
from prodready.engine.rule import Context, Proposal
from prodready.engine.source import SourceFile
from prodready.fixes.draft import Draft, Refusal
from prodready.rules import find_rule


@dataclass(frozen=True)
class Promise:
    """A finding whose promised repair is not to be had. `line` counts from 1."""

    code: str
    line: int
    title: str
    reason: str


def broken_promise(analysis: Analysis, finding: Finding) -> Promise:
    """Find out why the repair that `finding` promises could not be planned."""
    title = finding.fix.title if finding.fix else ""
    reasons = list(dict.fromkeys(_reasons(analysis, finding)))
    return Promise(finding.code, finding.range.start.line + 1, title, "; ".join(reasons) or "no proposal")


def _reasons(analysis: Analysis, finding: Finding) -> Iterator[str]:
    rule = find_rule(finding.code)
    index = analysis.document.index_at(finding.range.start.line)
    start, segment = analysis.document.starts[index], analysis.document.segments[index]
    if rule is None or segment.fault is not None:
        yield "its code does not parse"
        return
    hits, context = hits_of(rule, segment, analysis.knowledge)
    hit = next((hit for hit in hits if hit.finding == finding.shifted(-start)), None)
    if hit is None:
        yield "the rule does not find it again on its own"
        return
    for proposal in rule.proposals(hit.node, context):
        if proposal.fix == finding.fix:
            yield _reason(analysis, context, start, proposal)


def _reason(analysis: Analysis, context: Context, start: int, proposal: Proposal) -> str:
    draft = Draft(analysis, context, start)
    try:
        proposal.write(draft)
    except Refusal as refusal:
        return str(refusal)
    return _why_rejected(analysis, draft.edits) if draft.edits else "the draft is empty"


def _why_rejected(analysis: Analysis, edits: list[Edit]) -> str:
    """Say what the planner found wrong with a text that was drafted."""
    try:
        source = analysis.source.apply(edits)
    except ValueError as error:
        return str(error)
    after = Analysis.open(SourceFile.from_text(source.text), analysis.settings, analysis.knowledge.project)
    if after.is_broken and not analysis.is_broken:
        return "after it the text does not parse"
    if len(after.crashes) > len(analysis.crashes):
        return f"after it a rule crashes: {after.crashes[-1].error}"
    before, now = ([finding.code for finding in each.findings] for each in (analysis, after))
    more = sorted({code for code in now if now.count(code) > before.count(code)})
    return f"it would bring {', '.join(more)}" if more else "the finding stays"
