"""What only IPython understands is taken out of a cell; everything else stays, and every line keeps its number."""

from __future__ import annotations

import ast

import pytest

from prodready.engine.magics import as_python
from prodready.engine.source import split_lines


def python_of(text: str) -> str:
    return "".join(as_python(split_lines(text)))


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1\n", "\nx = 1\n"),
        ("!pip install \\\n  requests\nx = 1\n", "\n\nx = 1\n"),
        ("?print\nprint?\ndf.head??\na['b']? \n", "\n\n\n\n"),
        ("%time?\n", "\n"),
        ("/f 1\n,f a b\n;f a b\n", "\n\n\n"),
        ("if x:\n    %time run()\n", "if x:\n    get_ipython()\n"),
        ("files = !ls *.py\r\n", "files = get_ipython()\r\n"),
        ("  a, b['c'] = %time run()\n", "  a, b['c'] = get_ipython()\n"),
        ("%%time\nx = 1\n", "\nx = 1\n"),
        ("\n%%capture out\nx = 1", "\n\nx = 1"),
        ("%%bash\necho 'x\nls ?\n", "\n\n\n"),
        ("%%unknown\nx = 1\n", "\n\n"),
    ],
)
def test_magics_become_nothing_or_a_call(cell: str, python: str) -> None:
    assert python_of(cell) == python
    ast.parse(python.strip())


@pytest.mark.parametrize(
    "cell",
    [
        "x = (a\n  % b)\n",
        "x = a \\\n  % b\n",
        'text = """\n%time is\n!what\nwhy?\n"""\n',
        "x = 1  # why?\n",
        "x = 'why?'\n",
        "x = y % 2 != 3\n",
        "f'x=%s' % y\n",
        "d['x=%s' % y] = 1\n",
        "f(a,\n  b)\n",
        "",
    ],
)
def test_python_that_only_looks_like_a_magic_stays(cell: str) -> None:
    lines = split_lines(cell)

    assert all(after is before for before, after in zip(lines, as_python(lines), strict=True))


def test_an_open_bracket_does_not_reach_into_a_string_of_a_magic() -> None:
    assert python_of("!echo '(\nx = 1\n%pwd\n") == "\nx = 1\n\n"
