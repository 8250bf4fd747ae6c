"""Which calls write to standard output or error by themselves, and what they say about it."""

from __future__ import annotations

import ast
import enum
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from prodready.engine.facts import ImportSymbol
from prodready.engine.remembered import remembered, remembered_of_module
from prodready.engine.rule import Context
from prodready.engine.semantic import Names
from prodready.engine.settings import Role
from prodready.engine.syntax import (
    FUNCTIONS,
    TRIES,
    FunctionNode,
    around,
    block_of,
    enclosing_handler,
    following,
    in_loop,
    is_constant,
    keyword,
    nearest,
    parent,
    walk,
    walk_own,
)
from prodready.models.failures import sounds_secret
from prodready.models.handlers import caught, is_broad
from prodready.models.harm import follows_failed_set_up, runs_where_logging_harms
from prodready.models.loggers import LogCall, log_call, module_loggers
from prodready.models.naming import words_of
from prodready.models.served import is_served
from prodready.models.switches import is_asked_for, may_be_asked_for, said_by

_PRINTERS: Final = re.compile(
    r"^_*(?:print|pprint|pretty_print|show|display|dump|echo|output|banner|usage)(?:_|$)|_print$|_?banner$|std(?:out|err)|console"
)
_SCREENS: Final = frozenset({"cli", "console", "printer", "repl", "spinner", "stdout", "terminal", "tty", "tui"})
"""Words in the names of classes that write to where people look."""
_OUTPUT_WRITER: Final = frozenset({"output", "writer"})
_DEFINED: Final = (*FUNCTIONS, ast.ClassDef)
_NAMED: Final = (ast.Name, ast.Attribute)
_STREAMS: Final = frozenset({"sys.stdout", "sys.stderr"})
_DISPLAYS: Final = re.compile(r"^_*print_|(?:^|_)(?:banner|logo|splash)$")
_SHOWS: Final = re.compile(r"^_*(?:show|display)_")
"""Beginnings of names of functions that print, or answer a request for a page."""
_BANNERS: Final = re.compile(r"(?:^|_)(?:banner|logo|splash|ascii_art)$", re.IGNORECASE)
"""Names of values that are drawn on a terminal."""
_UNENCODABLE: Final = frozenset({"builtins.UnicodeEncodeError", "builtins.UnicodeError"})
_SECRET_PLACES: Final = re.compile(
    r"(?:^|_)(?:uri|dsn|(?:db|database|redis|broker)_url|conn(?:ection)?_?str(?:ing)?)$", re.IGNORECASE
)
_MONGO: Final = re.compile(r"(?:^|_)mongo", re.IGNORECASE)
_CLEANED: Final = ("safe_", "masked_", "redacted_", "clean_")
_CONNECTIONS: Final = re.compile(r"(?:uri|url|dsn|(?:^|_)conn(?:ection)?(?:_?str(?:ing)?)?)$", re.IGNORECASE)
_PROGRESS: Final = re.compile(r"(?<!in )(?<!in_)progress", re.IGNORECASE)
"""What tells how far something has come; an order that is in progress is another matter."""
_ENOUGH_FOR_DISPLAY: Final = 4
"""Outputs of one function, on its way to success, that make it a display."""
_STACK_PRINTS: Final = frozenset({"traceback.print_stack", "faulthandler.dump_traceback"})
_EXITS: Final = frozenset({"sys.exit", "builtins.exit", "builtins.quit", "os._exit"})
_TERMINAL: Final = frozenset({
    "curses", "getpass", "inquirer", "prompt_toolkit", "questionary", "readline", "termios", "tty", "webbrowser",
})  # fmt: skip
_FORMATTED: Final = frozenset({"traceback.format_exc", "traceback.format_exception"})
_OF_GIVEN: Final = frozenset({"traceback.format_exception", "traceback.print_exception", "traceback.print_tb"})
"""Functions that are given the exception whose traceback they show."""
_TRACEBACK_PRINTS: Final = frozenset({"traceback.print_exc", "traceback.print_exception", "traceback.print_tb"})
_WRITES: Final = {"sys.stdout.write": "sys.stdout", "sys.stderr.write": "sys.stderr"}
_LINES_WRITES: Final = {f"{stream}.writelines": stream for stream in ("sys.stdout", "sys.stderr")}
_PRETTY_PRINTER: Final = "pprint.PrettyPrinter"
_PPRINTS: Final = frozenset({"pprint.pprint", "pprint.pp", f"{_PRETTY_PRINTER}.pprint"})


