"""Findings to diagnostics: converted once per segment, sent only when a client would see a difference.

Diagnostics are made as JSON text at once. Hundreds of them are sent at a keystroke, and nearly all are those that were
sent at the last one, or the same some lines further down.
"""

from __future__ import annotations

import itertools
import json
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from prodready.engine.finding import Finding, Position, Range, Related, Severity
from prodready.links import rule_url
from prodready.lsp.uris import uri_of

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.engine.source import SourceFile
    from prodready.lsp.client import Client

logger = logging.getLogger(__name__)

SOURCE: Final = "prodready"
LIMIT: Final = 1000
"""Diagnostics sent for one file at most: more help nobody, and cost the event loop."""

SEVERITIES: Final = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3, Severity.HINT: 4}

_RUN: Final = secrets.token_hex(4)
_NUMBERS: Final = itertools.count(1)


def finding_id(finding: Finding) -> str:
    """Return a small name for a finding that is unique in one version of one document."""
    start = finding.range.start
    return f"{finding.code}:{start.line}:{start.column}"


@dataclass
class _Converted:
    """The diagnostics of one segment's findings (kept, so that their identity stays theirs) at one place."""

    findings: Sequence[Finding]
    start: int
    diagnostics: list[str]


@dataclass
class Report:
    """What a client was told, or is to be told, about one document; `diagnostics` are JSON."""

    diagnostics: list[str] = field(default_factory=list)
    result_id: str = ""
    source: SourceFile | None = None
    segments: dict[int, _Converted] = field(default_factory=dict)

    @property
    def can_be_fixed(self) -> bool:
        """Whether one of the findings promises a fix."""
        return any(finding.fix is not None for c in self.segments.values() for finding in c.findings)

    def updated(self, uri: str, analysis: Analysis, client: Client) -> Report:
        """Return the report of a newer analysis of the document; this very one when a client would see no change."""
        segments = dict(self._segments(uri, analysis, client))
        diagnostics = list(itertools.chain.from_iterable(c.diagnostics for c in segments.values()))
        if len(diagnostics) > LIMIT:
            if len(self.diagnostics) < LIMIT:
                logger.warning("%s has %d findings; only the first %d are sent", uri, len(diagnostics), LIMIT)
            del diagnostics[LIMIT:]
        if diagnostics == self.diagnostics and self._stands_in(analysis.source):
            self.segments, self.source = segments, analysis.source
            return self
        return Report(diagnostics, f"{_RUN}-{next(_NUMBERS)}", analysis.source, segments)

    def _segments(self, uri: str, analysis: Analysis, client: Client) -> Iterator[tuple[int, _Converted]]:
        for start, _, findings in analysis.segment_findings:
            if not findings:
                continue
            known = self.segments.get(id(findings))
            if known is None or known.start != start or known.findings is not findings:
                writer = _Writer(uri, analysis.source, client, start)
                known = _Converted(findings, start, [writer.text(finding) for finding in findings])
            yield id(findings), known

    def _stands_in(self, source: SourceFile) -> bool:
        """Tell whether the lines under the diagnostics were not touched.

        Clients move and drop marks while their lines are edited, so these must be set again even at the same place.
        """
        before = self.source
        if before is None:
            return False
        return all(before.line(number) is source.line(number) for number in self._lines())

    def _lines(self) -> Iterator[int]:
        for converted in self.segments.values():
            for finding in converted.findings:
                first, last = finding.range.start.line, finding.range.end.line
                yield from range(converted.start + first, converted.start + last + 1)


class _Writer:
    """Writes diagnostics of one segment, whose first line is `start`, as JSON text."""

    def __init__(self, uri: str, source: SourceFile, client: Client, start: int) -> None:
        self._uri = uri
        self._source = source
        self._client = client
        self._start = start

    def text(self, finding: Finding) -> str:
        span = finding.range
        parts = [f'{{"range":{self._range(span)}']
        if self._client.keeps_data:
            # The same as finding_id, of the finding in lines of the file.
            parts.append(f'"data":"{finding.code}:{span.start.line + self._start}:{span.start.column}"')
        if self._client.shows_related and finding.related:
            parts.append(f'"relatedInformation":[{",".join(map(self._related, finding.related))}]')
        parts.append(_rest(finding.code, finding.severity, finding.message, self._client.shows_code_links))
        return ",".join(parts)

    def _range(self, span: Range) -> str:
        return f'{{"start":{self._position(span.start)},"end":{self._position(span.end)}}}'

    def _position(self, position: Position) -> str:
        line = position.line + self._start
        units = self._client.codec.units(self._source.line(line), position.column)
        return f'{{"line":{line},"character":{units}}}'

    def _related(self, related: Related) -> str:
        if related.path is None:
            uri, span = self._uri, self._range(related.range)
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
