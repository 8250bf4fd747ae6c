"""Realistic code that is broken in one place: one error there, and what the neighbours have stays."""

from __future__ import annotations

import ast
from collections.abc import Callable

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.finding import Position, Range, Severity
from prodready.engine.source import SourceFile
from tests.engine.probe import edit, opened, replaced, told

SERVICE = '''\
"""A service."""

from __future__ import annotations

import logging
import os

from fastapi import APIRouter, Depends

logger = logging.getLogger(__name__)
router = APIRouter(
    prefix="/orders",
    tags=["orders"],
)
LIMITS = {
    "small": 10,
    "large": 100,
}
QUERY = """
SELECT id, name
FROM orders
WHERE id = %s
"""


def first(path):
    try:
        return os.stat(path)
    except:
        return None


@router.post(
    "/{order_id}",
    status_code=201,
)
async def create(
    order_id: int,
    session=Depends(first),
):
    """Create an order.

    More than once is fine.
    """
    total = sum([line.price for line in session.lines])
    if total > LIMITS["large"]:
        raise ValueError(f"too large: {total}")
    try:
        session.add(order_id)
    except:
        logger.error("no")
    else:
        session.commit()
    return {"id": order_id, "total": total}


class Orders:
    """All orders."""

    def __init__(self, path):
        self.path = path
        self.open = {}

    def load(self):
        """Read them."""
        try:
            with open(self.path) as file:
                return file.read()
        except:
            return ""

    @property
    def size(self):
        return len(self.load())

    def save(self, text):
        try:
            self.path.write_text(text)
        except:
            pass


def last(orders):
    for order in orders:
        try:
            order.save()
        except:
            continue
'''
HANDLERS = [29, 50, 69, 79, 87]
"""The lines, from 1, of the bare excepts."""

SLIPS = [
    pytest.param("def first(path):", "def first(path:", id="a bracket of a def"),
    pytest.param("def first(path):", "def first(path)", id="a colon"),
    pytest.param("        return os.stat(path)", "        return os.stat(path", id="a bracket of a call"),
    pytest.param("os.stat(path)", "os.stat(path))", id="a bracket too many"),
    pytest.param('logger.error("no")', 'logger.error("no)', id="a quote"),
    pytest.param('f"too large: {total}"', 'f"too large: {total"', id="a brace in an f-string"),
    pytest.param("sum([line.price for", "sum([line.price fo", id="half a keyword"),
    pytest.param("[line.price for line in session.lines])", "[line.price for line in session.lines)", id="a bracket"),
    pytest.param("    if total > LIMITS", "  if total > LIMITS", id="an indent"),
    pytest.param('        raise ValueError(f"', '    raise ValueError(f"', id="the indent of a body"),
    pytest.param("    else:\n        session.commit()\n", "    else:\n", id="a body"),
    pytest.param("        session.add(order_id)\n    except:", "        session.add(\n    except:", id="half a line"),
    pytest.param("    order_id: int,\n", "    order_id: ,\n", id="an annotation"),
    pytest.param("    status_code=201,\n)", "    status_code=201,\n", id="the bracket of a decorator"),
    pytest.param('    "large": 100,\n}', '    "large": 100,\n', id="a brace at column 0"),
    pytest.param('    "small": 10,\n', '    "small": ,\n', id="a value"),
    pytest.param("from fastapi import APIRouter, Depends", "from fastapi import", id="half an import"),
    pytest.param("for order in orders:", "for order in :", id="half a for"),
    pytest.param("def save(self, text):", "def save(self, text:", id="a bracket of a method"),
    pytest.param("class Orders:", "class Orders(:", id="a class's line"),
    pytest.param("        self.open = {}", "        self.open = {", id="a brace in a method"),
]


def handlers(analysis: Analysis) -> list[int]:
    return [f.range.start.line + 1 for f in told(analysis, "OBS202")]


def errors(analysis: Analysis) -> list[tuple[Position, str]]:
    return [(f.range.start, f.message) for f in told(analysis, "SYN101")]


