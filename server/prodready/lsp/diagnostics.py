"""Findings to diagnostics: converted once per segment, sent only when a client would see a difference.

Diagnostics are made as JSON text at once. Hundreds of them are sent at a keystroke, and nearly all are those that were
sent at the last one, or the same some lines further down.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from prodready.engine.finding import Finding, Position, Range, Related, Severity
from prodready.links import rule_url
from prodready.lsp.uris import name_of, uri_of

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.engine.source import SourceFile
    from prodready.lsp.client import Client
    from prodready.lsp.parts import Part, Window
    from prodready.lsp.session import Session

logger = logging.getLogger(__name__)

SOURCE: Final = "prodready"
LIMIT: Final = 1000
"""Diagnostics sent for one file at most: more help nobody, and cost the event loop."""

SEVERITIES: Final = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3, Severity.HINT: 4}

_RUN: Final = os.urandom(4).hex()
_NUMBERS: Final = itertools.count(1)


def finding_id(finding: Finding, first: int = 0) -> str:
    """Return a small name for a finding that is unique in one version of one part, which begins at line `first`."""
    start = finding.range.start
    return f"{finding.code}:{start.line - first}:{start.column}"


@dataclass
class _Converted:
    """The diagnostics of one segment's findings at one place, in lines of the part.

    `findings` are all of the segment (kept, so that their identity stays theirs), `own` those that lie in the part.
    """

    findings: Sequence[Finding]
    own: Sequence[Finding]
    start: int
    diagnostics: list[str]


@dataclass
class Report:
    """What a client was told, or is to be told, about one of its documents; `diagnostics` are JSON.

    `source` is the analysed text, in which the document begins at line `first`.
    """

    diagnostics: list[str] = field(default_factory=list)
    result_id: str = ""
    source: SourceFile | None = None
    first: int = 0
    segments: dict[int, _Converted] = field(default_factory=dict)

    @property
    def can_be_fixed(self) -> bool:
        """Whether one of the findings promises a fix."""
        return any(finding.fix is not None for c in self.segments.values() for finding in c.own)

    def updated(self, session: Session, part: Part, analysis: Analysis, client: Client) -> Report:
        """Return the report on a part after its newest analysis; this very one when a client would see no change."""
        window = session.window(part)
        segments = dict(self._segments(session, window, analysis, client))
        diagnostics = list(itertools.chain.from_iterable(c.diagnostics for c in segments.values()))
        if len(diagnostics) > LIMIT:
            if len(self.diagnostics) < LIMIT:
                name = name_of(part.uri)
                logger.warning("%s has %d findings; only the first %d are sent", name, len(diagnostics), LIMIT)
            del diagnostics[LIMIT:]
        if diagnostics == self.diagnostics and self._stands_in(analysis.source, window.first):
            self.segments, self.source, self.first = segments, analysis.source, window.first
            return self
        return Report(diagnostics, f"{_RUN}-{next(_NUMBERS)}", analysis.source, window.first, segments)

    def _segments(
        self, session: Session, window: Window, analysis: Analysis, client: Client
    ) -> Iterator[tuple[int, _Converted]]:
        for line, findings in _inside(window, analysis):
            known, start = self.segments.get(id(findings)), line - window.first
            if known is None or known.start != start or known.findings is not findings:
                own = [finding for finding in findings if window.holds(finding.range.start.line + line)]
                writer = _Writer(session, window, client, start)
                known = _Converted(findings, own, start, [writer.text(finding) for finding in own])
            yield id(findings), known

    def _stands_in(self, source: SourceFile, first: int) -> bool:
        """Tell whether the lines under the diagnostics were not touched.

        Clients move and drop marks while their lines are edited, so these must be set again even at the same place.
        """
        before = self.source
        if before is None:
            return False
        return all(before.line(number + self.first) is source.line(number + first) for number in self._lines())

    def _lines(self) -> Iterator[int]:
        """Yield the lines of the part with diagnostics."""
        for converted in self.segments.values():
            for finding in converted.own:
                span = finding.range.shifted(converted.start)
                yield from range(span.start.line, span.end.line + 1)


def _inside(window: Window, analysis: Analysis) -> Iterator[tuple[int, Sequence[Finding]]]:
    """Yield the first line and the findings of each segment that has some and reaches into a part."""
    document = analysis.document
    last = len(document.segments) if window.stop is None else document.index_at(window.stop - 1) + 1
    for index in range(document.index_at(window.first), last):
        findings = analysis.checked[index].findings
        if findings:
            yield document.starts[index], findings


class _Writer:
    """Writes diagnostics of one segment, which begins at line `start` of a part, as JSON text."""

    def __init__(self, session: Session, window: Window, client: Client, start: int) -> None:
        self._session = session
        self._window = window
        self._client = client
        self._start = start

    def text(self, finding: Finding) -> str:
        span = finding.range
        parts = [f'{{"range":{self._range(span)}']
        if self._client.keeps_data:
            # The same as finding_id, of the finding in lines of the part.
            parts.append(f'"data":"{finding.code}:{span.start.line + self._start}:{span.start.column}"')
        if self._client.shows_related and finding.related:
            parts.append(f'"relatedInformation":[{",".join(map(self._related, finding.related))}]')
        parts.append(_rest(finding.code, finding.severity, finding.message, self._client.shows_code_links))
        return ",".join(parts)

    def _range(self, span: Range, window: Window | None = None) -> str:
        """Write a range of the segment, by default in the part, else in another one of the session."""
        window = window or self._window
        span = span.shifted(self._start + self._window.first - window.first)
        return f'{{"start":{self._position(span.start, window)},"end":{self._position(span.end, window)}}}'

    def _position(self, position: Position, window: Window) -> str:
        position = window.clip(position)
        units = self._client.codec.units(window.source.line(position.line), position.column)
        return f'{{"line":{position.line},"character":{units}}}'

    def _related(self, related: Related) -> str:
        if related.path is None:
            window = self._session.window_at(related.range.start.line + self._start + self._window.first)
            uri, span = window.uri, self._range(related.range, window)
        else:
            # The other file's text is not at hand; its columns are exact where its lines are ASCII up to there.
            uri, span = uri_of(related.path), _plain_range(related.range)
        location = f'{{"uri":{json.dumps(uri)},"range":{span}}}'
        return f'{{"location":{location},"message":{json.dumps(related.message)}}}'


@lru_cache(maxsize=4096)
def _rest(code: str, severity: Severity, message: str, with_link: bool) -> str:
    """Return the members of a diagnostic that do not depend on its place, with the closing brace."""
    members: dict[str, Any] = {
        "severity": SEVERITIES[severity],
        "code": code,
        "source": SOURCE,
        "message": message,
    }
    if with_link:
        members["codeDescription"] = {"href": rule_url(code)}
    return json.dumps(members)[1:]


def _plain_range(span: Range) -> str:
    ends = {"start": span.start, "end": span.end}
    return json.dumps({name: {"line": p.line, "character": p.column} for name, p in ends.items()})
