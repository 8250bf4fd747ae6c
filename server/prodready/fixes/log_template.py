"""A log message with its values, as the logging libraries want it: `%s` arguments, `{}` arguments, or key-values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import Final, TypeAlias

_LINE_END: Final = re.compile(r"\r\n?")
_LINE_ENDS: Final = re.compile(r"(\r\n|\r|\n)")
_FIRST_NEWLINES: Final = re.compile(r"^(?:\\n|\n)+")
_NAMED_CHARACTER: Final = re.compile(r"((?<!\\)(?:\\\\)*\\N\{[^{}]*\})")
_KEY_IN_TEXT: Final = re.compile(r"\b\w+\s*[=:]\s*$")
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")
_NOT_KEYS: Final = frozenset({"event", "exc_info", "stack_info", "self", "level", "logger", "timestamp"})


@dataclass(frozen=True)
class Text:
    """A stretch of a string literal as written (`raw`, without quotes), the quotes around it, and whether it is r""."""

    raw: str
    quote: str = '"'
    is_raw: bool = False

    @property
    def value(self) -> str:
        """The characters that the text stands for."""
        if self.is_raw:
            # No literal of its own: a part of one may end with a backslash, in front of a value.
            return _LINE_END.sub("\n", self.raw)
        value = ast.literal_eval(f"{self.quote}{self._closed}{self.quote}")
        assert isinstance(value, str)
        return value

    @property
    def _closed(self) -> str:
        """The text as it may be written in front of anything.

        The last backslash of a part in front of a value stands for itself, as there is no escape that it begins.
        """
        is_open = not self.is_raw and (len(self.raw) - len(self.raw.rstrip("\\"))) % 2
        return f"{self.raw}\\" if is_open else self.raw

    def followed_by(self, raw: str) -> Text:
        """Return the text with more behind it, as written between the same quotes."""
        return replace(self, raw=self._closed + raw)

    def without_end(self, characters: str) -> Text:
        """Return the text without the line ends, and those of some characters, that it ends with."""
        raw, before = self.raw, ""
        while raw != before:
            before = raw
            raw = raw.rstrip(characters) if self.is_raw else _without_last_newlines(raw.rstrip(characters))
        return replace(self, raw=raw)

    def quoted(self, quote: str, is_raw: bool) -> str:
        """Return the text as it is written between other quotes."""
        if (quote, is_raw) == (self.quote, self.is_raw):
            return self.raw
        return "".join(_escaped(c, quote) for c in self.value)


@dataclass(frozen=True)
class Field:
    """A value in a message: its code, and how it is shown by `%` and by `str.format`."""

    code: str
    percent: str = "%s"
    brace: str = "{}"


@dataclass(frozen=True)
class Break:
    """The white space between two literals that Python joins."""

    space: str


Piece: TypeAlias = Text | Field | Break


@dataclass(frozen=True)
class Template:
    """A message in pieces. `verbatim` is the code of a message that is an expression of its own and stays as it is.

    `formatted` says the same as the pieces for a logger that formats with `%`: a message that is an expression, and its
    arguments.
    """

    pieces: tuple[Piece, ...] = ()
    verbatim: str | None = None
    formatted: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return self.verbatim is None and not any(
            isinstance(p, Field) or (isinstance(p, Text) and p.raw) for p in self.pieces
        )

    @property
    def fields(self) -> list[Field]:
        """The values in the message."""
        return [p for p in self.pieces if isinstance(p, Field)]

    def words(self) -> str:
        """Return the literal parts alone, in lower case."""
        return " ".join(p.value for p in self.pieces if isinstance(p, Text)).lower()

    def trimmed(self) -> Template:
        """Return the message without line ends around it: a log record is a line already."""
        pieces = list(self.pieces)
        while pieces and isinstance(pieces[0], Text):
            first = pieces[0]
            pieces[0] = replace(
                first, raw=first.raw.lstrip("\n") if first.is_raw else _FIRST_NEWLINES.sub("", first.raw)
            )
            if pieces[0].raw or len(pieces) == 1:
                break
            del pieces[0]
        if pieces and isinstance(pieces[-1], Text):
            last = pieces[-1]
            raw = last.raw.rstrip("\n") if last.is_raw else _without_last_newlines(last.raw)
            if last.is_raw and raw.endswith("\\"):
                raw = last.raw  # a backslash would take the closing quote for its own
            pieces[-1] = replace(last, raw=raw)
        return replace(self, pieces=tuple(pieces))

    def indented(self, indent: str) -> Template:
        """Return the message with its lines, where it has several, at an indentation."""
        pieces = (Break(_indented(p.space, indent)) if isinstance(p, Break) else p for p in self.pieces)
        return replace(self, pieces=tuple(pieces))

    def rendered(self, kind: str, quote: str, event: str) -> tuple[str, list[str]]:
        """Return the code of the message and of its arguments for a logger of `kind`.

        `quote` is used where the message has no literal of its own; `event` names a structlog event without words.
        """
        if self.verbatim is not None:
            return self.verbatim, []
        if self.formatted and kind == "stdlib":
            return self.formatted[0], list(self.formatted[1:])
        if kind == "structlog":
            return self._key_values(quote, event)
        has_fields = bool(self.fields)
        codes = [_literal(leaf, kind, quote, has_fields) for leaf in _leaves(self.pieces)]
        spaces = [p.space for p in self.pieces if isinstance(p, Break)]
        message = "".join(part for pair in zip(codes, [*spaces, ""], strict=True) for part in pair)
        return message, [field.code for field in self.fields]

    def _key_values(self, quote: str, event: str) -> tuple[str, list[str]]:
        texts = [p for p in self.pieces if isinstance(p, Text)]
        if not self.fields:
            return self.rendered("stdlib", quote, event)
        own = texts[0].quote[0] if texts else quote
        said = _without_keys(self.pieces)
        said = said if any(c.isalnum() or not c.isascii() for c in said) else event
        return own + "".join(_escaped(c, own) for c in said) + own, _keyed(self.fields)


def _indented(space: str, indent: str) -> str:
    """Return white space, with the comments in it, whose lines behind the first begin with `indent`."""
    parts = _LINE_ENDS.split(space)
    for index in range(2, len(parts), 2):
        parts[index] = indent + parts[index].lstrip(" \t") if parts[index] or index == len(parts) - 1 else ""
    return "".join(parts)


def with_exception(template: Template, name: str, quote: str) -> Template:
    """Return a message that ends with the exception called `name`: its type and text."""
    pieces = (*template.pieces, Text(": ", quote), Field(name, "%r", "{!r}"))
    return replace(template, pieces=pieces, formatted=())


def message(text: str, values: Sequence[str], quote: str) -> Template:
    """Return the message `text: a=%s b=%s` for plain text and the names in `values`."""
    pieces: list[Piece] = [Text(text, quote)]
    for index, name in enumerate(values):
        pieces.extend((Text(f"{' ' if index else ': '}{name}=", quote), Field(name)))
    return Template(tuple(pieces))


def _leaves(pieces: Sequence[Piece]) -> Iterator[list[Text | Field]]:
    leaf: list[Text | Field] = []
    for piece in pieces:
        if isinstance(piece, Break):
            yield leaf
            leaf = []
        else:
            leaf.append(piece)
    yield leaf


def _literal(leaf: Sequence[Text | Field], kind: str, quote: str, has_fields: bool) -> str:
    texts = [p for p in leaf if isinstance(p, Text)]
    own, is_raw = (texts[0].quote, texts[0].is_raw) if texts else (quote, False)
    if any(t.is_raw != is_raw for t in texts):
        is_raw = False
    parts: list[str] = []
    for piece in leaf:
        if isinstance(piece, Field):
            parts.append(piece.brace if kind == "loguru" else piece.percent)
        else:
            written = piece.quoted(own, is_raw)
            parts.append(_doubled(written, kind, is_raw) if has_fields else written)
    return f"{'r' if is_raw else ''}{own}{''.join(parts)}{own}"


def _doubled(raw: str, kind: str, is_raw: bool) -> str:
    """Double what the library would take for a placeholder; a character's name stays, where it stands for one."""
    if kind != "loguru":
        return raw.replace("%", "%%")
    parts = [raw] if is_raw else _NAMED_CHARACTER.split(raw)
    return "".join(p if i % 2 else p.replace("{", "{{").replace("}", "}}") for i, p in enumerate(parts))


