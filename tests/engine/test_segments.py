"""How a file that parses is cut, and how one that does not is."""

from __future__ import annotations

import ast

import pytest

from prodready.engine.document import Document
from prodready.engine.segments import cut_lines, ends_with_decorator
from prodready.engine.source import split_lines

FILLER = "".join(f"x{i} = {i}\n" for i in range(16))


def cut(text: str) -> list[str]:
    """Return the texts of the segments."""
    segments = Document.open(split_lines(text)).segments
    assert "".join(s.text for s in segments) == text
    return [s.text for s in segments]


def pieces(text: str) -> list[str]:
    return ["".join(piece) for piece in cut_lines(split_lines(text))]


@pytest.mark.parametrize(
    "following",
    [
        pytest.param("@dec\ndef f():\n    pass\n", id="a decorator"),
        pytest.param("@dec(\n    1,\n)\n@other\nclass A:\n    pass\n", id="decorators over several lines"),
        pytest.param("# about f\n\n# more\ndef f():\n    pass\n", id="comments and blank lines above"),
        pytest.param("    # an indented comment\ndef f():\n    pass\n", id="an indented comment above"),
        pytest.param("\f\ndef f():\n    pass\n", id="a form feed above"),
        pytest.param(
            "try:\n    x\nexcept E:\n    y\nelse:\n    z\nfinally:\n    pass\n", id="else, except and finally"
        ),
        pytest.param("x = '''\ny = 1\n'''\n", id="a string with lines at column 0"),
        pytest.param("x = [\n1,\n]\n", id="a bracket with lines at column 0"),
        pytest.param("x = 1 + \\\n2\n", id="a continued line"),
    ],
)
def test_what_belongs_to_one_statement_stays_in_one_segment(following: str) -> None:
    long = following + "if x:\n" + "".join(f"    y{i} = {i}\n" for i in range(30))
    assert cut(FILLER + long) == [FILLER, *cut(long)]
    assert cut(long)[0].startswith(following)


def test_small_statements_share_a_segment_of_about_sixteen_lines() -> None:
    assert [text.count("\n") for text in cut(FILLER * 3)] == [16, 16, 16]


def test_two_statements_on_one_line_are_never_cut_apart() -> None:
    body = "".join(f"    x{i}\n" for i in range(40))
    text = f"{FILLER}y = 1; z = 2\nif x:\n{body}"
    assert next(t for t in cut(text) if "y = 1" in t).count("z = 2") == 1


def test_a_statement_behind_a_continued_blank_line_is_not_cut_off() -> None:
    assert len(cut(f"{FILLER}y = 1 \\\n\nif x:\n{'    z' + chr(10)}" + "    z\n" * 40)) == 2


LARGE = "@dec\nclass Large(Base):\n    '''Doc.'''\n    x = 1\n\n" + "".join(
    f"    # about {i}\n    @dec\n    def f{i}(self):\n        return {i}\n\n" for i in range(20)
)


def test_a_large_class_is_cut_into_its_head_and_runs_of_members() -> None:
    texts = cut(LARGE)
    assert texts[0] == "@dec\nclass Large(Base):\n    '''Doc.'''\n    x = 1\n"
    assert all(text.startswith("\n    # about") for text in texts[1:])
    assert len(texts) == 8


def test_the_parts_of_a_large_class_share_an_owner_and_only_the_head_has_the_bases() -> None:
    head, *members = Document.open(split_lines(LARGE)).segments
    assert head.owner is not None
    assert (head.owner.name, head.owner.indent, head.is_head) == ("Large", "    ", True)
    assert all(m.owner is head.owner and not m.is_head for m in members)
    assert [ast.unparse(base) for base in head.body[0].bases] == ["Base"]  # type: ignore[attr-defined]
    assert all(m.body[0].bases == [] and m.body[0].decorator_list == [] for m in members)  # type: ignore[attr-defined]


def test_the_head_ends_where_its_own_lines_end() -> None:
    head = Document.open(split_lines(LARGE)).segments[0].body[0]
    assert (head.end_lineno, head.end_col_offset) == (4, len("    x = 1"))


def test_nodes_of_a_member_know_their_line_within_the_segment() -> None:
    document = Document.open(split_lines(LARGE))
    for start, segment in zip(document.starts, document.segments, strict=False):
        for node in ast.walk(segment.body[0]):
            if isinstance(node, ast.FunctionDef):
                line = node.lineno - 1 - segment.base
                assert segment.lines[line] == f"    def {node.name}(self):\n"
                assert split_lines(LARGE)[start + line] == segment.lines[line]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("class A: x = 1; y = 2\n" + FILLER[:0], id="on one line"),
        pytest.param("class A:\n" + "".join(f"    x{i} = {i}\n" for i in range(80)), id="without members"),
        pytest.param("class A:\n    def f(self):\n        pass\n", id="small"),
    ],
)
def test_other_classes_stay_whole(text: str) -> None:
    assert cut(text) == [text]


def test_a_class_without_code_before_its_first_member_has_a_head_of_its_own_line() -> None:
    members = "".join(f"    def f{i}(self):\n        return {i}\n" for i in range(40))
    assert cut(f"class A:\n{members}")[0] == "class A:\n"


def test_a_large_class_inside_a_large_class_is_a_member_as_a_whole() -> None:
    inner = "    class Inner:\n" + "".join(f"        def f{i}(self):\n            return {i}\n" for i in range(40))
    assert cut(f"class A:\n{inner}    def g(self):\n        pass\n")[1] == inner


def test_broken_text_is_cut_at_statements_at_column_0() -> None:
    text = "def f(:\n    pass\n\n# about g\ndef g():\n    pass\nx = 1\n"
    assert pieces(text) == ["def f(:\n    pass\n", "\n# about g\ndef g():\n    pass\n", "x = 1\n"]


def test_broken_text_is_not_cut_between_decorators_and_their_function() -> None:
    text = "x = (\n@a\n@b(\n    1,\n)\n# about f\ndef f():\n    pass\n@c\nclass A:\n    pass\n"
    assert pieces(text) == [
        "x = (\n",
        "@a\n@b(\n    1,\n)\n# about f\ndef f():\n    pass\n",
        "@c\nclass A:\n    pass\n",
    ]


def test_broken_text_is_not_cut_in_front_of_what_continues_a_statement() -> None:
    text = "if (:\n    a\nelif x:\n    b\nelse:\n    c\nf(\n    1\n)\ntry:\n    a\nexcept E:\n    b\nfinally:\n    c\n"
    assert pieces(text) == [text[: text.index("f(")], "f(\n    1\n)\n", text[text.index("try") :]]


def test_a_decorator_at_another_level_does_not_hold_the_place_of_a_function() -> None:
    stray, made = "@dec(\n    1,\n)\n\n    def f(self):\n        pass\n", "\ndef made(\n        of):\n    pass\n"
    assert pieces(stray + made) == [stray, made]


@pytest.mark.parametrize(
    ("text", "decorated"),
    [
        ("@a\n", True),
        ("@a\n# about f\n\n", True),
        ("x = 1\n@a(\n    1,\n)\n", True),
        ("@a('''\ntext\n''')\n", True),
        ("    @a(\n        1)\n", True),
        ("@a\ndef f(): pass\n", False),
        ("@a\nx = 1\n", False),
        ("x = (b\n@ c)\n", False),
        ("x = '''\n@a\n'''\n", False),
        ("", False),
    ],
)
def test_a_decorator_at_the_end_belongs_to_what_follows(text: str, decorated: bool) -> None:
    assert ends_with_decorator(split_lines(text)) is decorated
