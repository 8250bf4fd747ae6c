"""Scopes, imports and qualified names: the one copy of name resolution.

A *qualified name* is the dotted origin of what an expression refers to: `logging.getLogger`, `builtins.print`,
`app.db.SessionLocal`. Names of the module itself are qualified by the module's own name. Where several bindings
disagree, there is no answer: rules stay silent then.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, TypeAlias

from prodready.engine.facts import (
    MAX_HOPS,
    SOMETHING,
    AliasSymbol,
    CallSymbol,
    ClassSymbol,
    ImportSymbol,
    ModuleFacts,
    OtherSymbol,
    ProjectFacts,
    Symbol,
    bindings,
    one_of,
)
from prodready.engine.syntax import (
    FUNCTIONS,
    SCOPES,
    FunctionNode,
    dotted,
    enclosing_class,
    flat_statements,
    nearest,
    parent,
    walk,
    walk_own,
)

Scope: TypeAlias = dict[str, tuple[Symbol, ...]]
"""What each name of a scope is bound to, in order."""

BUILTINS: Final = frozenset(dir(builtins))
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_HAS_STATEMENTS: Final = (*FUNCTIONS, ast.ClassDef)
_OPENS_SCOPE: Final = (*SCOPES, *_COMPREHENSIONS)
_OTHER: Final = (SOMETHING,)
_ANY_KIND: Final = frozenset({ast.NamedExpr, ast.Global, ast.Nonlocal})


class Names:
    """Name resolution in one segment of a module, in the light of the module's and the project's facts.

    `tell` returns the facts of the module; it is called when they are asked for first, which in tests is seldom.
    `kinds` are the types of nodes that the segment holds: what most code does not use is not looked for.
    `answers` and `module_answers` hold what was worked out already: for this segment, and for every segment that is
    looked at in the light of the same facts.
    """

    def __init__(
        self,
        tell: Callable[[], ModuleFacts],
        project: ProjectFacts,
        kinds: Container[type] = _ANY_KIND,
        module_answers: dict[object, object] | None = None,
    ) -> None:
        self._tell = tell
        self.project = project
        self.answers: dict[object, object] = {}
        self.module_answers = {} if module_answers is None else module_answers
        self._kinds = kinds
        self._locals: dict[ast.AST, Scope] = {}
        self._around: dict[tuple[ast.AST, bool], Sequence[Scope]] = {}
        # Many rules ask about the same nodes: every one that looks at calls asks what each call calls.
        self._qualified: dict[ast.expr, str | None] = {}
        self._made: dict[ast.expr, str | None] = {}

    @cached_property
    def facts(self) -> ModuleFacts:
        """The facts of the whole module."""
        return self._tell()

    def bound_locally(self, name: str, at: ast.AST) -> tuple[Symbol, ...] | None:
        """Return the bindings of `name` in the innermost local scope around `at` that has it; None without one."""
        for symbols in self._scopes(at):
            if name in symbols:
                return symbols[name]
        return None

    def is_free(self, name: str, at: ast.AST) -> bool:
        """Tell whether `name` has no meaning at `at` yet: not bound in any scope around it, and no builtin."""
        return self.bound_locally(name, at) is None and name not in self.facts.symbols and name not in BUILTINS

    def qualified(self, node: ast.expr) -> str | None:
        """Return the qualified name of a name or attribute chain, None when it is not known for sure."""
        known = self._qualified.get(node, "")
        if known == "":
            text = dotted(node)
            known = self._qualified[node] = None if text is None else self._qualify(text, node, MAX_HOPS)
        return known

    def made_by(self, node: ast.expr) -> str | None:
        """Return the qualified name of the callable whose result `node` holds.

        For `logger`, bound by `logger = logging.getLogger(...)` here or in a module of the project that it is imported
        from, that is `logging.getLogger`. A call is looked at directly. `self.x` is looked up in the class.
        """
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Call):
            return self.qualified(node.func)
        if node not in self._made:
            text = dotted(node)
            self._made[node] = None if text is None else self._maker(text, node, MAX_HOPS)
        return self._made[node]

    def symbol(self, qualified: str) -> tuple[Symbol, ModuleFacts] | None:
        """Return what a qualified name is in the project, and the facts of the module that binds it."""
        for hop in range(MAX_HOPS):
            module, _, name = qualified.rpartition(".")
            facts = self.facts if module == self.facts.name else self.project.module(module)
            if facts is None:
                return None
            symbol = facts.symbol(name)
            if symbol is None:
                target = self._starred(facts, name) if hop < MAX_HOPS - 1 else None
                if target is None:
                    return None
                qualified = target
            elif isinstance(symbol, ImportSymbol):
                qualified = facts.absolute(symbol.target)
            else:
                return symbol, facts
        return None

    def class_members(self, qualified: str) -> tuple[frozenset[str], bool]:
        """Return the methods of a project class with those of its bases, and whether every base is known."""
        methods: set[str] = set()
        complete = True
        pending, seen = [qualified], set[str]()
        while pending and len(seen) < 50:
            name = pending.pop()
            if name in seen or name in ("builtins.object", "typing.Generic", "typing.Protocol", "abc.ABC"):
                continue
            seen.add(name)
            members, facts = self.symbol(name) or (None, self.facts)
            if not isinstance(members, ClassSymbol):
                complete = False
                continue
            methods |= members.methods
            pending.extend(self.qualify_in(facts, base) or base for base in members.bases)
        return frozenset(methods), complete

    def qualify_in(self, facts: ModuleFacts, text: str, hops: int = MAX_HOPS) -> str | None:
        """Return the qualified name of dotted `text` as written at the module level of `facts`."""
        head, _, rest = text.partition(".")
        bound = facts.symbols.get(head)
        if bound is None:
            star = self._starred(facts, head)
            if star is not None:
                return self._joined(star, rest)
            return self._joined(f"builtins.{head}", rest) if head in BUILTINS else None
        symbol = one_of(bound)
        if symbol is None:
            return None
        if isinstance(symbol, ImportSymbol):
            return self.canonical(self._joined(facts.absolute(symbol.target), rest))
        if isinstance(symbol, AliasSymbol) and hops > 0 and symbol.target.partition(".")[0] != head:
            target = self.qualify_in(facts, symbol.target, hops - 1)
            return None if target is None else self._joined(target, rest)
        return self._joined(f"{facts.name}.{head}", rest)

    def canonical(self, qualified: str) -> str:
        """Follow the project's re-exports: `app.Session` becomes `sqlalchemy.orm.Session` where `app` imports it."""
        for _ in range(MAX_HOPS):
            parts = qualified.split(".")
            for cut in range(len(parts) - 1, 0, -1):
                facts = self.project.module(".".join(parts[:cut]))
                if facts is not None:
                    break
            else:
                return qualified
            symbol = facts.symbol(parts[cut])
            if not isinstance(symbol, ImportSymbol):
                return qualified
            target = ".".join((facts.absolute(symbol.target), *parts[cut + 1 :]))
            if target == qualified:
                return qualified
            qualified = target
        return qualified

    def _qualify(self, text: str, at: ast.AST, hops: int) -> str | None:
        head, _, rest = text.partition(".")
        bound = self.bound_locally(head, at)
        if bound is None:
            return self.qualify_in(self.facts, text, hops)
        symbol = one_of(bound)
        if isinstance(symbol, ImportSymbol):
            return self.canonical(self._joined(self.facts.absolute(symbol.target), rest))
        if isinstance(symbol, AliasSymbol) and hops > 0 and symbol.target.partition(".")[0] != head:
            target = self._qualify(symbol.target, at, hops - 1)
            return None if target is None else self._joined(target, rest)
        return None

    def _maker(self, text: str, at: ast.AST, hops: int) -> str | None:
        head, _, rest = text.partition(".")
        bound = self.bound_locally(head, at)
        if rest and self._is_self(head, at):
            own = self.own_class(at)
            return None if own is None else self.maker_of(rest, own)
        if bound is None:
            return self._module_maker(self.facts, text, hops)
        symbol = one_of(bound)
        if rest and not isinstance(symbol, (ImportSymbol, AliasSymbol)):
            return None
        if isinstance(symbol, CallSymbol):
            return self._qualify(symbol.callee, at, hops)
        if isinstance(symbol, AliasSymbol) and hops > 0 and symbol.target.partition(".")[0] != head:
            return self._maker(self._joined(symbol.target, rest), at, hops - 1)
        if isinstance(symbol, ImportSymbol):
            return self._foreign_maker(self._joined(self.facts.absolute(symbol.target), rest), hops)
        return None

    def _module_maker(self, facts: ModuleFacts, text: str, hops: int) -> str | None:
        head, _, rest = text.partition(".")
        symbol = facts.symbol(head)
        if isinstance(symbol, CallSymbol) and not rest:
            return self.qualify_in(facts, symbol.callee)
        if isinstance(symbol, AliasSymbol) and hops > 0 and symbol.target.partition(".")[0] != head:
            return self._module_maker(facts, self._joined(symbol.target, rest), hops - 1)
        if isinstance(symbol, ImportSymbol):
            return self._foreign_maker(self._joined(facts.absolute(symbol.target), rest), hops)
        return None

    def _foreign_maker(self, qualified: str, hops: int) -> str | None:
        found = self.symbol(self.canonical(qualified))
        if found is None or hops <= 0:
            return None
        symbol, facts = found
        if isinstance(symbol, CallSymbol):
            return self.qualify_in(facts, symbol.callee)
        if isinstance(symbol, AliasSymbol):
            return self._module_maker(facts, symbol.target, hops - 1)
        return None

    def _is_self(self, name: str, at: ast.AST) -> bool:
        return name in ("self", "cls") and enclosing_class(at) is not None

    def own_class(self, at: ast.AST) -> str | None:
        """Return the name of the class around a node, None where that is not one of the module's own level."""
        node = enclosing_class(at)
        return None if node is None or nearest(node, SCOPES) is not None else node.name

    def likeness_of(self, attribute: str, class_name: str) -> tuple[str, ModuleFacts] | None:
        """Return what an attribute is said to be like (a type, or what makes one), as its module writes it.

        It is one of the objects of a class of this module.
        """
        bound, _, facts = self._attribute(attribute, class_name) or (None, None, self.facts)
        return (bound.like, facts) if isinstance(bound, OtherSymbol) and bound.like else None

    def has_attribute(self, attribute: str, class_name: str) -> bool:
        """Tell whether every object of a class of this module has an attribute: from its body, or from `__init__`."""
        _, owner, _ = self._attribute(attribute, class_name) or (None, None, None)
        return owner is not None and (attribute in owner.names or f"{attribute}:made" in owner.traits)

    def maker_of(self, attribute: str, class_name: str) -> str | None:
        """Return the qualified name of the callable whose result an attribute of a class of this module holds."""
        bound, _, facts = self._attribute(attribute, class_name) or (None, None, self.facts)
        if isinstance(bound, CallSymbol):
            return self.qualify_in(facts, bound.callee)
        return self._module_maker(facts, bound.target, MAX_HOPS) if isinstance(bound, AliasSymbol) else None

    def _attribute(self, attribute: str, class_name: str) -> tuple[Symbol, ClassSymbol, ModuleFacts] | None:
        """Return what a class of this module, or the first of its bases that does, binds an attribute to."""
        owner = self.facts.symbol(class_name)
        if not isinstance(owner, ClassSymbol):
            return None
        pending: list[tuple[ClassSymbol, ModuleFacts]] = [(owner, self.facts)]
        for symbol, facts in pending:
            if attribute in symbol.attributes or len(pending) > 20:
                bound = one_of(symbol.attributes.get(attribute, ()))
                return None if bound is None else (bound, symbol, facts)
            for base in symbol.bases:
                origin = self.qualify_in(facts, base)
                found = self.symbol(origin) if origin else None
                if found is not None and isinstance(found[0], ClassSymbol):
                    pending.append((found[0], found[1]))
        return None

    def _starred(self, facts: ModuleFacts, name: str) -> str | None:
        for star in facts.stars:
            origin = facts.absolute(star)
            module = self.project.module(origin)
            if module is not None and name in module.symbols:
                return f"{origin}.{name}"
        return None

    @staticmethod
    def _joined(base: str, rest: str) -> str:
        return f"{base}.{rest}" if rest else base

    def _scopes(self, at: ast.AST) -> Sequence[Scope]:
        """Return the local scopes around a node, innermost first."""
        found = nearest(at, _OPENS_SCOPE)
        if found is None:
            return ()
        # What stands in the same body sees the same scopes, and nearly every node of a file is asked about.
        place = found[0], _is_body(*found)
        known = self._around.get(place)
        if known is None:
            known = self._around[place] = list(self._scopes_from(*found))
        return known

    def _scopes_from(self, up: ast.AST, child: ast.AST) -> Iterator[Scope]:
        """Yield the scopes that `child` sees of `up`, which opens one, and of what is around it."""
        inside = False  # a scope was left on the way up: functions and classes in a class do not see its names
        found: tuple[ast.AST, ast.AST] | None = (up, child)
        while found is not None:
            up, child = found
            if _is_body(up, child):
                if not isinstance(up, ast.ClassDef):
                    yield self._cached(up)
                elif not inside:
                    yield self._cached(up) if parent(up) is not None else self._class_names(up.name)
                inside = True
            found = nearest(up, _OPENS_SCOPE)

    def _class_names(self, name: str) -> Scope:
        """Return what the body of a top-level class binds, which a part of a large class does not show as a whole."""
        classes = [symbol for symbol in self.facts.symbols.get(name, ()) if isinstance(symbol, ClassSymbol)]
        if len(classes) == 1:
            return {key: classes[0].attributes.get(key, _OTHER) for key in classes[0].names}
        return {key: _OTHER for symbol in classes for key in symbol.names}

    def local_symbols(self, function: FunctionNode) -> Scope:
        """Return every name that `function` binds itself, with what it is bound to, in order."""
        return self._cached(function)

    def _cached(self, scope: ast.AST) -> Scope:
        known = self._locals.get(scope)
        if known is None:
            known = self._locals[scope] = _scope_symbols(scope, self._kinds)
        return known


