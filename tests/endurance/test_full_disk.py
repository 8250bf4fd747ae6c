"""No room on the disk, or none for files so large: what was there stays whole, and what is to do is said."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Workplace
from tests.endurance.hardship import PRODREADY, files, run, with_limit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /dev/full, or its mounts")

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"
NAMED = BARE.replace("except:", "except BaseException:")
LONG = f"# {'long ' * 2000}\n"
NO_ROOM = "no space left on device; make room on the disk"
TOO_LARGE = "file too large; raise the limit of file sizes (ulimit -f)"
MOUNTED = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"', "sh")
"""Runs what follows the name of a directory with a small disk mounted there, which nobody else sees."""
FILL = """
import pathlib, shutil, subprocess, sys
disk, result, *command = sys.argv[1:]
disk = pathlib.Path(disk)
for name in ("a.py", "b.py", "report.json"):
    shutil.copy(pathlib.Path(result) / name, disk / name)
try:
    with open(disk / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(b"." * 1024)
except OSError:
    pass
done = subprocess.run(command, cwd=disk, capture_output=True, text=True)
for path in disk.iterdir():
    if path.is_file():
        shutil.copy(path, pathlib.Path(result) / path.name)
sys.stdout.write(done.stdout)
sys.stderr.write(done.stderr)
sys.exit(done.returncode)
"""


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    return run(Path("/"), *MOUNTED, "/mnt", "true").returncode == 0


needs_mounts = pytest.mark.skipif(not can_mount(), reason="no disk can be mounted here")


def on_a_full_disk(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run prodready where the files of `tmp_path` lie on a disk without room; what lies there then comes back."""
    disk = tmp_path / "disk"
    disk.mkdir()
    return run(
        tmp_path, *MOUNTED, str(disk), sys.executable, "-c", FILL, str(disk), str(tmp_path), *PRODREADY, *arguments
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a.py").write_text(BARE)
    (tmp_path / "b.py").write_text(BARE + LONG)
    (tmp_path / "report.json").write_text("old")
    return tmp_path


@needs_mounts
def test_a_repair_on_a_full_disk_leaves_each_file_as_it_was(project: Path) -> None:
    done = on_a_full_disk(project, "fix", "a.py", "b.py")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"error: {name}: cannot be written: {NO_ROOM}" for name in ("a.py", "b.py")]
    left = files(project)
    assert (left["a.py"].decode(), left["b.py"].decode()) == (BARE, BARE + LONG)
    assert [name for name in left if ".prodready" in name] == []


@needs_mounts
def test_a_report_on_a_full_disk_leaves_the_old_one(project: Path) -> None:
    done = on_a_full_disk(project, "check", "--no-cache", "--output-file", "report.json")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Error: cannot write report.json: {NO_ROOM}\n"
    left = files(project)
    assert left["report.json"] == b"old"
    assert [name for name in left if ".prodready" in name] == []


@needs_mounts
def test_a_cache_on_a_full_disk_is_told_once_and_the_check_goes_on(project: Path) -> None:
    words = (
        "import os; os.environ['PRODREADY_CACHE_DIR'] = os.getcwd() + '/cache'\nfrom prodready.cli import main; main()",
    )
    disk = project / "disk"
    disk.mkdir()
    command = (sys.executable, "-c", *words, "check", "--concise")
    done = run(project, *MOUNTED, str(disk), sys.executable, "-c", FILL, str(disk), str(project), *command)

    assert done.returncode == 1
    assert [line.split(" ")[0] for line in done.stdout.splitlines()[:2]] == ["a.py:3:1", "b.py:3:1"]
    assert done.stderr.startswith(f"warning: the cache at {disk / 'cache'} cannot be written: {NO_ROOM}. ")
    assert done.stderr.count("\n") == 1


def test_a_limit_of_file_sizes_is_no_other_than_a_full_disk(workplace: Workplace) -> None:
    workplace.write("a.py", BARE)
    workplace.write("b.py", BARE + LONG)
    limited = with_limit("RLIMIT_FSIZE", 4096)

    done = run(workplace.root, *PRODREADY, "fix", preexec_fn=limited)

    assert (done.returncode, done.stderr) == (1, f"error: b.py: cannot be written: {TOO_LARGE}\n")
    assert done.stdout.startswith("fixed a.py: 1 OBS202 bare-except\n")
    assert files(workplace.root) == {
        "a.py": NAMED.encode(),
        "b.py": (BARE + LONG).encode(),
        "pyproject.toml": b"",
    }


@pytest.mark.parametrize(
    "arguments",
    [("check",), ("fix", "--diff"), ("rule", "OBS101")],
    ids=" ".join,
)
def test_standard_output_on_a_full_disk_is_no_fault_of_ours(workplace: Workplace, arguments: tuple[str, ...]) -> None:
    workplace.write("a.py", BARE)
    with Path("/dev/full").open("w") as full:
        done = run(workplace.root, *PRODREADY, *arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"Error: cannot write to standard output: {NO_ROOM}"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("check", "nowhere"), 2), (("check", "binary.py"), 2), (("fix", "--diff"), 1)],
)
def test_standard_error_on_a_full_disk_changes_no_exit_code(
    workplace: Workplace, arguments: tuple[str, ...], code: int
) -> None:
    workplace.write("a.py", BARE)
    workplace.write("binary.py", b"\0")
    with Path("/dev/full").open("w") as full:
        done = run(workplace.root, *PRODREADY, *arguments, capture_output=False, stdout=subprocess.PIPE, stderr=full)

    assert done.returncode == code


def test_a_server_whose_log_is_on_a_full_disk_ends_as_it_was_asked_to(workplace: Workplace) -> None:
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
    shutdown = {"jsonrpc": "2.0", "id": 2, "method": "shutdown"}
    bodies = [json.dumps(message).encode() for message in (initialize, shutdown, {"jsonrpc": "2.0", "method": "exit"})]
    asked = b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PRODREADY, "server", "--log-level", "debug"],
            cwd=workplace.root,
            input=asked,
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
        )

    assert done.returncode == 0
    assert b'"id": 2' in done.stdout or b'"id":2' in done.stdout
