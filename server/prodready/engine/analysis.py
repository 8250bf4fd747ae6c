"""An immutable snapshot of one text with its findings, and the way from one snapshot to the next."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType

from prodready.engine.checker import (
    Checked,
    Knowledge,
    RuleCrash,
    RuleSet,
    check_segment,
    check_stand_in,
    fault_findings,
    finding_order,
    segment_suppressions,
)
from prodready.engine.document import Document
from prodready.engine.extract import extract_facts
from prodready.engine.facts import (
    ClassSymbol,
    ModuleFacts,
    NoProject,
    ProjectFacts,
    SegmentFacts,
    merge,
    one_of,
    tells_the_same,
)
from prodready.engine.finding import Edit, Finding, Position, Range
from prodready.engine.parsing import CONFLICT
from prodready.engine.segments import Segment
from prodready.engine.settings import FileSettings
from prodready.engine.source import LineChange, SourceFile, split_lines
from prodready.engine.standin import StandIn, stand_in
from prodready.engine.usage import joined


class Analysis:
    """One text, what it means, and what is wrong with it.

    Nothing of it changes: an edit gives a new snapshot that shares every segment that the edit did not touch. Segments
    remember the outcome of their last check, and which knowledge it was made with.
    """

    __slots__ = ("__dict__", "document", "knowledge", "source")

    def __init__(self, source: SourceFile, document: Document, knowledge: Knowledge) -> None:
        self.source = source
        self.document = document
        self.knowledge = knowledge

    @cached_property
    def checked(self) -> list[Checked]:
        """The outcome of each segment. Everything public has it when it is handed out, so that nobody waits for it."""
        return [_check(segment, self.knowledge) for segment in self.document.segments]

    def _complete(self) -> Analysis:
        assert self.checked is not None, "checked by being looked at"
        return self

    @classmethod
    def open(
        cls, source: SourceFile, settings: FileSettings | None = None, project: ProjectFacts | None = None
    ) -> Analysis:
        """Analyse a text that will be edited: it is cut into segments."""
        settings, document = settings or FileSettings(), Document.open(source.lines)
        return cls(source, document, _knowing(settings, _module_facts(document, settings), project))._complete()

    @classmethod
    def once(
        cls,
        source: SourceFile,
        settings: FileSettings | None = None,
        project: ProjectFacts | None = None,
        rules: RuleSet | None = None,
    ) -> Analysis:
        """Analyse a text once, parsed as a whole; the findings are the same as those of `open`.

        `rules` are run in place of those that the settings turn on, to measure them.
        """
        settings, document = settings or FileSettings(), Document.whole(source.lines)
        # Nobody may want the facts: most rules are off in tests, and what the module tells is a third of the work.
        tell = partial(_module_facts, document, settings)
        return cls(source, document, Knowledge(settings, tell, project or NoProject(), rules))._complete()

    @property
    def settings(self) -> FileSettings:
        """The settings that the text was checked with."""
        return self.knowledge.settings

    @property
    def facts(self) -> ModuleFacts:
        """What the rest of the project may know of this module."""
        return self.knowledge.facts

    @property
    def segment_findings(self) -> list[tuple[int, Segment, tuple[Finding, ...]]]:
        """Each segment's first line (0-based), the segment, and its findings in lines of the segment.

        Of several segments that are written for a newer Python one says so, the first of those that need the newest.
        """
        starts = self.document.starts
        newer = [(s.fault.newer.version, -i) for i, s in enumerate(self.document.segments) if s.fault and s.fault.newer]
        telling = -max(newer)[1] if newer else None
        return [
            (
                starts[i],
                s,
                c.findings if i == telling or not (s.fault and s.fault.newer) else _without_fault(c.findings),
            )
            for i, (s, c) in enumerate(zip(self.document.segments, self.checked, strict=True))
        ]

    @cached_property
    def findings(self) -> list[Finding]:
        """All findings in lines of the file, in the order of their places."""
        shifted = [f.shifted(start) for start, _, found in self.segment_findings for f in found]
        return sorted(shifted, key=finding_order)

    @property
    def crashes(self) -> list[RuleCrash]:
        """The rules that raised on this text, each error once."""
        return list(dict.fromkeys(crash for checked in self.checked for crash in checked.crashes))

    @property
    def is_broken(self) -> bool:
        """Whether some part of the text does not parse."""
        return any(s.fault is not None for s in self.document.segments)

    def edited(self, edit: Edit) -> Analysis:
        """Return the snapshot after one edit, whose range refers to this one's text."""
        result, is_same = self._with(edit)
        return (result if is_same else result._told_anew())._complete()

    def edited_all(self, edits: Sequence[Edit]) -> Analysis:
        """Return the snapshot after several edits that all refer to this one's text and do not overlap."""
        result, is_same = self, True
        for edit in reversed(list(self._by_segment(edits))):
            # The texts on the way are nobody's: only of the last it is asked what it tells, and whether it is right.
            result, keeps = result._with(edit)
            is_same = is_same and keeps
        return (result if is_same else result._told_anew())._complete()

    def _with(self, edit: Edit) -> tuple[Analysis, bool]:
        """Return the snapshot after an edit, with the facts of before, and whether they are still what it tells."""
        source, change = self.source.edit(edit)
        document = self.document.edited(source.lines, change)
        front, back = _unchanged(self.document.segments, document.segments)
        replaced = range(front, len(self.document.segments) - back)
        new = range(front, len(document.segments) - back)
        _keep_stale(_moved(self, replaced, change, edit), [self.document.segments[i] for i in replaced], document, new)
        before = [_facts(self.document.segments[i]) for i in replaced]
        after = [_facts(document.segments[i]) for i in new]
        is_same = len(before) == len(after) and all(map(partial(tells_the_same, module=self.facts), before, after))
        return Analysis(source, document, self.knowledge), is_same

    def _told_anew(self) -> Analysis:
        """Return the same snapshot with the facts that its segments tell."""
        facts = _module_facts(self.document, self.settings)
        known = self.knowledge
        knowledge = known if facts == known.facts else _knowing(known.settings, facts, known.project)
        return Analysis(self.source, self.document, knowledge)

    def _by_segment(self, edits: Sequence[Edit]) -> Iterator[Edit]:
        """Yield edits in order, those of the same segments as one, so that each segment is parsed once."""
        group: list[Edit] = []
        last = -1
        for edit in sorted(edits, key=lambda e: (e.range.start, e.range.end)):
            if group and self.document.index_at(edit.range.start.line) > last:
                yield self.source.joined(group)
                group = []
            group.append(edit)
            last = max(last, self.document.index_at(edit.range.end.line))
        if group:
            yield self.source.joined(group)

    def changed(self, settings: FileSettings | None = None, project: ProjectFacts | None = None) -> Analysis:
        """Return a snapshot of the same text with other settings, or other knowledge of the project."""
        settings = settings or self.settings
        facts = _module_facts(self.document, settings)
        knowledge = _knowing(settings, facts, project or self.knowledge.project)
        return Analysis(self.source, self.document, knowledge)._complete()


