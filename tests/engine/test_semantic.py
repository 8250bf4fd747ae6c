"""What names mean: scopes, imports, and which callable made a value."""

from __future__ import annotations

import ast

import pytest

from prodready.engine.analysis import Analysis, facts_of
from prodready.engine.facts import ModuleFacts, NoProject, ProjectFacts
from prodready.engine.semantic import Names
from prodready.engine.source import SourceFile
from prodready.engine.syntax import walk
from tests.engine.probe import SETTINGS


class Project:
    """Some other modules, by dotted name."""

    def __init__(self, **modules: str) -> None:
        self._facts = {}
        for key, text in modules.items():
            name = key.replace("__", ".")
            self._facts[name] = facts_of(SourceFile.from_text(text), name, name.rpartition(".")[0])

    def module(self, name: str) -> ModuleFacts | None:
        return self._facts.get(name)


def places(text: str, project: ProjectFacts | None = None) -> tuple[Names, list[ast.Name | ast.Attribute]]:
    """Return name resolution in `text` with every expression that is called `mark` or ends in `.mark`, in order."""
    analysis = Analysis.once(SourceFile.from_text(text), SETTINGS, project)
    (segment,) = analysis.document.segments
    assert segment.fault is None
    marked = [
        node
        for node in walk(segment.body)
        if (isinstance(node, ast.Name) and node.id == "mark")
        or (isinstance(node, ast.Attribute) and node.attr == "mark")
    ]
    loaded = [node for node in marked if isinstance(node.ctx, ast.Load)]
    return Names(lambda: analysis.facts, project or NoProject()), sorted(loaded, key=lambda n: (n.lineno, n.col_offset))


def qualified(text: str, project: ProjectFacts | None = None) -> list[str | None]:
    names, nodes = places(text, project)
    return [names.qualified(node) for node in nodes]


def made_by(text: str, project: ProjectFacts | None = None) -> list[str | None]:
    names, nodes = places(text, project)
    return [names.made_by(node) for node in nodes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("import mark\nmark\n", "mark", id="import"),
        pytest.param("import a.b as mark\nmark\n", "a.b", id="import as"),
        pytest.param("import a.b\na.b.mark\n", "a.b.mark", id="dotted import binds its top"),
        pytest.param("from a.b import mark\nmark\n", "a.b.mark", id="from import"),
        pytest.param("from a import b as mark\nmark\n", "a.b", id="from import as"),
        pytest.param("from . import mark\nmark\n", "app.mark", id="relative import of a sibling"),
        pytest.param("from .x import mark\nmark\n", "app.x.mark", id="relative import from a sibling"),
        pytest.param("from ..x import mark\nmark\n", "..x.mark", id="relative import above the package is left alone"),
        pytest.param("import a\nb = a.c\nmark = b.d\nmark\n", "a.c.d", id="aliases are followed"),
        pytest.param("mark = mark\nmark\n", "app.mod.mark", id="an alias of itself ends"),
        pytest.param("def mark(): pass\nmark\n", "app.mod.mark", id="a function of the module itself"),
        pytest.param("x = mark\n", None, id="an unknown name"),
        pytest.param("import a as mark\nimport b as mark\nmark\n", None, id="bindings that disagree"),
        pytest.param(
            "try:\n    import mark\nexcept ImportError:\n    mark = None\nmark\n", "mark", id="a fallback to None"
        ),
        pytest.param("import mark\nfor mark in []: pass\nmark\n", None, id="rebound by a loop"),
        pytest.param("import mark\nif (mark := 1): pass\nmark\n", None, id="rebound by a walrus"),
        pytest.param("import mark\ndel mark\nmark\n", None, id="deleted"),
        pytest.param("import mark\nmatch x:\n    case mark: pass\nmark\n", None, id="rebound by a pattern"),
        pytest.param("import mark\ntry: pass\nexcept E as mark: pass\nmark\n", None, id="rebound by a handler"),
        pytest.param("import mark\ndef f():\n    global mark\n    mark = 1\nmark\n", None, id="rebound by global"),
    ],
)
def test_a_module_level_name_is_qualified_by_where_it_comes_from(text: str, expected: str | None) -> None:
    assert qualified(text)[-1] == expected


