"""Syntax that is newer than the running Python: told as such, and never a mistake taken for it."""

from __future__ import annotations

import ast

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.finding import Edit, Finding, Range, Severity
from prodready.engine.newer import RUNNING, newer_syntax
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile

SINCE = {
    (3, 11): [
        "try:\n    f()\nexcept* ValueError as e:\n    g(e)\nexcept* (A, B):\n    h()\n",
        "try:\n    f()\nexcept *ValueError:\n    pass\nelse:\n    g()\n",
        "x: tuple[*Ts]\n",
        "a[1, *b, 2:3] = c\n",
        "x = f()[0][*a[*b] or c,]\n",
        "def f(x, *args: *tuple[int, ...], y=1) -> None:\n    pass\n",
    ],
    (3, 12): [
        "type X = int\n",
        "type X[T: int, *Ts, **P] = dict[\n    T, int]\n",
        "type X = lambda: 0\n",
        "if a: type X = int\n",
        "def f[T](x: T) -> T:\n    return x\n",
        "async def f[T: (int, str)](x: T) -> T:\n    return x\n",
        "class A[\n    T: (int, str),  # either\n    *Ts,\n]:\n    x = 1\n",
        'x = f"{a["b"]}"\n',
        "x = f'{'\\n'.join(a)}' 'rest'\n",
        'x = f"{a["b"]!r:>{w["x"]}}"\n',
        'x = f"{\n    a  # why\n}"\n',
        'x = f"{a["b"] = }" f"{1}"\n',
        'x = f"{f"{f"{1}"}"}"\n',
        "x = f'{(lambda x: a['b'])(1)}'\n",
        'x = rf"\\{a["b"]}"\n',
        'x = f"\\N{DIGIT ONE} {{}} {a["b"]}"\n',
        'def f():\n    x = f"{yield a["b"]} {*a["c"], d}"\n',
    ],
    (3, 13): [
        "class A[T = int]:\n    pass\n",
        "def f[*Ts = *tuple[int, ...], **P = [int]]():\n    pass\n",
        "type X[T: str = str] = T\n",
        "type X[T = int, *Ts = *tuple[T]] = dict[*Ts]\n",
    ],
    (3, 14): [
        'x = t"hello {name!r:>{w}}"\n',
        "x = t'a' rt'''{\n    b['c']}'''\n",
        "try:\n    f()\nexcept ValueError, TypeError:\n    pass\n",
        "try:\n    f()\nexcept* socket.error, OSError:\n    pass\n",
        'x = f"{t"a"}"\n',
        "x = f'{t\"a\"}'\n",
        'class A[T: f(t"a")]:\n    pass\n',
    ],
    (3, 15): [
        "lazy import json\n",
        "if a: lazy from .b import (c,\n    d as e)\n",
        "x = 1; lazy \\\n    import a.b as c, d\n",
        "x = [*y for y in z]\n",
        "x = {*y for y in z if y}\n",
        "x = (*y or w  # why\n    for y in z)\n",
        "x = {**y | w for y in z for w in y}\n",
        "f(*y if a else b for y in z)\n",
        "async def f(x):\n    return [*y async for y in x]\n",
        "x = [*[*[*a[*b] for a in b] for b in c] for c in d]\n",
        "x = f'{[*y for y in z]}'\n",
        'x = f"{[*y["a"] for y in z]}"\n',
        'x = t"{[*y for y in z]!r:>{f(*v for v in w)}}"\n',
    ],
}
NEWER = [(version, code) for version, codes in SINCE.items() for code in codes]
MISTAKES = [
    "try:\n    f()\nexcept* ValueError:\n    pass\nexcept TypeError:\n    pass\n",
    "try:\n    f()\nexcept*:\n    pass\n",
    "try:\n    f()\nexcept ValueError, TypeError as e:\n    pass\n",
    "x[*a:b]\n",
    "x[*a := b]\n",
    "x[**a]\n",
    "x[*]\n",
    "x[*a\n",
    "def f(*args: *a or b):\n    pass\n",
    "def f(x: *a):\n    pass\n",
    "f = lambda *args: *a\n",
    "x[a * b : *c]\n",
    "return [*a] b\n",
    "match [*a]:\n    case [*b] c:\n        pass\n",
    "type X = a, b\n",
    "type X = (y\n",
    "type X\n",
    "def f[](x):\n    pass\n",
    "class A[3]:\n    pass\n",
    "class A[*Ts: int]:\n    pass\n",
    "class A[T: yield x]:\n    pass\n",
    "class A[T: ]:\n    pass\n",
    "class A[T = *x]:\n    pass\n",
    "def f[T](x:\n    pass\n",
    'x = f"{a["b"]!q}"\n',
    'x = f"{a["b"]}\n',
    'x = f"{}" f"{a["b"]}"\n',
    "x = f'{x for x in a['b']}'\n",
    'print(f"]N{f"\\N{)\n',
    "x = f'{lambda x: a['b']}'\n",
    'x = f"{a["b"]}}"\n',
    'print f"{a["b"]}"\n',
    'x = t"a" "b"\n',
    'x = "a" t"b"\n',
    'x = t"{for}"\n',
    'lambda t"x": 3\n',
    "lazy from __future__ import annotations\n",
    "lazy lazy import a\n",
    "lazy import\n",
    "lazy print a\n",
    "x: lazy import a\n",
    "[**x for x in y]\n",
    "f(**x for x in y)\n",
    "f(a, *x for x in y)\n",
    "f(*x for x in y,)\n",
    "[*x, *z for x in y]\n",
    "[*a or b for x in y]\n",
    "{*a or b for x in y}\n",
    "(*a := b for x in y)\n",
    "a[*x for x in y]\n",
    "def f(*args: *x for x in y):\n    pass\n",
    "class A(*x for x in y):\n    pass\n",
    "{*x: 1 for x in y}\n",
    "{**x: 1 for x in y}\n",
    "{1: *x for x in y}\n",
    "[*x for x in *y]\n",
    "[*x for x in y\n",
    "x = f'{[*y for y in]}'\n",
    "x = f'{[*y for y in z]} {y z}'\n",
    "x = " + "[*" * 201 + "y" + "]" * 201 + "; a b\n",
]


