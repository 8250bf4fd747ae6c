"""Code in shapes that no person writes, as long as one asks for: each grows in one direction only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Shape = Callable[[int], str]
"""Gives the text of a shape of some length."""


def _elif(n: int) -> str:
    branches = "".join(f"    elif x == {i}:\n        print(x, {i})\n" for i in range(n))
    return f"def f(x):\n    if x is None:\n        print(x)\n{branches}"


def _blocks(opener: str, most: int = 90) -> Shape:
    """Give many towers of blocks in blocks: CPython's parser refuses one of a hundred."""

    def shape(n: int) -> str:
        lines = [f"{' ' * i}{opener}\n" for i in range(1, min(n, most))]
        tower = "def f{}(x):\n" + "".join(lines) + f"{' ' * min(n, most)}print(x)\n"
        return "".join(tower.format(i) for i in range(max(1, n // most)))

    return shape


def _tries(n: int) -> str:
    lines = "".join(f"    try:\n        g({i})\n    except Exception:\n        print('no {i}')\n" for i in range(n))
    return f"def f(x):\n{lines}"


def _withs(n: int) -> str:
    return "def f(x):\n" + "".join(f"    with x.open() as y{i}:\n        print(y{i})\n" for i in range(n))


def _opens(n: int) -> str:
    return "def f(x):\n" + "".join(f"    y{i} = open(x)\n    print(y{i}.read())\n    y{i}.close()\n" for i in range(n))


def _match(n: int) -> str:
    return "def f(x):\n    match x:\n" + "".join(f"        case {i}:\n            print({i})\n" for i in range(n))


def _handlers(n: int) -> str:
    handlers = "".join(f"    except E{i}:\n        print({i})\n" for i in range(n))
    return f"def f(x):\n    try:\n        g()\n{handlers}"


def _one_handler(n: int) -> str:
    return "def f(x):\n    try:\n        g()\n    except Exception:\n" + "".join(f"        h({i})\n" for i in range(n))


def _class(n: int) -> str:
    return "class A:\n" + "".join(f"    def f{i}(self, x):\n        print(x, {i})\n\n" for i in range(n))


def _attributes(n: int) -> str:
    return "class A:\n    def f(self):\n" + "".join(f"        self.a{i} = open('{i}')\n" for i in range(n))


def _module(n: int) -> str:
    return "".join(f"a{i} = open('{i}')\nprint(a{i})\n" for i in range(n))


def _conflict(ours: str, theirs: str) -> str:
    return f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> topic\n"


SHAPES: Final[dict[str, Shape]] = {
    "elif": _elif,
    "if in if": _blocks("if x:"),
    "for in for": _blocks("for y in x:", 18),
    "with in with": _blocks("with x:", 18),
    "def in def": _blocks("def g(x):"),
    "class in class": _blocks("class A:", 40),
    "prints in a function": lambda n: "def f(x):\n" + "".join(f"    print(x, {i})\n" for i in range(n)),
    "prints in a script": lambda n: "".join(f"print({i})\n" for i in range(n)),
    "lines of a function": lambda n: "def f(x):\n" + "".join(f"    y{i} = x.g({i})\n" for i in range(n)),
    "functions": lambda n: "".join(f"def f{i}(x):\n    print(x, {i})\n\n\n" for i in range(n)),
    "functions on a line each": lambda n: "".join(f"def f{i}(x): print(x, {i})\n" for i in range(n)),
    "methods": _class,
    "attributes of an object": _attributes,
    "names of a module": _module,
    "one name": lambda n: "def f(x):\n" + "    y = x.g()\n    y.h(y)\n" * n,
    "one name of a module": lambda n: "y = g()\ny.h(y)\n" * n,
    "tries": _tries,
    "withs": _withs,
    "opened files": _opens,
    "cases": _match,
    "handlers of a try": _handlers,
    "a long handler": _one_handler,
    "imports": lambda n: "".join(f"import a{i}\n" for i in range(n)) + "print(a0)\n",
    "names of an import": lambda n: "from a import (" + ", ".join(f"b{i}" for i in range(n)) + ")\nprint(b0)\n",
    "star imports": lambda n: "from a import *\n" * n + "print(b)\n",
    "decorators": lambda n: "@d\n" * n + "def f(x):\n    print(x)\n",
    "arguments": lambda n: "f(" + ", ".join(f"a{i}" for i in range(n)) + ")\n",
    "parameters": lambda n: "def f(" + ", ".join(f"a{i}" for i in range(n)) + "):\n    print(a0)\n",
    "a dictionary": lambda n: "x = {\n" + "".join(f"    'k{i}': [print({i}), open('x')],\n" for i in range(n)) + "}\n",
    "a list of one line": lambda n: "x = [" + ", ".join(f"f({i})" for i in range(n)) + "]\n",
    "statements of one line": lambda n: "def f(x): " + "; ".join(f"print({i})" for i in range(n)) + "\n",
    "assignments of one line": lambda n: " = ".join(f"a{i}" for i in range(n)) + " = open('x')\n",
    "operators": lambda n: "def f(a):\n    print(" + " + ".join(["'a'", "a"] * min(n // 2, 600)) + ")\n",
    "chained calls": lambda n: "x = a" + ".b()" * min(n, 1500) + "\n",
    "attributes of attributes": lambda n: "x = a" + ".b" * min(n, 2500) + "\n",
    "brackets": lambda n: ("x = " + "[" * min(n, 90) + "]" * min(n, 90) + "\n") * max(1, n // 90),
    "lambdas": lambda n: "x = " + "lambda: " * min(n, 800) + "print(1)\n",
    "conditions": lambda n: "x = " + "a if b else " * min(n, 800) + "c\n",
    "comprehensions": lambda n: "x = " + "[" * min(n, 60) + "y" + " for y in z]" * min(n, 60) + "\n",
    "fields of an f-string": lambda n: "def f(a):\n    print(f'" + "{a} " * n + "')\n",
    "f-strings in f-strings": lambda n: "def f(a):\n" + "    print(f'{f\"{a} x\"}')\n" * n,
    "a long string": lambda n: f"x = '{'a' * 100 * n}'\n",
    "a printed long string": lambda n: f"def f():\n    print('{'% {' * 50 * n}')\n",
    "a long string of lines": lambda n: f"x = '''\n{'# print(1)' * n}\n'''\nprint(x)\n",
    "strings side by side": lambda n: "def f():\n    print(" + "'a' " * n + ")\n",
    "a long comment": lambda n: f"# {'a' * 100 * n}\nprint(1)\n",
    "comments": lambda n: "# noqa: T201\n" * n + "print(1)\n",
    "suppressions of one line": lambda n: (
        "print(1)  " + "".join(f"# prodready: ignore[A{i}] " for i in range(n)) + "\n"
    ),
    "codes of a suppression": lambda n: "print(1)  # prodready: ignore[" + ",".join(f"A{i}" for i in range(n)) + "]\n",
    "blank lines": lambda n: "\n" * n + "print(1)\n" + "\n" * n,
    "form feeds": lambda n: "\f\n" * n + "print(1)\n",
    "carriage returns": lambda n: "print(1)\r" * n,
    "mixed line ends": lambda n: "print(1)\r\nprint(2)\rprint(3)\n" * n,
    "backslashes": lambda n: "x = 1 \\\n" + " + 1 \\\n" * min(n, 900) + " + 1\n",
    "names of names": lambda n: "".join(f"a{i + 1} = a{i}\n" for i in range(n)) + f"a{n}.close()\n",
    "bases of classes": lambda n: "".join(f"class A{i + 1}(A{i}):\n    pass\n\n" for i in range(n)),
    "globals": lambda n: "def f():\n    global " + ", ".join(f"a{i}" for i in range(n)) + "\n    print(a0)\n",
    "walrus": lambda n: "def f(x):\n" + "".join(f"    if (y{i} := x.g({i})):\n        print(y{i})\n" for i in range(n)),
    "broken lines": lambda n: "x = (]\n" * n,
    "broken functions": lambda n: "".join(f"def f{i}(x):\n    print(x\n\n\n" for i in range(n)),
    "a broken function": lambda n: "def f(x):\n" + "".join(f"    print(x, {i})\n" for i in range(n)) + "    print((x\n",
    "a broken class": lambda n: _class(n) + "    def g(self:\n        print(1)\n",
    "open brackets": lambda n: "f(\n" * n,
    "open strings": lambda n: "'''\n" * (2 * n + 1),
    "quotes": lambda n: "'" * (2 * n + 1) + "\n",
    "decorators of nothing": lambda n: "@d\n" * n,
    "elses of nothing": lambda n: "else:\n    print(1)\n" * n,
    "merge conflicts": lambda n: _conflict("def f(x):\n    print(x)\n", "y = 1\n") * n,
    "merge conflicts in a function": lambda n: "def f(x):\n" + _conflict("    print(x)\n", "    print((x\n") * n,
    "a long merge conflict": lambda n: _conflict("print(1)\n" * n, "    print(2)\n" * n),
    "begun merge conflicts": lambda n: "<<<<<<< HEAD\n    x\n" * n,
    "wrong indents": lambda n: "class A:\n    def f(self):\n        g()\n" + "x\n        y\n" * n,
    "tries without clauses": lambda n: "def f():\n    try:\n        g()\nx\n" * n,
    "NUL": lambda n: "x\0\n" * n,
    "deeper and deeper": lambda n: "".join(f"{' ' * i}if x:\n" for i in range(min(n, 1500))) + "pass\n",
    "no end of brackets": lambda n: "x = " + "(" * n + ")" * n + "\n",
}
"""Each shape by its name."""
