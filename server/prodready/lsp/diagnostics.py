"""Findings to diagnostics: converted once per segment, sent only when a client would see a difference."""

from __future__ import annotations

import itertools
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from prodready.engine.finding import Finding, Related, Severity
from prodready.links import rule_url
from prodready.lsp.uris import uri_of

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.engine.source import SourceFile
    from prodready.lsp.client import Client

logger = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]

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
    diagnostics: list[Json]


@dataclass
class Report:
    """What a client was told, or is to be told, about one document."""

    diagnostics: list[Json] = field(default_factory=list)
    result_id: str = ""
    source: SourceFile | None = None
    segments: dict[int, _Converted] = field(default_factory=dict)

    def updated(self, uri: str, analysis: Analysis, client: Client) -> Report:
        """Return the report of a newer analysis of the document; this very one when a client would see no change."""
        segments = dict(self._segments(uri, analysis, client))
        diagnostics = list(itertools.chain.from_iterable(c.diagnostics for c in segments.values()))
        if len(diagnostics) > LIMIT:
            if len(self.diagnostics) < LIMIT:
                logger.warning("%s has %d findings; only the first %d are sent", uri, len(diagnostics), LIMIT)
            del diagnostics[LIMIT:]
        if self.source is not None and diagnostics == self.diagnostics and self._stands_in(analysis.source):
            self.segments, self.source = segments, analysis.source
            return self
        return Report(diagnostics, f"{_RUN}-{next(_NUMBERS)}", analysis.source, segments)

    def _segments(self, uri: str, analysis: Analysis, client: Client) -> list[tuple[int, _Converted]]:
        found: list[tuple[int, _Converted]] = []
        for start, _, findings in analysis.segment_findings:
            if not findings:
                continue
            known = self.segments.get(id(findings))
            if known is None or known.start != start or known.findings is not findings:
                diagnostics = [_diagnostic(f.shifted(start), uri, analysis.source, client) for f in findings]
                known = _Converted(findings, start, diagnostics)
            found.append((id(findings), known))
        return found

    def _stands_in(self, source: SourceFile) -> bool:
        """Tell whether the lines under the diagnostics were not touched.

        Clients move and drop marks while their lines are edited, so these must be set again even at the same place.
        """
        assert self.source is not None
        for diagnostic in self.diagnostics:
            span = diagnostic["range"]
            for number in range(span["start"]["line"], span["end"]["line"] + 1):
                if self.source.line(number) is not source.line(number):
                    return False
        return True


def _diagnostic(finding: Finding, uri: str, source: SourceFile, client: Client) -> Json:
    diagnostic: Json = {
        "range": client.codec.json(source, finding.range),
        "severity": SEVERITIES[finding.severity],
        "code": finding.code,
        "source": SOURCE,
        "message": finding.message,
    }
    if client.shows_code_links:
        diagnostic["codeDescription"] = {"href": rule_url(finding.code)}
    if client.keeps_data:
        diagnostic["data"] = finding_id(finding)
    if client.shows_related and finding.related:
        diagnostic["relatedInformation"] = [_related(related, uri, source, client) for related in finding.related]
    return diagnostic


def _related(related: Related, uri: str, source: SourceFile, client: Client) -> Json:
    if related.path is None:
        location = {"uri": uri, "range": client.codec.json(source, related.range)}
    else:
        # The other file's text is not at hand; its columns are exact where its lines are ASCII up to there.
        start, end = related.range.start, related.range.end
        span = {
            "start": {"line": start.line, "character": start.column},
            "end": {"line": end.line, "character": end.column},
        }
        location = {"uri": uri_of(related.path), "range": span}
    return {"location": location, "message": related.message}
