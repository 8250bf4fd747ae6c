"""What a `with` in place of a closing call means at run time: the same results and failures, and nothing stays open."""

from __future__ import annotations

import pytest

from tests.meaning.closing import Opened, outcome, repaired

ONE = """
def run(path):
    file = Opened(log, "a", fails=opening)
    try:
        return file.use(using)
    except OSError:
        log.append("handled")
        return "none"
    finally:
        log.append("finally")
        file.close()
"""
INSIDE = """
def run(path):
    file = None
    try:
        file = Opened(log, "a", fails=opening)
        return file.use(using)
    except OSError:
        log.append("handled")
        return "none"
    finally:
        if file is not None:
            file.close()
"""
TWO = """
def run(path):
    first = Opened(log, "a")
    second = Opened(log, "b", fails=opening)
    try:
        first.use()
        return second.use(using)
    except OSError:
        log.append("handled")
        return "none"
    else:
        log.append("else")
    finally:
        second.close()
        first.close()
"""
CASES = {"one": ONE, "inside": INSIDE, "two": TWO}
FAILURES = [(False, False), (True, False), (False, True)]


def seen(code: str, opening: bool, using: bool) -> tuple[str, list[str]]:
    log: list[str] = []
    text = outcome(code, lambda space: space["run"]("x"), Opened=Opened, log=log, opening=opening, using=using)
    return text, log


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("opening", "using"), FAILURES)
def test_results_and_failures_stay(name: str, opening: bool, using: bool) -> None:
    code = CASES[name]
    before, _ = seen(code, opening, using)
    after, _ = seen(repaired(code), opening, using)
    assert after == before


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("opening", "using"), FAILURES)
def test_everything_that_was_opened_is_closed_once(name: str, opening: bool, using: bool) -> None:
    _, log = seen(repaired(CASES[name]), opening, using)
    failed = {"one": "a", "inside": "a", "two": "b"}[name] if opening else ""
    opened = {line.removeprefix("open ") for line in log if line.startswith("open ")} - {failed}
    assert sorted(line.removeprefix("close ") for line in log if line.startswith("close ")) == sorted(opened)


def test_without_failures_everything_happens_in_the_order_of_before() -> None:
    for code in (ONE, INSIDE, TWO):
        assert seen(repaired(code), False, False) == seen(code, False, False)


def test_a_handler_starts_not_to_cover_the_constructor() -> None:
    assert seen(ONE, True, False)[0] == "raised OSError: a cannot be opened"
    assert seen(repaired(ONE), True, False) == ("raised OSError: a cannot be opened", ["open a"])


def test_a_handler_that_covered_the_constructor_still_does() -> None:
    assert seen(repaired(INSIDE), True, False) == ("returned 'none'", ["open a", "handled"])


def test_a_second_constructor_that_fails_no_longer_leaks_the_first() -> None:
    assert "close a" not in seen(TWO, True, False)[1]
    assert seen(repaired(TWO), True, False)[1] == ["open a", "open b", "close a"]


def test_a_statement_behind_the_closing_call_is_said_to_move() -> None:
    code = ONE.replace(
        '        log.append("finally")\n        file.close()', '        file.close()\n        log.append("end")'
    )
    assert seen(code, False, False)[1][-2:] == ["close a", "end"]
    assert seen(repaired(code), False, False)[1][-2:] == ["end", "close a"]