def test_a_builtin_is_known_until_it_is_shadowed() -> None:
    names, _ = places("")
    node = ast.parse("print").body[0]
    assert isinstance(node, ast.Expr)
    assert names.qualified(node.value) == "builtins.print"
    shadowed, _ = places("def print(): pass\n")
    assert shadowed.qualified(node.value) == "app.mod.print"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("def f(mark):\n    mark\n", id="a parameter"),
        pytest.param("def f(*mark):\n    mark\n", id="a star parameter"),
        pytest.param("def f(*, mark=1):\n    mark\n", id="a keyword-only parameter"),
        pytest.param("def f():\n    mark = 1\n    mark\n", id="a local"),
        pytest.param("def f():\n    mark\n    mark = 1\n", id="a local that is bound later"),
        pytest.param("def f():\n    (mark := 1)\n    mark\n", id="a walrus"),
        pytest.param("def f():\n    [(mark := x) for x in y]\n    mark\n", id="a walrus in a comprehension"),
        pytest.param("def f():\n    with x as mark: mark\n", id="a with"),
        pytest.param("def f():\n    for a, (mark, *b) in x: mark\n", id="a loop over tuples"),
        pytest.param("def f():\n    try: pass\n    except E as mark: mark\n", id="a handler's name"),
        pytest.param("def f(mark):\n    def g():\n        mark\n", id="a parameter of the function around"),
        pytest.param("[mark for mark in x]\n", id="a comprehension"),
        pytest.param("{mark: 1 for a, mark in x}\n", id="a dict comprehension"),
        pytest.param("f = lambda mark: mark\n", id="a lambda's parameter"),
        pytest.param("class A:\n    mark = 1\n    x = mark\n", id="a class variable in the class body"),
        pytest.param("class A:\n    mark = 1\n    def f(self, x=mark): pass\n", id="a class variable as a default"),
        pytest.param(
            "class A:\n    mark = 1\n    @mark\n    def f(self): pass\n", id="a class variable as a decorator"
        ),
        pytest.param("def f():\n    mark = 1\n    def g():\n        nonlocal mark\n        mark\n", id="nonlocal"),
    ],
)
def test_a_local_name_hides_the_import(body: str) -> None:
    assert qualified(f"import mark\n{body}") == [None]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("def f():\n    mark\n", id="a function"),
        pytest.param("def f(x=mark):\n    mark = 1\n", id="a default is evaluated outside"),
        pytest.param("@mark\ndef f():\n    mark = 1\n", id="a decorator is evaluated outside"),
        pytest.param("f = lambda mark=mark: 1\n", id="a lambda's default is evaluated outside"),
        pytest.param(
            "class A:\n    mark = 1\n    def f(self):\n        mark\n", id="methods do not see class variables"
        ),
        pytest.param(
            "class A:\n    mark = 1\n    if x:\n        def f(self):\n            mark\n",
            id="nor do methods under an if",
        ),
        pytest.param("class A:\n    mark = 1\n    f = lambda self: mark\n", id="nor do lambdas"),
        pytest.param("class A:\n    mark = 1\n    x = [mark for y in z]\n", id="nor do comprehensions"),
        pytest.param("class A:\n    mark = 1\n    class B:\n        mark\n", id="nor do nested classes"),
        pytest.param("def f():\n    class A:\n        mark = 1\n    mark\n", id="a class's names stay inside"),
        pytest.param(
            "def f():\n    def g():\n        mark = 1\n    mark\n", id="a nested function's names stay inside"
        ),
    ],
)
def test_a_name_of_another_scope_does_not_hide_the_import(body: str) -> None:
    assert qualified(f"import mark\n{body}") == ["mark"]


def test_global_reaches_past_the_local_scopes() -> None:
    text = "import a as mark\ndef f(mark):\n    def g():\n        global mark\n        mark\n"
    assert qualified(text) == [None]


def test_a_local_import_is_known_in_its_function_only() -> None:
    text = "def f():\n    from a import mark\n    mark\ndef g():\n    mark\n"
    assert qualified(text) == ["a.mark", None]


def test_what_a_nested_function_binds_by_nonlocal_is_not_known_for_sure() -> None:
    text = (
        "import a\ndef f():\n    mark = a.make()\n    mark\n"
        "    def g():\n        nonlocal mark\n        mark = a.other()\n"
    )
    assert made_by(text) == [None]


def test_re_exports_of_the_project_are_followed() -> None:
    project = Project(app__db="from sqlalchemy.orm import Session as S\n", app="from app.db import S as Mark\n")
    assert qualified("from app import Mark as mark\nmark\n", project) == ["sqlalchemy.orm.Session"]


def test_a_circle_of_re_exports_ends() -> None:
    project = Project(a="from b import x\n", b="from a import x\n")
    assert qualified("from a import x as mark\nmark\n", project) == ["a.x"]


