"""Trials of suites kept beside the corpora: all of them take hours, and each can be made again by itself."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from _bench.changed import Changed
from _bench.suite_list import Suite
from _bench.suite_trial import Difference, Stage, Trial


def keep(trial: Trial) -> None:
    """Write down what came of a suite."""
    content = {name: value for name, value in asdict(trial).items() if name != "suite"}
    place = trial.suite.home / "trial.json"
    place.write_text(json.dumps(content, default=sorted, indent=1), encoding="utf-8")


def kept(suite: Suite) -> Trial | None:
    """Return what came of a suite when it was tried last, None when it never was at this version."""
    place = suite.home / "trial.json"
    if not place.is_file():
        return None
    content = json.loads(place.read_text(encoding="utf-8"))
    stages = {name: _stage(content[name], suite) for name in ("safe", "every")}
    return Trial(suite, content["steady"], tuple(content["left_out"]), **stages)


def _stage(content: dict[str, Any], suite: Suite) -> Stage:
    """Read one stage; the explanations are those that the list of suites gives today."""
    changes = {
        path: Changed(frozenset(change["statements"]), frozenset(change["executed"]))
        for path, change in content["changes"].items()
    }
    differences = tuple(
        Difference(d["test"], d["before"], d["after"], suite.explanation(d["test"])) for d in content["differences"]
    )
    return Stage(content["repaired"], changes, content["compared"], differences, tuple(content["unsteady"]))
