"""Code that only computes: it reads, converts and looks up values, and reaches nothing outside the process."""

from __future__ import annotations

import ast
import re
from typing import Final

from prodready.engine.semantic import Names
from prodready.engine.syntax import FUNCTIONS, nearest, walk, walk_own
from prodready.models.naming import callee, words_of

_MODULES: Final = re.compile(
    r"(?:ast|base64|binascii|bisect|builtins|calendar|codecs|collections|copy|dataclasses|datetime|dateutil|decimal"
    r"|difflib|email\.utils|enum|fnmatch|fractions|functools|hashlib|heapq|hmac|html|importlib\.metadata"
    r"|importlib_metadata|inspect|ipaddress|itertools|jose|json|jwt|locale|math|mimetypes|numbers|operator|orjson"
    r"|os\.environ|packaging|pickle|platform|posixpath|re|secrets|shlex|simplejson|statistics|string|struct|sys"
    r"|textwrap|tomllib|types|typing|typing_extensions|ujson|unicodedata|urllib\.parse|uuid|weakref|yaml|zlib|zoneinfo"
    r")\b"
)
"""The beginnings of qualified names of callables that only compute."""
_FUNCTIONS: Final = frozenset({
    "getpass.getuser", "os.fspath", "os.getenv", "os.getpid", "os.path.basename", "os.path.commonpath",
    "os.path.dirname", "os.path.join", "os.path.normpath", "os.path.relpath", "os.path.split", "os.path.splitext",
    "os.sysconf", "socket.gethostname",
})  # fmt: skip
"""Others that do, from modules that reach further."""
_EFFECTS: Final = frozenset({
    "builtins.__import__", "builtins.breakpoint", "builtins.eval", "builtins.exec", "builtins.input", "builtins.open",
    "builtins.print", "codecs.open", "sys.exit",
})  # fmt: skip
"""Those of the former that do more."""
_METHODS: Final = frozenset({
    "add", "append", "as_posix", "astimezone", "capitalize", "casefold", "copy", "count", "date", "decode", "dict",
    "digest", "discard", "dumps", "encode", "endswith", "extend", "find", "findall", "finditer", "format",
    "fromisoformat", "fromtimestamp", "fullmatch", "get", "getch", "getkey", "getlist", "group", "groupdict", "groups",
    "hex", "hexdigest", "index", "insert", "isalnum", "isalpha", "isdigit", "isoformat", "items", "join", "json",
    "keys", "ljust", "loads", "lower", "lstrip", "match", "model_dump", "model_validate", "model_validate_json",
    "parse_obj", "partition", "pop", "raw_decode", "removeprefix", "removesuffix", "replace", "rfind", "rjust",
    "rpartition", "rsplit", "rstrip", "search", "seekable", "setdefault", "sort", "split", "splitlines", "startswith",
    "strftime", "strip", "strptime", "sub", "tell", "timestamp", "title", "total_seconds", "union", "update", "upper",
    "utcoffset", "uuid4", "validate_json", "validate_python", "values", "zfill",
})  # fmt: skip
"""Methods of values that do, whatever holds them."""
_EXPECTED: Final = frozenset({
    "fileno", "get_nowait", "getpeername", "getsockname", "getsockopt", "put_nowait", "setsockopt", "settimeout",
})  # fmt: skip
"""Methods whose failure is nothing unusual, whatever they are called on: a queue is empty, the other side has gone."""
_CONVERTING: Final = frozenset({
    "as", "coerce", "convert", "decode", "deserialize", "dumps", "encode", "format", "from", "has", "is", "loads",
    "mask", "normalize", "parse", "redact", "safe", "sanitize", "serialize", "split", "strip", "supports", "timezone",
    "to", "truncate",
})  # fmt: skip
"""First words in the names of functions that compute one value from another."""
_SPELLING: Final = frozenset({"dumps", "loads"})
"""Last words of such names: `json_loads`."""
_LOOKING: Final = frozenset({"detect", "extract", "find", "get", "guess", "infer", "look", "lookup", "resolve"})
"""First words in the names of functions that look something up; a method of such a name may ask a database."""
_ASKING: Final = frozenset({"find", "get", "look", "lookup"})
"""Those of them that a database may be asked by."""
_ABOUT: Final = frozenset({
    "config", "count", "id", "ids", "info", "key", "keys", "kind", "label", "metadata", "name", "names", "path", "size",
    "spec", "type", "types", "url", "version",
})  # fmt: skip
"""Last words of names of functions that tell something about a thing, and do not get it."""
_KEY: Final = re.compile(r"(?:^|_)(?:id|ids|pk|sku|url|uuid)$", re.IGNORECASE)
"""Names of what a database, or another service, is asked by: `get_user(user_id)` is no lookup in a dictionary."""
_OUTSIDE: Final = frozenset({
    "bucket", "cache", "client", "conn", "connection", "cursor", "db", "engine", "http", "httpx", "queue",
    "redis", "repo", "repository", "requests", "session", "socket", "store",
})  # fmt: skip
"""Words in the names of what leads outside the process."""
_OTHERS: Final = frozenset({"bot", "broker", "crm", "gateway", "kafka", "mongo", "remote", "service", "upstream"})
"""Last words of such names: `self.service` leads there, `service_name` does not."""
_API: Final = re.compile(r"(?:^|_)api$")
"""Another one; `api_key` leads nowhere."""
_REACHING: Final = re.compile(
    r"(?:Client|Connection|Driver|Engine|Executor|FTP|IMAP4|Manager|Pool|Popen|Process|Redis|SMTP|Server|Service|Session"
    r"|Socket|Store|Thread)(?:_?SSL)?$"
)
"""The ends of names of classes that connect to something as they are made, while others only hold values."""
_EFFECTFUL: Final = (ast.With, ast.AsyncWith, ast.AsyncFor, *FUNCTIONS, ast.ClassDef)
_CALLING: Final = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom)
_MAX_STATEMENTS: Final = 16
"""Up to how many statements a piece of code is one conversion; where more is hidden, it is a bug that is hidden."""