def facts_of(source: SourceFile, name: str, package: str) -> ModuleFacts:
    """Return the facts of a module without checking it."""
    document = Document.whole(source.lines)
    return _module_facts(document, FileSettings(module=name, package=package))


def _knowing(settings: FileSettings, facts: ModuleFacts, project: ProjectFacts | None) -> Knowledge:
    return Knowledge(settings, lambda: facts, project or NoProject())


def _without_fault(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.code != "SYN101")


def _module_facts(document: Document, settings: FileSettings) -> ModuleFacts:
    return merge((_facts(segment) for segment in document.segments), settings.module, settings.package)


def _facts(segment: Segment) -> SegmentFacts:
    known = segment.results.get(SegmentFacts)
    if known is None:
        ignores = segment_suppressions(segment).file
        known = segment.results[SegmentFacts] = extract_facts(_written(segment), ignores)
    assert isinstance(known, SegmentFacts)
    return known


def _written(segment: Segment) -> Segment:
    """Return what somebody wrote that parses: the segment, or what is sound of a broken one that opened so.

    One that parsed before has told what it has to tell; but a merge conflict is no slip that is mended at once.
    """
    if segment.fault is None or (_Stale in segment.results and segment.fault.message != CONFLICT):
        return segment
    standing = _standing(segment)
    return segment if standing is None or standing.told is None else standing.told


def _standing(segment: Segment) -> StandIn | None:
    """Return what stands in for a broken segment, looked for once."""
    if StandIn not in segment.results:
        segment.results[StandIn] = stand_in(segment)
    standing = segment.results[StandIn]
    return standing if isinstance(standing, StandIn) else None


def _check(segment: Segment, knowledge: Knowledge) -> Checked:
    """Check a segment, or return what its last check gave with the same knowledge."""
    stale = segment.results.get(_Stale)
    if isinstance(stale, _Stale):
        return Checked((*fault_findings(segment, knowledge), *stale.findings))
    known = segment.results.get(_Remembered)
    assert known is None or isinstance(known, _Remembered)
    if known is not None and known.mark is knowledge.mark:
        return known.checked
    checked = check_segment(segment, knowledge) if segment.fault is None else _check_broken(segment, knowledge)
    # An equal outcome stays the same object, by which others know that there is nothing to send again.
    if known is not None and known.checked == checked:
        checked = known.checked
    segment.results[_Remembered] = _Remembered(knowledge.mark, checked)
    return checked


