"""Which expressions open something that must be closed again, and how a `with` closes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from prodready.engine.facts import CallSymbol, ClassSymbol, FunctionSymbol, ModuleFacts
from prodready.engine.remembered import remembered
from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    FunctionNode,
    ancestors,
    dotted,
    enclosing_function,
    is_constant,
    keyword,
    parent,
    walk_own,
)
from prodready.models.paths import is_path
from prodready.models.resource_table import (
    ACLOSE_ONLY,
    ASYNC_SESSION,
    CLOSE_ONLY,
    CONSTRUCTORS,
    GUESSED,
    GUESSED_CURSOR,
    GUESSED_SESSION,
    HARMLESS,
    METHODS,
    PATH_OPEN,
    SESSION,
    SESSION_FACTORIES,
    Kind,
    Manager,
    Resource,
)

_SESSION_CLASSES: Final = frozenset(name for name, resource in CONSTRUCTORS.items() if resource.kind is Kind.SESSION)
_SESSION_NAMES: Final = frozenset({"SessionLocal", "AsyncSessionLocal"})
"""What the documentation of FastAPI, and those who follow it, call their sessionmakers."""
_METHODS: Final = frozenset({"open", *(method for _, method in METHODS)})
_MANAGER_DECORATORS: Final = frozenset({"contextmanager", "asynccontextmanager", "fixture"})


def acquisition(value: ast.expr | None) -> ast.Call | None:
    """Return the call in `value` when it is a call, or one that is awaited."""
    if isinstance(value, ast.Await):
        value = value.value
    return value if isinstance(value, ast.Call) else None


@remembered
def library_resource(call: ast.Call, names: Names) -> Resource | None:
    """Return what a call opens by the table: a constructor, a factory, a method such as `engine.connect()`."""
    qualified = names.qualified(call.func)
    if qualified is not None and qualified in CONSTRUCTORS:
        return _as_called(CONSTRUCTORS[qualified], call, names)
    maker = made_by(call.func, names)
    if maker is not None and maker in SESSION_FACTORIES:
        return SESSION_FACTORIES[maker]
    if qualified is not None and _derives_from_session(qualified, names):
        return SESSION
    if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
        if call.func.attr == "open" and is_path(call.func.value, names):
            return PATH_OPEN
        found = METHODS.get((made_by(call.func.value, names) or "", call.func.attr))
        if found is not None:
            return found
    return _given_by_function(call, qualified, names)


def _given_by_function(call: ast.Call, qualified: str | None, names: Names) -> Resource | None:
    """Return what a function or a method of the project opens for its caller: `def connect(): return open(PATH)`."""
    is_awaited = isinstance(parent(call), ast.Await)
    if qualified is not None:
        symbol, facts = names.symbol(qualified) or (None, names.facts)
        gives = symbol.gives if isinstance(symbol, FunctionSymbol) and symbol.is_async is is_awaited else None
    else:
        gives, facts = _given_by_method(call, is_awaited, names)
    maker = names.qualify_in(facts, gives) if gives else None
    resource = _of_maker(maker, names) if maker else None
    # No `with` can be asked to wait for the function first.
    return replace(resource, manager=Manager.NONE) if resource is not None and is_awaited else resource


def _given_by_method(call: ast.Call, is_awaited: bool, names: Names) -> tuple[str | None, ModuleFacts]:
    written = dotted(call.func) or ""
    owner = names.own_class(call)
    if owner is None or not written.startswith("self.") or written.count(".") > 1:
        return None, names.facts
    method = written.removeprefix("self.")
    said = f"{method}:{'awaited:' if is_awaited else ''}gives:"
    for symbol, facts, _ in _lineage(f"{names.facts.name}.{owner}", names):
        if method in symbol.methods:
            return next((trait.removeprefix(said) for trait in symbol.traits if trait.startswith(said)), None), facts
    return None, names.facts


def _of_maker(maker: str, names: Names) -> Resource | None:
    if maker in CONSTRUCTORS:
        return CONSTRUCTORS[maker]
    owner, _, method = maker.rpartition(".")
    return SESSION_FACTORIES.get(_made_by_project(maker, names)) or METHODS.get(
        (_made_by_project(owner, names), method)
    )


def _made_by_project(qualified: str, names: Names) -> str:
    """Return what makes a value at the module level of a module of the project, empty where nobody knows."""
    symbol, facts = names.symbol(qualified) or (None, names.facts)
    return (names.qualify_in(facts, symbol.callee) or "") if isinstance(symbol, CallSymbol) else ""


def opened_by(call: ast.Call, names: Names) -> Resource | None:
    """Return what a call opens: by the table, or a session, where nobody knows a sessionmaker but by its name."""
    return library_resource(call, names) or _session_by_name(call, names)


def _session_by_name(call: ast.Call, names: Names) -> Resource | None:
    written = dotted(call.func) or ""
    if written.rpartition(".")[2] not in _SESSION_NAMES or made_by(call.func, names) is not None:
        return None
    qualified = names.qualified(call.func)
    return GUESSED_SESSION if qualified is None or names.symbol(qualified) is None else None


def closable(call: ast.Call, names: Names) -> Resource | None:
    """Return how the result of `call`, on which `close()` is called, can be closed by a `with`; None when nobody knows.

    Besides what the table holds these are classes of the project, and what only its name makes a class.
    """
    known = library_resource(call, names)
    if known is not None:
        return known if known.manager is not Manager.NONE else None
    qualified = names.qualified(call.func)
    if qualified in HARMLESS:
        return None
    found = names.symbol(qualified) if qualified else None
    if found is not None and isinstance(found[0], ClassSymbol):
        return _of_class(qualified or "", names)
    written = dotted(call.func)
    if written is None or found is not None:
        return None
    last = written.rpartition(".")[2]
    if last == "cursor" and "." in written:
        return GUESSED_CURSOR
    return GUESSED if last[:1].isupper() and not last.isupper() else None


def made_by(node: ast.expr, names: Names) -> str | None:
    """Return what made the value of `node`, also where only a parameter's annotation tells."""
    maker = names.made_by(node)
    if maker is None and isinstance(node, ast.Name):
        annotation = _annotation(node)
        return None if annotation is None else names.qualified(annotation)
    return maker


