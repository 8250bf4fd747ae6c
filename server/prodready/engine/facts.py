"""What one segment tells the others: its module-level names and what is behind them.

Facts hold no positions and no nodes, so an edit that only moves code, or changes the inside of a function, leaves them
equal, and nothing else needs to be checked again. A module's facts are its segments' facts merged; a project's are its
modules'. They say what the code says, not what it means: which callables make loggers or resources is up to `models`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

from prodready.engine.closing import closing_traits, given_by
from prodready.engine.likeness import declared, likeness, unsubscripted
from prodready.engine.syntax import FUNCTIONS, FunctionNode, dotted, flat_statements
from prodready.engine.usage import UNUSED, Usage, joined

_MOST_BINDINGS: Final = 50
_DOTTED: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
MAX_HOPS = 8
"""How many re-exports are followed from one module to the next."""


@dataclass(frozen=True)
class ImportSymbol:
    """A name bound by an import: `target` is the dotted origin; leading dots keep a relative import's level."""

    target: str


@dataclass(frozen=True)
class CallSymbol:
    """A name bound to the result of a call: `callee` as written (`logging.getLogger`)."""

    callee: str


@dataclass(frozen=True)
class AliasSymbol:
    """A name bound to another dotted name, as written."""

    target: str


@dataclass(frozen=True)
class FunctionSymbol:
    """A function: its decorators' and return annotation's dotted names as written, and whether it is `async`.

    `gives` is what makes the value that it returns, where that is all, and it may have to be closed.
    """

    is_async: bool = False
    decorators: tuple[str, ...] = ()
    returns: str | None = None
    gives: str | None = None


@dataclass(frozen=True)
class ClassSymbol:
    """A class: its bases as written, methods, and what its attributes (of class or `self`) are bound to.

    `names` are those that its body binds: code in the body sees them, code in its methods does not.
    `traits` say how it is closed: `__enter__:self` gives the object itself, `__exit__:closes` closes and does nothing
    else, `close:async` is a coroutine function; the same for `__aenter__` and `__aexit__`. `x:made` tells that
    `__init__` binds `self.x`, whatever it is called with, or that the class declares it.
    """

    bases: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()
    attributes: Mapping[str, tuple[Symbol, ...]] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    traits: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the attributes as a plain dictionary: a mapping proxy cannot be pickled."""
        return _class_symbol, (self.bases, self.methods, dict(self.attributes), self.traits, self.names)


@dataclass(frozen=True)
class OtherSymbol:
    """A name bound to something that nobody asks about: a literal, a loop variable, an argument.

    `like` is what an attribute is said to be like, as written: its type, or what makes it where nothing is given.
    """

    literal: bool = False
    like: str = ""


SOMETHING: Final = OtherSymbol()
"""What most names are bound to; one object, since every binding of a file comes by here."""
_LITERAL: Final = OtherSymbol(literal=True)

Symbol: TypeAlias = ImportSymbol | CallSymbol | AliasSymbol | FunctionSymbol | ClassSymbol | OtherSymbol


def _class_symbol(
    bases: tuple[str, ...],
    methods: frozenset[str],
    attributes: dict[str, tuple[Symbol, ...]],
    traits: frozenset[str],
    names: frozenset[str],
) -> ClassSymbol:
    return ClassSymbol(bases, methods, MappingProxyType(attributes), traits, names)


@dataclass(frozen=True)
class SegmentFacts:
    """The facts of one segment.

    `symbols` maps each module-level name to what it is bound to, in order. `function_reads` are the names that
    functions read or write from outside themselves; `module_closes` those that module-level code calls `.close()` on or
    uses in a `with`; `module_hands_on` those that it assigns on, puts into something, or passes to a call that may keep
    them. `stars` are the modules of `from x import *`. `exports` holds the strings of `__all__`. `part` is the name of
    the large class that the segment is a part of, with what the part holds. `usage` says from where functions are
    called. `rebound` are names that functions bind by `global`, and those that a walrus binds.
    """

    symbols: Mapping[str, tuple[Symbol, ...]] = field(default_factory=dict)
    function_reads: frozenset[str] = frozenset()
    module_closes: frozenset[str] = frozenset()
    stars: tuple[str, ...] = ()
    exports: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset()
    module_hands_on: frozenset[str] = frozenset()
    usage: Usage = UNUSED
    part: tuple[str, ClassSymbol] | None = None
    rebound: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ModuleFacts:
    """The merged facts of a file. `name` is its dotted module name, `package` what its relative imports start from."""

    name: str = ""
    package: str = ""
    symbols: Mapping[str, tuple[Symbol, ...]] = field(default_factory=dict)
    function_reads: frozenset[str] = frozenset()
    module_closes: frozenset[str] = frozenset()
    stars: tuple[str, ...] = ()
    exports: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset()
    module_hands_on: frozenset[str] = frozenset()
    usage: Usage = UNUSED

    def symbol(self, name: str) -> Symbol | None:
        """Return what module-level `name` is, None when it is unbound or different bindings disagree.

        A fallback to a literal (`structlog = None` beside an import of it) does not disagree.
        """
        return one_of(self.symbols.get(name, ()))

    def absolute(self, target: str) -> str:
        """Return an import's target without leading dots, counted from this module's package."""
        level = len(target) - len(target.lstrip("."))
        if not level:
            return target
        parts = self.package.split(".") if self.package else []
        kept = parts[: max(0, len(parts) - (level - 1))]
        return ".".join((*kept, target[level:])).strip(".") if kept else target


class ProjectFacts(Protocol):
    """What an engine may ask about other modules of the analysed project."""

    def module(self, name: str) -> ModuleFacts | None:
        """Return the facts of the module with dotted `name`; None when it is not the project's, or not known yet."""


