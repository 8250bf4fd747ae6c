"""Which segments an edit parses again: those that it touches and those that they are joined with, and no others."""

from __future__ import annotations

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.document import Document
from prodready.engine.segments import cut_class_lines
from prodready.engine.source import split_lines
from tests.engine.probe import edit, opened, replaced


def function(name: str) -> str:
    """Return a function of 32 lines: large enough for a segment of its own."""
    return f"def {name}(a):\n" + "".join(f"    {name}_{i} = {i}\n" for i in range(30)) + "    return a\n"


FOUR = "".join(function(name) for name in "fghi")
CLASS = "class A(B):\n    x = 1\n" + "".join(
    "".join(f"    {line}\n" for line in function(name).splitlines()) for name in "fghi"
)


def kept(before: Analysis, after: Analysis) -> list[bool]:
    """Tell for each segment of `before` whether `after` still has the same object."""
    now = {id(segment) for segment in after.document.segments}
    return [id(segment) in now for segment in before.document.segments]


def test_only_the_segment_that_is_edited_is_parsed_again() -> None:
    before = opened(FOUR)
    assert kept(before, replaced(before, "g_5 = 5", "g_5 = 6")) == [True, False, True, True]


def test_an_edit_of_two_segments_parses_both_again() -> None:
    before = opened(FOUR)
    after = replaced(before, "    return a\ndef g(a):\n", "    return b\ndef g(b):\n")
    assert kept(before, after) == [False, False, True, True]


def test_an_edit_that_breaks_a_statement_leaves_the_others_alone() -> None:
    before = opened(FOUR)
    after = replaced(before, "def g(a):", "def g(a:")
    assert kept(before, after) == [True, False, True, True]
    assert [s.fault is None for s in after.document.segments] == [True, False, True, True]


def test_mending_it_leaves_them_alone_too() -> None:
    before = opened(FOUR)
    after = replaced(replaced(before, "def g(a):", "def g(a:"), "def g(a:", "def g(a):")
    assert kept(before, after) == [True, False, True, True]
    assert not after.is_broken


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("    return a\ndef g(a):\n", "    return a\n    def g(a):\n", id="indented"),
        pytest.param("def g(a):\n", "if g:\n    pass\nelse:\n", id="if and else at once"),
    ],
)
def test_edits_inside_two_segments_keep_the_rest(old: str, new: str) -> None:
    before = opened(FOUR)
    assert kept(before, replaced(before, old, new))[2:] == [True, True]


def test_a_line_that_becomes_else_joins_with_the_statement_above() -> None:
    text = f"if x:\n{'    y()' + chr(10)}" + "    y()\n" * 31 + "if z:\n" + "    y()\n" * 32
    before = opened(text)
    after = replaced(before, "if z:", "else:")
    assert not after.is_broken
    assert len(before.document.segments) == 2
    assert len(after.document.segments) == 1


def test_a_line_that_is_indented_joins_with_the_statement_above() -> None:
    before = opened(FOUR)
    after = before.edited(edit((32, 0), (32, 0), "    extra = 1\n"))
    assert not after.is_broken
    assert kept(before, after) == [False, False, True, True]


@pytest.mark.parametrize("decorator", ["@dec", "@dec(\n    1,\n)", "@dec\n# why\n@other('''\ntext\n''')"])
def test_a_decorator_typed_at_the_end_of_a_segment_joins_with_the_function_below(decorator: str) -> None:
    before = opened(FOUR)
    after = before.edited(edit((31, 12), (31, 12), f"\n{decorator}"))
    assert not after.is_broken
    assert kept(before, after) == [False, False, True, True]
    assert "".join(after.document.segments[1].lines).startswith(decorator)


def test_a_decorator_behind_a_string_that_is_not_closed_stays_with_the_function_below() -> None:
    before = opened("x = 1\n" + FOUR.replace("def g", "@dec\ndef g"))
    open_ = before.edited(edit((0, 4), (0, 4), "'''"))
    indented = open_.edited(edit((33, 0), (33, 0), "    "))
    mended = indented.edited(edit((33, 0), (33, 4), "")).edited(edit((0, 4), (0, 7), ""))
    assert mended.source.text == before.source.text
    assert not mended.is_broken


def test_a_decorator_typed_at_the_end_of_a_member_joins_with_the_method_below() -> None:
    before = opened(CLASS)
    after = before.edited(edit((33, 16), (33, 16), "\n    @dec(\n        1,\n    )"))
    assert not after.is_broken


def test_a_continued_line_joins_with_the_line_below() -> None:
    before = opened(f"{FOUR}x = 1\n")
    after = before.edited(edit((31, 12), (31, 12), "; \\"))
    assert after.is_broken
    assert not replaced(after, "; \\\n", "\n").is_broken


def test_an_opened_string_reaches_to_where_the_next_quote_closes_it() -> None:
    text = function("f") + function("g") + "x = 1\n'''\n" + function("h")
    before = opened(text)
    assert before.is_broken
    after = before.edited(edit((0, 0), (0, 0), "y = '''\n"))
    assert not after.is_broken
    assert after.document.segments[0].text == "y = '''\n" + function("f") + function("g") + "x = 1\n'''\n"


def test_an_opened_bracket_reaches_to_what_closes_it() -> None:
    before = opened(function("f") + "a,\n" + "b,\n" * 40 + ")\n" + function("g"))
    after = before.edited(edit((32, 0), (32, 0), "x = (\n"))
    assert before.is_broken
    assert not after.is_broken


def test_what_one_member_opens_another_can_close() -> None:
    before = opened(CLASS)
    open_ = replaced(before, "        f_5 = 5\n", "        f_5 = '''\n")
    assert kept(before, open_) == [True, False, True, True, True]
    assert not replaced(open_, "        h_5 = 5\n", "        h_5 = '''\n").is_broken


