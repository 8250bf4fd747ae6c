"""Which values still need the resource that they came from: a cursor, a lazy reader, an object of the ORM."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Final

from prodready.engine.semantic import Names
from prodready.engine.syntax import FUNCTIONS, dotted, keyword, parent, walk, walk_own
from prodready.models.orm_objects import used_as_objects
from prodready.models.ownership import called_as, is_eager, is_harmless_call, is_upload
from prodready.models.resource_table import Kind, Resource

READS: Final = frozenset({
    "all", "first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "fetchall", "fetchone",
    "fetchmany", "fetch", "fetchrow", "fetchval", "count", "scalar_subquery", "get",
})  # fmt: skip
"""Methods that ask a database at once, and answer with what came back."""
_READ_WHOLE: Final = frozenset({
    "read", "readline", "readlines", "readall", "tell", "seek", "write", "writelines", "flush",
    "truncate", "isatty", "readable", "writable", "namelist", "infolist", "getinfo", "getnames", "getmembers",
    "writestr", "get", "getcode", "geturl", "getparams", "getnframes", "getframerate", "getnchannels", "getsampwidth",
    "readframes", "close", "add",
    "extract", "extractall", "writeframes", "testzip", "readinto", "find", "size",
})  # fmt: skip
_DONE: Final = {
    Kind.FILE: _READ_WHOLE,
    Kind.TEMPORARY: _READ_WHOLE,
    Kind.CONNECTION: READS | {"commit", "rollback", "close", "executescript", "send", "recv"},
    Kind.CURSOR: READS | {"close"},
    Kind.SOCKET: frozenset({
        "accept", "recv", "send", "sendall",
        "sendto", "recvfrom", "connect", "connect_ex", "bind", "listen", "settimeout",
        "close", "setsockopt", "getsockname", "getpeername", "shutdown", "setblocking", "getsockopt",
        "recv_into",
    }),
    Kind.SESSION: frozenset({"commit", "rollback", "flush", "add_all", "close", "expunge_all", "delete", "refresh"}),
}  # fmt: skip
"""Methods whose results are plain values, by the kind of the resource that they belong to.

