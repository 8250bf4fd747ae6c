"""The text that `fix` shows, literally."""

from __future__ import annotations

from prodready.engine.finding import Finding, Fix, Range, Severity
from prodready.report.model import FileReport
from prodready.report.repairs import FileRepair, Manner, render

SAFE = Finding("OBS201", "silent-except", Severity.WARNING, "Unseen", Range.of(3, 4, 3, 21), fix=Fix("Log it"))
UNSAFE = Finding(
    "OBS101", "print-call", Severity.WARNING, "Printed", Range.of(0, 0, 0, 5), fix=Fix.unsafe("Log it", "it moves")
)
BY_HAND = Finding("SYN101", "syntax-error", Severity.ERROR, "invalid syntax", Range.of(1, 0, 1, 1))


def repair(path: str, applied: tuple[Finding, ...], left: tuple[Finding, ...]) -> FileRepair:
    return FileRepair(FileReport(path, applied + left), FileReport(path, left), applied)


def test_repairs_are_told_by_file_and_rule_and_what_is_left_by_place() -> None:
    repairs = [repair("a.py", (SAFE, UNSAFE, SAFE), (BY_HAND,)), repair("b.py", (), (UNSAFE,)), repair("c.py", (), ())]
    assert list(render(repairs, Manner(seconds=0.25))) == [
        "fixed a.py: 1 OBS101 print-call, 2 OBS201 silent-except",
        "a.py:2:1 SYN101 [error] invalid syntax",
        "b.py:1:1 OBS101 [warning] Printed",
        "Fixed 3 findings in 1 file; 2 left in 2 files (1 more with --unsafe-fixes), 0.2 s",
    ]


def test_a_refused_fix_is_told() -> None:
    assert list(render([repair("a.py", (), (SAFE, UNSAFE))], Manner())) == [
        "a.py:4:5 OBS201 [warning] Unseen (fix refused: it could not be verified here)",
        "a.py:1:1 OBS101 [warning] Printed",
        "Fixed 0 findings; 2 left in 1 file (1 more with --unsafe-fixes, 1 fix refused), 0.0 s",
    ]


def test_with_unsafe_fixes_an_unsafe_fix_can_be_refused_too() -> None:
    assert list(render([repair("a.py", (), (SAFE, UNSAFE))], Manner(unsafe=True)))[-1] == (
        "Fixed 0 findings; 2 left in 1 file (2 fixes refused), 0.0 s"
    )


def test_a_trial_only_says_what_would_happen() -> None:
    assert list(render([repair("a.py", (SAFE,), (UNSAFE,))], Manner(trial=True))) == [
        "would fix a.py: 1 OBS201 silent-except",
        "Would fix 1 finding in 1 file; 1 left in 1 file (1 more with --unsafe-fixes), 0.0 s",
    ]


def test_nothing_left_and_nothing_found_are_told_apart() -> None:
    assert list(render([repair("a.py", (SAFE,), ())], Manner()))[-1] == "Fixed 1 finding in 1 file; none left, 0.0 s"
    assert list(render([repair("a.py", (), ())], Manner())) == ["No findings in 1 file, 0.0 s"]