def test_an_edit_of_one_member_parses_only_that_member_again() -> None:
    before = opened(CLASS)
    after = replaced(before, "g_5 = 5", "g_5 = 6")
    assert kept(before, after) == [True, True, False, True, True]
    assert after.document.segments[2].owner is before.document.segments[2].owner


def test_a_broken_member_leaves_the_others_alone() -> None:
    before = opened(CLASS)
    after = replaced(before, "def g(a):", "def g(a:")
    assert kept(before, after) == [True, True, False, True, True]
    assert [s.fault is None for s in after.document.segments] == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("    def g(a):\n", "def g(a):\n", id="a member that leaves the class"),
        pytest.param("    def g(a):\n", "x = 1\n    def g(a):\n", id="a line that ends the class"),
        pytest.param("    def g(a):\n", "        pass\n    def g(a):\n", id="a line that belongs to the member above"),
        pytest.param("class A(B):\n", "class A(C):\n", id="the class's own line"),
        pytest.param("class A(B):\n", "if x:\n", id="the class's own line gone"),
        pytest.param("        return a\n    def g(a):\n", "    \f    return a\n    def g(a):\n", id="a form feed"),
    ],
)
def test_an_edit_that_reaches_out_of_a_member_parses_the_class_again(old: str, new: str) -> None:
    after = replaced(opened(CLASS), old, new)
    fresh = opened(after.source.text)
    assert [s.text for s in after.document.segments] == [s.text for s in fresh.document.segments]
    assert after.is_broken == fresh.is_broken


def test_two_members_of_a_segment_that_grows_are_cut_apart() -> None:
    before = opened(CLASS)
    more = "".join(f"    {line}\n" for line in function("new").splitlines())
    after = before.edited(edit((34, 0), (34, 0), more))
    assert len(after.document.segments) == len(before.document.segments) + 1
    assert not after.is_broken


def test_a_large_class_inside_a_member_does_not_break_it() -> None:
    inner = "".join(f"        {line}\n" for name in "jk" for line in function(name).splitlines())
    before = opened(f"{CLASS}    class Inner:\n{inner}")
    after = replaced(before, "j_5 = 5", "j_5 = 6")
    assert not after.is_broken


def test_a_broken_decorator_is_one_fault_and_its_function_none() -> None:
    after = opened(
        "".join(f"@route(\n    '/{i}',\n)\ndef f{i}():\n    pass\n\n\n" for i in range(9)) + "def broken(:\n"
    )
    assert [f.range.start.line for f in after.findings if f.code == "SYN101"] == [63]


def test_deleting_everything_leaves_one_empty_segment() -> None:
    before = opened(FOUR)
    after = before.edited(edit((0, 0), (999, 0), ""))
    assert [list(s.lines) for s in after.document.segments] == [[]]
    again = after.edited(edit((0, 0), (0, 0), FOUR))
    assert [len(s.lines) for s in again.document.segments] == [32, 32, 32, 32]


def test_the_segment_at_a_line_is_found_by_its_first_line() -> None:
    document = Document.open(split_lines(FOUR))
    assert document.starts == [0, 32, 64, 96, 128]
    assert [document.index_at(line) for line in (0, 31, 32, 127, 128, 999)] == [0, 0, 1, 3, 3, 3]


def test_thousands_of_open_brackets_and_strings_do_not_take_for_ever() -> None:
    assert opened("foo(\n" * 3000).is_broken
    text = "def broken(:\n    pass\n" + 'x = """\nfoo bar\n"""\n' * 1500
    assert [f.range.start.line for f in opened(text).findings if f.code == "SYN101"] == [0]


def test_thousands_of_open_brackets_that_one_edit_closes_parse() -> None:
    before = opened("foo(\n" * 150)
    assert not before.edited(edit((150, 0), (150, 0), ")" * 150 + "\n")).is_broken


def test_a_broken_class_does_not_take_in_the_class_behind_it() -> None:
    """Both are broken, and then one edit mends both: no part may be left over that holds the other's first line."""
    members = "".join(f"    def m{n}(self):\n        return {n}\n\n" for n in range(40))
    text = f"class A:\n    x = [\n        ((\n    ]\n\n{members}\nclass B:\n    y = (\n    )]\n\n{members}"
    analysis = opened(text)
    assert analysis.is_broken
    mended = replaced(replaced(analysis, "        ((\n", ""), "    )]\n", "    )\n")
    assert not mended.is_broken
    assert mended.facts == opened(mended.source.text).facts


def test_lines_of_another_statement_are_not_cut_as_members() -> None:
    lines = ["class A:\n", "    def f(self):\n", "        pass\n", "    def g(self):\n", "        pass\n"]
    assert cut_class_lines([*lines, "class B:\n", "    def h(\n"]) is None
    found = cut_class_lines([*lines, "    x = (\n", ")\n"])
    assert found is not None
    assert [len(piece) for piece in found[1]] == [1, 2, 4]


def test_what_a_broken_class_has_taken_in_is_let_go_when_it_is_mended() -> None:
    """The decorator is what is wrong, and `made` stands behind the last method, which is not next to it."""
    methods = "".join(f"    def m{n}(self):\n        return {n}\n\n" for n in range(3))
    text = f"class A:\n{methods}@cached(\n    1,\n)\n\n{methods}def made(\n        of):\n    pass\n"
    mended = replaced(opened(text), "@cached(\n    1,\n)\n", "")
    assert not mended.is_broken
    assert mended.facts == opened(mended.source.text).facts
