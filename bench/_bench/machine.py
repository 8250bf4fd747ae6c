"""The machine that a figure was measured on, and the memory of its processes."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path


def description() -> str:
    """Return processor, cores, system, load and versions in one line."""
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return (
        f"{_processor()}, {os.cpu_count()} cores, {system}, {platform.python_implementation()} "
        f"{platform.python_version()}, ruff {metadata.version('ruff')}, pygls {metadata.version('pygls')}; "
        f"load when it began {_load()}"
    )


def resident(pid: int) -> int:
    """Return the resident memory of a process and its descendants, in bytes; 0 for one that is gone."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True)  # noqa: S607
    rows = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    family = {pid}
    while more := {child for child, parent, _ in rows if parent in family} - family:
        family |= more
    return sum(kilobytes for process, _, kilobytes in rows if process in family) * 1024


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine() or sys.platform


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
