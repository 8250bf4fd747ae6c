"""The servers that are measured beside each other, and how each is started."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from _bench.language_client import TIMEOUT, Json, LanguageClient, Message

RUFF_RULES = ("T20", "BLE", "TRY", "LOG", "G", "SIM115", "DTZ", "S", "B", "E9", "F")
"""Ruff's rules for defects of the kind that prodready looks for."""


@dataclass(frozen=True)
class Peer:
    """A language server: what starts it, the options that it gets, the seconds that it may take for an answer."""

    name: str
    command: tuple[str, ...]
    options: Json = field(default_factory=dict)
    patience: float = TIMEOUT

    def start(self, root: Path, *, pull: bool = False) -> tuple[LanguageClient, Message]:
        """Start the server in a workspace; returns the client, and the answer to its introduction."""
        client = LanguageClient(self.command, root, _environment(), self.patience)
        return client, client.initialize(root, capabilities(pull=pull), self.options)


OURS = Peer("prodready", (sys.executable, "-m", "prodready", "server"))
RUFF = Peer(
    "ruff server",
    (str(Path(sys.executable).with_name("ruff")), "server"),
    {
        "settings": {
            "configurationPreference": "editorOnly",
            "lint": {"enable": True, "preview": False, "select": list(RUFF_RULES)},
        }
    },
)
FLOOR = Peer("empty pygls server", (sys.executable, str(Path(__file__).with_name("floor_server.py"))))
PEERS = (OURS, RUFF, FLOOR)


def capabilities(*, pull: bool) -> Json:
    """Return what a usual editor can do; diagnostics are pushed unless it can `pull` them."""
    document: Json = {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"versionSupport": True, "codeDescriptionSupport": True, "dataSupport": True},
        "codeAction": {
            "dataSupport": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source", "source.fixAll"]}},
        },
    }
    if pull:
        document["diagnostic"] = {"dynamicRegistration": False, "relatedDocumentSupport": False}
    return {
        "textDocument": document,
        "workspace": {"workspaceFolders": True, "workspaceEdit": {"documentChanges": True}},
        "general": {"positionEncodings": ["utf-16"]},
    }


def _environment() -> dict[str, str]:
    """Return the variables of a server: ours, without what would only make output pretty.

    And without what forbids bytecode: an installed server has its own compiled, one from a checkout would compile every
    module at every start.
    """
    unwanted = ("FORCE_COLOR", "CLICOLOR_FORCE", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in unwanted}