class Reading(enum.Enum):
    """Why the output of a call cannot become a log record; `RECORD` when it can."""

    RECORD = "record"
    PROGRESS = "progress"
    UNPACKED = "unpacked"
    VALUE = "value"
    COMPUTED = "computed"


@dataclass(frozen=True, eq=False)
class Print:
    """A call of `print`: whether it can become a log record, what stands between its values, and where it writes."""

    node: ast.Call
    reading: Reading
    separator: str
    stream: str


@dataclass(frozen=True, eq=False)
class Output:
    """A call that writes to a stream by other means than `print`; `is_line` when it writes a whole line."""

    node: ast.Call
    name: str
    stream: str
    is_line: bool
    is_pprint: bool = False


def print_call(node: ast.Call, names: Names) -> Print | None:
    """Return what a call prints to standard output or error; None when it is no print, or prints somewhere else."""
    if names.qualified(node.func) != "builtins.print":
        return None
    stream = _stream(keyword(node, "file"), names)
    if stream is None:
        return None
    separator = keyword(node, "sep")
    constant = isinstance(separator, ast.Constant) and isinstance(separator.value, str)
    between = str(separator.value) if isinstance(separator, ast.Constant) and constant else " "
    return Print(node, _reading(node, separator, constant), between, stream)


def output_call(node: ast.Call, names: Names) -> Output | None:
    """Return what a call of `write` or `writelines` of a standard stream, or of `pprint`, writes; None for others."""
    qualified = names.qualified(node.func)
    if qualified in _LINES_WRITES:
        return Output(node, qualified, _LINES_WRITES[qualified], is_line=False)
    if qualified in _WRITES:
        is_line = isinstance(parent(node), ast.Expr) and len(node.args) == 1 and ends_line(node.args[0])
        return Output(node, qualified, _WRITES[qualified], is_line)
    given = node
    printer = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "pprint" else None
    if printer is not None and names.made_by(printer) == _PRETTY_PRINTER:
        qualified = f"{_PRETTY_PRINTER}.pprint"
        given = printer if isinstance(printer, ast.Call) else node
    if qualified not in _PPRINTS:
        return None
    stream = _stream(keyword(given, "stream"), names)
    alone = isinstance(parent(node), ast.Expr) and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred)
    return None if stream is None else Output(node, qualified, stream, alone, is_pprint=True)


def is_traceback_print(node: ast.Call, names: Names) -> bool:
    """Tell whether a call writes a traceback to standard output or error."""
    qualified = names.qualified(node.func)
    if qualified in _TRACEBACK_PRINTS:
        return _stream(keyword(node, "file"), names) is not None
    if qualified == "builtins.print":
        return shows_traceback(node, names) and _stream(keyword(node, "file"), names) is not None
    return qualified in _WRITES and shows_traceback(node, names)


def shows_caught(node: ast.Call, handler: ast.ExceptHandler, names: Names) -> bool:
    """Tell whether the traceback that a call writes is that of the exception that `handler` catches.

    `print_exception(e)` may be given another one, of a handler around it, or of something that was tried before.
    """
    calls = [n for n in walk([node]) if isinstance(n, ast.Call) and names.qualified(n.func) in _OF_GIVEN]
    if not calls:
        return True
    known = {handler.name, *(n.id for s in walk_own(handler.body) for n in _taken_from_system(s, names))}
    return all(any(_is_caught(n, known, names) for n in walk(_given(call))) for call in calls)


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(k.value for k in call.keywords if k.arg in ("exc", "value"))]


def _is_caught(node: ast.AST, known: set[str | None], names: Names) -> bool:
    if isinstance(node, ast.Call):
        return names.qualified(node.func) == "sys.exc_info"
    return isinstance(node, ast.Name) and node.id in known


