"""One file under many edits: compared with a fresh analysis after each batch, and what failed made small."""

from __future__ import annotations

import contextlib
import random
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType

from _bench.shrink import Run, shrunk
from _bench.strokes import Step, Writer, towards
from _bench.survey import Job
from _bench.twin import Difference, Twin
from prodready.engine.settings import FileSettings
from prodready.project.files import ReadError, read

SHRINKING = 120.0
"""Seconds that a failing run is made smaller for."""
PATIENCE = 120
"""Seconds after which a batch counts as hanging: the slowest take a few."""


@dataclass(frozen=True)
class Course:
    """What each file goes through: `edits`, compared after every `batch` steps, until `deadline` (as `time.time`)."""

    seed: int
    edits: int
    batch: int
    deadline: float


@dataclass(frozen=True)
class Failure:
    """What went wrong, and the smallest run that was found to show it."""

    place: str
    seed: int
    reason: str
    run: Run

    def __str__(self) -> str:
        """Everything that is needed to look at it again."""
        return f"# {self.place}, seed {self.seed}: {self.reason}\n{self.run}"


@dataclass
class Exercise:
    """The outcome for one file: how many `edits`, and comparisons of texts that parsed (`valid`) or not (`broken`)."""

    project: str
    path: str
    edits: int = 0
    valid: int = 0
    broken: int = 0
    failures: list[Failure] = field(default_factory=list)


def exercise(job: Job, course: Course) -> Exercise:
    """Edit one file; a failure is printed at once, and ends it."""
    outcome = Exercise(job.project.title, job.path)
    if time.time() > course.deadline:
        return outcome
    try:
        text = read(job.project.path(job.path)).text
    except ReadError:
        return outcome
    settings = job.project.config.for_file(job.project.path(job.path), text)
    chance = random.Random(f"{course.seed} {job.project.name} {job.path}")  # noqa: S311  # repeatable on purpose
    failed = attempt(text, settings, chance, course, outcome)
    if failed is not None:
        run, reason = failed
        small = shrunk(run, lambda candidate: fault(candidate, settings) is not None, SHRINKING)
        reason = fault(small, settings) or reason
        outcome.failures.append(Failure(f"{job.project.name} {job.path}", course.seed, reason, small))
        print(f"\n{outcome.failures[0]}\n", file=sys.stderr, flush=True)
    return outcome


def attempt(
    text: str, settings: FileSettings, chance: random.Random, course: Course, outcome: Exercise
) -> tuple[Run, str] | None:
    """Edit a text and count it in `outcome`; returns the run that failed, cut to where it does, and the reason."""
    writer, steps = Writer(chance, text), list[Step]()
    try:
        twin = Twin(text, settings)
        twin.compare()
        while outcome.edits < course.edits and time.time() < course.deadline:
            done = len(steps)
            with patience(PATIENCE):
                _batch(twin, writer, chance, course.batch, steps)
                outcome.edits += sum(len(step) for step in steps[done:])
                valid = twin.compare()
            outcome.valid += valid
            outcome.broken += not valid
    except Exception as error:  # noqa: BLE001  # that the engine never raises is what is tried here
        return _cut(Run(text, tuple(steps)), settings), _said(error)
    return None


def _batch(twin: Twin, writer: Writer, chance: random.Random, size: int, steps: list[Step]) -> None:
    """Make some edits. A text that does not parse is often gone back on, as people do, so that most texts parse."""
    before: deque[str] = deque(maxlen=40)
    for _ in range(size):
        broken = twin.live.is_broken
        if before and chance.random() < (0.45 if broken else 0.05):
            steps.append((towards(twin.text, before.pop()),))
        else:
            before.append(twin.text)
            steps.append(writer.step(twin.text))
        twin.take(steps[-1])
    while before and twin.live.is_broken and chance.random() < 0.97:
        steps.append((towards(twin.text, before.pop()),))
        twin.take(steps[-1])


def fault(run: Run, settings: FileSettings) -> str | None:
    """Return what goes wrong in a run when everything is compared after each step; None when nothing does."""
    try:
        with patience(PATIENCE):
            twin = Twin(run.text, settings)
            twin.compare()
            for step in run.steps:
                twin.take(step)
                twin.compare()
    except Exception as error:  # noqa: BLE001  # that the engine never raises is what is tried here
        return _said(error)
    return None


def _cut(run: Run, settings: FileSettings) -> Run:
    """Return the run up to the first step after which something is wrong, found by halving.

    A fault that goes away again is still found where it is seen: one end of what is halved always fails.
    """
    good, bad = 0, len(run.steps)
    while bad - good > 1:
        middle = (good + bad) // 2
        if _ends_well(Run(run.text, run.steps[:middle]), settings):
            good = middle
        else:
            bad = middle
    return Run(run.text, run.steps[:bad])


def _ends_well(run: Run, settings: FileSettings) -> bool:
    try:
        with patience(PATIENCE):
            twin = Twin(run.text, settings)
            for step in run.steps:
                twin.take(step)
            twin.compare()
    except Exception:  # noqa: BLE001  # that the engine never raises is what is tried here
        return False
    return True


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, Difference) else f"{type(error).__name__}: {error}"


@contextlib.contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in what takes longer; where there is no alarm clock, wait."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _ring(signal_number: int, frame: FrameType | None) -> None:
    raise TimeoutError("it takes too long")
