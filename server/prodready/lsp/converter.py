"""JSON to lsprotocol's types, with the positions that clients really send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.protocol import default_converter

if TYPE_CHECKING:
    from cattrs import Converter

_MOST: Final = (1 << 31) - 1


def converter() -> Converter:
    """Return pygls' converter, but for positions: outside of a text they mean its start or its end.

    The protocol knows numbers from 0 to 2^31-1. Clients that mean "up to the end" send larger ones, and those written
    in languages without integers send `3.0`.
    """
    made: Converter = default_converter()  # type: ignore[no-untyped-call]
    made.register_structure_hook(types.Position, _position)
    return made


def _position(value: Any, _: object) -> types.Position:
    return types.Position(_number(value["line"]), _number(value["character"]))


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise ValueError("a position is made of whole numbers")
    return int(min(max(value, 0), _MOST))
