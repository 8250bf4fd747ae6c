"""A client that is asked for the user's settings, and answers late, never, with an error, or with nonsense."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.wire import BARE, CAPABLE, Wire

ASKING = {**CAPABLE, "workspace": {"configuration": True}}
IGNORING = {"ignore": ["OBS202"]}


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    wire = Wire()
    wire.initialize(root=tmp_path.as_uri(), able=ASKING)
    yield wire
    assert [each["params"]["message"] for each in wire.seen if each.get("method") == "window/showMessage"] == []
    wire.end()


def question(wire: Wire) -> dict[str, Any]:
    """Wait for the server's next question about settings."""
    while True:
        message = wire.receive()
        if message.get("method") == "workspace/configuration":
            return message


def answer(wire: Wire, asked: dict[str, Any], result: Any) -> None:
    wire.send_message({"id": asked["id"], "result": result})


def open_in(wire: Wire, directory: Path) -> str:
    uri = (directory / "a.py").as_uri()
    wire.open(uri, BARE)
    return uri


def edit(wire: Wire, uri: str, version: int) -> None:
    place = {"line": 0, "character": 0}
    change = {"range": {"start": place, "end": place}, "text": "\n"}
    wire.send("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]})


def test_a_late_answer_counts_when_it_comes(wire: Wire, tmp_path: Path) -> None:
    uri = open_in(wire, tmp_path)
    asked = question(wire)
    # Nobody waits for ever: the defaults count, edits are analysed, and requests are answered.
    assert wire.codes(uri) == ["OBS202"]
    edit(wire, uri, 2)
    assert wire.codes(uri) == ["OBS202"]

    answer(wire, asked, [IGNORING])

    assert wire.codes(uri) == []


def test_a_client_that_does_not_answer_is_waited_for_once(wire: Wire, tmp_path: Path) -> None:
    """The second directory's question is still open when its findings are there: nobody has waited for an answer."""
    first, second = open_in(wire, tmp_path), open_in(wire, tmp_path / "other")
    questions = [question(wire), question(wire)]
    # Either may be first.
    while latest(wire).keys() != {first, second}:
        wire.receive()
    assert severities(wire, first, second) == [[4], [4]]
    third = open_in(wire, tmp_path / "third")
    questions.append(question(wire))
    assert wire.codes(third) == ["OBS202"]

    # Each directory has an answer of its own, also when they come in another order, and none asks again.
    for asked, settings in zip(reversed(questions), (IGNORING, {}, {"severity": {"OBS202": "error"}}), strict=True):
        answer(wire, asked, [settings])

    uris = {asked["params"]["items"][0]["scopeUri"]: asked for asked in questions}
    assert list(uris) == [tmp_path.as_uri(), (tmp_path / "other").as_uri(), (tmp_path / "third").as_uri()]
    while severities(wire, first, second, third) != [[1], [4], []]:
        wire.receive()
    wire.ask("textDocument/hover", {"textDocument": {"uri": first}, "position": {"line": 2, "character": 1}})
    assert severities(wire, first, second, third) == [[1], [4], []]
    assert questions_in(wire) == 3


def latest(wire: Wire) -> dict[str, list[dict[str, Any]]]:
    """Return the diagnostics that the client shows now, by document."""
    told = [each["params"] for each in wire.seen if each.get("method") == "textDocument/publishDiagnostics"]
    return {params["uri"]: params["diagnostics"] for params in told}


def severities(wire: Wire, *uris: str) -> list[list[int]]:
    last = latest(wire)
    return [[diagnostic["severity"] for diagnostic in last[uri]] for uri in uris]


def questions_in(wire: Wire) -> int:
    return sum(each.get("method") == "workspace/configuration" for each in wire.seen)


def test_an_error_leaves_what_was_known(wire: Wire, tmp_path: Path) -> None:
    uri = open_in(wire, tmp_path)
    wire.send_message({"id": question(wire)["id"], "error": {"code": -32603, "message": "no"}})
    assert wire.codes(uri) == ["OBS202"]

    wire.send("workspace/didChangeConfiguration", {"settings": None})
    answer(wire, question(wire), [IGNORING])
    assert wire.codes(uri) == []

    wire.send("workspace/didChangeConfiguration", {"settings": None})
    wire.send_message({"id": question(wire)["id"], "error": {"code": -32603, "message": "no"}})
    edit(wire, uri, 2)
    wire.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}})
    assert latest(wire)[uri] == []


def test_what_is_no_answer_leaves_the_defaults(wire: Wire, tmp_path: Path) -> None:
    for number, result in enumerate([None, [], [None], 7, {}, [{}, {}, {}]]):
        uri = open_in(wire, tmp_path / str(number))
        answer(wire, question(wire), result)
        assert wire.codes(uri) == ["OBS202"]
        edit(wire, uri, 2)
        assert wire.codes(uri) == ["OBS202"]


def test_settings_of_wrong_types_are_told_once_whatever_directories_they_are_for(tmp_path: Path) -> None:
    wire = Wire()
    wire.initialize(root=tmp_path.as_uri(), able=ASKING)
    for name in ("a", "b", "c"):
        uri = open_in(wire, tmp_path / name)
        answer(wire, question(wire), [{"select": 3, "run": ["now"], "roles": "all"}] if name != "b" else [{}])
        assert wire.codes(uri) == ["OBS202"]
    wire.send("workspace/didChangeConfiguration", {"settings": None})
    for _ in range(3):
        asked = question(wire)
        right = asked["params"]["items"][0]["scopeUri"].endswith("/b")
        answer(wire, asked, [{} if right else {"select": 3}])
    wire.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 1}})
    wire.end()

    shown = [each["params"] for each in wire.seen if each.get("method") == "window/showMessage"]
    assert [(message["type"], message["message"].count("expected")) for message in shown] == [(2, 3)]