def cpythons_place(text: str) -> Position:
    with pytest.raises(SyntaxError) as raised:
        ast.parse(text)
    return Position((raised.value.lineno or 1) - 1, max(0, (raised.value.offset or 1) - 1))


def test_the_code_has_its_findings_and_no_error() -> None:
    assert handlers(opened(SERVICE)) == HANDLERS
    assert errors(opened(SERVICE)) == []


@pytest.mark.parametrize(("good", "bad"), SLIPS)
def test_a_slip_while_typing_is_one_error_at_cpythons_place(good: str, bad: str) -> None:
    broken = replaced(opened(SERVICE), good, bad)
    assert [place for place, _ in errors(broken)] == [cpythons_place(broken.source.text)]


@pytest.mark.parametrize(("good", "bad"), SLIPS)
def test_a_file_that_opens_with_a_slip_has_one_error_at_cpythons_place(good: str, bad: str) -> None:
    text = SERVICE.replace(good, bad, 1)
    for analysis in (opened(text), Analysis.once(SourceFile.from_text(text))):
        assert [place for place, _ in errors(analysis)] == [cpythons_place(text)]


@pytest.mark.parametrize(("good", "bad"), SLIPS)
def test_a_slip_while_typing_hides_no_finding(good: str, bad: str) -> None:
    """Those of the broken statement are stale ones, unless the slip is in the finding's own text."""
    broken = replaced(opened(SERVICE), good, bad)
    moved = bad.count("\n") - good.count("\n")
    at = SERVICE[: SERVICE.index(good)].count("\n") + 1
    touched = [line for line in HANDLERS if at < line <= at + good.count("\n")]
    expected = [line + moved if line > at else line for line in HANDLERS if line not in touched]
    assert [line for line in handlers(broken) if line - moved not in touched] == expected


@pytest.mark.parametrize(("good", "bad"), SLIPS)
def test_a_file_that_opens_with_a_slip_has_the_findings_of_the_other_statements(good: str, bad: str) -> None:
    text = SERVICE.replace(good, bad, 1)
    moved = bad.count("\n") - good.count("\n")
    at = SERVICE[: SERVICE.index(good)].count("\n") + 1
    statement = next(s for s in reversed(ast.parse(SERVICE).body) if _first_line(s) <= at)
    outside = [n for n in HANDLERS if not _first_line(statement) <= n <= (statement.end_lineno or 0)]
    assert set(handlers(opened(text))) >= {n + moved if n > at else n for n in outside}


@pytest.mark.parametrize(("good", "bad"), SLIPS)
def test_mending_the_slip_brings_back_what_there_was(good: str, bad: str) -> None:
    mended = replaced(replaced(opened(SERVICE), good, bad), bad, good)
    assert mended.source.text == SERVICE
    assert mended.findings == opened(SERVICE).findings


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(d.lineno for d in decorators)])


def test_a_slip_in_a_small_class_leaves_its_other_methods_alone() -> None:
    text = SERVICE.replace("def size(self):", "def size(self:")
    assert handlers(opened(text)) == HANDLERS


def test_two_slips_are_two_errors() -> None:
    text = SERVICE.replace("def first(path):", "def first(path:").replace("for order in orders:", "for order in :")
    assert [place.line + 1 for place, _ in errors(opened(text))] == [26, 84]


def test_a_missing_body_is_told_where_its_statement_ends() -> None:
    """CPython tells it at the next statement, which is another one and sound."""
    broken = replaced(opened(SERVICE), "        return len(self.load())\n", "")
    assert errors(broken) == [(Position(72, 19), "expected an indented block after function definition")]


def test_a_string_that_is_not_closed_is_one_error_whatever_it_holds() -> None:
    text = "x = 1\nQUERY = '''\nSELECT a b\nFROM (c d\n-- it's\n\n" + SERVICE[SERVICE.index("def last") :]
    assert errors(opened(text)) == [(Position(1, 8), "unterminated triple-quoted string literal")]
    assert handlers(opened(text)) == [11]


