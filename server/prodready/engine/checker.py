"""The rules that are on, run over the nodes of a segment, and what its comments silence."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

from prodready.engine.facts import ModuleFacts, ProjectFacts
from prodready.engine.faults import named
from prodready.engine.finding import Finding, Range, Severity
from prodready.engine.nodes import nodes_of
from prodready.engine.rule import Context, Hit, Rule
from prodready.engine.segments import Segment, is_blank
from prodready.engine.semantic import Names
from prodready.engine.settings import FileSettings, Role
from prodready.engine.standin import StandIn
from prodready.engine.suppression import NOTHING, Suppressions, selectors_for, suppressions

Check: TypeAlias = Callable[[ast.AST, Context], Iterator[Hit]]
_PYLINT: Final = ("W", "E", "C", "R")


@dataclass(frozen=True)
class RuleCrash:
    """A rule that raised on some code: its code, and the error in one line."""

    code: str
    error: str


@dataclass(frozen=True)
class Checked:
    """The outcome of checking one segment: findings in lines of the segment, and rules that crashed."""

    findings: tuple[Finding, ...] = ()
    crashes: tuple[RuleCrash, ...] = ()


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything besides a segment's own text that its findings depend on.

    `tell` returns the module's facts. `rules` are given where they are not to be those that the settings turn on, to
    measure them.
    """

    settings: FileSettings
    tell: Callable[[], ModuleFacts]
    project: ProjectFacts
    rules: RuleSet | None = None
    answers: dict[object, object] = field(default_factory=dict, init=False, repr=False)
    """What was worked out from it, for all segments."""
    mark: object = field(default_factory=object, init=False, repr=False)
    """What a segment remembers of it, to know it again: itself would keep alive what it was told by."""

    @cached_property
    def facts(self) -> ModuleFacts:
        """The facts of the whole module."""
        return self.tell()


class RuleSet:
    """Some rules by the node types that they look at."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self.by_type: dict[type[ast.AST], list[tuple[Rule, Check]]] = {}
        for rule in self.rules:
            for kind, check in rule.checks():
                self.by_type.setdefault(kind, []).append((rule, check))
        self.selectors = MappingProxyType({r.code: selectors_for(r.code, r.name, r.twins) for r in self.rules})


def rule_set(settings: FileSettings) -> RuleSet:
    """Return the rules that `settings` turn on, out of all that there are."""
    return _rule_set(settings.role, settings.select, settings.coexist)


@lru_cache(maxsize=64)
def _rule_set(role: Role, select: frozenset[str] | None, coexist: frozenset[str]) -> RuleSet:
    """The rest of the settings is different in every file: it must not be part of what is remembered."""
    from prodready.rules import all_rules

    return RuleSet([rule for rule in all_rules() if _is_on(rule, role, select, coexist)])


def _is_on(rule: Rule, role: Role, select: frozenset[str] | None, coexist: frozenset[str]) -> bool:
    if role not in rule.roles:
        return False
    if "ruff" in coexist and any(not _is_pylint(twin) for twin in rule.twins):
        return False
    return select is None or rule.code in select


def _is_pylint(code: str) -> bool:
    return len(code) == 5 and code.startswith(_PYLINT) and code[1:].isdigit()


def check_segment(segment: Segment, knowledge: Knowledge) -> Checked:
    """Run every rule over a segment and leave out what its comments, or the file's, silence."""
    hits, crashes = _checked(segment, knowledge)
    return Checked(tuple(sorted({hit.finding for hit in hits}, key=finding_order)), crashes)


def check_stand_in(standing: StandIn, knowledge: Knowledge) -> Checked:
    """Check a stand-in for a segment; of code that spans what was put in, say what holds with something else there.

    All of it is a hint without a fix: the line that is not seen may be the one that closes or logs.
    """
    hits, crashes = _checked(standing.segment, knowledge, is_text=False)
    seen = [hit for hit in hits if _is_seen(hit.finding.range, standing)]
    whole = [hit for hit in seen if _is_whole(_lines_of(hit.node, standing.segment), standing)]
    if len(whole) < len(seen) and standing.other is not None:
        both = {(hit.finding.code, hit.finding.range) for hit in _checked(standing.other, knowledge, is_text=False)[0]}
        whole += [hit for hit in seen if (hit.finding.code, hit.finding.range) in both]
    hints = {replace(hit.finding, stale=True, severity=Severity.HINT, fix=None) for hit in whole}
    return Checked(tuple(sorted(hints, key=finding_order)), crashes)


def _is_seen(place: Range, standing: StandIn) -> bool:
    """Tell whether what stands at a place of a stand-in is the text's."""
    lines = range(place.start.line, place.end.line + 1)
    inside = place.start.line >= 0 and place.end.line < len(standing.segment.lines)
    return inside and (standing.replaced - standing.continued).isdisjoint(lines)


