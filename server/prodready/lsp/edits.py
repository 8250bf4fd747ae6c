"""Our edits as the client's workspace edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from prodready.engine.finding import Edit
    from prodready.engine.source import SourceFile
    from prodready.lsp.client import Client
    from prodready.lsp.session import Session


def workspace_edit(session: Session, source: SourceFile, edits: Iterable[Edit], client: Client) -> types.WorkspaceEdit:
    """Return `edits` of `source` as an edit of the session's document, bound to its version where the client can."""
    ordered = sorted(edits, key=lambda e: e.range)
    changes = [types.TextEdit(client.codec.client_range(source, edit.range), edit.text) for edit in ordered]
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes={session.uri: changes})
    document = types.OptionalVersionedTextDocumentIdentifier(session.uri, session.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, changes)])