def test_half_a_file_is_one_error() -> None:
    lines = SERVICE.splitlines(keepends=True)
    for count in range(len(lines)):
        text = "".join(lines[:count])
        try:
            ast.parse(text)
        except SyntaxError:
            assert len(errors(opened(text))) == 1, text
        else:
            assert errors(opened(text)) == []


HALF_DONE = """\
class Orders:
    def load(self):
        try:
            self.read()
        except:
            return None
        self.open = {BROKEN
        try:
            self.close()
        except:
            return None
"""


@pytest.mark.parametrize("opener", [Analysis.open, Analysis.once])
@pytest.mark.parametrize(
    "slip",
    [
        *("(", "}", ' + "abc', ".x.", ", = 2", "\n    def f(", "\nx = y if z", "\n        else"),
        "\n<<<<<<< HEAD\n        x = 1\n=======",
    ],
)
def test_a_file_that_opens_broken_has_the_findings_of_the_other_lines_of_the_function(
    opener: Callable[[SourceFile], Analysis], slip: str
) -> None:
    text = HALF_DONE.replace("{BROKEN", "1" + slip)
    analysis = opener(SourceFile.from_text(text))
    below = slip.count("\n")
    assert handlers(analysis) == [5, 10 + below]
    assert [f.stale for f in told(analysis, "OBS202")][-1]
    assert errors(analysis)


@pytest.mark.parametrize("opener", [Analysis.open, Analysis.once])
@pytest.mark.parametrize(
    "line",
    [
        *('"""Say', "        x = '''SELECT", 'f("""a', '        """Say', "        f('''a", "if x:", "x", "  y = 1"),
        *("                z", "         if x:", "    if x:\n            y()"),
    ],
)
def test_a_line_that_upsets_all_that_follows_hides_no_finding(
    opener: Callable[[SourceFile], Analysis], line: str
) -> None:
    """Long strings turn code into text and text into code; a line indented wrong ends blocks, or begins one."""
    text = SERVICE.replace('    """Read them."""\n', f'    """Read them."""\n{line}\n')
    with pytest.raises(SyntaxError):
        ast.parse(text)
    analysis = opener(SourceFile.from_text(text))
    below = 1 + line.count("\n")
    assert handlers(analysis) == [number + below * (number > 64) for number in HANDLERS]
    assert len(errors(analysis)) == 1


@pytest.mark.parametrize(("added", "removed"), [("x = (\n", 0), ("", 1), ("\n\n  )\n", 0)])
def test_a_slip_right_above_a_finding_moves_it(added: str, removed: int) -> None:
    above, below = "def f():\n    try:\n        g()\n        h()\n", "    except:\n        pass\n"
    broken = opened(above + below).edited(edit((4 - removed * 2, 0), (4, 0), added))
    assert errors(broken)
    assert handlers(broken) == [5 + added.count("\n") - removed * 2]


def test_a_slip_in_front_of_a_finding_on_its_line_moves_it_with_what_it_speaks_of() -> None:
    text = "def f():\n    s = g(); x = open(s)\n    x.read()\n"
    analysis = opened(text)
    assert [f.range for f in told(analysis, "RES103")] == [Range.of(1, 17, 1, 24)]
    broken = analysis.edited(edit((1, 11), (1, 11), "(\n\n  "))
    assert [f.range for f in told(broken, "RES103")] == [Range.of(3, 8, 3, 15)]


def test_of_a_handler_with_a_broken_line_only_what_that_line_cannot_change_is_told() -> None:
    """Any handler is a bare one, but one that is not seen whole may log or raise."""
    text = "def f():\n    try:\n        g()\n    except:\n        {}\n"
    assert [f.code for f in opened(text.format("pass")).findings] == ["OBS202", "OBS201"]
    for line in ("x = (", "raise X(", "logger.exception('no)"):
        broken = opened(text.format(line))
        assert [(f.code, f.severity) for f in broken.findings if f.code != "SYN101"] == [("OBS202", Severity.HINT)]


def test_a_handler_without_a_body_keeps_what_its_line_shows() -> None:
    text = "def f():\n    try:\n        g()\n    except:  # never\n\n\ndef h():\n    pass\n"
    assert [(f.code, f.severity) for f in opened(text).findings if f.code != "SYN101"] == [("OBS202", Severity.HINT)]
    assert [f.code for f in opened(text.replace("# never", "# noqa: E722")).findings] == ["SYN101"]


