"""An open document as the server keeps it, next to a plain string that gets the same edits."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from lsprotocol import types

from _bench.strokes import Step, applied, line_starts
from prodready.engine.analysis import Analysis
from prodready.engine.finding import Edit, Position
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile, encodable, split_lines
from prodready.lsp.positions import PositionCodec
from prodready.lsp.session import Session

_CODEC = PositionCodec("utf-16")


class Difference(Exception):
    """The live document is not what a fresh one would be; the message says in what."""


class Twin:
    """A session that is edited like in an editor, in UTF-16, and `text`, which is what its text has to be."""

    def __init__(self, text: str, settings: FileSettings) -> None:
        self.text = paired(text)
        self.settings = settings
        self.version = 1
        self.session = Session(types.TextDocumentItem("file:///live.py", "python", self.version, text))
        self.session.adopt(Analysis.open(self.session.source, settings))

    @property
    def live(self) -> Analysis:
        """The analysis of the edited document."""
        return self.session.catch_up()

    def take(self, step: Step) -> None:
        """Apply the edits of one change notification on both sides, and analyse."""
        changes: list[types.TextDocumentContentChangeEvent] = []
        for edit in step:
            changes.append(_change(self.text, edit))
            self.text = paired(applied(self.text, edit))
        self.version += 1
        self.session.apply(self.version, changes, _CODEC)
        self.session.catch_up()

    def compare(self) -> bool:
        """Compare everything with a fresh start; return whether the text parses.

        Raises:
            Difference: when they are not the same.
        """
        valid = parses(self.text)
        for what in self._differences(valid):
            raise Difference(what)
        return valid

    def _differences(self, valid: bool) -> Iterator[str]:
        live = self.live
        if paired(live.source.text) != self.text:
            yield f"text: {_first_difference(live.source.text, self.text)}"
        if list(live.source.lines) != split_lines(live.source.text):
            yield "the lines are not those of the text"
        if "".join(s.text for s in live.document.segments) != live.source.text:
            yield "the segments are not the text"
        if live.crashes:
            yield f"crashes: {live.crashes}"
        for finding in live.findings:
            if live.source.clamp(finding.range.start) != finding.range.start or (
                live.source.clamp(finding.range.end) != finding.range.end
            ):
                yield f"outside of the text: {finding}"
        yield from self._against_fresh(live, valid)

    def _against_fresh(self, live: Analysis, valid: bool) -> Iterator[str]:
        source = SourceFile.from_text(live.source.text, live.source.path)
        fresh, once = Analysis.open(source, self.settings), Analysis.once(source, self.settings)
        yield from _unlike("once and opened", fresh, once)
        if not valid:
            for name, analysis in (("live", live), ("fresh", fresh)):
                if not any(finding.code == "SYN101" for finding in analysis.findings) and not _is_excused(analysis):
                    yield f"{name}: no error is told in a text that does not parse"
            return
        if live.is_broken or fresh.is_broken:
            yield f"broken although the text parses: live {live.is_broken}, fresh {fresh.is_broken}"
        yield from _unlike("live and fresh", live, fresh)


def parses(text: str) -> bool:
    """Tell whether CPython takes a text; lone surrogates, which it refuses, count as the character for unknown ones."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text if text.isascii() else encodable(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def paired(text: str) -> str:
    """Return a text with its surrogate pairs joined, as a client that counts in UTF-16 has it."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _is_excused(analysis: Analysis) -> bool:
    """Tell whether every line with an error has a comment that may be meant for it."""
    document = analysis.document
    faults = [(start, s.fault) for start, s in zip(document.starts, document.segments, strict=False) if s.fault]
    lines = [analysis.source.line(start + fault.range.start.line) for start, fault in faults]
    return bool(lines) and all("prodready:" in line for line in lines)


def _unlike(who: str, one: Analysis, two: Analysis) -> Iterator[str]:
    if one.findings != two.findings:
        only_one = [f for f in one.findings if f not in two.findings]
        only_two = [f for f in two.findings if f not in one.findings]
        yield f"{who} have other findings: {only_one[:3]} against {only_two[:3]}"
    if one.facts != two.facts:
        names = [name for name in vars(one.facts) if getattr(one.facts, name) != getattr(two.facts, name)]
        yield f"{who} have other facts: {', '.join(names)}"


def _change(text: str, edit: Edit) -> types.TextDocumentContentChangePartial:
    starts = line_starts(text)
    ends = (_units(text, starts, place) for place in (edit.range.start, edit.range.end))
    return types.TextDocumentContentChangePartial(types.Range(*ends), edit.text)


def _units(text: str, starts: list[int], place: Position) -> types.Position:
    if place.line >= len(starts):
        return types.Position(place.line, place.column)
    before = text[starts[place.line] : starts[place.line] + place.column]
    return types.Position(place.line, sum(2 if char > "\uffff" else 1 for char in before))


def _first_difference(one: str, two: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"at {at}: {one[at - 10 : at + 20]!r} against {two[at - 10 : at + 20]!r}"
