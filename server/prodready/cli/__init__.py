"""The command line. Only `main` is here, so that worker processes import nothing that they do not need."""

from __future__ import annotations

_EDITORS_CALLS = (["server"], ["server", "--stdio"])


def main() -> None:
    """Run the command that the arguments name, and end the process with its exit code."""
    import sys

    try:
        arguments = sys.argv[1:]
        is_editor = arguments in _EDITORS_CALLS and not (sys.stdin and sys.stdin.isatty())
        sys.exit(_serve() if is_editor else _run(arguments))
    except KeyboardInterrupt:
        sys.exit(130)


def _run(arguments: list[str]) -> int:
    from prodready.cli.app import run

    return run(arguments)


def _serve() -> int:
    """Do what `server` does, without reading a command line first: an editor waits for this, at each of its starts."""
    try:
        from prodready.lsp import starting

        return starting.serve()
    except Exception as error:  # noqa: BLE001  # the last place that can tell the user
        from prodready.cli.app import State, reported

        return reported(error, State())
