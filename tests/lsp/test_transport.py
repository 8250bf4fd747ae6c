"""A client that lies about lengths, reads slowly or not at all, or is none: the server stays small and alive."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prodready.lsp.framing import MAX_BODY, Framing, FramingError
from prodready.lsp.outbox import PipeWriter
from tests.lsp.editor import PATIENCE, SERVER
from tests.lsp.wire import CAPABLE, Wire

_PIPE = 1 << 16
FIRST = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": CAPABLE}}


def framed(message: Any) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: ",
        b"Content-Length: -5",
        b"Content-Length: 1.5",
        b"Content-Length: 0x10",
        b"Content-Length: \xc2\xb2",
        b"Content-Length: " + b"9" * 5000,
        b"Content-Length: %d" % (MAX_BODY + 1),
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Type: text/plain",
        b"",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2",
        b"GET /a:b HTTP/1.1\r\nContent-Length: 2",
        b"x" * 9000,
    ],
)
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    with pytest.raises(FramingError):
        list(Framing().feed(header + b"\r\n\r\n{}"))


def test_an_endless_header_is_refused_before_it_ends() -> None:
    with pytest.raises(FramingError):
        list(Framing().feed(b"Content-Length: 1\r\n" * 1000))


@pytest.mark.parametrize(
    "header", [b"Content-Length: 2", b"content-LENGTH:2", b"Content-Type: x; charset=utf-8\r\nContent-Length :  2 "]
)
def test_a_header_may_be_written_in_any_way_that_the_protocol_allows(header: bytes) -> None:
    assert list(Framing().feed(header + b"\r\n\r\n{}")) == [b"{}"]


@pytest.mark.parametrize("length", [1, 1000])
def test_a_length_that_is_a_lie_ends_the_server_as_a_failure(length: int) -> None:
    wire = Wire(stderr=None)
    wire.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (length, framed(FIRST) * 8))

    assert wire.exit_code() == 1
    wire.end()


def test_a_message_in_single_bytes_is_understood() -> None:
    framing = Framing()
    whole = framed(FIRST)
    found = [body for index in range(len(whole)) for body in framing.feed(whole[index : index + 1])]

    assert [json.loads(body) for body in found] == [FIRST]


def test_a_writer_tells_once_that_nobody_reads_and_lets_everybody_go() -> None:
    reading, writing = _pipe()
    gone: list[bool] = []
    writer = PipeWriter(writing, lambda: gone.append(True), limit=10)
    reading.close()
    for _ in range(3):
        writer.write(b"x" * 20)
    writer.finish(PATIENCE)
    writer.wait_for_room()

    assert gone == [True]


def test_a_writer_holds_up_only_whoever_waits_for_room() -> None:
    reading, writing = _pipe()
    writer = PipeWriter(writing, lambda: None, limit=1 << 20)
    writer.write(b"x" * (2 << 20))
    has_room = threading.Event()
    waiting = threading.Thread(target=lambda: (writer.wait_for_room(), has_room.set()))
    waiting.start()
    with reading:
        assert not has_room.is_set()
        assert len(reading.read(2 << 20)) == 2 << 20
        assert has_room.wait(PATIENCE)
        writer.finish(PATIENCE)
        assert reading.read() == b""
    waiting.join(PATIENCE)


def _pipe() -> tuple[Any, int]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), writing


def unread(wire: Wire) -> int:
    """Return how many bytes of the server's output nobody has read."""
    assert wire.process.stdout is not None
    return int(struct.unpack("i", fcntl.ioctl(wire.process.stdout, termios.FIONREAD, b"\0" * 4))[0])


def full_pipe() -> Wire:
    """Start a server that has more to say than fits a pipe, and a client that reads nothing."""
    wire = Wire(reading=False, stderr=None)
    wire.send_bytes(framed(FIRST))
    for number in range(10):
        wire.open(f"untitled:{number}.py", "print(1)\n" * 1000)
    deadline = time.monotonic() + PATIENCE
    # Not to the last byte: a pipe is full when its pages are, and short writes leave pages that are not.
    while unread(wire) < _PIPE // 2:
        assert time.monotonic() < deadline
    return wire


def test_a_client_that_reads_late_gets_everything() -> None:
    wire = full_pipe()
    wire.start_reading()
    found: dict[str, int] = {}
    while len(found) < 10:
        message = wire.receive()
        if message.get("method") == "textDocument/publishDiagnostics":
            found[message["params"]["uri"]] = len(message["params"]["diagnostics"])
    wire.assert_sane()
    wire.end()

    assert set(found.values()) == {1000}


def test_a_client_that_does_not_read_does_not_hold_up_the_loop() -> None:
    wire = full_pipe()
    wire.process.terminate()

    assert wire.exit_code() == 0
    wire.end()


def test_a_client_that_stops_reading_and_then_goes_takes_the_server_with_it() -> None:
    wire = full_pipe()
    assert wire.process.stdout is not None
    wire.process.stdout.close()

    assert wire.exit_code() == 0
    wire.end()


def test_standard_error_that_nobody_reads_holds_nothing_up() -> None:
    wire = Wire("--log-level", "debug")
    wire.initialize()
    for number in range(5000):
        wire.send(f"unknown/{number}-{'x' * 60}", {}, ident=number + 5000)
    wire.assert_sane()
    wire.end()


