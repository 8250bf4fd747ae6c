"""What a `print` says, as the message of a log call: literals stay, values become arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import libcst as cst

from prodready.fixes.block import UNREADABLE
from prodready.fixes.flat import flat
from prodready.fixes.imports import Refusal
from prodready.fixes.log_template import Break, Field, Piece, Template, Text

_PERCENT_SPEC: Final = re.compile(r"(?:0?\d*)(?:\.\d+)?[fFeEgG]|0?\d*[dxXo]|s")
_PLACEHOLDER: Final = re.compile(r"%(?:%|[-+ #0]*(?:[1-9]\d*)?(?:\.\d+)?[a-zA-Z])")
_PERCENT_PLACE: Final = re.compile(r"%([-+ #0]*)((?:[1-9]\d*)?)((?:\.\d*)?)[hlL]?([diuoxXeEfFgGcrsa])")
_FORMAT_PLACE: Final = re.compile(r"\{\{|\}\}|\{(?:!(?P<conversion>[rsa]))?(?::(?P<spec>[^{}]*))?\}")
_CONVERSIONS: Final = {"r": "%r", "s": "%s", "a": "%a"}
_SHOWN_BY: Final = {"str": ("%s", "{}"), "repr": ("%r", "{!r}")}
_STRINGS: Final = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)


@dataclass(frozen=True)
class Printed:
    """A call that prints, read: the message that it makes, and whether its code is the only argument, unchanged."""

    template: Template
    is_unchanged: bool


def read_call(code: str, *, separator: str = " ") -> Printed:
    """Read the code of a call whose positional arguments are shown one after the other.

    Raises:
        Refusal: when libcst cannot read the code, or values are unpacked into it.
    """
    call = _parsed(code)
    values = [argument.value for argument in call.args if argument.keyword is None]
    if any(argument.star for argument in call.args):
        raise Refusal("values are unpacked into the call")
    if len(values) == 1:
        return _single(values[0])
    pieces: list[Piece] = []
    for index, value in enumerate(values):
        if index and separator and not (separator == " " and _ends_with_space(pieces)):
            pieces.append(Text(_as_raw(separator)))
        pieces.extend(p for p in _pieces(value) if not isinstance(p, Break))
    return Printed(Template(tuple(_merged(pieces))), is_unchanged=False)


def _ends_with_space(pieces: Sequence[Piece]) -> bool:
    """Tell whether the text so far ends with a space or a line end, and wants no space behind it."""
    last = pieces[-1] if pieces else None
    return isinstance(last, Text) and last.value[-1:] in (" ", "\n", "\t")


def _parsed(code: str) -> cst.Call:
    try:
        node = cst.parse_expression(code)
    except UNREADABLE as error:
        raise Refusal("the call cannot be read for rewriting") from error
    if not isinstance(node, cst.Call):
        raise Refusal("the call cannot be read for rewriting")
    return node


def _single(value: cst.BaseExpression) -> Printed:
    if isinstance(value, cst.BinaryOperation) and not value.lpar:
        return _operation(value)
    template = Template(tuple(_pieces(value)))
    formatted = _format_call(value)
    if formatted is not None:
        return Printed(Template(tuple(formatted)), is_unchanged=False)
    if _formats_itself(value):
        return Printed(Template(verbatim=flat(value)), is_unchanged=True)
    return Printed(template, is_unchanged=_is_plain(value))


def _is_plain(value: cst.BaseExpression) -> bool:
    """Tell whether a value is a literal without places for values."""
    if isinstance(value, cst.ConcatenatedString):
        return _is_plain(value.left) and _is_plain(value.right)
    return isinstance(value, cst.SimpleString) and "b" not in value.prefix.lower() and not value.lpar


def _formats_itself(value: cst.BaseExpression) -> bool:
    """`"...".format(...)` and `", ".join(...)` are messages already."""
    if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Attribute):
        return False
    return isinstance(value.func.value, _STRINGS) and value.func.attr.value in ("format", "join")


def _format_call(value: cst.BaseExpression) -> list[Piece] | None:
    """Return the pieces of `"{} {!r}".format(a, b)`; None where places and values do not simply pair up."""
    if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Attribute) or not _formats_itself(value):
        return None
    pieces = _pieces(value.func.value)
    texts = [piece for piece in pieces if isinstance(piece, Text)]
    places = [match for text in texts for match in _places(text)]
    simple = all(argument.keyword is None and not argument.star for argument in value.args)
    shown = all(not m["spec"] or (not m["conversion"] and _PERCENT_SPEC.fullmatch(m["spec"])) for m in places)
    others = any(set("{}") & set(_FORMAT_PLACE.sub("", text.raw)) for text in texts)
    if value.func.attr.value != "format" or not (simple and shown) or others or len(places) != len(value.args):
        return None
    values = iter([_argument(argument.value) for argument in value.args])
    return _merged([p for piece in pieces for p in (_filled(piece, values) if isinstance(piece, Text) else [piece])])


def _places(text: Text) -> list[re.Match[str]]:
    return [match for match in _FORMAT_PLACE.finditer(text.raw) if match.group() not in ("{{", "}}")]


def _filled(text: Text, values: Iterator[str]) -> Iterator[Piece]:
    """Yield a text of `str.format` with its values in their places."""
    position = 0
    for match in _places(text):
        yield _part(text, _without_doubles(text.raw[position : match.start()]))
        spec, conversion = match["spec"], match["conversion"]
        if spec:
            yield Field(next(values), f"%{spec}", f"{{:{spec}}}")
        else:
            yield Field(next(values), _CONVERSIONS[conversion or "s"], f"{{!{conversion}}}" if conversion else "{}")
        position = match.end()
    yield _part(text, _without_doubles(text.raw[position:]))


def _without_doubles(raw: str) -> str:
    return raw.replace("{{", "{").replace("}}", "}")


def _operation(value: cst.BinaryOperation) -> Printed:
    """`"a %s" % (x,)` becomes a message with arguments; `"=" * 60` and text put together with `+` stay as they are."""
    values = _values(value.right) if isinstance(value.operator, cst.Modulo) else None
    if values is not None:
        pieces = _percent(value.left, values)
        if pieces is not None:
            return Printed(Template(tuple(pieces)), is_unchanged=False)
        if isinstance(value.left, (cst.Name, cst.Attribute)) and isinstance(value.right, cst.Tuple):
            # What takes a tuple is a text: a number would not.
            whole = Field(flat(value))
            formatted = (flat(value.left), *map(_argument, values))
            return Printed(Template((whole,), formatted=formatted), is_unchanged=False)
    if isinstance(value.operator, (cst.Modulo, cst.Multiply)) and isinstance(value.left, _STRINGS):
        return Printed(Template(verbatim=flat(value)), is_unchanged=True)
    if isinstance(value.operator, cst.Add):
        parts = list(_added(value))
        if any(isinstance(part, _STRINGS) for part in parts):
            pieces = [p for part in parts for p in _pieces(part) if not isinstance(p, Break)]
            return Printed(Template(tuple(_merged(pieces))), is_unchanged=False)
    return Printed(Template((Field(flat(value)),)), is_unchanged=False)


def _added(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Yield what `a + b + c` puts together. As text is among it, everything is text."""
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add) and not value.lpar:
        yield from _added(value.left)
        yield from _added(value.right)
    else:
        yield value


