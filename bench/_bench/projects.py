"""The projects that are measured: where they are unpacked, how they are configured, which files they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from _dev.corpora import Corpus, chosen, home
from _dev.problem import CANNOT, Problem
from prodready.project.config import Config, load
from prodready.project.discovery import discover
from prodready.project.logging_survey import ProjectLogging, survey


@dataclass(frozen=True)
class Project:
    """A project at one version, with its configuration and how it logs; the root is the project's own directory."""

    name: str
    version: str
    config: Config
    logging: ProjectLogging = field(default_factory=ProjectLogging)

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"

    @property
    def root(self) -> Path:
        """The directory that paths of the project count from."""
        return self.config.root

    def path(self, relative: str) -> Path:
        """Return the absolute path of a file."""
        return self.root / relative

    def files(self) -> list[str]:
        """Return the Python files that `prodready check` would look at, as POSIX paths below the root."""
        return [path.relative_to(self.root).as_posix() for path in discover([self.root], self.config)]


def projects(names: Sequence[str]) -> list[Project]:
    """Return the unpacked projects of these names, all for none, in the order of their names.

    Raises:
        Problem: for an unknown name, or a project that was not downloaded.
    """
    wanted = sorted(chosen(names), key=lambda corpus: corpus.name.lower())
    missing = [corpus.name for corpus in wanted if not corpus.is_there]
    if missing:
        raise Problem(f"{', '.join(missing)}: not downloaded. Call `dev.py corpora` first.", CANNOT)
    return [_project(corpus) for corpus in wanted]


def results_directory() -> Path:
    """Return where measurements leave their details: beside the corpora, outside the repository."""
    directory = home() / "results"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _project(corpus: Corpus) -> Project:
    root = top(corpus.directory)
    config = load(root)
    if config.root != root:
        config = Config(root)
    return Project(corpus.name, corpus.version, config, survey(config))


def top(directory: Path) -> Path:
    """Return where a project begins: a source distribution has one directory around everything."""
    inside = list(directory.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else directory
