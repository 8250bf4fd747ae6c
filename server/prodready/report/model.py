"""The values that reports are made from: what one file brought, and the whole run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prodready.engine.finding import Applicability, Finding


@dataclass(frozen=True)
class Problem:
    """Something that kept (part of) a file from being analysed.

    `ours` tells a fault of prodready (a rule that crashed, a process that died) from one of the file (binary, say).
    `details` is a traceback, empty where there is none.
    """

    path: str
    reason: str
    ours: bool = False
    details: str = ""


@dataclass(frozen=True)
class CellStart:
    """Where a notebook's cell begins in the text of all: its first line (0-based), and its number among all, from 1."""

    line: int
    number: int


@dataclass(frozen=True)
class FileTimes:
    """How long a file took, in nanoseconds: each rule by its code, and everything from reading it on."""

    rules: Mapping[str, int] = field(default_factory=dict)
    total: int = 0


@dataclass(frozen=True)
class FileReport:
    """What the analysis of one file brought.

    `path` is as shown to people. `lines` holds the source lines (0-based number to text without line end) that
    excerpts of the findings need. `analysed` is False when the file could not be read. `cells` are those of a notebook;
    its findings and lines count in the text of all of them. `times` are there when somebody wants to know.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    lines: Mapping[int, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    analysed: bool = True
    cells: tuple[CellStart, ...] = ()
    times: FileTimes | None = None

    def cell_at(self, line: int) -> CellStart | None:
        """Return the cell that a line belongs to, None where the file is no notebook."""
        return next((cell for cell in reversed(self.cells) if cell.line <= line), None)


@dataclass(frozen=True)
class Report:
    """A whole run: its files in the order of their paths, and how long it took."""

    files: Sequence[FileReport]
    seconds: float = 0.0

    @property
    def analysed(self) -> int:
        """How many files were read and analysed."""
        return sum(file.analysed for file in self.files)

    @property
    def findings(self) -> list[Finding]:
        """Every finding, in the order of the files."""
        return [finding for file in self.files for finding in file.findings]

    @property
    def problems(self) -> list[Problem]:
        """Everything that kept a file from being analysed, in the order of the files."""
        return [problem for file in self.files for problem in file.problems]

    @property
    def by_code(self) -> dict[str, int]:
        """How many findings each rule has, by code in alphabetical order."""
        counts = Counter(finding.code for finding in self.findings)
        return dict(sorted(counts.items()))


def fixable(findings: Sequence[Finding]) -> int:
    """Count the findings that offer a fix."""
    return sum(finding.fix is not None for finding in findings)


def safely_fixable(findings: Sequence[Finding]) -> int:
    """Count the findings that offer a safe fix."""
    return sum(f.fix is not None and f.fix.applicability is Applicability.SAFE for f in findings)
