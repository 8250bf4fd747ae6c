"""Every regular expression of the server, with how it is used: matched at one place, or searched for."""

from __future__ import annotations

import ast
import functools
import importlib
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server"
CLIENT = ROOT / "client-vscode" / "src"
_AT_ONE_PLACE = {"match", "fullmatch"}
_IN_TYPESCRIPT = re.compile(r"(?:[=(,:?]|return|=>)\s*/(?![/*])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+)/([a-z]*)")
_FUNCTIONS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}


@dataclass(frozen=True)
class Used:
    """An expression, where it is written, and whether it is searched for."""

    where: str
    pattern: re.Pattern[Any]
    anywhere: bool


def used_patterns(path: Path) -> Iterator[Used]:
    """Yield the expressions of a module: those that names of the module hold, and those inside of functions."""
    name = ".".join(path.relative_to(SERVER).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(path.read_text("utf-8"))
    values = vars(importlib.import_module(name))
    assigned = dict(_assigned(tree))
    for variable, pattern in _held(values, assigned):
        yield Used(f"{name}.{variable}", pattern, _is_searched(tree, variable))
    for call in _calls(tree):
        if not any(call in ast.walk(node) for node in assigned.values()):
            yield _inside(call, values, f"{name}:{call.lineno}")


def typescript_patterns() -> Iterator[Used]:
    """Yield the expressions in the client's code, which Python reads as JavaScript does, apart from names of groups."""
    for path in sorted(CLIENT.rglob("*.ts")):
        for found in _IN_TYPESCRIPT.finditer(path.read_text("utf-8")):
            pattern = re.sub(r"\(\?<(?![=!])", "(?P<", found[1]).replace("\\/", "/")
            yield Used(f"{path.name} /{found[1]}/", re.compile(pattern, re.IGNORECASE if "i" in found[2] else 0), True)


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            yield from ((target.id, node.value) for target in targets if isinstance(target, ast.Name))


def _held(values: dict[str, Any], assigned: dict[str, ast.expr]) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield the expressions that a module's own names hold, also in tables."""
    for variable in assigned:
        yield from ((variable, pattern) for pattern in _in(values.get(variable)))


def _in(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (pattern for each in value.values() for pattern in _in(each))
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from (pattern for each in value for pattern in _in(each))


def _calls(tree: ast.Module) -> list[ast.Call]:
    """Return the calls of the module `re` that take an expression."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    return [c for c in found if ast.unparse(c.func.value) == "re" and c.func.attr in _FUNCTIONS]


def _inside(call: ast.Call, values: dict[str, Any], where: str) -> Used:
    """Return the expression of a call inside of a function, where names of analysed code stand for themselves."""
    assert isinstance(call.func, ast.Attribute)
    rest = [word.value for word in call.keywords if word.arg == "flags"] or call.args[1:]
    named = [node.attr for part in rest for node in ast.walk(part) if isinstance(node, ast.Attribute)]
    flags = functools.reduce(operator.or_, (getattr(re, name) for name in named if name.isupper()), re.RegexFlag(0))
    return Used(where, re.compile(_written(call.args[0], values), flags), call.func.attr not in _AT_ONE_PLACE)


def _written(node: ast.expr, values: dict[str, Any]) -> Any:
    """Return the text that an expression makes; what is put into it is one of the module's texts, or a name."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_written(part, values) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _written(node.value, values)
    return values.get(node.id, "name") if isinstance(node, ast.Name) else "name"


def _is_searched(tree: ast.Module, variable: str) -> bool:
    """Tell whether an expression is used in any other way than to be matched at one place."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == variable and isinstance(node.ctx, ast.Load):
            parent = parents[node]
            if isinstance(parent, ast.Subscript):
                parent = parents[parent]
            if not isinstance(parent, ast.Attribute) or parent.attr not in _AT_ONE_PLACE:
                return True
    return False
