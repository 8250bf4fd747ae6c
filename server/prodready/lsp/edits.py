"""Our edits as the client's workspace edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from prodready.engine.finding import Edit
    from prodready.engine.source import SourceFile
    from prodready.lsp.client import Client
    from prodready.lsp.parts import Placed


def workspace_edit(placed: Iterable[Placed], client: Client) -> types.WorkspaceEdit:
    """Return edits of some documents as one edit for the client, bound to their versions where it can."""
    changes = [(part, _text_edits(source, edits, client)) for part, source, edits in placed]
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes={part.uri: edits for part, edits in changes})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(part.uri, part.version), edits)
            for part, edits in changes
        ]
    )


def _text_edits(source: SourceFile, edits: Iterable[Edit], client: Client) -> list[types.TextEdit]:
    ordered = sorted(edits, key=lambda edit: edit.range)
    return [types.TextEdit(client.codec.client_range(source, edit.range), edit.text) for edit in ordered]
