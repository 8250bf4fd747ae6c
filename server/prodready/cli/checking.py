"""Checking the files of a command: what is known is recalled, the rest is analysed, and noted for the next time."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from prodready.cli import output
from prodready.cli.memory import Memory, user_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodready.cli.options import Arguments
    from prodready.cli.target import Target
    from prodready.cli.targets import Scope
    from prodready.project.cache.store import Store
    from prodready.report.model import FileReport


_CACHE = "Checks take longer without; --no-cache goes without on purpose, PRODREADY_CACHE_DIR names another place."


def check_all(scope: Scope, arguments: Arguments, *, timed: bool = False) -> list[FileReport]:
    """Return the reports on a command's files, in their order.

    `timed` reports tell how long every rule took, so nothing is recalled for them.
    """
    store = user_store() if arguments.cache else None
    if store is None:
        return _analysed(scope, scope.targets, arguments.jobs, None, None, timed=timed)
    # Also when the user has stopped us: what was done until then need not be done again.
    with contextlib.closing(Memory(store, scope.narrowed)) as memory:
        known = {} if timed else _recalled(scope.targets, memory)
        rest = [target for target in scope.targets if target not in known]
        known.update(zip(rest, _analysed(scope, rest, arguments.jobs, store, memory, timed=timed), strict=True))
    if store.trouble is not None:
        from prodready.report.excerpt import printable

        output.tell(f"warning: the cache at {printable(str(store.base))} cannot be written: {store.trouble}. {_CACHE}")
    return [known[target] for target in scope.targets]


def _recalled(targets: Sequence[Target], memory: Memory) -> dict[Target, FileReport]:
    reports = ((target, memory.recall(target)) for target in targets)
    return {target: report for target, report in reports if report is not None}


def _analysed(
    scope: Scope,
    targets: Sequence[Target],
    jobs: int | None,
    store: Store | None,
    memory: Memory | None,
    *,
    timed: bool,
) -> list[FileReport]:
    if not targets:
        return []
    from prodready.cli.spreading import work_through
    from prodready.cli.work import Checker, Outcome, died

    def noted(outcome: Outcome) -> None:
        if memory is not None and outcome.news is not None:
            memory.records.add(outcome.news)

    make_work = partial(Checker, scope.narrowed, store, timed)
    return [outcome.report for outcome in work_through(make_work, died, targets, jobs, "Checking", noted)]
