"""Comments that silence findings: `# prodready: ignore[OBS101] reason`, and `# noqa` with another tool's code.

A comment counts on the finding's own line and on the first line of its statement. `# prodready: ignore-file[OBS101]`
counts for the whole file. Without brackets everything is meant. `# noqa` alone means every rule that another tool has
too, and `# ruff: noqa: T201` on a line of its own counts for the whole file. `# pylint: disable=R1732` on the finding's
line counts like its code behind `noqa`.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from prodready.engine.lexical import comments

EVERYTHING: Final = "*"
_OURS: Final = re.compile(r"#\s*prodready:\s*(ignore-file|ignore)(?![\w-])(?:\s*\[([^\[\]]*)\]|(?!\s*\[))")
_CODES: Final = r"noqa\s*:\s*([A-Z][A-Z0-9]*[0-9]+(?:[\s,]+[A-Z][A-Z0-9]*[0-9]+)*)"
_NOQA: Final = re.compile(rf"#\s*{_CODES}", re.IGNORECASE)
_BARE_NOQA: Final = re.compile(r"#\s*noqa(?![\w-])(?!\s*:)", re.IGNORECASE)
_NOQA_FILE: Final = re.compile(rf"#\s*(?:ruff|flake8)\s*:\s*{_CODES}", re.IGNORECASE)
_PYLINT: Final = re.compile(r"#\s*pylint\s*:\s*disable\s*=\s*([\w-]+(?:\s*,\s*[\w-]+)*)", re.IGNORECASE)
_PYLINT_NAMES: Final = {
    "bare-except": "e722",
    "w0702": "e722",
    "broad-except": "w0718",
    "broad-exception-caught": "w0718",
    "consider-using-with": "r1732",
}
"""The words by which pylint's comments mean a code that is some rule's twin."""
_ANY_TWIN: Final = "noqa:*"
_MARKS: Final = ("prodready:", "noqa", "pylint:")


@dataclass(frozen=True)
class Suppressions:
    """What the comments of a segment silence: selectors by 0-based line of the segment, and for the whole file."""

    lines: dict[int, frozenset[str]] = field(default_factory=dict)
    file: frozenset[str] = frozenset()

    def silences(self, line: int, selectors: frozenset[str]) -> bool:
        """Tell whether a comment on `line` names one of `selectors`, or everything."""
        named = self.lines.get(line)
        return named is not None and not named.isdisjoint(selectors)


NOTHING: Final = Suppressions()


def selectors_for(code: str, name: str, twins: Sequence[str] = ()) -> frozenset[str]:
    """Return every word by which a comment may mean a rule: its code, family, name, twins, in lower case."""
    family = code.rstrip("0123456789")
    foreign = {f"noqa:{t.lower()}" for t in twins} | ({_ANY_TWIN} if twins else set())
    return frozenset({EVERYTHING, code.lower(), family.lower(), name, *foreign})


def suppressions(lines: Sequence[str], text: str) -> Suppressions:
    """Read the suppressing comments of a segment, given as lines and as a whole."""
    lowered = text.lower()
    for mark in _MARKS:
        if mark in lowered:
            break
    else:
        return NOTHING
    by_line: dict[int, frozenset[str]] = {}
    whole: frozenset[str] = frozenset()
    for number, comment in _comments(lines, text):
        for match in _OURS.finditer(comment):
            meant = _words(match.group(2))
            if match.group(1) == "ignore-file":
                whole |= meant
            else:
                by_line[number] = by_line.get(number, frozenset()) | meant
        by_line[number] = by_line.get(number, frozenset()) | _foreign(comment)
        if lines[number].lstrip().startswith(comment) and (for_file := _NOQA_FILE.match(comment)):
            whole |= _codes(for_file)
    return Suppressions(by_line, whole)


def _foreign(comment: str) -> frozenset[str]:
    """Return what a comment for other tools means on its line."""
    bare = {_ANY_TWIN} if _BARE_NOQA.search(comment) else set()
    return frozenset(bare).union(_disabled(comment), *(_codes(match) for match in _NOQA.finditer(comment)))


def _disabled(comment: str) -> Iterator[str]:
    """Yield what pylint is told to be silent about, as codes behind `noqa`."""
    for match in _PYLINT.finditer(comment):
        for word in _words(match.group(1)):
            yield f"noqa:{_PYLINT_NAMES.get(word, word)}"


def _codes(match: re.Match[str]) -> frozenset[str]:
    return frozenset(f"noqa:{code.lower()}" for code in re.split(r"[\s,]+", match.group(1)))


def _words(listed: str | None) -> frozenset[str]:
    if listed is None:
        return frozenset({EVERYTHING})
    return frozenset(word.strip().lower() for word in listed.split(",") if word.strip())


def _comments(lines: Sequence[str], text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments with their 0-based line."""
    starts = list(itertools.accumulate((len(line) for line in lines), initial=0))
    for comment in comments(text):
        yield bisect.bisect_right(starts, comment.start()) - 1, comment.group()
