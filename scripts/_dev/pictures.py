"""The README's picture of the command line: what it really prints, as an SVG that is drawn again by `generate`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from _dev.places import ROOT

WIDTH = 100
EXAMPLE = "shop/mailer.py"
SECONDS = re.compile(r", [0-9.]+ s$", re.MULTILINE)

# Colours with enough contrast on the light and dark pages that the picture is shown on.
_THEME = TerminalTheme(
    (30, 34, 42),
    (220, 223, 228),
    [(30, 34, 42), (224, 108, 117), (152, 195, 121), (229, 192, 123), (97, 175, 239), (198, 120, 221), (86, 182, 194),
     (220, 223, 228)],
)  # fmt: skip
# rich's own format asks a font server for a font; a picture should ask nobody for anything.
_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
  <style>
    .{unique_id}-matrix {{
      font-family: ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
      font-size: {char_height}px;
      line-height: {line_height}px;
    }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
      {matrix}
    </g>
  </g>
</svg>
"""


def pictures(root: Path = ROOT) -> dict[Path, str]:
    """Return the pictures by the paths where they belong."""
    commands = (["check", EXAMPLE], ["fix", "--diff", EXAMPLE])
    return {root / "docs" / "images" / f"{words[0]}.svg": _drawn(root, words) for words in commands}


def _drawn(root: Path, words: list[str]) -> str:
    """Return a picture of a terminal in which `prodready` was called with `words` in the example."""
    printed = _printed(root / "examples" / "shop", words)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(f"[bold]$ prodready {' '.join(words)}[/bold]", highlight=False)
        console.print(Text.from_ansi(printed))
    return console.export_svg(title="prodready", theme=_THEME, code_format=_FORMAT, unique_id=f"prodready-{words[0]}")


def _printed(directory: Path, words: list[str]) -> str:
    """Return what the command prints on a terminal, without how long it took: the picture must not change by itself."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(WIDTH)}
    environment.pop("NO_COLOR", None)
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "prodready", *words]
    with subprocess.Popen(command, cwd=directory, env=environment, stdout=theirs, stderr=subprocess.DEVNULL):
        os.close(theirs)
        printed = _read_all(ours)
    os.close(ours)
    return SECONDS.sub("", printed.decode().replace("\r\n", "\n").rstrip())


def _read_all(terminal: int) -> bytes:
    """Read from a terminal until the program at its other end is done, which Linux tells by an error."""
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            return b"".join(parts)
        if not part:
            return b"".join(parts)
        parts.append(part)
