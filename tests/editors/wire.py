"""What an editor and the server say to each other, for editors that do not tell what they have understood."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.editors.desk import Desk

_HEADER = re.compile(rb"Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n")


class Wire:
    """Both directions of the server's standard streams; what is still being written does not count yet."""

    def __init__(self, desk: Desk) -> None:
        """Have whatever the server of this desk hears and says from now on be noted."""
        self._heard, self._said = desk.home / "heard", desk.home / "said"
        desk.start_server_by(f'tee -a "{self._heard}" | "$@" | tee -a "{self._said}"')

    def heard(self, method: str) -> list[Any]:
        """Return the parameters of what the editor has asked or told the server by a method."""
        return _parameters(self._heard, method)

    def said(self, method: str) -> list[Any]:
        """Return the parameters of what the server has asked or told the editor by a method."""
        return _parameters(self._said, method)


def _parameters(record: Path, method: str) -> list[Any]:
    return [message["params"] for message in _messages(record) if message.get("method") == method]


def _messages(record: Path) -> list[Any]:
    data = record.read_bytes() if record.exists() else b""
    found, place = [], 0
    while (header := _HEADER.match(data, place)) and header.end() + int(header[1]) <= len(data):
        place = header.end() + int(header[1])
        found.append(json.loads(data[header.end() : place]))
    return found