class NoProject:
    """A project of which nothing is known."""

    def module(self, name: str) -> ModuleFacts | None:
        """Return None: no other module is known."""
        return None


def one_of(symbols: tuple[Symbol, ...]) -> Symbol | None:
    """Return the one thing that several bindings of a name agree on, leaving literals aside; None when they do not.

    Where there are many, nobody looks whether they do: each use of the name asks.
    """
    if len(symbols) < 2:
        return symbols[0] if symbols else None
    if len(symbols) > _MOST_BINDINGS or any(isinstance(s, OtherSymbol) and not s.literal for s in symbols):
        return None
    telling = {s for s in symbols if not isinstance(s, OtherSymbol)}
    if not telling:
        return symbols[0]
    return telling.pop() if len(telling) == 1 else None


def merge(parts: Iterable[SegmentFacts], name: str = "", package: str = "") -> ModuleFacts:
    """Merge the facts of a file's segments, in their order."""
    bindings: dict[str, list[Symbol]] = {}
    classes: dict[str, list[ClassSymbol]] = {}
    reads: set[str] = set()
    closes: set[str] = set()
    hands_on: set[str] = set()
    stars: list[str] = []
    exports: set[str] = set()
    ignores: set[str] = set()
    usages: list[Usage] = []
    rebound: set[str] = set()
    for part in parts:
        for key, bound in part.symbols.items():
            _join_parts(bindings, key, classes)
            bindings.setdefault(key, []).extend(bound)
        if part.part is not None:
            classes.setdefault(part.part[0], []).append(part.part[1])
        reads |= part.function_reads
        closes |= part.module_closes
        hands_on |= part.module_hands_on
        stars.extend(part.stars)
        exports |= part.exports
        ignores |= part.ignores
        usages.append(part.usage)
        rebound |= part.rebound
    for key in list(classes):
        _join_parts(bindings, key, classes)
    for key in sorted(rebound):
        bindings.setdefault(key, []).append(SOMETHING)
    symbols = {key: tuple(bound) for key, bound in bindings.items()}
    made = {key for key, bound in symbols.items() if any(isinstance(s, CallSymbol) for s in bound)}
    return ModuleFacts(
        name, package, symbols, frozenset(reads & made), frozenset(closes & made), tuple(stars), frozenset(exports),
        frozenset(ignores), frozenset(hands_on & made), joined(usages).among(_functions(symbols)),
    )  # fmt: skip


def tells_the_same(before: SegmentFacts, after: SegmentFacts, module: ModuleFacts) -> bool:
    """Tell whether `after` in the place of `before`, a segment of `module`, leaves the facts of the module as they are.

    Most edits change which names a function mentions; only those that are made by a call at module level count.
    """
    if replace(before, function_reads=after.function_reads, usage=after.usage) != after:
        return False
    changed = before.function_reads ^ after.function_reads
    if any(isinstance(s, CallSymbol) for name in changed for s in module.symbols.get(name, ())):
        return False
    if before.usage == after.usage:
        return True
    defined = _functions(module.symbols)
    return before.usage.among(defined) == after.usage.among(defined)


def _functions(symbols: Mapping[str, tuple[Symbol, ...]]) -> set[str]:
    """Return the names of all functions and methods that a module defines at its top level and in its classes."""
    found: set[str] = set()
    for name, bound in symbols.items():
        for symbol in bound:
            if isinstance(symbol, FunctionSymbol):
                found.add(name)
            elif isinstance(symbol, ClassSymbol):
                found |= symbol.methods
    return found


