"""The configuration of each open document; one that is wrong is shown in its own file, and the last good one stays."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from prodready.engine.finding import Severity
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile
from prodready.lsp import jobs
from prodready.lsp.diagnostics import SEVERITIES, SOURCE
from prodready.lsp.editor_settings import EditorSettings
from prodready.lsp.news import News
from prodready.lsp.uris import path_of, shown, uri_of
from prodready.lsp.worker import WorkerDiedError

if TYPE_CHECKING:
    from prodready.lsp.language_server import ProdreadyServer
    from prodready.lsp.positions import PositionCodec
    from prodready.lsp.session import Session
    from prodready.project.config import Config, ConfigProblem
    from prodready.project.logging_survey import ProjectLogging

logger = logging.getLogger(__name__)

FILES: Final = ("pyproject.toml", "prodready.toml")
CODE: Final = "configuration"
"""The code of a diagnostic about a configuration file; no rule has it."""

_NOTHING_ON: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Situation:
    """What an analysis depends on besides the text: the file's settings, and the project it belongs to, if any.

    And whether its findings are shown when the file is saved only.
    """

    settings: FileSettings
    root: Path | None
    only_on_save: bool = False


class _Loaded(NamedTuple):
    """A directory's configuration, with what the editor sets in it already."""

    config: Config
    editor: EditorSettings


class Configurations:
    """Loads configurations in threads, keeps them until something changes, and reports what is wrong in them."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._loads: dict[Path, asyncio.Task[_Loaded]] = {}
        self._good: dict[Path, Config] = {}
        self._logging: dict[Path, ProjectLogging] = {}
        self._settling: dict[Path, asyncio.Task[None]] = {}
        self._problems: dict[Path, dict[str, list[str]]] = {}
        self._shown: set[str] = set()
        self._unread: set[Path] = set()
        """Directories about which something could not be read that may be readable the next time."""
        self._news = News()
        self._here = _working_directory()

    async def situation(self, session: Session) -> Situation:
        """Return what holds for a document now, by its path and its text."""
        try:
            return await self._found(session)
        except (OSError, ValueError) as error:
            # A name too long for a file, a directory that may no longer be read: the text is there all the same.
            level = self._news.level(str(error), first=logging.WARNING)
            logger.log(level, "the settings of %s cannot be found; the last ones count: %s", session.name, error)
            return session.situation or Situation(FileSettings(), None)

    async def _found(self, session: Session) -> Situation:
        path = self._path(session)
        config, editor = await self._loaded(path.parent)
        situation = await asyncio.to_thread(_situation, config, path, session.source.text)
        settings = situation.settings
        if config.root in self._logging:
            settings = self._logging[config.root].applied(settings, path, config.root)
        if session.path is None:
            settings = replace(settings, module="", package="")
        return replace(situation, settings=settings, only_on_save=editor.only_on_save)

    async def settle(self, session: Session) -> None:
        """Find out how a document's project logs, if the configuration does not say.

        Only fixes depend on it, and many files have to be read for it: so not before a fix is wanted.
        """
        config, _ = await self._loaded(self._path(session).parent)
        if config.options.logger != "auto" or config.root in self._logging:
            return
        task = self._settling.get(config.root)
        if task is None:
            task = self._settling[config.root] = self._server.tasks.start(self._settle(config))
            task.add_done_callback(lambda _: self._settling.pop(config.root, None))
        # Whoever asked may be cancelled; others still want to know.
        await asyncio.shield(task)

    async def _settle(self, config: Config) -> None:
        from prodready.project.logging_survey import ProjectLogging

        found = ProjectLogging()
        try:
            work = self._server.worker.run(jobs.project_logging, config)
            found = await self._server.long_work.over(work, "Looking for the project's logging library")
        except (WorkerDiedError, OSError) as error:
            logger.warning("%s; new loggers will be the standard library's", error)
            self._unread.add(config.root)
        self._logging[config.root] = found
        if found != ProjectLogging():
            for document in self._server.documents.all():
                self._server.documents.review(document)

    async def description(self, session: Session) -> str:
        """Return the settings of a document with their origins, its role and why, for people."""
        path = self._path(session)
        config, _ = await self._loaded(path.parent)
        return await asyncio.to_thread(_description, config, path, session.source.text)

    def reload(self) -> None:
        """Load everything again, and analyse anew the documents whose settings turn out to be others."""
        self._server.editor.forget()
        self._unread.clear()
        self._loads.clear()
        self._problems.clear()
        self._logging.clear()
        documents = self._server.documents.all()
        for session in documents:
            self._server.documents.review(session)
        if not documents:
            self._show()

    def reload_of(self, directory: Path) -> None:
        """Load the configuration of one directory again, and look at the documents in it."""
        self._loads.pop(directory, None)
        for session in self._server.documents.all():
            if self._path(session).parent == directory:
                self._server.documents.review(session)

    def written(self, paths: Iterable[Path]) -> None:
        """Note files that were written, made or removed: reload when one of them can make a difference."""
        if any(path.name in FILES or path.name == "__init__.py" for path in paths):
            self.reload()

    def saved(self, path: Path) -> None:
        """Note a file that was saved; each save is a chance to look at what nobody watches, or lets us read."""
        if path.name in FILES or not self._server.client.watches_files or self._unread:
            self.reload()

    def _path(self, session: Session) -> Path:
        """Return a document's path; one that has none is treated as lying in the workspace."""
        if session.path is not None:
            return session.path
        folders = self._folders()
        root = folders[0] if folders else Path(self._server.workspace.root_path or self._here)
        return root / ("untitled.ipynb" if session.is_notebook else "untitled.py")

    def _folders(self) -> list[Path]:
        folders = self._server.workspace.folders.values()
        return [path for folder in folders if (path := path_of(folder.uri)) is not None]

    def _folder_of(self, directory: Path) -> Path | None:
        """Return the innermost folder of the workspace that a directory lies in."""
        around = [folder for folder in self._folders() if folder in (directory, *directory.parents)]
        return max(around, key=lambda folder: len(folder.parts), default=None)

    async def _loaded(self, directory: Path) -> _Loaded:
        task = self._loads.get(directory)
        if task is None:
            task = self._loads[directory] = asyncio.ensure_future(self._load(directory))
            task.add_done_callback(partial(self._loaded_or_failed, directory))
        return await asyncio.shield(task)

    def _loaded_or_failed(self, directory: Path, task: asyncio.Task[_Loaded]) -> None:
        """Forget a load that failed: the next time it may not."""
        if (task.cancelled() or task.exception() is not None) and self._loads.get(directory) is task:
            del self._loads[directory]

    async def _load(self, directory: Path) -> _Loaded:
        task = asyncio.current_task()
        editor = await self._server.editor.settings(directory)
        base = self._folder_of(directory)
        config, problems, is_readable = await asyncio.to_thread(_load, directory, base, self._server.client.codec)
        if config is None:
            config = self._good.get(directory) or _default(base or directory)
        else:
            self._good[directory] = config
        if self._loads.get(directory) is task:
            self._problems[directory] = problems
            if not is_readable:
                self._unread.add(directory)
            if self._loads.keys() == self._problems.keys():
                self._show()
        return _Loaded(config.with_editor(editor.options), editor)

    def _show(self) -> None:
        """Tell the client what is wrong in configuration files, and that what was wrong no longer is."""
        found: dict[str, list[str]] = {}
        for problems in self._problems.values():
            found.update(problems)
        for uri in sorted(self._shown - found.keys()):
            self._server.publisher.push(uri, [], None)
        for uri, diagnostics in found.items():
            self._server.publisher.push(uri, diagnostics, None)
        self._shown = set(found)