def test_a_star_import_is_looked_into_when_the_module_is_the_projects() -> None:
    project = Project(app__base="import logging\nmark = logging.getLogger()\n")
    assert made_by("from app.base import *\nmark\n", project) == [None]
    assert qualified("from app.base import *\nmark\n", project) == ["app.base.mark"]
    assert qualified("from elsewhere import *\nmark\n", project) == [None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("import a\nmark = a.make()\nmark\n", "a.make", id="a call"),
        pytest.param("import a\nmark: a.T = a.make()\nmark\n", "a.make", id="an annotated assignment"),
        pytest.param("import a\nx = mark = a.make()\nmark\n", "a.make", id="a chain of targets"),
        pytest.param("import a\nmark, x = a.make(), 1\nmark\n", "a.make", id="a tuple"),
        pytest.param("import a\nwith a.make() as mark: mark\n", "a.make", id="a with"),
        pytest.param("import a\nx = a.make()\nmark = x\nmark\n", "a.make", id="an alias"),
        pytest.param("import a\nmark = a.get().bind(x=1).new()\nmark\n", "a.get", id="a logger with something added"),
        pytest.param("import a\nmark = a.open().read()\nmark\n", None, id="what a method gives"),
        pytest.param("import a\ndef f():\n    mark = a.make()\n    mark\n", "a.make", id="a local"),
        pytest.param("import a\nasync def f():\n    mark = await a.make()\n    mark\n", "a.make", id="awaited"),
        pytest.param("import a\nmark = a.make()\ndef f():\n    mark\n", "a.make", id="a global in a function"),
        pytest.param("import a\nmark = a.make()\nmark = a.other()\nmark\n", None, id="made twice by different ones"),
        pytest.param("import a\nmark = a.make()\nmark = a.make()\nmark\n", "a.make", id="made twice by the same"),
        pytest.param("import a\nmark = None\nmark = a.make()\nmark\n", "a.make", id="None at first"),
        pytest.param("import a\nmark = a.make()\ndef f(mark):\n    mark\n", None, id="a parameter of that name"),
    ],
)
def test_a_value_is_known_by_the_callable_that_made_it(text: str, expected: str | None) -> None:
    assert made_by(text)[-1] == expected


CLASS = """\
import a
class Base:
    shared = a.shared()
class A(Base):
    other = a.other()
    def __init__(self, given):
        self.x = a.make()
        self.given = given
        self.twice = a.make()
        self.twice = a.other()
    def f(self):
        return {}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("self.x", "a.make"),
        ("self.other", "a.other"),
        ("self.shared", "a.shared"),
        ("cls.other", "a.other"),
        ("self.given", None),
        ("self.twice", None),
        ("self.unknown", None),
        ("self.x.y", None),
        ("other.x", None),
    ],
)
def test_an_attribute_is_known_by_what_the_class_binds_to_it(expression: str, expected: str | None) -> None:
    names, _ = places("")
    analysis = Analysis.once(SourceFile.from_text(CLASS.format(expression)), SETTINGS)
    names = Names(lambda: analysis.facts, NoProject())
    (returned,) = [n for n in walk(analysis.document.segments[0].body) if isinstance(n, ast.Return)]
    assert returned.value is not None
    assert names.made_by(returned.value) == expected


def test_an_argument_kept_on_self_is_not_taken_for_the_module_level_name() -> None:
    text = (
        "import a\nsession = a.make()\n"
        "class A:\n    def __init__(self, session):\n        self.mark = session\n"
        "    def f(self):\n        return self.mark\n"
    )
    assert made_by(text) == [None]


def test_a_class_inside_another_is_not_taken_for_the_module_level_class_of_its_name() -> None:
    text = (
        "import a\nclass A:\n    mark = a.make()\n"
        "class B:\n    class A:\n        def f(self):\n            return self.mark\n"
    )
    assert made_by(text) == [None]


def test_attributes_of_a_base_in_another_module_count() -> None:
    project = Project(app__base="import lib\nclass Base:\n    def __init__(self):\n        self.mark = lib.make()\n")
    text = "from app.base import Base\nclass A(Base):\n    def f(self):\n        return self.mark\n"
    assert made_by(text, project) == ["lib.make"]


def test_an_attribute_that_disagrees_with_itself_is_not_looked_up_in_the_base() -> None:
    text = (
        "import a\nclass Base:\n    mark = a.base()\n"
        "class A(Base):\n    def f(self):\n        self.mark = a.one()\n        self.mark = a.two()\n"
        "        return self.mark\n"
    )
    assert made_by(text) == [None]


def test_a_value_imported_from_the_project_is_known_by_its_maker_there() -> None:
    project = Project(app__log="import logging\nlog = logging.getLogger(__name__)\n")
    assert made_by("from app.log import log as mark\nmark\n", project) == ["logging.getLogger"]
    assert made_by("from app import log\nlog.log.mark\n", project) == [None]


def test_members_of_a_class_include_those_of_bases_in_other_modules() -> None:
    project = Project(app__base="class Base:\n    def close(self): pass\n")
    names, _ = places("from app.base import Base\nclass A(Base):\n    def open(self): pass\n", project)
    assert names.class_members("app.mod.A") == (frozenset({"open", "close"}), True)


def test_members_of_a_class_with_an_unknown_base_are_not_complete() -> None:
    names, _ = places("from lib import Base\nclass A(Base):\n    def open(self): pass\n")
    assert names.class_members("app.mod.A") == (frozenset({"open"}), False)


def test_classes_that_are_each_others_base_end() -> None:
    names, _ = places("class A(B):\n    def f(self): pass\nclass B(A):\n    def g(self): pass\n")
    assert names.class_members("app.mod.A") == (frozenset({"f", "g"}), True)


@pytest.mark.parametrize(("name", "free"), [("new", True), ("x", False), ("local", False), ("print", False)])
def test_a_name_is_free_where_nothing_around_has_it(name: str, free: bool) -> None:
    names, (node,) = places("x = 1\ndef f(local):\n    mark\n")
    assert names.is_free(name, node) is free
