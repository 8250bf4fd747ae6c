"""The targets: each takes any bytes, and raises where prodready does what it must not."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from _bench.exercise import fault
from _bench.shrink import Run
from _bench.strokes import Step, line_starts, position_at
from _bench.strokes import applied as applied_to
from _fuzz.reading import Reader, text_of
from _fuzz.wire import wire
from prodready.engine.analysis import Analysis
from prodready.engine.finding import Edit, Range
from prodready.engine.parsing import SyntaxFault, parse
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile, split_lines
from prodready.engine.suppression import suppressions
from prodready.fixes.everything import fix_all
from prodready.fixes.imports import Refusal
from prodready.fixes.log_message import read_call
from prodready.fixes.planner import plan
from prodready.project.config import load
from prodready.project.problems import ConfigError, ConfigProblem

SETTINGS: Final = FileSettings(module="app.mod", package="app")
_MOST_FIXES: Final = 4
_NAMES: Final = {"a": "x%s{}", "b": 7, "c": None}
_PLAIN: Final = (ast.JoinedStr, ast.FormattedValue, ast.Constant, ast.Name, ast.Load, ast.Call, ast.Expression)


def source(data: bytes) -> None:
    """Analyse any text, in segments and whole: no rule crashes, and both find the same in what parses."""
    text = text_of(data)
    file = SourceFile.from_text(text)
    analysis, once = Analysis.open(file, SETTINGS), Analysis.once(file, SETTINGS)
    assert file.text == text, "the lines are not the text"
    assert not [*analysis.crashes, *once.crashes], f"a rule crashed: {analysis.crashes or once.crashes}"
    assert analysis.is_broken == once.is_broken, "the text parses in one way only"
    if not analysis.is_broken:
        assert analysis.findings == once.findings, "segments find something else"
        assert analysis.facts == once.facts, "segments tell something else"


def edits(data: bytes) -> None:
    """Edit any text, and compare with a fresh analysis after each edit."""
    reader = Reader(data)
    choices = [(reader.number(65535), reader.number(40), reader.short_text()) for _ in range(1 + reader.number(6))]
    text = begin = reader.rest()
    steps: list[Step] = []
    for at, size, new in choices:
        starts = line_starts(text)
        first = at % (len(text) + 1)
        where = Range(position_at(text, starts, first), position_at(text, starts, min(len(text), first + size)))
        steps.append((Edit(where, new),))
        text = applied_to(text, steps[-1][0])
    found = fault(Run(begin, tuple(steps)), SETTINGS)
    assert found is None, found


def fixes(data: bytes) -> None:
    """Plan fixes for any text: what is offered parses, and everything can be fixed at once."""
    analysis = Analysis.open(SourceFile.from_text(text_of(data)), SETTINGS)
    for finding in [f for f in analysis.findings if f.fix is not None][:_MOST_FIXES]:
        for planned in plan(analysis, finding):
            assert analysis.is_broken or not analysis.edited_all(planned.edits).is_broken, "a fix breaks the text"
    result = fix_all(analysis, unsafe=True)
    assert analysis.source.apply(result.edits).text == result.analysis.source.text, "the edits do not lead there"


def comments(data: bytes) -> None:
    """Read suppressing comments out of any text: what they name is on lines of the text."""
    text = text_of(data)
    lines = split_lines(text)
    found = suppressions(lines, text)
    assert all(0 <= line < len(lines) for line in found.lines), "a comment behind the end"


def config(data: bytes) -> None:
    """Load any configuration: it is right, or what is wrong with it is said of a place in it."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "prodready.toml")
        path.write_bytes(data)
        problems = _problems(path.parent)
    lines = len(split_lines(data.decode("utf-8", "replace")))
    assert all(p.message for p in problems), "wrong, and nobody knows why"
    assert all(p.range is None or 0 <= p.range.start.line <= lines for p in problems), "out of the file"


def _problems(directory: Path) -> Sequence[ConfigProblem]:
    try:
        load(directory)
    except ConfigError as error:
        return error.problems
    return []


def template(data: bytes) -> None:
    """Turn any printed expression into a log call, which must say what was printed."""
    code = f"print({text_of(data)})"
    if isinstance(parse(code), SyntaxFault):
        return  # nothing is found in such code
    try:
        printed = read_call(code)
    except Refusal:
        return
    for kind in ("structlog", "loguru"):
        printed.template.rendered(kind, '"', "event")
    text, arguments = printed.template.rendered("stdlib", '"', "event")
    said = _value(code[len("print") :])
    if said is not None and printed.template.verbatim is None:
        values = tuple(_value(argument) for argument in arguments)
        written = ast.literal_eval(f"({text})")  # over several lines, as it may be inside of the call
        assert isinstance(written, str), f"no literal: {text}"
        logged = written % values if values else written
        assert logged == str(said), f"logs {logged!r} instead of {said!r}"


def _value(code: str) -> object:
    """Evaluate an expression of literals, names, and formatted strings; None where there is more in it."""
    try:
        tree = ast.parse(code, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = list(ast.walk(tree))
    numbers = (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    long = any(sum(map(str.isdigit, text)) > 2 for text in numbers)
    plain = all(isinstance(n, _PLAIN) and not isinstance(n, ast.Call) for n in nodes)
    if long or not plain or any(isinstance(n, ast.Name) and n.id not in _NAMES for n in nodes):
        return None
    try:
        return eval(compile(tree, "<input>", "eval"), {"__builtins__": {}}, dict(_NAMES))  # noqa: S307  # plain only
    except (TypeError, ValueError, OverflowError):
        return None


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "source": source,
    "edits": edits,
    "fixes": fixes,
    "comments": comments,
    "config": config,
    "template": template,
    "wire": wire,
}
"""Each target by its name."""
