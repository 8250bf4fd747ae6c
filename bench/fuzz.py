"""Let a coverage-guided fuzzer look for inputs that break something, for some time on each target.

What was found on the way, and whatever broke something, is kept beside the corpora. Writes docs/fuzzing.md when all
targets had a turn.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from _bench.machine import description
from _bench.projects import results_directory
from _bench.side import python_with
from _bench.tables import table
from _dev.places import ROOT
from _dev.problem import FAILED, WRONG_CALL, Problem

sys.path.append(str(ROOT))  # the messages to begin with belong to the tests

from _fuzz.seeds import dictionary, seeds
from _fuzz.targets import TARGETS

PAGE = ROOT / "docs" / "fuzzing.md"
_STATISTIC = re.compile(r"^stat::(\w+):\s+(\d+)", re.MULTILINE)
_COVERED = re.compile(r" cov: (\d+) ft: (\d+) corp: (\d+)")
_TEXT = """\
<!-- Written by scripts/dev.py bench fuzz. -->

# Fuzzing

[atheris](https://pypi.org/project/atheris/) changes inputs at random and keeps those that reach code which none reached
before. Each target takes any bytes, drives a part of prodready with them, and says what must hold:

{targets}

What was found so far: a repair of code with half a character in it (a lone surrogate), which libcst cannot read; a
repair of text put together with bytes, which libcst reads and CPython refuses; two repairs of text that ends with a
backslash in front of a value, which failed; one of bytes in several literals, which logged each by itself; the name of
a character that does not end, in a text in the braces of another, at which reading newer syntax came to no end;
definitions in the brackets of definitions, which took it twice as long with each level; a backslash in front of a value
that is printed with its name, which made an escape of the name; and four times a target that took for code, or for a
log message, what Python does not. All of these inputs are tests now (`tests/bench/test_fuzz.py`), which run each target
without the fuzzer; a failure in the table is one of them. What the fuzzer keeps is where its next run begins.

Each target had {seconds} seconds: `python3 scripts/dev.py bench fuzz --seconds {seconds}` on
{machine}.
*Reached* counts the branches of prodready that some input took, *kept* the inputs that each reached something new.

{table}"""


@dataclass(frozen=True)
class Outcome:
    """What came of one target: inputs that were run, branches that were reached, inputs that are kept, and failures."""

    target: str
    runs: int
    reached: int
    kept: int
    failures: int


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz and write down what came of it; returns the exit code."""
    call = _parser().parse_args(argv)
    try:
        outcomes = [_fuzz(target, call.seconds, call.longest) for target in call.targets or TARGETS]
    except Problem as problem:
        print(f"fuzz: {problem}", file=sys.stderr)
        return problem.exit_code
    page = _page(outcomes, call.seconds)
    if call.targets:
        print(page)
    else:
        PAGE.write_text(page, encoding="utf-8")
    return FAILED if any(outcome.failures for outcome in outcomes) else 0


def _fuzz(target: str, seconds: int, longest: int) -> Outcome:
    """Run one target; raises Problem for one that there is not."""
    if target not in TARGETS:
        raise Problem(f"there is no target {target}, but: {', '.join(TARGETS)}", WRONG_CALL)
    home = results_directory() / "fuzz" / target
    corpus, broken = home / "corpus", home / "broken"
    for directory in (corpus, broken):
        directory.mkdir(parents=True, exist_ok=True)
    for index, seed in enumerate(seeds(target)):
        (corpus / f"seed-{index:04}").write_bytes(seed)
    words = home / "words"
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in dictionary(target)), encoding="utf-8")
    before = len(list(broken.iterdir()))
    output = _run(target, home, [
        str(corpus), f"-dict={words}", f"-artifact_prefix={broken}/", f"-max_total_time={seconds}", "-timeout=60",
        f"-max_len={longest}", "-rss_limit_mb=3000", "-print_final_stats=1",
    ])  # fmt: skip
    statistics = dict(_STATISTIC.findall(output))
    reached, _, kept = (_COVERED.findall(output) or [("0", "0", "0")])[-1]
    runs = int(statistics.get("number_of_executed_units", 0))
    outcome = Outcome(target, runs, int(reached), int(kept), len(list(broken.iterdir())) - before)
    print(json.dumps(asdict(outcome)), file=sys.stderr, flush=True)
    return outcome


def _run(target: str, home: Path, arguments: Sequence[str]) -> str:
    """Run the fuzzer in its own environment, with our packages and what they need in reach; return what it said."""
    python = python_with(ROOT / "requirements" / "fuzz.txt", "fuzz")
    program = ROOT / "bench" / "_fuzz" / "run.py"
    paths = [ROOT / "server", ROOT / "bench", ROOT / "scripts", ROOT, sysconfig.get_path("purelib")]
    variables = {"PYTHONPATH": ":".join(map(str, paths)), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"}
    log = home / "log.txt"
    with log.open("w", encoding="utf-8") as file:
        command = [str(python), str(program), target, *arguments]
        process = subprocess.Popen(command, env=variables, stdout=file, stderr=file, start_new_session=True)
        try:
            process.wait()
        finally:
            # The fuzzer ends in the middle of an input. Worker processes that this one has started would go on for
            # minutes: in this environment each takes as long until it looks for its parent.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return log.read_text(encoding="utf-8", errors="replace")


def _quoted(word: str) -> str:
    return word.replace('"', '\\"')


def _page(outcomes: Sequence[Outcome], seconds: int) -> str:
    listed = "\n".join(f"- **{name}**: {_first_line(name)}" for name in TARGETS)
    rows = [[o.target, *(f"{n:,}" for n in (o.runs, o.reached, o.kept, o.failures))] for o in outcomes]
    columns = ["Target", "Inputs run", "Reached", "Kept", "Failures"]
    return _TEXT.format(targets=listed, seconds=seconds, machine=description(), table=table(columns, rows))


def _first_line(target: str) -> str:
    text = (TARGETS[target].__doc__ or "").strip().split("\n")[0]
    return text[:1].lower() + text[1:]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"only these (default: {', '.join(TARGETS)})")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--longest", type=int, default=2000, help="bytes of an input at most (default: 2000)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
