"""TOML as text: parsing it, and finding the place of a key or value when there is something to say about it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from prodready.engine.finding import Position, Range
from prodready.engine.source import byte_to_column, split_lines
from prodready.project.kinds import Where

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]

if TYPE_CHECKING:
    from tree_sitter import Node

_PLACE = re.compile(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)


_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_LONG_KEY = re.compile(rf"(?<![\w-]){_PART}(?:[ \t]*\.[ \t]*{_PART}){{64,}}")
"""A key of so many parts that parsers, which look at all ways to it, take for ever."""


class TomlError(Exception):
    """A text that is no TOML: `message`, and the 0-based `range` of what could not be read."""

    def __init__(self, message: str, range: Range) -> None:  # noqa: A002  the word that all findings use
        super().__init__(message, range)
        self.message = message
        self.range = range


def parse(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        TomlError: when the text is none.
    """
    long = _LONG_KEY.search(text)
    if long is not None:
        line = text.count("\n", 0, long.start())
        raise TomlError("a key has too many parts", Range.of(line, 0, line, 0))
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _located(str(error), text) from error
    except ValueError as error:
        raise TomlError("a number has too many digits", Range.of(0, 0, 0, 0)) from error
    except RecursionError as error:
        raise TomlError("the values are nested too deeply", Range.of(0, 0, 0, 0)) from error
    return values


def dig(values: Mapping[str, Any], *keys: str) -> Any:
    """Return what `keys` lead to in parsed TOML, None when that is nothing."""
    here: Any = values
    for key in keys:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here


class Places:
    """Where the keys and values of a TOML text that parses stand. Lines and columns count from 0, in characters."""

    def __init__(self, text: str) -> None:
        from tree_sitter import Language, Parser
        from tree_sitter_toml import language

        self._lines = split_lines(text)
        self._entries: dict[Where, _Entry] = {}
        for entry in _entries(Parser(Language(language())).parse(text.encode()).root_node):
            self._entries.setdefault(entry.where, entry)

    def find(self, where: Where, *, on_key: bool) -> Range | None:
        """Return the place of the key or value that `where` leads to; at worst that of the nearest one around it."""
        for length in range(len(where), 0, -1):
            entry = self._entries.get(where[:length])
            if entry is not None:
                node = entry.key if on_key or entry.value is None or length < len(where) else entry.value
                return _range(node, self._lines)
        return None


def _located(message: str, text: str) -> TomlError:
    """Take the place out of the parser's message."""
    found = _PLACE.match(message)
    lines = [line.rstrip("\r\n") for line in split_lines(text)] or [""]
    if found is None or found.group(2) is None:
        end = Position(len(lines) - 1, len(lines[-1]))
        return TomlError(found.group(1) if found else message, Range(end, end))
    line, column = int(found.group(2)) - 1, int(found.group(3)) - 1
    width = len(lines[line]) if line < len(lines) else 0
    return TomlError(found.group(1), Range.of(line, min(column, width), line, width))


class _Entry(NamedTuple):
    """A key or list item with its nodes. A key that only leads on to others has no value."""

    where: Where
    key: Node
    value: Node | None


def _entries(root: Node) -> Iterator[_Entry]:
    """Yield all keys and list items of a document, in their order."""
    counts: dict[Where, int] = {}
    for child in root.named_children:
        if child.type == "pair":
            yield from _pair(child, ())
        elif child.type in ("table", "table_array_element"):
            header, *pairs = [node for node in child.named_children if node.type != "comment"]
            keys = list(_key(header, ()))
            yield from keys
            where = keys[-1].where
            if child.type == "table_array_element":
                counts[where] = counts.get(where, -1) + 1
                where = (*where, counts[where])
                yield _Entry(where, header, None)
            for pair in pairs:
                yield from _pair(pair, where)


def _pair(pair: Node, where: Where) -> Iterator[_Entry]:
    key, value = (node for node in pair.named_children if node.type != "comment")
    *leading, last = _key(key, where)
    yield from leading
    yield last._replace(value=value)
    yield from _inside(value, last.where)


def _inside(value: Node, where: Where) -> Iterator[_Entry]:
    children = [node for node in value.named_children if node.type != "comment"]
    if value.type == "inline_table":
        for pair in children:
            yield from _pair(pair, where)
    elif value.type == "array":
        for index, item in enumerate(children):
            yield _Entry((*where, index), item, item)
            yield from _inside(item, (*where, index))


def _key(node: Node, where: Where) -> Iterator[_Entry]:
    """Yield the parts of a key, dotted or not."""
    for part in _parts(node):
        where = (*where, _word(part))
        yield _Entry(where, part, None)


def _parts(node: Node) -> Iterator[Node]:
    if node.type == "dotted_key":
        for child in node.named_children:
            yield from _parts(child)
    else:
        yield node


def _word(key: Node) -> str:
    """Return what a key says: quotes and escapes are those of strings."""
    written = (key.text or b"").decode()
    if key.type == "bare_key":
        return written
    return str(tomllib.loads(f"key = {written}")["key"])


def _range(node: Node, lines: list[str]) -> Range:
    start, end = node.start_point, node.end_point
    return Range.of(start[0], _column(lines, start), end[0], _column(lines, end))


def _column(lines: list[str], point: tuple[int, int]) -> int:
    return byte_to_column(lines[point[0]], point[1]) if point[0] < len(lines) else 0
