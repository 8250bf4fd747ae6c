"""Whatever arrives, the server neither crashes nor hangs: every request is answered once, and the next ones rightly."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lsp.junk import Sender
from tests.lsp.wire import BARE, Wire

LONG = os.environ.get("PRODREADY_HYPOTHESIS") == "long"
SEEDS = [random.SystemRandom().randrange(10**9) for _ in range(200)] if LONG else [1, 2]
MESSAGES = 400


@pytest.fixture(scope="module")
def shared() -> Iterator[Wire]:
    """Start one server for all tests here: each leaves it sane for the next."""
    wire = Wire(stderr=None)
    wire.initialize()
    yield wire
    wire.end()


@pytest.fixture
def wire(shared: Wire) -> Iterator[Wire]:
    shared.seen.clear()
    yield shared
    shared.assert_sane()


@pytest.mark.parametrize("seed", SEEDS)
def test_junk_is_answered_once_and_does_no_harm(wire: Wire, seed: int) -> None:
    sender = Sender(seed)
    chance = random.Random(seed)
    for _ in range(MESSAGES):
        wire.send_body(sender.body() if chance.random() < 0.9 else sender.broken_body())
    wire.assert_sane()

    answered = [each["id"] for each in wire.seen if "method" not in each and each["id"] is not None]
    assert Counter(ident for ident in answered if ident not in range(1000, 10_000)) == Counter(sender.expected)


BAD_ENVELOPES: list[tuple[str, Any, Any]] = [
    ("no JSON", b"{", (None, -32700)),
    ("nothing", b"", (None, -32700)),
    ("not UTF-8", b'{"jsonrpc": "2.0", "id": 1, "method": "\xff"}', (None, -32700)),
    ("a number of 5,000 digits", b'{"jsonrpc": "2.0", "id": %s, "method": "shutdown"}' % (b"9" * 5000), (None, -32700)),
    ("100,000 levels", b"[" * 100_000 + b"]" * 100_000, (None, -32700)),
    ("a batch", [{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}], (None, -32600)),
    ("a string", "shutdown", (None, -32600)),
    ("an empty object", {}, (None, -32600)),
    ("another version", {"jsonrpc": "1.0", "id": 1, "method": "shutdown"}, (1, -32600)),
    ("no version", {"id": 1, "method": "shutdown"}, (1, -32600)),
    ("an id that is null", {"jsonrpc": "2.0", "id": None, "method": "shutdown"}, (None, -32600)),
    ("an id that is a fraction", {"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"}, (None, -32600)),
    ("an id that is true", {"jsonrpc": "2.0", "id": True, "method": "shutdown"}, (None, -32600)),
    ("an id that is a list", {"jsonrpc": "2.0", "id": [1], "method": "shutdown"}, (None, -32600)),
    ("a method that is a list", {"jsonrpc": "2.0", "id": 1, "method": ["shutdown"]}, (1, -32600)),
    ("a method that is null", {"jsonrpc": "2.0", "id": 1, "method": None}, (1, -32600)),
    ("a notification with an id", {"jsonrpc": "2.0", "id": 1, "method": "textDocument/didOpen"}, (1, -32600)),
    ("an exit with an id", {"jsonrpc": "2.0", "id": 1, "method": "exit"}, (1, -32600)),
    ("an unknown method without parameters", {"jsonrpc": "2.0", "id": "é", "method": "no/such"}, ("é", -32601)),
    ("a second initialize", {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}, (1, -32600)),
    ("parameters of 200 levels", b'{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":' + b"[" * 200
     + b"]" * 200 + b"}", (1, -32602)),
]  # fmt: skip


@pytest.mark.parametrize(("message", "answer"), [pytest.param(m, a, id=name) for name, m, a in BAD_ENVELOPES])
def test_a_message_that_is_none_is_answered_with_an_error(wire: Wire, message: Any, answer: Any) -> None:
    wire.send_body(message if isinstance(message, bytes) else json.dumps(message).encode())
    received = wire.receive()

    assert (received["id"], received["error"]["code"]) == answer


def test_responses_to_nothing_are_left_out(wire: Wire) -> None:
    for member in ({"result": 1}, {"error": {"code": 1, "message": "no"}}, {"error": None}, {}):
        wire.send_body(json.dumps({"jsonrpc": "2.0", "id": 77, **member}).encode())
    wire.assert_sane()

    assert [each for each in wire.seen if each.get("id") in (77, None) and "method" not in each] == []


def test_a_request_of_ours_without_parameters_is_answered(wire: Wire) -> None:
    wire.send_body(b'{"jsonrpc": "2.0", "id": 9, "method": "prodready/rules"}')

    assert "OBS101" in [rule["code"] for rule in wire.receive()["result"]]


@pytest.mark.parametrize(
    ("position", "found"),
    [
        ({"line": 2, "character": 1}, True),
        ({"line": 2.0, "character": 1.0}, True),
        ({"line": 2, "character": 2**32}, False),
        ({"line": 2**80, "character": 0}, False),
        ({"line": -1, "character": -1}, False),
    ],
)
def test_a_position_outside_of_the_text_is_moved_into_it(wire: Wire, position: dict[str, float], found: bool) -> None:
    uri = f"untitled:position-{position['line']}-{position['character']}.py"
    wire.open(uri, BARE)
    assert wire.codes(uri) == ["OBS202"]
    answer = wire.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})

    assert (answer["result"] is not None) is found


@pytest.mark.parametrize("line", [1.5, None, "2", True, [], float("nan"), float("inf")])
def test_a_position_that_is_no_number_is_refused(wire: Wire, line: Any) -> None:
    about = {"textDocument": {"uri": "untitled:x.py"}, "position": {"line": line, "character": 0}}

    assert wire.ask("textDocument/hover", about)["error"]["code"] == -32602


def test_a_change_up_to_the_largest_position_replaces_the_rest(wire: Wire) -> None:
    uri = "untitled:all.py"
    wire.open(uri, BARE)
    assert wire.codes(uri) == ["OBS202"]
    everything = {"start": {"line": 0, "character": 0}, "end": {"line": 2**32 - 1, "character": 2**32 - 1}}
    change = {"range": everything, "text": "print(1)\n"}
    wire.send("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]})

    assert wire.codes(uri) == ["OBS101"]


def test_a_document_is_left_alone_after_a_change_that_cannot_be_understood(wire: Wire) -> None:
    uri = "untitled:lost.py"
    wire.open(uri, BARE)
    assert wire.codes(uri) == ["OBS202"]
    change = {"range": {"start": None, "end": None}, "text": "pass"}
    wire.send("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]})
    assert wire.codes(uri) == []
    wire.send("textDocument/didChange", {"textDocument": {"uri": uri, "version": 3}, "contentChanges": []})
    place = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 1}}
    assert wire.ask("textDocument/hover", place)["result"] is None
    wire.open(uri, BARE, version=4)

    assert wire.codes(uri) == ["OBS202"]


def test_opening_twice_and_closing_twice_end_as_once(wire: Wire) -> None:
    uri = "untitled:twice.py"
    wire.open(uri, BARE)
    assert wire.codes(uri) == ["OBS202"]
    wire.open(uri, "x = 1\nprint(x)\n", version=1)
    assert wire.codes(uri) == []
    assert wire.codes(uri) == ["OBS101"]
    for _ in range(2):
        wire.send("textDocument/didClose", {"textDocument": {"uri": uri}})

    assert wire.codes(uri) == []


def test_halves_of_surrogate_pairs_that_arrive_apart_become_one_character(wire: Wire) -> None:
    uri = "untitled:halves.py"
    wire.open(uri, 'x = ""\n' + BARE)
    assert wire.codes(uri) == ["OBS202"]
    for version, (column, half) in enumerate([(5, "\ud83d"), (6, "\ude00")], 2):
        place = {"line": 0, "character": column}
        change = {"range": {"start": place, "end": place}, "text": half}
        document = {"uri": uri, "version": version}
        wire.send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    place = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 1}}

    assert wire.ask("textDocument/hover", place)["result"]["range"]["start"] == {"line": 3, "character": 0}


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("file:///nowhere/%00.py", id="a NUL"),
        pytest.param("file:////x.py", id="four slashes"),
        pytest.param("file:///" + "d/" * 3000 + "x.py", id="longer than a path can be"),
        pytest.param("file:///" + "d" * 300 + "/x.py", id="longer than a name can be"),
        pytest.param("http://[::1", id="a broken host"),
        pytest.param("file:///\ud800.py", id="a lone surrogate"),
        pytest.param("", id="empty"),
        pytest.param("file://", id="no path"),
        pytest.param("file:///dev/null/x.py", id="below a device"),
    ],
)
def test_a_document_with_a_strange_name_is_analysed_all_the_same(wire: Wire, uri: str) -> None:
    wire.open(uri, BARE)
    assert wire.codes(uri) == ["OBS202"]
    wire.send("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_a_cancelled_request_is_answered_as_cancelled_and_duplicates_each(wire: Wire) -> None:
    uri = "untitled:cancelled.py"
    wire.open(uri, BARE * 300)
    about = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 1}}
    wire.send("textDocument/hover", about, 5)
    wire.send("$/cancelRequest", {"id": 5})
    wire.send("$/cancelRequest", {"id": 5})
    wire.send("$/cancelRequest", {"id": "unknown"})
    for _ in range(2):
        wire.send("textDocument/hover", about, 6)
    wire.ask("textDocument/hover", about)

    answers = [each for each in wire.seen if each.get("id") in (5, 6)]
    assert [(each["id"], "error" in each) for each in answers] == [(5, True), (6, False), (6, False)]
    assert answers[0]["error"]["code"] == -32800


def test_ten_thousand_messages_at_once_are_all_answered(wire: Wire) -> None:
    uri = "untitled:flood.py"
    wire.open(uri, BARE)
    about = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 1}}
    message = {"jsonrpc": "2.0", "method": "textDocument/hover", "params": about}
    bodies = [json.dumps({**message, "id": 10_000 + number}).encode() for number in range(10_000)]
    wire.send_bytes(b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies))
    wire.assert_sane()

    answers = [each for each in wire.seen if each.get("id") in range(10_000, 20_000)]
    assert len(answers) == 10_000
    assert all("OBS202" in each["result"]["contents"]["value"] for each in answers)


def test_a_hundred_documents_at_once_get_their_diagnostics(wire: Wire) -> None:
    for number in range(100):
        wire.open(f"untitled:many-{number}.py", BARE)
    waiting = {f"untitled:many-{number}.py" for number in range(100)}
    while waiting:
        message = wire.receive()
        if message["params"]["uri"] in waiting:
            assert [each["code"] for each in message["params"]["diagnostics"]] == ["OBS202"]
            waiting.remove(message["params"]["uri"])
    for number in range(100):
        wire.send("textDocument/didClose", {"textDocument": {"uri": f"untitled:many-{number}.py"}})


def test_a_change_of_a_notebook_that_makes_no_sense_drops_it_until_it_is_opened_again(wire: Wire) -> None:
    notebook, cell = "file:///nowhere/lost.ipynb", "vscode-notebook-cell:/nowhere/lost.ipynb#a"
    cells = [{"kind": 2, "document": cell}]
    texts = [{"uri": cell, "languageId": "python", "version": 1, "text": BARE}]
    opened = {"uri": notebook, "notebookType": "jupyter-notebook", "version": 1, "cells": cells}
    wire.send("notebookDocument/didOpen", {"notebookDocument": opened, "cellTextDocuments": texts})
    assert wire.codes(cell) == ["OBS202"]
    # What names a notebook as a text drops nothing, and neither does the other way round.
    wire.send("textDocument/didChange", {"textDocument": {"uri": notebook, "version": 2}, "contentChanges": 3})
    wire.send("notebookDocument/didChange", {"notebookDocument": {"uri": notebook, "version": 2}, "change": 3})
    assert wire.codes(cell) == []
    wire.send("notebookDocument/didOpen", {"notebookDocument": opened, "cellTextDocuments": texts})
    assert wire.codes(cell) == ["OBS202"]
    wire.send(
        "notebookDocument/didClose", {"notebookDocument": {"uri": notebook}, "cellTextDocuments": [{"uri": cell}]}
    )
