"""Hard times for other processes: held where a test wants them, with few rights, few handles, or little room."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.conftest import Workplace
from tests.lsp.editor import PATIENCE

PRODREADY = (sys.executable, "-m", "prodready")
HERE = Path(__file__).parent
AS_ANYBODY = (sys.executable, str(HERE / "as_anybody.py"))
"""Put before a command, it obeys permissions, whoever runs the tests."""


@dataclass(frozen=True)
class Visitor:
    """A process that waits; `pid` is its number."""

    pid: int
    connection: socket.socket

    def kill(self) -> None:
        """End it without a chance to tidy up, and wait until it is gone: its end of the connection is, too."""
        os.kill(self.pid, signal.SIGKILL)
        self.connection.recv(1)
        self.connection.close()

    def let_go(self) -> None:
        self.connection.close()


class Checkpoint:
    """A place in other processes' work, where each tells its number and waits."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(PATIENCE)

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def deed(self) -> str:
        """What a process has to do there, as a line of Python."""
        call = f"socket.create_connection(('127.0.0.1', {self.port}))"
        return f"import os, socket; here = {call}; here.sendall(b'%9d' % os.getpid()); here.recv(1); here.close()"

    def arrived(self) -> Visitor:
        """Wait until a process is there."""
        connection, _ = self._socket.accept()
        connection.settimeout(PATIENCE)
        return Visitor(int(connection.recv(9, socket.MSG_WAITALL)), connection)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def checkpoint() -> Iterator[Checkpoint]:
    place = Checkpoint()
    yield place
    place.close()


@contextmanager
def started(workplace: Workplace, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start prodready in a workplace; it is gone when the block ends."""
    process = subprocess.Popen(
        [*PRODREADY, *arguments],
        cwd=workplace.root,
        env=os.environ | {"PRODREADY_CACHE_DIR": str(workplace.root / ".cache")} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def run(root: Path, *command: str, **popen: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    environment = os.environ | {"PRODREADY_CACHE_DIR": str(root / ".cache")}
    options: dict[str, Any] = {"capture_output": True, "text": True, "timeout": PATIENCE, "env": environment}
    return subprocess.run(command, cwd=root, check=False, **{**options, **popen})


def workers_of(pid: int) -> list[int]:
    """Return the numbers of the worker processes that a process has started."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for file in found for child in file.read_text().split()]
    return [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@contextmanager
def no_more_handles(pid: int) -> Iterator[None]:
    """Let a process open no file for a while, nor those that it starts."""
    import resource

    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    taken = {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    lowest = next(number for number in range(len(taken) + 1) if number not in taken)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def with_limit(kind: str, value: int) -> Any:
    """Return what sets a limit in a process before it begins."""
    import resource

    return lambda: resource.setrlimit(getattr(resource, kind), (value, value))


def files(root: Path) -> dict[str, bytes]:
    """Return what lies in a directory, the cache and what this interpreter keeps there left out."""
    left_out = (".cache", "__pycache__", "sabotage")
    found = (path for path in sorted(root.rglob("*")) if path.is_file())
    kept: Sequence[Path] = [path for path in found if not set(left_out) & set(path.relative_to(root).parts)]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in kept}
