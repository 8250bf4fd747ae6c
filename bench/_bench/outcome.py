"""Everything that was learned of the projects, as one value that can be written and summed up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _bench.examine import CHECKS
from _bench.projects import Project
from _bench.survey import FileSurvey
from _bench.trials import FileTrials, Together, Trial


@dataclass(frozen=True)
class ProjectOutcome:
    """One project: what its files gave, what came of their repairs, and what another tool says of the result."""

    project: Project
    files: tuple[FileSurvey, ...]
    trials: tuple[FileTrials, ...] = ()
    worse_names: tuple[str, ...] = ()

    @property
    def lines(self) -> int:
        """Lines of all files that could be read."""
        return sum(file.lines for file in self.files)

    @property
    def seconds(self) -> float:
        """Processor time of reading and analysing all files."""
        return sum(file.seconds for file in self.files)

    @property
    def by_code(self) -> Counter[str]:
        """How many findings each rule has."""
        return Counter(finding.code for file in self.files for finding in file.findings)

    @property
    def crashes(self) -> list[str]:
        """Errors of rules and of the planner, with the file."""
        rules = [f"{file.path}: {crash}" for file in self.files for crash in file.crashes]
        return rules + [crash for file in self.trials for crash in file.crashes]

    @property
    def alone(self) -> list[Trial]:
        """All repairs that were applied alone."""
        return [trial for file in self.trials for trial in file.alone]

    def together(self, *, unsafe: bool) -> list[Together]:
        """What came of applying all repairs of each file."""
        return [each for file in self.trials for each in file.together if each.unsafe is unsafe]


def tally(faulty: list[Trial] | list[Together]) -> list[int]:
    """Return how many of the attempts pass each of CHECKS."""
    return [sum(check not in each.faults for each in faulty) for check in CHECKS]


def write_details(outcomes: list[ProjectOutcome], path: Path) -> None:
    """Write everything that a table leaves out as JSON; paths are below each project's root."""
    content = {outcome.project.title: _details(outcome) for outcome in outcomes}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _details(outcome: ProjectOutcome) -> dict[str, Any]:
    return {
        "files": len(outcome.files),
        "lines": outcome.lines,
        "seconds": round(outcome.seconds, 2),
        "findings": dict(sorted(outcome.by_code.items())),
        "crashes": outcome.crashes,
        "unread": {file.path: file.unread for file in outcome.files if file.unread},
        "broken": {file.path: file.broken for file in outcome.files if file.broken},
        "live differs": [file.path for file in outcome.files if file.live_differs],
        "slowest files": {f.path: round(f.seconds, 3) for f in _slowest(outcome)},
        "fixes alone": len(outcome.alone),
        "faulty fixes": list(_faulty(outcome)),
        "faulty together": list(_faulty_together(outcome)),
        "broken promises": list(_promises(outcome)),
        "worse names": list(outcome.worse_names),
    }


def _slowest(outcome: ProjectOutcome) -> list[FileSurvey]:
    return sorted(outcome.files, key=lambda file: file.seconds, reverse=True)[:10]


def _faulty(outcome: ProjectOutcome) -> Iterator[dict[str, Any]]:
    for file in outcome.trials:
        for trial in file.alone:
            if trial.faults:
                place = f"{file.path}:{trial.line}"
                yield {"at": place, "code": trial.code, "fix": trial.title, "choice": trial.choice, **trial.faults}


def _faulty_together(outcome: ProjectOutcome) -> Iterator[dict[str, Any]]:
    for file in outcome.trials:
        for each in file.together:
            if each.faults:
                yield {"file": file.path, "unsafe": each.unsafe, "applied": each.applied, **each.faults}


def _promises(outcome: ProjectOutcome) -> Iterator[dict[str, Any]]:
    for file in outcome.trials:
        for promise in file.broken_promises:
            place = f"{file.path}:{promise.line}"
            yield {"at": place, "code": promise.code, "fix": promise.title, "reason": promise.reason}
