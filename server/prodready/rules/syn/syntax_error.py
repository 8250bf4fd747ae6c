"""Code that CPython cannot parse.

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
that was opened elsewhere, that place is shown too.
"""

from __future__ import annotations

from collections.abc import Iterator

from prodready.engine.finding import Finding, Range, Related, Severity
from prodready.engine.rule import CODE_ROLES, Context, Rule
from prodready.engine.settings import Role


class SyntaxErrorRule(Rule):
    code = "SYN101"
    name = "syntax-error"
    severity = Severity.ERROR
    roles = CODE_ROLES | {Role.GENERATED}

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
        severity = context.settings.severities.get(self.code, self.severity)
        yield Finding(self.code, self.name, severity, fault.message, fault.range, related=related)