def _join_parts(bindings: dict[str, list[Symbol]], name: str, classes: dict[str, list[ClassSymbol]]) -> None:
    """Add the parts of a large class that came since to the class that was bound last under its name."""
    parts = classes.pop(name, None)
    if parts is None:
        return
    bound = bindings.setdefault(name, [])
    index = next((i for i in reversed(range(len(bound))) if isinstance(bound[i], ClassSymbol)), None)
    if index is None:
        bound.append(joined_class(parts[0], parts[1:]))
        return
    whole = bound[index]
    assert isinstance(whole, ClassSymbol)
    bound[index] = joined_class(whole, parts)


def joined_class(whole: ClassSymbol, parts: Sequence[ClassSymbol]) -> ClassSymbol:
    """Return a class together with further parts of its body."""
    attributes: dict[str, list[Symbol]] = {}
    for part in (whole, *parts):
        for key, bound in part.attributes.items():
            attributes.setdefault(key, []).extend(bound)
    return ClassSymbol(
        whole.bases,
        whole.methods.union(*(part.methods for part in parts)),
        MappingProxyType({key: tuple(bound) for key, bound in attributes.items()}),
        whole.traits.union(*(part.traits for part in parts)),
        whole.names.union(*(part.names for part in parts)),
    )


_SAME_LOGGER: Final = frozenset({"bind", "new", "unbind", "try_unbind", "opt", "patch"})
"""Methods that give back the logger they are called on, with something added: it is still made by the first call."""


def symbol_of(value: ast.expr | None) -> Symbol:
    """Return what a name is bound to by `name = value`."""
    if isinstance(value, ast.Await):
        value = value.value
    if isinstance(value, ast.Call):
        return _call_symbol(value)
    target = dotted(value)
    if target is not None:
        return AliasSymbol(target)
    return _LITERAL if isinstance(value, ast.Constant) else SOMETHING


def _call_symbol(call: ast.Call) -> Symbol:
    callee = call.func
    while isinstance(callee, ast.Attribute) and callee.attr in _SAME_LOGGER and isinstance(callee.value, ast.Call):
        callee = callee.value.func
    name = dotted(callee)
    return CallSymbol(name) if name else SOMETHING


def bindings(statement: ast.stmt) -> Iterator[tuple[str, Symbol]]:
    """Yield the names that one statement binds by itself (not those of the statements inside it)."""
    binder = _BINDERS.get(type(statement))
    return iter(()) if binder is None else binder(statement)


def _import(node: ast.Import) -> Iterator[tuple[str, Symbol]]:
    for alias in node.names:
        if alias.asname:
            yield alias.asname, ImportSymbol(alias.name)
        else:
            top = alias.name.partition(".")[0]
            yield top, ImportSymbol(top)


def _import_from(node: ast.ImportFrom) -> Iterator[tuple[str, Symbol]]:
    origin = "." * node.level + (node.module or "")
    joint = "" if origin.endswith(".") or not origin else "."
    for alias in node.names:
        if alias.name != "*":
            yield alias.asname or alias.name, ImportSymbol(f"{origin}{joint}{alias.name}")


def _function(node: FunctionNode) -> Iterator[tuple[str, Symbol]]:
    yield node.name, function_symbol(node)


def _class(node: ast.ClassDef) -> Iterator[tuple[str, Symbol]]:
    yield node.name, class_symbol(node)


def _assign(node: ast.Assign) -> Iterator[tuple[str, Symbol]]:
    for target in node.targets:
        yield from _targets(target, node.value)


def _annotated(node: ast.AnnAssign) -> Iterator[tuple[str, Symbol]]:
    if node.value is not None:
        yield from _targets(node.target, node.value)


def _one_target(node: ast.AugAssign | ast.For | ast.AsyncFor) -> Iterator[tuple[str, Symbol]]:
    yield from _targets(node.target, None)


def _with(node: ast.With | ast.AsyncWith) -> Iterator[tuple[str, Symbol]]:
    for item in node.items:
        if item.optional_vars is not None:
            yield from _targets(item.optional_vars, item.context_expr)


def _delete(node: ast.Delete) -> Iterator[tuple[str, Symbol]]:
    for target in node.targets:
        yield from _targets(target, None)


