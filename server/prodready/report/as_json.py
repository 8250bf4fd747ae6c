"""Findings as one JSON object for programs; lines and columns count from 1, columns in characters."""

from __future__ import annotations

import json
import re
from typing import Any

from prodready.engine.finding import Finding, Fix, Position, Range
from prodready.report import statistics
from prodready.report.model import FileReport, Report, fixable
from prodready.report.statistics import Statistics

VERSION = 1
_STEERING = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON may hold as it is, and a terminal acts on; in a string of JSON an escape means the same."""


def render(report: Report, sums: Statistics | None = None) -> str:
    """Write a run as one JSON object, without a line end; `sums` stand under a key of their own, `statistics`."""
    more = {} if sums is None else {"statistics": statistics.as_object(sums)}
    text = json.dumps(as_object(report) | more, indent=2, ensure_ascii=False)
    return _STEERING.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def as_object(report: Report) -> dict[str, Any]:
    """Return a run as the values that JSON knows."""
    findings = [_finding(file, finding) for file in report.files for finding in file.findings]
    return {"version": VERSION, "findings": findings, "summary": _summary(report)}


def _summary(report: Report) -> dict[str, Any]:
    findings = report.findings
    return {
        "files": report.analysed,
        "findings": len(findings),
        "fixable": fixable(findings),
        "by_code": report.by_code,
        "errors": [{"path": problem.path, "reason": problem.reason} for problem in report.problems],
    }


def _finding(file: FileReport, finding: Finding) -> dict[str, Any]:
    related = [
        {**_place(FileReport(place.path) if place.path else file, place.range), "message": place.message}
        for place in finding.related
    ]
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        **_place(file, finding.range),
        "scope": finding.scope,
        "message": finding.message,
        "fix": _fix(finding.fix) if finding.fix else None,
        "related": related,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"title": fix.title, "applicability": fix.applicability.value}


def _place(file: FileReport, span: Range) -> dict[str, Any]:
    """Write a path and a range; in a notebook, also the number of the cell, in whose lines the range counts."""
    cell = file.cell_at(span.start.line)
    if cell is None:
        return {"path": file.path, "range": _range(span)}
    return {"path": file.path, "cell": cell.number, "range": _range(span.shifted(-cell.line))}


def _range(span: Range) -> dict[str, Any]:
    return {"start": _position(span.start), "end": _position(span.end)}


def _position(position: Position) -> dict[str, Any]:
    return {"line": position.line + 1, "column": position.column + 1}
