"""An `except:` without a type, which also catches Ctrl-C, `sys.exit()` and cancellation.

## Why it matters in production

`except:` catches `KeyboardInterrupt`, `SystemExit` and, in async code, `CancelledError`. A worker that should stop does
not, a deployment waits for its time-out and kills the process in the middle of its work.

## Bad

```python
def refresh(cache):
    try:
        cache.reload()
    except:
        cache.clear()
```

## Good

```python
def refresh(cache):
    try:
        cache.reload()
    except Exception:
        cache.clear()
```

## Fix

Names the type: `Exception`, or `BaseException` where the handler raises again and so lets everything pass anyway. It is
unsafe because interrupts and exits are no longer caught.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from prodready.engine.finding import Fix, Position, Range, Severity
from prodready.engine.rule import Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.syntax import walk_own
from prodready.fixes.draft import Draft


class BareExcept(Rule):
    code = "OBS202"
    name = "bare-except"
    severity = Severity.WARNING
    availability = FixAvailability.ALWAYS
    twins = ("E722",)

    def check_excepthandler(self, node: ast.ExceptHandler, context: Context) -> Iterator[Hit]:
        if node.type is None:
            message = "'except:' also catches KeyboardInterrupt and SystemExit: name the type"
            yield self.hit(context, node, message, at=_keyword_range(node, context), fix=_fix(node))

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        assert isinstance(node, ast.ExceptHandler)
        yield Proposal(_fix(node), partial(_write, _keyword_range(node, context), _type_name(node)))


def _fix(node: ast.ExceptHandler) -> Fix:
    name = _type_name(node)
    reason = "interrupts and exits are no longer caught" if name == "Exception" else "says what it catches today"
    return Fix.unsafe(f"Catch {name}", reason)


def _type_name(node: ast.ExceptHandler) -> str:
    raises_again = any(isinstance(n, ast.Raise) and n.exc is None for n in walk_own(node.body))
    return "BaseException" if raises_again else "Exception"


def _keyword_range(node: ast.ExceptHandler, context: Context) -> Range:
    start = context.range_of(node).start
    return Range(start, Position(start.line, start.column + len("except")))


def _write(keyword: Range, name: str, draft: Draft) -> None:
    draft.insert(keyword.shifted(draft.first_line).end, f" {name}")
