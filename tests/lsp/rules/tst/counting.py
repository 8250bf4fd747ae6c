"""A rule that tells how often it was asked about the name `count_me`, in all that this process has analysed."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import Final

from prodready.engine.finding import Severity
from prodready.engine.rule import Context, Hit, Rule

_NUMBERS: Final = itertools.count(1)


class Counting(Rule):
    code = "TST102"
    name = "counting"
    severity = Severity.HINT

    def check_name(self, node: ast.Name, context: Context) -> Iterator[Hit]:
        if node.id == "count_me":
            yield self.hit(context, node, f"analysed {next(_NUMBERS)} times")
