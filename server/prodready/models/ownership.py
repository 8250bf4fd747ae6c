"""Who uses a local name, and whether what it holds gets out of the hands of the function that opened it."""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prodready.engine.remembered import remembered
from prodready.engine.semantic import Names
from prodready.engine.syntax import FUNCTIONS, SCOPES, ancestors, dotted, enclosing_function, parent, placed, walk
from prodready.models.naming import words_of

COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp)


class How(enum.Enum):
    """What one mention of a name does with the value."""

    BIND = "bound"
    METHOD = "a method is called"
    CLOSE = "a closing method is called"
    ENTER = "entered by a with"
    READ = "read or tested"
    LENT = "passed to a call that may do anything but hardly keeps it"
    WRAPPED = "given to an object that stays in the hands of the function"
    ESCAPE = "leaves the hands of the function"


@dataclass(frozen=True, eq=False)
class Use:
    """One mention of a name. `method` is the called method's name, `awaited` whether that call is awaited."""

    node: ast.Name
    how: How
    method: str = ""
    awaited: bool = False


_DATA: Final = frozenset({
    "name", "closed", "mode", "encoding", "newlines", "headers", "cookies", "auth", "params", "timeout", "base_url",
    "bind", "dirty", "new", "deleted", "is_active", "info", "autocommit", "row_factory", "rowcount", "lastrowid",
    "description", "status", "code", "url", "filename", "filelist", "family", "total_changes", "in_transaction",
})  # fmt: skip
"""Attributes that hold plain data: reading one takes no bound method."""
_CLOSER: Final = re.compile(r"close|release|dispose|shutdown|clean_?up|teardown|terminate|finali[sz]e|stop|quit", re.I)
_KEEPER: Final = re.compile(
    r"^(?:append|appendleft|extend|insert|add|put|put_nowait|push|register|store|keep|save_to|attach|bind|wrap|set|setdefault"
    r"|update|submit|apply|apply_async|enter_context|enter_async_context|callback|partial|partialmethod|setattr|getattr"
    r"|vars|__init__|include|own|adopt|transfer|create_task|ensure_future|call_soon|call_later|run_coroutine_threadsafe"
    r"|start|spawn|serve|cast|cache|yield_|defer|depends|flock|lockf|locking)$"
    r"|^_?(?:add|register|set|put|store|attach|make|build|init|setup|configure|wrap|new|open|start|spawn|serve|schedule)_",
)
"""Calls that keep, or hand on, what they are given, by the last part of the callee's name; a lock lasts as its file."""
_ASKING: Final = frozenset(
    {"get", "list", "count", "find", "fetch", "load", "read", "query", "search", "check", "is", "has"}
)
_DOING: Final = frozenset({"add", "attach", "configure", "init", "put", "register", "set", "setup", "store"})
_RESOURCES: Final = frozenset({
    "session", "sessions", "db", "database", "conn", "connection", "connections", "client", "sock", "socket", "file",
    "files", "handle", "stream", "resource", "resources", "cursor", "pool", "executor", "transaction",
})  # fmt: skip
_ADVERBS: Final = frozenset({"after", "all", "both", "down", "if", "in", "it", "later", "now", "on", "safe", "up"})
_SPAWNERS: Final = frozenset({
    "create_task", "ensure_future", "run_coroutine_threadsafe", "start_soon", "partial", "Thread", "Process", "Timer",
})  # fmt: skip
_HARMLESS_ARGUMENTS: Final = frozenset({
    "len", "isinstance", "issubclass", "repr", "str", "id", "type", "hash", "list", "tuple", "set", "sorted", "sum",
    "max", "min", "any", "all", "next", "iter", "enumerate", "zip", "map", "filter", "reversed", "hasattr", "print",
    "bool", "json.load", "json.dump", "pickle.load", "pickle.dump", "yaml.safe_load", "yaml.load", "yaml.dump",
    "yaml.safe_dump", "yaml.full_load", "csv.reader", "csv.writer", "csv.DictReader", "csv.DictWriter", "toml.load",
    "toml.dump", "tomllib.load", "tomli.load", "shutil.copyfileobj", "marshal.load", "marshal.dump", "plistlib.load",
    "plistlib.dump", "json.JSONDecoder", "ast.parse", "compile", "hashlib.file_digest", "torch.load", "torch.save",
    "joblib.load", "joblib.dump", "numpy.load", "np.load", "numpy.save", "np.save", "pd.read_csv", "pandas.read_csv",
    "pd.read_json", "pandas.read_json", "orjson.loads", "simplejson.load", "simplejson.dump", "ujson.load",
    "ujson.dump", "cloudpickle.load", "cloudpickle.dump", "dill.load", "dill.dump", "struct.unpack",
    "configparser.read_file", "itertools.chain", "itertools.islice", "itertools.takewhile", "itertools.dropwhile",
    "itertools.groupby", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
    "xml.etree.ElementTree.parse", "ET.parse", "ElementTree.parse", "xml.dom.minidom.parse", "minidom.parse",
})  # fmt: skip
"""Calls that use what they get while they run, and at most return something that uses it."""
_SENDING: Final = frozenset({"post", "put", "patch", "request"})
"""What is called to upload a file: by the time that it returns, the file has been read."""
_EAGER_CONSUMERS: Final = frozenset({
    "list", "tuple", "set", "frozenset", "sorted", "sum", "max", "min", "any", "all", "dict", "join", "extend",
    "update", "writelines", "Counter", "deque",
})  # fmt: skip
"""Calls that run a generator expression to its end at once."""


