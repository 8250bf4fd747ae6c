"""What a run found and took: findings and time of every rule, and the files that took longest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from prodready.report.excerpt import printable
from prodready.report.model import Report
from prodready.report.paint import Paint, plain

_SLOWEST = 10


@dataclass(frozen=True)
class RuleRow:
    """One rule: its code and name, how many findings it has, and how many seconds it took in all processes."""

    code: str
    name: str
    findings: int
    seconds: float


@dataclass(frozen=True)
class Statistics:
    """The rules, the slowest first, the slowest files with their seconds, and the seconds of all files."""

    rules: tuple[RuleRow, ...]
    files: tuple[tuple[str, float], ...]
    seconds: float


def statistics(report: Report, names: Mapping[str, str]) -> Statistics:
    """Sum up a run whose files were timed; `names` are those of the rules by code."""
    spent: Counter[str] = Counter()
    files: list[tuple[str, float]] = []
    for file in report.files:
        if file.times is not None:
            spent.update(file.times.rules)
            files.append((file.path, file.times.total / 1e9))
    found = report.by_code
    rows = [RuleRow(code, name, found.get(code, 0), spent[code] / 1e9) for code, name in names.items()]
    rows.sort(key=lambda row: (-row.seconds, row.code))
    files.sort(key=lambda entry: (-entry[1], entry[0]))
    return Statistics(tuple(rows), tuple(files[:_SLOWEST]), sum(seconds for _, seconds in files))


def as_object(sums: Statistics) -> dict[str, Any]:
    """Return the sums as the values that JSON knows, times in seconds."""
    rules = [
        {"code": row.code, "name": row.name, "findings": row.findings, "seconds": round(row.seconds, 6)}
        for row in sums.rules
    ]
    files = [{"path": path, "seconds": round(seconds, 6)} for path, seconds in sums.files]
    return {"rules": rules, "slowest_files": files, "seconds": round(sums.seconds, 6)}


def as_text(sums: Statistics, paint: Paint = plain) -> Iterator[str]:
    """Write the sums as lines without line ends, an empty one last."""
    width = max((len(row.name) for row in sums.rules), default=0)
    yield paint(f"{'Rule':<8}{'':<{width}}  Findings      Time   Share", "bold")
    for row in sums.rules:
        share = row.seconds / sums.seconds if sums.seconds else 0.0
        yield f"{row.code:<8}{row.name:<{width}}  {row.findings:>8}  {row.seconds:>6.2f} s  {share:>5.1%}"
    yield ""
    yield paint("Slowest files", "bold")
    yield from (f"{seconds:>8.2f} s  {printable(path)}" for path, seconds in sums.files)
    yield ""
