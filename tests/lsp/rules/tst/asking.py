"""A rule that asks for other modules: an import from one that binds the name `MARK` is a finding."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from prodready.engine.finding import Severity
from prodready.engine.rule import Context, Hit, Rule


class Asking(Rule):
    code = "TST301"
    name = "asking"
    severity = Severity.HINT

    def check_importfrom(self, node: ast.ImportFrom, context: Context) -> Iterator[Hit]:
        facts = context.names.project.module(node.module or "")
        if facts is not None and "MARK" in facts.symbols:
            yield self.hit(context, node, f"{facts.name} binds MARK")
