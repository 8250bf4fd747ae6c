"""Watch the memory of `prodready server` while somebody types: what it takes, and that it stops growing.

Memory is the resident memory of the server with its worker processes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from _bench.machine import description, resident
from _bench.projects import projects
from _bench.servers import OURS, RUFF, Peer
from _bench.tables import number, table
from _bench.typing_script import Page, Typist
from _dev.problem import Problem

FILE = "django/db/models/expressions.py"
EDITS = 10_000
STEPS = 10


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    call = _parser().parse_args(argv)
    try:
        results = measure(call.edits)
    except Problem as problem:
        print(f"memory: {problem}", file=sys.stderr)
        return problem.exit_code
    print(f"{description()}\n\n{page(results)}")
    if call.output:
        call.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench memory", description=__doc__)
    parser.add_argument("--edits", type=int, default=EDITS, help=f"how many (default: {EDITS})")
    parser.add_argument("--output", type=Path, help="also write the figures as JSON")
    return parser


def measure(edits: int = EDITS) -> dict[str, dict[int, int]]:
    """Return the bytes that each server takes after a number of edits.

    Raises:
        Problem: when Django was not downloaded.
    """
    root = projects(["Django"])[0].root
    return {peer.name: _typed(peer, root, edits) for peer in (OURS, RUFF)}


def _typed(peer: Peer, root: Path, edits: int) -> dict[int, int]:
    step = max(edits // STEPS, 1)
    client, _ = peer.start(root)
    try:
        typist = Typist(client, Page(root / FILE))
        typist.open()
        typist.quick_fixes()
        sizes = {0: resident(client.pid)}
        for done in range(1, edits + 1):
            typist.edit()
            if done % step == 0:
                sizes[done] = resident(client.pid)
                print(f"memory: {peer.name}, {done} of {edits} edits", file=sys.stderr, flush=True)
        return sizes
    finally:
        client.close()


def page(results: dict[str, dict[int, int]]) -> str:
    """Return the figures as a Markdown table in MB."""
    counts = list(results[OURS.name])
    shown = [counts[0], *counts[1:2], counts[len(counts) // 2], counts[-1]]
    head = ["Server", *(f"after {number(count)} edits" for count in shown)]
    rows = [[name, *(f"{sizes[count] / 1e6:.1f} MB" for count in shown)] for name, sizes in results.items()]
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
