"""Finding the configuration beside the code, and validating it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from prodready.engine.finding import Range
from prodready.project import console_scripts, supported_python, toml_text
from prodready.project.kinds import Fault, Where
from prodready.project.options import BY_KEY, Options, field_of
from prodready.project.os_errors import reason_of
from prodready.project.paths import absolute, exists, is_directory
from prodready.project.problems import ConfigError, ConfigProblem
from prodready.project.settings_of import Config
from prodready.project.suggest import closest

__all__ = ["OWN_FILE", "PYPROJECT", "Config", "ConfigError", "ConfigProblem", "Loader", "load"]

PYPROJECT = "pyproject.toml"
OWN_FILE = "prodready.toml"
_OWN_TABLE = ("tool", "prodready")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_FAULTS_TOLD = 20
_MAX_BYTES = 1024 * 1024
_TOO_LARGE = "is larger than 1 MB, which no configuration is; it is not read. Is it the right file?"
_LEADS_OUT = "is a link that leads out of the project, and does not count; put the file itself here"
_ROOT_SIGNS = (PYPROJECT, ".git", "setup.cfg")


def load(start: Path, base: Path | None = None) -> Config:
    """Return the configuration of `start`, a file or directory (it need not exist).

    It comes from the nearest directory, from `start` up, with a `prodready.toml` or a `pyproject.toml` that has
    `[tool.prodready]`. Without any, all settings are defaults, and the root is the nearest directory that looks like a
    project's; where none does, it is `base`, the directory that somebody works in, or where `start` does not lie in
    that, what holds the outermost package around `start`.

    Raises:
        ConfigError: when the configuration is wrong, or cannot be read.
    """
    return Loader(base).load(start)


class Loader:
    """Loads the configurations of many files, each of them once: files with the same one get the same object.

    `base` is the directory that somebody works in.
    """

    def __init__(self, base: Path | None = None) -> None:
        # Whoever stands in their home directory, or at the top, does not mean that all of it is one project.
        home = Path(os.path.expanduser("~"))  # noqa: PTH111  # Path's own raises where there is none
        self._base = None if base is not None and base in (base.parent, home) else base
        self._lying_in: dict[Path, Config | None] = {}
        self._nearest: dict[Path, Config] = {}
        self._defaults: dict[Path, Config] = {}
        self._roots: dict[Path, Path | None] = {}

    def load(self, start: Path) -> Config:
        """Return the configuration of `start`, as the function `load` does.

        Raises:
            ConfigError: when the configuration is wrong, or cannot be read.
        """
        start = absolute(start)
        return self._of_directory(start if is_directory(start) else start.parent)

    def of_file(self, path: Path) -> Config:
        """Return the configuration of a file, given by its absolute path, as `load` does.

        Raises:
            ConfigError: when the configuration is wrong, or cannot be read.
        """
        return self._of_directory(path.parent)

    def excluder(self, start: Path) -> Callable[[Path, bool], bool]:
        """Return the test for paths below `start`, as `Config.excluder` does; each path's own configuration decides.

        The test raises what `load` raises.
        """
        tests: dict[Path, Callable[[Path, bool], bool]] = {}

        def excluded(path: Path, directory: bool) -> bool:
            config = self._of_directory(path.parent)
            if config.root not in tests:
                tests[config.root] = config.excluder(start)
            return tests[config.root](path, directory)

        return excluded

    def _of_directory(self, directory: Path) -> Config:
        config = self._nearest.get(directory)
        if config is None:
            config = self._nearest[directory] = self._find(directory)
        return config

    def _find(self, directory: Path) -> Config:
        for here in (directory, *directory.parents):
            if here not in self._lying_in:
                self._lying_in[here] = _load_from(here)
            config = self._lying_in[here]
            if config is not None:
                return config
        root = self._looks_like_root(directory) or self._guessed_root(directory)
        if root not in self._defaults:
            self._defaults[root] = _with_pyproject(Config(root), _toml(root / PYPROJECT) or {})
        return self._defaults[root]

    def _guessed_root(self, directory: Path) -> Path:
        """Return where a project without any sign begins."""
        if self._base is not None and self._base in (directory, *directory.parents):
            return self._base
        above = (directory, *directory.parents)
        return next((here for here in above if not exists(here / "__init__.py")), directory)

    def _looks_like_root(self, directory: Path) -> Path | None:
        """Return the nearest directory, from `directory` up, that looks like a project's."""
        passed: list[Path] = []
        root: Path | None = None
        for here in (directory, *directory.parents):
            if here in self._roots:
                root = self._roots[here]
                break
            passed.append(here)
            if any(exists(here / sign) for sign in _ROOT_SIGNS):
                root = here
                break
        self._roots.update(dict.fromkeys(passed, root))
        return root


def _load_from(directory: Path) -> Config | None:
    """Load the configuration that lies in `directory` itself, None when there is none."""
    own, project = _toml(directory / OWN_FILE), _toml(directory / PYPROJECT) or {}
    table = toml_text.dig(project, *_OWN_TABLE)
    if own is not None and table is not None:
        message = f"{OWN_FILE} lies beside it and has settings too; keep one of the two"
        raise ConfigError(_problems(directory / PYPROJECT, [Fault(_OWN_TABLE, message, on_key=True)]))
    if own is None and table is None:
        return None
    if own is not None:
        config = _validated(own, directory / OWN_FILE, ())
    else:
        config = _validated(table, directory / PYPROJECT, _OWN_TABLE)
    return _with_pyproject(config, project)


