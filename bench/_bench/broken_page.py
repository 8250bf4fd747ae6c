"""docs/broken-code.md: what stays of the findings when code is broken, by the way in which it is."""

from __future__ import annotations

from collections.abc import Mapping

from _bench.kept import TOOLS, Count, Tally
from _bench.machine import description
from _bench.tables import number, share, table

_TEXT = """\
<!-- Written by scripts/dev.py bench broken_code. -->

# Broken code

Those files of real projects that have findings, broken at random places in the ways below, so that CPython does not
take them any more.
Counted are the findings that the sound file has outside of the broken statement: the smallest statement that the break
touches, which is all of a function only where its head is broken, and nothing where a line was put in between
statements. The shares say how many of them are still told: *typed*, when the break is an edit in an open document;
*opened*, when the file is opened broken in an editor; *checked*, when the command line reads it; and by
`ruff check`, of its own findings by the rules that stand for the same defects. *False* are findings in a file that
opened broken that the sound file does not have. After every break the edit was taken
back, and the findings of the sound file had to be there again.

`python3 scripts/dev.py bench broken_code --each {asked} --seed {seed}` on {machine}. Crashes, hangs, errors that are
not told, and findings that mending does not bring back: {wrong}.

{table}"""
_HEAD = (
    "Broken by",
    "Breaks",
    "Findings outside",
    "typed",
    "opened",
    "checked",
    "false",
    "Findings of ruff",
    "ruff check",
)


def page(tallies: Mapping[str, Tally], seed: int, asked: int) -> str:
    """Return the page for the outcomes by kind."""
    every = Tally()
    for tally in tallies.values():
        every.add(tally)
    rows = [_row(kind, tally) for kind, tally in sorted(tallies.items())]
    rows.append(_row("all", every))
    wrong = number(len(every.wrong)) if every.wrong else "none"
    return _TEXT.format(seed=seed, asked=asked, machine=description(), wrong=wrong, table=table(_HEAD, rows))


def _row(kind: str, tally: Tally) -> tuple[object, ...]:
    counts: list[Count] = [tally.counts[tool] for tool in TOOLS]
    typed, opened, once, ruff = (share(count.after, count.before) for count in counts)
    return (kind, tally.breaks, counts[0].before, typed, opened, once, tally.false, counts[-1].before, ruff)
