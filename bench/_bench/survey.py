"""One file of a project: read, analysed and timed, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from _bench.projects import Project
from prodready.engine.analysis import Analysis
from prodready.engine.finding import Finding
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile
from prodready.project.files import ReadError, read
from prodready.project.index import ProjectIndex


@dataclass(frozen=True)
class Job:
    """A file to look at."""

    project: Project
    path: str


@dataclass(frozen=True)
class FileSurvey:
    """What analysing one file gave. `seconds` are of processor time; `unread` and `broken` say what went wrong.

    `live_differs` tells whether the analysis that an editor gets has other findings than that of the command line.
    """

    path: str
    lines: int = 0
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()
    crashes: tuple[str, ...] = ()
    unread: str = ""
    broken: str = ""
    live_differs: bool = False


@dataclass(frozen=True)
class Subject:
    """A file's text with everything that its analysis depends on."""

    source: SourceFile
    settings: FileSettings
    index: ProjectIndex = field(repr=False)

    def once(self, source: SourceFile | None = None) -> Analysis:
        """Analyse the file's text, or another one in its place, from nothing."""
        return Analysis.once(source or self.source, self.settings, self.index)

    def live(self, source: SourceFile | None = None) -> Analysis:
        """Analyse in segments, as for editing."""
        return Analysis.open(source or self.source, self.settings, self.index)


def subject(job: Job) -> Subject:
    """Read a file.

    Raises:
        ReadError: when it cannot be read.
    """
    path = job.project.path(job.path)
    text = read(path).text
    source = SourceFile.from_text(text, job.path)
    settings = job.project.logging.applied(job.project.config.for_file(path, text), path, job.project.root)
    return Subject(source, settings, _index(job.project))


def survey(job: Job, *, compared: bool = True) -> FileSurvey:
    """Analyse one file; that it cannot be read, or that the engine fails over it, is a result too.

    `compared` tells whether it is analysed as in an editor, too.
    """
    try:
        return _surveyed(job, compared)
    except ReadError as error:
        return FileSurvey(job.path, unread=error.reason)
    except Exception as error:  # noqa: BLE001  # the engine must never raise: this is what the measurement looks for
        return FileSurvey(job.path, crashes=(f"the engine: {type(error).__name__}: {error}",))


def _surveyed(job: Job, compared: bool) -> FileSurvey:
    started = time.process_time()
    file = subject(job)
    analysis = file.once()
    findings = tuple(analysis.findings)
    seconds = time.process_time() - started
    return FileSurvey(
        job.path,
        len(file.source.lines),
        seconds,
        findings,
        tuple(f"{crash.code}: {crash.error}" for crash in analysis.crashes),
        broken="; ".join(_faults(analysis)),
        live_differs=compared and tuple(file.live().findings) != findings,
    )


def _faults(analysis: Analysis) -> Iterator[str]:
    for start, segment in zip(analysis.document.starts, analysis.document.segments, strict=False):
        if segment.fault is not None:
            yield f"line {start + segment.fault.range.start.line + 1}: {segment.fault.message}"


_INDEXES: dict[str, ProjectIndex] = {}


def _index(project: Project) -> ProjectIndex:
    """Return what is known of a project's modules in this process."""
    return _INDEXES.setdefault(str(project.root), ProjectIndex(project.root))
