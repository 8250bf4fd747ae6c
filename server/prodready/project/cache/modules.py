"""The modules of one project in one run, each with a hash of what it tells: what a result depends on."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from prodready.project.cache.plain import NotPlainError, from_plain, to_plain
from prodready.project.cache.records import FileRecord, Records
from prodready.project.cache.stamps import Stamp, now
from prodready.project.files import ReadError, read
from prodready.project.index import MAX_BYTES, ProjectIndex, package_of

if TYPE_CHECKING:
    from prodready.engine.facts import ModuleFacts

NO_MODULE = ""
_MAX_MODULES = 2048


class Modules:
    """The modules of the project at `root`; their facts come from `records` while their content is the same.

    It is a snapshot: what was told once is told again, however the files change meanwhile.
    """

    def __init__(self, root: Path, records: Records) -> None:
        self._index = ProjectIndex(root)
        self._records = records
        self._facts: OrderedDict[str, ModuleFacts | None] = OrderedDict()
        self._answers: dict[str, str] = {}

    def module(self, name: str) -> ModuleFacts | None:
        """Return the facts of the module with dotted `name`, as `ProjectIndex.module` does."""
        if name not in self._facts:
            self._facts[name], self._answers[name] = self._load(name)
            if len(self._facts) > _MAX_MODULES:
                self._facts.popitem(last=False)
        return self._facts[name]

    def answer(self, name: str) -> str:
        """Return a hash of what `module` returns, `NO_MODULE` for None; nothing is parsed where it is on record."""
        if name not in self._answers:
            known = self._answer_on_record(name)
            if known is None:
                self.module(name)
            else:
                self._answers[name] = known
        return self._answers[name]

    def _answer_on_record(self, name: str) -> str | None:
        path = self._index.path_of(name)
        digest = None if path is None else self._records.digest(path)
        if path is None or digest is None:
            return NO_MODULE
        known = self._records.facts_hash(path, digest)
        return _answer(name, path, known) if known else None

    def _load(self, name: str) -> tuple[ModuleFacts | None, str]:
        """Return the facts of a module, and the answer that stands for them."""
        path = self._index.path_of(name)
        digest = None if path is None else self._records.digest(path)
        if path is None or digest is None:
            return None, NO_MODULE
        facts, known = self._kept(path, digest), self._records.facts_hash(path, digest)
        if facts is None:
            facts, known = self._read(path)
        elif not known:
            known = written(facts)[1]
        if facts is None:
            return None, NO_MODULE
        return replace(facts, name=name, package=package_of(name, path)), _answer(name, path, known)

    def _kept(self, path: Path, digest: str) -> ModuleFacts | None:
        from prodready.engine.facts import ModuleFacts

        text = self._records.facts_text(path, digest)
        try:
            return None if text is None else from_plain(ModuleFacts, json.loads(text))
        except (NotPlainError, ValueError, RecursionError):
            return None

    def _read(self, path: Path) -> tuple[ModuleFacts | None, str]:
        """Read a module's facts off its file, and keep them; they hold neither its name nor its package."""
        from prodready.engine.analysis import facts_of
        from prodready.engine.source import SourceFile

        seen, stamp = now(), Stamp.of(path)
        if stamp is None or stamp.size > MAX_BYTES:
            return None, NO_MODULE
        try:
            file = read(path)
        except ReadError:
            return None, NO_MODULE
        facts = facts_of(SourceFile.from_text(file.text, str(path)), "", "")
        text, known = written(facts)
        self._records.keep(path, FileRecord(stamp, seen, file.digest.hex(), known))
        self._records.keep_facts(path, file.digest.hex(), text)
        return facts, known


class Asked:
    """The modules of a project as one analysis asks for them; `answers` is what it depends on afterwards."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self.answers: dict[str, str] = {}

    def module(self, name: str) -> ModuleFacts | None:
        """See `Modules.module`."""
        facts = self._modules.module(name)
        # Names of the standard library are never the project's: there is nothing to look up again.
        if facts is not None or name.partition(".")[0] not in sys.stdlib_module_names:
            self.answers[name] = self._modules.answer(name)
        return facts


def written(facts: ModuleFacts) -> tuple[str, str]:
    """Return facts as a text, and a hash that is the same for equal facts, in whatever order they were found."""
    from prodready.engine.facts import ModuleFacts

    plain = to_plain(ModuleFacts, facts)
    canonical = json.dumps(plain, separators=(",", ":"), sort_keys=True)
    return json.dumps(plain, separators=(",", ":")), hashlib.blake2b(canonical.encode(), digest_size=12).hexdigest()


def _answer(name: str, path: Path, facts: str) -> str:
    """A module that becomes a package tells the same, but its relative imports start elsewhere."""
    return f"{facts} {package_of(name, path)}" if facts else NO_MODULE
