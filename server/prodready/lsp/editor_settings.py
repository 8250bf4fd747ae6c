"""The user's settings in the editor: asked for where the client can be asked, otherwise what it last sent."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

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

_PATIENCE: Final = 5.0
"""Seconds that a client has for its answer; analysis waits for it."""

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
    problems = [] if run in RUN else [f"run: expected {' or '.join(RUN)}, found {run!r}"]
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
    """Knows the editor's settings, and tells its user what is wrong with them, once."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._sent: object = None
        self._told: frozenset[str] = frozenset()

    def sent(self, settings: object) -> None:
        """Take over what the client sent on its own, whole or below our section's name."""
        if isinstance(settings, Mapping) and settings:
            self._sent = settings.get(SECTION, settings)

    async def settings(self, uri: str | None) -> EditorSettings:
        """Return what holds for a document or directory now."""
        values = await self._asked(uri) if self._server.client.answers_configuration else self._sent
        settings, problems = parsed(values)
        self._tell(problems)
        return settings

    async def _asked(self, uri: str | None) -> Any:
        params = types.ConfigurationParams([types.ConfigurationItem(scope_uri=uri, section=SECTION)])
        asked = asyncio.ensure_future(self._server.workspace_configuration_async(params))
        await asyncio.wait([asked], timeout=_PATIENCE)
        if not asked.done():
            logger.warning("the client does not answer what its settings are; the last that it sent are used")
            asked.add_done_callback(self._answered_late)
            return self._sent
        self._sent = _first(asked.result())
        return self._sent

    def _answered_late(self, asked: asyncio.Future[Sequence[Any]]) -> None:
        """Take over an answer that nobody waits for any more, where it says something new."""
        if asked.cancelled() or asked.exception() is not None:
            logger.info("the client's late answer on its settings says nothing")
            return
        before, self._sent = self._sent, _first(asked.result())
        if self._sent != before:
            self._server.configurations.reload()

    def _tell(self, problems: list[str]) -> None:
        news = frozenset(problems) - self._told
        self._told = frozenset(problems)
        if news:
            text = f"prodready settings: {'; '.join(sorted(news))}"
            logger.warning("%s", text)
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))
