"""How a project logs: which library most of its modules use, and which logger those of a directory share."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prodready.engine.facts import ImportSymbol, ModuleFacts
from prodready.engine.semantic import Names
from prodready.engine.settings import SharedLogger
from prodready.project.discovery import discover
from prodready.project.index import ProjectIndex
from prodready.project.modules import module_name
from prodready.project.paths import relative_to

if TYPE_CHECKING:
    from prodready.engine.settings import FileSettings
    from prodready.project.config import Config

_MAX_FILES: Final = 4000
_HEAD_BYTES: Final = 32 * 1024
_ENOUGH: Final = 3
"""How many modules must import a logger before it counts as shared: two are a coincidence."""
_MAX_NEEDED: Final = 30
"""How many modules a logger's own may load: one that loads more is no plain place to get a logger from."""
_IMPORT: Final = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(logging|structlog|loguru)\b", re.MULTILINE)
_FROM: Final = re.compile(rb"^from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\r\n#\\]+)", re.MULTILINE)
_NAME: Final = re.compile(rb"\b(?!(?:get|make|setup|set|bind|configure|create|init)_)((?:\w+_)?(?:log|logger))\b")
_ALIAS: Final = re.compile(rb"(?<![ \t])[ \t]+as[ \t]+\w+")
_OWN: Final = re.compile(rb"\b(?:getLogger|get_logger|get_task_logger)\(")
_STDLIB: Final = "stdlib"


@dataclass(frozen=True)
class ProjectLogging:
    """How the modules of one project log.

    `kind` is the library of a new logger: "stdlib", "structlog" or "loguru". `shared` maps directories (POSIX, relative
    to the root; empty for the root) to the logger that most modules in and below them import.
    """

    kind: str = _STDLIB
    shared: Mapping[str, SharedLogger] = field(default_factory=dict)

    def applied(self, settings: FileSettings, path: Path, root: Path) -> FileSettings:
        """Return the settings of the file at `path`, with the logger that a module there is to use."""
        return replace(settings, logger_kind=self.kind, shared_logger=self._nearest(relative_to(path, root)))

    def _nearest(self, relative: str | None) -> SharedLogger | None:
        """Return the logger that is shared nearest to a file."""
        around = _parents(relative) if relative is not None else ()
        return next((self.shared[directory] for directory in around if directory in self.shared), None)


@dataclass(frozen=True)
class _Head:
    """What the beginning of one module says: the library it logs with, loggers it imports, and whether it makes one."""

    directory: str
    kind: str | None
    imported: frozenset[str]
    makes_own: bool


def survey(config: Config) -> ProjectLogging:
    """Read the heads of up to `_MAX_FILES` files of a project, away from an event loop.

    Only fixes depend on the answer. A configuration that names a library has decided, against shared loggers too.
    """
    if config.options.logger != "auto":
        return ProjectLogging(config.options.logger)
    paths = islice(discover([config.root], config), _MAX_FILES)
    heads = [head for path in paths if (head := _head(path, config.root)) is not None]
    index = ProjectIndex(config.root)
    wanted = dict(_shared(heads))
    known = {name: _verified(name, index) for name in sorted(set(wanted.values()))}
    return ProjectLogging(_kind(heads), {at: logger for at, name in wanted.items() if (logger := known[name])})


def _kind(heads: list[_Head]) -> str:
    """Return "structlog" or "loguru" where more than half of the modules that log use it, else "stdlib"."""
    kinds = Counter(head.kind for head in heads if head.kind is not None)
    most, count = kinds.most_common(1)[0] if kinds else (_STDLIB, 0)
    return most if count * 2 > kinds.total() else _STDLIB


def _shared(heads: list[_Head]) -> Iterator[tuple[str, str]]:
    """Yield the directories in which more than half of the modules that log import the same logger."""
    logging = Counter[str]()
    imported: dict[str, Counter[str]] = defaultdict(Counter)
    for head in heads:
        if head.imported or head.makes_own:
            for directory in _parents(f"{head.directory}/"):
                logging[directory] += 1
                imported[directory].update(head.imported)
    for directory, counts in imported.items():
        name, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        if count >= _ENOUGH and count * 2 > logging[directory]:
            yield directory, name


def _verified(qualified: str, index: ProjectIndex) -> SharedLogger | None:
    """Return a shared logger that a module of the project makes for sure; None for what is none."""
    from prodready.models.loggers import kind_of_object

    module, _, name = qualified.rpartition(".")
    kind = kind_of_object(qualified, Names(ModuleFacts, index))
    needs = _needs(module, index) if kind is not None else None
    return SharedLogger(module, name, kind.value, needs) if kind is not None and needs is not None else None


def _needs(module: str, index: ProjectIndex) -> frozenset[str] | None:
    """Return the modules of the project that importing `module` loads, itself included; None for too many of them.

    Its outermost package does not count: who imports from the same one has loaded that, or is being loaded by it.
    """
    outermost = module.partition(".")[0] if "." in module else ""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        facts = None if name in found or name == outermost else index.module(name)
        if facts is None:
            continue
        found.add(name)
        if len(found) > _MAX_NEEDED:
            return None
        waiting.extend(part for target in _targets(facts) for part in _prefixes(target))
        waiting.extend(_prefixes(name))
    return frozenset(found)


def _targets(facts: ModuleFacts) -> Iterator[str]:
    """Yield what a module imports, as absolute dotted names of modules or of names in them."""
    imports = (s.target for bound in facts.symbols.values() for s in bound if isinstance(s, ImportSymbol))
    yield from (facts.absolute(target) for target in (*imports, *facts.stars))


def _prefixes(dotted: str) -> Iterator[str]:
    parts = dotted.split(".")
    yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _parents(relative: str) -> Iterator[str]:
    """Yield the directories around a path, the nearest first; the root is an empty string."""
    while relative:
        relative = relative.rpartition("/")[0]
        yield relative


def _head(path: Path, root: Path) -> _Head | None:
    try:
        with path.open("rb") as stream:
            text = stream.read(_HEAD_BYTES)
    except OSError:
        return None
    if b"log" not in text:
        return None
    directory = next(_parents(relative_to(path, root) or path.name))
    return _Head(directory, _library(text), frozenset(_imported(text, path, root)), bool(_OWN.search(text)))


def _library(text: bytes) -> str | None:
    """Return the library that a module logs with; `logging` beside another one only configures it."""
    imported = {found.decode() for found in _IMPORT.findall(text)}
    for library in ("structlog", "loguru"):
        if library in imported:
            return library
    return _STDLIB if imported else None


def _imported(text: bytes, path: Path, root: Path) -> Iterator[str]:
    """Yield the dotted names of what a module imports and calls a logger, whatever it is."""
    for found in _FROM.finditer(text):
        names = [name.decode() for name in _NAME.findall(_ALIAS.sub(b"", found.group(2)))]
        if names:
            module = found.group(1).decode()
            if module.startswith("."):
                module = ModuleFacts(package=module_name(path, root)[1]).absolute(module)
            if not module.startswith((".", "loguru", "structlog", "logging")):
                yield from (f"{module}.{name}" for name in names)
