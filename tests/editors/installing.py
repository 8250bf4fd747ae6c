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
    "Xvfb": "xvfb",
    "chromium": "chromium",
    "emacs": "emacs-nox",
    "g++": "g++",
    "kate": "kate",
    "make": "make",
    "nvim": "neovim",
    "scrot": "scrot",
    "tmux": "tmux",
    "vim.nox": "vim-nox",
    "xdotool": "xdotool",
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


def unpack_from_debian(package: str, release: str, home: Path) -> None:
    """Unpack a package of another release of Debian into a directory, with what it depends on, down to the C library.

    Where packages come from is what apt is configured with here; the system's own packages and lists stay as they are.

    Raises:
        RuntimeError: when it cannot be had, with why.
    """
    if shutil.which("apt-get") is None:
        raise RuntimeError(f"they need {package}, which is taken from Debian's {release} by apt-get")
    lists, archives = home / "lists", home / "archives"
    for directory in (lists, archives):
        (directory / "partial").mkdir(parents=True)
    (home / "status").touch()
    (home / "sources.list").write_text(_source(release), encoding="utf-8")
    private = {
        "Dir::Etc::sourcelist": home / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": lists,
        "Dir::State::status": home / "status",
        "Dir::State::extended_states": home / "extended_states",
        "Dir::Cache::archives": archives,
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
    }
    apt = ["apt-get", "-qq", *(f"--option={name}={value}" for name, value in private.items())]
    run([*apt, "update"], home)
    run([*apt, "install", "-y", "--download-only", "--no-install-recommends", package], home)
    for archive in archives.glob("*.deb"):
        run(["dpkg-deb", "--extract", str(archive), str(home)], home)
    for directory in (lists, archives):
        shutil.rmtree(directory)


def _source(release: str) -> str:
    """Return the line for apt that names a release at the place where this system's own comes from."""
    wanted = ["--format", "$(REPO_URI) $(COMPONENT)", "Created-By: Packages", "Label: Debian"]
    said = subprocess.run(["apt-get", "indextargets", *wanted], capture_output=True, text=True, check=False).stdout
    main = [line.split()[0] for line in said.splitlines() if line.endswith(" main")]
    if not main:
        raise RuntimeError("apt has no lists of Debian's packages: run `apt-get update` on a Debian")
    keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
    return f"deb [signed-by={keys}] {main[0]} {release} main\n"


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
