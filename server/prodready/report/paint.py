"""Colours for a terminal, and none for anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

Paint = Callable[[str, str], str]
"""Takes a text and the name of a style of rich ("bold red"), returns the text to write."""


def plain(text: str, style: str) -> str:
    """Paint nothing."""
    return text


def painter(stream: IO[str]) -> Paint:
    """Return what paints text for `stream`: colours on a terminal that shows them, unless NO_COLOR is set."""
    from rich.color import ColorSystem
    from rich.console import Console
    from rich.style import Style

    console = Console(file=stream)
    if not console.is_terminal or console.no_color or console.color_system is None:
        return plain
    system = {"standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT, "windows": ColorSystem.WINDOWS}.get(
        console.color_system, ColorSystem.TRUECOLOR
    )
    return lambda text, style: Style.parse(style).render(text, color_system=system)
