"""Files and directories that nobody lets us read or write: told once, each with its name; all else goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Workplace
from tests.endurance.hardship import AS_ANYBODY, PRODREADY, files, run
from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER, codes_of, replacing, span

Forbid = Callable[[Path, int], None]
BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"


def obeys_permissions() -> bool:
    """Tell whether there is a way to run a command that permissions hold for."""
    if os.name == "nt":
        return False
    nothing = run(Path("/"), *AS_ANYBODY, sys.executable, "-c", "")
    return nothing.returncode == 0


pytestmark = pytest.mark.skipif(not obeys_permissions(), reason="no command can be run that obeys permissions")


@pytest.fixture
def forbid() -> Iterator[Forbid]:
    """Take permissions away; they come back at the end, so that the directories can be removed."""
    taken: list[tuple[Path, int]] = []

    def take(path: Path, mode: int) -> None:
        taken.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield take
    for path, mode in reversed(taken):
        path.chmod(mode)


def prodready(workplace: Workplace, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(workplace.root, *AS_ANYBODY, *PRODREADY, *arguments)


@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_a_directory_of_somebody_else_costs_no_other_file(workplace: Workplace, forbid: Forbid, mode: int) -> None:
    """As the data of a database in a container: it lies in the project, and belongs to another user."""
    workplace.write("app.py", BARE)
    workplace.write("data/base/x.py", BARE)
    forbid(workplace.root / "data", mode)

    done = prodready(workplace, "check", "--concise", "--no-cache")

    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stdout.splitlines()[:-1]] == ["app.py"]
    assert done.stderr.startswith("error: data")
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("cannot be read: permission denied\n")


def test_files_that_may_not_be_read_are_named_and_many_are_counted(workplace: Workplace, forbid: Forbid) -> None:
    workplace.write("app.py", BARE)
    for number in range(23):
        forbid(workplace.write(f"secret/m{number:02}.py", BARE), 0o000)

    for command in ("check", "fix"):
        done = prodready(workplace, command, "--jobs", "1", "--no-cache")

        lines = done.stderr.splitlines()
        assert lines[0] == "error: secret/m00.py: cannot be read: permission denied"
        assert lines[20:] == ["error: cannot be read: permission denied: the same in 3 other files"]
        assert done.returncode == (1 if command == "check" else 2)


def test_a_configuration_that_may_not_be_read_is_not_taken_for_none(workplace: Workplace, forbid: Forbid) -> None:
    workplace.write("app.py", BARE)
    forbid(workplace.write("prodready.toml", 'ignore = ["OBS202"]\n'), 0o000)

    done = prodready(workplace, "check")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: prodready.toml: cannot be read: permission denied\n"


def test_a_cache_that_may_not_be_written_is_told_once_and_the_check_goes_on(
    workplace: Workplace, forbid: Forbid
) -> None:
    for number in range(3):
        workplace.write(f"p{number}/app.py", BARE)
    workplace.run("check")
    for directory in (workplace.root / ".cache").iterdir():
        if directory.is_dir():
            forbid(directory, 0o500)
    workplace.write("p1/app.py", f"\n{BARE}")
    workplace.write("p2/app.py", f"\n{BARE}")

    done = prodready(workplace, "check", "--concise")

    assert done.returncode == 1
    places = [line.split(" ")[0] for line in done.stdout.splitlines()[:3]]
    assert places == ["p0/app.py:3:1", "p1/app.py:4:1", "p2/app.py:4:1"]
    assert done.stderr == (
        f"warning: the cache at {workplace.root / '.cache'} cannot be written: permission denied. "
        "Checks take longer without; --no-cache goes without on purpose, PRODREADY_CACHE_DIR names another place.\n"
    )


def test_what_may_not_be_written_stays_as_it_was_and_the_rest_is_repaired(workplace: Workplace, forbid: Forbid) -> None:
    workplace.write("a.py", BARE)
    forbid(workplace.write("b.py", BARE), 0o400)
    workplace.write("closed/c.py", BARE)
    forbid(workplace.root / "closed", 0o500)
    before = files(workplace.root)

    done = prodready(workplace, "fix")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: b.py: not written: it is read-only",
        "error: closed/c.py: cannot be written: permission denied",
    ]
    after = files(workplace.root)
    assert after.pop("a.py") == BARE.replace("except:", "except BaseException:").encode()
    assert after == {name: text for name, text in before.items() if name != "a.py"}


def test_a_report_that_may_not_be_written_leaves_the_old_one(workplace: Workplace, forbid: Forbid) -> None:
    workplace.write("app.py", BARE)
    old = workplace.write("out/report.json", "old")
    forbid(workplace.root / "out", 0o500)

    done = prodready(workplace, "check", "--format", "json", "--output-file", "out/report.json")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: cannot write out/report.json: permission denied\n"
    assert old.read_text() == "old"


@pytest.mark.asyncio
async def test_a_configuration_that_becomes_unreadable_keeps_its_last_settings(
    connect: Connect, tmp_path: Path, forbid: Forbid
) -> None:
    config = tmp_path / "prodready.toml"
    config.write_text('ignore = ["OBS202"]\n')
    editor = await connect(command=(*AS_ANYBODY, *SERVER))
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    assert await editor.diagnostics(uri, 1) == []

    config.chmod(0o000)
    editor.files_changed(config)
    (problem,) = await editor.diagnostics(config.as_uri())
    editor.change(uri, 2, replacing(span(5, 0), "print(1)\n"))
    assert codes_of(await editor.diagnostics(uri, 2)) == ["OBS101"]
    config.write_text("ignore = []\n")
    config.chmod(0o600)
    editor.save(uri)

    assert problem.message == "cannot be read: permission denied"
    assert await editor.diagnostics(config.as_uri()) == []
    await editor.diagnostics(uri, 2, codes=["OBS202", "OBS101"])
    assert editor.client.messages == []


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", [0o000, 0o400])
async def test_a_directory_that_is_closed_while_its_files_are_open_changes_no_finding(
    connect: Connect, tmp_path: Path, forbid: Forbid, mode: int
) -> None:
    package = tmp_path / "app"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "prodready.toml").write_text('ignore = ["OBS202"]\n')
    (package / "log.py").write_text("import logging\n\nevents = logging.getLogger(__name__)\n")
    editor = await connect(command=(*AS_ANYBODY, *SERVER))
    uri = (package / "a.py").as_uri()
    editor.open(uri, BARE)
    assert await editor.diagnostics(uri, 1) == []

    forbid(package, mode)
    editor.files_changed(package / "log.py", package / "prodready.toml")
    editor.change(uri, 2, replacing(span(5, 0), "print(1)\n"))
    assert codes_of(await editor.diagnostics(uri, 2)) == ["OBS101"]
    editor.save(uri)
    editor.change(uri, 3, replacing(span(0, 0), "\n"))

    assert codes_of(await editor.diagnostics(uri, 3)) == ["OBS101"]
    assert len(await editor.actions(uri, span(6, 0), only=["quickfix"])) >= 1
    assert editor.client.messages == []
