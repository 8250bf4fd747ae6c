"""docs/broken-code.md: what stays of the findings when code is broken, by the way in which it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from _bench.kept import TOOLS, Count, Tally
from _bench.machine import description
from _bench.tables import number, share, table

_TEXT = """\
<!-- Written by scripts/dev.py bench broken_code. -->

# Broken code

{files} files of real projects, drawn at random from those with findings and at most {longest} lines, and broken at
random places in the ways below, so that CPython does not take them any more.
Counted are the findings that the sound file has outside of the broken statement: the smallest statement that the break
touches, which is all of a function only where its head is broken, and nothing where a line was put in between
statements. The shares say how many of them are still told: *typed*, when the break is an edit in an open document;
*opened*, when the file is broken from the start, as an editor opens it and the command line reads it; and by
`ruff check`, of its own findings by the rules that stand for the same defects. *False* are findings in a file that
opened broken that the sound file does not have. After every break the edit was taken back, and the findings of the
sound file had to be there again.

`python3 scripts/dev.py bench broken_code --each {each} --lines {lines} --seed {seed} --minutes {minutes:g}`
on {machine}.
Crashes, hangs, errors that are not told, and findings that mending does not bring back: {wrong}.

{table}"""
_HEAD = (
    "Broken by",
    "Breaks",
    "Findings outside",
    "typed",
    "opened",
    "false",
    "Findings of ruff",
    "ruff check",
)


@dataclass(frozen=True)
class Options:
    """What was asked for: the seed, how often each file is broken, how many lines one may have, and for how long."""

    seed: int
    each: int
    lines: int
    minutes: float


def page(tallies: Mapping[str, Tally], files: int, options: Options) -> str:
    """Return the page for the outcomes by kind, of so many files."""
    every = Tally()
    for tally in tallies.values():
        every.add(tally)
    rows = [_row(kind, tally) for kind, tally in sorted(tallies.items())]
    rows.append(_row("all", every))
    wrong = number(len(every.wrong)) if every.wrong else "none"
    return _TEXT.format(
        **asdict(options),
        files=number(files),
        longest=number(options.lines),
        machine=description(),
        wrong=wrong,
        table=table(_HEAD, rows),
    )


def _row(kind: str, tally: Tally) -> tuple[object, ...]:
    counts: list[Count] = [tally.counts[tool] for tool in TOOLS]
    typed, opened, ruff = (share(count.after, count.before) for count in counts)
    return (kind, tally.breaks, counts[0].before, typed, opened, tally.false, counts[-1].before, ruff)
