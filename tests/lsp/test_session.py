"""A session's text follows every change exactly, and its analysis catches up in one step."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from prodready.engine.analysis import Analysis
from prodready.engine.source import SourceFile
from prodready.lsp.positions import PositionCodec
from prodready.lsp.session import Session, difference

CODEC = PositionCodec("utf-16")
TEXTS = st.text(st.sampled_from("ab\r\n\f\u2028🎉 "), max_size=12)


def session_of(text: str) -> Session:
    session = Session(types.TextDocumentItem("file:///a%20b.py", "python", 1, text))
    session.adopt(Analysis.open(session.source))
    return session


def replacing(line: int, start: int, end: int, text: str) -> types.TextDocumentContentChangePartial:
    span = types.Range(types.Position(line, start), types.Position(line, end))
    return types.TextDocumentContentChangePartial(text=text, range=span)


@given(TEXTS, TEXTS)
def test_the_difference_of_two_texts_makes_one_of_the_other(old: str, new: str) -> None:
    before, after = SourceFile.from_text(old), SourceFile.from_text(new)

    edit = difference(before, after)

    assert (before.edit(edit)[0].text if edit else old) == new
    assert (edit is None) == (old == new)


CHANGES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, 9), TEXTS), max_size=4)


@given(TEXTS, CHANGES)
def test_many_changes_at_once_end_with_the_text_that_they_spell(
    text: str, changes: list[tuple[int, int, int, str]]
) -> None:
    session = session_of(text)
    expected = SourceFile.from_text(text)

    for line, start, end, inserted in changes:
        change = replacing(line, start, end, inserted)
        span = CODEC.range(expected, change.range)
        before = "".join(expected.lines[: span.start.line]) + expected.line(span.start.line)[: span.start.column]
        after = expected.line(span.end.line)[span.end.column :] + "".join(expected.lines[span.end.line + 1 :])
        expected = SourceFile.from_text(before + inserted + after)
        session.apply(2, [change], CODEC)

    assert session.source.text == expected.text
    assert session.catch_up().source.text == expected.text
    assert not session.is_behind


def test_the_whole_text_can_be_replaced() -> None:
    session = session_of("a = 1\nb = 2\n")

    session.apply(2, [types.TextDocumentContentChangeWholeDocument("a = 1\nc = 3\n")], CODEC)

    assert session.is_behind
    assert session.catch_up().source.text == "a = 1\nc = 3\n"


def test_changes_that_cancel_out_leave_nothing_to_analyse() -> None:
    session = session_of("a = 1\n")
    before = session.analysis

    session.apply(2, [replacing(0, 5, 5, "2"), replacing(0, 5, 6, "")], CODEC)

    assert session.catch_up() is before


def test_halves_of_a_surrogate_pair_that_arrive_apart_become_one_character() -> None:
    session = session_of('a = ""\n')

    session.apply(2, [replacing(0, 5, 5, "\ud83d"), replacing(0, 6, 6, "\ude00")], CODEC)

    assert session.source.text == 'a = "\U0001f600"\n'
    assert session.catch_up().source.text == session.source.text


def test_an_analysis_of_an_earlier_text_is_caught_up_with() -> None:
    session = session_of("a = 1\n")
    late = Analysis.open(SourceFile.from_text("a = 1\n"))
    session.apply(2, [replacing(0, 4, 5, "22")], CODEC)

    session.adopt(late)

    assert session.is_behind
    assert session.catch_up().source.text == "a = 22\n"


def test_percent_encoding_is_undone_in_the_path() -> None:
    session = session_of("")

    assert session.path is not None
    assert session.path.name == "a b.py"


def test_a_document_without_a_file_has_a_name_and_no_path() -> None:
    untitled = Session(types.TextDocumentItem("untitled:Untitled-1", "python", 1, ""))
    cell = Session(types.TextDocumentItem("vscode-notebook-cell:/a/b.ipynb#W0sZmlsZQ%3D%3D", "python", 1, ""))

    assert (untitled.path, untitled.name, untitled.is_notebook) == (None, "Untitled-1", False)
    assert (cell.path, cell.name, cell.is_notebook) == (None, "b.ipynb", True)
