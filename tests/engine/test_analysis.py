"""Snapshots: what an edit, other settings and other modules change, and that a rule's fault stays its own."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.engine.analysis import Analysis, facts_of
from prodready.engine.facts import ImportSymbol, ModuleFacts, SegmentFacts
from prodready.engine.finding import Finding, Fix, Range, Related, Severity
from prodready.engine.rule import CODE_ROLES, Context, Hit, Rule
from prodready.engine.settings import FileSettings, Role
from prodready.engine.source import SourceFile
from tests.engine.probe import SETTINGS, Probe, edit, opened, replaced, told, use_rules

BARE = "def {0}():\n    try:\n        work()\n    except:\n        pass\n"
FILLER = "".join(f"x{i} = {i}\n" for i in range(30))
TWO = BARE.format("f") + FILLER + BARE.format("g")
PIECES = [
    "class A:\n", "    def f(self):\n", "        try:\n", "except:\n", "    ", "\t", "\n", "\r\n", "\r", "\f", "x", "=",
    "(", ")", "'", '"""', "#", "@x\n", "\\\n", "\0", "\ud800", "\ufeff", "é🎉", "if x:\n", "else:\n", "lambda",
    "*", ":=", "match x:\n", "    case y:\n", "async ", "await ", "global x\n", "del x\n", "f'{", "}'", "0x", "1_000",
]  # fmt: skip
GARBAGE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def bare(analysis: Analysis) -> list[tuple[int, int, bool]]:
    return [(f.range.start.line, f.range.start.column, f.stale) for f in told(analysis, "OBS202")]


class Crash(Rule):
    """Raises on every name."""

    code = "TST102"
    name = "crash"
    severity = Severity.INFO
    roles = CODE_ROLES

    def check_name(self, node: ast.Name, context: Context) -> Iterator[Hit]:
        yield self.hit(context, node, "before it raises")
        raise ValueError(f"cannot read {node.id}")


def test_findings_are_in_lines_of_the_file_and_in_their_order() -> None:
    assert bare(opened(TWO)) == [(3, 4, False), (38, 4, False)]


def test_findings_below_an_edit_move_with_their_lines() -> None:
    after = opened(TWO).edited(edit((5, 0), (5, 0), "a = 1\nb = 2\n"))
    assert bare(after) == [(3, 4, False), (40, 4, False)]


def test_the_snapshot_before_an_edit_stays_as_it_was() -> None:
    before = opened(TWO)
    replaced(before, "except:", "except E:")
    assert bare(before) == [(3, 4, False), (38, 4, False)]
    assert before.source.text == TWO


def test_edits_that_refer_to_one_text_apply_together() -> None:
    after = opened(TWO).edited_all([edit((3, 10), (3, 10), " E"), edit((38, 10), (38, 10), " E")])
    assert bare(after) == []
    assert after.source.text == TWO.replace("except:", "except E:")


def test_insertions_at_one_place_apply_in_their_order() -> None:
    edits = [edit((0, 0), (0, 0), "a\n"), edit((0, 0), (0, 0), "b\n")]
    assert opened("c\n").edited_all(edits).source.text == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("change", "places"),
    [
        pytest.param(edit((0, 6), (0, 6), "("), [(3, 4, True), (38, 4, False)], id="before it, on another line"),
        pytest.param(edit((0, 0), (0, 0), "(\n"), [(4, 4, False), (39, 4, False)], id="a line above it"),
        pytest.param(edit((3, 0), (3, 0), "  "), [(3, 6, True), (38, 4, False)], id="before it, on its line"),
        pytest.param(edit((3, 11), (3, 11), " ("), [(3, 4, True), (38, 4, False)], id="behind it, on its line"),
        pytest.param(edit((4, 8), (4, 8), "("), [(3, 4, True), (38, 4, False)], id="below it"),
        pytest.param(edit((3, 6), (3, 8), "("), [(38, 4, False)], id="inside it"),
    ],
)
def test_an_edit_that_breaks_a_statement_keeps_its_findings_as_stale_ones(
    change: object, places: list[tuple[int, int, bool]]
) -> None:
    after = opened(TWO).edited(change)  # type: ignore[arg-type]
    assert after.is_broken
    assert bare(after) == places
    assert len(told(after, "SYN101")) == 1


def test_stale_findings_go_on_moving_while_the_statement_is_broken() -> None:
    broken = opened(TWO).edited(edit((0, 6), (0, 6), "("))
    assert bare(broken.edited(edit((1, 0), (1, 0), "\n\n"))) == [(5, 4, True), (40, 4, False)]


