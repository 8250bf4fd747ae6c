"""One run of a suite: what became of each test, and which lines of the code it executed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from _bench.suite_home import SuiteHome, plain_variables
from _dev.problem import Problem

PLUGIN = Path(__file__).parent / "plugin"
MISSING = "missing"
"""What is said of a test that a run did not come to."""
_TEST_SECONDS = 120
_RUN_SECONDS = 1500


@dataclass(frozen=True)
class Run:
    """What became of each test, by its name in pytest, and the executed lines of each file of the code (1-based)."""

    outcomes: Mapping[str, str]
    executed: Mapping[str, frozenset[int]]
    output: str

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(outcome == "passed" for outcome in self.outcomes.values())


def run_tests(home: SuiteHome, left_out: Sequence[str] = (), only: Sequence[str] = ()) -> Run:
    """Run the tests in the suite's working copy, all but `left_out`, or `only` the named ones.

    Raises:
        Problem: when pytest does not come to run a test.
    """
    results = home.suite.home / "results"
    results.mkdir(parents=True, exist_ok=True)
    outcomes, omitted, data = results / "outcomes.jsonl", results / "left-out.txt", results / "coverage"
    for path in (outcomes, data):
        path.unlink(missing_ok=True)
    omitted.write_text("\n".join(left_out), encoding="utf-8")
    variables = _variables(home, {"PRODREADY_OUTCOMES": str(outcomes), "PRODREADY_LEAVE_OUT": str(omitted)})
    output = _bounded(_command(home, data, only or home.suite.tests), home.work, variables)
    if not outcomes.is_file():
        raise Problem(f"{home.suite.title}: no test ran. The last lines of pytest:\n{output[-3000:]}")
    return Run(_read(outcomes), _executed(home, data, variables), output)


def _command(home: SuiteHome, data: Path, tests: Sequence[str]) -> list[str]:
    """Return the call of pytest. What the package says of coverage and of pytest's options would get in the way."""
    return [
        *(
            str(home.python),
            "-m",
            "coverage",
            "run",
            "--rcfile",
            str(_coverage_settings(home)),
            "--data-file",
            str(data),
        ),
        *("-m", "pytest", "-o", "addopts=", "-p", "prodready_outcomes", "-p", "no:cacheprovider"),
        *("-q", "-rN", "--tb=short", f"--timeout={_TEST_SECONDS}", *home.suite.options, *tests),
    ]


def _coverage_settings(home: SuiteHome) -> Path:
    measured = (path if path.endswith(".py") else f"{path}/*" for path in home.suite.code)
    path = home.suite.home / "results" / "coveragerc"
    path.write_text("\n    ".join(["[run]\ninclude =", *measured]) + "\n", encoding="utf-8")
    return path


def _variables(home: SuiteHome, extra: Mapping[str, str]) -> dict[str, str]:
    """Return an environment that is the same for every run, and imports the working copy before what is installed."""
    own = home.suite.home / "home"
    own.mkdir(exist_ok=True)
    roots = [home.work, *(home.work / Path(path).parent for path in home.suite.code)]
    kept = {name: value for name, value in plain_variables().items() if not name.startswith(("PYTEST", "COVERAGE"))}
    return {
        **kept,
        "HOME": str(own),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "PATH": f"{home.python.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([*dict.fromkeys(map(str, roots)), str(PLUGIN)]),
        **extra,
    }


def _bounded(command: Sequence[str], directory: Path, variables: Mapping[str, str]) -> str:
    """Run a program, and end it with all that it started when it takes too long; returns what it printed."""
    log = directory.parent / "results" / "output.txt"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command,
            cwd=directory,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.wait(timeout=_RUN_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            # What the tests started and left behind would be in the way of the next run.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return log.read_text(encoding="utf-8", errors="replace")


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line["test"]: line["outcome"] for line in map(json.loads, lines)}


def _executed(home: SuiteHome, data: Path, variables: Mapping[str, str]) -> dict[str, frozenset[int]]:
    """Return the lines that were executed, by path below the working copy; nothing where the run was cut short."""
    report = data.with_suffix(".json")
    report.unlink(missing_ok=True)
    settings = ["--rcfile", str(_coverage_settings(home)), "--data-file", str(data)]
    command = [str(home.python), "-m", "coverage", "json", *settings, "-q", "-i", "-o", str(report)]
    subprocess.run(command, cwd=home.work, env=dict(variables), capture_output=True, check=False)
    if not report.is_file():
        return {}
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {Path(path).as_posix(): frozenset(file["executed_lines"]) for path, file in files.items()}
