"""Measure how long the real VS Code takes from opening a window to the first squiggle, and how much of it is ours.

Windows of two profiles are opened in turn. In the one, prodready is installed; in the other, an extension that
underlines the first word of a Python file as soon as it is started, without a server: what the workbench, its extension
host and the browser take. The difference is ours.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from _bench.machine import description
from _bench.tables import number, table
from _dev.places import ROOT

sys.path.append(str(ROOT))  # what drives VS Code belongs to its tests

from tests.editors import programs, vscode
from tests.editors.vscode import Profile, Window

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

OURS, EMPTY = "prodready", "an extension that only underlines a word"
CODE = 'def work():\n    print("done")\n'
STARTED = re.compile(r"runs after (?P<all>\d+) ms, (?P<found>\d+) ms of them until it was found")
MANIFEST = {
    "name": "empty",
    "publisher": "bench",
    "version": "1.0.0",
    "engines": {"vscode": "^1.91.0"},
    "main": "main.js",
    "activationEvents": ["onLanguage:python"],
}
PROGRAM = """\
const { Diagnostic, languages, Range, window } = require("vscode");
exports.activate = () => {
  const found = new Diagnostic(new Range(0, 4, 0, 8), "a word");
  languages.createDiagnosticCollection("empty").set(window.activeTextEditor.document.uri, [found]);
};
"""


@dataclass
class Times:
    """Milliseconds of one contestant, one entry for each window; the first window of all stands apart."""

    first: int = 0
    text: list[int] = field(default_factory=list)
    squiggle: list[int] = field(default_factory=list)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    call = _parser().parse_args(argv)
    machine = description()
    try:
        results, log = measure(call.windows)
    except RuntimeError as missing:
        print(f"editor: {missing}", file=sys.stderr)
        return 3
    print(f"{machine}\n\n{page(results, log)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench editor", description=__doc__)
    parser.add_argument("--windows", type=int, default=9, help="of each contestant (default: 9)")
    return parser


def measure(windows: int) -> tuple[dict[str, Times], str]:
    """Return the times of both contestants, and what prodready has logged."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        packages = {OURS: programs.vsix(), EMPTY: _empty_extension(directory / "empty.vsix")}
        context = stack.enter_context(vscode.browser())
        profiles = {name: Profile(directory / package.stem) for name, package in packages.items()}
        for name, package in packages.items():
            profiles[name].install(package)
        addresses = {name: stack.enter_context(profile.serve()) for name, profile in profiles.items()}
        (directory / "project").mkdir()
        file = directory / "project" / "work.py"
        file.write_text(CODE, encoding="utf-8")
        results = {name: Times() for name in packages}
        for name, times in results.items():
            _, times.first = _opened(context, addresses[name], file)
        for number_of_window in range(windows):
            print(f"editor: window {number_of_window + 1} of {windows}", file=sys.stderr, flush=True)
            for name, times in results.items():
                text, squiggle = _opened(context, addresses[name], file)
                times.text.append(text)
                times.squiggle.append(squiggle)
        return results, profiles[OURS].log()


def _opened(context: BrowserContext, address: str, file: Path) -> tuple[int, int]:
    """Open a window, and close it; returns the milliseconds until its text, and until a squiggle."""
    start = time.monotonic()
    window = Window(context, address, file, folder=file.parent)
    try:
        window.page.locator(".view-line").first.wait_for()
        text = time.monotonic()
        window.squiggles.first.wait_for()
        return round(1000 * (text - start)), round(1000 * (time.monotonic() - start))
    finally:
        window.close()


def _empty_extension(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("extension/package.json", json.dumps(MANIFEST))
        package.writestr("extension/main.js", PROGRAM)
    return path


def page(results: dict[str, Times], log: str) -> str:
    """Return the figures as Markdown."""
    head = ["Milliseconds from opening the window to", OURS, EMPTY, "ours"]
    ours, empty = results[OURS], results[EMPTY]
    rows: list[Sequence[object]] = []
    for title, mine, theirs in (
        ("the text", ours.text, empty.text),
        ("the first squiggle", ours.squiggle, empty.squiggle),
    ):
        shares = [a - b for a, b in zip(mine, theirs, strict=True)]
        rows.append([title, *(_spread(times) for times in (mine, theirs, shares))])
    rows.append(["the first squiggle ever", ours.first, empty.first, ours.first - empty.first])
    starts = [(int(found["all"]), int(found["found"])) for found in STARTED.finditer(log)][1:]
    note = (
        "Medians, and in parentheses the least and the most. By its own log, prodready takes "
        f"{_spread([every for every, _ in starts])} ms from its activation until the server runs, "
        f"{_spread([found for _, found in starts])} ms of them until it knows which server to run."
    )
    return f"{table(head, rows)}\n{note}"


def _spread(times: list[int]) -> str:
    if not times:
        return "-"
    return f"{number(round(statistics.median(times)))} ({number(min(times))} to {number(max(times))})"


if __name__ == "__main__":
    sys.exit(main())
