"""Output that is there to be seen, or read by another program, whatever stands in the module around it: no message."""

from __future__ import annotations

import ast
import re
from typing import Final, TypeAlias, cast

from prodready.engine.finding import Severity
from prodready.engine.nodes import nodes_of
from prodready.engine.remembered import any_around, remembered
from prodready.engine.rule import Context
from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    FunctionNode,
    around,
    dotted,
    is_constant,
    keyword,
    parent,
    walk,
)
from prodready.models.harm import handles_signal
from prodready.models.prints import (
    Reading,
    ends_line,
    in_service_code,
    is_wanted,
    may_be_output,
    output_call,
    print_call,
    shows_traceback,
)
from prodready.models.reasons import is_output_on_purpose
from prodready.models.served import is_served

_SAYS_IT_PRINTS: Final = re.compile(r"\s*(?:pretty[- ])?prints?\b(?!-)", re.IGNORECASE)
_REDIRECTIONS: Final = {"sys.stdout": "contextlib.redirect_stdout", "sys.stderr": "contextlib.redirect_stderr"}
_REWRITERS: Final = frozenset({"fileinput.FileInput", "fileinput.input"})
"""Callables that send standard output into the file that is read, with `inplace=True`."""
_REDIRECTING: Final = frozenset({"FileInput", "input", "redirect_stderr", "redirect_stdout"})
_SERIALIZERS: Final = frozenset({
    "json.dumps", "msgspec.json.encode", "orjson.dumps", "simplejson.dumps", "ujson.dumps", "yaml.dump",
    "yaml.safe_dump",
})  # fmt: skip
_SERIALIZING: Final = frozenset({"model_dump_json", "to_json"})
"""Methods of objects that do the same."""
_READING: Final = frozenset({"getvalue", "read", "read_text"})
"""Methods that return all that a file holds."""
_DRESSING: Final = frozenset({"decode", "rstrip", "strip"})
_COLOURS: Final = frozenset({"Back", "Fore", "Style", "colored", "colorama", "style", "termcolor"})
_KEYS: Final = re.compile(
    r"\bpress (?:\[?(?:enter|return|ctrl|control|esc)\b|any key\b)|\[ctrl ?[+-] ?c\]", re.IGNORECASE
)
"""Words that ask somebody at the keyboard for a key."""
_SMALL: Final = 3  # statements
_Assigned: TypeAlias = "dict[tuple[FunctionNode | None, str], list[ast.expr]]"


def is_left_alone(node: ast.Call, stream: str, context: Context) -> bool:
    """Tell whether no log should have what a call writes to a stream, or another rule speaks of it."""
    if is_wanted(node, context.names) or not in_service_code(node, context):
        return True
    return shows_traceback(node, context.names) or goes_elsewhere(node, stream, context.names)


def severity_of(node: ast.Call, context: Context) -> Severity | None:
    """Return a hint for what may be written for somebody to read, None for what has its rule's own severity."""
    is_meant = is_output(node, context) or is_for_terminal(node, context.names) or may_be_output(node, context)
    return Severity.HINT if is_meant else None


def goes_elsewhere(node: ast.Call, stream: str, names: Names) -> bool:
    """Tell whether what a call writes to `stream` ends up in something else: `redirect_stdout`, `fileinput`."""
    if not any(any_around(node, kind, _may_redirect, names) for kind in (ast.With, ast.For)):
        return False
    heads = (call for up in around(node, (ast.With, ast.For)) for call in _heads(up))
    return any(_redirects(call, stream, names) for call in heads)


def _may_redirect(node: ast.AST, _part: ast.AST) -> bool:
    """Tell whether a `with` or a loop calls something by the name of what leads output elsewhere."""
    called = (dotted(head.func) or "" for head in _heads(node) if isinstance(head, ast.Call))
    return any(name.rpartition(".")[2] in _REDIRECTING for name in called)


def _heads(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.With):
        return [item.context_expr for item in node.items]
    return [node.iter] if isinstance(node, ast.For) else []


def _redirects(node: ast.expr, stream: str, names: Names) -> bool:
    if not isinstance(node, ast.Call):
        return False
    qualified = names.qualified(node.func)
    if qualified in _REWRITERS:
        return stream == "sys.stdout" and is_constant(keyword(node, "inplace"), True)
    return qualified == _REDIRECTIONS[stream]


def is_output(node: ast.Call, context: Context) -> bool:
    """Tell whether the text itself is the output, so that no log call can stand for it.

    It is what a file holds or an object is written as (`json.dumps(result)`), a piece of a line (`end=""`) or stands
    among such, the output of something else that is passed on, it asks for a key to be pressed, or a comment says that
    it must not be logged.
    """
    names = context.names
    function = _function_around(node)
    if any(map(_asks_for_key, walk([*node.args]))):
        return True
    if _is_piece(node, context) or (function is not None and _writes_pieces(function, context)):
        return True
    if len(node.args) == 1 and _is_data(node.args[0], function, context) and not is_served(node, names):
        return True
    return (len(node.args) == 1 and _is_passed_on(node, names)) or is_output_on_purpose(node, context)


