"""`prodready check` with a cache: the findings are those of a fresh check, and no more is analysed than has to be."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodready.cli.checking import check_all
from prodready.cli.options import Arguments
from prodready.cli.targets import scope_of
from prodready.engine.analysis import Analysis
from prodready.engine.source import SourceFile
from prodready.project.cache import place
from prodready.report.model import FileReport
from tests.cli.conftest import PRODREADY, Workplace

LOGGING = "import logging\n\nevents = logging.getLogger(__name__)\n"
USER = """\
from app.log import events


def notify():
    try:
        send()
    except Exception as e:
        events.error("a %s", e)
"""


class Project:
    """A directory with a package `app`, and a cache of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("pyproject.toml", "")
        self.write("app/__init__.py", "")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def check(self, *, cache: bool = True, **options: object) -> tuple[list[FileReport], list[str]]:
        """Check everything in this process; returns the reports, and which files were analysed."""
        arguments = Arguments((str(self.root),), jobs=1, cache=cache, **options)  # type: ignore[arg-type]
        with analysed() as files:
            reports = check_all(scope_of(arguments), arguments)
        return reports, [Path(file).name for file in files]


@contextmanager
def analysed() -> Iterator[list[str]]:
    """Note what is analysed: the files that are checked, not those whose facts are asked for."""
    files: list[str] = []
    real = Analysis.once

    def once(source: SourceFile, *others: object) -> Analysis:
        files.append(source.path)
        return real(source, *others)  # type: ignore[arg-type]

    with mock.patch.object(Analysis, "once", once):
        yield files


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "cache"))
    project = Project(tmp_path / "project")
    project.write("app/log.py", LOGGING)
    project.write("app/user.py", USER)
    return project


def codes(reports: Sequence[FileReport]) -> list[tuple[str, str]]:
    return [(Path(report.path).name, finding.code) for report in reports for finding in report.findings]


def test_an_unchanged_project_is_not_analysed_again(project: Project) -> None:
    first, fresh = project.check()
    second, again = project.check()
    assert (fresh, again) == (["__init__.py", "log.py", "user.py"], [])
    assert second == first
    assert codes(first) == [("user.py", "OBS301")]


def test_a_changed_file_is_analysed_again_and_others_only_when_its_facts_changed(project: Project) -> None:
    project.check()
    project.write("app/log.py", LOGGING + "\n\ndef helper():\n    return 1\n")
    assert project.check()[1] == ["log.py", "user.py"]
    project.write("app/log.py", LOGGING + "\n\ndef helper():\n    return 2\n")
    assert project.check()[1] == ["log.py"]
    project.write("app/log.py", "events = print\n")
    reports, again = project.check()
    assert again == ["log.py", "user.py"]
    assert codes(reports) == codes(project.check(cache=False)[0])


def test_a_module_that_comes_or_goes_is_noticed(project: Project) -> None:
    (project.root / "app/log.py").unlink()
    before, _ = project.check()
    project.write("app/log.py", LOGGING)
    after, again = project.check()
    assert again == ["log.py", "user.py"]
    (project.root / "app/log.py").unlink()
    gone, again = project.check()
    assert (gone, again) == (before, [])
    assert codes(after) == [("user.py", "OBS301")]


def test_a_module_that_becomes_a_package_is_noticed(project: Project) -> None:
    project.write("app/log.py", "from .base import events\n")
    project.write("app/base.py", LOGGING)
    before, _ = project.check()
    (project.root / "app/log.py").unlink()
    project.write("app/log/__init__.py", "from .base import events\n")
    after, again = project.check()
    assert "user.py" in again
    assert codes(after) == codes(project.check(cache=False)[0])
    assert (codes(before), codes(after)) == ([("user.py", "OBS301")], [])


def test_results_under_other_settings_are_kept_apart(project: Project) -> None:
    whole, _ = project.check()
    narrow, again = project.check(ignore=("OBS301",))
    assert (codes(narrow), len(again)) == ([], 3)
    assert project.check() == (whole, [])
    assert project.check(ignore=("OBS301",)) == (narrow, [])
    project.write("pyproject.toml", '[tool.prodready.severity]\nOBS301 = "hint"\n')
    reports, again = project.check()
    assert ([f.severity.value for r in reports for f in r.findings], len(again)) == (["hint"], 3)


def test_a_package_that_is_none_any_more_changes_the_names_of_its_modules(project: Project) -> None:
    project.check()
    (project.root / "app/__init__.py").unlink()
    assert project.check()[1] == ["log.py", "user.py"]


def test_files_that_cannot_be_read_are_reported_every_time(project: Project) -> None:
    (project.root / "data.py").write_bytes(b"\0")
    first, _ = project.check()
    second, again = project.check()
    assert second == first
    assert [p.reason for r in second for p in r.problems] == ["is binary (it contains NUL bytes)"]
    assert again == []


def test_without_a_cache_nothing_is_read_from_it_or_written_to_it(project: Project, tmp_path: Path) -> None:
    assert project.check(cache=False)[1] == ["__init__.py", "log.py", "user.py"]
    assert not (tmp_path / "cache").exists()
    project.check()
    assert project.check(cache=False)[1] == ["__init__.py", "log.py", "user.py"]


