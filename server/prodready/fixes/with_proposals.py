"""What rules about resources propose; the writing itself, and libcst with it, is imported when somebody wants it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from prodready.engine.rule import Context, Proposal
from prodready.fixes.draft import Draft
from prodready.models.leaks import Leak, leak_of
from prodready.models.resource_table import Kind
from prodready.models.unbound import Unbound, unbound_of


def with_proposals(node: ast.AST, context: Context, kinds: frozenset[Kind]) -> Iterator[Proposal]:
    """Yield the `with` that closes the resource of one of `kinds` which `node` opens, if there is one to write."""
    if isinstance(node, ast.Call):
        unbound = unbound_of(node, context, kinds)
        if unbound is not None and unbound.fix is not None:
            yield Proposal(unbound.fix, partial(_write_unbound, unbound))
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        leak = leak_of(node, context, kinds)
        if leak is not None and leak.fix is not None:
            yield Proposal(leak.fix, partial(_write_leak, leak))


def _write_leak(leak: Leak, draft: Draft) -> None:
    from prodready.fixes.with_block import write_leak

    write_leak(leak, draft)


def _write_unbound(unbound: Unbound, draft: Draft) -> None:
    from prodready.fixes.with_block import write_unbound

    write_unbound(unbound, draft)