def test_two_functions_that_are_broken_each_in_itself_are_two_errors() -> None:
    text = "def f():\n    x = (\n\n\ndef g():\n    y\n        z\n\n\ndef h():\n        a\n    b\n"
    assert [place.line for place, _ in errors(opened(text))] == [1, 6, 11]


def test_a_line_that_is_replaced_to_see_the_rest_has_no_finding() -> None:
    text = "def f():\n    try:\n        g()\n    except:\n        pass\n    try:\n        g()\n    except: x = (\n"
    assert handlers(opened(text)) == [4]


def test_nothing_stands_in_for_a_single_line() -> None:
    assert [f.code for f in opened("try: f(\n").findings] == ["SYN101"]


def test_nothing_stands_in_for_what_stays_broken() -> None:
    text = "".join(f"def f{n}(:\n" for n in range(20)) + "    try:\n        g()\n    except:\n        pass\n"
    assert [f.code for f in opened(text.replace("def", " def")).findings if f.code != "SYN101"] == []


def test_a_continued_line_with_windows_line_ends_is_not_taken_for_whole_before_an_edit_or_after_it() -> None:
    """CPython parses `import logging \\` with such a line end, but only where nothing stands behind it."""
    text = "import os\nimport logging\nx = 1\n"
    broken = "import os\nimport logg\\\r\ning\nx = 1\n"
    edited = opened(text).edited(edit((1, 11), (1, 11), "\\\r\n"))
    assert edited.source.text == broken
    for analysis in (opened(broken), edited):
        assert [finding.code for finding in analysis.findings] == ["SYN101"]


def test_what_a_stand_in_tells_promises_no_fix() -> None:
    analysis = opened("def load(path):\n    file = open(path)\n    x = (\n    return file.read()\n")
    assert [(f.code, f.severity, f.fix) for f in told(analysis, "RES103")] == [("RES103", Severity.HINT, None)]
    sound = opened("def load(path):\n    file = open(path)\n    x = ()\n    return file.read()\n")
    assert [f.fix is not None for f in told(sound, "RES103")] == [True]


@pytest.mark.parametrize("opener", [Analysis.open, Analysis.once])
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        pytest.param('    """Create an order.\n', '    ""Create an order.\n', id="the first quotes, with two left"),
        pytest.param('    """Create an order.\n', '    "\n    Create an order.\n', id="the first, with one left"),
        pytest.param('    """Create an order.\n', "    Create an order.\n", id="the first quotes"),
        pytest.param('fine.\n    """\n', 'fine.\n    ""\n', id="the last quotes, with two left"),
        pytest.param('fine.\n    """\n', 'fine.\n    "\n', id="the last quotes, with one left"),
        pytest.param('fine.\n    """\n', 'fine.""\n', id="the last quotes, behind text"),
        pytest.param('"""Read them."""', '"""Read them.""', id="the last quotes, on the line of the first"),
        pytest.param('"""Read them."""', '""Read them."""', id="the first quotes, on the line of the last"),
        pytest.param('"""\nSELECT', '""\nSELECT', id="the first quotes of a value"),
        pytest.param("= %s\n\"\"\"", "= %s\n\"\"", id="the last quotes of a value"),
    ],
)  # fmt: skip
def test_quotes_that_are_not_whole_hide_no_finding(
    opener: Callable[[SourceFile], Analysis], good: str, bad: str
) -> None:
    """One quote too few makes text of code and code of text, up to the end of the file."""
    text = SERVICE.replace(good, bad, 1)
    assert text != SERVICE
    moved = bad.count("\n") - good.count("\n")
    at = SERVICE[: SERVICE.index(good)].count("\n") + 1
    assert handlers(opener(SourceFile.from_text(text))) == [n + moved if n > at else n for n in HANDLERS]


