"""What stays of a file's findings when the file is broken: ours in an open document and opened broken, and ruff's."""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from _bench.breakage import WAYS, Break, broken
from _bench.exercise import patience
from _bench.strokes import towards
from _bench.survey import Job
from _bench.twin import parses
from _dev.problem import Problem
from prodready.engine.analysis import Analysis
from prodready.engine.finding import Edit, Finding
from prodready.engine.source import SourceFile
from prodready.project.files import ReadError, read
from prodready.rules import all_rules

Place: TypeAlias = tuple[str, int, int]
"""A finding's code, and where it begins: line and column, both 0-based."""

TRIES: Final = 60
"""Places that are tried for one way to break a file: most colons end no line."""
SECONDS: Final = 60
"""Seconds after which analysing a file counts as hanging."""
_RUFF: Final = str(Path(sys.executable).with_name("ruff"))
TOOLS: Final = ("typed", "opened", "ruff")


@dataclass
class Count:
    """How many findings outside of the broken statement there were, and how many of them stayed."""

    before: int = 0
    after: int = 0

    def __iadd__(self, other: Count) -> Count:
        """Add another count to this one."""
        self.before += other.before
        self.after += other.after
        return self


@dataclass
class Tally:
    """The outcome of `breaks` ways of one kind to break files, by tool, and what went wrong: texts to look at.

    `false` counts findings in a file that opened broken that the sound file does not have.
    """

    breaks: int = 0
    false: int = 0
    counts: dict[str, Count] = field(default_factory=lambda: {tool: Count() for tool in TOOLS})
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add the outcome of others to this one."""
        self.breaks += other.breaks
        self.false += other.false
        for tool in TOOLS:
            self.counts[tool] += other.counts[tool]
        self.lost += other.lost
        self.wrong += other.wrong


@dataclass(frozen=True)
class Plan:
    """How often each file is broken, by which random numbers, up to how many lines, and until when (`time.time`)."""

    seed: int
    each: int
    lines: int
    deadline: float


def kept(job: Job, plan: Plan) -> dict[str, Tally]:
    """Break one file in some ways; returns the outcomes by kind, none for one that is too long or has no findings."""
    if time.time() > plan.deadline:
        return {}
    try:
        text = read(_path(job)).text
    except ReadError:
        return {}
    source = SourceFile.from_text(text, job.path)
    if len(source.lines) > plan.lines:
        return {}
    sound = Analysis.open(source, job.project.config.for_file(_path(job), text))
    if sound.is_broken or not sound.findings:
        return {}
    return _tried(sound, _drawn(sound.source, plan, f"{plan.seed} {job.project.name} {job.path}"))


def _path(job: Job) -> Path:
    return job.project.path(job.path)


def _drawn(source: SourceFile, plan: Plan, seed: str) -> list[Break]:
    chance = random.Random(seed)  # noqa: S311  # repeatable on purpose
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source.text)
    drawn: list[Break] = []
    rounds, rest = divmod(plan.each, len(WAYS))
    for kind in (*sorted(WAYS) * rounds, *chance.sample(sorted(WAYS), rest)):
        for _ in range(TRIES if source.lines else 0):
            found = broken(source, tree, kind, chance)
            if found is not None and not parses(source.edit(found.edit)[0].text):
                drawn.append(found)
                break
    return drawn


def _tried(sound: Analysis, breaks: Sequence[Break]) -> dict[str, Tally]:
    source = sound.source
    texts = [source.edit(each.edit)[0].text for each in breaks]
    foreign = ruff([source.text, *texts])
    tallies: dict[str, Tally] = {}
    for each, text, theirs in zip(breaks, texts, foreign[1:], strict=True):
        tally = tallies.setdefault(each.kind, Tally())
        tally.breaks += 1
        tally.counts["ruff"] += _count(foreign[0], theirs, each)
        try:
            with patience(SECONDS):
                _try(sound, each, text, tally)
        except Exception as error:  # noqa: BLE001  # that the engine never raises is what is tried here
            tally.wrong.append(f"{source.path} {each}: {type(error).__name__}: {error}")
    return tallies


def _try(sound: Analysis, each: Break, text: str, tally: Tally) -> None:
    before = places(sound.findings)
    live = sound.edited(each.edit)
    fresh = SourceFile.from_text(text, sound.source.path)
    outcomes = {"typed": live, "opened": Analysis.open(fresh, sound.settings)}
    for tool, analysis in outcomes.items():
        if analysis.crashes or not any(finding.code == "SYN101" for finding in analysis.findings):
            tally.wrong.append(f"{sound.source.path} {each}: {tool}: no error, or a crash: {analysis.crashes}")
        count = _count(before, places(analysis.findings), each)
        tally.counts[tool] += count
        if tool == "opened":
            tally.false += _false(before, places(analysis.findings), each)
        if count.after < count.before:
            tally.lost.append(f"{tool} {count.before - count.after} {sound.source.path} {each}")
    mended = live.edited(_back(sound.source, each))
    if mended.source.text != sound.source.text or mended.findings != sound.findings:
        tally.wrong.append(f"{sound.source.path} {each}: mending it does not bring back what there was")


def _back(source: SourceFile, each: Break) -> Edit:
    """Return the edit that takes a break back."""
    after, _ = source.edit(each.edit)
    return towards(after.text, source.text)


def places(findings: Iterable[Finding]) -> list[Place]:
    """Return where findings begin, without the errors of syntax."""
    return [(f.code, f.range.start.line, f.range.start.column) for f in findings if f.code != "SYN101"]


def _count(before: Sequence[Place], after: Sequence[Place], each: Break) -> Count:
    """Count what was found outside of the broken statement, and what of it is found after the break."""
    outside = [place for place in before if not each.lines[0] <= place[1] < each.lines[1]]
    expected = _moved(outside, each)
    return Count(len(expected), sum((Counter(expected) & Counter(after)).values()))


def _false(before: Sequence[Place], after: Sequence[Place], each: Break) -> int:
    """Count what is found after the break, and nowhere near in the sound file: by code and line, in or out of it."""
    known = {(code, line) for code, line, _ in (*_moved(before, each), *before)}
    return sum((code, line) not in known for code, line, _ in after)


def _moved(found: Iterable[Place], each: Break) -> list[Place]:
    """Return where findings stand after the break."""
    edit = each.edit
    grown = edit.text.count("\n") - (edit.range.end.line - edit.range.start.line)
    return [(code, line + grown if line >= edit.range.end.line else line, column) for code, line, column in found]


def ruff(texts: Sequence[str]) -> list[list[Place]]:
    """Return what ruff finds in texts, by those of its rules that stand for the same defects as ours."""
    with tempfile.TemporaryDirectory(prefix="prodready-broken-") as temporary:
        for number, text in enumerate(texts):
            with Path(temporary, f"{number}.py").open("w", encoding="utf-8", newline="") as file:
                file.write(text)
        options = ["--isolated", "--no-cache", "--output-format", "json", "--select", ",".join(ruffs_twins())]
        command = [_RUFF, "check", *options, temporary]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise Problem(f"ruff does not run: {done.stderr.strip()}")
        found: list[list[Place]] = [[] for _ in texts]
        for each in json.loads(done.stdout):
            if each["code"] not in (None, "invalid-syntax"):
                where = each["location"]
                found[int(Path(each["filename"]).stem)].append((each["code"], where["row"] - 1, where["column"] - 1))
    return found


@lru_cache(maxsize=1)
def ruffs_twins() -> tuple[str, ...]:
    """Return the codes of those of our rules' twins that are rules of ruff."""
    listed = subprocess.run([_RUFF, "rule", "--all", "--output-format", "json"], capture_output=True, check=True)
    known = {rule["code"] for rule in json.loads(listed.stdout) if "Stable" in rule["status"]}
    return tuple(sorted(known.intersection(twin for rule in all_rules() for twin in rule.twins)))
