"""Files that change outside of the open documents: configurations, and the project's other modules."""

from __future__ import annotations

import asyncio
import importlib
import uuid
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from prodready.lsp.configuration import FILES
from prodready.lsp.starting import uncollected
from prodready.lsp.uris import path_of

if TYPE_CHECKING:
    from prodready.lsp.language_server import ProdreadyServer

GLOBS: Final = (*(f"**/{name}" for name in FILES), "**/*.py")


def register(server: ProdreadyServer) -> None:
    """Ask the client to tell about changes, where it can be asked, and act on what it tells."""

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        # While the client still thinks about what to open.
        server.tasks.start(asyncio.to_thread(_import))
        registrations = list(_registrations(server))
        if registrations:
            server.client_register_capability(types.RegistrationParams(registrations))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path for change in params.changes if (path := path_of(change.uri)) is not None]
        server.configurations.written(paths)
        modules = [path for path in paths if path.suffix == ".py"]
        if modules:
            server.projects.written(modules)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configuration_changed(params: types.DidChangeConfigurationParams) -> None:
        server.editor.sent(params.settings)
        server.configurations.reload()


def _import() -> None:
    with uncollected():
        importlib.import_module("prodready.engine.analysis")
        importlib.import_module("prodready.rules").all_rules()
        importlib.import_module("prodready.project.config")


def _registrations(server: ProdreadyServer) -> list[types.Registration]:
    wanted: list[types.Registration] = []
    if server.client.watches_files:
        watchers = [types.FileSystemWatcher(glob) for glob in GLOBS]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        wanted.append(types.Registration(str(uuid.uuid4()), types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if server.client.watches_configuration:
        section = types.DidChangeConfigurationRegistrationOptions("prodready")
        wanted.append(types.Registration(str(uuid.uuid4()), types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    return wanted