@pytest.mark.parametrize("opener", [Analysis.open, Analysis.once])
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        pytest.param("    def load(", "def load(", id="a method at column 0"),
        pytest.param("    def save(", "  def save(", id="a method"),
        pytest.param("    def load(", "         def load(", id="a method that stands too deep"),
        pytest.param("        self.path = path", "self.path = path", id="a statement at column 0"),
        pytest.param("        self.path = path", "     self.path = path", id="a statement"),
        pytest.param("            return file", "return file", id="the only statement of a block"),
        pytest.param('    """Create', ' """Create', id="text over several lines"),
        pytest.param("    total = sum", "total = sum", id="a statement of a function at column 0"),
        pytest.param("    else:\n", "     else:\n", id="a clause"),
    ],
)
def test_a_line_at_the_wrong_level_hides_no_finding(
    opener: Callable[[SourceFile], Analysis], good: str, bad: str
) -> None:
    text = SERVICE.replace(good, bad, 1)
    with pytest.raises(SyntaxError):
        ast.parse(text)
    analysis = opener(SourceFile.from_text(text))
    assert handlers(analysis) == HANDLERS
    assert len(errors(analysis)) == 1


def test_a_handler_whose_end_is_not_sure_is_not_told_to_hide_a_failure() -> None:
    """The line below it, at a level that there is not, may be its last: there it logs."""
    text = "def f():\n    try:\n        g()\n    except Exception:\n        h()\n{}logger.exception('no')\n    i()\n"
    assert [f.code for f in opened(text.format("    ")).findings] == ["OBS201", "OBS302"]
    assert [f.code for f in opened(text.format("      ")).findings] == ["SYN101"]


def test_the_block_of_a_try_that_is_missing_is_taken_for_one_that_may_fail() -> None:
    text = "def f():\n    try:\n{}    except Exception:\n        return None\n"
    assert [f.code for f in opened(text.format("        g()\n")).findings] == ["OBS201"]
    assert [f.code for f in opened(text.format("")).findings] == ["SYN101", "OBS201"]


CUT = """\
import aiohttp


async def get(url):
    session = aiohttp.ClientSession()
{line}
    try:
        return await session.get(url)
    finally:
        await session.close()
"""


@pytest.mark.parametrize("opener", [Analysis.open, Analysis.once])
@pytest.mark.parametrize("line", ["class A(", "class A", "\nclass A(", "\ndef f(self, x:", "x.", "x = (1,", "@route("])
def test_a_function_with_a_line_at_column_0_in_it_is_not_taken_for_one_that_ends_there(
    opener: Callable[[SourceFile], Analysis], line: str
) -> None:
    analysis = opener(SourceFile.from_text(CUT.replace("{line}", line)))
    assert [f for f in told(analysis, "RES103") if f.severity is not Severity.HINT] == []
    assert len(errors(analysis)) == 1


@pytest.mark.parametrize("line", ["def f(", "class A", "@route("])
def test_a_line_at_column_0_in_a_try_hides_no_finding(line: str) -> None:
    text = f"def f():\n    try:\n        a()\n{line}\n\n        b()\n    except:\n        c()\n\n\ndef g():\n    pass\n"
    analysis = opened(text)
    assert handlers(analysis) == [7]
    assert len(errors(analysis)) == 1


def test_a_function_above_a_broken_one_stays_sound() -> None:
    text = "def f():\n    try:\n        g()\n    except:\n        h()\n\n\ndef i(:\n    pass\n"
    assert [(f.severity, f.stale) for f in told(opened(text), "OBS202")] == [(Severity.WARNING, False)]


def test_what_is_sound_of_a_file_that_opens_broken_is_known_to_the_rest() -> None:
    """An unfinished decorator holds on to the statement below it."""
    text = "{}import base64\n\n\ndef f(x):\n    try:\n        return base64.b64decode(x)\n    except Exception:\n{}"
    text = text.replace("{}", "@route(\n\n", 1).replace("{}", "        return None\n", 1)
    analysis = opened(text)
    assert analysis.facts.symbols.keys() == {"base64", "f"}
    assert told(analysis, "OBS201") == told(opened(text.replace("@route(\n", "\n")), "OBS201")
