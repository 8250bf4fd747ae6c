"""The server starts on each transport, ends when it should, and never bothers the user with faults."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import Connect
from tests.lsp.editor import PATIENCE, SERVER, SERVER_WITH_RULES, Editor, capabilities, codes_of, replacing, span
from tests.lsp.wire import BARE, Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.end()


def test_shutdown_and_exit_end_it_with_success(wire: Wire) -> None:
    wire.initialize()
    wire.send("shutdown", ident=2)
    assert wire.receive()["result"] is None
    wire.send("textDocument/hover", {}, ident=3)
    refused = wire.receive()
    wire.send("exit")

    assert refused["error"]["code"] == -32600
    assert wire.exit_code() == 0


def test_exit_without_shutdown_is_a_failure(wire: Wire) -> None:
    wire.initialize()
    wire.send("exit")

    assert wire.exit_code() == 1


def test_it_ends_when_its_input_is_closed(wire: Wire) -> None:
    wire.initialize()
    wire.close_input()

    assert wire.exit_code() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to handle")
def test_it_ends_when_it_is_told_to_terminate(wire: Wire) -> None:
    wire.initialize()
    wire.process.send_signal(signal.SIGTERM)

    assert wire.exit_code() == 0


def test_it_ends_when_the_editor_has_died_though_its_input_stays_open(wire: Wire) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as editor:
        wire.initialize(process_id=editor.pid)
        editor.communicate()

    assert wire.exit_code() == 0


def test_a_process_that_cannot_be_seen_is_not_waited_for(wire: Wire) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait(PATIENCE)
    wire.initialize(process_id=gone.pid)
    wire.send("shutdown", ident=2)

    assert wire.receive()["id"] == 2


def test_requests_before_initialize_are_refused(wire: Wire) -> None:
    wire.send("textDocument/hover", {}, ident=7)

    assert wire.receive()["error"]["code"] == -32002
    assert wire.initialize()["result"]["serverInfo"]["name"] == "prodready"


def test_messages_that_make_no_sense_are_answered_or_left_out(wire: Wire) -> None:
    wire.initialize()
    wire.send_body(b"{ no JSON")
    wire.send_body(b"[]")
    wire.send("textDocument/didOpen", {"textDocument": 3})
    wire.send("unknown/notification", {})
    wire.send("textDocument/hover", {"position": "here"}, ident=8)
    wire.send("unknown/request", {}, ident=9)
    answers = [wire.receive() for _ in range(4)]

    assert [(each["id"], each["error"]["code"]) for each in answers] == [
        (None, -32700),
        (None, -32600),
        (8, -32602),
        (9, -32601),
    ]


def test_a_stream_that_is_not_made_of_messages_ends_it(wire: Wire) -> None:
    wire.send_bytes(b"GET / HTTP/1.1\r\n\r\n")

    assert wire.exit_code() == 1


def test_the_log_that_cannot_be_written_is_an_error_of_the_call(tmp_path: Path) -> None:
    done = subprocess.run(
        [*SERVER, "--log-file", str(tmp_path / "no" / "log")], input=b"", capture_output=True, check=False
    )

    assert done.returncode == 2
    assert b"cannot start" in done.stderr


@contextmanager
def listening(*options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start a server that waits on a port; it ends with the block, also when nobody has come."""
    with subprocess.Popen([*SERVER, *options], stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            announced = process.stderr.readline().decode()
            yield process, int(announced.rpartition(":")[2])
        finally:
            process.kill()


@pytest.mark.asyncio
@pytest.mark.parametrize("transport", ["tcp", "ws"])
async def test_it_serves_one_client_on_the_loopback_address(transport: str, tmp_path: Path) -> None:
    with listening(f"--{transport}", "0") as (process, port):
        editor = Editor()
        await getattr(editor.client, f"start_{transport}")("127.0.0.1", port)
        await editor.client.initialize_session(types.InitializeParams(capabilities=capabilities()))
        uri = (tmp_path / "a.py").as_uri()
        editor.open(uri, BARE)

        assert codes_of(await editor.diagnostics(uri, 1)) == ["OBS202"]

        await editor.end()
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
        writer = editor.client.protocol.writer
        if isinstance(writer, asyncio.StreamWriter):
            writer.close()


def test_a_page_from_elsewhere_cannot_connect(tmp_path: Path) -> None:
    with (
        listening("--ws", "0") as (_, port),
        socket.create_connection(("127.0.0.1", port), PATIENCE) as connection,
    ):
        connection.sendall(
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Origin: https://evil.example\r\n\r\n"
        )
        assert connection.recv(64).startswith(b"HTTP/1.1 403")


@pytest.mark.asyncio
async def test_a_rule_that_crashes_is_logged_once_and_the_others_still_report(connect: Connect, tmp_path: Path) -> None:
    log = tmp_path / "log"
    editor = await connect(command=(*SERVER_WITH_RULES, "--log-file", str(log)))
    uri = (tmp_path / "a.py").as_uri()

    editor.open(uri, f"{BARE}crash_here\n")
    await editor.diagnostics(uri, 1, codes=["OBS202"])
    for version in range(2, 6):
        editor.change(uri, version, replacing(span(5, 0), "\n"))
        await editor.hover(uri, 0, 0)

    await editor.end()
    assert log.read_text().count("rule TST101 crashed: ZeroDivisionError (crashing.py, line ") == 1
    assert editor.client.messages == []


@pytest.mark.asyncio
async def test_a_worker_does_not_outlive_a_server_that_was_killed(connect: Connect, tmp_path: Path) -> None:
    wire = Wire()
    with wire.process:
        wire.initialize()
        text = "try:\n    f()\n" + "    g()\n" * 200 + "except:\n    raise\n"
        uri = (tmp_path / "a.py").as_uri()
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        wire.send("textDocument/didOpen", {"textDocument": item})
        wire.receive()
        place = {"line": 202, "character": 0}
        wire.send(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": uri},
                "range": {"start": place, "end": place},
                "context": {"diagnostics": [], "only": ["quickfix"]},
            },
            ident=2,
        )
        assert wire.receive()["result"]
        wire.process.kill()
        # The worker holds the other end of this pipe, and nobody else does: it ends when the worker does.
        assert wire.process.stderr is not None
        await asyncio.wait_for(asyncio.to_thread(wire.process.stderr.read), PATIENCE)