def as_used(resource: Resource, closers: set[tuple[str, bool]], awaited: bool) -> Resource:
    """Return the resource in the light of its use: a session whose methods are awaited is an asynchronous one.

    `closers` are the closing methods that were called, with whether the call was awaited.
    """
    if resource.kind is Kind.SESSION and not resource.is_async and (awaited or any(a for _, a in closers)):
        return replace(resource, closers=ASYNC_SESSION.closers, is_async=True)
    return resource


def is_lifecycle_function(function: ast.AST | None) -> bool:
    """Tell whether a function hands what it opens to others by its nature.

    That is `__enter__`, a context manager or fixture, and a dependency: a generator with one `yield` outside of loops.
    """
    if not isinstance(function, FUNCTIONS):
        return isinstance(function, ast.Lambda)
    if function.name in ("__enter__", "__aenter__"):
        return True
    decorators = (dotted(d.func if isinstance(d, ast.Call) else d) or "" for d in function.decorator_list)
    if any(d.rpartition(".")[2] in _MANAGER_DECORATORS for d in decorators):
        return True
    yields = _own_yields(function)
    return len(yields) == 1 and not any(_is_loop_within(up, function) for up in ancestors(yields[0]))


def _as_called(resource: Resource, call: ast.Call, names: Names) -> Resource | None:
    if resource.kind is Kind.SESSION and _is_on_connection(call, names):
        return None
    if keyword(call, "connection_pool") is not None:
        return None  # it opens nothing of its own
    if resource.kind is Kind.TEMPORARY and is_constant(keyword(call, "delete"), False):
        return replace(resource, kind=Kind.FILE)
    return resource


