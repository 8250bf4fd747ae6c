"""Every repair of one file tried on copies in memory: each alone, then all together."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from _bench.examine import ADDS_NONE, KEEPS, PARSES, REMOVED, STABLE, Faults, added, examine, lost, syntax_fault
from _bench.promises import Promise, broken_promise
from _bench.survey import Job, Subject, subject
from prodready.engine.analysis import Analysis
from prodready.engine.finding import Finding
from prodready.engine.source import SourceFile
from prodready.fixes.everything import FixAllResult, fix_all
from prodready.fixes.planner import PlannedFix, plan


@dataclass(frozen=True)
class Trial:
    """One planned repair applied alone. `line` counts from 1; `choice` is 0 for the preferred repair."""

    code: str
    line: int
    choice: int
    title: str
    is_safe: bool
    faults: Faults


@dataclass(frozen=True)
class Together:
    """All safe repairs of a file, or with `unsafe` all repairs, applied one after the other."""

    unsafe: bool
    applied: int
    refused: int
    faults: Faults


@dataclass(frozen=True)
class FileTrials:
    """What came of the repairs of one file; `crashes` are errors of the planner itself."""

    path: str
    alone: tuple[Trial, ...] = ()
    broken_promises: tuple[Promise, ...] = ()
    together: tuple[Together, ...] = ()
    crashes: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass
class _Collected:
    alone: list[Trial] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    together: list[Together] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)

    def attempt(self, what: str, action: Callable[[], None]) -> None:
        """Run `action`; an error becomes an entry, and the next attempt is made all the same."""
        try:
            action()
        except Exception as error:  # noqa: BLE001  # what the planner raises is the finding of this measurement
            self.crashes.append(f"{what}: {type(error).__name__}: {error}")


def try_file(job: Job, copies: Path) -> FileTrials:
    """Try all repairs of one file. Its text before and after all of them goes below `copies`, if there are any."""
    started = time.process_time()
    file = subject(job)
    live, collected = file.live(), _Collected()
    for finding in live.findings:
        if finding.fix is not None:
            what = f"{job.path}:{finding.range.start.line + 1} {finding.code}"
            collected.attempt(what, lambda finding=finding: _alone(file, live, finding, collected))  # type: ignore[misc]
    for unsafe in (False, True):
        what = f"{job.path} all together{', unsafe too' if unsafe else ''}"
        collected.attempt(what, lambda unsafe=unsafe: _together(job, file, unsafe, copies, collected))  # type: ignore[misc]
    return FileTrials(
        job.path,
        tuple(collected.alone),
        tuple(collected.promises),
        tuple(collected.together),
        tuple(collected.crashes),
        time.process_time() - started,
    )


def _alone(file: Subject, live: Analysis, finding: Finding, collected: _Collected) -> None:
    planned = plan(live, finding)
    if not planned or planned[0].fix != finding.fix:
        collected.promises.append(broken_promise(live, finding))
    for choice, repair in enumerate(planned):
        collected.alone.append(_trial(file, live, finding, choice, repair))


def _trial(file: Subject, live: Analysis, finding: Finding, choice: int, repair: PlannedFix) -> Trial:
    faults = examine(file, live, finding, repair.edits)
    is_safe = repair.fix.applicability.value == "safe"
    return Trial(finding.code, finding.range.start.line + 1, choice, repair.fix.title, is_safe, faults)


def _together(job: Job, file: Subject, unsafe: bool, copies: Path, collected: _Collected) -> None:
    before = file.live()
    result = fix_all(before, unsafe=unsafe)
    if not result.applied and not result.refused:
        return
    after = SourceFile.from_text(before.source.apply(result.edits).text, file.source.path)
    faults = {check: text for check, text in _faults_together(file, before, result, after, unsafe=unsafe) if text}
    collected.together.append(Together(unsafe, len(result.applied), len(result.refused), faults))
    if unsafe:
        _write(copies / "before" / job.project.name / job.path, before.source.text)
        _write(copies / "after" / job.project.name / job.path, after.text)


def _faults_together(
    file: Subject, before: Analysis, result: FixAllResult, after: SourceFile, *, unsafe: bool
) -> Iterator[tuple[str, str]]:
    fault = syntax_fault(after.text)
    if fault and not syntax_fault(before.source.text):
        yield PARSES, fault
        return
    fresh = file.once(after)
    yield REMOVED, _left(before, fresh, result)
    yield ADDS_NONE, added(before.findings, fresh)
    yield KEEPS, lost(before.source, after, result.edits)
    yield STABLE, _unstable(file, result, after, fresh, unsafe=unsafe)


def _left(before: Analysis, after: Analysis, result: FixAllResult) -> str:
    """Say of which rules more findings are left than were not repaired."""
    applied = Counter(finding.code for finding in result.applied)
    old, new = (Counter(finding.code for finding in analysis.findings) for analysis in (before, after))
    return "; ".join(
        f"{code}: {new[code]} left of {old[code]}, {count} repaired"
        for code, count in sorted(applied.items())
        if new[code] > max(old[code] - count, 0)
    )


def _unstable(file: Subject, result: FixAllResult, after: SourceFile, fresh: Analysis, *, unsafe: bool) -> str:
    """Say whether the edits lead to another text than the steps did, or a second round would change something."""
    if after.text != result.analysis.source.text:
        return "the edits do not give the text that the steps gave"
    if fresh.findings != result.analysis.findings:
        return "a fresh analysis has other findings than the one after the last step"
    again = fix_all(file.live(after), unsafe=unsafe)
    return "; ".join(f"line {f.range.start.line + 1}: {f.code} is repaired in a second round" for f in again.applied)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
