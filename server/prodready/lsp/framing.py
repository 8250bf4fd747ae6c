"""Cut a stream of bytes into messages: headers, an empty line, and as many bytes as `Content-Length` says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_END: Final = b"\r\n\r\n"
_MAX_HEADER: Final = 8192


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
        end = self._buffer.find(_END)
        if end < 0:
            if len(self._buffer) > _MAX_HEADER:
                raise FramingError("no end of a message header in sight")
            return None
        header = bytes(self._buffer[:end])
        del self._buffer[: end + len(_END)]
        return _content_length(header)


def _content_length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    raise FramingError("a message header without Content-Length")
