"""Other Pythons than the one that runs dev.py: where they are, and a call of dev.py on one of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from _dev.environment import say
from _dev.places import SCRIPTS
from _dev.problem import WRONG_CALL, Problem

OPTION = "--python"
ALL = "all"
SUPPORTED = ("3.10", "3.11", "3.12", "3.13", "3.14")


def requested(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Take a first `--python VERSION` out of arguments; returns the version (None: not asked for) and the others.

    The version may be `ALL`.
    """
    if not arguments or arguments[0].partition("=")[0] != OPTION:
        return None, list(arguments)
    _, equals, version = arguments[0].partition("=")
    rest = list(arguments[1:])
    if not equals:
        version = rest.pop(0) if rest else ""
    if version != ALL and re.fullmatch(r"3\.\d+", version) is None:
        raise Problem(f"{OPTION} wants a version such as 3.13, or {ALL}, and got {version!r}", WRONG_CALL)
    return version, rest


def is_running(version: str) -> bool:
    """Tell whether this process runs on that version."""
    return version == f"{sys.version_info[0]}.{sys.version_info[1]}"


def again_on(version: str, command: str, arguments: Sequence[str]) -> int:
    """Call dev.py with the same command on a Python of that version; returns its exit code.

    Raises:
        Problem: when there is none on this machine.
    """
    call = [find(version), str(SCRIPTS / "dev.py"), command, OPTION, version, *arguments]
    return subprocess.run(call, check=False).returncode


def on_each(command: str, arguments: Sequence[str]) -> int:
    """Call dev.py with the same command on every supported Python of this machine, even after one that failed.

    Returns the worst exit code.

    Raises:
        Problem: when there is none on this machine.
    """
    codes: dict[str, int] = {}
    for version in filter(_is_here, SUPPORTED):
        say(f"Python {version}")
        codes[version] = again_on(version, command, arguments)
    if not codes:
        raise Problem(f"there is no Python {', no '.join(SUPPORTED)}: `uv python install {SUPPORTED[-1]}` brings one")
    told = [f"{version} {f'failed ({codes[version]})' if codes[version] else 'passed'}" for version in codes]
    say(", ".join([*told, *(f"{version} is not here" for version in SUPPORTED if version not in codes)]))
    return max(codes.values())


def _is_here(version: str) -> bool:
    try:
        find(version)
    except Problem:
        return False
    return True


def find(version: str) -> str:
    """Return an interpreter of that version; raises Problem, naming where it was looked for, when there is none."""
    for candidate in _candidates(version):
        if _version_of(candidate) == version:
            return candidate
    raise Problem(f"there is no Python {version}: looked for python{version} on the PATH, at pyenv's and at uv's")


def _candidates(version: str) -> Iterator[str]:
    named = shutil.which(f"python{version}")
    if named is not None:
        yield named
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    yield from map(str, sorted(pyenv.glob(f"{version}.*/bin/python"), key=_patch, reverse=True))
    for helper in (["uv", "python", "find", "--no-project", version], ["py", f"-{version}", "-c", _PRINT_PATH]):
        if shutil.which(helper[0]) is not None:
            done = subprocess.run(helper, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                yield done.stdout.strip()


_PRINT_PATH = "import sys; print(sys.executable)"
_PRINT_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def _patch(interpreter: Path) -> int:
    """Return the last number of pyenv's directory: 3.13.10 is newer than 3.13.9."""
    digits = re.match(r"\d+", interpreter.parts[-3].rpartition(".")[2])
    return int(digits.group()) if digits else -1


def _version_of(interpreter: str) -> str | None:
    """Return the version that an interpreter says it has; None when it does not run (pyenv's shims may not)."""
    try:
        done = subprocess.run([interpreter, "-I", "-c", _PRINT_VERSION], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
