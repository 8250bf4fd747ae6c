"""A workspace that somebody else wrote runs no code, shows nothing that lies outside, and has nothing written there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from tests.lsp.wire import Wire

PRODREADY = (sys.executable, "-m", "prodready")
FINDING = "def f(x):\n    try:\n        g()\n    except:\n        print(x)\n        raise\n"
BIG = FINDING.replace("except:", "except Exception:").replace("print(x)", "pass").replace("raise", "pass")
BIG += f"# {'long ' * 2000}\n"
LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
from prodready.cli import main
main()
"""
ON_A_FULL_DISK = (sys.executable, "-B", "-c", LIMITED)
INSTALLED = (str(Path(sys.executable).with_name("prodready")),)
"""The command. `python -m` itself imports from the working directory, before any code of ours runs."""
ISOLATED = (sys.executable, "-I", "-m", "prodready")
DEPENDENCIES = {"click", "rich", "pygls", "lsprotocol", "cattrs", "attrs", "attr", "libcst", "pathspec", "websockets"}


def run(root: Path, *arguments: str, command: Sequence[str] = PRODREADY) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *arguments], cwd=root, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """Make a directory where every module that Python or we could import leaves a file when it runs."""
    root = tmp_path / "workspace"
    root.mkdir()
    for name in (*sys.stdlib_module_names, *DEPENDENCIES, "prodready"):
        (root / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name + ' '!r})\n")
    for name in ("sitecustomize", "usercustomize", "conftest", "setup", "noxfile"):
        (root / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name + ' '!r})\n")
    (root / "app.py").write_text(FINDING)
    return root


@pytest.mark.parametrize("command", [INSTALLED, ISOLATED], ids=["prodready", "python -I -m prodready"])
@pytest.mark.parametrize("arguments", [("check", "--jobs", "2", "app.py", "click.py"), ("fix", "app.py"), ("config",)])
def test_modules_in_the_working_directory_are_not_run_by_a_command(
    trap: Path, arguments: Sequence[str], command: Sequence[str]
) -> None:
    done = run(trap, *arguments, command=command)

    assert done.returncode in (0, 1), done.stderr
    assert not (trap.parent / "ran").exists(), (trap.parent / "ran").read_text()


