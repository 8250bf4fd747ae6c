"""Source lines with a line number gutter, and carets under a range that also fit tabs and wide characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from prodready.engine.finding import Range

_TAB = 4
_SHOWN = 4
WIDEST = 160
"""How many cells of a line are shown where nothing limits it."""
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True)
class ExcerptLine:
    """One line of an excerpt: its 1-based number (None for a gap), its text, and where carets go, in terminal cells.

    A blank line inside a range has no carets.
    """

    number: int | None
    text: str = ""
    indent: int = 0
    carets: int = 0


def printable(text: str) -> str:
    """Replace characters that a terminal acts on, or hides, so that shown text cannot steer the terminal."""
    return _CONTROL.sub(_picture, text)


def lines_of(span: Range) -> list[int]:
    """Return the 0-based numbers of the lines that an excerpt of `span` shows; a gap lies where they jump."""
    first, last = span.start.line, span.end.line
    if last > first and span.end.column == 0:
        last -= 1
    if last - first < _SHOWN:
        return list(range(first, last + 1))
    return [first, first + 1, last]


def excerpt(lines: Mapping[int, str], span: Range, widest: int = WIDEST) -> Iterator[ExcerptLine]:
    """Show the lines of `span` (0-based, characters) out of `lines`, which maps 0-based numbers to texts.

    Of a line with more than `widest` cells the part around the start of the range is shown.
    """
    previous: int | None = None
    for number in lines_of(span):
        if number not in lines:
            continue
        if previous is not None and number > previous + 1:
            yield ExcerptLine(None)
        previous = number
        yield _line(number, lines[number], span, widest)


def _line(number: int, line: str, span: Range, widest: int) -> ExcerptLine:
    if number != span.start.line and not line.strip():
        return ExcerptLine(number + 1)
    first = span.start.column if number == span.start.line else len(line) - len(line.lstrip())
    last = span.end.column if number == span.end.line else len(line.rstrip())
    before, upto, whole = _expanded(line[:first]), _expanded(line[:last]), _expanded(line)
    if cell_len(whole) <= widest:
        return _marked(number, whole.rstrip(), len(before), len(upto))
    cut = max(0, len(before) - widest // 3)
    window = set_cell_size(whole[cut:], widest - 2).rstrip()
    text = "…" * bool(cut) + window + "…" * (cut + len(window) < len(whole.rstrip()))
    shift = bool(cut) - cut
    return _marked(number, text, len(before) + shift, min(len(upto) + shift, len(text)))


def _marked(number: int, text: str, start: int, end: int) -> ExcerptLine:
    """Put carets under the characters `start` to `end` of `text`, at least one."""
    return ExcerptLine(number + 1, text, cell_len(text[:start]), max(1, cell_len(text[start:end])))


def _expanded(line: str) -> str:
    """Write tabs as spaces up to the next stop, and what cannot be shown as a picture of it."""
    if "\t" not in line:
        return printable(line)
    shown = ""
    for piece in line.split("\t")[:-1]:
        shown += printable(piece)
        shown += " " * (_TAB - cell_len(shown) % _TAB)
    return shown + printable(line.rpartition("\t")[2])


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"
