"""Writing to standard output and to files: quiet when the reader of a pipe has gone, never a half-written file."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TextIO

import click

from prodready.project.beside import file_beside
from prodready.project.os_errors import reason_of
from prodready.project.paths import exists, is_file


def write_lines(lines: Iterable[str]) -> None:
    """Write lines, which have no line ends, to standard output.

    Raises:
        click.ClickException: when that cannot be written.
    """
    stream = _tolerant(sys.stdout)
    with _standard_output():
        stream.writelines(line + "\n" for line in lines)
        stream.flush()


def write_bytes(content: bytes) -> None:
    """Write `content` to standard output as it is.

    Raises:
        click.ClickException: when that cannot be written.
    """
    with _standard_output():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def write_file(path: Path, lines: Iterable[str]) -> None:
    """Write lines, which have no line ends, to `path` in UTF-8; a file that is there is replaced as a whole.

    Raises:
        click.ClickException: when the file cannot be written.
    """
    whole = is_file(path) or not exists(path)
    try:
        with _beside(path) if whole else _opened(path) as stream:
            stream.writelines(line + "\n" for line in lines)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {reason_of(error)}") from error


@contextmanager
def _beside(path: Path) -> Iterator[TextIO]:
    """Open a new file that takes the place of `path` when all is written, and vanishes when that fails."""
    real = Path(os.path.realpath(path))
    mode = stat.S_IMODE(real.stat().st_mode) if exists(real) else 0o666 & ~_umask()
    with file_beside(real) as (descriptor, beside):
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
            yield stream
        beside.chmod(mode)
        beside.replace(real)


def _opened(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8", errors="backslashreplace")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def flush() -> None:
    """Write what is still held back; a reader that has gone is no error.

    Raises:
        click.ClickException: when that cannot be written to standard output.
    """
    with standard_error():
        sys.stderr.flush()
    with _standard_output():
        sys.stdout.flush()


def tell(text: str, *, newline: bool = True) -> None:
    """Write to standard error."""
    with standard_error():
        click.echo(text, err=True, nl=newline)


@contextmanager
def standard_error() -> Iterator[None]:
    """Where standard error cannot be written there is nobody to tell, and the exit code has to do."""
    try:
        yield
    except OSError:
        # CPython 3.14 keeps what could not be written, and would end with a code of its own for it.
        _forget(sys.stderr)


@contextmanager
def _standard_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _forget(sys.stdout)
    except OSError as error:
        _forget(sys.stdout)
        raise click.ClickException(f"cannot write to standard output: {reason_of(error)}") from error


def _tolerant(stream: IO[str]) -> IO[str]:
    """Make `stream` write characters that its encoding does not know as escapes instead of raising."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def _forget(stream: TextIO) -> None:
    """Send what is still to come nowhere, so that the interpreter's last flush does not complain either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