def _working_directory() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return Path.home()


def _default(directory: Path) -> Config:
    from prodready.project.config import Config

    return Config(directory)


def _situation(config: Config, path: Path, text: str) -> Situation:
    settings = config.for_file(path, text)
    if config.is_excluded(path):
        settings = replace(settings, select=_NOTHING_ON)
    return Situation(settings, config.root)


def _description(config: Config, path: Path, text: str) -> str:
    from prodready.project.description import as_text, described

    lines = list(as_text(described(config, path, shown, text)))
    head = lines.index("")
    return "\n".join([*(f"# {line}" for line in lines[:head]), *lines[head:], ""])


def _load(directory: Path, base: Path | None, codec: PositionCodec) -> tuple[Config | None, dict[str, list[str]], bool]:
    """Load a directory's configuration; None with diagnostics by URI when it is wrong, and whether it could be read."""
    from prodready.project.config import ConfigError, load

    try:
        return load(directory, base), {}, True
    except ConfigError as error:
        logger.warning("the configuration is wrong:\n%s", error)
        found: dict[str, list[str]] = {}
        for problem in error.problems:
            if problem.path is not None:
                found.setdefault(uri_of(problem.path), []).append(_diagnostic(problem, codec))
        return None, found, not isinstance(error.__cause__, OSError)


def _diagnostic(problem: ConfigProblem, codec: PositionCodec) -> str:
    start: Any = {"line": 0, "character": 0}
    span = {"start": start, "end": start}
    if problem.range is not None and problem.path is not None:
        span = codec.json(SourceFile.from_text(_text(problem.path)), problem.range)
    message = f"{problem.key}: {problem.message}" if problem.key else problem.message
    severity = SEVERITIES[Severity.ERROR]
    return json.dumps({"range": span, "severity": severity, "code": CODE, "source": SOURCE, "message": message})


def _text(path: Path) -> str:
    """Return a configuration file's text for its columns; what cannot be decoded has no exact ones."""
    try:
        return path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        logger.info("%s: %s", path, error)
        return ""