def _values(right: cst.BaseExpression) -> list[cst.BaseExpression] | None:
    """Return the values behind `%`: those of a tuple, or one; None where they cannot be told apart for sure."""
    elements = right.elements if isinstance(right, cst.Tuple) else [cst.Element(right)]
    values = [element.value for element in elements if isinstance(element, cst.Element)]
    return None if len(values) != len(elements) or isinstance(right, cst.Dict) else values


def _texts(value: cst.BaseExpression) -> list[Text]:
    """Return the texts of a literal, or of literals that Python joins; none for anything else."""
    pieces = _pieces(value) if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)) else []
    texts = [piece for piece in pieces if isinstance(piece, Text)]
    return texts if not any(isinstance(piece, Field) for piece in pieces) else []


def _percent(left: cst.BaseExpression, values: Sequence[cst.BaseExpression]) -> list[Piece] | None:
    """Return the pieces of `"..." % values`; None where places and values do not pair up."""
    texts = _texts(left)
    found = [m for text in texts for m in _PLACEHOLDER.finditer(text.raw) if m.group() != "%%"]
    if not texts or len(found) != len(values) or any("%(" in text.raw for text in texts):
        return None
    given = iter([_argument(value) for value in values])
    return _merged([p for piece in _pieces(left) for p in (_put(piece, given) if isinstance(piece, Text) else [piece])])