def _with_pyproject(config: Config, project: Mapping[str, Any]) -> Config:
    """Add what the project says elsewhere: its console scripts, its line length, the Pythons that it supports."""
    lengths = (toml_text.dig(project, "tool", tool, "line-length") for tool in ("ruff", "black"))
    length = next((n for n in lengths if isinstance(n, int) and BY_KEY["line-length"].is_right(n)), None)
    return replace(
        config,
        console_modules=console_scripts.modules(project),
        found_line_length=length,
        oldest_python=supported_python.oldest(project),
    )


def _validated(values: object, path: Path, base: Where) -> Config:
    """Validate the table of settings that stands in a file below `base`."""
    faults = list(islice(_table_faults(values, base), _FAULTS_TOLD + 1))
    if faults:
        raise ConfigError(_problems(path, faults))
    assert isinstance(values, dict)
    normal: dict[str, Any] = {field_of(key): BY_KEY[key].kind.normal(value) for key, value in values.items()}
    return Config(path.parent, path, Options(**normal), frozenset(values))


def _table_faults(values: object, base: Where) -> Iterator[Fault]:
    if not isinstance(values, dict):
        yield Fault(base, "expected a table of settings; write [tool.prodready]")
        return
    for key, value in values.items():
        where = (*base, key)
        if key in BY_KEY:
            yield from BY_KEY[key].kind.faults(value, where)
        else:
            yield Fault(where, _unknown_key(key, base), on_key=True)


def _unknown_key(key: str, base: Where) -> str:
    if key == "tool" and not base:
        return f"in {OWN_FILE} the keys stand at the top, without [tool.prodready]"
    close = closest(key, BY_KEY)
    step = f'did you mean "{close}"?' if close else f"the keys are {', '.join(BY_KEY)}"
    return f"there is no such key; {step}"


def _is_there(path: Path) -> bool:
    """Tell whether a configuration file is there.

    Raises:
        PermissionError: when nobody lets us look: settings that may be there must not be taken for none.
    """
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except PermissionError:
        raise
    except (OSError, ValueError):
        return False


def _problems(path: Path, faults: Sequence[Fault]) -> list[ConfigProblem]:
    """Find the places of faults in their file; of very many, the first ones are told."""
    places = toml_text.Places(_read_toml(path) or "")
    told = [
        ConfigProblem(path, places.find(fault.where, on_key=fault.on_key), _dotted(fault.where), fault.message)
        for fault in faults[:_FAULTS_TOLD]
    ]
    more = ConfigProblem(path, None, "", "there are more mistakes than these; they are told when these are mended")
    return [*told, *([more] if len(faults) > _FAULTS_TOLD else [])]


def _dotted(where: Where) -> str:
    """Return the way to a value as TOML would write it, with the index of a list's item in brackets."""
    dotted = "".join(f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in where)
    return dotted.removeprefix(".")


def _key(word: str) -> str:
    return word if _BARE_KEY.fullmatch(word) else f'"{word}"'


def _toml(path: Path) -> dict[str, Any] | None:
    """Return the values of a TOML file, None when there is none (or it is broken, and cannot be meant for us)."""
    text = _read_toml(path)
    if text is None:
        return None
    try:
        return toml_text.parse(text)
    except toml_text.TomlError as error:
        if path.name == PYPROJECT and "prodready" not in text:
            return None
        message = f"this is no TOML: {error.message[:1].lower()}{error.message[1:]}"
        raise ConfigError([ConfigProblem(path, error.range, "", message)]) from error


def _stays_inside(path: Path) -> bool:
    """Tell whether a configuration file lies in its project, also where it is a link: others may not be shown.

    The project is the repository, or the file's own directory where there is none.
    """
    if not path.is_symlink():
        return True
    top = next((here for here in path.parents if exists(here / ".git")), path.parent)
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(top))


def _read_toml(path: Path) -> str | None:
    """Return the text of a file, without a byte order mark; None when there is none."""
    try:
        if not _is_there(path):
            return None
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise ConfigError([ConfigProblem(path, None, "", _TOO_LARGE)])
        if not _stays_inside(path):
            if path.name == PYPROJECT and b"prodready" not in data:
                return None
            raise ConfigError([ConfigProblem(path, None, "", _LEADS_OUT)])
        return data.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([ConfigProblem(path, None, "", f"cannot be read: {reason_of(error)}")]) from error
    except UnicodeDecodeError as error:
        if path.name == PYPROJECT and b"prodready" not in error.object:
            return None
        line, byte = error.object.count(b"\n", 0, error.start), error.object[error.start]
        reason = f"TOML is UTF-8, but byte 0x{byte:02x} on this line is not; save the file as UTF-8"
        raise ConfigError([ConfigProblem(path, Range.of(line, 0, line, 0), "", reason)]) from error
