"""Syntax that is newer than the Python that runs us, told from a mistake: written in older syntax, it parses.

Nothing is guessed. Each construct that this Python does not know is replaced by an older one that may stand in the same
place, what stands inside it is parsed by itself, and only when all of it parses is the text said to be newer.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from prodready.engine.templates import Template, Token, Unreadable, tokens_of, written

Version = tuple[int, int]
RUNNING: Final[Version] = sys.version_info[:2]


class Construct(NamedTuple):
    """A piece of syntax, and the first Python that knows it."""

    version: Version
    name: str


EXCEPT_STAR: Final = Construct((3, 11), "'except*'")
STAR: Final = Construct((3, 11), "a star in a subscript or an annotation")
NESTED: Final = Construct((3, 12), "an f-string with such text in its braces")
ALIAS: Final = Construct((3, 12), "a 'type' statement")
PARAMETERS: Final = Construct((3, 12), "type parameters")
DEFAULTS: Final = Construct((3, 13), "type parameters with defaults")
TEMPLATE: Final = Construct((3, 14), "a template string")
BARE_TYPES: Final = Construct((3, 14), "several exceptions without parentheses")
LAZY: Final = Construct((3, 15), "a 'lazy' import")
UNPACKING: Final = Construct((3, 15), "unpacking in a comprehension")
NEWEST: Final = (3, 15)

_MARK: Final = re.compile(
    r"[\[({,:]\s*\*|\b(?:except|type|lazy)\b|\b(?:def|class)\s+\w+\s*\["
    r"|\b(?:[fF][rR]?|[rR][fF]|[tT][rR]?|[rR][tT])[\"']"
)
_EXCEPTION: Final = re.compile(r"\w+(?:\.\w+)+|_*[A-Z]\w*")
"""The name of an exception. `except ValueError, error:` was Python 2, and is a mistake rather than new syntax."""
_CALL: Final = {"*": "_({},)"}
_LIST: Final = {"*": "[{},]"}
"""For a star: an older place for the same, where nothing can stand that could not stand behind the newer star."""
_UNPACKED_IN: Final = {"[": _LIST, "(": _CALL, "{": {**_LIST, "**": "_({},)"}}
"""For the bracket of a comprehension, the stars that may begin it, and where these could stand before."""


@dataclass(frozen=True)
class Newer:
    """A construct that Python does not know before `version`, at characters `start` to `end`; `name` is for people."""

    version: Version
    name: str
    start: int
    end: int


_Known: TypeAlias = dict[str, Newer | None]
"""What each expression needs that was taken out of a text.