def _put(text: Text, values: Iterator[str]) -> Iterator[Piece]:
    """Yield a text of `%` with its values in their places."""
    position = 0
    for match in _PLACEHOLDER.finditer(text.raw):
        if match.group() != "%%":
            yield _part(text, text.raw[position : match.start()].replace("%%", "%"))
            yield Field(next(values), match.group(), _as_brace(match.group()))
            position = match.end()
    yield _part(text, text.raw[position:].replace("%%", "%"))


def _as_brace(place: str) -> str:
    """Return what `str.format` shows a value by as `place` does with `%`: `{!s:<10}` for `%-10s`.

    A float that `%d` cuts stays whole, as `{:d}` would raise.
    """
    match = _PERCENT_PLACE.fullmatch(place)
    if match is None:
        return "{}"
    flags, width, precision, kind = match.groups()
    align = "<" if "-" in flags and width else ">" if kind in "sra" and width else ""
    sign = "+" if "+" in flags else " " if " " in flags else ""
    zero = "0" if "0" in flags and "-" not in flags else ""
    precision = ".0" if precision == "." else precision
    if kind in "sra":
        spec = f"{align}{width}{precision}"
        conversion = f"!{kind}" if spec or kind != "s" else ""
        return f"{{{conversion}{':' * bool(spec)}{spec}}}"
    if kind in "diuc":
        spec = f"{align}{sign}{zero}{width}"
    else:
        spec = f"{align}{sign}{'#' * ('#' in flags)}{zero}{width}{precision}{kind}"
    return f"{{{':' * bool(spec)}{spec}}}"


def _pieces(value: cst.BaseExpression) -> list[Piece]:
    if isinstance(value, cst.SimpleString):
        text = _text(value)
        return [text] if text is not None else [Field(flat(value))]
    if isinstance(value, cst.FormattedString):
        return _merged(_formatted(value))
    if isinstance(value, cst.ConcatenatedString) and not _is_bytes(value):
        return _concatenated(value)
    shown = _shown(value)
    return [shown if shown is not None else Field(_argument(value))]


def _is_bytes(value: cst.BaseExpression) -> bool:
    """Tell whether literals that Python joins are bytes: the first says it for all of them."""
    while isinstance(value, cst.ConcatenatedString):
        value = value.left
    return isinstance(value, cst.SimpleString) and "b" in value.prefix.lower()


def _concatenated(value: cst.ConcatenatedString) -> list[Piece]:
    """Literals over several lines stay so; those on one line become one."""
    space = cst.Module([]).code_for_node(value.whitespace_between)
    left, right = _pieces(value.left), _pieces(value.right)
    if "\n" in space or "\r" in space:
        return [*left, Break(space), *right]
    return _merged([*left, *right])


def _text(value: cst.SimpleString) -> Text | None:
    prefix = value.prefix.lower()
    if "b" in prefix:
        return None
    return Text(value.raw_value, value.quote, "r" in prefix)


def _part(like: Text, raw: str) -> Text:
    return Text(raw, like.quote, like.is_raw)


