"""A name that has a better one.

## Why it matters in production

It does not: `slow_name` is for tests.

## Fix

Writes `quick_name`, or, as an unsafe second choice, `brief_name`. Planning crashes for `crash_name`; for `fatal_name`
the worker process dies.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
from collections.abc import Iterator
from functools import partial

from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import Context, FixAvailability, Hit, Proposal, Rule
from prodready.fixes.draft import Draft

QUICK = Fix("Write quick_name")
BRIEF = Fix.unsafe("Write brief_name", "it is brief")


class Renaming(Rule):
    code = "TST201"
    name = "renaming"
    severity = Severity.INFO
    availability = FixAvailability.ALWAYS

    def check_name(self, node: ast.Name, context: Context) -> Iterator[Hit]:
        if node.id in ("slow_name", "crash_name", "fatal_name"):
            yield self.hit(context, node, f"{node.id} has a better name", fix=QUICK)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        yield Proposal(QUICK, partial(_write, node, "quick_name"))
        yield Proposal(BRIEF, partial(_write, node, "brief_name"))


def _write(node: ast.AST, name: str, draft: Draft) -> None:
    assert isinstance(node, ast.Name)
    if node.id == "fatal_name" and multiprocessing.parent_process() is not None:
        os._exit(9)
    if node.id == "crash_name":
        raise ZeroDivisionError("a deliberate crash")
    draft.replace_node(node, name)
