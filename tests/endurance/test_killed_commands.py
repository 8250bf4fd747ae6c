"""Processes of `check` and `fix` that are killed in the middle: the answer comes all the same, no file is harmed."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from tests.cli.conftest import Workplace
from tests.endurance.hardship import Checkpoint, files, started

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no signals that kill or suspend")

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"
NAMED = BARE.replace("except:", "except BaseException:")
NUMBER, MARKED = 12, 3
TWO = ("--jobs", "2", "--no-cache", "src")
AT = "3:1 OBS202 [hint] 'except:' also catches KeyboardInterrupt and SystemExit: name the type"
FOUND = [f"src/m{number:02}.py:{AT.replace('3', '4', 1) if number == MARKED else AT}" for number in range(NUMBER)]
"""What a check finds that nobody disturbs."""


@pytest.fixture
def project(workplace: Workplace) -> Workplace:
    """Give a project with a finding in each of many files; one of them is `marked`."""
    for number in range(NUMBER):
        workplace.write(f"src/m{number:02}.py", BARE)
    workplace.write("src/m03.py", f"# marked\n{BARE}")
    return workplace


def test_a_killed_process_of_a_check_costs_nothing(project: Workplace, place: Checkpoint) -> None:
    with started(project, "check", "--concise", *TWO, **project.sabotage("marked", place.deed)) as check:
        place.arrived().kill()
        place.arrived().let_go()
        out, err = check.communicate()

    assert (check.returncode, err) == (1, "")
    assert out.splitlines()[:-1] == FOUND


def test_a_file_whose_process_is_killed_twice_is_told_once_and_the_others_are_shown(
    project: Workplace, place: Checkpoint
) -> None:
    with started(project, "check", "--concise", *TWO, **project.sabotage("marked", place.deed)) as check:
        place.arrived().kill()
        place.arrived().kill()
        out, err = check.communicate()

    assert check.returncode == 3
    assert err.splitlines()[0] == "error: src/m03.py: the process that analysed it was killed by SIGKILL"
    assert err.count("SIGKILL") == 1
    assert out.splitlines()[:-1] == FOUND[:MARKED] + FOUND[MARKED + 1 :]


def test_a_killed_process_of_a_repair_costs_nothing(project: Workplace, place: Checkpoint) -> None:
    with started(project, "fix", *TWO, **project.sabotage("marked", place.deed, entry="open")) as fix:
        place.arrived().kill()
        place.arrived().let_go()
        _, err = fix.communicate()

    assert (fix.returncode, err) == (0, "")
    written = files(project.root / "src")
    assert written.pop("m03.py").decode() == f"# marked\n{NAMED}"
    assert (len(written), set(written.values())) == (NUMBER - 1, {NAMED.encode()})


def test_a_repair_that_is_killed_while_it_writes_leaves_whole_files(project: Workplace, place: Checkpoint) -> None:
    """The third file is written, but not in its place yet, when everything ends."""
    project.write(
        "sabotage/sitecustomize.py",
        "import itertools, os\nreal, numbers = os.fsync, itertools.count(1)\n"
        "def fsync(descriptor):\n    real(descriptor)\n"
        f"    if next(numbers) == 3:\n        {place.deed}\nos.fsync = fsync\n",
    )
    with started(project, "fix", *TWO, PYTHONPATH=str(project.root / "sabotage")) as fix:
        place.arrived().kill()
        fix.communicate()

    assert fix.returncode == -signal.SIGKILL
    left = {path.name: path.read_text() for path in (project.root / "src").glob("*.py")}
    assert [text for _, text in sorted(left.items())] == [NAMED, NAMED, BARE, f"# marked\n{BARE}", *[BARE] * 8]
    assert len(list((project.root / "src").glob(".prodready-*.tmp"))) == 1

    assert project.run("fix", *TWO).code == 0
    assert list((project.root / "src").glob(".prodready-*.tmp")) == []
    assert {path.read_text().removeprefix("# marked\n") for path in (project.root / "src").glob("*.py")} == {NAMED}


def test_workers_of_a_check_that_was_killed_end_quietly(project: Workplace, place: Checkpoint) -> None:
    with started(project, "check", *TWO, **project.sabotage("marked", place.deed)) as check:
        worker = place.arrived()
        check.kill()
        check.wait()
        worker.let_go()
        # The pipes end when no process holds them any more.
        out, err = check.communicate()

    assert (out, err) == ("", "")


@pytest.mark.skipif(sys.platform != "linux", reason="needs the number of a process that waits")
def test_a_suspended_process_does_not_hold_up_an_interrupt(project: Workplace, place: Checkpoint) -> None:
    with started(project, "check", *TWO, **project.sabotage("marked", place.deed)) as check:
        worker = place.arrived()
        os.kill(worker.pid, signal.SIGSTOP)
        check.send_signal(signal.SIGINT)
        check.communicate()

    assert check.returncode == 130
    # It was killed: only that ends a suspended process, and its end of the connection.
    assert worker.connection.recv(1) == b""
    worker.let_go()


def test_without_other_processes_this_one_does_it_all_and_says_so_once(project: Workplace) -> None:
    project.write(
        "sabotage/sitecustomize.py",
        "from multiprocessing.context import SpawnProcess\n"
        "def start(self):\n    raise BlockingIOError(11, 'Resource temporarily unavailable')\n"
        "SpawnProcess.start = start\n",
    )
    done = project.run("check", "--concise", *TWO, PYTHONPATH=str(project.root / "sabotage"))

    assert (done.code, done.out.splitlines()[:-1]) == (1, FOUND)
    assert done.err == (
        "warning: no worker process can be started: resource temporarily unavailable; "
        "raise the limit of processes (ulimit -u), or end some. This process does it alone, which takes longer.\n"
    )


def test_processes_that_are_killed_before_they_are_ready_are_replaced(project: Workplace) -> None:
    """The first of them ends while Python still starts in it."""
    project.write(
        "sabotage/sitecustomize.py",
        "import os, signal, sys\n"
        "if 'spawn_main' in ' '.join(sys.orig_argv):\n"
        f"    try:\n        os.close(os.open({str(project.root / 'once')!r}, os.O_CREAT | os.O_EXCL))\n"
        "    except FileExistsError:\n        pass\n"
        "    else:\n        os.kill(os.getpid(), signal.SIGKILL)\n",
    )
    done = project.run("check", "--concise", *TWO, PYTHONPATH=str(project.root / "sabotage"))

    assert (project.root / "once").exists()
    assert (done.code, done.out.splitlines()[:-1], done.err) == (1, FOUND, "")