`fileno` is none of them: its number is good for as long as the resource is open.
"""
_ATTACHING: Final = frozenset({"add", "add_all", "merge", "refresh", "delete", "enable_relationship_loading"})
_PLAIN_CALLS: Final = frozenset({
    "len", "str", "int", "float", "bool", "repr", "sum", "any", "all", "isinstance", "hash", "json.load",
    "json.loads", "json.dumps", "json.dump", "pickle.load", "pickle.dump", "yaml.safe_load", "yaml.load",
    "yaml.safe_dump", "yaml.dump", "toml.load", "tomllib.load", "tomli.load", "hashlib.file_digest", "ast.parse",
    "pd.read_csv", "pandas.read_csv", "print", "shutil.copyfileobj", "yaml.full_load", "plistlib.load", "torch.load",
    "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
    "xml.etree.ElementTree.parse", "ET.parse", "ElementTree.parse", "xml.dom.minidom.parse", "minidom.parse",
    "joblib.load", "Popen", "subprocess.Popen", "mmap.mmap", "os.dup", "os.dup2", "os.fstat", "os.read", "os.isatty",
})  # fmt: skip
"""Calls that are done with their arguments when they return; the number of a file is copied by those that keep it."""
_TEXT_METHODS: Final = frozenset(
    {"json", "text", "read", "model_dump", "dict", "to_dict", "as_dict", "isoformat", "format"}
)
_BINDING: Final = (ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.AsyncFor)
_PLURAL: Final = re.compile(r"[a-z_]*[^\Wsui_]s")
"""How attributes are called that hold many objects: `orders`, not `status` or `address`."""

_FETCHES: Final = re.compile(
    r"_?(?:async_|a)?(?:fetch|load|download|read|list|count|find|query|check|search|crawl|scrape|collect|send|post|get)"
    r"(?:_(?!\w*(?:api|client|conn|cursor|iter|pool|reader|response|service|session|stream))\w+)?$"
)
"""How functions are called whose results are what they fetched, and not what they fetched it by."""

DETACHED: Final = "objects of the ORM that leave the block are detached from their session"
"""What a fix says that closes a session in front of them."""


class Dependents:
    """The names in some statements whose values may need the resource called `name`, as far as can be seen.

    A resource without a name is given as `origin`, the expression that opens it. `trusts_names`: a function that is
    called as if it fetched something is taken to give just that.
    """

    def __init__(
        self,
        name: str,
        resource: Resource,
        body: Sequence[ast.stmt],
        resolver: Names,
        *,
        origin: ast.expr | None = None,
        trusts_names: bool = False,
    ) -> None:
        self.name = name
        self.resolver = resolver
        self.trusts_names = trusts_names
        self.resource = resource
        self.origin = origin
        self.names: set[str] = set()
        self._objects = used_as_objects(body) if resource.kind is Kind.SESSION else frozenset()
        before = -1
        while len(self.names) > before:
            before = len(self.names)
            for node in walk_own(body):
                self._note(node)

    def is_needed_by(self, node: ast.expr | None) -> bool:
        """Tell whether the value of an expression may still need the resource."""
        if node is None or node is self.origin:
            return node is not None
        if isinstance(node, ast.Name):
            return node.id == self.name or node.id in self.names
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.BinOp, ast.JoinedStr)):
            return self._part(node)
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            return self._comprehension(node)
        if isinstance(node, ast.Lambda):
            return self.mentions(node.body)
        return any(self.is_needed_by(part) for part in _values_of(node))

    def leaving(self, statements: Sequence[ast.stmt]) -> ast.AST | None:
        """Return the first node by which a value that needs the resource leaves the statements, None if none does."""
        for node in walk_own(statements):
            if isinstance(node, ast.Return) and self.is_needed_by(node.value):
                return node
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and self.is_needed_by(node.value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                parts = [t for t in targets if isinstance(t, (ast.Attribute, ast.Subscript))]
                if any(not self.is_needed_by(self._root(part)) for part in parts):
                    return node
            if isinstance(node, ast.Call) and self._is_kept_by(node):
                return node
        return None

    def _is_kept_by(self, node: ast.Call) -> bool:
        """Whether an object is made from a value that needs the resource: `Store(cursor)`, `cls(collection)`."""
        last = (dotted(node.func) or "").rpartition(".")[2]
        if self.resource.kind is Kind.SESSION or not (last[:1].isupper() or last == "cls"):
            return False
        if self._is_plain_call(node) or is_harmless_call(node, self.resolver):
            return False
        return any(self.is_needed_by(argument) for argument in (*node.args, *(k.value for k in node.keywords)))

    def mentions(self, node: ast.AST) -> bool:
        """Tell whether a node mentions the resource, or a name whose value may need it."""
        found = (n.id for n in walk([node]) if isinstance(n, ast.Name))
        return any(name == self.name or name in self.names for name in found)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            is_needed = self.is_needed_by(node.value)
            for target in node.targets:
                if is_needed or self._is_related(target, node.value):
                    self._bind(target)
        elif isinstance(node, _BINDING) and self._is_from(node):
            self._bind(node.target)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None and self.is_needed_by(node.context_expr):
            self._bind(node.optional_vars)
        elif isinstance(node, FUNCTIONS) and any(self.mentions(statement) for statement in node.body):
            self.names.add(node.name)
        elif isinstance(node, ast.Call):
            self._note_call(node)

    def _note_call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and self._is_container_call(node):
            self._bind(node.func.value)
        elif self.resource.kind is Kind.SESSION and self._attaches(node):
            for argument in node.args:
                if isinstance(argument, (ast.Name, ast.List, ast.Tuple)):
                    self._bind(argument)

    def _attaches(self, node: ast.Call) -> bool:
        """Whether a call may attach its arguments to the session: `session.add(order)`, `save(session, order)`.

        A commit expires what is attached: the next look at one of its attributes needs the session.
        """
        if isinstance(node.func, ast.Attribute) and dotted(node.func.value) == self.name:
            return node.func.attr in _ATTACHING
        given = [*node.args, *(k.value for k in node.keywords)]
        return any(isinstance(argument, ast.Name) and argument.id == self.name for argument in given)

    def _is_from(self, node: ast.AnnAssign | ast.AugAssign | ast.NamedExpr | ast.For | ast.AsyncFor) -> bool:
        """Whether the target of a statement takes a value that may need the resource."""
        if isinstance(node, (ast.For, ast.AsyncFor)):
            return self._hands_out_objects() and self.is_needed_by(node.iter)
        if node.value is None:
            return False
        return self.is_needed_by(node.value) or self._is_related(node.target, node.value)

    def _is_container_call(self, node: ast.Call) -> bool:
        method = node.func if isinstance(node.func, ast.Attribute) else None
        if method is None or method.attr not in ("append", "extend", "add", "insert", "update", "appendleft"):
            return False
        return any(self.is_needed_by(a) or self._is_related(method.value, a) for a in node.args)

    def _bind(self, target: ast.expr) -> None:
        found = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
        self.names |= found - {self.name, "self", "cls"}

    def _is_related(self, target: ast.expr, value: ast.expr) -> bool:
        """Whether a name is given something made from objects of the ORM, and used as if it held such objects."""
        holder = self._root(target)
        if not isinstance(holder, ast.Name) or holder.id not in self._objects or _asks_for_columns(value):
            return False
        return any(self.is_needed_by(part) for part in walk([value]) if isinstance(part, ast.expr))

    def _hands_out_objects(self) -> bool:
        return self.resource.kind in (Kind.SESSION, Kind.TEMPORARY)

    def _part(self, node: ast.Attribute | ast.Subscript | ast.BinOp | ast.JoinedStr) -> bool:
        """A part of a value: the path of a temporary file dies with it, a row of a result does not."""
        if self.resource.kind is Kind.TEMPORARY:
            return self.mentions(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript):
            keeps = self.resource.kind in (Kind.SESSION, Kind.CLIENT)
            return keeps and self.is_needed_by(node.value)
        if isinstance(node, ast.BinOp):
            joins = isinstance(node.op, (ast.Add, ast.BitOr))  # others make numbers
            return joins and (self.is_needed_by(node.left) or self.is_needed_by(node.right))
        return False

    def _attribute(self, node: ast.Attribute) -> bool:
        """Whether an attribute is a collection of a database, or holds further objects of the ORM."""
        holds = self.resource.kind is Kind.SESSION and _PLURAL.fullmatch(node.attr) is not None
        if not holds and not self.resource.has_parts:
            return False
        return self.is_needed_by(self._root(node))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> bool:
        given = _given(node)
        if self.is_needed_by(given):  # work that is handed in, or objects that are loaded, one by one
            return True
        if not any(self.is_needed_by(g.iter) for g in node.generators):
            return False
        if isinstance(node, ast.GeneratorExp):
            return True
        targets = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        return self._hands_out_objects() and isinstance(given, ast.Name) and given.id in targets

    def _call(self, node: ast.Call) -> bool:
        if isinstance(node.func, ast.Attribute) and self._is_on_needed(node.func.value):
            return self._method(node, node.func)
        arguments = [*node.args, *(k.value for k in node.keywords)]
        if not any(self.is_needed_by(argument) for argument in arguments):
            return False
        written = dotted(node.func) or ""
        last = written.rpartition(".")[2]
        if self._is_plain_call(node) or self._is_trusted(node, last):
            return False
        if is_eager(node) or written == "next":
            return self._hands_out_objects()
        if self.resource.kind is not Kind.SESSION or any(dotted(argument) == self.name for argument in arguments):
            return True
        return not (last[:1].isupper() or last in _TEXT_METHODS)

    def _is_trusted(self, node: ast.Call, last: str) -> bool:
        """Whether a coroutine gives what it has fetched; a plain function may be a generator that is yet to begin."""
        is_coroutine = self.resource.is_async and not isinstance(parent(node), ast.Return)
        return self.trusts_names and is_coroutine and _FETCHES.match(last) is not None

    def _is_plain_call(self, node: ast.Call) -> bool:
        if not _PLAIN_CALLS.isdisjoint(called_as(node, self.resolver)):
            return True
        return any(is_upload(node, argument.value, self.resolver) for argument in node.keywords)

    def _is_on_needed(self, owner: ast.expr) -> bool:
        """Whether a method is called on what needs the resource, or on a part of that: `resource.raw.read()`."""
        if isinstance(owner, (ast.Call, ast.Await)) or owner is self.origin:
            return self.is_needed_by(owner)
        return self.is_needed_by(self._root(owner))

    def _method(self, node: ast.Call, method: ast.Attribute) -> bool:
        if self.resource.is_async and dotted(method.value) == self.name and not isinstance(parent(node), ast.Await):
            return True  # nothing has happened yet
        if self.resource.kind is Kind.EXECUTOR:
            return method.attr == "submit"
        if self.resource.kind is Kind.SESSION and method.attr in READS:
            return not _asks_for_columns(node)
        if self.resource.kind is Kind.CLIENT:
            return self._response(node, method)
        done = _DONE.get(self.resource.kind, frozenset())
        return method.attr not in done and method.attr not in _TEXT_METHODS

    def _root(self, node: ast.expr) -> ast.expr:
        """Return what a chain of attributes, calls and subscripts begins with."""
        while node is not self.origin:
            if isinstance(node, (ast.Attribute, ast.Subscript, ast.Await)):
                node = node.value
            elif isinstance(node, ast.Call):
                node = node.func
            else:
                break
        return node

    def _response(self, node: ast.Call, method: ast.Attribute) -> bool:
        """An answer is whole when its call returns, unless it is streamed, or its body is still to be awaited."""
        if method.attr in _TEXT_METHODS or method.attr in ("raise_for_status", "close", "release"):
            return False
        return keyword(node, "stream") is not None or re.fullmatch(self.resource.lazy, method.attr) is not None


def _values_of(node: ast.expr) -> Sequence[ast.expr]:
    """Return the expressions whose values an expression may have, or hold."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, (ast.Dict, ast.BoolOp)):
        return node.values
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return node.elts
    return [node.value] if isinstance(node, (ast.Await, ast.Starred, ast.NamedExpr)) else []


def _given(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> ast.expr:
    """Return what a comprehension consists of; Python 3.15 has `[*x for …]`, and `{**x for …}` without a value."""
    if isinstance(node, ast.DictComp):
        value: ast.expr | None = node.value
        return node.key if value is None else value
    return node.elt.value if isinstance(node.elt, ast.Starred) else node.elt


def _asks_for_columns(node: ast.expr) -> bool:
    """Tell whether a chain asks the database for columns or text, so that rows and not objects come back."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "count":
        return True
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            name = part.func.attr if isinstance(part.func, ast.Attribute) else (dotted(part.func) or "")
            if name in ("select", "query"):
                return bool(part.args) and all(_is_column(argument) for argument in part.args)
            if name == "text":
                return True
            if name == "get":
                return False
    return False


def _is_column(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return not isinstance(node.func, ast.Name) or node.func.id in ("count", "distinct", "exists")
    return isinstance(node, ast.Attribute) and not node.attr[:1].isupper()
