"""Start the language server on one of its transports, and end it cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from prodready.lsp import logs, transport
from prodready.lsp.language_server import ProdreadyServer


def run(
    *, tcp: int | None = None, ws: int | None = None, log_file: Path | None = None, log_level: str = "warning"
) -> int:
    """Serve one client until it is done or gone, and return the exit code of the process.

    Args:
        tcp: a port on the loopback address to wait on, 0 for any free one, instead of standard input and output.
        ws: the same for WebSocket.
        log_file: where the log goes; standard error by default.
        log_level: `debug`, `info`, `warning` or `error`.

    Raises:
        OSError: when the log cannot be written, or the port cannot be had.
    """
    logs.set_up(log_level, log_file)
    return asyncio.run(_serve(tcp, ws))


async def _serve(tcp: int | None, ws: int | None) -> int:
    server = ProdreadyServer()
    # Clients name files in full. A workspace that the server stood in could not be removed everywhere, and Python looks
    # for the modules of new processes where they start.
    os.chdir(Path(__file__).parent)
    _end_on_signals(server)
    try:
        if tcp is not None:
            await transport.serve_tcp(server.protocol, tcp)
        elif ws is not None:
            await transport.serve_websocket(server.protocol, ws)
        else:
            await transport.serve_stdio(server.protocol)
    finally:
        server.worker.stop()
    return server.protocol.exit_code


def _end_on_signals(server: ProdreadyServer) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows' loop has none; the default ends the process there
            asyncio.get_running_loop().add_signal_handler(number, server.protocol.stop)
