"""The text that `check` shows, literally."""

from __future__ import annotations

import io
from textwrap import dedent

import pytest
from rich.cells import cell_len

from prodready.engine.finding import Finding, Fix, Range, Related, Severity
from prodready.engine.source import split_lines
from prodready.report import text
from prodready.report.model import FileReport, Report
from prodready.report.paint import painter, plain

SOURCE = """\
def sync(chat):
    try:
        return last(chat)
    except Exception:
        return None
"""

FINDING = Finding(
    "OBS201",
    "silent-except",
    Severity.WARNING,
    "A failure of last() goes unseen",
    Range.of(3, 4, 3, 21),
    "sync",
    Fix("Log the failure"),
)


def file_of(source: str, *findings: Finding, path: str = "app/sync.py") -> FileReport:
    lines = {number: line.rstrip("\r\n") for number, line in enumerate(split_lines(source))}
    return FileReport(path, findings, lines)


def shown(source: str, span: Range) -> list[str]:
    """Return the source lines that a finding at `span` is shown with."""
    finding = Finding("OBS201", "silent-except", Severity.WARNING, "…", span)
    return list(text.render(Report([file_of(source, finding)])))[2:-2]


def test_a_finding_shows_its_place_its_line_its_fix_and_related_places() -> None:
    related = (
        Related("the logger is here", Range.of(0, 4, 0, 8)),
        Related("and is used there", Range.of(1, 0, 1, 3), "b.py"),
    )
    finding = Finding(**{**vars(FINDING), "related": related})
    report = Report([file_of(SOURCE, finding), file_of(SOURCE, path="app/clean.py")], seconds=0.44)
    assert "\n".join(text.render(report)) == dedent("""\
        app/sync.py:4:5 OBS201 [warning] A failure of last() goes unseen
          |
        4 |     except Exception:
          |     ^^^^^^^^^^^^^^^^^
          = fix: Log the failure (safe)
          = see: app/sync.py:1:5 the logger is here
          = see: b.py:2:1 and is used there

        1 finding in 1 of 2 files (1 fixable, 1 safe with `prodready fix`), 0.4 s""")


def test_concise_takes_one_line_a_finding() -> None:
    assert list(text.render(Report([file_of(SOURCE, FINDING)]), concise=True)) == [
        "app/sync.py:4:5 OBS201 [warning] A failure of last() goes unseen",
        "1 finding in 1 of 1 file (1 fixable, 1 safe with `prodready fix`), 0.0 s",
    ]


def test_an_unsafe_fix_says_why_it_is_unsafe() -> None:
    assert text.fix_line(Fix.unsafe("Log it", "the output moves")) == "Log it (unsafe: the output moves)"


def test_without_findings_the_summary_says_how_much_was_looked_at() -> None:
    unread = FileReport("app/data.py", analysed=False)
    assert list(text.render(Report([file_of(SOURCE), unread], 1.0))) == [
        "No findings in 1 file, 1 other could not be analysed, 1.0 s"
    ]


def test_carets_stand_right_after_tabs() -> None:
    assert shown("\tif x:\n\t\ta =\tf()\n", Range.of(1, 6, 1, 9)) == [
        "2 |         a = f()",
        "  |             ^^^",
    ]


def test_carets_are_as_wide_as_wide_characters() -> None:
    assert shown('x = "日本" + f("é")\n', Range.of(0, 4, 0, 8)) == [
        '1 | x = "日本" + f("é")',
        "  |     ^^^^^^",
    ]


def test_an_empty_range_still_has_a_caret() -> None:
    assert shown("total(\n", Range.of(0, 6, 0, 6)) == ["1 | total(", "  |       ^"]


def test_a_range_over_lines_has_carets_under_each_of_them() -> None:
    assert shown("f(\n    a,\n\n    b)\n", Range.of(0, 0, 3, 6)) == [
        "1 | f(",
        "  | ^^",
        "2 |     a,",
        "  |     ^^",
        "3 |",
        "4 |     b)",
        "  |     ^^",
    ]


def test_a_range_that_ends_at_the_start_of_a_line_leaves_that_line_out() -> None:
    assert shown("f()\ng()\n", Range.of(0, 0, 1, 0)) == ["1 | f()", "  | ^^^"]


def test_the_middle_of_a_long_range_is_left_out() -> None:
    source = "".join(f"x{number}\n" for number in range(12))
    assert shown(source, Range.of(6, 0, 10, 3)) == [
        " 7 | x6",
        "   | ^^",
        " 8 | x7",
        "   | ^^",
        "...",
        "11 | x10",
        "   | ^^^",
    ]


def test_of_a_very_long_line_the_part_with_the_finding_is_shown() -> None:
    source = "a" * 500 + " f() " + "b" * 500
    line, carets = shown(source, Range.of(0, 501, 0, 504))
    assert line == "1 | …" + "a" * 52 + " f() " + "b" * 101 + "…"
    assert carets == "  | " + " " * 54 + "^^^"


def test_a_terminal_gets_lines_that_fit() -> None:
    finding = Finding("OBS201", "silent-except", Severity.WARNING, "…", Range.of(0, 101, 0, 104))
    report = Report([file_of("日" * 100 + " f() " + "b" * 100, finding)])
    line, carets = list(text.render(report, columns=60))[2:-2]
    assert line == "1 | …" + "日" * 17 + " f() " + "b" * 15 + "…"
    assert carets == "  | " + " " * 36 + "^^^"
    assert cell_len(line) == 60


def test_source_cannot_steer_the_terminal() -> None:
    assert shown('x = "\x1b[2J\u202e"  # \x9b\x7f\n', Range.of(0, 0, 0, 1))[0] == '1 | x = "␛[2J\ufffd"  # \ufffd␡'


def test_messages_and_paths_cannot_break_the_line() -> None:
    finding = Finding("OBS201", "silent-except", Severity.ERROR, "one\ntwo", Range.of(0, 0, 0, 1))
    assert text.heading(FileReport("a\nb.py"), finding) == "a␊b.py:1:1 OBS201 [error] one␊two"


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "COLORTERM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    assert painter(Terminal())("x", "bold red") == "\x1b[1;31mx\x1b[0m"


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    assert painter(Terminal()) is plain


def test_a_pipe_gets_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    assert painter(io.StringIO()) is plain