def _is_whole(lines: range, standing: StandIn) -> bool:
    """Tell whether all of what is in some lines of a stand-in is known, and where it ends.

    A line that stands at another level than in the text may belong to what ends above it.
    """
    own = standing.segment.lines
    below = next((n for n in range(lines.stop, len(own)) if not is_blank(own[n])), None)
    return below not in standing.moved and (standing.replaced - standing.kept).isdisjoint(lines)


def _checked(
    segment: Segment, knowledge: Knowledge, *, is_text: bool = True
) -> tuple[list[Hit], tuple[RuleCrash, ...]]:
    """Return the hits in a segment that no comment silences, and the rules that raised."""
    rules = knowledge.rules or rule_set(knowledge.settings)
    context = _context(segment, knowledge)
    comments = segment_suppressions(segment)
    hits: list[Hit] = []
    crashes: list[RuleCrash] = []
    for nodes, checks in _dispatch(segment, rules):
        for rule, check in checks:
            if is_text or not rule.of_text:
                errors = _run(check, nodes, context, hits)
                if errors:
                    crashes += [RuleCrash(rule.code, error) for error in errors]
    whole = knowledge.facts.ignores if hits else frozenset()
    kept = [hit for hit in hits if not _silenced(hit.finding, hit.line, rules, comments, whole)]
    return kept, tuple(crashes)


def _lines_of(node: ast.AST, segment: Segment) -> range:
    """Return the lines of a segment that a node spans."""
    first, last = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
    return range(first - 1 - segment.base, last - segment.base)


def _run(check: Check, nodes: Sequence[ast.AST], context: Context, hits: list[Hit]) -> list[str]:
    """Add what a check finds at some nodes to `hits`; return its errors, each in one line, where it raises."""
    errors: list[str] = []
    for node in nodes:
        try:
            hits.extend(check(node, context))
        except RecursionError:  # noqa: PERF203  # the other nodes are still checked
            # Nesting that Python's parser accepts can be deeper than a rule can follow: nothing is known of it then.
            continue
        except Exception as error:  # noqa: BLE001  # whatever a rule raises is handed on: the other rules still report
            errors.append(named(error))
    return errors


def fault_findings(segment: Segment, knowledge: Knowledge) -> list[Finding]:
    """Return what the rules say of a segment that does not parse.

    A comment on the very line that is wrong means it. One for the whole file does not: it was written when it parsed.
    """
    context, rules = _context(segment, knowledge), rule_set(knowledge.settings)
    comments = segment_suppressions(segment)
    found = (finding for rule in rules.rules for finding in rule.fault_findings(context))
    return [f for f in found if not _silenced(f, f.range.start.line, rules, comments, frozenset())]


def hits_of(rule: Rule, segment: Segment, knowledge: Knowledge) -> tuple[list[Hit], Context]:
    """Run one rule over a segment; return its hits with their nodes, to plan fixes from.

    A rule that raises has been reported when the segment was checked: here it has no hit at that node.
    """
    context, settings = _context(segment, knowledge), knowledge.settings
    hits: list[Hit] = []
    is_on = _is_on(rule, settings.role, settings.select, settings.coexist)
    for nodes, checks in _dispatch(segment, RuleSet([rule] if is_on else [])):
        for _, check in checks:
            _run(check, nodes, context, hits)
    return hits, context


def finding_order(finding: Finding) -> tuple[object, ...]:
    """The order in which findings are shown: by place, then code."""
    return (finding.range, finding.code, finding.message)


def segment_suppressions(segment: Segment) -> Suppressions:
    """Return the suppressing comments of a segment, read once."""
    known = segment.results.get(Suppressions)
    if known is None:
        known = segment.results[Suppressions] = suppressions(segment.lines, segment.text)
    assert isinstance(known, Suppressions)
    return known


def _context(segment: Segment, knowledge: Knowledge) -> Context:
    names = Names(lambda: knowledge.facts, knowledge.project, nodes_of(segment).by_type, knowledge.answers)
    return Context(segment, knowledge.settings, names)


def _silenced(finding: Finding, line: int, rules: RuleSet, comments: Suppressions, file: frozenset[str]) -> bool:
    """Tell whether a comment on a finding's line, on that of its statement (`line`), or for the file silences it."""
    if comments is NOTHING and not file:
        return False
    selectors = rules.selectors[finding.code]
    if not file.isdisjoint(selectors):
        return True
    return comments.silences(finding.range.start.line, selectors) or comments.silences(line, selectors)


def _dispatch(segment: Segment, rules: RuleSet) -> Iterator[tuple[Sequence[ast.AST], list[tuple[Rule, Check]]]]:
    """Yield the nodes that rules look at, those of one type together, in no particular order."""
    by_type = nodes_of(segment).by_type
    # A part of a large class stands in a wrapper that is not in the text: rules do not look at it.
    hidden = segment.body[0] if segment.owner is not None and not segment.is_head and segment.body else None
    for kind, checks in rules.by_type.items():
        nodes = by_type.get(kind)
        if nodes:
            yield [node for node in nodes if node is not hidden] if kind is ast.ClassDef else nodes, checks