One in the brackets of one in brackets comes again and again: to read it anew would take twice as long with each level.
"""


def newer_syntax(text: str, running: Version = RUNNING) -> Newer | None:
    """Return the newest construct of a text that `running` cannot parse, the first of several.

    None when the text has none, or would not parse if there were none.
    """
    return None if running >= NEWEST else _newer(text, running, {})


def _newer(text: str, running: Version, known: _Known) -> Newer | None:
    if _MARK.search(text) is None:
        return None
    try:
        older = _Older(text, running, known)
    except (Unreadable, RecursionError):
        return None
    if not older.found or not older.parses():
        return None
    return max(older.found, key=lambda newer: (newer.version, -newer.start))


class _Older:
    """A text with what is newer than `running` written in older syntax. Raises Unreadable where that cannot be done."""

    def __init__(self, text: str, running: Version, known: _Known) -> None:
        self.found: list[Newer] = []
        self._text = text
        self._running = running
        self._known = known
        self._tokens = tokens_of(text)
        self._edits: list[tuple[int, int, str]] = []
        self._inside: list[str] = []
        self._unpacked: list[_Unpacked] = []
        self._starred: set[int] = set()
        self._aliases: set[int] = set()
        for index, token in enumerate(self._tokens.all):
            self._replace(index, token)

    def parses(self) -> bool:
        """Tell whether the older text parses, and every expression that was taken out of it."""
        self._edits.sort(key=lambda edit: (edit[0], -edit[1]))
        tree = _tree(self._rewritten(0, len(self._text)))
        return (
            tree is not None
            and all(map(self._is_allowed, ast.walk(tree)))
            and all(map(_is_expression, self._inside))
            and all(_is_expression(self._in_older_place(part)) for part in self._unpacked)
        )

    def _rewritten(self, first: int, behind: int) -> str:
        """Return the characters from `first` to in front of `behind`, in older syntax; the edits are in order."""
        parts: list[str] = []
        at = first
        from_to = (bisect_left(self._edits, position, key=itemgetter(0)) for position in (first, behind))
        for start, end, new in self._edits[slice(*from_to)]:
            if start >= at:  # what stands inside of something replaced is gone with it
                parts += [self._text[at:start], new]
                at = end
        return "".join([*parts, self._text[at:behind]])

    def _in_older_place(self, part: _Unpacked) -> str:
        return part.older.format(part.stars + self._rewritten(part.start, part.end) + "\n")

    def _is_allowed(self, node: ast.AST) -> bool:
        """Tell whether the newer syntax allows it, too: handlers all have a star and a type, or none has."""
        if isinstance(node, ast.Try):
            starred = {handler.lineno in self._starred for handler in node.handlers}
            return starred != {True, False} and (True not in starred or all(h.type for h in node.handlers))
        return not (isinstance(node, ast.Assert) and node.lineno in self._aliases and node.msg is not None)

    def _replace(self, index: int, token: Token) -> None:
        if token.template is not None:
            self._template(index, token, token.template)
        elif token.begins and token.text == "except":
            self._handler(index, token)
        elif token.begins and token.text == "type":
            self._alias(index, token)
        elif token.begins and token.text == "lazy":
            self._lazy(index, token)
        elif token.text in ("def", "class") and self._tokens.begins_definition(index):
            self._parameters(index + 2)
            self._annotation(index + 2)
        elif token.text == "[" and self._tokens.is_subscript(index):
            for part in self._tokens.split(index + 1, self._tokens.closing(index), ","):
                self._star(STAR, part, _CALL)
        elif token.text in _UNPACKED_IN:
            self._comprehension(index, token.text)

    def _is_new(self, construct: Construct, start: int, end: int) -> bool:
        """Note a construct that this Python does not know, and tell whether it is one."""
        if construct.version <= self._running:
            return False
        self.found.append(Newer(*construct, start, end))
        return True

    def _template(self, index: int, token: Token, template: Template) -> None:
        if template.is_t:
            new = self._is_new(TEMPLATE, token.start, token.end)
            if new and self._tokens.joins_other_strings(index):
                raise Unreadable
        else:
            new = template.is_nested and self._is_new(NESTED, token.start, token.end)
        needed = self._needed(template.expressions)
        if new or any(needed):
            self._edits.append((token.start, token.end, 'f"""' + self._line_ends(token.start, token.end) + '"""'))
            self._take(template.expressions, needed, token.start, token.end)

    def _handler(self, index: int, token: Token) -> None:
        star = self._tokens.at(index + 1)
        if star.text == "*" and self._is_new(EXCEPT_STAR, token.start, star.end):
            self._edits.append((star.start, star.end, " "))
            self._starred.add(self._line(token.start))
        first = index + 2 if star.text == "*" else index + 1
        end = self._tokens.find(first, ":")
        kinds = [written(self._text, part) for part in self._tokens.split(first, end, ",")]
        if len(kinds) > 1:
            start, stop = self._tokens.at(first).start, self._tokens.at(end - 1).end
            if self._is_new(BARE_TYPES, start, stop):
                if not all(map(_EXCEPTION.fullmatch, kinds)):
                    raise Unreadable
                self._edits += [(start, start, "("), (stop, stop, ")")]

    def _alias(self, index: int, token: Token) -> None:
        name, behind = self._tokens.at(index + 1), index + 2
        if not _is_name(name.text):
            return
        if self._tokens.at(behind).text == "[":
            behind = self._tokens.closing(behind) + 1
        equals = self._tokens.at(behind)
        if equals.text != "=":
            return
        self._parameters(index + 2)
        if self._is_new(ALIAS, token.start, name.end):
            self._edits.append((token.start, equals.end, "assert " + self._breaks(token.start, equals.end)))
            self._aliases.add(self._line(token.start))

    def _parameters(self, index: int) -> None:
        """Take out the type parameters whose bracket is the token at `index`, if one is."""
        opening = self._tokens.at(index)
        if opening.text != "[":
            return
        end = self._tokens.closing(index)
        parts = [_parameter(self._text, part) for part in self._tokens.split(index + 1, end, ",")]
        start, stop = opening.start, self._tokens.at(end).end
        constructs = [PARAMETERS, *([DEFAULTS] if any(part.has_default for part in parts) else [])]
        new = [self._is_new(construct, start, stop) for construct in constructs]
        if any(new):
            if not parts:
                raise Unreadable
            inside = [code for part in parts for code in part.expressions]
            self._take(inside, self._needed(inside), start, stop)
            self._edits.append((start, stop, self._breaks(start, stop)))

    def _annotation(self, index: int) -> None:
        """Take out the star of `*args: *Ts`, behind the type parameters that may begin at `index`."""
        opening = self._tokens.closing(index) + 1 if self._tokens.at(index).text == "[" else index
        if self._tokens.at(opening).text != "(":
            return
        for part in self._tokens.split(opening + 1, self._tokens.closing(opening), ","):
            if [token.text for token in part[:3:2]] == ["*", ":"]:
                self._star(STAR, part[3:], _LIST)

    def _comprehension(self, index: int, bracket: str) -> None:
        """Take out the star in front of what a comprehension consists of."""
        places = _UNPACKED_IN[bracket]
        if self._tokens.at(index + 1).text not in places:
            return
        element, *clauses = self._tokens.split(index + 1, self._tokens.closing(index), "for")
        if clauses:
            self._star(UNPACKING, element[:-1] if element[-1].text == "async" else element, places)

    def _star(self, construct: Construct, part: Sequence[Token], places: Mapping[str, str]) -> None:
        """Take out the stars at the beginning, if they are among those of which `places` knows an older place."""
        if not part or part[0].text not in places:
            return
        stars, end = part[0], part[-1].end
        if self._is_new(construct, stars.start, end):
            self._unpacked.append(_Unpacked(places[stars.text], stars.text, stars.end, end))
            self._edits.append((stars.start, stars.end, " "))

    def _lazy(self, index: int, token: Token) -> None:
        behind = self._tokens.at(index + 1)
        if behind.begins or behind.text not in ("import", "from"):
            return
        if self._is_new(LAZY, token.start, behind.end):
            if self._tokens.at(index + 2).text == "__future__":
                raise Unreadable
            self._edits.append((token.start, behind.start, "pass; " + self._breaks(token.start, behind.start)))

    def _needed(self, codes: Sequence[str]) -> list[Newer | None]:
        for code in codes:
            if code not in self._known:
                self._known[code] = _newer(_as_statement(code), self._running, self._known)
        return [self._known[code] for code in codes]

    def _take(self, codes: Sequence[str], needed: Sequence[Newer | None], start: int, end: int) -> None:
        """Note expressions that are taken out of `start` to `end`, and what each of them needs itself."""
        for code, newer in zip(codes, needed, strict=True):
            if newer is None:
                self._inside.append(code)
            else:
                self.found.append(Newer(newer.version, newer.name, start, end))

    def _line(self, position: int) -> int:
        return self._text.count("\n", 0, position) + 1

    def _line_ends(self, start: int, end: int) -> str:
        return "\n" * self._text.count("\n", start, end)

    def _breaks(self, start: int, end: int) -> str:
        """Return as many continued lines as there are between two places: those behind them keep their numbers."""
        return "\\\n" * self._text.count("\n", start, end)


class _Unpacked(NamedTuple):
    """What stands behind a star, at characters `start` to `end`, and an older place for both."""

    older: str
    stars: str
    start: int
    end: int


class _Parameter(NamedTuple):
    """The expressions of a type parameter: what it is bound to, and its default."""

    expressions: list[str]
    has_default: bool


def _parameter(text: str, tokens: Sequence[Token]) -> _Parameter:
    stars = tokens[0].text if tokens and tokens[0].text in ("*", "**") else ""
    rest = tokens[1:] if stars else tokens
    if not rest or not _is_name(rest[0].text):
        raise Unreadable
    bound, default = _cut(rest[1:])
    if bound and (bound[0].text != ":" or stars):
        raise Unreadable
    if default and stars == "*" and default[0].text == "*":
        default = default[1:]
    given = [part for part in (bound[1:] if bound else None, default) if part is not None]
    # Behind `lambda:` stands one expression, without a star or a yield of its own.
    return _Parameter([f"lambda: {written(text, part)}" for part in given], default is not None)


def _cut(tokens: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token] | None]:
    """Cut tokens at the `=` outside of brackets; the second part is None where there is none."""
    depth = 0
    for index, token in enumerate(tokens):
        if depth == 0 and token.text == "=":
            return tokens[:index], tokens[index + 1 :]
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
    return tokens, None


def written_version(version: Version) -> str:
    """Write a version for people: 3.12."""
    return ".".join(map(str, version))


def _is_name(word: str) -> bool:
    return word.isidentifier() and not iskeyword(word)


def _is_expression(code: str) -> bool:
    return bool(code.strip()) and _tree(_as_statement(code)) is not None


def _as_statement(code: str) -> str:
    """Return a statement in which an expression can stand that may stand in braces, and nothing else."""
    return f"async def _():\n _ += {code}\n"


def _tree(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
