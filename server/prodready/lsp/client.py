"""What the client said it can do, as the plain questions that the features ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lsprotocol import types

from prodready.lsp.positions import PositionCodec


@dataclass(frozen=True)
class Client:
    """The client's capabilities; the defaults are those of a client that announces nothing."""

    codec: PositionCodec = field(default_factory=PositionCodec)
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    shows_related: bool = False
    shows_code_links: bool = False
    keeps_data: bool = False
    resolves_edits: bool = False
    versioned_edits: bool = False
    renders_markdown: bool = False
    watches_files: bool = False
    watches_configuration: bool = False
    answers_configuration: bool = False
    shows_progress: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities, encoding: str) -> Client:
        """Read the capabilities of an `initialize` request; `encoding` is the one agreed on."""

        def has(path: str) -> Any:
            return _at(capabilities, path)

        def shows(part: str) -> bool:
            return bool(has(f"text_document.publish_diagnostics.{part}") or has(f"text_document.diagnostic.{part}"))

        resolvable = has("text_document.code_action.resolve_support.properties") or ()
        formats = has("text_document.hover.content_format") or ()
        return cls(
            codec=PositionCodec(encoding),
            pulls_diagnostics=has("text_document.diagnostic") is not None,
            refreshes_diagnostics=bool(has("workspace.diagnostics.refresh_support")),
            shows_related=shows("related_information"),
            shows_code_links=shows("code_description_support"),
            keeps_data=shows("data_support"),
            resolves_edits="edit" in resolvable and bool(has("text_document.code_action.data_support")),
            versioned_edits=bool(has("workspace.workspace_edit.document_changes")),
            renders_markdown=types.MarkupKind.Markdown in formats,
            watches_files=bool(has("workspace.did_change_watched_files.dynamic_registration")),
            watches_configuration=bool(has("workspace.did_change_configuration.dynamic_registration")),
            answers_configuration=bool(has("workspace.configuration")),
            shows_progress=bool(has("window.work_done_progress")),
        )


def _at(value: Any, path: str) -> Any:
    """Return the attribute at a dotted path, None as soon as a part is missing."""
    for name in path.split("."):
        value = getattr(value, name, None)
        if value is None:
            return None
    return value