def test_a_cache_that_cannot_be_used_costs_the_findings_nothing(project: Project, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    assert codes(project.check()[0]) == codes(project.check()[0]) == [("user.py", "OBS301")]


def test_damage_anywhere_in_the_cache_costs_time_only(project: Project, tmp_path: Path) -> None:
    first, _ = project.check()
    for file in (tmp_path / "cache").rglob("*.json"):
        file.write_bytes(file.read_bytes()[:-7])
    second, again = project.check()
    assert (second, len(again)) == (first, 3)
    assert project.check() == (first, [])


def test_facts_alone_may_be_lost(project: Project, tmp_path: Path) -> None:
    first, _ = project.check()
    for file in (tmp_path / "cache").rglob("*-facts.json"):
        file.unlink()
    project.write("app/user.py", USER + "\n")
    assert codes(project.check()[0]) == codes(first)


def test_the_process_that_ran_into_an_interrupt_keeps_what_it_had_done(project: Project) -> None:
    real = Analysis.once

    def once(source: SourceFile, *others: object) -> Analysis:
        if source.path.endswith("user.py"):
            raise KeyboardInterrupt
        return real(source, *others)  # type: ignore[arg-type]

    with mock.patch.object(Analysis, "once", once), pytest.raises(KeyboardInterrupt):
        project.check()
    assert project.check()[1] == ["user.py"]


def test_timed_checks_analyse_everything(project: Project) -> None:
    project.check()
    arguments = Arguments((str(project.root),), jobs=1)
    with analysed() as files:
        reports = check_all(scope_of(arguments), arguments, timed=True)
    assert len(files) == 3
    assert all(report.times is not None and report.times.total > 0 for report in reports)


def test_several_processes_share_what_they_learn(workplace: Workplace) -> None:
    workplace.write("app/__init__.py", "")
    workplace.write("app/log.py", LOGGING)
    for number in range(6):
        workplace.write(f"app/user_{number}.py", USER)
    first = workplace.run("check", "app", "--jobs", "3")
    broken = workplace.sabotage("events", "raise RuntimeError('analysed')")
    assert workplace.run("check", "app", **broken) == first
    assert workplace.run("check", "app", "--no-cache", **broken).code == 3


def test_two_checks_at_once_get_the_same(workplace: Workplace) -> None:
    for number in range(8):
        workplace.write(f"app/user_{number}.py", USER)
    command = [*PRODREADY, "check", "--concise"]
    environment = os.environ | {place.VARIABLE: str(workplace.root / ".cache")}
    runs = [subprocess.Popen(command, cwd=workplace.root, stdout=subprocess.PIPE, env=environment) for _ in range(3)]
    outputs = {run.communicate(timeout=60)[0].rpartition(b"), ")[0] for run in runs}
    assert len(outputs) == 1
    assert workplace.run("check", "--concise").out.encode().rpartition(b"), ")[0] in outputs


def test_a_configuration_cannot_say_where_the_cache_lies(workplace: Workplace) -> None:
    workplace.write("app.py", "")
    workplace.write("pyproject.toml", '[tool.prodready]\ncache-dir = "/elsewhere"\n')
    done = workplace.run("check")
    assert done.code == 2
    assert "cache-dir: there is no such key" in done.err


TEXTS = (
    "",
    LOGGING,
    "import structlog\n\nevents = structlog.get_logger()\n",
    "from app.base import events\n",
    "from .base import *\n",
    "from app.log import events as events\n",
    "events = None\n",
    USER,
    USER.replace("app.log", "app.base"),
    USER.replace("from app.log import events", "from app import log\n\nevents = log.events"),
    "def broken(:\n",
    "class Session:\n    def __enter__(self): return self\n    def close(self): pass\n",
    "from app.base import Session\n\n\ndef load():\n    session = Session()\n    session.run()\n    session.close()\n",
    "#!/usr/bin/env python\nprint('done')\n",
)
NAMES = ("app/__init__.py", "app/log.py", "app/base.py", "app/user.py", "app/log/__init__.py", "tool.py")
CONFIGURATIONS = ("", '[tool.prodready]\nignore = ["OBS101"]\n', '[tool.prodready.roles]\nscript = ["app/"]\n')

WRITES = st.tuples(st.sampled_from(NAMES), st.sampled_from(TEXTS))
REMOVALS = st.tuples(st.sampled_from(NAMES), st.none())
SETTINGS = st.tuples(st.just("pyproject.toml"), st.sampled_from(CONFIGURATIONS))
EDITS = st.lists(
    st.lists(st.one_of(WRITES, WRITES, WRITES, REMOVALS, SETTINGS), min_size=1, max_size=3), min_size=1, max_size=6
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_whatever_is_edited_the_findings_are_those_of_a_fresh_check(
    monkeypatch: pytest.MonkeyPatch, edits: list[list[tuple[str, str | None]]]
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        monkeypatch.setenv(place.VARIABLE, str(Path(directory) / "cache"))
        project = Project(Path(directory) / "project")
        for step in edits:
            for name, text in step:
                _edit(project, name, text)
            assert project.check()[0] == project.check(cache=False)[0]
        assert project.check()[1] == []


def _edit(project: Project, name: str, text: str | None) -> None:
    if text is None:
        (project.root / name).unlink(missing_ok=True)
    else:
        project.write(name, text)


def test_a_warm_check_loads_no_engine_and_no_rules(workplace: Workplace) -> None:
    workplace.write("app.py", "import os\n")
    program = (
        "import sys\nfrom prodready.cli.app import run\ncode = run(['check'])\n"
        "heavy = {'prodready.engine.analysis', 'prodready.rules', 'multiprocessing', 'rich.console', 'libcst'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = os.environ | {place.VARIABLE: str(workplace.root / ".cache")}

    def loaded() -> str:
        command = [sys.executable, "-c", program]
        done = subprocess.run(
            command, cwd=workplace.root, env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout.splitlines()[-1]

    assert "prodready.engine.analysis" in loaded()
    assert loaded() == "[]"
