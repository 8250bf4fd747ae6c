"""Work on many files: in this process or spread over several, with a progress bar, the results in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from prodready.cli import output
from prodready.cli.progress import tracked
from prodready.cli.target import Target

if TYPE_CHECKING:
    from prodready.cli.pool import Died

_FEW = 24
_Result = TypeVar("_Result")


def work_through(
    make_work: Callable[[], Callable[[Target], _Result]],
    died: Callable[[Target, str], _Result],
    targets: Sequence[Target],
    jobs: int | None,
    doing: str,
    done: Callable[[_Result], None] = lambda _: None,
) -> list[_Result]:
    """Do the work on every target and return the results in their order; `died` replaces those of a lost process.

    Without `jobs`, few files are handled in this process, more of them by one process a processor. `done` is told of
    every result as it comes.
    """
    from prodready.cli.pool import Died, available_processors

    if jobs is None:
        jobs = available_processors() if len(targets) > _FEW else 1
    results: dict[int, _Result] = {}
    for index, result in tracked(_spread(make_work, targets, jobs), len(targets), doing):
        results[index] = died(targets[index], result.reason) if isinstance(result, Died) else result
        done(results[index])
    return [results[index] for index in range(len(targets))]


def _spread(
    make_work: Callable[[], Callable[[Target], _Result]], targets: Sequence[Target], jobs: int
) -> Iterator[tuple[int, _Result | Died]]:
    """Yield what `pool.spread` does; where there can be no other processes, the rest is done in this one."""
    from prodready.cli.pool import WorkersFailedError, spread

    rest = dict.fromkeys(range(len(targets)))
    try:
        for index, result in spread(make_work, targets, jobs):
            del rest[index]
            yield index, result
    except WorkersFailedError as error:
        output.tell(f"warning: {error}. This process does it alone, which takes longer.")
        indexes = list(rest)
        for place, result in spread(make_work, [targets[index] for index in indexes], 1):
            yield indexes[place], result
