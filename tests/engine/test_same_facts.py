"""What an edit inside a function must change for the whole module to be looked at again."""

from __future__ import annotations

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.finding import Edit, Range
from prodready.engine.source import SourceFile

MODULE = """\
session = make()


def helper():
    return 1


def work():
    try:
        helper()
    except ValueError:
        return None


if __name__ == "__main__":
    work()
"""


def knowledge_is_kept(line: int, old: str, new: str) -> bool:
    """Replace `old` on a 0-based line; returns whether nothing else had to be looked at, and checks the facts."""
    before = Analysis.open(SourceFile.from_text(MODULE))
    column = before.source.line(line).index(old)
    after = before.edited(Edit(Range.of(line, column, line, column + len(old)), new))
    assert after.facts == Analysis.open(after.source).facts
    return after.knowledge is before.knowledge


@pytest.mark.parametrize(("old", "new"), [("ValueError", "KeyError"), ("ValueError", "(ValueError, OSError)")])
def test_other_names_in_a_function_change_nothing_for_the_module(old: str, new: str) -> None:
    assert knowledge_is_kept(10, old, new)


def test_a_function_that_uses_what_the_module_made_is_news() -> None:
    assert not knowledge_is_kept(4, "1", "session")


def test_calling_a_function_of_the_module_in_a_handler_is_news() -> None:
    assert not knowledge_is_kept(11, "None", "helper()")


def test_calling_another_function_in_a_handler_is_none() -> None:
    assert knowledge_is_kept(11, "None", "print()")


def test_asking_at_the_terminal_is_news() -> None:
    assert not knowledge_is_kept(4, "1", "input()")


def test_logging_with_what_an_object_holds_is_news() -> None:
    assert not knowledge_is_kept(4, "1", "self.env.log.debug()")


def test_calling_another_method_of_what_an_object_holds_is_none() -> None:
    assert knowledge_is_kept(4, "1", "self.env.store.debug()")