def _match(node: ast.Match) -> Iterator[tuple[str, Symbol]]:
    for case in node.cases:
        for part in ast.walk(case.pattern):
            name = getattr(part, "name", None) or getattr(part, "rest", None)
            if name:
                yield name, SOMETHING


_BINDERS: Final[Mapping[type[ast.stmt], Callable[..., Iterator[tuple[str, Symbol]]]]] = {
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _one_target,
    ast.For: _one_target,
    ast.AsyncFor: _one_target,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Delete: _delete,
    ast.Match: _match,
}


def _targets(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, Symbol]]:
    if isinstance(target, ast.Name):
        yield target.id, symbol_of(value) if value is not None else SOMETHING
    elif isinstance(target, (ast.Tuple, ast.List)):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            values = list(value.elts)
        for element, part in zip(target.elts, values, strict=True):
            yield from _targets(element, part)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, None)


def function_symbol(node: FunctionNode) -> FunctionSymbol:
    """Return the facts of a function."""
    decorators = (dotted(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list)
    is_async = isinstance(node, ast.AsyncFunctionDef)
    return FunctionSymbol(is_async, tuple(d for d in decorators if d), _type_named(node.returns), given_by(node))


def _type_named(annotation: ast.expr | None) -> str | None:
    """Return the dotted name that an annotation is, in quotes or not."""
    quoted = annotation.value if isinstance(annotation, ast.Constant) else None
    if isinstance(quoted, str):
        return quoted if _DOTTED.fullmatch(quoted) else None
    return dotted(annotation)


def class_symbol(node: ast.ClassDef) -> ClassSymbol:
    """Return the facts of a class, or of the part of one that a segment holds."""
    methods: set[str] = set()
    traits: set[str] = set()
    attributes: dict[str, list[Symbol]] = {}
    names: set[str] = set()
    for statement in flat_statements(node.body):
        # Once: a class in a class in a class would be looked at twice as often with each level.
        bound = list(bindings(statement))
        for name, _ in bound:
            names.add(name)
        for handler in getattr(statement, "handlers", ()):
            if handler.name:
                names.add(handler.name)
        attribute, kind = declared(statement) or ("", None)
        if attribute:
            attributes.setdefault(attribute, []).append(OtherSymbol(like=dotted(kind) or ""))
            traits.add(f"{attribute}:made")
        if isinstance(statement, FUNCTIONS):
            methods.add(statement.name)
            traits.update(closing_traits(statement))
            for name, symbol, is_sure in _self_attributes(statement):
                attributes.setdefault(name, []).append(symbol)
                traits.update([f"{name}:made"] if is_sure else [])
        else:
            for name, symbol in bound:
                attributes.setdefault(name, []).append(symbol)
    bases = tuple(d for base in node.bases if (d := dotted(unsubscripted(base))))
    bound_to = MappingProxyType({name: tuple(symbols) for name, symbols in attributes.items()})
    return ClassSymbol(bases, frozenset(methods), bound_to, frozenset(traits), frozenset(names))


def _self_attributes(function: FunctionNode) -> Iterator[tuple[str, Symbol, bool]]:
    """Yield what a method binds on `self`, and whether every object has it; most is only known of calls and names."""
    arguments = function.args.posonlyargs + function.args.args
    if not arguments:
        return
    statements = flat_statements(function.body)
    bound = list(_bound_on(arguments[0].arg, statements))
    if not bound:
        return
    given = {a.arg: a.annotation for a in [*arguments, *function.args.kwonlyargs]}
    local = {*given, *(name for statement in statements for name, _ in bindings(statement))}
    always = set(map(id, function.body if function.name == "__init__" else ()))
    for attribute, statement in bound:
        is_sure = id(statement) in always
        symbol = _unless_local(symbol_of(statement.value), local)
        if isinstance(symbol, OtherSymbol) and is_sure:
            written = dotted(likeness(statement, given)) or ""
            symbol = replace(symbol, like="" if written.partition(".")[0] in local else written)
        yield attribute, symbol, is_sure


def _bound_on(own: str, statements: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.Assign | ast.AnnAssign]]:
    """Yield the attributes of the name `own` that statements assign, each with its statement."""
    for statement in statements:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
            continue
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == own:
                yield target.attr, statement


def _unless_local(symbol: Symbol, local: set[str]) -> Symbol:
    """Return `symbol`, or one that says nothing where it speaks of a name that means something else at module level."""
    if isinstance(symbol, (CallSymbol, AliasSymbol)):
        written = symbol.callee if isinstance(symbol, CallSymbol) else symbol.target
        return SOMETHING if written.partition(".")[0] in local else symbol
    return symbol
