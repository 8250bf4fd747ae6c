"""Whatever is typed, the analysis ends where a fresh one of the same text would be."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodready.engine import segments
from prodready.engine.analysis import Analysis
from prodready.engine.finding import Edit, Range
from prodready.engine.source import SourceFile, split_lines
from tests.engine.probe import SETTINGS, Probe, position, use_rules

TOKENS = [
    '"""', "'''", '"', "'", "(", ")", "[", "]", "{", "}", "\n", "\n", "\n", "\r\n", "\r", "    ", "  ", "\t", "#",
    "# a\n", "\\\n", "\\", "\f", "\u2028", "é", "😀", " ", "x", "=", ":", ",", ".", "else:\n", "except:\n",
    "finally:\n", "try:\n", "if x:\n", "class A:\n", "class A(B):\n", "def f(self):\n", "pass\n", "    pass\n",
    "        self.a = log\n", "@dec\n", "@dec(\n", "@dec(\n    1,\n)\n", "    @dec\n", "async ", "global log\n",
    "import logging\n", "log = logging.getLogger()\n", "from m import *\n",
    "def f():\n    try:\n        log.x()\n    except:\n        pass\n", "    def g(self):\n        pass\n",
    "class A:\n    def f(self): pass\n    def g(self): pass\n    def h(self): pass\n", "# prodready: ignore\n",
    "# prodready: ignore-file[TST]\n", "  # noqa: E722", "x = 1\n", "x = (\n", ")\n", 'x = """\n', '"""\n',
    "lambda: x",
]  # fmt: skip

TEXTS = [
    """\
'''Doc.'''
import logging
from b import c as d

log = logging.getLogger(__name__)


class Base:
    kind = d

    def __init__(self, session):
        self.session = session
        self.log = log


@d.route(
    "/x",
    methods=["GET"],
)
async def view(request):
    '''Doc of
view.
    '''
    try:
        return await d(request)
    except:
        log.error("no")


def last():
    global log
    log = d()
""",
    """\
import a
SQL = \"\"\"
SELECT 1
FROM x
\"\"\"

class Large(a.Base):
    '''Doc.'''
    x = 1
    log = a.log()

    def __init__(self):
        self.made = a.make()

    # above
    @property
    def f(self):
        return self.made

    @a.cached(
        1,
    )
    def g(self):
        try:
            self.f()
        except:
            pass

    class Inner:
        def h(self):
            return self.log

        def i(self):
            return self.h()

        def j(self):
            global a
            a = 1

    def k(self):
        return '''
text
'''

try:
    a.b()
except ValueError:
    pass
else:
    x = [
        1,
    ]
""",
    "x = 1; y = 2\r\nif x:\r\n\ty()\r\nelse:\r\n\tz()\r\n\r\n@dec\r\ndef f(): pass\r\n",
    "",
]


class Editor:
    """A text under edits, next to a plain string that gets the same ones."""

    def __init__(self, text: str) -> None:
        self.analysis = Analysis.open(SourceFile.from_text(text), SETTINGS)
        self.text = text
        self.before: list[str] = []

    def replace(self, start: int, end: int, new: str) -> None:
        source = self.analysis.source
        start, end = self._between_line_ends(start), self._between_line_ends(end)
        self.before.append(self.text)
        self.text = self.text[:start] + new + self.text[end:]
        self.analysis = self.analysis.edited(Edit(Range(position(source, start), position(source, end)), new))

    def become(self, text: str) -> None:
        """Go to another text by one edit, that of all characters between what both begin and end with."""
        start = next((i for i, (a, b) in enumerate(zip(self.text, text, strict=False)) if a != b), None)
        start = min(len(self.text), len(text)) if start is None else start
        tail = 0
        while tail < min(len(self.text), len(text)) - start and self.text[-1 - tail] == text[-1 - tail]:
            tail += 1
        start = self._between_line_ends(start)
        while tail and self._between_line_ends(len(self.text) - tail) != len(self.text) - tail:
            tail -= 1
        self.replace(start, len(self.text) - tail, text[start : len(text) - tail])

    def _between_line_ends(self, offset: int) -> int:
        return offset - 1 if self.text[offset - 1 : offset + 1] == "\r\n" else offset


def _type(editor: Editor, line: int, column: int, length: int, new: str) -> None:
    lines = split_lines(editor.text)
    start = sum(map(len, lines[: line % (len(lines) + 1)]))
    width = len(lines[line % (len(lines) + 1)]) if line % (len(lines) + 1) < len(lines) else 0
    start += column % (width + 1)
    editor.replace(start, min(len(editor.text), start + length), new)


