"""A scanner of Python that knows f-strings and template strings as Python 3.12 and 3.14 do, whatever runs it.

It says where tokens begin and end, and takes the expressions out of the braces; what they mean is for a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from typing import Final

_BLANK: Final = re.compile(r"(?:[ \t\f]|\\(?:\r\n|\r|\n))+")
_COMMENT: Final = re.compile(r"#[^\r\n]*")
_STRING: Final = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_WORD: Final = re.compile(r"\d[\w.]*|\w+")
_OPERATOR: Final = re.compile(r"\*\*=?|//=?|<<=?|>>=?|->|:=|\.\.\.|[=!<>+\-*/%&|^@]=|[^\s\w]")
_PREFIXES: Final = frozenset({"", "r", "b", "u", "br", "rb", "f", "fr", "rf", "t", "tr", "rt"})
_REST: Final = {
    '"': re.compile(r'(?:\\(?:\r\n|.)|[^"\\\r\n])*"', re.DOTALL),
    "'": re.compile(r"(?:\\(?:\r\n|.)|[^'\\\r\n])*'", re.DOTALL),
    '"""': re.compile(r'(?:\\.|[^\\])*?"""', re.DOTALL),
    "'''": re.compile(r"(?:\\.|[^\\])*?'''", re.DOTALL),
}
_END: Final = re.compile(r"[ \t]*[!:}]")
_CONVERSION: Final = re.compile(r"![ \t]*[sra][ \t]*(?=[:}])")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_DEEPEST: Final = 200
"""How many brackets CPython lets stand in each other, whatever its version."""


class Unreadable(Exception):
    """The text ends inside something, or holds what no Python has."""


@dataclass(frozen=True)
class Template:
    """The inside of an f-string or template string; `is_nested` where only Python 3.12 reads it as an f-string."""

    is_t: bool
    is_nested: bool
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """A word, a string or an operator; `begins` tells whether a statement may begin with it."""

    text: str
    start: int
    end: int
    begins: bool = False
    is_string: bool = False
    template: Template | None = None


class Tokens:
    """The tokens of a text, without comments and line ends."""

    def __init__(self, tokens: list[Token]) -> None:
        self.all = tokens

    def at(self, index: int) -> Token:
        """Return a token, an empty one behind the last."""
        return self.all[index] if index < len(self.all) else Token("", -1, -1)

    def find(self, first: int, mark: str) -> int:
        """Return the index of the first `mark` from `first` on that stands outside of brackets."""
        depth = 0
        for index in range(first, len(self.all)):
            text = self.all[index].text
            if depth == 0 and text == mark:
                return index
            depth += (text in _OPENING) - (text in _CLOSING)
        raise Unreadable

    def closing(self, index: int) -> int:
        """Return the index of the bracket that closes the one at `index`."""
        depth = 0
        for here in range(index, len(self.all)):
            text = self.all[here].text
            depth += (text in _OPENING) - (text in _CLOSING)
            if depth == 0:
                return here
        raise Unreadable

    def split(self, first: int, end: int, mark: str) -> Iterator[Sequence[Token]]:
        """Yield what stands between the marks outside of brackets; a mark at the end has nothing behind it."""
        part: list[Token] = []
        depth = 0
        for token in self.all[first:end]:
            if depth == 0 and token.text == mark:
                yield part
                part = []
                continue
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            part.append(token)
        if part:
            yield part

    def begins_definition(self, index: int) -> bool:
        """Tell whether the `def` or `class` at `index` may begin a statement, behind an `async` or not."""
        before = self.at(index - 1) if index else self.at(index)
        return self.at(index).begins or (before.begins and before.text == "async")

    def is_subscript(self, index: int) -> bool:
        """Tell whether the bracket at `index` follows what it may subscript: it begins no list, no type parameters."""
        if index == 0 or self.at(index).begins:
            return False
        before = self.at(index - 1)
        is_value = before.is_string or before.text in _CLOSING or before.text.isidentifier()
        return is_value and not iskeyword(before.text) and not self._is_named(index - 1)

    def _is_named(self, index: int) -> bool:
        """Tell whether a word is the keyword of a `match`, or the name that a statement gives to what it defines."""
        word = self.at(index)
        if index == 0 or word.begins:
            return word.text in ("case", "match")
        before = self.at(index - 1)
        return before.text in ("def", "class") or (before.begins and before.text == "type")

    def joins_other_strings(self, index: int) -> bool:
        """Tell whether the template string at `index` stands beside a string that is none, which no Python allows."""
        beside = [self.at(index + 1)] if not self.at(index + 1).begins else []
        if index > 0 and not self.at(index).begins:
            beside.append(self.at(index - 1))
        return any(other.is_string and not (other.template and other.template.is_t) for other in beside)


def tokens_of(text: str) -> Tokens:
    """Return the tokens of a text.

    Raises:
        Unreadable: where a string or a bracket of an f-string is not closed.
    """
    return Tokens(_Scanner(text).code(0)[0])


def written(text: str, tokens: Sequence[Token]) -> str:
    """Return tokens of a text on one line, without the comments between them."""
    parts: list[str] = []
    for index, token in enumerate(tokens):
        parts.append(" " if index and tokens[index - 1].end != token.start else "")
        parts.append(token.text if token.template else token.text.replace("\r", " ").replace("\n", " "))
    return "".join(parts)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text

    def code(self, position: int, *, in_braces: bool = False) -> tuple[list[Token], int, bool]:
        """Return the tokens from `position` on, where they end, and whether comments stand between them.

        In braces they end where the expression does: at its `}`, its `:`, its `!r`, or at the `=` in front of them.
        """
        tokens: list[Token] = []
        depth, begins, commented = 0, True, False
        while position < len(self._text):
            if in_braces and depth == 0 and self._ends_expression(position):
                return tokens, position, commented
            if self._text[position] in "\r\n":
                begins = begins or depth == 0
                position += 1
                continue
            skipped = _BLANK.match(self._text, position) or _COMMENT.match(self._text, position)
            if skipped is not None:
                commented = commented or skipped.group()[0] == "#"
                position = skipped.end()
                continue
            token = self._token(position, begins and not in_braces)
            tokens.append(token)
            depth = max(0, depth + (token.text in _OPENING) - (token.text in _CLOSING))
            if depth > _DEEPEST:
                raise Unreadable
            begins = depth == 0 and token.text in (";", ":")
            position = token.end
        if in_braces:
            raise Unreadable
        return tokens, position, commented

    def _ends_expression(self, position: int) -> bool:
        two = self._text[position : position + 2]
        if two[0] in "}:":
            return True
        if two[0] == "!":
            return two != "!="
        return two[0] == "=" and _END.match(self._text, position + 1) is not None

    def _token(self, position: int, begins: bool) -> Token:
        string = _STRING.match(self._text, position)
        if string is not None:
            return self._string(string, begins)
        found = _WORD.match(self._text, position) or _OPERATOR.match(self._text, position)
        if found is None:
            raise Unreadable
        return Token(found.group(), position, found.end(), begins)

    def _string(self, head: re.Match[str], begins: bool) -> Token:
        prefix, quote = head[1].lower(), head[2]
        if prefix not in _PREFIXES:
            raise Unreadable
        template = None
        if "f" in prefix or "t" in prefix:
            end, template = self._template(head.end(), prefix, quote)
        else:
            rest = _REST[quote].match(self._text, head.end())
            if rest is None:
                raise Unreadable
            end = rest.end()
        return Token(self._text[head.start() : end], head.start(), end, begins, is_string=True, template=template)

    def _template(self, position: int, prefix: str, quote: str) -> tuple[int, Template]:
        fields = _Fields(self, quote)
        while not self._text.startswith(quote, position):
            two = self._text[position : position + 2]
            if two in ("{{", "}}"):
                position += 2
            elif two[:1] == "{":
                position = fields.field(position + 1)
            elif two[:1] == "\\" and two[1:] not in ("{", "}"):
                named = "r" not in prefix and self._text.startswith("N{", position + 1)
                position = self._behind_name(position) if named else position + 2
            else:
                position = self.literal(position, quote)
        template = Template("t" in prefix, fields.is_nested, tuple(fields.expressions))
        return position + len(quote), template

    def _behind_name(self, position: int) -> int:
        end = self._text.find("}", position)
        if end < 0:
            raise Unreadable
        return end + 1

    def literal(self, position: int, quote: str) -> int:
        """Step over one character of a string's text; raises Unreadable for one that cannot stand there."""
        character = self._text[position : position + 1]
        if character in ("", "}") or (character in "\r\n" and len(quote) == 1):
            raise Unreadable
        return position + 1

    @property
    def text(self) -> str:
        return self._text


