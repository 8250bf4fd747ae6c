"""A name that keeps its fixer waiting.

## Why it matters in production

It does not: `wait_for_50123` is for tests.

## Fix

Writes `done`. In the worker process that is planned only when whoever listens on that port of the loopback address
closes the connection.
"""

from __future__ import annotations

import ast
import multiprocessing
import socket
from collections.abc import Iterator
from functools import partial
from typing import Final

from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import Context, FixAvailability, Hit, Proposal, Rule
from prodready.fixes.draft import Draft

FIX: Final = Fix("Write done")
_NAME: Final = "wait_for_"


class Waiting(Rule):
    code = "TST202"
    name = "waiting"
    severity = Severity.INFO
    availability = FixAvailability.ALWAYS

    def check_name(self, node: ast.Name, context: Context) -> Iterator[Hit]:
        if node.id.startswith(_NAME):
            yield self.hit(context, node, "this keeps its fixer waiting", fix=FIX)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        yield Proposal(FIX, partial(_write, node))


def _write(node: ast.AST, draft: Draft) -> None:
    assert isinstance(node, ast.Name)
    if multiprocessing.parent_process() is not None:
        with socket.create_connection(("127.0.0.1", int(node.id.removeprefix(_NAME)))) as connection:
            connection.recv(1)
    draft.replace_node(node, "done")
