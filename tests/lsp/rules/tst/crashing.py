"""A rule that crashes when it sees the name `crash_here`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from prodready.engine.finding import Severity
from prodready.engine.rule import Context, Hit, Rule


class Crashing(Rule):
    code = "TST101"
    name = "crashing"
    severity = Severity.ERROR

    def check_name(self, node: ast.Name, context: Context) -> Iterator[Hit]:
        if node.id == "crash_here":
            raise ZeroDivisionError("a deliberate crash")
        yield from ()