def _is_body(scope: ast.AST, child: ast.AST) -> bool:
    """Tell whether `child` runs in the scope that `scope` opens, not around it as a default or a decorator does."""
    if isinstance(scope, _HAS_STATEMENTS):
        return isinstance(child, ast.stmt)
    if isinstance(scope, ast.Lambda):
        return child is scope.body
    return isinstance(scope, _COMPREHENSIONS)


def _scope_symbols(scope: ast.AST, kinds: Container[type]) -> Scope:
    if isinstance(scope, FUNCTIONS):
        return _function_symbols(scope, kinds)
    if isinstance(scope, ast.Lambda):
        return dict.fromkeys(argument_names(scope.args), _OTHER)
    if isinstance(scope, ast.ClassDef):
        return _block_symbols(scope.body, ())
    targets = [node for g in scope.generators for node in ast.walk(g.target)]  # type: ignore[attr-defined]
    return {node.id: _OTHER for node in targets if isinstance(node, ast.Name)}


def _function_symbols(function: FunctionNode, kinds: Container[type]) -> Scope:
    symbols = _block_symbols(function.body, argument_names(function.args))
    if ast.NamedExpr not in kinds and ast.Global not in kinds and ast.Nonlocal not in kinds:
        return symbols
    elsewhere: set[str] = set()
    rebound: list[str] = []
    for node in walk_own(function.body):
        if isinstance(node, ast.NamedExpr):
            rebound.append(node.target.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            elsewhere.update(node.names)
        elif isinstance(node, FUNCTIONS):
            rebound.extend(name for name in _rebound_inside(node) if name in symbols)
    for name, count in Counter(rebound).items():
        symbols[name] = symbols.get(name, ()) + _OTHER * count
    return {name: bound for name, bound in symbols.items() if name not in elsewhere}


def _rebound_inside(function: FunctionNode) -> Iterator[str]:
    """Yield what a nested function binds anew by `nonlocal`."""
    for node in walk(function.body):
        if isinstance(node, ast.Nonlocal):
            yield from node.names


def _block_symbols(body: list[ast.stmt], arguments: Iterable[str]) -> Scope:
    symbols: dict[str, list[Symbol]] = {name: [*_OTHER] for name in arguments}
    for statement in flat_statements(body):
        for name, symbol in bindings(statement):
            symbols.setdefault(name, []).append(symbol)
        for handler in getattr(statement, "handlers", ()):
            if handler.name:
                symbols.setdefault(handler.name, []).extend(_OTHER)
    return {name: tuple(bound) for name, bound in symbols.items()}


def argument_names(arguments: ast.arguments) -> list[str]:
    """Return the names of all parameters."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names = [a.arg for a in every]
    names.extend(a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None)
    return names
