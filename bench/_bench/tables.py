"""Numbers and rows as Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, text_columns: int = 1) -> str:
    """Return a Markdown table; the first `text_columns` columns are aligned left, the others right."""
    rule = ["---" if column < text_columns else "---:" for column in range(len(head))]
    lines = [head, rule, *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def number(value: int) -> str:
    """Return an integer with its thousands apart: 488,000."""
    return f"{value:,}"


def share(part: int, whole: int) -> str:
    """Return a percentage; 100 % and 0 % are only said where they are exact. A hyphen where there is nothing."""
    if whole == 0:
        return "-"
    if part in (0, whole):
        return f"{100 * part // whole} %"
    return f"{min(max(100 * part / whole, 0.01), 99.99):.2f} %"


def plain(text: str) -> str:
    """Return text that stands in a cell as it is: on one line, its bars escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def _cell(value: object) -> str:
    return number(value) if isinstance(value, int) else str(value)
