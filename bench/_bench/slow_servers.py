"""The other language servers written in Python, which analyse the whole file at each edit: a few rounds will do."""

from __future__ import annotations

from _bench.peers import REQUIREMENTS
from _bench.servers import Peer
from _bench.side import python_with

PATIENCE = 30.0
"""Seconds that they may take to answer."""
PYLSP, FIXIT = "pylsp", "fixit lsp"


def slow_peers() -> tuple[Peer, ...]:
    """Return these servers as they are without any settings; they are installed when they are not there yet.

    Both wait for half a second after an edit before they begin.

    Raises:
        Problem: when they cannot be installed.
    """
    python = str(python_with(REQUIREMENTS, "peers"))
    modules = {PYLSP: ("pylsp",), FIXIT: ("fixit", "lsp")}
    return tuple(Peer(name, (python, "-m", *call), patience=PATIENCE) for name, call in modules.items())
