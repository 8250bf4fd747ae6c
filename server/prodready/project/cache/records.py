"""What is known of Python files: their content's hash, what their modules tell, and what was found in them.

The files of one directory are kept together, so that looking at one file of a large project reads little, and looking
at all of it opens few files. The facts themselves lie beside the rest: while nothing changes, their hash is enough.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from prodready.engine.finding import Finding
from prodready.project.cache.plain import NotPlainError, from_plain, to_plain
from prodready.project.cache.stamps import Stamp, now
from prodready.project.cache.store import Store
from prodready.project.files import ReadError, digest_of

_RESULTS = 4
"""How many results of a file are kept: of other contents, under other settings, or with other modules around."""
_FACTS = 2
"""How many times as many facts as files are kept of a directory."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Found:
    """What checking a file brought: findings with absolute paths. The lines that they are in may hold secrets.

    `asked` holds the answers that it depends on, as hashes by the dotted names of the modules.
    """

    asked: Mapping[str, str]
    findings: tuple[Finding, ...]

    def under(self, key: str) -> dict[str, Found]:
        """Return this as the one result of a file, to be kept under `key`."""
        answers = hashlib.blake2b(json.dumps(self.asked, sort_keys=True).encode(), digest_size=6).hexdigest()
        return {f"{key} {answers}": self}


@dataclass(frozen=True)
class FileRecord:
    """One file: its stamp at the moment `seen`, and the hash of the content that it had then.

    `facts` is the hash of what its module tells with this content, empty where nobody has asked yet. `results` are by
    a key, the hash of everything that they depend on apart from other modules, and the hash of what these answered.
    """

    stamp: Stamp
    seen: int
    digest: str
    facts: str = ""
    results: Mapping[str, Found] = field(default_factory=dict)


@dataclass(frozen=True)
class _Folder:
    """The records of one directory, by file name; `path` tells it from another one with the same hash."""

    path: str
    files: Mapping[str, FileRecord]


@dataclass(frozen=True)
class _FolderFacts:
    """The facts of one directory's modules as texts, by the hash of their files' content."""

    path: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class News:
    """What one process has learned, for the one that saves: records by path, and facts as texts with their content."""

    records: tuple[tuple[Path, FileRecord], ...] = ()
    texts: tuple[tuple[Path, str, str], ...] = ()


