"""What a message is, before anybody looks at its parameters: a request, a notification, a response, or neither."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final

from lsprotocol import types

VERSION: Final = "2.0"
_SHOWN: Final = 60


class Kind(enum.Enum):
    """The kinds of messages."""

    REQUEST = enum.auto()
    NOTIFICATION = enum.auto()
    RESPONSE = enum.auto()
    INVALID = enum.auto()


@dataclass(frozen=True)
class Envelope:
    """The members of a message that say what it is.

    `fault` says why it is INVALID. `ident` is what a response has to name: None where a message has no id that is one.
    """

    kind: Kind
    method: str = ""
    ident: Any = None
    fault: str = ""
    must_answer: bool = False

    @property
    def name(self) -> str:
        """The method as it may be logged: whoever sends a name of megabytes need not see it in full."""
        return self.method[:_SHOWN] or "a message"

    @classmethod
    def of(cls, message: Any) -> Envelope:
        """Tell what a message is, which is any JSON value."""
        if not isinstance(message, dict):
            return cls(Kind.INVALID, fault="a message is one JSON object; there are no batches", must_answer=True)
        method, ident = message.get("method"), message.get("id")
        known = ident if isinstance(ident, str | int) and not isinstance(ident, bool) else None
        fault = _fault(message, method, ident, known)
        if fault:
            return cls(Kind.INVALID, "", known, fault, must_answer="method" in message or "id" not in message)
        if method is None:
            return cls(Kind.RESPONSE, ident=known)
        if "id" in message:
            return cls(Kind.REQUEST, method, known, must_answer=True)
        return cls(Kind.NOTIFICATION, method)


def _fault(message: dict[str, Any], method: object, ident: object, known: object) -> str:
    if message.get("jsonrpc") != VERSION:
        return f"jsonrpc must be {VERSION}"
    if "id" in message and known is None:
        return "an id is a number without fraction, or a string"
    if "method" not in message:
        return "" if known is not None and ("result" in message or "error" in message) else "there is no method"
    if not isinstance(method, str):
        return "a method is a string"
    if "id" in message and _is_notification(method):
        return "this is a notification, which has no id"
    return ""


def _is_notification(method: str) -> bool:
    """Tell whether the protocol knows `method` as one that gets no response."""
    known = types.METHOD_TO_TYPES.get(method)
    return known is not None and known[1] is None
