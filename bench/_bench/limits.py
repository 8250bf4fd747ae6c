"""What the figures must not be above, and how one run compares: as it was, and at the speed of another machine."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from _bench.peers import AGAIN, FIRST, WALK_AST
from _bench.servers import OURS, RUFF
from _bench.tables import table
from _bench.timing import Figure

Figures = Mapping[str, Mapping[str, Figure]]
"""What was measured, by server and kind."""


@dataclass(frozen=True)
class Limit:
    """Milliseconds that a kind of figure may take at most in a file; `file` is empty for what has none."""

    file: str
    kind: str
    most: float


LIMITS = (
    Limit("django/http/response.py", "edit, pushed", 3),
    Limit("django/db/models/expressions.py", "edit, pushed", 3),
    Limit("tests/admin_views/tests.py", "edit, pushed", 5),
    Limit("django/db/models/expressions.py", "quick fixes", 30),
    Limit("django/db/models/expressions.py", "opened again", 80),
    Limit("", "start to initialized", 400),
)
PROJECT_LIMITS = ((FIRST, 10.0), (AGAIN, 1.5))
"""Seconds that each command may take over the project."""
MEMORY_LIMIT = 400
"""Megabytes that all processes of a first check may hold."""
WALK_THERE = 4.5
"""Seconds that parsing and walking the project took on the machine that the limits were set on."""
RUFF_THERE = {
    "django/http/response.py": 1.1,
    "django/db/models/expressions.py": 3.7,
    "tests/admin_views/tests.py": 12.0,
}
"""Milliseconds that `ruff server` needed for the same edits on the machine that the limits were set on."""


def page(results: Mapping[str, Figures]) -> str:
    """Return a Markdown table of all limits; `results` are the figures of each file, whose titles begin with it."""
    slower = slowness(results)
    rows = [
        (f"{title}, {limit.kind}" if title else limit.kind, f"{limit.most:g}", _short(here), _short(here / slower))
        for title, limit, here in _measured(results)
    ]
    return table(("Milliseconds", "at most", "here", f"here / {slower:.2f}"), rows)


def project_page(seconds: Mapping[str, float], memory: int) -> str:
    """Return the same for a whole project: `seconds` of each command, `memory` in bytes."""
    slower = seconds[WALK_AST] / WALK_THERE
    rows = [
        (f"{name}, seconds", f"{most:g}", f"{seconds[name]:.1f}", f"{seconds[name] / slower:.1f}")
        for name, most in PROJECT_LIMITS
    ]
    rows.append((f"{FIRST}, megabytes", str(MEMORY_LIMIT), f"{memory / 1e6:.0f}", ""))
    return table(("", "at most", "here", f"here / {slower:.2f}"), rows)


def slowness(results: Mapping[str, Figures]) -> float:
    """Return how many times longer `ruff server` takes here than there: the median of the files."""
    times = (
        figures[RUFF.name]["edit, pushed"].median / there
        for title, figures in results.items()
        for file, there in RUFF_THERE.items()
        if title.startswith(file)
    )
    return statistics.median(times)


def _measured(results: Mapping[str, Figures]) -> Iterator[tuple[str, Limit, float]]:
    for limit in LIMITS:
        for title, figures in results.items():
            if title.startswith(limit.file) and bool(title) is bool(limit.file):
                yield limit.file, limit, figures[OURS.name][limit.kind].median


def _short(milliseconds: float) -> str:
    return f"{milliseconds:.{1 if milliseconds < 100 else 0}f}"