def _taken_from_system(node: ast.AST, names: Names) -> Iterator[ast.Name]:
    """Yield the names that a statement binds to what `sys.exc_info()` gives."""
    if isinstance(node, ast.Assign) and any(_is_caught(n, set(), names) for n in walk([node.value])):
        yield from (n for n in walk(node.targets) if isinstance(n, ast.Name))


def error_log_of(node: ast.AST, names: Names) -> LogCall | None:
    """Return the log call of the failure beside `node`, a statement of a handler's block; None when there is none."""
    statement = parent(node)
    block = block_of(statement) if isinstance(statement, ast.stmt) else []
    calls = (log_call(s.value, names) for s in block if isinstance(s, ast.Expr))
    found = [c for c in calls if c is not None and c.level in ("warning", "error", "critical")]
    return found[0] if found else None


def shows_traceback(node: ast.Call, names: Names) -> bool:
    """Tell whether a call is given the text of a traceback."""
    return any(makes_traceback(argument, names) for argument in node.args)


def makes_traceback(node: ast.expr, names: Names) -> bool:
    """Tell whether the text of a traceback is made in an expression."""
    inside = (n for n in walk([node]) if isinstance(n, ast.Call))
    return any(names.qualified(call.func) in _FORMATTED for call in inside)


def is_output_function(node: ast.AST) -> bool:
    """Tell whether `node` stands in a function, or a class, whose name says that output is what it is for."""
    return any(map(_is_for_output, around(node, _DEFINED)))


