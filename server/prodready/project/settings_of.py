"""A validated configuration, asked about one file at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from prodready.engine.finding import Severity
from prodready.engine.settings import FileSettings, Role
from prodready.project.files import ReadError, read
from prodready.project.globs import GlobSet
from prodready.project.ignored import is_left_out
from prodready.project.modules import name_in, package_in
from prodready.project.options import BY_KEY, OPTIONS, Options, field_of
from prodready.project.paths import absolute, is_file, relative_to
from prodready.project.problems import ConfigError, ConfigProblem
from prodready.project.roles import role_of
from prodready.project.selectors import EVERYTHING, by_code, selected, selector_fault

NOTEBOOK = ".ipynb"
"""The suffix of notebooks."""
_LINE_LENGTH = 88


class Place(NamedTuple):
    """What the configuration and the disk say about a path, whatever the text."""

    module: str
    package: str
    in_package: bool
    select: frozenset[str] | None


@dataclass(frozen=True)
class Config:
    """The settings of a directory and everything below it.

    `root` is the absolute directory that globs count from. `path` is the file that the settings come from, None when
    all are defaults; `given` are the keys that it sets, `from_editor` those that the user's editor
    sets. A configuration is a snapshot: load it again when a
    configuration file, or the layout of packages, has changed. It can be pickled.
    """

    root: Path = field(default_factory=lambda: absolute(Path()))
    path: Path | None = None
    options: Options = field(default_factory=Options)
    given: frozenset[str] = frozenset()
    console_modules: frozenset[str] = frozenset()
    found_line_length: int | None = None
    oldest_python: tuple[int, int] | None = None
    cli_select: tuple[str, ...] = ()
    cli_ignore: tuple[str, ...] = ()
    from_editor: frozenset[str] = frozenset()

    def __getstate__(self) -> dict[str, object]:
        """Pickle the values, not what was computed from them."""
        return {declared.name: getattr(self, declared.name) for declared in fields(self)}

    @property
    def line_length(self) -> int:
        """How long lines may become, in characters; where nobody has set it, a file's own lines may show more."""
        return self.options.line_length or self.found_line_length or _LINE_LENGTH

    def for_file(self, path: Path, text: str | None = None) -> FileSettings:
        """Return the settings of a file; the same object as long as nothing of it changes.

        Its role depends on its `text`: without one, the file is read (and judged by its path where that fails). Give
        the text that is analysed, above all where it is not yet on the disk.
        """
        path = absolute(path)
        role, _ = self.role(path, text)
        settings = self._settings.get((path, role))
        if settings is None:
            settings = self._settings[path, role] = self._made(path, role)
        return settings

    def role(self, path: Path, text: str | None = None) -> tuple[Role, str]:
        """Return a file's role and the reason, a sentence. `text` as in `for_file`."""
        path = absolute(path)
        place = self.place(path)
        return role_of(
            path,
            _text_of(path) if text is None else text,
            self.root,
            self._role_globs,
            self.console_modules,
            place.module,
            in_package=place.in_package,
        )

    def is_excluded(self, path: Path) -> bool:
        """Tell whether `path`, or a directory above it and below the root, is excluded or left out by default."""
        relative = relative_to(absolute(path), self.root)
        if relative is None:
            return False
        if self._exclude.match(relative) is not None:
            return True
        here = self.root
        for part in relative.split("/")[:-1]:
            here /= part
            if is_left_out(here):
                return True
        return False

    def excluder(self, start: Path) -> Callable[[Path, bool], bool]:
        """Return the test for paths below `start`: is the path (and is it a directory) excluded by `exclude`?

        Globs that exclude `start` itself do not count: whoever names a directory means it.
        """
        begin = relative_to(absolute(start), self.root)
        globs = self.options.exclude
        if begin is not None:
            globs = tuple(glob for glob in globs if GlobSet((glob,)).match(begin, directory=True) is None)
        kept = GlobSet(globs)

        def excluded(path: Path, directory: bool) -> bool:
            relative = relative_to(path, self.root) if kept.globs else None
            return relative is not None and kept.match(relative, directory=directory) is not None

        return excluded

    def effective(self) -> dict[str, object]:
        """Return all settings by their keys, as JSON and TOML can hold them."""
        values = {option.key: _plain(getattr(self.options, field_of(option.key))) for option in OPTIONS}
        return values | {"line-length": self.line_length}

    def origin(self, key: str) -> str:
        """Return where the value of a key comes from: the name of a file, `editor`, or `default`."""
        if key in self.given and self.path is not None:
            return self.path.name
        if key == "line-length" and self.found_line_length is not None:
            return "pyproject.toml"
        return "editor" if key in self.from_editor else "default"

    def with_editor(self, values: Mapping[str, object]) -> Config:
        """Return this configuration with what an editor sets for the keys that the project leaves open.

        The project has the last word, so that an editor shows what the command line finds. `values` are by key, as TOML
        would give them, and right.
        """
        project = self.given | ({"line-length"} if self.found_line_length is not None else frozenset())
        normal: dict[str, Any] = {
            key: BY_KEY[key].kind.normal(value) for key, value in values.items() if key not in project
        }
        news = {key for key, value in normal.items() if value != getattr(self.options, field_of(key))}
        options = replace(self.options, **{field_of(key): normal[key] for key in news})
        return replace(self, options=options, from_editor=frozenset(news))

    def with_overrides(self, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Config:
        """Return this configuration with the command line's rules: `select` replaces its own, `ignore` is added.

        Raises:
            ConfigError: when a word means no rule.
        """
        problems = [
            ConfigProblem(None, None, key if f'"{word}"' in message else f"{key} {word}", message)
            for key, words in (("--select", select), ("--ignore", ignore))
            for word in words
            if (message := selector_fault(word)) is not None
        ]
        if problems:
            raise ConfigError(problems)
        return replace(self, cli_select=tuple(select), cli_ignore=tuple(ignore))

    @cached_property
    def fingerprint(self) -> str:
        """A hash of everything that the settings of files come from, apart from the files."""
        values = {name: _plain(value) for name, value in self.__getstate__().items()}
        return hashlib.blake2b(json.dumps(values, default=_plain).encode(), digest_size=16).hexdigest()

    @cached_property
    def _settings(self) -> dict[tuple[Path, Role], FileSettings]:
        return {}

    @cached_property
    def _places(self) -> dict[Path, Place]:
        return {}

    @cached_property
    def _packages(self) -> dict[Path, tuple[str, bool]]:
        return {}

    @cached_property
    def _exclude(self) -> GlobSet:
        return GlobSet(self.options.exclude)

    @cached_property
    def _role_globs(self) -> dict[Role, GlobSet]:
        return {Role(role): GlobSet(globs) for role, globs in self.options.roles.items()}

    @cached_property
    def _file_ignores(self) -> list[tuple[GlobSet, frozenset[str]]]:
        return [(GlobSet((glob,)), selected(words)) for glob, words in self.options.per_file_ignores.items()]

    @cached_property
    def _severities(self) -> dict[str, Severity]:
        return {code: Severity(value) for code, value in by_code(self.options.severity.items()).items()}

    @cached_property
    def _selected(self) -> frozenset[str] | None:
        """The codes that are on in all files; None for every one."""
        options = self.options
        if self.cli_select:
            return selected(self.cli_select, self.cli_ignore)
        if options.select == (EVERYTHING,) and not options.ignore and not self.cli_ignore:
            return None
        return selected((*options.select, *options.extend_select), options.ignore) - selected(self.cli_ignore)

    def place(self, path: Path) -> Place:
        """Return what holds for an absolute path whatever its text: with that, its settings are decided."""
        place = self._places.get(path)
        if place is None:
            package, in_package = self._package_in(path.parent)
            module = name_in(package, path.stem)
            if path.suffix == NOTEBOOK:
                # A notebook is no module: nobody can import it.
                module = package = ""
            place = self._places[path] = Place(module, package, in_package, self._selected_in(path))
        return place

    def _package_in(self, directory: Path) -> tuple[str, bool]:
        """Return the package that a directory's files belong to, and whether the directory itself is one."""
        known = self._packages.get(directory)
        if known is None:
            is_one = is_file(directory / "__init__.py")
            known = self._packages[directory] = (package_in(directory, self.root), is_one)
        return known

    def _selected_in(self, path: Path) -> frozenset[str] | None:
        if not self._file_ignores:
            return self._selected
        relative = relative_to(path, self.root) or path.name
        off = [codes for globs, codes in self._file_ignores if globs.match(relative) is not None]
        if not off:
            return self._selected
        on = selected((EVERYTHING,)) if self._selected is None else self._selected
        return on.difference(*off)

    def _made(self, path: Path, role: Role) -> FileSettings:
        place, options = self.place(path), self.options
        return FileSettings(
            role=role,
            module=place.module,
            package=place.package,
            select=place.select,
            severities=self._severities,
            traceback_style=options.traceback_style,
            silent_level=options.silent_level,
            logger_name=options.logger_name,
            logger_kind="stdlib" if options.logger == "auto" else options.logger,
            log_functions=frozenset(options.log_functions),
            line_length=options.line_length or self.found_line_length,
            oldest_python=self.oldest_python,
            coexist=frozenset(options.coexist),
        )


def _text_of(path: Path) -> str:
    """Return a file's text; an empty one where it cannot be read: who analyses it will say so."""
    try:
        return read(path).text
    except ReadError:
        return ""


def _plain(value: object) -> object:
    if isinstance(value, Options):
        return {declared.name: _plain(getattr(value, declared.name)) for declared in fields(value)}
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value