def _check_broken(segment: Segment, knowledge: Knowledge) -> Checked:
    """Check a segment that never parsed: what is said of its sound lines is stale from the start, and a hint."""
    faults = tuple(fault_findings(segment, knowledge))
    standing = _standing(segment)
    if standing is None:
        return Checked(faults)
    checked = check_stand_in(standing, knowledge)
    return Checked((*faults, *checked.findings), checked.crashes)


@dataclass(frozen=True, eq=False)
class _Remembered:
    """The outcome of a segment's last check, and the mark of what it was made with: one value, as threads share it."""

    mark: object
    checked: Checked


class _Stale:
    """The findings that a broken segment keeps from the last text that parsed."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings


def _keep_stale(moved: Iterator[Finding], replaced: list[Segment], document: Document, new: range) -> None:
    """Hand the findings and facts of the `replaced` segments over to those of the `new` ones that do not parse."""
    broken = [i for i in new if document.segments[i].fault is not None]
    if not broken:
        return
    findings = list(moved)
    for index in broken:
        start, end = document.starts[index], document.starts[index + 1]
        own = tuple(f.shifted(-start) for f in findings if start <= f.range.start.line and f.range.end.line < end)
        document.segments[index].results[_Stale] = _Stale(own)
    first = document.segments[broken[0]]
    first.results[SegmentFacts] = _kept_facts(first, [_facts(s) for s in replaced], [document.segments[i] for i in new])


def _kept_facts(broken: Segment, old: list[SegmentFacts], new: list[Segment]) -> SegmentFacts:
    """Return the facts of `broken` with those of the old segments that the `new` ones do not tell any more."""
    live = {name for segment in new if segment is not broken for name in _facts(segment).symbols}
    symbols = merge(replace(told, rebound=frozenset()) for told in old).symbols
    part = _kept_part(broken, old)
    if part is not None:
        live.add(part[0])
    return replace(
        _facts(broken),
        # What is told again at every keystroke must not add up.
        symbols={name: tuple(dict.fromkeys(bound)) for name, bound in symbols.items() if name not in live},
        function_reads=frozenset().union(*(part.function_reads for part in old)),
        module_closes=frozenset().union(*(part.module_closes for part in old)),
        module_hands_on=frozenset().union(*(part.module_hands_on for part in old)),
        exports=frozenset().union(*(part.exports for part in old)),
        rebound=frozenset().union(*(part.rebound for part in old)),
        stars=tuple(star for part in old for star in part.stars),
        part=part,
        usage=joined(part.usage for part in old),
    )


def _kept_part(broken: Segment, old: list[SegmentFacts]) -> tuple[str, ClassSymbol] | None:
    """Return what the old segments told of the large class that `broken` is a part of."""
    if broken.owner is None or broken.is_head:
        return None
    known = one_of(merge(old).symbols.get(broken.owner.name, ()))
    if not isinstance(known, ClassSymbol):
        return None
    attributes = {name: tuple(dict.fromkeys(bound)) for name, bound in known.attributes.items()}
    return broken.owner.name, replace(known, attributes=MappingProxyType(attributes))


def _unchanged(old: Sequence[Segment], new: Sequence[Segment]) -> tuple[int, int]:
    """Count the segments at the front and at the back that two documents share."""
    # A large file has thousands of segments, and this is done at every keystroke: the loops are not Python's.
    front = sum(itertools.takewhile(bool, map(operator.is_, old, new)))
    back = sum(itertools.takewhile(bool, map(operator.is_, reversed(old), reversed(new))))
    return front, min(back, len(old) - front, len(new) - front)


def _moved(before: Analysis, segments: range, change: LineChange, edit: Edit) -> Iterator[Finding]:
    """Yield findings of some old segments where they stand after the edit, leaving out those that it touched."""
    moved = partial(_range_after, change=change, edit=edit)
    for index in segments:
        for relative in before.checked[index].findings:
            finding = relative.shifted(before.document.starts[index])
            is_untouched = finding.range.end <= edit.range.start or finding.range.start >= edit.range.end
            if is_untouched and finding.code != "SYN101":
                related = tuple(r if r.path else replace(r, range=moved(r.range)) for r in finding.related)
                yield replace(finding, range=moved(finding.range), related=related, stale=True)


def _range_after(span: Range, change: LineChange, edit: Edit) -> Range:
    """Return where a stretch that an edit did not touch stands after it."""
    if span.start < edit.range.end:
        return span
    return Range(_place_after(span.start, change, edit), _place_after(span.end, change, edit))


def _place_after(place: Position, change: LineChange, edit: Edit) -> Position:
    end, column = edit.range.end, place.column
    if place.line == end.line:
        last = split_lines(edit.text + "|")[-1][:-1]
        begun = 0 if len(last) < len(edit.text) else edit.range.start.column
        column += begun + len(last) - end.column
    return Position(place.line + change.delta, column)
