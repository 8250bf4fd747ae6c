"""Bytes that a fuzzer made up, read as numbers and texts."""

from __future__ import annotations

_CODES = "utf-8"


class Reader:
    """Takes an input apart from its end, so that its beginning stays readable text."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def number(self, most: int) -> int:
        """Return a number from 0 to `most`, of one or two bytes; 0 where there are no more."""
        size = 1 if most < 256 else 2
        taken, self._data = self._data[-size:], self._data[:-size]
        return int.from_bytes(taken, "little") % (most + 1)

    def short_text(self) -> str:
        """Return a text of a few characters."""
        size = self.number(12)
        taken, self._data = self._data[len(self._data) - size :], self._data[: len(self._data) - size]
        return text_of(taken)

    def rest(self) -> str:
        """Return all that is left, as text."""
        return text_of(self._data)


def text_of(data: bytes) -> str:
    """Return bytes as text; what is no UTF-8 becomes lone surrogates, which editors send as well."""
    return data.decode(_CODES, "surrogateescape")
