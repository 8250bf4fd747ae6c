"""Code that CPython cannot compile.

## Why it matters in production

A module that does not parse cannot be imported: the process stops at start, or, where the import is a late one, at the
first request that needs it. The rest of the file is still analysed, so that one slip does not hide everything else.

## Bad

```python
def total(prices:
    return sum(prices)
```

## Good

```python
def total(prices):
    return sum(prices)
```

## Fix

None: what was meant is for a person to say. The message is CPython's own; where it speaks of a bracket or a statement
that was opened elsewhere, that place is shown too. A merge conflict is told as one, at the line where it begins. A
`# noqa` on the line does not hide it: it was written for code that could be parsed.

## What can be parsed and not compiled

A `return`, `yield` or `await` outside of a function that may hold it, a `break` or `continue` outside of loops, a
parameter or an argument that is given twice: told as CPython does. The cells of a notebook may await.

## Syntax that is newer

Code is parsed by the Python that runs prodready. What only a newer one knows (`except*`, `x[*y]`, `type` statements,
type parameters, f-strings as of 3.12, template strings, exceptions without parentheses, `lazy` imports,
`[*x for x in y]`) is no error: one `info` in a file says which Python it needs. Of the statements with it, only hints
are told. It is an error where `requires-python` promises an older Python than that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from prodready.engine.finding import Finding, Range, Related, Severity
from prodready.engine.newer import Version, written_version
from prodready.engine.parsing import SyntaxFault
from prodready.engine.rule import CODE_ROLES, Context, Hit, Rule
from prodready.engine.settings import Role
from prodready.engine.syntax import FunctionNode
from prodready.models.refused import misplaced, repeated_keywords, repeated_parameters


class SyntaxErrorRule(Rule):
    code = "SYN101"
    name = "syntax-error"
    severity = Severity.ERROR
    roles = CODE_ROLES | {Role.GENERATED}
    of_text = True

    def fault_findings(self, context: Context) -> Iterator[Finding]:
        fault = context.segment.fault
        if fault is None:
            return
        related: tuple[Related, ...] = ()
        if fault.opened_line is not None:
            line = context.line(fault.opened_line)
            indent = len(line) - len(line.lstrip())
            opened = Range.of(fault.opened_line, indent, fault.opened_line, max(indent, len(line.rstrip())))
            related = (Related("opened here", opened),)
        severity, message = _told(fault, context.settings.oldest_python)
        severity = context.settings.severities.get(self.code, severity)
        yield Finding(self.code, self.name, severity, message, fault.range, related=related)

    def check_return(self, node: ast.AST, context: Context) -> Iterable[Hit]:
        message = misplaced(node, is_notebook=context.settings.role is Role.NOTEBOOK)
        return () if message is None else [self.hit(context, node, message, at=_begin(node, context))]

    check_yield = check_return
    check_yieldfrom = check_return
    check_await = check_return
    check_asyncfor = check_return
    check_asyncwith = check_return
    check_break = check_return
    check_continue = check_return

    def check_functiondef(self, node: FunctionNode | ast.Lambda, context: Context) -> Iterable[Hit]:
        repeated = repeated_parameters(node)
        if not repeated:
            return ()
        return [self.hit(context, p, f"duplicate argument '{p.arg}' in function definition") for p in repeated]

    check_asyncfunctiondef = check_functiondef
    check_lambda = check_functiondef

    def check_keyword(self, node: ast.keyword, context: Context) -> Iterable[Hit]:
        repeated = repeated_keywords(node)
        return () if not repeated else [self.hit(context, k, f"keyword argument repeated: {k.arg}") for k in repeated]


def _begin(node: ast.AST, context: Context) -> Range:
    """Return where a node begins: its first line, where it has a block."""
    return context.header_range(node) if hasattr(node, "body") else context.range_of(node)


def _told(fault: SyntaxFault, oldest: Version | None) -> tuple[Severity, str]:
    """Return how bad a fault is, and what to say of it; `oldest` is the first Python that the project supports."""
    if fault.newer is None:
        return Severity.ERROR, fault.message
    if oldest is None or oldest >= fault.newer.version:
        return Severity.INFO, fault.message
    needed, promised = written_version(fault.newer.version), written_version(oldest)
    message = f"this needs Python {needed} or later, but the project supports {promised}: {fault.newer.name}"
    return Severity.ERROR, message