class Records:
    """All records, read from the store when they are asked for; `save` writes back what is new.

    Within one run a file's content is asked for once: what was written meanwhile is the next run's business.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folders: dict[str, dict[str, FileRecord]] = {}
        self._texts: dict[str, dict[str, str]] = {}
        self._digests: dict[Path, str | None] = {}
        self._new: dict[Path, FileRecord] = {}
        self._new_texts: dict[tuple[Path, str], str] = {}

    def digest(self, path: Path) -> str | None:
        """Return the hash of a file's content, from its stamp where that is enough; None when it cannot be read."""
        if path not in self._digests:
            self._digests[path] = self._found_digest(path)
        return self._digests[path]

    def results(self, path: Path, key: str) -> list[Found]:
        """Return what was found in a file under `key`, each with other answers; the caller tells which of them hold."""
        record = self._record(path)
        results = {} if record is None else record.results
        return [found for name, found in results.items() if name.startswith(f"{key} ")]

    def facts_hash(self, path: Path, digest: str) -> str:
        """Return the hash of the facts of a file with this content; empty when it is not known."""
        record = self._record(path)
        return record.facts if record is not None and record.digest == digest else ""

    def facts_text(self, path: Path, digest: str) -> str | None:
        """Return the facts of a file with this content as they were kept."""
        return self._folder_texts(str(path.parent)).get(digest)

    def keep(self, path: Path, record: FileRecord) -> None:
        """Keep what is known of a file now, besides its earlier results."""
        known = self._record(path)
        if known is not None:
            facts = record.facts or (known.facts if known.digest == record.digest else "")
            record = replace(record, facts=facts, results=_latest(known.results, record.results))
        folder, name = os.path.split(path)
        self._folder(folder)[name] = self._new[path] = record

    def keep_facts(self, path: Path, digest: str, text: str) -> None:
        """Keep the facts of a file with this content."""
        self._folder_texts(str(path.parent))[digest] = self._new_texts[path, digest] = text

    def take_news(self) -> News:
        """Return what was kept since this was last asked."""
        news = News(tuple(self._new.items()), tuple((*place, text) for place, text in self._new_texts.items()))
        self._new.clear()
        self._new_texts.clear()
        return news

    def add(self, news: News) -> None:
        """Keep what another process has learned."""
        for path, record in news.records:
            self.keep(path, record)
        for path, digest, text in news.texts:
            self.keep_facts(path, digest, text)

    def save(self) -> None:
        """Write what is new, beside what other runs have written meanwhile."""
        news = self.take_news()
        for folder, paths in _by_folder(path for path, _ in news.records).items():
            self._save_folder(folder, [path.name for path in paths])
        for folder in _by_folder(path for path, _, _ in news.texts):
            self._save_texts(folder)

    def _found_digest(self, path: Path) -> str | None:
        record, seen, stamp = self._record(path), now(), Stamp.of(path)
        if stamp is None:
            return None
        # Since a clock was set back, times may come again that were given to another content.
        in_order = record is not None and record.seen <= seen
        if record is not None and in_order and record.stamp == stamp and stamp.vouches(record.seen):
            return record.digest
        try:
            digest = digest_of(path)
        except ReadError:
            return None
        if record is not None and record.digest == digest:
            self.keep(path, FileRecord(stamp, seen, digest))
        return digest

    def _record(self, path: Path) -> FileRecord | None:
        folder, name = os.path.split(path)
        return self._folder(folder).get(name)

    def _folder(self, folder: str) -> dict[str, FileRecord]:
        if folder not in self._folders:
            self._folders[folder] = self._read_folder(folder)
        return self._folders[folder]

    def _read_folder(self, folder: str) -> dict[str, FileRecord]:
        kept = _value(_Folder, self._store.read(_name(folder)))
        return dict(kept.files) if kept is not None and kept.path == folder else {}

    def _folder_texts(self, folder: str) -> dict[str, str]:
        if folder not in self._texts:
            self._texts[folder] = self._read_texts(folder)
        return self._texts[folder]

    def _read_texts(self, folder: str) -> dict[str, str]:
        kept = _value(_FolderFacts, self._store.read(f"{_name(folder)}-facts"))
        return dict(kept.texts) if kept is not None and kept.path == folder else {}

    def _save_folder(self, folder: str, names: Iterable[str]) -> None:
        files, mine = self._read_folder(folder), self._folder(folder)
        for name in names:
            earlier = files.pop(name, None)
            results = mine[name].results if earlier is None else _latest(earlier.results, mine[name].results)
            files[name] = replace(mine[name], results=results)
        there = {name: record for name, record in files.items() if os.path.lexists(os.path.join(folder, name))}  # noqa: PTH118
        self._store.write(_name(folder), to_plain(_Folder, _Folder(folder, there)))

    def _save_texts(self, folder: str) -> None:
        texts = self._read_texts(folder) | self._folder_texts(folder)
        most = _FACTS * max(len(self._folder(folder)), 1)
        kept = dict(list(texts.items())[-most:])
        self._store.write(f"{_name(folder)}-facts", to_plain(_FolderFacts, _FolderFacts(folder, kept)))


def _by_folder(paths: Iterable[Path]) -> dict[str, list[Path]]:
    folders: dict[str, list[Path]] = {}
    for path in paths:
        folders.setdefault(str(path.parent), []).append(path)
    return folders


def _latest(earlier: Mapping[str, Found], later: Mapping[str, Found]) -> Mapping[str, Found]:
    """Return the results of both, those that came last where they are too many."""
    before = {key: found for key, found in earlier.items() if key not in later}
    return dict([*before.items(), *later.items()][-_RESULTS:])


def _value(kind: type[_T], plain: object) -> _T | None:
    try:
        return None if plain is None else from_plain(kind, plain)
    except (NotPlainError, RecursionError):
        return None


def _name(folder: str) -> str:
    return hashlib.blake2b(os.fsencode(folder), digest_size=12).hexdigest()
