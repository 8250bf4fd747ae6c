"""Reads the literate fixtures of the rules: prose, code with marks, and the code as it should be after the fix.

A mark is a line of carets below the code that it speaks of, `^^^^^ OBS101 warning message`; an ellipsis behind the
carets says that the range goes on over further lines. Marks are stripped before the code is analysed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from prodready.engine.analysis import Analysis, facts_of
from prodready.engine.facts import ModuleFacts
from prodready.engine.finding import Finding
from prodready.engine.settings import FileSettings, Role
from prodready.engine.source import SourceFile

HERE = Path(__file__).parent
_BLOCK = re.compile(r"^```python(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"^(?P<indent>\s*)(?P<carets>\^+)(?P<more>…?) (?P<rest>[A-Z]+\d+ .*)$")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_OUTCOMES = ("fixed", "alternative", "refused")


@dataclass(frozen=True)
class Block:
    """One block of code: the words behind ```` ```python ```` and the text."""

    words: tuple[str, ...]
    code: str

    @property
    def options(self) -> dict[str, str]:
        """The words of the form `key=value`."""
        return dict(word.split("=", 1) for word in self.words if "=" in word)


@dataclass(frozen=True)
class Case:
    """A piece of code with the findings that it must give, and what the fixes must make of it."""

    rule: str
    title: str
    code: str
    marks: tuple[str, ...]
    settings: FileSettings
    files: dict[str, str] = field(default_factory=dict, hash=False)
    outcomes: tuple[Block, ...] = ()

    @property
    def analysis(self) -> Analysis:
        """The code, analysed as an editor does."""
        return self.analyse(self.code)

    def analyse(self, code: str) -> Analysis:
        """Analyse other code in the same circumstances."""
        return Analysis.open(SourceFile.from_text(code), self.settings, Modules(self.files))

    def own(self, analysis: Analysis) -> list[Finding]:
        """The findings of the rule that the case is about."""
        return [finding for finding in analysis.findings if finding.code == self.rule]


class Modules:
    """The other files of a case, as the project that it stands in."""

    def __init__(self, files: dict[str, str]) -> None:
        self._facts: dict[str, ModuleFacts] = {}
        for path, code in files.items():
            package = path.endswith("__init__.py")
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            source = SourceFile.from_text(code)
            self._facts[name] = facts_of(source, name, name if package else name.rpartition(".")[0])

    def module(self, name: str) -> ModuleFacts | None:
        return self._facts.get(name)


def cases() -> Iterator[Case]:
    """Yield the cases of all fixtures."""
    for path in sorted(HERE.glob("*.md")):
        yield from read(path)


def read(path: Path) -> Iterator[Case]:
    """Yield the cases of one fixture, which is named after its rule."""
    text = path.read_text(encoding="utf-8")
    parts = _HEADING.split(text)
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        yield from _cases(path.stem, title.strip(), [_block(match) for match in _BLOCK.finditer(body)])


def _block(match: re.Match[str]) -> Block:
    return Block(tuple(match["info"].split()), match["code"])


def _cases(rule: str, title: str, blocks: list[Block]) -> Iterator[Case]:
    files: dict[str, str] = {}
    current: Case | None = None
    for block in blocks:
        if "file" in block.options:
            files[block.options["file"]] = block.code
        elif block.words[:1] and block.words[0] in _OUTCOMES:
            assert current is not None, f"{rule} {title}: an outcome before its code"
            current = replace(current, outcomes=(*current.outcomes, block))
        else:
            if current is not None:
                yield current
            code, marks = strip_marks(block.code)
            current = Case(rule, title, code, marks, _settings(block.options), dict(files))
    assert current is not None, f"{rule} {title}: no code"
    yield current


def _settings(options: dict[str, str]) -> FileSettings:
    known = {f.name for f in fields(FileSettings)}
    values: dict[str, object] = {}
    for key, value in options.items():
        assert key in known, f"unknown setting {key}"
        if key == "role":
            values[key] = Role(value)
        elif key == "line_length":
            values[key] = int(value)
        elif key in ("select", "log_functions", "coexist"):
            values[key] = frozenset(value.split(","))
        else:
            values[key] = value
    return FileSettings(**values)  # type: ignore[arg-type]


def strip_marks(code: str) -> tuple[str, tuple[str, ...]]:
    """Return code without its marks, and the marks as `line:from-to CODE severity message` (0-based, half-open)."""
    lines: list[str] = []
    marks: list[str] = []
    for line in code.split("\n"):
        match = _MARK.match(line)
        if match is None:
            lines.append(line)
            continue
        start = len(match["indent"])
        end = "…" if match["more"] else str(start + len(match["carets"]))
        marks.append(f"{len(lines) - 1}:{start}-{end} {match['rest']}")
    return "\n".join(lines), tuple(marks)


def as_mark(finding: Finding) -> str:
    """Describe a finding in the way that marks are given by `strip_marks`."""
    start, stop = finding.range.start, finding.range.end
    end = str(stop.column) if stop.line == start.line else "…"
    return f"{start.line}:{start.column}-{end} {finding.code} {finding.severity.value} {finding.message}"
