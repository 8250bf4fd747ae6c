"""What is done to one file, in whichever process: check it, or repair it. Nothing is written here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prodready.cli.memory import found_in, key_of
from prodready.cli.paths import shown_path
from prodready.cli.stopwatch import Stopwatch
from prodready.cli.target import Target
from prodready.engine.analysis import Analysis
from prodready.engine.cells import Cells
from prodready.engine.source import SourceFile
from prodready.project.cache.modules import Asked, Modules
from prodready.project.cache.records import FileRecord, News, Records
from prodready.project.cache.stamps import Stamp, now
from prodready.project.files import FileText, ReadError, read
from prodready.project.index import ProjectIndex
from prodready.project.notebooks import Notebook, is_notebook, notebook_of, rewritten
from prodready.report.excerpt import lines_of
from prodready.report.model import CellStart, FileReport, FileTimes, Problem
from prodready.report.repairs import FileRepair

if TYPE_CHECKING:
    from prodready.engine.facts import ProjectFacts
    from prodready.engine.finding import Finding, Related
    from prodready.engine.settings import FileSettings
    from prodready.project.cache.store import Store
    from prodready.project.config import Config
    from prodready.project.logging_survey import ProjectLogging


_TOO_DEEP = "is nested too deeply to be analysed"


@dataclass(frozen=True)
class Outcome:
    """What checking one file came to: its report, and what the next run may be told."""

    report: FileReport
    news: News | None = None


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


class Projects:
    """The configurations of a command, and what is known of the projects that they are for."""

    def __init__(self, configs: Sequence[Config]) -> None:
        self._configs = configs
        self._facts: dict[int, ProjectIndex] = {}

    def config(self, target: Target) -> Config:
        """Return the configuration of the target."""
        return self._configs[target.config]

    def settings(self, target: Target, file: FileText) -> FileSettings:
        """Return the settings of the target's file, whose text is `file`."""
        return self.config(target).for_file(target.path, file.text)

    def facts(self, target: Target) -> ProjectIndex:
        """Return what the files on the disk tell of the project that the target belongs to."""
        if target.config not in self._facts:
            self._facts[target.config] = ProjectIndex(self.config(target).root)
        return self._facts[target.config]


class Checker:
    """Checks files with the configurations that it was made with.

    With a `store`, what is known of other modules is taken from there, and what is learned is handed on for it. `timed`
    says to measure every rule, which takes time itself.
    """

    def __init__(self, configs: Sequence[Config], store: Store | None = None, timed: bool = False) -> None:
        self._projects = Projects(configs)
        self._records = None if store is None else Records(store)
        self._modules: dict[int, Modules] = {}
        self._timed = timed

    def __call__(self, target: Target) -> Outcome:
        """Check one file; whatever goes wrong becomes a problem in its report."""
        start = time.perf_counter_ns()
        try:
            outcome = self._noted(target) if target.given is None else Outcome(self._checked(target, target.given))
        except ReadError as error:
            return Outcome(unread(target, error))
        except Exception as error:  # noqa: BLE001  # one file must not cost the others
            return Outcome(failed(target, error))
        if not self._timed or outcome.report.times is None:
            return outcome
        times = replace(outcome.report.times, total=time.perf_counter_ns() - start)
        return replace(outcome, report=replace(outcome.report, times=times))

    def _noted(self, target: Target) -> Outcome:
        """Check a file on the disk, and note what it depends on and what was found; notebooks are not kept."""
        seen, stamp = now(), Stamp.of(target.path)
        file = read(target.path)
        if self._records is None or stamp is None or is_notebook(target.path):
            return Outcome(self._checked(target, file))
        asked = Asked(self._modules_of(target, self._records))
        report = self._checked(target, file, asked)
        if not report.problems:
            digest = file.digest.hex()
            key = key_of(self._projects.config(target), target.path, digest)
            results = found_in(report, asked.answers).under(key)
            self._records.keep(target.path, FileRecord(stamp, seen, digest, results=results))
        return Outcome(report, self._records.take_news())

    def _checked(self, target: Target, file: FileText, project: ProjectFacts | None = None) -> FileReport:
        book = _book(target, file)
        source, settings = _source(target, file, book), self._projects.settings(target, file)
        project = project or self._projects.facts(target)
        if not self._timed:
            return report_of(target, Analysis.once(source, settings, project), book)
        watch = Stopwatch(settings)
        analysis = Analysis.once(source, settings, project, watch.rules)
        return replace(report_of(target, analysis, book), times=FileTimes(rules=watch.spent))

    def _modules_of(self, target: Target, records: Records) -> Modules:
        if target.config not in self._modules:
            self._modules[target.config] = Modules(self._projects.config(target).root, records)
        return self._modules[target.config]


class Fixer:
    """Repairs files: `configs` say what is checked, `narrowed` what of it is to be repaired and reported."""

    def __init__(self, configs: Sequence[Config], narrowed: Sequence[Config], unsafe: bool) -> None:
        self._surveys: dict[int, ProjectLogging] = {}
        self._projects = Projects(configs)
        self._narrowed = Projects(narrowed)
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
        from prodready.fixes.everything import ANYWHERE, fix_all

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
        settings = _widened(self._projects.settings(target, file), wanted)
        analysis = Analysis.open(_source(target, file, book), settings, self._projects.facts(target))
        if all(finding.fix is None for finding in analysis.findings):
            return analysis
        config = self._projects.config(target)
        return analysis.changed(self._logging(target).applied(settings, target.path, config.root))

    def _logging(self, target: Target) -> ProjectLogging:
        """Return how the target's project logs."""
        from prodready.project.logging_survey import survey

        if target.config not in self._surveys:
            self._surveys[target.config] = survey(self._projects.config(target))
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
    from prodready.engine.faults import named
    from prodready.tracebacks import traced

    problem = Problem(target.shown, named(error), ours=True, details=traced(error))
    return FileReport(target.shown, problems=(problem,), analysed=False)


def died(target: Target, reason: str) -> Outcome:
    """Report a file whose process died."""
    return Outcome(_died(target, reason))


def _died(target: Target, reason: str) -> FileReport:
    problem = Problem(target.shown, f"the process that analysed it {reason}", ours=True)
    return FileReport(target.shown, problems=(problem,), analysed=False)


def not_repaired(target: Target, reason: str) -> Repair:
    """Report a file whose process died before it was repaired."""
    return _unchanged(_died(target, reason))


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