def uses_of(name: str, body: Sequence[ast.stmt], closers: frozenset[str], names: Names) -> list[Use]:
    """Return every mention of `name` in the statements, those in functions inside them included, in source order.

    `body` is all of a function's, or one statement. `closers` are the names of the methods that close what the name
    holds.
    """
    return [_use(node, closers, body, names) for node in mentions_in(body, names).get(name, ())]


def mentions_in(body: Sequence[ast.stmt], names: Names) -> dict[str, list[ast.Name]]:
    """Return where each name stands in all of a function's body, or in one statement, in source order."""
    return _mentions((body[0], len(body) > 1), names)


@remembered
def _mentions(begin: tuple[ast.stmt, bool], names: Names) -> dict[str, list[ast.Name]]:
    """Return where each name stands in a statement, or in it and all that follow it in its block."""
    first, has_more = begin
    block, index = placed(first)
    found: dict[str, list[ast.Name]] = {}
    for node in walk(block[index:] if has_more else [first]):
        if isinstance(node, ast.Name):
            found.setdefault(node.id, []).append(node)
    return found


def is_harmless_call(call: ast.Call, names: Names) -> bool:
    """Tell whether a call is known to use its arguments only while it runs (what it returns may use them later)."""
    return not _HARMLESS_ARGUMENTS.isdisjoint(called_as(call, names))


def called_as(call: ast.Call, names: Names) -> tuple[str, str]:
    """Return what a call calls, as it is written and as it is known, builtins without a module; empty if neither."""
    known = names.qualified(call.func) or ""
    return dotted(call.func) or "", known.removeprefix("builtins.")


def is_upload(call: ast.Call, argument: ast.AST, names: Names) -> bool:
    """Tell whether a call sends the files in `argument`, the value of a keyword argument, to a server."""
    given = next((k.arg for k in call.keywords if k.value is argument), None)
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _SENDING:
        return False
    if (names.qualified(call.func) or "").partition(".")[0] in ("requests", "httpx"):
        return given in ("files", "data", "content")
    is_begun = not isinstance(enclosing_function(call), ast.AsyncFunctionDef) or isinstance(parent(call), ast.Await)
    return given == "files" and is_begun


def is_eager(call: ast.Call) -> bool:
    """Tell whether a call runs an iterable argument to its end at once."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else (dotted(call.func) or "")
    return name in _EAGER_CONSUMERS


def _use(node: ast.Name, closers: frozenset[str], body: Sequence[ast.stmt], names: Names) -> Use:
    if not isinstance(node.ctx, ast.Load):
        return Use(node, How.BIND)
    if any(isinstance(up, SCOPES) for up in _inside(node, body)) or in_lazy_generator(node):
        return Use(node, How.ESCAPE)
    up = parent(node)
    if isinstance(up, ast.Attribute):
        return _attribute(node, up, closers)
    if isinstance(up, ast.withitem):
        return Use(node, How.ENTER)
    if _is_uploaded(node, names):
        return Use(node, How.READ)
    if isinstance(up, (ast.Call, ast.keyword, ast.Starred)):
        return Use(node, _argument(node, names))
    return Use(node, How.READ if _only_looks(node, up) else How.ESCAPE)


def _inside(node: ast.AST, body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Yield the ancestors of a node up to the statement of `body` that holds it."""
    ends = {id(statement) for statement in body}
    if id(node) in ends:
        return
    for up in ancestors(node):
        yield up
        if id(up) in ends:
            return


def in_lazy_generator(node: ast.AST) -> bool:
    """Tell whether a node stands in a generator expression that nothing runs to its end at once."""
    for up in ancestors(node):
        if isinstance(up, ast.stmt):
            return False
        if isinstance(up, ast.GeneratorExp):
            consumer = parent(up)
            runs = isinstance(consumer, ast.Starred) or (isinstance(consumer, ast.Call) and is_eager(consumer))
            return not runs
    return False


def _attribute(node: ast.Name, attribute: ast.Attribute, closers: frozenset[str]) -> Use:
    up = parent(attribute)
    name = attribute.attr
    if isinstance(up, ast.Call) and up.func is attribute:
        if name in ("detach", "__enter__", "__aenter__", "pop_all"):
            return Use(node, How.ESCAPE, name)
        how = How.CLOSE if name in closers else How.METHOD
        return Use(node, how, name, isinstance(parent(up), ast.Await))
    if name in closers or name == "connection_pool":  # which may be told to disconnect
        return Use(node, How.ESCAPE, name)
    if not isinstance(attribute.ctx, ast.Load) or name in _DATA or _only_looks(attribute, up):
        return Use(node, How.READ, name)
    return Use(node, How.ESCAPE, name)


