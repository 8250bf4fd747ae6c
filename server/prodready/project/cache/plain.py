"""Frozen values as the plain values that JSON knows, and back: what comes back is checked against the types.

The types say it all: a field that is added to the facts or to a finding is kept from then on. A dataclass becomes the
list of its fields, one that stands for several begins with its name, sets are sorted.
"""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias, TypeVar, Union

_T = TypeVar("_T")
_Way: TypeAlias = Callable[[Any], Any]
_Ways: TypeAlias = tuple[_Way, _Way]
_KNOWN: dict[Any, _Ways] = {}
_SIMPLE = (str, int, bool, type(None))


class NotPlainError(ValueError):
    """Plain values that do not make a value of the type."""


def to_plain(kind: type[_T], value: _T) -> object:
    """Return a value of the type `kind` as lists, dictionaries, texts and numbers."""
    return _ways(kind)[0](value)


def from_plain(kind: type[_T], plain: object) -> _T:
    """Return the value of the type `kind` that `to_plain` has taken apart; mappings come back as dictionaries.

    Raises:
        NotPlainError: when `plain` is not what `to_plain` gives for such a value.
    """
    value: _T = _ways(kind)[1](plain)
    return value


def _ways(kind: Any) -> _Ways:
    """Return the two functions of a type: to plain values, and back."""
    if kind not in _KNOWN:
        _KNOWN[kind] = _made(kind)
    return _KNOWN[kind]


def _made(kind: Any) -> _Ways:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in _SIMPLE:
        return _same, _checked(kind)
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is frozenset:
        return _set(arguments[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*arguments)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enum(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"there is no plain form of {kind}")


def _same(value: Any) -> Any:
    return value


def _checked(kind: type) -> _Way:
    def back(plain: Any) -> Any:
        if type(plain) is not kind:
            raise NotPlainError(f"expected {kind.__name__}, found {type(plain).__name__}")
        return plain

    return back


def _list(plain: Any) -> list[Any]:
    if type(plain) is not list:
        raise NotPlainError(f"expected a list, found {type(plain).__name__}")
    return plain


def _tuple(arguments: tuple[Any, ...]) -> _Ways:
    if arguments[-1] is not Ellipsis:
        return _row(tuple, arguments)
    to, back = _ways(arguments[0])
    return lambda value: [to(item) for item in value], lambda plain: tuple(back(item) for item in _list(plain))


def _set(item: Any) -> _Ways:
    to, back = _ways(item)
    return lambda value: sorted(to(each) for each in value), lambda plain: frozenset(back(p) for p in _list(plain))


def _mapping(key: Any, item: Any) -> _Ways:
    """JSON's keys are texts: a mapping from anything else becomes a list of pairs."""
    to, back = _ways(item)
    if key is not str:
        row, row_back = _tuple((tuple[key, item], ...))
        return lambda value: row(value.items()), lambda plain: dict(row_back(plain))

    def mapping_back(plain: Any) -> dict[str, Any]:
        if type(plain) is not dict:
            raise NotPlainError(f"expected an object, found {type(plain).__name__}")
        return {name: back(value) for name, value in plain.items()}

    return lambda value: {name: to(each) for name, each in value.items()}, mapping_back


def _enum(kind: type[enum.Enum]) -> _Ways:
    members = {member.value: member for member in kind}

    def back(plain: Any) -> enum.Enum:
        if not isinstance(plain, str) or plain not in members:
            raise NotPlainError(f"{plain!r} is no {kind.__name__}")
        return members[plain]

    return lambda value: value.value, back


def _dataclass(kind: type) -> _Ways:
    hints = typing.get_type_hints(kind)
    names = [declared.name for declared in fields(kind)]
    row, row_back = _row(lambda values: kind(*values), [hints[name] for name in names])
    return lambda value: row([getattr(value, name) for name in names]), row_back


def _row(make: Callable[[list[Any]], Any], kinds: Any) -> _Ways:
    """Handle values of several types in a fixed order. Types may contain themselves: their ways are looked up late."""
    ways: list[_Ways] = []

    def looked_up() -> list[_Ways]:
        if not ways:
            ways[:] = [_ways(kind) for kind in kinds]
        return ways

    def to(values: Any) -> list[Any]:
        return [way[0](value) for way, value in zip(looked_up(), values, strict=True)]

    def back(plain: Any) -> Any:
        if len(_list(plain)) != len(kinds):
            raise NotPlainError(f"expected {len(kinds)} values, found {len(plain)}")
        return make([way[1](value) for way, value in zip(looked_up(), plain, strict=True)])

    return to, back


def _union(kinds: tuple[Any, ...]) -> _Ways:
    """Dataclasses are told apart by their names, everything else by its type."""
    named = {kind.__name__: kind for kind in kinds if isinstance(kind, type) and is_dataclass(kind)}
    others: list[type] = [kind for kind in kinds if not is_dataclass(kind)]

    def to(value: Any) -> Any:
        name = type(value).__name__
        return [name, *_ways(named[name])[0](value)] if name in named else value

    def back(plain: Any) -> Any:
        if type(plain) is not list:
            return _one_of(others, plain)
        name = plain[0] if plain else None
        if not isinstance(name, str) or name not in named:
            raise NotPlainError(f"{name!r} is none of {', '.join(named)}")
        return _ways(named[name])[1](plain[1:])

    return to, back


def _one_of(kinds: list[type], plain: Any) -> Any:
    """Return a simple value that is of one of the types; unions of sets and the like have no way."""
    if type(plain) not in kinds:
        raise NotPlainError(f"{type(plain).__name__} is none of {kinds}")
    return plain