class _Fields:
    """Collects what stands in the braces of one string."""

    def __init__(self, scanner: _Scanner, quote: str) -> None:
        self._scanner = scanner
        self._quote = quote
        self.expressions: list[str] = []
        self.is_nested = False

    def field(self, position: int) -> int:
        """Read a field from behind its opening brace; returns the place behind the closing one."""
        text = self._scanner.text
        tokens, end, commented = self._scanner.code(position, in_braces=True)
        self.expressions.append(written(text, tokens))
        inside = text[position:end]
        lines = len(self._quote) == 1 and ("\n" in inside or "\r" in inside)
        nested = any(token.template is not None and token.template.is_nested for token in tokens)
        if commented or lines or nested or "\\" in inside or self._quote in inside:
            self.is_nested = True
        if text[end] == "=":
            end = re.compile(r"=[ \t]*").match(text, end).end()  # type: ignore[union-attr]  # it begins with one
        if text[end] == "!":
            conversion = _CONVERSION.match(text, end)
            if conversion is None:
                raise Unreadable
            end = conversion.end()
        return self._format(end + 1) if text[end] == ":" else end + 1

    def _format(self, position: int) -> int:
        text = self._scanner.text
        while text[position : position + 1] != "}":
            if text.startswith(self._quote, position):
                raise Unreadable
            if text[position : position + 1] == "{":
                position = self.field(position + 1)
            else:
                position = self._scanner.literal(position, self._quote)
        return position + 1
