"""Time the command line over a whole project, beside other linters: seconds until it is done, and memory in all."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from _bench.machine import description, resident
from _bench.peers import Linter, others, ours, ruff, walk_ast
from _bench.projects import projects
from _bench.tables import table
from _dev.problem import CANNOT, Problem

LIMIT = 300.0
"""Seconds after which a command is stopped; that it did not end is then its figure."""
_SLOW = 30.0
"""Commands that take more seconds are run once: nothing in what they tell depends on a tenth."""
_LOOK = 0.2
"""Seconds between two looks at the memory of a running command."""


@dataclass(frozen=True)
class Run:
    """One run of a command and its children: seconds until it ended, of processor time, and the most bytes held.

    `ended` is False where the command had to be stopped at the limit.
    """

    seconds: float
    processor: float
    memory: int
    ended: bool = True


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    call = _parser().parse_args(argv)
    try:
        results = measure(call.project, call.rounds, call.limit)
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
    parser.add_argument("--limit", type=float, default=LIMIT, help=f"seconds for one run (default: {LIMIT})")
    parser.add_argument("--output", type=Path, help="also write the figures as JSON")
    return parser


def measure(name: str = "Django", rounds: int = 3, limit: float = LIMIT) -> dict[str, Run]:
    """Return the fastest run of each command; the commands take turns.

    Raises:
        Problem: when the project was not downloaded, or a command fails.
    """
    root = projects([name])[0].root
    with tempfile.TemporaryDirectory(prefix="prodready-bench-") as cache:
        warm = ours(Path(cache))
        _run(warm, root, limit)
        linters = [ours(), warm, walk_ast(), ruff(), *others()]
        runs: dict[str, list[Run]] = {linter.name: [] for linter in linters}
        for number in range(rounds):
            for linter in linters:
                if any(run.seconds > _SLOW for run in runs[linter.name]):
                    continue
                runs[linter.name].append(_run(linter, root, limit))
                print(f"project: {linter.name}, {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return {title: min(done, key=lambda run: run.seconds) for title, done in runs.items()}


def _run(linter: Linter, directory: Path, limit: float) -> Run:
    started, processor = time.perf_counter(), _children_seconds()
    process = subprocess.Popen(
        [*linter.command, str(directory)],
        cwd=directory,
        env={**os.environ, **linter.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    memory = _most_memory(process, started + limit)
    seconds = time.perf_counter() - started
    ended = process.poll() is not None
    if not ended:
        _stop(process)
    elif process.returncode not in linter.codes:
        raise Problem(f"{linter.name} failed with exit code {process.returncode}", CANNOT)
    return Run(seconds, _children_seconds() - processor, memory, ended)


def _most_memory(process: subprocess.Popen[bytes], deadline: float) -> int:
    """Wait for a command to end, or for the deadline; returns the most memory that it was seen to hold."""
    memory = 0
    while process.poll() is None and time.perf_counter() < deadline:
        memory = max(memory, resident(process.pid))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK)
    return memory


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command with the processes that it has started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _children_seconds() -> float:
    """Return the processor time of all children that have ended, and of theirs."""
    times = os.times()
    return times.children_user + times.children_system


def page(results: dict[str, Run]) -> str:
    """Return the figures as a Markdown table; the ratio is to the first command."""
    first = next(iter(results.values()))
    rows = [
        [
            title,
            f"{run.seconds:.1f} s" if run.ended else f"not done after {run.seconds:.0f} s",
            f"{run.seconds / first.seconds:.2f}" if run.ended else f"> {run.seconds / first.seconds:.0f}",
            f"{run.processor:.1f} s",
            f"{run.memory / 1e6:.0f} MB",
        ]
        for title, run in results.items()
    ]
    return table(["Command", "Until done", "ratio", "Processor time", "Memory, all processes"], rows)


if __name__ == "__main__":
    sys.exit(main())
