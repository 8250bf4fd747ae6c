"""Notebooks that are named are checked and repaired cell by cell, as in editors, and nothing else of them changes."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest

from tests.cli.conftest import Workplace

BARE = "try:\n    a()\nexcept:\n    raise"
BARE_TEXT = "OBS202 [hint] 'except:' also catches KeyboardInterrupt and SystemExit: name the type"


def notebook(*cells: tuple[str, str | list[str]], **more: Any) -> str:
    made = [{"cell_type": kind, "metadata": {}, "source": source} for kind, source in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more})


BOOK = notebook(
    ("markdown", "# (a heading"),
    ("code", ["%matplotlib inline\n", "import os"]),
    ("code", f"s = 1\n{BARE}"),
    ("raw", "("),
    ("code", "f(\n"),
)


def test_findings_are_told_by_cell(workplace: Workplace) -> None:
    workplace.write("book.ipynb", BOOK)

    done = workplace.run("check", "book.ipynb")

    assert (done.code, done.err) == (1, "")
    assert done.out == dedent(f"""\
        book.ipynb:cell 3:4:1 {BARE_TEXT}
          |
        4 | except:
          | ^^^^^^
          = fix: Catch BaseException (safe)

        book.ipynb:cell 5:1:2 SYN101 [error] '(' was never closed
          |
        1 | f(
          |  ^

        2 findings in 1 of 1 file (1 fixable, 1 safe with `prodready fix`), 0.0 s
        """)


def test_json_names_the_cell(workplace: Workplace) -> None:
    workplace.write("book.ipynb", BOOK)

    first, _ = json.loads(workplace.run("check", "--format", "json", "book.ipynb").out)["findings"]

    assert (first["path"], first["cell"]) == ("book.ipynb", 3)
    assert first["range"] == {"start": {"line": 4, "column": 1}, "end": {"line": 4, "column": 7}}


def test_standard_input_may_be_a_notebook(workplace: Workplace) -> None:
    done = workplace.run("check", "--concise", "--stdin-filename", "book.ipynb", "-", stdin=BOOK.encode())

    assert done.out.startswith(f"book.ipynb:cell 3:4:1 {BARE_TEXT}\n")


def test_directories_are_searched_for_python_files_only(workplace: Workplace) -> None:
    workplace.write("book.ipynb", BOOK)

    assert workplace.run("check").err == "warning: no Python files were found here\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1\n", "is no notebook: Expecting value: line 1 column 1 (char 0)"),
        ("[]", "is no notebook: it has no list of cells"),
        ('{"worksheets": []}', "is a notebook of an old format; save it again with a current Jupyter"),
        (notebook(metadata={"language_info": {"name": "R"}}), "is a notebook in R, not Python"),
        (notebook(metadata={"kernelspec": {"language": "julia"}}), "is a notebook in julia, not Python"),
    ],
)
def test_what_is_no_notebook_of_python_is_a_clear_error(workplace: Workplace, text: str, reason: str) -> None:
    workplace.write("book.ipynb", text)

    done = workplace.run("check", "book.ipynb")

    assert (done.code, done.err) == (2, f"error: book.ipynb: {reason}\n")


FIXED = "try:\n    a()\nexcept BaseException:\n    raise"


@pytest.mark.parametrize(
    "layout",
    [{"indent": 1, "ensure_ascii": False}, {"indent": 2}, {"separators": (",", ":")}],
    ids=["as Jupyter", "other indentation", "compact"],
)
@pytest.mark.parametrize("as_list", [True, False])
def test_only_the_source_of_a_repaired_cell_is_written(
    workplace: Workplace, layout: dict[str, Any], as_list: bool
) -> None:
    data = json.loads(notebook(("markdown", "é"), ("code", "x = 1"), ("code", BARE), cost=0.1))
    data["cells"][2]["source"] = BARE.splitlines(keepends=True) if as_list else BARE
    path = workplace.write("book.ipynb", json.dumps(data, **layout) + "\n")

    done = workplace.run("fix", "book.ipynb")

    data["cells"][2]["source"] = FIXED.splitlines(keepends=True) if as_list else FIXED
    assert path.read_text(encoding="utf-8") == json.dumps(data, **layout) + "\n"
    assert done.out == "fixed book.ipynb: 1 OBS202 bare-except\nFixed 1 finding in 1 file; none left, 0.0 s\n"


def test_a_layout_that_cannot_be_kept_is_not_touched(workplace: Workplace) -> None:
    text = notebook(("code", BARE)).replace("{", "{ ", 1)
    path = workplace.write("book.ipynb", text)

    done = workplace.run("fix", "book.ipynb")

    reason = "is laid out in a way that would be lost; save it in Jupyter, or repair it in an editor"
    assert (done.code, done.err) == (2, f"error: book.ipynb: {reason}\n")
    assert path.read_text() == text


def test_what_is_left_is_told_by_cell(workplace: Workplace) -> None:
    workplace.write("book.ipynb", notebook(("markdown", ""), ("code", BARE), ("code", "f(")))

    done = workplace.run("fix", "book.ipynb")

    assert "book.ipynb:cell 3:1:2 SYN101 [error] '(' was never closed\n" in done.out


def test_its_role_is_told(workplace: Workplace) -> None:
    workplace.write("book.ipynb", BOOK)

    lines = workplace.run("config", "book.ipynb").out.splitlines()

    assert "Role:          notebook. It is a notebook." in lines
    assert "Module:        none, nobody can import it" in lines
