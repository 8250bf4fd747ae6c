"""Work over processes: results in full, whatever happens to a worker.

Each test runs a program of its own, as worker processes import the program that started them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, sys, threading
from prodready.cli.pool import Died, WorkersFailedError, spread

class Work:
    def __call__(self, task):
        if task == "die":
            os._exit(7)
        if task == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if task == "wait":
            os.write(1, b"waiting\\n")  # at once: several write to the same pipe
            threading.Event().wait(30)
        return task.upper(), os.getpid() == int(os.environ["MAIN"])

def cannot_start():
    sys.exit("no start")

if __name__ == "__main__":
    os.environ["MAIN"] = str(os.getpid())
    make, jobs, *tasks = sys.argv[1:]
    try:
        for index, result in sorted(spread(globals()[make], tasks, int(jobs)), key=lambda pair: pair[0]):
            print(index, result.reason if isinstance(result, Died) else result)
    except WorkersFailedError as error:
        print("failed:", error)
    except KeyboardInterrupt:
        print("interrupted")
"""


def _program(tmp_path: Path) -> Path:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    return program


def run(tmp_path: Path, *arguments: str) -> list[str]:
    command = [sys.executable, _program(tmp_path), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


def test_one_job_is_done_in_this_process(tmp_path: Path) -> None:
    assert run(tmp_path, "Work", "1", "a", "b") == ["0 ('A', True)", "1 ('B', True)"]


def test_several_jobs_are_done_elsewhere_and_all_of_them(tmp_path: Path) -> None:
    tasks = [f"t{number}" for number in range(40)]
    assert run(tmp_path, "Work", "2", *tasks) == [f"{number} ('T{number}', False)" for number in range(40)]


def test_a_worker_that_ends_costs_only_what_it_worked_on(tmp_path: Path) -> None:
    tasks = ["a", "die", *"bcdefghij"]
    expected = [f"{index} ('{task.upper()}', False)" for index, task in enumerate(tasks)]
    expected[1] = "1 ended with exit code 7"
    assert run(tmp_path, "Work", "2", *tasks) == expected


@pytest.mark.skipif(os.name == "nt", reason="there are no signals that kill")
def test_a_worker_that_is_killed_is_told_by_the_signal(tmp_path: Path) -> None:
    assert run(tmp_path, "Work", "2", "kill", "a", "kill", "b", "kill") == [
        f"0 was killed by {signal.SIGKILL.name}",
        "1 ('A', False)",
        "2 was killed by SIGKILL",
        "3 ('B', False)",
        "4 was killed by SIGKILL",
    ]


def test_workers_that_cannot_start_end_it_instead_of_blaming_every_task(tmp_path: Path) -> None:
    assert run(tmp_path, "cannot_start", "2", "a", "b", "c") == [
        "failed: a worker process ended with exit code 1 before it could start"
    ]


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is no signal there")
def test_an_interrupt_ends_the_workers_too(tmp_path: Path) -> None:
    command = [sys.executable, _program(tmp_path), "Work", "2", "wait", "wait", "wait"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline(), process.stdout.readline()] == ["waiting\n", "waiting\n"]
        # As a terminal does: the workers get it as well.
        os.killpg(process.pid, signal.SIGINT)
        # The pipes end when no process holds them any more.
        out, err = process.communicate(timeout=60)
    assert (out, err) == ("interrupted\n", "")
