"""Frozen values that the engine hands out: findings, the fixes they offer, edits. No tree nodes inside."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace


class Severity(enum.Enum):
    """How much a finding matters; the order of definition is from worst to mildest."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"


class Applicability(enum.Enum):
    """Whether a fix may be applied without reading it.

    `SAFE` changes nothing but what the finding is about; `UNSAFE` may change behaviour and says why.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, order=True)
class Position:
    """A place in a text: `line` and `column`, both 0-based, the column in characters (code points)."""

    line: int
    column: int


@dataclass(frozen=True, order=True)
class Range:
    """A half-open stretch of text from `start` to `end`."""

    start: Position
    end: Position

    @classmethod
    def of(cls, start_line: int, start_column: int, end_line: int, end_column: int) -> Range:
        """Build a range from four 0-based numbers, columns in characters."""
        return cls(Position(start_line, start_column), Position(end_line, end_column))

    def shifted(self, lines: int) -> Range:
        """Return the same stretch `lines` lines further down (negative: up)."""
        if not lines:
            return self
        return Range.of(self.start.line + lines, self.start.column, self.end.line + lines, self.end.column)

    def contains(self, position: Position) -> bool:
        """Tell whether `position` lies inside or at either end."""
        return self.start <= position <= self.end

    def overlaps(self, other: Range) -> bool:
        """Tell whether the two share a character, or touch (so that a caret at an end counts)."""
        return self.start <= other.end and other.start <= self.end


@dataclass(frozen=True)
class Edit:
    """Replace the text in `range` (0-based, characters) by `text`. An empty range inserts."""

    range: Range
    text: str


@dataclass(frozen=True)
class Fix:
    """What a finding promises before the edits are planned: a title, and whether it is safe.

    `reason` says what may change when the fix is unsafe; it is empty for a safe one.
    """

    title: str
    applicability: Applicability = Applicability.SAFE
    reason: str = ""

    @classmethod
    def unsafe(cls, title: str, reason: str) -> Fix:
        """Offer a fix that a person has to read first, because of `reason`."""
        return cls(title, Applicability.UNSAFE, reason)

    @property
    def label(self) -> str:
        """The title as a user sees it: unsafe fixes say so, and why."""
        if self.applicability is Applicability.SAFE:
            return self.title
        return f"{self.title} (unsafe: {self.reason})"


@dataclass(frozen=True)
class Related:
    """Another place that explains a finding. `path` is None for the finding's own file."""

    message: str
    range: Range
    path: str | None = None


@dataclass(frozen=True)
class Finding:
    """One defect at one place.

    `range` counts from 0, columns in characters. `scope` is the dotted name of the enclosing class and
    function (`Service.post`), empty at module level. `stale` marks a finding that was kept from the last
    text that parsed, while its statement does not parse.
    """

    code: str
    name: str
    severity: Severity
    message: str
    range: Range
    scope: str = ""
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    stale: bool = False

    def shifted(self, lines: int) -> Finding:
        """Return the same finding `lines` lines further down, its related places in this file included."""
        if not lines:
            return self
        related = tuple(r if r.path else replace(r, range=r.range.shifted(lines)) for r in self.related)
        return replace(self, range=self.range.shifted(lines), related=related)
