"""Time the command line over a whole project, beside `ruff check`: seconds until it is done, and memory in all."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from _bench.machine import description, resident
from _bench.projects import projects
from _bench.servers import RUFF_RULES
from _bench.tables import table
from _dev.problem import CANNOT, Problem

_LOOK = 0.2
"""Seconds between two looks at the memory of a running command."""

COMMANDS = {
    "prodready check": [sys.executable, "-m", "prodready", "check", "--no-cache", "--format", "json"],
    "ruff check": [
        *(sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "json"),
        *("--select", ",".join(RUFF_RULES)),
    ],
}


@dataclass(frozen=True)
class Run:
    """One run of a command and its children: seconds until it ended, of processor time, and the most bytes held."""

    seconds: float
    processor: float
    memory: int


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    call = _parser().parse_args(argv)
    try:
        results = measure(call.project, call.rounds)
    except Problem as problem:
        print(f"project: {problem}", file=sys.stderr)
        return problem.exit_code
    print(f"{description()}\n\n{page(results)}")
    if call.output:
        call.output.write_text(json.dumps({k: asdict(v) for k, v in results.items()}) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench project", description=__doc__)
    parser.add_argument("project", nargs="?", default="Django", help="which of the corpora (default: Django)")
    parser.add_argument("--rounds", type=int, default=3, help="of each command; the fastest counts (default: 3)")
    parser.add_argument("--output", type=Path, help="also write the figures as JSON")
    return parser


def measure(name: str = "Django", rounds: int = 3) -> dict[str, Run]:
    """Return the fastest run of each command; the commands take turns.

    Raises:
        Problem: when the project was not downloaded, or a command fails.
    """
    root = projects([name])[0].root
    runs: dict[str, list[Run]] = {title: [] for title in COMMANDS}
    for number in range(rounds):
        for title, command in COMMANDS.items():
            runs[title].append(_run([*command, str(root)], root))
            print(f"project: {title}, {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return {title: min(done, key=lambda run: run.seconds) for title, done in runs.items()}


def _run(command: list[str], directory: Path) -> Run:
    started, processor = time.perf_counter(), _children_seconds()
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    memory = _most_memory(process)
    seconds = time.perf_counter() - started
    if process.returncode not in (0, 1, 2):
        raise Problem(f"`{' '.join(command[1:5])} …` failed with exit code {process.returncode}", CANNOT)
    return Run(seconds, _children_seconds() - processor, memory)


def _most_memory(process: subprocess.Popen[bytes]) -> int:
    """Wait for a command to end; returns the most memory that it was seen to hold."""
    memory = 0
    while process.poll() is None:
        memory = max(memory, resident(process.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK)
    return memory


def _children_seconds() -> float:
    """Return the processor time of all children that have ended, and of theirs."""
    times = os.times()
    return times.children_user + times.children_system


def page(results: dict[str, Run]) -> str:
    """Return the figures as a Markdown table."""
    rows = [
        [title, f"{run.seconds:.1f} s", f"{run.processor:.1f} s", f"{run.memory / 1e6:.0f} MB"]
        for title, run in results.items()
    ]
    return table(["Command", "First check", "Processor time", "Memory, all processes"], rows)


if __name__ == "__main__":
    sys.exit(main())
