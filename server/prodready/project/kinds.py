"""The kinds of values that options take: what is right, what to say about what is wrong, and their JSON schema."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from prodready.project.globs import glob_fault
from prodready.project.selectors import selector_fault
from prodready.project.suggest import closest, quoted

Where: TypeAlias = tuple[str | int, ...]
"""The keys of tables, and the 0-based indices of lists, that lead to a value."""
Schema: TypeAlias = dict[str, object]


@dataclass(frozen=True)
class Fault:
    """What is wrong `where`: with the key when `on_key`, else with its value."""

    where: Where
    message: str
    on_key: bool = False


class Kind(Protocol):
    """One kind of value. `one` and `many` name it in sentences."""

    @property
    def one(self) -> str:
        """The kind as `a rule`."""

    @property
    def many(self) -> str:
        """The kind as `rules`."""

    def faults(self, value: object, where: Where) -> Iterator[Fault]:
        """Yield what is wrong with a value as TOML gives it."""

    def normal(self, value: object) -> object:
        """Return a value without faults as the options hold it: lists as tuples."""

    def schema(self) -> Schema:
        """Return the JSON schema of the values."""


@dataclass(frozen=True)
class Text:
    """A text, on which `check` says what is wrong, or None."""

    one: str
    many: str
    check: Callable[[str], str | None]
    more_schema: tuple[tuple[str, object], ...] = ()

    def faults(self, value: object, where: Where) -> Iterator[Fault]:
        """See `Kind.faults`."""
        if not isinstance(value, str):
            yield Fault(where, f"expected {self.one}, found {described(value)}")
            return
        message = self.check(value)
        if message is not None:
            yield Fault(where, message)

    def normal(self, value: object) -> object:
        """See `Kind.normal`."""
        return value

    def schema(self) -> Schema:
        """See `Kind.schema`."""
        return {"type": "string", **dict(self.more_schema)}


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int
    many: str = "whole numbers"

    @property
    def one(self) -> str:
        """See `Kind.one`."""
        return f"a whole number from {self.low} to {self.high}"

    def faults(self, value: object, where: Where) -> Iterator[Fault]:
        """See `Kind.faults`."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            yield Fault(where, f"expected {self.one}, found {described(value)}")

    def normal(self, value: object) -> object:
        """See `Kind.normal`."""
        return value

    def schema(self) -> Schema:
        """See `Kind.schema`."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class ListOf:
    """A list of values of one kind, each at most once."""

    item: Kind

    @property
    def one(self) -> str:
        """See `Kind.one`."""
        return f"a list of {self.item.many}"

    @property
    def many(self) -> str:
        """See `Kind.many`."""
        return f"lists of {self.item.many}"

    def faults(self, value: object, where: Where) -> Iterator[Fault]:
        """See `Kind.faults`."""
        if not isinstance(value, list):
            step = "; put it into brackets" if isinstance(value, str) else ""
            yield Fault(where, f"expected {self.one}, found {described(value)}{step}")
            return
        for index, item in enumerate(value):
            yield from self.item.faults(item, (*where, index))

    def normal(self, value: object) -> object:
        """See `Kind.normal`."""
        assert isinstance(value, (list, tuple))
        return tuple(dict.fromkeys(self.item.normal(item) for item in value))

    def schema(self) -> Schema:
        """See `Kind.schema`."""
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True)
class TableOf:
    """A table whose keys are texts of one kind, and whose values are of another."""

    key: Text
    value: Kind

    @property
    def one(self) -> str:
        """See `Kind.one`."""
        return f"a table from {self.key.many} to {self.value.many}"

    @property
    def many(self) -> str:
        """See `Kind.many`."""
        return f"tables from {self.key.many} to {self.value.many}"

    def faults(self, value: object, where: Where) -> Iterator[Fault]:
        """See `Kind.faults`."""
        if not isinstance(value, dict):
            yield Fault(where, f"expected {self.one}, found {described(value)}")
            return
        for key, item in value.items():
            for fault in self.key.faults(key, (*where, key)):
                yield Fault(fault.where, fault.message, on_key=True)
            yield from self.value.faults(item, (*where, key))

    def normal(self, value: object) -> object:
        """See `Kind.normal`."""
        assert isinstance(value, dict)
        return {key: self.value.normal(item) for key, item in value.items()}

    def schema(self) -> Schema:
        """See `Kind.schema`."""
        return {"type": "object", "propertyNames": self.key.schema(), "additionalProperties": self.value.schema()}


def choice(*values: str, many: str) -> Text:
    """Make the kind of a text that is one of a few."""
    return Text(quoted(values), many, lambda word: _choice_fault(word, values), (("enum", list(values)),))


def described(value: object) -> str:
    """Return what a TOML value is, for a sentence. What a text says is not repeated: it may be a secret, misplaced."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else "a date or time"


def _choice_fault(word: str, values: tuple[str, ...]) -> str | None:
    if word in values:
        return None
    close = closest(word, values)
    # What is nearly a known word is no secret.
    if close:
        return f'"{word}" is none of the known values; did you mean "{close}"?'
    return f"this is none of the known values; choose {quoted(values)}"


def _dotted_fault(word: str) -> str | None:
    if word and all(_is_name(part) for part in word.split(".")):
        return None
    return 'this is no name of a function; write it with dots, such as "report_error" or "app.errors.report"'


def _name_fault(word: str) -> str | None:
    return None if _is_name(word) else 'this cannot be the name of a variable; choose one such as "logger"'


def _is_name(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)


SELECTOR = Text("a rule's code, family or name", "rules", selector_fault)
GLOB = Text("a glob", "globs", glob_fault)
DOTTED_NAME = Text("a dotted name", "dotted names", _dotted_fault)
NAME = Text("a name", "names", _name_fault)