def findings(code: str, settings: FileSettings | None = None) -> list[Finding]:
    found = Analysis.open(SourceFile.from_text(code), settings).findings
    assert Analysis.once(SourceFile.from_text(code), settings).findings == found
    return found


@pytest.mark.parametrize(("version", "code"), NEWER)
def test_each_construct_is_known_by_the_python_that_brought_it(version: tuple[int, int], code: str) -> None:
    found = newer_syntax(code, (3, 10))

    assert found is not None
    assert found.version == version
    assert newer_syntax(code, version) is None


@pytest.mark.parametrize(("version", "code"), NEWER)
def test_this_python_parses_what_it_is_said_to_know(version: tuple[int, int], code: str) -> None:
    if version <= RUNNING:
        assert ast.parse(code).body
    else:
        with pytest.raises(SyntaxError):
            ast.parse(code)


@pytest.mark.parametrize(("version", "code"), NEWER)
def test_one_finding_says_which_python_is_needed(version: tuple[int, int], code: str) -> None:
    told = [(f.code, f.severity, f.message.partition(":")[0]) for f in findings(code) if f.code == "SYN101"]

    message = f"this needs Python 3.{version[1]} or later, and prodready runs on 3.{RUNNING[1]}"
    assert told == ([] if version <= RUNNING else [("SYN101", Severity.INFO, message)])


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_no_newer_syntax(code: str) -> None:
    with pytest.raises(SyntaxError):
        ast.parse(code)
    assert newer_syntax(code, (3, 10)) is None


def test_the_binding_of_python_2_is_no_newer_syntax() -> None:
    assert newer_syntax("try:\n    f()\nexcept ValueError, error:\n    pass\n", (3, 10)) is None


@pytest.mark.parametrize("version", sorted(SINCE))
def test_what_stands_in_the_text_is_where_the_finding_is(version: tuple[int, int]) -> None:
    named = {
        (3, 11): "except*",
        (3, 12): "type X",
        (3, 13): "[T = int]",
        (3, 14): 't"hello {name!r:>{w}}"',
        (3, 15): "lazy import",
    }
    code = SINCE[version][0]
    found = newer_syntax(code, (3, 10))

    assert found is not None
    assert code[found.start : found.end] == named[version]


