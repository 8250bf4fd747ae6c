"""What the last runs found in the files of a command, as far as it still holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from prodready.cli.paths import shown_path
from prodready.project.cache.edition import edition
from prodready.project.cache.modules import Modules
from prodready.project.cache.place import cache_directory
from prodready.project.cache.records import Found, Records
from prodready.project.cache.store import Store
from prodready.project.files import ReadError, read
from prodready.project.paths import absolute, relative_to
from prodready.report.model import FileReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from prodready.cli.target import Target
    from prodready.engine.finding import Finding
    from prodready.project.config import Config


def user_store() -> Store | None:
    """Return the user's cache, None where results cannot be told apart by what made them."""
    own = edition()
    return None if own is None else Store(cache_directory(), own)


class Lines(Mapping[int, str]):
    """The lines that a file's findings are in, without their ends, by 0-based number.

    They are read when they are to be shown, and kept nowhere. When the file's content no longer has the hash `digest`,
    there are none.
    """

    def __init__(self, path: Path, digest: str, findings: Sequence[Finding]) -> None:
        self._path = path
        self._digest = digest
        self._findings = findings

    @cached_property
    def _texts(self) -> dict[int, str]:
        from prodready.engine.source import split_lines
        from prodready.report.excerpt import lines_of

        numbers = sorted({number for finding in self._findings for number in lines_of(finding.range)})
        try:
            file = read(self._path) if numbers else None
        except ReadError:
            return {}
        if file is None or file.digest.hex() != self._digest:
            return {}
        lines = split_lines(file.text)
        return {number: lines[number].rstrip("\r\n") if number < len(lines) else "" for number in numbers}

    def __getitem__(self, number: int) -> str:
        return self._texts[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


class Memory:
    """The records of earlier runs, asked about targets with their configurations.

    `news` is where the outcomes of this run go; `close` keeps them for the next one.
    """

    def __init__(self, store: Store, configs: Sequence[Config]) -> None:
        self._store = store
        self._configs = configs
        self.records = Records(store)
        self._modules: dict[int, Modules] = {}

    def recall(self, target: Target) -> FileReport | None:
        """Return the report on a file when nothing that it depends on has changed."""
        if target.given is not None:
            return None
        digest = self.records.digest(target.path)
        if digest is None:
            return None
        key = key_of(self._configs[target.config], target.path, digest)
        found = next((each for each in self.records.results(target.path, key) if self._holds(each, target)), None)
        if found is None:
            return None
        lines = Lines(target.path, digest, found.findings)
        return FileReport(target.shown, tuple(_related(found.findings, shown_path)), lines)

    def close(self) -> None:
        """Write what is new, and drop what is old."""
        self.records.save()
        self._store.sweep()

    def _holds(self, found: Found, target: Target) -> bool:
        if target.config not in self._modules:
            self._modules[target.config] = Modules(self._configs[target.config].root, self.records)
        modules = self._modules[target.config]
        return all(modules.answer(name) == answer for name, answer in found.asked.items())


def key_of(config: Config, path: Path, digest: str) -> str:
    """Return the hash of all that a file's result depends on, but for other modules and ourselves.

    Its settings follow from the configuration, its place among packages, and its content (which decides on its role).
    """
    place = config.place(path)
    relative = relative_to(path, config.root) or path.name
    parts = (config.fingerprint, relative, place.module, place.package, str(place.in_package), digest)
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def found_in(report: FileReport, asked: Mapping[str, str]) -> Found:
    """Return what is kept of a report: nothing in it depends on the current directory."""
    findings = _related(report.findings, lambda path: str(absolute(Path(path))))
    return Found(asked, tuple(findings))


def _related(findings: Sequence[Finding], path_of: Callable[[str], str]) -> list[Finding]:
    """Return the findings with the paths of their related places written in another way."""
    return [
        replace(f, related=tuple(replace(r, path=path_of(r.path)) if r.path else r for r in f.related))
        if f.related
        else f
        for f in findings
    ]