def test_findings_are_fresh_again_once_the_statement_parses() -> None:
    broken = opened(TWO).edited(edit((0, 6), (0, 6), "("))
    assert bare(broken.edited(edit((0, 6), (0, 7), ""))) == [(3, 4, False), (38, 4, False)]


def test_facts_of_a_broken_statement_stay_known(probe: Probe) -> None:
    text = f"import logging\nlog = logging.getLogger()\n{FILLER}def f():\n    log.error()\n"
    broken = replaced(opened(text), "getLogger()\n", "getLogger(\n")
    message = "None made by logging.getLogger"
    assert [f.message for f in told(broken, probe.code) if f.message == message] == []
    assert broken.facts.symbols["log"] == opened(text).facts.symbols["log"]


def test_facts_of_a_broken_statement_do_not_add_up() -> None:
    text = f"import a\nlog = a.b()\n{FILLER}class A:\n    def f(self):\n        global log\n        self.x = a.c()\n"
    broken = replaced(opened(text), "global log", "global log(")
    for _ in range(3):
        broken = replaced(broken, "a.c()", " a.c()")
    assert broken.facts.symbols["log"] == opened(text).facts.symbols["log"]
    assert broken.facts.symbols["A"] == opened(text).facts.symbols["A"]


def test_methods_of_a_broken_member_stay_known() -> None:
    members = "".join(f"    def f{i}(self):\n        return {i}\n" for i in range(40))
    before = opened(f"class A:\n{members}")
    broken = replaced(before, "def f20(self)", "def f20(self")
    again = broken.edited(edit((60, 0), (60, 0), " "))
    for analysis in (broken, again):
        (symbol,) = analysis.facts.symbols["A"]
        assert symbol.methods == {f"f{i}" for i in range(40)}  # type: ignore[union-attr]


def test_a_changed_import_is_seen_by_statements_far_below(probe: Probe) -> None:
    before = opened(f"import a as lib\n{FILLER}def f():\n    lib.x()\n")
    after = replaced(before, "import a", "import b")
    assert "b.x made by None" in [f.message for f in told(after, probe.code)]


def test_an_edit_that_changes_no_facts_keeps_what_is_known() -> None:
    before = opened(TWO)
    assert replaced(before, "work()", "other()").knowledge is before.knowledge


def test_other_settings_check_the_same_text_again() -> None:
    before = opened(TWO)
    assert bare(before.changed(FileSettings(select=frozenset({"OBS101"})))) == []
    hint = before.changed(FileSettings(severities={"OBS202": Severity.HINT}))
    assert {f.severity for f in told(hint, "OBS202")} == {Severity.HINT}


def test_generated_files_are_only_checked_for_syntax() -> None:
    assert opened(TWO + "x = (\n", FileSettings(role=Role.GENERATED)).findings[0].code == "SYN101"
    assert bare(opened(TWO, FileSettings(role=Role.GENERATED))) == []


def test_what_is_known_of_other_modules_can_change(probe: Probe) -> None:
    class Project:
        def module(self, name: str) -> ModuleFacts | None:
            if name != "app.log":
                return None
            return facts_of(SourceFile.from_text("import logging\nlog = logging.getLogger()\n"), name, "app")

    before = opened("from app.log import log\nlog\n")
    assert [f.message for f in told(before, probe.code)] == ["app.log.log made by None"]
    after = before.changed(project=Project())
    assert [f.message for f in told(after, probe.code)] == ["app.log.log made by logging.getLogger"]


def test_a_rule_that_raises_is_named_and_the_others_still_report(monkeypatch: pytest.MonkeyPatch) -> None:
    use_rules(monkeypatch, Crash())
    analysis = opened(BARE.format("f") + "    work()\n")
    assert [c.code for c in analysis.crashes] == ["TST102"]
    assert analysis.crashes[0].error.startswith("ValueError (test_analysis.py, line ")
    assert bare(analysis) == [(3, 4, False)]


def test_the_same_findings_come_from_one_whole_parse() -> None:
    source = SourceFile.from_text(TWO)
    assert Analysis.once(source, SETTINGS).findings == opened(TWO).findings


def test_findings_of_a_segment_that_stay_equal_stay_the_same_object_even_when_facts_change() -> None:
    before = opened(TWO)
    after = before.edited(edit((6, 0), (6, 0), "a = 1\n"))
    assert before.segment_findings[-1][0] + 1 == after.segment_findings[-1][0]
    assert before.segment_findings[-1][2] is after.segment_findings[-1][2]