def _texts() -> list[Any]:
    return [
        pytest.param("x = 1\n" * 9_000_000, id="50 MB"),
        pytest.param(f"x = '{'é' * 10_000_000}'\n", id="a line of 10 MB"),
        pytest.param("x = " + "(" * 1000 + ")" * 1000 + "\n", id="1,000 brackets"),
        pytest.param("".join(f"{' ' * depth}if x:\n" for depth in range(1000)), id="1,000 blocks"),
        pytest.param("x = " + "-" * 100_000 + "1\n", id="100,000 signs"),
        pytest.param("x = [" + "é, " * 300_000 + "]\n", id="a wide line of names"),
        pytest.param("print('é'); " * 10_000 + "\n", id="a wide line of findings"),
    ]


@pytest.fixture(scope="module")
def shared() -> Iterator[Wire]:
    wire = Wire(stderr=None)
    wire.initialize()
    yield wire
    wire.end()


@pytest.mark.parametrize("text", _texts())
def test_a_text_beyond_measure_does_not_keep_others_from_being_analysed(shared: Wire, text: str) -> None:
    uri = "untitled:beyond.py"
    shared.open(uri, text)
    place = {"line": 0, "character": 0}
    change = {"range": {"start": place, "end": place}, "text": "\n"}
    shared.send("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]})
    shared.assert_sane()
    shared.send("textDocument/didClose", {"textDocument": {"uri": uri}})
    shared.assert_sane()


def listening(transport: str) -> tuple[subprocess.Popen[bytes], int]:
    process = subprocess.Popen([*SERVER, f"--{transport}", "0"], stderr=subprocess.PIPE)
    assert process.stderr is not None
    return process, int(process.stderr.readline().decode().rpartition(":")[2])


@pytest.fixture(params=["tcp", "ws"])
def listener(request: pytest.FixtureRequest) -> Iterator[tuple[str, subprocess.Popen[bytes], int]]:
    process, port = listening(request.param)
    with process:
        yield request.param, process, port
        process.kill()


Listener = tuple[str, subprocess.Popen[bytes], int]


def test_it_listens_on_the_loopback_address_only(listener: Listener) -> None:
    _, process, port = listener
    listening_on = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process.pid}/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                listening_on.add(local.rpartition(":")[0])

    assert listening_on == {"0100007F"}


UPGRADE = (
    "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


def answer(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(request)
        return connection.recv(64)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Host: 127.0.0.1:{port}\r\n", 101),
        ("Host: localhost:{port}\r\nOrigin: http://localhost:3000\r\n", 101),
        ("Host: [::1]:{port}\r\nOrigin: https://127.0.0.1\r\n", 101),
        ("Host: 127.0.0.1:{port}\r\nOrigin: null\r\n", 403),
        ("Host: 127.0.0.1:{port}\r\nOrigin: https://evil.example\r\n", 403),
        ("Host: 127.0.0.1:{port}\r\nOrigin: http://localhost.evil.example\r\n", 403),
        ("Host: 127.0.0.1:{port}\r\nOrigin: http://evil.example/?http://localhost\r\n", 403),
        ("Host: evil.example:{port}\r\nOrigin: http://evil.example:{port}\r\n", 403),
        ("Host: evil.example:{port}\r\n", 403),
        ("Host: 127.0.0.1.evil.example:{port}\r\n", 403),
        ("", 403),
    ],
)
def test_a_page_from_elsewhere_cannot_connect(web: int, headers: str, status: int) -> None:
    received = answer(web, (UPGRADE + headers.format(port=web) + "\r\n").encode())

    assert received.startswith(b"HTTP/1.1 %d" % status)


@pytest.fixture(scope="module")
def web() -> Iterator[int]:
    process, port = listening("ws")
    with process:
        yield port
        process.kill()


def test_a_browsers_request_is_no_message_and_does_not_take_the_clients_place(listener: Listener) -> None:
    """A page can send any body to a port of this machine, with the Content-Length that our messages have too."""
    transport, process, port = listener
    body = json.dumps(FIRST).encode()
    request = b"POST / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: %d\r\n\r\n%b" % (port, len(body), body)
    received = answer(port, request)
    assert b"jsonrpc" not in received
    if transport == "tcp":
        assert answer(port, framed(FIRST)).startswith(b"Content-Length")
    else:
        assert answer(port, f"{UPGRADE}Host: localhost:{port}\r\n\r\n".encode()).startswith(b"HTTP/1.1 101")

    assert process.poll() is None


def test_a_client_that_breaks_off_ends_the_server(listener: Listener) -> None:
    transport, process, port = listener
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        if transport == "tcp":
            connection.sendall(framed(FIRST))
        else:
            connection.sendall(f"{UPGRADE}Host: localhost:{port}\r\n\r\n".encode())
            assert connection.recv(4096).startswith(b"HTTP/1.1 101")
            body = json.dumps(FIRST).encode()
            # A masked text frame; the mask is zero.
            connection.sendall(b"\x81\xfe" + len(body).to_bytes(2, "big") + b"\0\0\0\0" + body)
        assert connection.recv(4096)
        # Without a goodbye: the system sends a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    assert process.wait(PATIENCE) == 0


def test_a_second_client_is_refused(listener: Listener) -> None:
    transport, process, port = listener
    if transport == "ws":
        pytest.skip("the same connection class decides; the frames are websockets' own")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as first:
        first.sendall(framed(FIRST))
        assert first.recv(64).startswith(b"Content-Length")
        assert answer(port, framed(FIRST)) == b""
        assert process.poll() is None
