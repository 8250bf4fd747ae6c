"""Take every figure in one run, and write docs/figures.md."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import keystroke
import memory
import project
from _bench import limits
from _bench.machine import description
from _bench.peers import FIRST
from _bench.projects import results_directory
from _bench.servers import RUFF_RULES
from _dev.places import ROOT
from _dev.problem import Problem

PAGE = ROOT / "docs" / "figures.md"

TEXT = """\
<!-- Written by scripts/dev.py bench. -->

# Figures

Measured by `python3 scripts/dev.py bench` on Django 5.2, whose files have the lengths that matter: {machine}.

## Typing

Milliseconds from the moment a message is written to the moment its answer is complete, as the client sees it: the
median, and in parentheses what 5 % are above. One line in a function is changed back and forth so that the findings
change every time. *Pushed* waits for the diagnostics that the server sends, *pulled* asks for them. *Quick fixes* asks
what can be done at a finding, the edit of the first repair included. `ruff server` runs the rules {rules}
without preview; the ratio is prodready to it. The *empty pygls server* analyses nothing: it is what the library, the
pipes and the client cost. These servers take turns of {turn} edits, but for *cold*: there they take turns at every
single edit, so that each finds the processor's caches full of what the others do. *pylsp* and *fixit lsp*, as they are
without any settings, wait for half a second before they begin, and are asked a few times only; the sign > stands where
no answer came so long.

{typing}
### What they may be

The limits hold for the machine on which they were set, where `ruff server` needed 1.1, 3.7 and 12 ms for these edits.
The last column is what was measured here, divided by how much longer `ruff server` took here, the median of the three
files.

{limits}
## Memory

Resident memory of the server with its worker processes, one open file of 2,150 lines.

{memory}
## A whole project

The source distribution of Django: 2,823 files, 492,000 lines, the fastest of three runs, or the only one where a
run takes more than 30 seconds. Every command looks for those defects that it knows of the ones that prodready finds,
without a cache, but for the second line: there prodready has checked the same files before. The third line parses and
walks, and does nothing else. Fixit has no rules for these defects and runs its own; its line tells what a walk over
libcst's trees costs. Who is not done after 300 seconds is stopped.

{project}
The first command may take 10 seconds where parsing and walking takes 4.5; the last column is divided by how much longer
that took here.

{project_limits}"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure everything; returns the exit code."""
    call = _parser().parse_args(argv)
    machine = description()
    try:
        typing = keystroke.measure(call.edits, call.starts)
        sizes = memory.measure(call.memory_edits)
        checks = project.measure()
    except Problem as problem:
        print(f"figures: {problem}", file=sys.stderr)
        return problem.exit_code
    parts = {
        "typing": keystroke.page(typing),
        "limits": limits.page(typing),
        "memory": memory.page(sizes),
        "project": project.page(checks),
        "project_limits": limits.project_page(
            {name: run.seconds for name, run in checks.items()}, checks[FIRST].memory
        ),
    }
    text = TEXT.format(machine=machine, rules=", ".join(RUFF_RULES), turn=keystroke.TURN, **parts)
    PAGE.write_text(text, encoding="utf-8")
    details = {"machine": machine, "typing": keystroke.plain(typing), "memory": sizes}
    details["project"] = {title: asdict(run) for title, run in checks.items()}
    place = call.output or results_directory() / "figures.json"
    place.write_text(json.dumps(details, indent=1) + "\n", encoding="utf-8")
    print(f"figures: written to {PAGE.relative_to(ROOT)}, details to {place}", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench figures", description=__doc__)
    parser.add_argument("--edits", type=int, default=200, help="of each file in each server (default: 200)")
    parser.add_argument("--starts", type=int, default=7, help="of each server (default: 7)")
    parser.add_argument("--memory-edits", type=int, default=memory.EDITS, help=f"(default: {memory.EDITS})")
    parser.add_argument("--output", type=Path, help="where the details go as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