@pytest.mark.parametrize(
    "before",
    [
        "match [*a]:\n    case _:\n        pass\n",
        "match a:\n    case [*b, c]:\n        pass\n",
        "x = [*a]\n",
        "for x in [*a]: [*b]\n",
        "def f(*args: int, x=[*a]): return [*a]\n",
    ],
)
def test_a_star_that_always_could_stand_there_is_not_new(before: str) -> None:
    code = before + SINCE[3, 11][0]
    found = newer_syntax(code, (3, 10))

    assert found is not None
    assert code[found.start : found.end] == "except*"


ALL_LEVELS = """\
import os


def before(x):
    try:
        x()
    except:
        raise


type Name = str


class Box[T = int]:
    pass


greeting = t"hello {name}"


def after(x):
    try:
        x()
    except:
        raise
"""


@pytest.mark.parametrize("level", ["def f[T: {}]", 'lambda: class A[T: t"{{{}}}"]'])
def test_each_expression_is_read_once_however_deep_it_stands(level: str) -> None:
    code = "f"
    for _ in range(40):
        code = level.format(code)
    assert newer_syntax(f"{code}\n", (3, 11)) is None


@pytest.mark.skipif(RUNNING >= (3, 14), reason="this Python knows all of it")
def test_a_file_says_once_what_the_newest_statement_needs_and_the_rest_is_checked() -> None:
    found = [(f.code, f.range.start.line, f.range.start.column) for f in findings(ALL_LEVELS)]

    assert found == [("OBS202", 6, 4), ("SYN101", 17, 11), ("OBS202", 23, 4)]


@pytest.mark.skipif(RUNNING >= (3, 14), reason="this Python knows all of it")
def test_the_finding_moves_to_the_next_statement_when_the_newest_is_gone() -> None:
    source = SourceFile.from_text(ALL_LEVELS)
    before = Analysis.open(source)
    after = before.edited(Edit(Range.of(17, 11, 17, 26), '""'))

    assert after.findings == Analysis.open(after.source).findings
    needed = [f.message[:26] for f in after.findings if f.code == "SYN101"]
    assert needed == ([] if RUNNING >= (3, 13) else ["this needs Python 3.13 or "])


@pytest.mark.skipif(RUNNING >= (3, 14), reason="this Python knows all of it")
def test_members_of_a_large_class_are_found_in_their_place() -> None:
    method = "    def m(self):\n        return 1\n\n"
    code = f'class A:\n{method * 30}    def new(self):\n        return t"x"\n\n{method * 5}'
    (found,) = findings(code)

    assert found.range == Range.of(92, 15, 92, 19)


@pytest.mark.skipif(RUNNING >= (3, 14), reason="this Python knows all of it")
@pytest.mark.parametrize(
    ("oldest", "severity", "message"),
    [
        ((3, 9), Severity.ERROR, "this needs Python 3.14 or later, but the project supports 3.9: a template string"),
        (
            (3, 14),
            Severity.INFO,
            f"this needs Python 3.14 or later, and prodready runs on 3.{RUNNING[1]}: a template string",
        ),
    ],
)
def test_what_the_project_supports_decides_what_it_is_called(
    oldest: tuple[int, int], severity: Severity, message: str
) -> None:
    (found,) = findings('x = t"a"\n', FileSettings(oldest_python=oldest))

    assert (found.severity, found.message) == (severity, message)


@pytest.mark.skipif(RUNNING < (3, 15), reason="this Python cannot parse it")
@pytest.mark.parametrize(
    ("plain", "unpacked"),
    [
        ("[row for row in rows]", "[*row for row in rows]"),
        ("{row for row in rows}", "{*row for row in rows}"),
        ("{1: row for row in rows}", "{**row for row in rows}"),
        ("sorted(row for row in rows)", "sorted(*row for row in rows)"),
    ],
)
def test_rules_follow_what_a_comprehension_unpacks(plain: str, unpacked: str) -> None:
    code = """\
from sqlalchemy.orm import Session

def names(engine):
    session = Session(engine)
    rows = session.query(User)
    return {}
"""
    plainly = [(f.code, f.severity, f.fix) for f in findings(code.format(plain))]

    assert plainly
    assert [(f.code, f.severity, f.fix) for f in findings(code.format(unpacked))] == plainly
