"""Installing what the tests in real editors drive: once, into a cache outside of the repository, or from Debian."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from _dev.places import ROOT

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prodready-editors"
DEBIAN = {
    "chromium": "chromium",
    "emacs": "emacs-nox",
    "g++": "g++",
    "make": "make",
    "nvim": "neovim",
    "vim.nox": "vim-nox",
}
"""The packages of the programs."""
DEBIAN_ADDITIONS = ("elpa-eglot", "elpa-lsp-mode", "fonts-dejavu-core", "vim-ale")
"""The packages that bring no program."""


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Keep other processes from doing what has the same name."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the file
        yield


def once(name: str, install: Callable[[Path], None]) -> Path:
    """Return the directory `name` of the cache; an installation that stops half-way leaves none."""
    home = CACHE / name
    with alone(name):
        if home.is_dir():
            return home
        beside = Path(tempfile.mkdtemp(prefix=".installing-", dir=CACHE))
        try:
            install(beside)
            beside.rename(home)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return home


def wheels(pins: str) -> Callable[[Path], None]:
    """Return what installs the wheels that a file of requirements/ pins into a directory."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    pinned = ["--require-hashes", "--requirement", str(ROOT / "requirements" / pins)]
    return lambda home: run([*pip, *pinned, "--target", str(home)], ROOT)


def debian(program: str, addition: str = "", is_there: Callable[[str], bool] = lambda _: True) -> str:
    """Return the path of a program of DEBIAN, to which the package `addition` belongs if `is_there` finds it.

    Raises:
        RuntimeError: when it is not there and cannot be installed, with what to do.
    """
    found = shutil.which(program)
    if found is None or not is_there(found):
        _install_from_debian()
        found = shutil.which(program)
    if found is None or not is_there(found):
        package = addition if found else DEBIAN[program]
        raise RuntimeError(f"they need {package}: install it (Debian: `apt-get install {package}`)")
    return found


def _install_from_debian() -> None:
    """Install all of DEBIAN in one go, where that can be done without asking."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    # Another installation may be under way, such as the system's own upgrades.
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600"]
    run([*apt, "update"], ROOT)
    packages = [*DEBIAN.values(), *DEBIAN_ADDITIONS]
    run([*apt, "install", "-y", "--no-install-recommends", *packages], ROOT, DEBIAN_FRONTEND="noninteractive")


def run(command: Sequence[str], directory: Path, **variables: str) -> None:
    """Run a step of an installation; raises RuntimeError, with its last words, when it fails."""
    sys.stderr.write(f"{' '.join(command)[:120]}\n")
    done = subprocess.run(
        command, cwd=directory, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"`{' '.join(command)}` failed. It downloads packages: is there a network? Its last words:\n"
            f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