def test_modules_in_the_working_directory_are_not_run_by_the_server_and_its_worker(trap: Path) -> None:
    wire = Wire(command=(*INSTALLED, "server"), cwd=trap, stderr=None)
    wire.initialize(root=trap.as_uri())
    uri = (trap / "long.py").as_uri()
    wire.open(uri, "try:\n    f()\n" + "    g()\n" * 200 + "except:\n    raise\n")
    assert wire.codes(uri) == ["OBS202"]
    place = {"line": 202, "character": 0}
    context = {"diagnostics": [], "only": ["quickfix"]}
    about = {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": context}
    assert wire.ask("textDocument/codeAction", about)["result"]
    wire.end()

    assert not (trap.parent / "ran").exists(), (trap.parent / "ran").read_text()


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_links_out_of_the_workspace_are_neither_read_nor_written(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "workspace"
    (outside / "package").mkdir(parents=True)
    root.mkdir()
    (outside / "secret.py").write_text("CANARY-51 = (\n")
    (outside / "package" / "own.py").write_text(FINDING)
    (root / "secret.py").symlink_to(outside / "secret.py")
    (root / "package").symlink_to(outside / "package")
    (root / ".gitignore").symlink_to(outside / "secret.py")
    (root / "app.py").write_text(FINDING)
    checked = run(root, "check")
    fixed = run(root, "fix", "--unsafe-fixes")

    assert "OBS202" in checked.stdout
    assert "CANARY-51" not in checked.stdout + checked.stderr + fixed.stdout + fixed.stderr
    assert (outside / "package" / "own.py").read_text() == FINDING
    assert (root / "app.py").read_text() != FINDING


@pytest.mark.skipif(os.name == "nt", reason="needs names that Windows does not allow")
@pytest.mark.parametrize("arguments", [("check",), ("check", "--format", "json"), ("fix", "--diff"), ("fix",)])
def test_names_and_lines_do_not_steer_the_terminal(tmp_path: Path, arguments: Sequence[str]) -> None:
    (tmp_path / "a\x1b]0;owned\x07\x9b31m\u202e.py").write_text("print('x')  # \n" + FINDING)
    done = run(tmp_path, *arguments)

    assert done.returncode == 1
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(done.stdout + done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="needs names that Windows does not allow")
def test_a_name_cannot_add_lines_to_a_patch(tmp_path: Path) -> None:
    name = "a\n+++ b\n@@ -1 +1 @@\n.py"
    (tmp_path / name).write_text(FINDING)
    patch = run(tmp_path, "fix", "--diff").stdout
    assert patch.startswith('--- "a/a\\012+++ b\\012@@ -1 +1 @@\\012.py"\n+++ "b/a\\012')
    applied = subprocess.run(["git", "apply"], cwd=tmp_path, input=patch, text=True, check=False, capture_output=True)

    assert applied.returncode == 0, applied.stderr
    assert (tmp_path / name).read_text() != FINDING


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="looks into Linux's tables of sockets")
def test_nothing_of_a_workspace_makes_the_server_listen(tmp_path: Path) -> None:
    (tmp_path / "prodready.toml").write_text("tcp = 8123\nws = 8124\n")
    (tmp_path / ".env").write_text("PRODREADY_TCP=8123\nTCP=8123\n")
    uri = (tmp_path / "app.py").as_uri()
    wire = Wire(stderr=None, cwd=tmp_path)
    wire.initialize(root=tmp_path.as_uri())
    wire.send("workspace/didChangeConfiguration", {"settings": {"prodready": {"tcp": 8123, "args": ["--tcp", "8123"]}}})
    wire.open(uri, FINDING)
    assert "OBS202" in wire.codes(uri)
    wire.ask("workspace/executeCommand", {"command": "prodready.server", "arguments": ["--tcp", "8123"]})
    wire.assert_sane()
    listening = _listening(wire.process.pid)
    wire.end()

    assert listening == set()


def _listening(pid: int) -> set[str]:
    """Return the local addresses of the listening sockets of a process and its children."""
    table = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    table += Path(f"/proc/{pid}/net/tcp6").read_text().splitlines()[1:] if Path("/proc/self/net/tcp6").exists() else []
    fields = [line.split() for line in table]
    addresses = {field[9]: field[1] for field in fields if field[3] == "0A"}
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    inodes = {inode for each in (pid, *children) for inode in _sockets(each)}
    return {address for inode, address in addresses.items() if inode in inodes}


def _sockets(pid: int | str) -> Iterator[str]:
    for descriptor in list(Path(f"/proc/{pid}/fd").iterdir()):
        with suppress(FileNotFoundError):  # closed meanwhile, as the one that listed them
            yield os.readlink(descriptor).removeprefix("socket:[").removesuffix("]")  # noqa: PTH115  it is no path


def test_the_look_for_listening_sockets_finds_one() -> None:
    if not Path("/proc/self/net/tcp").exists():
        pytest.skip("looks into Linux's tables of sockets")
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert _listening(os.getpid()) == {f"0100007F:{server.getsockname()[1]:04X}"}


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(FINDING * 100)
    report = tmp_path / "report.json"
    report.write_text("the old one")
    done = run(tmp_path, "check", "--format", "json", "--output-file", str(report), command=ON_A_FULL_DISK)

    assert done.returncode == 2, done.stderr
    assert "cannot write" in done.stderr
    assert report.read_text() == "the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.py", "report.json"]


def test_a_fix_that_cannot_be_written_leaves_the_file(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(BIG)
    done = run(tmp_path, "fix", "app.py", command=ON_A_FULL_DISK)

    assert done.returncode in (1, 2), done.stderr
    assert "cannot be written" in done.stderr
    assert (tmp_path / "app.py").read_text() == BIG
    assert [path.name for path in tmp_path.iterdir()] == ["app.py"]
