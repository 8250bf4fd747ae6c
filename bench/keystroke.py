"""Time what somebody who types waits for, in prodready, other servers and one that does nothing, side by side.

The servers take turns of a few edits, so that whatever else the machine does hits all of them alike. Those that analyse
in Python are so slow that they take part in a few rounds only, behind the others.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from _bench.language_client import LanguageClient, NoAnswerError
from _bench.machine import description
from _bench.projects import projects
from _bench.servers import FLOOR, OURS, PEERS, RUFF, Peer
from _bench.slow_servers import FIXIT, PYLSP, slow_peers
from _bench.tables import table
from _bench.timing import Figure
from _bench.typing_script import Page, Typist
from _dev.problem import Problem

FILES = ("django/http/response.py", "django/db/models/expressions.py", "tests/admin_views/tests.py")
WARM_UP = 10
SLOW_EDITS, SLOW_STARTS = 5, 3
TURN = 10
EDIT, PULL, OPEN, FIXES = "edit, pushed", "edit, pulled", "opened again", "quick fixes"
COLD = "edit, pushed, cold"
"""Turns of one edit each: at every one, the processor's caches are full of what the other servers do."""
START, FIRST_OPEN = "start to initialized", "first file opened"

Figures = dict[str, dict[str, Figure]]
"""What was measured, by server and kind."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    call = _parser().parse_args(argv)
    try:
        results = measure(call.edits, call.starts, call.file)
    except Problem as problem:
        print(f"keystroke: {problem}", file=sys.stderr)
        return problem.exit_code
    print(f"{description()}\n\n{page(results)}")
    if call.output:
        call.output.write_text(json.dumps(plain(results), indent=1) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench keystroke", description=__doc__)
    parser.add_argument("--edits", type=int, default=200, help="of each file in each server (default: 200)")
    parser.add_argument("--starts", type=int, default=7, help="of each server (default: 7)")
    parser.add_argument("--file", action="append", choices=FILES, help="only these files of Django")
    parser.add_argument("--output", type=Path, help="also write the figures as JSON")
    return parser


def measure(edits: int, starts: int, files: Sequence[str] | None = None) -> dict[str, Figures]:
    """Return the figures of each file, and those of starting under an empty name.

    Raises:
        Problem: when Django was not downloaded.
    """
    root = projects(["Django"])[0].root
    slow = slow_peers()
    results: dict[str, Figures] = {}
    for name in files or FILES:
        page = Page(root / name)
        _say(f"{name}: {edits} edits")
        figures = _typing(root, page, edits)
        results[f"{name} ({page.lines:,} lines)"] = {**figures, **_slow_typing(root, page, slow)}
    if starts:
        _say(f"{starts} starts")
        page = Page(root / FILES[1])
        few = min(starts, SLOW_STARTS)
        results[""] = {**_starting(root, page, PEERS, starts), **_starting(root, page, slow, few)}
    return results


def _typing(root: Path, page: Page, edits: int) -> Figures:
    times: dict[str, dict[str, list[float]]] = {peer.name: defaultdict(list) for peer in PEERS}
    with ExitStack() as stack:
        pushed = {peer.name: Typist(_started(stack, peer, root, pull=False), page) for peer in PEERS}
        pulled = {peer.name: Typist(_started(stack, peer, root, pull=True), page) for peer in PEERS}
        for typist in pushed.values():
            typist.open()
        for typist in pulled.values():
            typist.open_silently()
        _in_turns(times, pushed, EDIT, Typist.edit, edits)
        _in_turns(times, pushed, COLD, Typist.edit, edits, turn=1)
        _in_turns(times, pulled, PULL, Typist.edit_and_pull, edits)
        _make_bare(pushed)
        _in_turns(times, pushed, FIXES, Typist.quick_fixes, max(edits // 5, 5))
        _in_turns(times, pushed, OPEN, Typist.open_again, max(edits // 10, 5))
    return _figures(times)


def _slow_typing(root: Path, page: Page, peers: Sequence[Peer]) -> Figures:
    """Measure servers that may not answer in time: of these nothing more is asked."""
    figures: Figures = {}
    for peer in peers:
        client, _ = peer.start(root)
        try:
            figures[peer.name] = {EDIT: _few_edits(Typist(client, page), peer.patience)}
        finally:
            client.close()
    return figures


def _few_edits(typist: Typist, patience: float) -> Figure:
    with suppress(NoAnswerError):
        typist.open()
    try:
        return Figure.of([typist.edit() for _ in range(SLOW_EDITS)])
    except NoAnswerError:
        return Figure.unanswered(patience * 1000)


def _make_bare(typists: dict[str, Typist]) -> None:
    """Leave every document with the handler that has findings, which quick fixes are asked for."""
    for typist in typists.values():
        while not typist.is_bare:
            typist.edit()


def _in_turns(
    times: dict[str, dict[str, list[float]]],
    typists: dict[str, Typist],
    kind: str,
    action: Callable[[Typist], float],
    rounds: int,
    turn: int = TURN,
) -> None:
    """Let the servers do the same, `turn` times one after the other; the first rounds only warm them up."""
    warm_up = min(WARM_UP, rounds)
    numbers = range(-warm_up, rounds)
    for first in range(0, len(numbers), turn):
        for name, typist in typists.items():
            for number in numbers[first : first + turn]:
                taken = action(typist)
                if number >= 0:
                    times[name][kind].append(taken)


def _starting(root: Path, page: Page, peers: Sequence[Peer], starts: int) -> Figures:
    times: dict[str, dict[str, list[float]]] = {peer.name: defaultdict(list) for peer in peers}
    for _ in range(starts):
        for peer in peers:
            client, answer = peer.start(root)
            times[peer.name][START].append((answer.arrived - client.started) * 1000)
            with suppress(NoAnswerError):
                times[peer.name][FIRST_OPEN].append(Typist(client, page).open())
            client.close()
    return _figures(times)


def _started(stack: ExitStack, peer: Peer, root: Path, *, pull: bool) -> LanguageClient:
    client, _ = peer.start(root, pull=pull)
    stack.callback(client.close)
    return client


def _figures(times: dict[str, dict[str, list[float]]]) -> Figures:
    return {name: _summed(kinds) for name, kinds in times.items()}


def _summed(times: dict[str, list[float]]) -> dict[str, Figure]:
    return {kind: Figure.of(taken) for kind, taken in times.items() if taken}


def page(results: dict[str, Figures]) -> str:
    """Return the figures as a Markdown table."""
    head = ["", "Waiting for", OURS.name, RUFF.name, "ratio", PYLSP, FIXIT, FLOOR.name]
    rows: list[list[object]] = []
    for title, figures in results.items():
        for kind, ours in figures[OURS.name].items():
            ruff, floor = figures[RUFF.name][kind], figures[FLOOR.name][kind]
            slow = [figures.get(name, {}).get(kind, "") for name in (PYLSP, FIXIT)]
            rows.append([title, kind, ours, ruff, ours.ratio_to(ruff), *slow, floor])
    return table(head, rows, text_columns=2)


def plain(results: dict[str, Figures]) -> dict[str, Any]:
    """Return the figures as plain values for JSON."""
    return {
        title: {name: {kind: asdict(figure) for kind, figure in kinds.items()} for name, kinds in figures.items()}
        for title, figures in results.items()
    }


def _say(text: str) -> None:
    print(f"keystroke: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
