"""The server: its parts, and what happens when a client introduces itself."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from prodready import __version__
from prodready.engine.faults import named
from prodready.lsp import actions, hover, parent, publisher, rule_page, watching
from prodready.lsp.client import Client
from prodready.lsp.configuration import Configurations
from prodready.lsp.converter import converter
from prodready.lsp.documents import Documents
from prodready.lsp.editor_settings import Editor
from prodready.lsp.fixer import Fixer
from prodready.lsp.long_work import LongWork
from prodready.lsp.modules import Projects
from prodready.lsp.protocol import Protocol
from prodready.lsp.session import LANGUAGE
from prodready.lsp.tasks import Tasks
from prodready.lsp.trouble import Trouble
from prodready.lsp.worker import Worker

if TYPE_CHECKING:
    from pygls.server import ServerErrors

logger = logging.getLogger(__name__)

_NOTEBOOKS: Final = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithNotebook("*", cells=[types.NotebookCellLanguage(LANGUAGE)])], save=True
)
"""What is wanted of every notebook, whatever its type: the Python cells, and to hear when it is saved."""
_WORKER: Final = "no helper process"
_MEANWHILE: Final = (
    "What is open is analysed all the same; large repairs, and what other modules say, are missing until there is one. "
    "Saving a file tries again."
)


class ProdreadyServer(LanguageServer):
    """Holds the parts together; each feature is a module that registers its handlers here."""

    protocol: Protocol

    def __init__(self) -> None:
        self.client = Client()
        self.tasks = Tasks()
        self.trouble = Trouble(self)
        self.worker = Worker(self._worker_told)
        self.documents = Documents(self)
        self.editor = Editor(self)
        self.configurations = Configurations(self)
        self.projects = Projects(self)
        self.publisher = publisher.Publisher(self)
        self.fixer = Fixer(self)
        self.long_work = LongWork(self)
        super().__init__(
            "prodready",
            __version__,
            protocol_cls=Protocol,
            converter_factory=converter,
            notebook_document_sync=_NOTEBOOKS,
        )

        @self.feature(types.INITIALIZE)
        def initialize(params: types.InitializeParams) -> None:
            self._introduce(params)

    def _introduce(self, params: types.InitializeParams) -> None:
        """Register what this client can use; pygls answers with what is registered by then."""
        self.client = Client.of(params.capabilities, types.PositionEncodingKind(self.workspace.position_encoding).value)
        for feature in (actions, hover, rule_page, watching):
            feature.register(self)
        self.editor.sent(params.initialization_options)
        if self.client.pulls_diagnostics:
            publisher.register_pull(self)
        if params.process_id is not None:
            parent.watch(params.process_id, self.protocol.stop, asyncio.get_running_loop())
        logger.info("initialized: %s", params.client_info)

    def _worker_told(self, fault: str | None) -> None:
        if fault is None:
            self.trouble.over(_WORKER)
        else:
            self.trouble.begun(_WORKER, f"{fault}. {_MEANWHILE}")

    def report_server_error(self, error: Exception, source: ServerErrors) -> None:
        """Log what pygls could not do: it would show it to the user."""
        logger.error("%s: %s", source.__name__, named(error))