def _is_for_output(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        words = (words_of(name) for name in (node.name, *(ast.unparse(base) for base in node.bases)))
        return any(not _SCREENS.isdisjoint(found) or set(found) >= _OUTPUT_WRITER for found in words)
    return isinstance(node, FUNCTIONS) and _PRINTERS.search(node.name) is not None


def is_wanted(node: ast.Call, names: Names) -> bool:
    """Tell whether output is wanted for sure.

    It stands in a function that is there to show something (`print_*`), or behind a switch for those who want to see
    more (`if verbose:`); it is a banner, guarded against characters that the terminal lacks, or what a program says on
    standard error before it ends.
    """
    functions = [up for up in around(node, FUNCTIONS) if isinstance(up, FUNCTIONS)]
    if any(map(_is_display, functions)) and not is_served(node, names):
        return True
    if _writes_to_error(node, names) and _is_last_word(node, names):
        return True
    return _is_banner(node) or _minds_encoding(node, names) or is_asked_for(node, names)


def _is_display(function: FunctionNode) -> bool:
    if _SHOWS.search(function.name) is None:
        return _DISPLAYS.search(function.name) is not None
    return not function.decorator_list and not _answers(function)


def _answers(function: FunctionNode) -> bool:
    return any(isinstance(n, ast.Return) and n.value for n in walk_own(function.body))


def in_service_code(node: ast.AST, context: Context) -> bool:
    """Tell whether `node` is code of a service that can log: not of a script, a terminal program, or logging itself."""
    if context.role_at(node) not in (Role.SERVICE, Role.SETTINGS) or context.facts.usage.asks:
        return False
    if _imports_terminals(context.names):
        return False
    usage = context.facts.usage
    if usage.is_program and nearest(node, FUNCTIONS) is None:
        return False
    return not runs_where_logging_harms(node, context.names) and not follows_failed_set_up(node, context.names)


@remembered_of_module
def _imports_terminals(names: Names) -> bool:
    return any(imports_terminal(name, names) for name in names.facts.symbols)


def imports_terminal(name: str, names: Names) -> bool:
    """Tell whether a module-level name is imported from a library with which programs talk to people at a terminal."""
    symbol = names.facts.symbol(name)
    return isinstance(symbol, ImportSymbol) and symbol.target.partition(".")[0] in _TERMINAL


def may_be_output(node: ast.Call, context: Context) -> bool:
    """Tell whether output may well be wanted.

    It is for whoever sits in front of the program (`is_for_developer`), or progress, for whoever waits for it. Where
    nothing serves a request, so is what may be for a terminal by where it stands.
    """
    if is_for_developer(node, context) or _tells_progress(node):
        return True
    return not is_served(node, context.names) and _may_be_for_terminal(node, context)


def is_for_developer(node: ast.Call, context: Context) -> bool:
    """Tell whether output may be for somebody who has started the program, and looks at what it does.

    It depends on a debug switch or the environment, goes with the program's end or a stack that is printed, or stands
    in a function that is called where the program starts.
    """
    names, by_script = context.names, context.facts.usage.by_script
    if may_be_asked_for(node, names) or _goes_with_a_stack(node, names) or _is_last_word(node, names):
        return True
    return any(isinstance(up, FUNCTIONS) and up.name in by_script for up in around(node, FUNCTIONS))


def _may_be_for_terminal(node: ast.Call, context: Context) -> bool:
    """Tell whether output stands where it may be read at a terminal: in a script, or in a function for output by name.

    Three or more outputs and nothing else in a function are a display, too, as are many lines in a module that does not
    log. There, so is what goes to standard error, or tells of a failure that was foreseen in a loop.
    """
    if context.facts.usage.is_startable or is_output_function(node):
        return True
    if not module_loggers(context.names) and _is_meant_for_somebody(node, context.names):
        return True
    function = next((up for up in around(node, FUNCTIONS) if isinstance(up, FUNCTIONS)), None)
    if function is None:
        return False
    return _only_outputs(function, context.names) or _displays_line_by_line(function, context.names)


def _is_meant_for_somebody(node: ast.Call, names: Names) -> bool:
    if _writes_to_error(node, names):
        return True
    handler = enclosing_handler(node)
    return handler is not None and in_loop(handler) and not is_broad(handler, names)


def _tells_progress(node: ast.AST) -> bool:
    return any(_PROGRESS.search(said_by(n)) for n in walk([node]))


def tells_secret(node: ast.Call) -> bool:
    """Tell whether a value among the arguments of a call sounds secret by its name."""
    found = (n for n in walk([*node.args]) if isinstance(n, (ast.Name, ast.Attribute)))
    return any(sounds_secret(n.id if isinstance(n, ast.Name) else n.attr) for n in found)


def shows_connection(node: ast.Call) -> bool:
    """Tell whether a value of a call is, by its name, where to connect to: it may hold a password."""
    names = [n.id if isinstance(n, ast.Name) else n.attr for n in walk([*node.args]) if isinstance(n, _NAMED)]
    alone = len(node.args) == 1 and isinstance(node.args[0], _NAMED)
    return any(_is_secret_place(name) or (alone and _CONNECTIONS.search(name)) for name in names)


def _is_secret_place(name: str) -> bool:
    if name.lower().startswith(_CLEANED):
        return False
    mongo = _MONGO.search(name) if name.lower().endswith("_url") else None
    return _SECRET_PLACES.search(name) is not None or (mongo is not None and mongo.end() <= len(name) - len("_url"))


def _is_banner(node: ast.Call) -> bool:
    """Tell whether a call writes nothing but a banner."""
    alone = node.args[0] if len(node.args) == 1 else None
    return isinstance(alone, ast.Name) and _BANNERS.search(alone.id) is not None


def _minds_encoding(node: ast.Call, names: Names) -> bool:
    """Tell whether `except UnicodeEncodeError` around it shows that the author minds what the terminal can write."""
    found = nearest(node, TRIES)
    if found is None or not isinstance(found[0], TRIES) or len(found[0].body) > 1:
        return False
    return any(names.qualified(kind) in _UNENCODABLE for handler in found[0].handlers for kind in caught(handler))


def _writes_to_error(node: ast.Call, names: Names) -> bool:
    qualified, file = names.qualified(node.func), keyword(node, "file")
    if qualified == "sys.stderr.write" or (qualified in _TRACEBACK_PRINTS and file is None):
        return True
    return file is not None and names.qualified(file) == "sys.stderr"


def _goes_with_a_stack(node: ast.AST, names: Names) -> bool:
    """Tell whether the statement behind an output prints the stack: a trace for whoever looks for a fault."""
    behind = _following(node)
    return behind is not None and _calls(behind, _STACK_PRINTS, names)


def goes_with_a_traceback(node: ast.AST, names: Names) -> bool:
    """Tell whether the statement behind an output prints a traceback, so that the output is about a failure."""
    behind = _following(node)
    return behind is not None and _calls(behind, _TRACEBACK_PRINTS, names)


def _is_last_word(node: ast.AST, names: Names) -> bool:
    """Tell whether the program ends right behind an output, after no more than further calls (`sys.stderr.flush()`)."""
    return _ends_behind_calls(_following(node), names)


def _ends_behind_calls(at: ast.stmt | None, names: Names) -> bool:
    """Tell whether the program ends at a statement, or behind it and further calls; noted for all that are passed."""
    memory = cast("dict[ast.stmt, bool]", names.answers.setdefault(_ends_behind_calls, {}))
    passed: list[ast.stmt] = []
    while isinstance(at, ast.Expr) and isinstance(at.value, ast.Call) and at not in memory and not _ends(at, names):
        passed.append(at)
        at = following(at)
    answer = at is not None and (memory[at] if at in memory else _ends(at, names))
    memory.update(dict.fromkeys(passed, answer))
    return answer


def _ends(statement: ast.stmt, names: Names) -> bool:
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        made = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return names.qualified(made) == "builtins.SystemExit"
    return _calls(statement, _EXITS, names)


def _following(node: ast.AST) -> ast.stmt | None:
    """Return the statement behind the one that consists of `node`, in the same block."""
    statement = parent(node)
    return following(statement) if isinstance(statement, ast.Expr) else None


def _calls(statement: ast.stmt, functions: frozenset[str], names: Names) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and names.qualified(call.func) in functions


@remembered
def _displays_line_by_line(function: FunctionNode, names: Names) -> bool:
    """Tell whether a function writes many lines when all is well and returns nothing, in a module without logger."""
    if module_loggers(names) or _answers(function):
        return False
    outputs = (n for n in walk_own(function.body) if isinstance(n, ast.stmt) and _is_output(n, names))
    return sum(enclosing_handler(n) is None for n in outputs) >= _ENOUGH_FOR_DISPLAY


@remembered
def _only_outputs(function: FunctionNode, names: Names) -> bool:
    """Tell whether a function consists of three or more outputs, with conditions and loops around them at most."""
    inside = walk_own(function.body)
    simple = [n for n in inside if isinstance(n, ast.stmt) and not isinstance(n, (ast.If, ast.For, ast.Pass))]
    told = [n for n in simple if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    return len(told) >= 3 and all(_is_output(n, names) for n in told)


def _is_output(statement: ast.stmt, names: Names) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and (print_call(call, names) or output_call(call, names)) is not None


def _stream(file: ast.expr | None, names: Names) -> str | None:
    if file is None or is_constant(file, None):
        return "sys.stdout"
    qualified = names.qualified(file)
    return qualified if qualified in _STREAMS else None


def _reading(node: ast.Call, separator: ast.expr | None, constant: bool) -> Reading:
    end = keyword(node, "end")
    if not isinstance(parent(node), ast.Expr):
        return Reading.VALUE
    if end is not None and not is_constant(end, None) and not (isinstance(end, ast.Constant) and end.value == "\n"):
        return Reading.PROGRESS
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        return Reading.UNPACKED
    if separator is not None and not constant and not is_constant(separator, None):
        return Reading.COMPUTED
    literal = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
    return Reading.PROGRESS if isinstance(literal, str) and literal.startswith("\r") else Reading.RECORD


def ends_line(node: ast.expr) -> bool:
    """Tell whether a text ends with a line end, as far as its literal end tells."""
    if isinstance(node, ast.BinOp):
        return ends_line(node.right if isinstance(node.op, ast.Add) else node.left)
    if isinstance(node, ast.JoinedStr):
        return bool(node.values) and ends_line(node.values[-1])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return ends_line(node.func.value)
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and text.endswith("\n") and not text.startswith("\r")


def comment_inside(node: ast.Call, context: Context) -> bool:
    """Tell whether a comment stands between the brackets of a call."""
    span = context.range_of(node)
    if span.start.line == span.end.line:
        return False
    lines = [context.line(n).rstrip("\r\n") for n in range(span.start.line, span.end.line + 1)]
    lines[-1] = lines[-1][: span.end.column]
    lines[0] = lines[0][span.start.column :]
    tokens = tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline)
    try:
        return any(token.type == tokenize.COMMENT for token in tokens)
    except (tokenize.TokenError, SyntaxError):
        return True
