"""A pytest plugin for somebody else's environment: writes what became of each test, and leaves named ones out.

`PRODREADY_OUTCOMES` names the file that gets one JSON object a line, so that a run that dies has told what it did;
`PRODREADY_LEAVE_OUT` a file with one test a line.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

SEED = 20
_WORST_LAST = ("passed", "skipped", "xfailed", "xpassed", "failed", "error")


class Outcomes:
    """Collects the reports of a test, and writes them when the test is done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reports: dict[str, list[str]] = {}

    def pytest_runtest_setup(self, item: Any) -> None:
        """Begin each test with the same random numbers."""
        random.seed(SEED)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note what a phase of a test came to."""
        self._reports.setdefault(report.nodeid, []).append(_outcome(report))
        if report.when == "teardown":
            self._write(report.nodeid, self._reports.pop(report.nodeid))

    def _write(self, name: str, outcomes: list[str]) -> None:
        worst = max(outcomes, key=_WORST_LAST.index)
        with self._path.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"test": name, "outcome": worst}) + "\n")


def pytest_configure(config: Any) -> None:
    """Begin to collect, where somebody wants to know; worker processes of a distributed run do not."""
    path = os.environ.get("PRODREADY_OUTCOMES")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(Path(path)))


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Leave the named tests out."""
    path = os.environ.get("PRODREADY_LEAVE_OUT")
    if not path:
        return
    unwanted = set(Path(path).read_text(encoding="utf-8").splitlines())
    gone = [item for item in items if item.nodeid in unwanted]
    items[:] = [item for item in items if item.nodeid not in unwanted]
    config.hook.pytest_deselected(items=gone)


def _outcome(report: Any) -> str:
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    if report.failed and report.when != "call":
        return "error"
    return str(report.outcome)
