"""The user's settings in the editor: asked for where the client can be asked, otherwise what it last sent."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from prodready.lsp.uris import uri_of
from prodready.project.options import BY_KEY
from prodready.project.suggest import closest

if TYPE_CHECKING:
    from prodready.lsp.language_server import ProdreadyServer

logger = logging.getLogger(__name__)

SECTION: Final = "prodready"
RUN: Final = ("onType", "onSave")
"""When findings are shown anew; the first is the default."""

CLIENTS_OWN: Final = frozenset({"path", "interpreter", "importStrategy", "logLevel", "trace"})
"""Settings that a client acts on itself, and sends along with the others."""

_PATIENCE: Final = 2.0
"""Seconds that a client has for its answer; analysis waits for it. One that takes longer is not waited for again."""

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class EditorSettings:
    """What an editor sets: options of the configuration by key, as TOML would give them, and when to report."""

    options: Mapping[str, object] = field(default_factory=dict)
    only_on_save: bool = False


def setting_of(key: str) -> str:
    """Return what an editor calls the option with a key: `perFileIgnores` for `per-file-ignores`."""
    first, *rest = key.split("-")
    return first + "".join(word.capitalize() for word in rest)


def parsed(values: object) -> tuple[EditorSettings, list[str]]:
    """Read the section of an editor's settings; returns them with a sentence on each one that is wrong and left out."""
    if not isinstance(values, Mapping):
        return EditorSettings(), [] if values is None else ["expected a table of settings"]
    run = values.get("run") or RUN[0]
    problems = [] if run in RUN else [f"run: expected {' or '.join(RUN)}"]
    options: dict[str, object] = {}
    for name, value in values.items():
        key = _HUMP.sub("-", str(name)).lower()
        if name == "run" or name in CLIENTS_OWN or value is None:
            continue
        wrong = list(_problems(key, value))
        problems.extend(f"{name}: {problem}" for problem in wrong)
        if not wrong:
            options[key] = value
    return EditorSettings(options, run == RUN[1]), problems


def _problems(key: str, value: object) -> Iterator[str]:
    option = BY_KEY.get(key)
    if option is not None:
        yield from (fault.message for fault in option.kind.faults(value, ()))
        return
    close = closest(key, BY_KEY)
    yield f"there is no such setting; did you mean {setting_of(close)}?" if close else "there is no such setting"


def _first(answer: Sequence[Any] | None) -> Any:
    return answer[0] if answer else None


class Editor:
    """Knows the editor's settings for each directory, and tells its user what is wrong with them, once.

    A client that does not answer is waited for once. Until it does, what it said last counts, or else the defaults; a
    late answer counts when it comes.
    """

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._sent: object = None
        self._answers: dict[Path, object] = {}
        self._late: dict[Path, object] = {}
        self._open: dict[Path, asyncio.Task[Sequence[Any]]] = {}
        self._is_slow = False
        self._is_refusing = False
        self._told: dict[Path, frozenset[str]] = {}

    def sent(self, settings: object) -> None:
        """Take over what the client sent on its own, whole or below our section's name."""
        if isinstance(settings, Mapping) and settings:
            self._sent = settings.get(SECTION, settings)

    def forget(self) -> None:
        """Ask anew from now on: an answer to an earlier question may be about settings that have changed since."""
        self._late.clear()
        for asked in self._open.values():
            asked.cancel()
        self._open.clear()

    async def settings(self, directory: Path) -> EditorSettings:
        """Return what holds for the documents in a directory now."""
        values = await self._asked(directory) if self._server.client.answers_configuration else self._sent
        settings, problems = parsed(values)
        self._tell(directory, problems)
        return settings

    async def _asked(self, directory: Path) -> object:
        if directory in self._late:
            return self._late.pop(directory)
        asked = self._open[directory] = self._ask(directory)
        await asyncio.wait([asked], timeout=0 if self._is_slow else _PATIENCE)
        if not asked.done():
            if not self._is_slow:
                logger.warning("the client does not answer what its settings are; it is not waited for any more")
            self._is_slow = True
            used = self._known(directory)
            asked.add_done_callback(partial(self._answered_late, directory, used))
            return used
        self._take(directory, asked)
        return self._known(directory)

    def _ask(self, directory: Path) -> asyncio.Task[Sequence[Any]]:
        item = types.ConfigurationItem(scope_uri=uri_of(directory), section=SECTION)
        return asyncio.ensure_future(self._server.workspace_configuration_async(types.ConfigurationParams([item])))

    def _known(self, directory: Path) -> object:
        """Return what the client said last about a directory, else about any."""
        return self._answers.get(directory, self._sent)

    def _take(self, directory: Path, asked: asyncio.Task[Sequence[Any]]) -> None:
        """Take over an answer, unless it is none."""
        if self._open.get(directory) is asked:
            del self._open[directory]
        if asked.cancelled():
            return
        self._is_slow = False
        if asked.exception() is None:
            self._answers[directory] = self._sent = _first(asked.result())
        elif not self._is_refusing:
            logger.warning("the client cannot say what its settings are: %s", asked.exception())
        self._is_refusing = asked.exception() is not None

    def _answered_late(self, directory: Path, used: object, asked: asyncio.Task[Sequence[Any]]) -> None:
        """Take over an answer that nobody waits for any more, where it is another one than was `used` meanwhile."""
        self._take(directory, asked)
        if directory in self._answers and self._answers[directory] != used:
            self._late[directory] = self._answers[directory]
            self._server.configurations.reload_of(directory)

    def _tell(self, directory: Path, problems: list[str]) -> None:
        told = frozenset[str]().union(*self._told.values())
        self._told[directory] = frozenset(problems)
        news = self._told[directory] - told
        if news:
            text = f"prodready settings: {'; '.join(sorted(news))}"
            logger.warning("%s", text)
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))
