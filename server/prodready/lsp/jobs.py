"""What runs in the worker process: fixes that take long, and the facts of the project's other modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.engine.cells import Cells
    from prodready.engine.facts import ModuleFacts
    from prodready.engine.finding import Edit, Finding
    from prodready.engine.settings import FileSettings
    from prodready.fixes.planner import PlannedFix
    from prodready.project.config import Config
    from prodready.project.index import ProjectIndex
    from prodready.project.logging_survey import ProjectLogging


@dataclass(frozen=True)
class KnownModules:
    """The project as one analysis saw it: the modules that it asked for."""

    modules: Mapping[str, ModuleFacts]

    def module(self, name: str) -> ModuleFacts | None:
        """Return the facts of the module with dotted `name`, None for any other."""
        return self.modules.get(name)


@dataclass(frozen=True)
class Text:
    """An analysed text with all that its analysis depends on, to be analysed again in another process."""

    text: str
    name: str
    settings: FileSettings
    project: KnownModules

    @classmethod
    def of(cls, analysis: Analysis, modules: Mapping[str, ModuleFacts]) -> Text:
        """Take along what a repetition of `analysis` needs; `modules` are those that it asked for."""
        return cls(analysis.source.text, analysis.source.path, analysis.settings, KnownModules(modules))

    def analysis(self) -> Analysis:
        """Analyse the text."""
        from prodready.engine.analysis import Analysis
        from prodready.engine.source import SourceFile

        return Analysis.open(SourceFile.from_text(self.text, self.name), self.settings, self.project)


def plan(text: Text, finding: Finding) -> list[PlannedFix]:
    """Return the verified repairs of a finding, the preferred one first."""
    from prodready.fixes import planner

    return planner.plan(text.analysis(), finding)


def fix_all(text: Text, cells: Cells | None, codes: frozenset[str] | None, unsafe: bool) -> tuple[Edit, ...]:
    """Return the edits that repair all findings of `codes` (None: of every rule), unsafe ones only when told to.

    `cells` are those of a notebook; they say which edits may be made.
    """
    from prodready.fixes.everything import ANYWHERE
    from prodready.fixes.everything import fix_all as repaired

    return repaired(text.analysis(), codes=codes, unsafe=unsafe, guard=cells or ANYWHERE).edits


def load_modules(root: Path, names: Sequence[str], changed: Sequence[Path]) -> dict[str, ModuleFacts | None]:
    """Return the facts of those modules of `names` that are not what this process told last.

    `changed` are files that may have been written, made or removed since.
    """
    index, told = _index(root)
    for path in changed:
        index.invalidate(path)
    news: dict[str, ModuleFacts | None] = {}
    for name in names:
        facts = index.module(name)
        if name not in told or told[name] != facts:
            news[name] = told[name] = facts
    return news


def project_logging(config: Config) -> ProjectLogging:
    """Return how a project logs; the heads of its files are read."""
    from prodready.project.logging_survey import survey

    return survey(config)


@lru_cache(maxsize=16)
def _index(root: Path) -> tuple[ProjectIndex, dict[str, ModuleFacts | None]]:
    from prodready.project.index import ProjectIndex

    return ProjectIndex(root), {}
