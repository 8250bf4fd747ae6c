"""Whether a repaired text is what the repair promised, judged from nothing but the two texts.

The planner looks at what it makes, too. Nothing of that is used here: both texts are parsed and analysed afresh.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence

from _bench.survey import Subject
from prodready.engine.analysis import Analysis
from prodready.engine.finding import Edit, Finding, Position
from prodready.engine.source import SourceFile, split_lines

PARSES, REMOVED, STABLE, ADDS_NONE, KEEPS = "parses", "removes", "stable", "adds none", "keeps"
CHECKS = (PARSES, REMOVED, STABLE, ADDS_NONE, KEEPS)
"""What must be true of a repaired text; KEEPS is about comments and line ends."""

Faults = dict[str, str]
"""Which of CHECKS a text fails, with the details."""

_LINE_END = re.compile(r"\r\n|\r|\n")


def examine(file: Subject, before: Analysis, finding: Finding, edits: Sequence[Edit]) -> Faults:
    """Return what is wrong with the text after `edits`, which repair `finding`."""
    source = before.source.apply(edits)
    source = SourceFile.from_text(source.text, source.path)
    fault = syntax_fault(source.text)
    if fault and not syntax_fault(before.source.text):
        return {PARSES: fault}
    after = file.once(source)
    stays = _not_removed(before, after, finding)
    faults = {
        REMOVED: stays,
        STABLE: _still_there(before, after, finding, edits),
        ADDS_NONE: added(before.findings, after, [] if stays else [finding]),
        KEEPS: lost(before.source, source, edits),
    }
    return {check: text for check, text in faults.items() if text}


def syntax_fault(text: str) -> str:
    """Return what CPython says against a text, an empty string for one that it takes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def added(before: Sequence[Finding], after: Analysis, repaired: Sequence[Finding] = ()) -> str:
    """Return the findings that there are more of than before, less those `repaired`, and rules that crash now.

    Findings are counted by rule and function: one that was there before may say something else afterwards.
    """
    allowed = Counter(map(_place, before))
    allowed.subtract(map(_place, repaired))
    grown = Counter(map(_place, after.findings)) - allowed
    crashes = [f"{crash.code} crashes: {crash.error}" for crash in after.crashes]
    return "; ".join([*sorted(" in ".join(filter(None, place)) for place in grown), *crashes])


def lost(before: SourceFile, after: SourceFile, edits: Sequence[Edit]) -> str:
    """Return the comments that edits removed, and line ends that are none of the file's."""
    problems: list[str] = []
    if any("#" in before.slice(edit.range) for edit in edits):
        gone = Counter(_comments(before.text)) - Counter(_comments(after.text))
        problems.extend(f"the comment {comment!r} is gone" for comment in sorted(gone))
    strange = set(_LINE_END.findall("".join(edit.text for edit in edits))) - set(_LINE_END.findall(before.text))
    problems.extend(f"the line end {end!r} is new in this file" for end in sorted(strange))
    return "; ".join(problems)


def moved(source: SourceFile, position: Position, edits: Sequence[Edit]) -> Position:
    """Return where a place of `source` is after edits; the start of the new text when it was replaced."""
    offset = _offset(source, position)
    shift = 0
    for edit in sorted(edits, key=lambda e: (e.range.start, e.range.end)):
        start, end = _offset(source, edit.range.start), _offset(source, edit.range.end)
        if end <= offset:
            shift += len(edit.text) - (end - start)
        elif start < offset:
            shift -= offset - start
    return _position(source.apply(edits).text, offset + shift)


def _not_removed(before: Analysis, after: Analysis, finding: Finding) -> str:
    key = _key(finding)
    old, new = (sum(_key(f) == key for f in analysis.findings) for analysis in (before, after))
    return "" if new < old else f"{new} findings say the same, {old} before"


def _still_there(before: Analysis, after: Analysis, finding: Finding, edits: Sequence[Edit]) -> str:
    """Say whether a finding of the rule is still at the same place, so that the same fix would be offered again."""
    start = finding.range.start
    place = moved(before.source, start, edits)
    old = sum(f.code == finding.code and f.range.contains(start) for f in before.findings)
    new = sum(f.code == finding.code and f.range.contains(place) for f in after.findings)
    return "" if new < old else f"line {place.line + 1} still has {finding.code}"


def _key(finding: Finding) -> tuple[str, str, str]:
    return (finding.code, finding.scope, finding.message)


def _place(finding: Finding) -> tuple[str, str]:
    return (finding.code, finding.scope)


def _comments(text: str) -> Iterator[str]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT:
                yield token.string.strip()
    except (tokenize.TokenError, SyntaxError):
        return


def _offset(source: SourceFile, position: Position) -> int:
    return sum(len(line) for line in source.lines[: position.line]) + position.column


def _position(text: str, offset: int) -> Position:
    lines = split_lines(text[:offset])
    if not lines:
        return Position(0, 0)
    if lines[-1].endswith(("\n", "\r")):
        return Position(len(lines), 0)
    return Position(len(lines) - 1, len(lines[-1]))
