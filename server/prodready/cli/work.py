"""What is done to one file, in whichever process: check it, or repair it. Nothing is written here."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from prodready.cli.paths import shown_path
from prodready.engine.analysis import Analysis
from prodready.engine.cells import Cells
from prodready.engine.finding import Finding, Related
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile
from prodready.project.files import FileText, ReadError, read
from prodready.project.index import ProjectIndex
from prodready.project.notebooks import Notebook, is_notebook, notebook_of, rewritten
from prodready.report.excerpt import lines_of
from prodready.report.model import CellStart, FileReport, Problem
from prodready.report.repairs import FileRepair

if TYPE_CHECKING:
    from prodready.project.config import Config
    from prodready.project.logging_survey import ProjectLogging


_TOO_DEEP = "is nested too deeply to be analysed"


@dataclass(frozen=True)
class Target:
    """A file to look at: its absolute path, the path to show, and which of the configurations it has.

    `given` is the text where it does not come from the disk (standard input).
    """

    path: Path
    shown: str
    config: int = 0
    given: FileText | None = None


@dataclass(frozen=True)
class Repair(FileRepair):
    """What repairing one file came to, with what is needed to write it.

    `before` is None where the file could not be read or analysed; `after` is the repaired text.
    """

    before: FileText | None = None
    after: str = ""

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return self.before is not None and self.after != self.before.text


class Checker:
    """Checks files with the configurations that it was made with."""

    def __init__(self, configs: Sequence[Config]) -> None:
        self._configs = configs
        self._projects: dict[int, ProjectIndex] = {}

    def __call__(self, target: Target) -> FileReport:
        """Check one file; whatever goes wrong becomes a problem in its report."""
        try:
            file = _text(target)
            book = _book(target, file)
            source = _source(target, file, book)
            analysis = Analysis.once(source, self.settings(target, file), self.project(target))
        except ReadError as error:
            return unread(target, error)
        except Exception as error:  # noqa: BLE001  # one file must not cost the others
            return failed(target, error)
        return report_of(target, analysis, book)

    def settings(self, target: Target, file: FileText) -> FileSettings:
        """Return the settings of the target's file, whose text is `file`."""
        return self._configs[target.config].for_file(target.path, file.text)

    def project(self, target: Target) -> ProjectIndex:
        """Return what is known of the project that the target belongs to."""
        if target.config not in self._projects:
            self._projects[target.config] = ProjectIndex(self._configs[target.config].root)
        return self._projects[target.config]


class Fixer:
    """Repairs files: `configs` say what is checked, `narrowed` what of it is to be repaired and reported."""

    def __init__(self, configs: Sequence[Config], narrowed: Sequence[Config], unsafe: bool) -> None:
        self._configs = configs
        self._surveys: dict[int, ProjectLogging] = {}
        self._checker = Checker(configs)
        self._narrowed = Checker(narrowed)
        self._unsafe = unsafe

    def __call__(self, target: Target) -> Repair:
        """Repair one file's text; whatever goes wrong becomes a problem in its report, and the text stays."""
        try:
            return self._repaired(target, _text(target))
        except ReadError as error:
            return _unchanged(unread(target, error))
        except Exception as error:  # noqa: BLE001  # one file must not cost the others
            return _unchanged(failed(target, error))

    def _repaired(self, target: Target, file: FileText) -> Repair:
        from prodready.fixes.planner import ANYWHERE, fix_all

        book = _book(target, file)
        wanted = self._narrowed.settings(target, file).select
        analysis = self._analysed(target, file, book, wanted)
        result = fix_all(analysis, unsafe=self._unsafe, codes=wanted, guard=book.cells if book else ANYWHERE)
        after = replace(book, cells=result.guard) if book and isinstance(result.guard, Cells) else None
        found = _only(wanted, report_of(target, analysis, book))
        left = _only(wanted, report_of(target, result.analysis, after))
        text = rewritten(file.text, after, target.path) if after and result.applied else result.analysis.source.text
        return Repair(found, left, tuple(result.applied), file, text if result.applied else file.text)

    def _analysed(
        self, target: Target, file: FileText, book: Notebook | None, wanted: frozenset[str] | None
    ) -> Analysis:
        """Analyse a text with what only fixes have to know; that is not looked for where there is nothing to fix."""
        # A fix must not bring a finding of any rule that is on, also where only some rules are to be repaired.
        settings = _widened(self._checker.settings(target, file), wanted)
        analysis = Analysis.open(_source(target, file, book), settings, self._checker.project(target))
        if all(finding.fix is None for finding in analysis.findings):
            return analysis
        config = self._configs[target.config]
        return analysis.changed(self._logging(target).applied(settings, target.path, config.root))

    def _logging(self, target: Target) -> ProjectLogging:
        """Return how the target's project logs."""
        from prodready.project.logging_survey import survey

        if target.config not in self._surveys:
            self._surveys[target.config] = survey(self._configs[target.config])
        return self._surveys[target.config]


