"""Comments that silence findings, and those that only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.engine.source import split_lines
from prodready.engine.suppression import selectors_for, suppressions
from tests.engine.probe import opened, told

BARE = "try:\n    x()\nexcept:{comment}\n    y()\n"


def silenced(text: str) -> bool:
    return told(opened(text), "OBS202") == []


@pytest.mark.parametrize(
    "comment",
    [
        "  # prodready: ignore[OBS202] the caller wants it",
        "  # prodready: ignore[obs202]",
        "  # prodready: ignore[bare-except]",
        "  # prodready: ignore[OBS]",
        "  # prodready: ignore[OBS101, OBS202]",
        "  # prodready: ignore [OBS202]",
        "  #prodready:ignore[OBS202]",
        "  # prodready: ignore",
        "  # why not  # prodready: ignore[OBS202]",
        "  # noqa: E722",
        "  # noqa:E501,E722",
        "  # NOQA: e722 because",
        "  # noqa",
        "  # NoQA because",
        "  # type: ignore  # noqa: E722",
    ],
)
def test_a_comment_on_the_findings_line_silences_it(comment: str) -> None:
    assert silenced(BARE.format(comment=comment))


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "  # prodready: ignore[OBS101]",
        "  # prodready: ignore[]",
        "  # prodready: ignore[OBS202",
        "  # prodready: ignored[OBS202]",
        "  # prodready: ignore-files[OBS202]",
        "  # prodready ignore[OBS202]",
        "  # noqa: E501",
        "  # noqa:",
        "  # noqa-like",
        "  # ruff: noqa: E722",
        "  # noqa: E7222",
        "  # unprodready-noqa",
    ],
)
def test_any_other_comment_does_not(comment: str) -> None:
    assert not silenced(BARE.format(comment=comment))


def test_a_comment_on_another_line_does_not() -> None:
    assert not silenced("try:\n    x()  # prodready: ignore\nexcept:\n    y()  # prodready: ignore\n")


def test_a_string_that_looks_like_a_comment_does_not() -> None:
    assert not silenced('try:\n    x()\nexcept: y("# prodready: ignore")\n')


@pytest.mark.parametrize("code", ["OBS202", "OBS", "bare-except"])
def test_a_comment_for_the_file_counts_wherever_it_stands(code: str) -> None:
    many = BARE.format(comment="") + "x = 1\n" * 40
    assert silenced(f"{many}# prodready: ignore-file[{code}] generated\n{many}")


def test_a_comment_for_the_file_may_mean_everything() -> None:
    assert silenced("# prodready: ignore-file\n" + BARE.format(comment=""))


@pytest.mark.parametrize("comment", ["# ruff: noqa: E722", "#flake8:NOQA:E501,e722", "    # ruff: noqa: E722 why"])
def test_the_twins_comment_for_the_file_counts_on_a_line_of_its_own(comment: str) -> None:
    many = BARE.format(comment="") + "x = 1\n" * 40
    assert silenced(f"{many}{comment}\n{many}")


@pytest.mark.parametrize("comment", ["# ruff: noqa: E501", "x = 1  # ruff: noqa: E722", "# pylint: noqa: E722"])
def test_other_comments_do_not_count_for_the_file(comment: str) -> None:
    assert not silenced(f"{comment}\n{BARE.format(comment='')}")


def test_noqa_alone_means_no_rule_that_other_tools_do_not_have() -> None:
    lines = ["x = 1  # noqa\n"]
    found = suppressions(lines, lines[0])
    assert found.silences(0, selectors_for("OBS202", "bare-except", ("E722",)))
    assert not found.silences(0, selectors_for("OBS999", "of-our-own"))


@pytest.mark.parametrize(
    "comment",
    ["# pylint: disable=consider-using-with", "#pylint:disable = W0718 , r1732", "# why  # pylint: disable=R1732"],
)
def test_a_comment_for_pylint_counts_by_code_and_by_name(comment: str) -> None:
    lines = [f"x = open(path)  {comment}\n"]
    found = suppressions(lines, lines[0])
    assert found.silences(0, selectors_for("RES103", "unclosed-resource", ("SIM115", "R1732")))
    assert not found.silences(0, selectors_for("OBS202", "bare-except", ("E722",)))


def test_a_syntax_error_is_not_silenced_for_the_whole_file() -> None:
    assert [f.code for f in opened("x = (  # prodready: ignore-file\n").findings] == ["SYN101"]


def test_a_comment_counts_in_a_segment_of_its_own_lines() -> None:
    filler = "".join(f"x{i} = {i}\n" for i in range(40))
    text = filler + BARE.format(comment="  # prodready: ignore[OBS202]") + filler + BARE.format(comment="")
    assert [f.range.start.line for f in told(opened(text), "OBS202")] == [86]


def test_a_comment_counts_in_a_member_of_a_large_class() -> None:
    method = "    def f{0}(self):\n        try:\n            x()\n        except:{1}\n            y()\n"
    members = [method.format(i, "  # prodready: ignore" if i % 2 else "") for i in range(20)]
    found = told(opened("class A:\n" + "".join(members)), "OBS202")
    assert [f.range.start.line for f in found] == [4 + 10 * i for i in range(10)]


def test_windows_line_ends_change_nothing() -> None:
    assert silenced(BARE.format(comment="  # prodready: ignore[OBS202]").replace("\n", "\r\n"))


def test_the_words_for_a_rule_are_its_code_family_name_and_twins() -> None:
    assert selectors_for("OBS202", "bare-except", ("E722",)) == {
        "*", "obs202", "obs", "bare-except", "noqa:e722", "noqa:*",
    }  # fmt: skip


@given(st.text(st.sampled_from("# prodeignf-:[]OBS12,noqaE\n\r\f\0'\"(\\\ud800"), max_size=60))
def test_no_text_raises(text: str) -> None:
    suppressions(split_lines(text), text)
    marked = f"{text}# prodready: ignore"
    suppressions(split_lines(marked), marked)
