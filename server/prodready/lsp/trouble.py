"""What the system refuses us: told to the user once, and again only when it was over in between."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from prodready.lsp.language_server import ProdreadyServer

logger = logging.getLogger(__name__)


class Trouble:
    """Shows messages about what keeps the server from doing its work, each kind of trouble apart."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._now: set[str] = set()

    def begun(self, kind: str, text: str) -> None:
        """Tell about a kind of trouble, unless its user knows already; `text` ends with what helps."""
        if kind in self._now:
            logger.debug("still: %s", text)
            return
        self._now.add(kind)
        logger.warning("%s", text)
        message = types.ShowMessageParams(types.MessageType.Warning, f"prodready: {text}")
        self._server.window_show_message(message)

    def over(self, kind: str) -> None:
        """Note that a kind of trouble is over: should it come again, that is news."""
        if kind in self._now:
            self._now.discard(kind)
            logger.warning("%s: over", kind)