def report_of(target: Target, analysis: Analysis, book: Notebook | None = None) -> FileReport:
    """Return what an analysis found in a file or the joined cells of a notebook, with the lines that excerpts need."""
    findings = tuple(_with_shown_paths(finding) for finding in analysis.findings)
    if book is not None:
        findings = tuple(_cut_off(finding, book.cells) for finding in findings)
    numbers = {number for finding in findings for number in lines_of(finding.range)}
    lines = {number: analysis.source.line(number).rstrip("\r\n") for number in sorted(numbers)}
    crashes = tuple(
        Problem(target.shown, f"rule {crash.code} failed: {crash.error}", ours=True) for crash in analysis.crashes
    )
    return FileReport(target.shown, findings, lines, crashes, cells=_starts(book) if book else ())


def _starts(book: Notebook) -> tuple[CellStart, ...]:
    return tuple(CellStart(line, number) for line, number in zip(book.cells.starts, book.numbers, strict=False))


def _cut_off(finding: Finding, cells: Cells) -> Finding:
    """Return a finding of joined cells that does not reach out of its own."""
    index = cells.index_at(finding.range.start.line)
    return replace(finding, range=cells.range_in(index, finding.range).shifted(cells.starts[index]))


def unread(target: Target, error: ReadError) -> FileReport:
    """Report a file that could not be read."""
    return FileReport(target.shown, problems=(Problem(target.shown, error.reason),), analysed=False)


def failed(target: Target, error: Exception) -> FileReport:
    """Report a file over which prodready failed; code may be nested more deeply than Python itself can follow."""
    if isinstance(error, RecursionError):
        return FileReport(target.shown, problems=(Problem(target.shown, _TOO_DEEP),), analysed=False)
    details = "".join(traceback.format_exception(error))
    problem = Problem(target.shown, f"{type(error).__name__}: {error}", ours=True, details=details)
    return FileReport(target.shown, problems=(problem,), analysed=False)


def died(target: Target, reason: str) -> FileReport:
    """Report a file whose process died."""
    problem = Problem(target.shown, f"the process that analysed it {reason}", ours=True)
    return FileReport(target.shown, problems=(problem,), analysed=False)


def not_repaired(target: Target, reason: str) -> Repair:
    """Report a file whose process died before it was repaired."""
    return _unchanged(died(target, reason))


def _unchanged(report: FileReport) -> Repair:
    return Repair(report, report)


def _only(wanted: frozenset[str] | None, report: FileReport) -> FileReport:
    if wanted is None:
        return report
    return replace(report, findings=tuple(f for f in report.findings if f.code in wanted))


def _book(target: Target, file: FileText) -> Notebook | None:
    return notebook_of(file.text, target.path) if is_notebook(target.path) else None


def _source(target: Target, file: FileText, book: Notebook | None) -> SourceFile:
    return SourceFile.from_text(file.text, target.shown) if book is None else SourceFile(book.cells.lines, target.shown)


def _text(target: Target) -> FileText:
    return target.given if target.given is not None else read(target.path)


def _widened(settings: FileSettings, wanted: frozenset[str] | None) -> FileSettings:
    if settings.select is None:
        return settings
    return replace(settings, select=None if wanted is None else settings.select | wanted)


def _with_shown_paths(finding: Finding) -> Finding:
    if not any(related.path for related in finding.related):
        return finding
    return replace(finding, related=tuple(_shown(related) for related in finding.related))


def _shown(related: Related) -> Related:
    return replace(related, path=shown_path(related.path)) if related.path else related