def only_computes(body: list[ast.stmt], names: Names) -> bool:
    """Tell whether statements only read, convert and look up values, as far as the names of what they call tell."""
    count = 0
    for node in walk_own(body):
        if isinstance(node, ast.stmt):
            count += 1
            if count > _MAX_STATEMENTS or isinstance(node, _EFFECTFUL):
                return False
        elif isinstance(node, _CALLING) and _has_effect(node, names):
            return False
    return True


def _has_effect(node: ast.AST, names: Names) -> bool:
    if isinstance(node, ast.Call):
        return not is_conversion(node, names)
    return not isinstance(node, ast.Await) or not _reads_json(node)


def _reads_json(node: ast.Await) -> bool:
    """`await response.json()`: others send what is no JSON, too."""
    call = node.value
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "json"


def is_conversion(node: ast.Call, names: Names) -> bool:
    """Tell whether a call only computes, as far as names tell."""
    qualified = names.qualified(node.func) or ""
    if _MODULES.match(qualified) or qualified in _FUNCTIONS:
        return qualified not in _EFFECTS
    if isinstance(node.func, ast.Attribute) and node.func.attr in _EXPECTED:
        return True
    if isinstance(node.func, ast.Attribute) and _leads_outside(names.made_by(node.func.value)):
        return False
    return _sounds_harmless(node, is_function=bool(qualified)) and _stays_inside(node)


def _leads_outside(maker: str | None) -> bool:
    """Tell whether a callable makes what is connected to something, by the last part of its name."""
    last = (maker or "").rpartition(".")[2]
    return _REACHING.search(last) is not None or not _OUTSIDE.isdisjoint(words_of(last))


def _sounds_harmless(node: ast.Call, *, is_function: bool) -> bool:
    last = callee(node).rpartition(".")[2]
    if last == "cls":
        found = nearest(node, (ast.ClassDef,))
        last = found[0].name if found is not None and isinstance(found[0], ast.ClassDef) else last
    if last.lstrip("_")[:1].isupper():
        return _REACHING.search(last) is None
    if isinstance(node.func, ast.Attribute) and last in _METHODS:
        return True
    words = words_of(last)
    first = words[:1]
    if not _CONVERTING.isdisjoint(first) or not _SPELLING.isdisjoint(words[-1:]):
        return True
    looks = (is_function or isinstance(node.func, ast.Name)) and not _LOOKING.isdisjoint(first)
    return looks and not _asks_by_key(node, words)


def _asks_by_key(call: ast.Call, words: list[str]) -> bool:
    """Tell whether a thing is got by its key: `get_order(order_id)`, and not `get_model_info(model_id)`."""
    if _ASKING.isdisjoint(words[:1]) or not _ABOUT.isdisjoint(words[-1:]):
        return False
    given = [name for argument in call.args for name in _names_in(argument)]
    for keyword in call.keywords:
        given.extend((keyword.arg or "", *_names_in(keyword.value)))
    return any(map(_KEY.search, given))


def _stays_inside(node: ast.Call) -> bool:
    mentioned = _mentioned(node)
    if any(map(_API.search, mentioned)):
        return False
    words = [words_of(name) for name in mentioned]
    return all(_OUTSIDE.isdisjoint(said) and _OTHERS.isdisjoint(said[-1:]) for said in words)


def _mentioned(call: ast.Call) -> list[str]:
    """Return the names in what is called and in what it is given."""
    return _names_in(call)


def _names_in(node: ast.expr) -> list[str]:
    found = [n for n in walk([node]) if isinstance(n, (ast.Name, ast.Attribute)) and not _is_of_request(n)]
    return [n.id if isinstance(n, ast.Name) else n.attr for n in found]


def _is_of_request(node: ast.Name | ast.Attribute) -> bool:
    """Tell whether something is the session of a request, which is at hand: no connection."""
    holder = node.value if isinstance(node, ast.Attribute) and node.attr == "session" else None
    name = getattr(holder, "attr", None) or getattr(holder, "id", "")
    return name in ("req", "request")
