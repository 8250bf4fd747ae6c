"""Colours for a terminal, and none for anything else."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import IO

_FORCING = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})
"""The variables by which rich takes for a terminal what is none."""
Paint = Callable[[str, str], str]
"""Takes a text and the name of a style of rich ("bold red"), returns the text to write."""


def plain(text: str, style: str) -> str:
    """Paint nothing."""
    return text


def painter(stream: IO[str]) -> Paint:
    """Return what paints text for `stream`: colours on a terminal that shows them, unless NO_COLOR is set."""
    if not stream.isatty() and _FORCING.isdisjoint(os.environ):
        # Rich would say the same, but takes longer to load than a small project to check.
        return plain
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