def _without_last_newlines(raw: str) -> str:
    """Return a text as it is written in a literal without the line ends at its end, written out or escaped."""
    end = len(raw)
    while end and raw[end - 1] in "\nn":
        front = end - 1
        while front and raw[front - 1] == "\\":
            front -= 1
        is_escaped = (end - 1 - front) % 2 == 1
        # A backslash before the end of a line joins it to the next; before an n it has to be there.
        if is_escaped == (raw[end - 1] == "\n"):
            break
        end -= 2 if is_escaped else 1
    return raw[:end]


def _escaped(character: str, quote: str) -> str:
    if character == "\\" or character == quote[0]:
        return f"\\{character}"
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _without_keys(pieces: Sequence[Piece]) -> str:
    """Return the words of a message without its values and what introduces them: `path=`, `url:`."""
    said = ""
    for index, piece in enumerate(pieces):
        if isinstance(piece, Text):
            introduces = index + 1 < len(pieces) and isinstance(pieces[index + 1], Field) and index > 0
            said += _KEY_IN_TEXT.sub(" ", piece.value) if introduces or "=" in piece.value else piece.value
        else:
            said += " "
    return " ".join(said.split()).lstrip(" :=,;-").rstrip(" :=,;-([{").removesuffix("()").rstrip(" :=,;-")


def _keyed(fields: Sequence[Field]) -> list[str]:
    found: dict[str, str] = {}
    for field in fields:
        key = base = _key(field.code)
        number = 2
        while key in found:
            key = f"{base}_{number}"
            number += 1
        found[key] = field.code
    return [f"{key}={code}" for key, code in found.items()]


def _key(code: str) -> str:
    """Return a name for a value: `lead_id` for `lead.id`, `basename` for `os.path.basename(path)`."""
    words = _IDENTIFIER.findall(code.partition("(")[0] if "(" in code else code)
    name = "_".join(words[-2:]) if "(" not in code else (words[-1] if words else "")
    name = name.removeprefix("self_")
    if (
        not name.isidentifier()
        or iskeyword(name)
        or name in _NOT_KEYS
        or not re.fullmatch(r"[\w.()\[\]'\"]+", code.partition("(")[0])
    ):
        return "value"
    return name.strip("_") or "value"