def test_a_module_tells_nothing_that_nobody_asks() -> None:
    source = SourceFile.from_text(TWO)
    for settings, asked in ((SETTINGS, True), (FileSettings(role=Role.GENERATED), False)):
        (segment,) = Analysis.once(source, settings).document.segments
        assert (SegmentFacts in segment.results) is asked


def test_two_classes_of_one_name_stay_two(probe: Probe) -> None:
    text = "class A:\n    def f(self): pass\n" + FILLER + "class A:\n    def g(self): pass\n" + FILLER
    once = Analysis.once(SourceFile.from_text(text), SETTINGS)
    assert len(once.facts.symbols["A"]) == 2
    assert opened(text).facts == once.facts


def test_globals_that_a_method_of_a_large_class_binds_are_facts() -> None:
    members = "".join(f"    def f{i}(self):\n        global counter\n        counter = {i}\n" for i in range(30))
    text = f"import counter\nclass A:\n{members}"
    assert opened(text).facts.symbol("counter") is None
    assert opened(text).facts == Analysis.once(SourceFile.from_text(text), SETTINGS).facts


def test_a_chain_of_very_many_calls_does_not_raise() -> None:
    assert opened("x = a()" + ".bind()" * 1300 + "\n").crashes == []


@pytest.mark.parametrize(
    ("package", "target", "expected"),
    [
        ("a.b", "x.y", "x.y"),
        ("a.b", ".x", "a.b.x"),
        ("a.b", "..x", "a.x"),
        ("a.b", "...x", "...x"),
        ("a.b", "....x", "....x"),
        ("", ".x", ".x"),
        ("a.b", ".", "a.b"),
    ],
)
def test_a_relative_import_counts_from_the_package(package: str, target: str, expected: str) -> None:
    assert ModuleFacts(package=package).absolute(target) == expected


def test_the_facts_of_a_module_say_what_each_name_is_bound_to() -> None:
    facts = facts_of(
        SourceFile.from_text("from .x import y as z\n__all__ = ['z', 'q']\nfrom .w import *\n"), "a.m", "a"
    )
    assert facts.symbols["z"] == (ImportSymbol(".x.y"),)
    assert facts.exports == {"z", "q"}
    assert facts.stars == (".w",)


def test_facts_can_be_sent_to_another_process() -> None:
    facts = opened("import a\nclass A(a.B):\n    x = a.c()\n    def close(self):\n        self.y = x\n").facts
    assert pickle.loads(pickle.dumps(facts)) == facts


def test_a_fault_without_place_in_a_large_class_stands_where_its_part_begins() -> None:
    members = "".join(f"    def f{i}(self):\n        return {i}\n" for i in range(40))
    deep = f"    def g(self):\n        return {'-' * 100_000}1\n"
    broken = opened(f"class A:\n{members}").edited(edit((41, 0), (41, 0), deep))
    (fault,) = told(broken, "SYN101")
    assert (fault.message, fault.range) == ("the code is nested too deeply to be parsed", Range.of(33, 0, 33, 0))


def test_a_finding_moves_with_its_related_places_of_the_same_file() -> None:
    here, there = Related("here", Range.of(1, 0, 1, 1)), Related("there", Range.of(1, 0, 1, 1), "other.py")
    finding = Finding("X", "x", Severity.INFO, "m", Range.of(0, 0, 0, 1), related=(here, there)).shifted(2)
    assert [r.range.start.line for r in finding.related] == [3, 1]
    assert finding.range == Range.of(2, 0, 2, 1)


def test_an_unsafe_fix_says_so_and_why() -> None:
    assert Fix("Close it").label == "Close it"
    assert Fix.unsafe("Close it", "it is used later").label == "Close it (unsafe: it is used later)"


@given(GARBAGE, GARBAGE, st.integers(0, 40), st.integers(0, 40))
def test_no_text_and_no_edit_raises(text: str, new: str, line: int, column: int) -> None:
    before = Analysis.open(SourceFile.from_text(text), SETTINGS)
    after = before.edited(edit((line, column), (line + column % 3, column), new))
    for analysis in (before, after, Analysis.once(after.source, SETTINGS)):
        assert analysis.crashes == []
        assert all(f.range.start <= f.range.end for f in analysis.findings)
        assert all(f.range.start.line >= 0 for f in analysis.findings)


def test_a_chain_of_calls_deeper_than_rules_can_follow_is_no_crash_and_costs_no_other_finding() -> None:
    chain = "a" + ".b()" * 980
    analysis = Analysis.open(SourceFile.from_text(f"def f():\n    x = open({chain})\n    print(x)\n"))
    assert analysis.crashes == []
    assert "OBS101" in [finding.code for finding in analysis.findings]
