"""An `except:` without a type, which also catches Ctrl-C, `sys.exit()` and cancellation.

## Why it matters in production

`except:` catches `KeyboardInterrupt`, `SystemExit` and, in async code, `CancelledError`. A worker that should stop
does not, a deployment waits for its time-out and kills the process in the middle of its work.

## Bad

```python
import logging

logger = logging.getLogger(__name__)


def refresh(cache):
    try:
        cache.reload()
    except:
        logger.exception("The cache was not reloaded")
```

## Good

```python
import logging

logger = logging.getLogger(__name__)


def refresh(cache):
    try:
        cache.reload()
    except Exception:
        logger.exception("The cache was not reloaded")
```

## Fix

Names the type: `Exception`, which is unsafe because interrupts and exits are no longer caught. A handler that always
raises again lets everything pass anyway: there it is a hint, and `BaseException`, which says what is caught today, is
safe. It is a hint, too, behind clauses that catch interrupts and exits themselves.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from prodready.engine.finding import Fix, Position, Range, Severity
from prodready.engine.rule import Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.syntax import TRIES, parent
from prodready.fixes.draft import Draft
from prodready.models.handlers import always_raises, caught

_INTERRUPTS: Final = ("KeyboardInterrupt", "SystemExit")


class BareExcept(Rule):
    code = "OBS202"
    name = "bare-except"
    severity = Severity.WARNING
    availability = FixAvailability.ALWAYS
    twins = ("E722",)

    def check_excepthandler(self, node: ast.ExceptHandler, context: Context) -> Iterator[Hit]:
        if node.type is None:
            unnamed = _unnamed(node)
            severity = Severity.HINT if always_raises(node) or not unnamed else None
            at = _keyword_range(node, context)
            yield self.hit(context, node, _message(unnamed), at=at, severity=severity, fix=_fix(node))

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        assert isinstance(node, ast.ExceptHandler)
        yield Proposal(_fix(node), partial(_write, _keyword_range(node, context), _type_name(node)))


def _message(unnamed: Sequence[str]) -> str:
    what = f"also catches {' and '.join(unnamed)}" if unnamed else "does not say what it catches"
    return f"'except:' {what}: name the type"


def _unnamed(node: ast.ExceptHandler) -> Sequence[str]:
    """Return the interrupts and exits that no clause in front of `node` names."""
    guarded = parent(node)
    others = guarded.handlers[:-1] if isinstance(guarded, TRIES) else []
    if not others:
        return _INTERRUPTS
    named = {kind.id for other in others for kind in caught(other) if isinstance(kind, ast.Name)}
    return [kind for kind in _INTERRUPTS if kind not in named]


def _fix(node: ast.ExceptHandler) -> Fix:
    title = f"Catch {_type_name(node)}"
    return Fix(title) if always_raises(node) else Fix.unsafe(title, "interrupts and exits are no longer caught")


def _type_name(node: ast.ExceptHandler) -> str:
    return "BaseException" if always_raises(node) else "Exception"


def _keyword_range(node: ast.ExceptHandler, context: Context) -> Range:
    start = context.range_of(node).start
    return Range(start, Position(start.line, start.column + len("except")))


def _write(keyword: Range, name: str, draft: Draft) -> None:
    draft.insert(keyword.shifted(draft.first_line).end, f" {name}")