def _asks_for_key(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and _KEYS.search(node.value) is not None


def is_for_terminal(node: ast.Call, names: Names) -> bool:
    """Tell whether output is for somebody at a terminal by where it stands.

    That is a function that is there to print by its documentation, or a handler of signals, in which logging may wait
    for a lock that the interrupted code holds.
    """
    function = _function_around(node)
    if function is None:
        return False
    return handles_signal(node) or (_says_it_prints(function, names) and not is_served(node, names))


@remembered
def _says_it_prints(function: FunctionNode, _names: Names) -> bool:
    return _SAYS_IT_PRINTS.match(ast.get_docstring(function, clean=False) or "") is not None


def is_coloured(node: ast.Call, context: Context) -> bool:
    """Tell whether a call colours its text for a terminal, or is given a text that was coloured before."""
    function = _function_around(node)
    given = [value for argument in node.args for value in _values(argument, function, context)]
    return any(map(_is_colour, walk(given)))


def _is_colour(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id in _COLOURS
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "\x1b[" in node.value


def _function_around(node: ast.AST) -> FunctionNode | None:
    return next((up for up in around(node, FUNCTIONS) if isinstance(up, FUNCTIONS)), None)


def _writes_pieces(function: FunctionNode, context: Context) -> bool:
    """Tell whether a function writes lines in pieces: what else it writes stands between these on the terminal."""
    known = context.names.answers.get(_writes_pieces)
    if known is None:
        calls = (n for n in nodes_of(context.segment).by_type.get(ast.Call, ()) if isinstance(n, ast.Call))
        known = {_function_around(call) for call in calls if _is_piece(call, context)}
        context.names.answers[_writes_pieces] = known
    return function in cast("set[FunctionNode | None]", known)


def _is_piece(node: ast.Call, context: Context) -> bool:
    """Tell whether a call writes no whole line, but a piece of one, or over the one before."""
    printed = print_call(node, context.names)
    if printed is not None:
        return printed.reading is Reading.PROGRESS
    written = output_call(node, context.names)
    if written is None or written.is_line or written.is_pprint or len(node.args) != 1:
        return False
    return any(map(_ends_no_line, _values(node.args[0], _function_around(node), context)))


def _ends_no_line(node: ast.expr) -> bool:
    """Tell whether a literal text is a piece of a line: one that has no end, or that begins anew (`\\r`)."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    said = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    if said is not None and said.startswith("\r"):
        return True
    return (said is not None or isinstance(node, ast.JoinedStr)) and not ends_line(node)


def _is_data(node: ast.expr, function: FunctionNode | None, context: Context) -> bool:
    """Tell whether a value is what another program reads: an object written out, a whole file."""
    values = _values(_undressed(node), function, context)
    return bool(values) and all(_is_written_out(_undressed(value), context.names) for value in values)


def _undressed(node: ast.expr) -> ast.expr:
    """Return what a text is made of without what only ends its line, or makes it a text: `f"{data.decode()}\\n"`."""
    if isinstance(node, ast.JoinedStr):
        fields = [value.value for value in node.values if isinstance(value, ast.FormattedValue)]
        said = (v.value for v in node.values if isinstance(v, ast.Constant) and isinstance(v.value, str))
        return _undressed(fields[0]) if len(fields) == 1 and not any(map(str.strip, said)) else node
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant) and node.right.value == "\n":
        return _undressed(node.left)
    dressed = node.func if isinstance(node, ast.Call) else None
    if isinstance(dressed, ast.Attribute) and dressed.attr in _DRESSING:
        return _undressed(dressed.value)
    return node


def _is_written_out(node: ast.expr, names: Names) -> bool:
    if not isinstance(node, ast.Call) or keyword(node, "indent") is not None:
        return False
    if names.qualified(node.func) in _SERIALIZERS:
        return True
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    return method in _SERIALIZING or (method in _READING and not node.args)


def _is_passed_on(node: ast.Call, names: Names) -> bool:
    """Tell whether one condition decides to which of the streams the same value goes: output of something else."""
    given, statement = node.args[0], parent(node)
    fork = parent(statement) if statement is not None else None
    if not isinstance(given, ast.Name) or not isinstance(fork, ast.If):
        return False
    blocks = [block for one in _forks(fork) for block in (one.body, one.orelse) if len(block) <= _SMALL]
    return len({stream for block in blocks for stream in _streams_of(given.id, block, names)}) > 1


def _forks(node: ast.If) -> list[ast.If]:
    """Return an `if` with the one whose `elif` it is, and with its own `elif`."""
    up = parent(node)
    beside = [up] if isinstance(up, ast.If) and len(up.orelse) == 1 and up.orelse[0] is node else []
    return [node, *(n for n in (*beside, *node.orelse[:1]) if isinstance(n, ast.If))]


def _streams_of(name: str, block: list[ast.stmt], names: Names) -> set[str]:
    """Return the streams that the statements of a block write the value of a name to."""
    calls = [s.value for s in block if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    writing = [call for call in calls if len(call.args) == 1 and isinstance(call.args[0], ast.Name)]
    found = [print_call(c, names) or output_call(c, names) for c in writing if ast.unparse(c.args[0]) == name]
    return {output.stream for output in found if output is not None}


def _values(node: ast.expr, function: FunctionNode | None, context: Context) -> list[ast.expr]:
    """Return what a local name may stand for, or the expression itself where it is none.

    `text.format(...)` is what `text` stands for.
    """
    formats = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
    asked = node.func.value if formats and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node
    if not isinstance(asked, ast.Name) or function is None:
        return [node]
    return _assigned(asked.id, function, context) or [node]


def _assigned(name: str, function: FunctionNode, context: Context) -> list[ast.expr]:
    """Return the values that a function's own code assigns to a name; found for all of a segment at once."""
    known = cast("_Assigned | None", context.names.answers.get(_assigned))
    if known is None:
        found: _Assigned = {}
        for node in nodes_of(context.segment).by_type.get(ast.Assign, ()):
            target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
            if isinstance(node, ast.Assign) and isinstance(target, ast.Name):
                found.setdefault((_function_around(node), target.id), []).append(node.value)
        known = context.names.answers[_assigned] = found
    return known.get((function, name), [])
