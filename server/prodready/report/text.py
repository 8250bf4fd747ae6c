"""Findings as text: where, what, the source with carets, the fix, related places, and a last line with the sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from prodready.engine.finding import Finding, Fix, Position, Related, Severity
from prodready.report import statistics
from prodready.report.excerpt import WIDEST, ExcerptLine, excerpt, printable
from prodready.report.model import FileReport, Report, fixable, safely_fixable
from prodready.report.paint import Paint, plain
from prodready.report.statistics import Statistics

_NARROWEST = 40
_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold blue",
    Severity.HINT: "bold cyan",
}


def render(
    report: Report,
    paint: Paint = plain,
    *,
    concise: bool = False,
    columns: int | None = None,
    sums: Statistics | None = None,
) -> Iterator[str]:
    """Write a run as lines without line ends: its findings, then `sums` where they are given, and the total last.

    `concise` takes one line a finding. `columns` is how wide the terminal is: source lines are cut to fit.
    """
    for file in report.files:
        for finding in file.findings:
            yield heading(file, finding, paint)
            if not concise:
                yield from _details(file, finding, paint, columns)
                yield ""
    if sums is not None:
        yield from statistics.as_text(sums, paint)
    yield summary(report)


def heading(file: FileReport, finding: Finding, paint: Paint = plain) -> str:
    """Write `path:line:column CODE [severity] message`, line and column from 1; in a notebook, `path:cell 3:line:…`."""
    severity = paint(f"[{finding.severity.value}]", _STYLES[finding.severity])
    place = paint(_place(file, finding.range.start), "bold")
    return f"{place} {paint(finding.code, 'bold magenta')} {severity} {printable(finding.message)}"


def fix_line(fix: Fix) -> str:
    """Write what a fix does and whether it is safe: `title (safe)` or `title (unsafe: why)`."""
    return printable(fix.label if fix.reason else f"{fix.title} ({fix.applicability.value})")


def summary(report: Report) -> str:
    """Write the last line: how many findings in how many files, what can be fixed, and the seconds."""
    findings = report.findings
    missing = len(report.files) - report.analysed
    ending = f", {count(missing, 'other')} could not be analysed" * bool(missing) + f", {report.seconds:.1f} s"
    if not findings:
        return f"No findings in {count(report.analysed, 'file')}{ending}"
    touched = sum(bool(file.findings) for file in report.files)
    fixes = f"{fixable(findings)} fixable, {safely_fixable(findings)} safe with `prodready fix`"
    files = f"{touched} of {count(report.analysed, 'file')}"
    return f"{count(len(findings), 'finding')} in {files} ({fixes}){ending}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Write `1 file`, `2 files`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def source_lines(shown: Sequence[ExcerptLine], style: str, paint: Paint = plain) -> Iterator[str]:
    """Write an excerpt with a gutter, its carets in `style`."""
    width = _gutter(shown)
    empty = paint(" " * width + " |", "blue")
    yield empty
    for line in shown:
        if line.number is None:
            yield paint("." * max(width, 3), "blue")
            continue
        yield f"{paint(f'{line.number:>{width}} |', 'blue')} {line.text}".rstrip()
        if line.carets:
            yield f"{empty} {' ' * line.indent}{paint('^' * line.carets, style)}"


def _place(file: FileReport, position: Position) -> str:
    cell = file.cell_at(position.line)
    path, line = (
        (file.path, position.line) if cell is None else (f"{file.path}:cell {cell.number}", position.line - cell.line)
    )
    return f"{printable(path)}:{line + 1}:{position.column + 1}"


def _details(file: FileReport, finding: Finding, paint: Paint, columns: int | None) -> Iterator[str]:
    widest = WIDEST if columns is None else max(_NARROWEST, columns - len(f"{finding.range.end.line + 1} | "))
    shown = list(_excerpt(file, finding, widest))
    yield from source_lines(shown, _STYLES[finding.severity], paint)
    mark = paint(" " * _gutter(shown) + " =", "blue")
    if finding.fix:
        yield f"{mark} {paint('fix:', 'bold green')} {fix_line(finding.fix)}"
    for related in finding.related:
        yield f"{mark} {_related(file, related, paint)}"


def _excerpt(file: FileReport, finding: Finding, widest: int) -> Iterator[ExcerptLine]:
    """Show the lines of a finding, with the numbers that they have in their cell where the file is a notebook."""
    cell = file.cell_at(finding.range.start.line)
    first = cell.line if cell is not None else 0
    for line in excerpt(file.lines, finding.range, widest):
        yield line if line.number is None else replace(line, number=line.number - first)


def _gutter(shown: Sequence[ExcerptLine]) -> int:
    return max((len(str(line.number)) for line in shown if line.number), default=1)


def _related(file: FileReport, related: Related, paint: Paint) -> str:
    place = _place(FileReport(related.path) if related.path else file, related.range.start)
    return f"{paint('see:', 'bold')} {place} {printable(related.message)}"
