"""docs/endurance.md: how much real code was edited, compared with what, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from _bench.exercise import Exercise
from _bench.machine import description
from _bench.tables import table

_TEXT = """\
<!-- Written by scripts/dev.py bench endurance. -->

# Endurance

Random edits to every file of real projects, made through the same session that an editor's changes go through, in
UTF-16: single characters, words renamed, statements inserted, lines and blocks deleted, moved, indented and commented
out, half brackets and quotes, undone steps, pasted stretches of up to 1,000 lines, mixed line ends, form feeds, emoji,
lone surrogates, NUL. After each batch the document is compared with a fresh analysis of the same text, in segments and
as a whole: its text, lines and positions always; findings and facts where the text parses; that an error is told where
it does not. A text that no longer parses is taken back step by step, so that most comparisons find one that does.

`python3 scripts/dev.py bench endurance --edits {asked} --seed {seed}` on {machine}.

{table}"""
_COLUMNS = ("Project", "Files", "Edits", "Compared, parses", "Compared, broken", "Failures")


def page(outcomes: Sequence[Exercise], seed: int, asked: int) -> str:
    """Return the page for the outcomes of all files."""
    names = sorted({outcome.project for outcome in outcomes}, key=str.lower)
    rows = [_row(name, [o for o in outcomes if o.project == name]) for name in names]
    rows.append(_row("all", outcomes))
    return _TEXT.format(seed=seed, asked=asked, machine=description(), table=table(_COLUMNS, rows))


def _row(name: str, outcomes: Sequence[Exercise]) -> tuple[str, ...]:
    edited = [outcome for outcome in outcomes if outcome.edits]
    numbers = (
        len(edited),
        sum(o.edits for o in edited),
        sum(o.valid for o in edited),
        sum(o.broken for o in edited),
        sum(len(o.failures) for o in outcomes),
    )
    return (name, *(f"{number:,}" for number in numbers))
