"""The clock is set while things run: nothing waits for it, and no answer of the cache is older than its file."""

from __future__ import annotations

import ast
import os
import time
from pathlib import Path

import pytest

from prodready.project.cache import place
from tests.architecture.sources import Module, modules
from tests.cli.test_cache import Project, codes
from tests.lsp.wire import BARE, Wire

HOUR, YEAR = 3600, 365 * 24 * 3600
JUMPS = (HOUR, -HOUR, YEAR, -YEAR, 0)
SITE = """\
import os, time
real, real_ns = time.time, time.time_ns
def offset():
    with open({file!r}) as stream:
        return int(stream.read() or 0)
time.time = lambda: real() + offset()
time.time_ns = lambda: real_ns() + offset() * 10**9
"""
WALL_CLOCK = {
    *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "ctime", "strftime")),
    *(("datetime", name) for name in ("now", "utcnow", "today")),
    ("date", "today"),
}


def test_a_server_goes_on_whatever_the_clock_says(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    (tmp_path / "sitecustomize.py").write_text(SITE.format(file=str(clock)))
    path = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    wire = Wire(env=os.environ | {"PYTHONPATH": path})
    wire.initialize(root=tmp_path.as_uri(), process_id=os.getpid())
    for jump in JUMPS:
        clock.write_text(str(jump))
        wire.assert_sane()
        uri = (tmp_path / f"{jump}.py").as_uri()
        wire.open(uri, BARE)
        assert wire.codes(uri) == ["OBS202"]
        everything = {"start": {"line": 0, "character": 0}, "end": {"line": 5, "character": 0}}
        context = {"diagnostics": [], "only": ["source.fixAll.prodready"]}
        about = {"textDocument": {"uri": uri}, "range": everything, "context": context}
        (action,) = wire.ask("textDocument/codeAction", about)["result"]
        assert [edit["newText"] for edits in action["edit"]["changes"].values() for edit in edits] == [" BaseException"]
    wire.ask("shutdown")
    wire.send("exit")

    assert wire.exit_code() == 0
    assert [each for each in wire.seen if each.get("method") == "window/showMessage"] == []
    wire.end()


def test_the_cache_follows_files_whatever_the_clock_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "cache"))
    project = Project(tmp_path / "project")
    real, real_ns = time.time, time.time_ns
    for number, jump in enumerate((0, *JUMPS, *reversed(JUMPS))):
        monkeypatch.setattr(time, "time", lambda jump=jump: real() + jump)
        monkeypatch.setattr(time, "time_ns", lambda jump=jump: real_ns() + jump * 10**9)
        # The same size each time: only times tell that it is another text.
        project.write("app/user.py", "print(1)\n" if number % 2 else "prynt(1)\n")
        fresh, _ = project.check(cache=False)
        assert project.check()[0] == fresh
        assert project.check()[0] == fresh
        assert codes(fresh) == ([("user.py", "OBS101")] if number % 2 else [])


def test_only_the_cache_asks_what_time_it_is() -> None:
    """Whatever waits or measures goes by a clock that nobody sets."""
    assert {module.place for module in modules() if asked(module) & WALL_CLOCK} == {
        "project/cache/stamps.py",
        "project/cache/store.py",
    }


def asked(module: Module) -> set[tuple[str, str]]:
    return {(_last(node.value), node.attr) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
