"""Cut a stream of bytes into messages: headers, an empty line, and as many bytes as `Content-Length` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MAX_BODY: Final = 256 * 1024 * 1024
"""Bytes in one message at most; whoever announces more could fill the memory without ever completing it."""

_END: Final = b"\r\n\r\n"
_MAX_HEADER: Final = 8192
_LENGTH_DIGITS: Final = len(str(MAX_BODY))
_FIELD: Final = re.compile(rb"([A-Za-z0-9-]+)[ \t]*:(.*)", re.DOTALL)


class FramingError(ValueError):
    """The stream is not made of messages; nothing behind this place can be understood."""


class Framing:
    """Collects bytes as they arrive, and hands out the bodies that are complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take more bytes; yield each message body that they complete.

        Raises:
            FramingError: when there is no valid header where one must be.
        """
        self._buffer += data
        while (body := self._next()) is not None:
            yield body

    def _next(self) -> bytes | None:
        if self._length is None:
            self._length = self._take_header()
        if self._length is None or len(self._buffer) < self._length:
            return None
        body = bytes(self._buffer[: self._length])
        del self._buffer[: self._length]
        self._length = None
        return body

    def _take_header(self) -> int | None:
        end = self._buffer.find(_END, 0, _MAX_HEADER)
        if end < 0:
            if len(self._buffer) >= _MAX_HEADER:
                raise FramingError("no end of a message header in sight")
            return None
        header = bytes(self._buffer[:end])
        del self._buffer[: end + len(_END)]
        return _content_length(header)


def _content_length(header: bytes) -> int:
    """Read a header. Every line must be a field: a browser's request, which has a length too, is no message."""
    fields = [_FIELD.fullmatch(line) for line in header.split(b"\r\n")]
    lengths = {field[2].strip() for field in fields if field is not None and field[1].lower() == b"content-length"}
    if None in fields or len(lengths) != 1:
        raise FramingError("a message header that is none, or that does not say one Content-Length")
    (length,) = lengths
    if not length.isdigit() or len(length) > _LENGTH_DIGITS or int(length) > MAX_BODY:
        raise FramingError(f"a message whose Content-Length is no number, or more than {MAX_BODY}")
    return int(length)
