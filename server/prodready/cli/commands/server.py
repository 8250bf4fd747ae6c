"""`prodready server`: talk to an editor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from prodready.cli import output
from prodready.cli.options import verbose

_PORT = click.IntRange(0, 65535)
_NO_EDITOR = (
    "prodready: waiting for an editor to talk to on standard input; Ctrl+C ends it. An editor starts the server by "
    "itself: `prodready server` is the command that its settings need. To check files here, run `prodready check`."
)


@click.command("server", short_help="Run the language server for an editor.")
@click.option("--stdio", is_flag=True, help="Use standard input and output; this is the default.")
@click.option("--tcp", type=_PORT, metavar="PORT", help="Wait for one client on this port of 127.0.0.1 (0: any).")
@click.option("--ws", type=_PORT, metavar="PORT", help="The same, but talk WebSocket.")
@click.option("--log-file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where the log goes.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="What is logged.",
)
@verbose
def command(stdio: bool, tcp: int | None, ws: int | None, log_file: Path | None, log_level: str) -> int:
    """Run the language server, which an editor starts and talks to.

    The log goes to standard error unless --log-file is given. Nothing is sent anywhere else.

    \b
    Examples:
      prodready server
      prodready server --log-file prodready.log --log-level debug
      prodready server --tcp 4600
    """
    if stdio + (tcp is not None) + (ws is not None) > 1:
        raise click.UsageError("Choose one of --stdio, --tcp and --ws.")
    if tcp is ws is None and sys.stdin and sys.stdin.isatty():
        output.tell(_NO_EDITOR)
    from prodready.lsp.starting import serve

    try:
        return serve(tcp=tcp, ws=ws, log_file=log_file, log_level=log_level)
    except OSError as error:
        raise click.ClickException(f"the server cannot start: {error.strerror or error}") from error
