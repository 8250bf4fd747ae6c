"""A rule that holds up the analysis at `hold_50123` until whoever listens on that port closes the connection."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator
from typing import Final

from prodready.engine.finding import Severity
from prodready.engine.rule import Context, Hit, Rule

_NAME: Final = "hold_"


class Holding(Rule):
    code = "TST103"
    name = "holding"
    severity = Severity.HINT

    def check_name(self, node: ast.Name, context: Context) -> Iterator[Hit]:
        if node.id.startswith(_NAME):
            with socket.create_connection(("127.0.0.1", int(node.id.removeprefix(_NAME)))) as connection:
                connection.recv(1)
        yield from ()