def _formatted(value: cst.FormattedString) -> list[Piece]:
    quote = value.quote
    is_raw = "r" in value.prefix.lower()
    pieces: list[Piece] = []
    for part in value.parts:
        if isinstance(part, cst.FormattedStringText):
            pieces.append(Text(_without_doubles(part.value), quote, is_raw))
        elif isinstance(part, cst.FormattedStringExpression):
            if part.equal is not None:
                pieces.append(Text(_before_value(part, quote, is_raw), quote, is_raw))
            pieces.append(_field(part, value))
    return pieces


def _before_value(part: cst.FormattedStringExpression, quote: str, is_raw: bool) -> str:
    """Return the text that `{x = }` writes in front of its value, as it is written between quotes.

    It is code, which may hold backslashes and the same quotes from Python 3.12 on.
    """
    assert part.equal is not None
    module = cst.Module([])
    said = module.code_for_node(part.expression) + module.code_for_node(part.equal)
    return said if is_raw else said.replace("\\", "\\\\").replace(quote, f"\\{quote}")


def _field(part: cst.FormattedStringExpression, inside: cst.FormattedString) -> Field:
    spec = _spec(part)
    code = _argument(part.expression)
    conversion = part.conversion or ("r" if part.equal is not None and not spec else None)
    if not spec:
        shown = _shown(part.expression) if conversion is None else None
        return shown or Field(code, _CONVERSIONS[conversion or "s"], f"{{!{conversion}}}" if conversion else "{}")
    if conversion is None and _PERCENT_SPEC.fullmatch(spec):
        return Field(code, f"%{spec}", f"{{:{spec}}}")
    alone = part.with_changes(equal=None)
    return Field(cst.Module([]).code_for_node(inside.with_changes(parts=[alone])))


def _spec(part: cst.FormattedStringExpression) -> str:
    """Return a format specification as text, a lone brace when values take part in it."""
    texts = part.format_spec or ()
    if not all(isinstance(piece, cst.FormattedStringText) for piece in texts):
        return "{"
    return "".join(piece.value for piece in texts if isinstance(piece, cst.FormattedStringText))


def _shown(value: cst.BaseExpression) -> Field | None:
    """`str(x)` and `repr(x)` are what `%s` and `%r` do."""
    if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Name) or len(value.args) != 1:
        return None
    argument = value.args[0]
    if value.func.value not in _SHOWN_BY or argument.star or argument.keyword is not None:
        return None
    return Field(_argument(argument.value), *_SHOWN_BY[value.func.value])


def _argument(value: cst.BaseExpression) -> str:
    """Return code that stands as an argument of its own, in brackets only where it needs them."""
    if isinstance(value, (cst.Tuple, cst.Yield, cst.GeneratorExp, cst.NamedExpr)):
        return flat(value) if value.lpar else f"({flat(value)})"
    return flat(value.with_changes(lpar=(), rpar=()) if value.lpar and not _is_spread(value) else value)


def _is_spread(value: cst.BaseExpression) -> bool:
    return "\n" in cst.Module([]).code_for_node(value)


def _as_raw(text: str) -> str:
    return "".join(c if c.isprintable() and c not in '\\"' else c.encode("unicode_escape").decode() for c in text)


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Join texts that stand side by side and are quoted alike; separators take the quotes of their neighbours."""
    quoted = next((p for p in pieces if isinstance(p, Text) and p.raw.strip()), None)
    found: list[Piece] = []
    for piece in pieces:
        here = piece
        last = found[-1] if found else None
        if isinstance(here, Text) and quoted is not None and (here.quote, here.is_raw) != (quoted.quote, quoted.is_raw):
            quote = quoted.quote[0]
            here = Text(here.quoted(quote, is_raw=False), quote)
        if isinstance(here, Text) and isinstance(last, Text) and (last.quote, last.is_raw) == (here.quote, here.is_raw):
            found[-1] = last.followed_by(here.raw)
        elif not isinstance(here, Text) or here.raw:
            found.append(here)
    return found