def _only_looks(node: ast.expr, up: ast.AST | None) -> bool:
    """Whether the value is looked at in passing: tested, compared, iterated, formatted, indexed, dereferenced."""
    if isinstance(up, (ast.Attribute, ast.Subscript, ast.For, ast.AsyncFor, ast.comprehension)):
        return True
    if isinstance(up, (ast.Compare, ast.FormattedValue, ast.Expr, ast.If, ast.While, ast.Assert)):
        return True
    if isinstance(up, ast.IfExp):
        return up.test is node
    if isinstance(up, ast.BoolOp):
        return _is_test(up)
    return isinstance(up, ast.UnaryOp)


def _is_test(node: ast.AST) -> bool:
    up = parent(node)
    if isinstance(up, (ast.BoolOp, ast.UnaryOp)):
        return _is_test(up)
    return isinstance(up, (ast.If, ast.While, ast.Assert)) or (isinstance(up, ast.IfExp) and up.test is node)


def _is_uploaded(node: ast.Name, names: Names) -> bool:
    """Whether a file is sent by `post(url, files={"name": file})`, in a literal or not."""
    here: ast.AST = node
    up = parent(node)
    while isinstance(up, (ast.Dict, ast.List, ast.Tuple)):
        here, up = up, parent(up)
    call = parent(up) if isinstance(up, ast.keyword) else None
    return isinstance(call, ast.Call) and is_upload(call, here, names)


def _argument(node: ast.expr, names: Names) -> How:
    call = next((up for up in ancestors(node) if isinstance(up, ast.Call)), None)
    if call is None or isinstance(parent(node), ast.Starred):
        return How.ESCAPE
    if _is_handed_to_task(call):
        return How.ESCAPE
    written = dotted(call.func)
    if written is None and isinstance(call.func, ast.Attribute):
        written = call.func.attr
    last = (written or "").rpartition(".")[2]
    if last in ("closing", "aclosing"):
        return How.ENTER if isinstance(parent(call), ast.withitem) else How.ESCAPE
    if is_harmless_call(call, names) or last == "run_in_executor":
        return How.READ
    if last[:1].isupper():
        return How.WRAPPED if _stays_here(call, names) else How.ESCAPE
    is_telling = last and not (_CLOSER.search(last) or _KEEPER.match(last))
    return How.LENT if is_telling or _works_with(node, call, last, names) else How.ESCAPE


def _works_with(node: ast.expr, call: ast.Call, last: str, names: Names) -> bool:
    """Whether a function adds, sets or closes something else by what it gets: `add_order(session, data)`."""
    words = words_of(last)
    nouns = set(words[1:])
    if not nouns or nouns & (_RESOURCES | set(words_of(dotted(node) or ""))):
        return False
    if words[0] in _ASKING:
        return True
    is_function = isinstance(call.func, ast.Name) or names.qualified(call.func) is not None
    is_first = call.args[:1] == [node] or isinstance(parent(node), ast.keyword)
    if not is_function or not is_first or len(call.args) + len(call.keywords) < 2:
        return False
    is_thing = not words[-1].endswith("ly") and words[-1] not in _ADVERBS
    return is_thing and (words[0] in _DOING or _CLOSER.fullmatch(words[0]) is not None)


def _stays_here(call: ast.Call, names: Names) -> bool:
    """Whether an object is only asked for methods: `Orders(session).total()`, or with a name in between.

    One that may be told to close what it was given, or to go on by itself, is not taken for such.
    """
    up = parent(call)
    if isinstance(up, ast.Attribute):
        return _is_plain_method(up)
    if not isinstance(up, ast.Assign) or len(up.targets) != 1 or not isinstance(up.targets[0], ast.Name):
        return False
    function = enclosing_function(call)
    if not isinstance(function, FUNCTIONS) or _has_finalizer(call, names):
        return False
    mentions = mentions_in(function.body, names).get(up.targets[0].id, [])
    others = [n for n in mentions if not isinstance(n.ctx, ast.Store)]
    is_local = all(enclosing_function(n) is function and not in_lazy_generator(n) for n in others)
    return is_local and len(mentions) - len(others) == 1 and all(_is_plain_method(parent(n)) for n in others)


def _is_plain_method(attribute: ast.AST | None) -> bool:
    call = parent(attribute) if isinstance(attribute, ast.Attribute) else None
    if not isinstance(attribute, ast.Attribute) or not isinstance(call, ast.Call) or call.func is not attribute:
        return False
    return not _CLOSER.search(attribute.attr) and not _KEEPER.match(attribute.attr) and "__" not in attribute.attr


def _has_finalizer(call: ast.Call, names: Names) -> bool:
    """Whether the objects of a class of the project tidy up by themselves."""
    return "__del__" in names.class_members(names.qualified(call.func) or "")[0]


def _is_handed_to_task(call: ast.Call) -> bool:
    for up in ancestors(call):
        if isinstance(up, ast.stmt):
            return False
        if isinstance(up, ast.Call) and (dotted(up.func) or "").rpartition(".")[2] in _SPAWNERS:
            return True
    return False