def _is_on_connection(call: ast.Call, names: Names) -> bool:
    """Whether a session is made on an open connection: closing that is up to whoever opened it."""
    bind = keyword(call, "bind") or next(iter(call.args), None)
    if isinstance(bind, ast.Call):
        # What `engine.connect()` opens right here is nobody else's.
        return isinstance(bind.func, ast.Attribute) and bind.func.attr in ("get_bind", "connection")
    if not isinstance(bind, ast.Name):
        return False
    maker = names.made_by(bind) or ""
    return bind.id in ("conn", "connection") or maker.rpartition(".")[2] in ("connect", "begin", "get_bind")


def _annotation(node: ast.Name) -> ast.expr | None:
    function = enclosing_function(node)
    if not isinstance(function, FUNCTIONS):
        return None
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    found = next((a.annotation for a in arguments if a.arg == node.id), None)
    return found.value if isinstance(found, ast.Subscript) else found


def _derives_from_session(qualified: str, names: Names) -> bool:
    return any(base in _SESSION_CLASSES for _, _, bases in _lineage(qualified, names) for base in bases)


def _of_class(qualified: str, names: Names) -> Resource | None:
    """Return how a class of the project is closed: by its `with` where it is seen to close, else by `close()`."""
    lineage = list(_lineage(qualified, names))
    for _, _, bases in lineage:
        inherited = next((CONSTRUCTORS[base] for base in bases if base in CONSTRUCTORS), None)
        if inherited is not None and not any(
            "__exit__" in c.methods or "__aexit__" in c.methods for c, _, _ in lineage
        ):
            return inherited if inherited.manager is not Manager.NONE else None
    methods = frozenset[str]().union(*(c.methods for c, _, _ in lineage)) if lineage else frozenset()
    if "aclose" in methods:
        own = _has_closing_manager(lineage, "__aenter__", "__aexit__")
        return replace(ACLOSE_ONLY, manager=Manager.OWN) if own else ACLOSE_ONLY
    if "close" not in methods:
        return None
    if _is_async_close(lineage):
        own = _has_closing_manager(lineage, "__aenter__", "__aexit__")
        return replace(CLOSE_ONLY, is_async=True, manager=Manager.OWN) if own else None
    own = _has_closing_manager(lineage, "__enter__", "__exit__")
    return replace(CLOSE_ONLY, manager=Manager.OWN) if own else CLOSE_ONLY


Lineage = tuple[ClassSymbol, ModuleFacts, tuple[str, ...]]


def _has_closing_manager(lineage: list[Lineage], enter: str, leave: str) -> bool:
    """Tell whether entering gives the object itself, and leaving closes it and lets exceptions pass, as far as seen."""
    enters = next((c for c, _, _ in lineage if enter in c.methods), None)
    leaves = next((c for c, _, _ in lineage if leave in c.methods), None)
    if enters is None or leaves is None:
        return False
    return f"{enter}:self" in enters.traits and f"{leave}:closes" in leaves.traits


def _is_async_close(lineage: list[Lineage]) -> bool:
    owner = next((c for c, _, _ in lineage if "close" in c.methods), None)
    return owner is not None and "close:async" in owner.traits


def _lineage(qualified: str, names: Names) -> Iterator[Lineage]:
    """Yield a class of the project and its bases, nearest first, each with its bases' qualified names."""
    pending, seen = [qualified], set[str]()
    while pending and len(seen) < 50:
        name = pending.pop(0)
        found = names.symbol(name) if name not in seen else None
        seen.add(name)
        if found is None or not isinstance(found[0], ClassSymbol):
            continue
        symbol, facts = found[0], found[1]
        bases = tuple(names.qualify_in(facts, base) or base for base in symbol.bases)
        yield symbol, facts, bases
        pending.extend(bases)


def _own_yields(function: FunctionNode) -> list[ast.AST]:
    """Return the `yield`s of a function, looked for once: everything that is opened in it asks."""
    known: list[ast.AST] | None = function.__dict__.get("yields")
    if known is None:
        known = [n for n in walk_own(function.body) if isinstance(n, (ast.Yield, ast.YieldFrom))]
        function.__dict__["yields"] = known
    return known


def _is_loop_within(node: ast.AST, function: FunctionNode) -> bool:
    return isinstance(node, (ast.For, ast.AsyncFor, ast.While)) and function in ancestors(node)