def _move(editor: Editor, line: int, count: int, to: int) -> None:
    """Cut whole lines and paste them elsewhere, which are two edits."""
    lines = split_lines(editor.text)
    first = line % (len(lines) + 1)
    block = lines[first : first + count]
    rest = lines[:first] + lines[first + count :]
    editor.become("".join(rest))
    at = to % (len(rest) + 1)
    editor.become("".join([*rest[:at], *block, *rest[at:]]))


def _apply(editor: Editor, step: tuple[object, ...]) -> None:
    match step:
        case ("type", int(line), int(column), int(length), str(new)):
            _type(editor, line, column, length, new)
        case ("lines", int(line), int(count), str(new)):
            lines = split_lines(editor.text)
            start = sum(map(len, lines[: line % (len(lines) + 1)]))
            end = sum(map(len, lines[: line % (len(lines) + 1) + count]))
            editor.replace(start, end, new)
        case ("indent", int(line), int(count), str(by)):
            lines = split_lines(editor.text)
            first = line % (len(lines) + 1)
            editor.become("".join(by + x if first <= n < first + count else x for n, x in enumerate(lines)))
        case ("move", int(line), int(count), int(to)):
            _move(editor, line, count, to)
        case ("undo", int(back)):
            if editor.before:
                editor.become(editor.before[-1 - back % len(editor.before)])
        case _:
            raise AssertionError(step)


NEW = st.lists(st.sampled_from(TOKENS), max_size=3).map("".join)
LINE = st.integers(0, 80)
STEPS = st.one_of(
    st.tuples(st.just("type"), LINE, st.integers(0, 60), st.sampled_from([0, 0, 0, 1, 1, 2, 5, 40]), NEW),
    st.tuples(st.just("lines"), LINE, st.integers(0, 4), NEW),
    st.tuples(st.just("indent"), LINE, st.integers(1, 5), st.sampled_from(["    ", "\t", "  "])),
    st.tuples(st.just("move"), LINE, st.integers(1, 8), LINE),
    st.tuples(st.just("undo"), st.integers(0, 2)),
    st.tuples(st.just("undo"), st.integers(0, 0)),
)


def parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def check(editor: Editor) -> None:
    """Compare the text, the segments, the findings and the facts with those of a fresh start."""
    live = editor.analysis
    assert live.source.text == editor.text
    assert list(live.source.lines) == split_lines(editor.text)
    assert "".join(s.text for s in live.document.segments) == editor.text
    assert live.crashes == []
    for finding in live.findings:
        assert live.source.clamp(finding.range.start) == finding.range.start
        assert live.source.clamp(finding.range.end) == finding.range.end
    fresh = Analysis.open(live.source, SETTINGS)
    once = Analysis.once(live.source, SETTINGS)
    assert once.findings == fresh.findings
    assert once.facts == fresh.facts
    if parses(editor.text):
        assert not live.is_broken
        assert live.findings == fresh.findings
        assert live.facts == fresh.facts
    else:
        assert any(finding.code == "SYN101" for finding in live.findings)
        assert any(finding.code == "SYN101" for finding in fresh.findings)


@pytest.fixture(scope="module", params=[(6, 3), (60, 30)], ids=["tiny segments", "real segments"])
def _sizes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run with the probe, and with segments so small that short texts have many, or as small as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "LARGE_CLASS", request.param[0])
        patch.setattr(segments, "RUN", request.param[1])
        use_rules(patch, Probe())
        yield


@pytest.mark.usefixtures("_sizes")
@given(st.sampled_from(TEXTS), st.lists(STEPS, min_size=1, max_size=12))
@settings(max_examples=settings().max_examples * 2)
def test_any_sequence_of_edits_ends_with_the_findings_and_facts_of_a_fresh_analysis(
    text: str, steps: list[tuple[object, ...]]
) -> None:
    editor = Editor(text)
    check(editor)
    for step in steps:
        _apply(editor, step)
        check(editor)


@pytest.mark.usefixtures("_sizes")
@given(st.sampled_from(TEXTS), st.lists(STEPS, min_size=1, max_size=8))
def test_undoing_everything_ends_with_the_findings_that_it_began_with(
    text: str, steps: list[tuple[object, ...]]
) -> None:
    editor = Editor(text)
    first = editor.analysis
    for step in steps:
        _apply(editor, step)
    for earlier in reversed(editor.before.copy()):
        editor.become(earlier)
    assert editor.analysis.findings == first.findings
    assert editor.analysis.facts == first.facts
