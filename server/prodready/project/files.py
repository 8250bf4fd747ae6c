"""Reading Python files exactly as they are, and replacing one without ever leaving it half written."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from prodready.project.beside import file_beside
from prodready.project.discovery import discover
from prodready.project.os_errors import reason_of

__all__ = ["FileError", "FileText", "ReadError", "WriteError", "decode", "discover", "read", "write_atomic"]

MAX_BYTES = 5 * 1024 * 1024
"""Larger files are data, not code that somebody wrote."""
_HEAD_BYTES = 8192
_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_NO_CODE = re.compile(rb"[ \t\f]*(?:#.*)?")
_USUAL = (
    ("utf-8", re.compile(r"utf-8(?:-.*)?")),
    ("iso-8859-1", re.compile(r"(?:latin-1|iso-8859-1|iso-latin-1)(?:-.*)?")),
)
_ASCII = "# coding\t\\\r\n"
"""What every encoding of a Python file must write as ASCII does."""
_OF_HOST_NAMES = "idna"
"""No encoding of texts, although it writes letters as they are: long texts take it for ever."""
_OTHER_BOMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_KINDS = (
    (stat.S_ISDIR, "is a directory"),
    (stat.S_ISFIFO, "is a pipe, not a regular file"),
    (stat.S_ISSOCK, "is a socket, not a regular file"),
    (lambda _: True, "is a device, not a regular file"),
)


class FileError(Exception):
    """Something about one file: `path`, and `reason` as a phrase without the path."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = Path(path)
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class ReadError(FileError):
    """A file that cannot be read as Python source."""


class WriteError(FileError):
    """A file that was not written; it is as it was before."""


@dataclass(frozen=True)
class FileText:
    """A file's text with its own line ends, and what is needed to write it back.

    `encoding` is the codec's name as the file gives it, `bom` whether the file begins with a UTF-8 signature (which
    is not part of `text`), `digest` tells whether the file on disk is still the one that was read.
    """

    text: str
    encoding: str = "utf-8"
    bom: bool = False
    digest: bytes = field(default=b"", repr=False)


def read(path: Path) -> FileText:
    """Read a Python file, its encoding found as PEP 263 says.

    Raises:
        ReadError: when it does not exist, may not be read, is no regular file (pipes and devices are never opened), is
            larger than `MAX_BYTES`, is binary, or cannot be decoded.
    """
    return decode(_read_bytes(path), path)


def digest_of(path: Path) -> str:
    """Return the hash of a file's bytes, as `FileText.digest` has it, in hexadecimal digits.

    Raises:
        ReadError: when the file cannot be read, as `read` tells; whether it can be decoded is not looked at.
    """
    return _digest(_read_bytes(path)).hex()


def decode(data: bytes, path: Path | str) -> FileText:
    """Decode the bytes of a Python file; `path` is only a name for messages.

    Raises:
        ReadError: when the bytes are binary or cannot be decoded.
    """
    for signature, name in _OTHER_BOMS:
        if data.startswith(signature):
            raise ReadError(path, f"is {name}, which Python does not read; save it as UTF-8")
    if b"\0" in data[:_HEAD_BYTES]:
        raise ReadError(path, "is binary (it contains NUL bytes)")
    encoding, bom = _encoding(data, path)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    return FileText(_decoded(body, encoding, path), encoding, bom, _digest(data))


def write_atomic(path: Path, text: str, like: FileText) -> None:
    """Replace the text of the file that `like` was read from, in its encoding, at once or not at all.

    The file keeps its mode, its owner where that is allowed, its byte order mark and its line ends (those that `text`
    has); a symbolic link stays one, and the file that it leads to is replaced.

    Raises:
        WriteError: when `text` cannot be written in the file's encoding, the file was changed or removed since it was
            read, or the system refuses. The file is untouched then, and nothing is left beside it.
    """
    data = _encoded(text, like, path)
    try:
        real = path.resolve()
        _check_unchanged(real, like, path)
        _replace(real, data, like, path)
    except OSError as error:
        raise WriteError(path, f"cannot be written: {reason_of(error)}") from error


def _read_bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ReadError(path, next(phrase for test, phrase in _KINDS if test(status.st_mode)))
        if status.st_size > MAX_BYTES:
            raise ReadError(path, _too_large(status.st_size))
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReadError(path, f"cannot be read: {reason_of(error)}") from error
    except ValueError as error:
        raise ReadError(path, "cannot be read: no file can have this name") from error
    if len(data) > MAX_BYTES:
        raise ReadError(path, _too_large(len(data)))
    return data


def _too_large(size: int) -> str:
    return f"is too large ({size / 1024 / 1024:.1f} MB; at most {MAX_BYTES // 1024 // 1024} MB are read)"


def _encoding(data: bytes, path: Path | str) -> tuple[str, bool]:
    """Return the encoding that the signature or the coding line gives, and whether there is a signature.

    As PEP 263 says; `tokenize` says it in other words with each Python, and fails over some codecs.
    """
    signed = data.startswith(codecs.BOM_UTF8)
    head = data[:_HEAD_BYTES].removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    first, second = (*head.split(b"\n", 2), b"", b"")[:2]
    named = _CODING.match(first) or (_CODING.match(second) if _NO_CODE.fullmatch(first) else None)
    if named is None:
        return "utf-8", signed
    name = _normal(named[1].decode("ascii"))
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ReadError(path, "names an encoding in its coding line that Python does not know") from error
    if signed and name != "utf-8":
        raise ReadError(path, "begins with a UTF-8 signature, but its coding line names another encoding")
    return name, signed


def _normal(name: str) -> str:
    """Return the usual name of an encoding that has several, as CPython's own reader takes them for the same."""
    short = name[:12].lower().replace("_", "-")
    usual = next((usual for usual, found in _USUAL if found.fullmatch(short)), None)
    return name if usual is None else usual


def _decoded(data: bytes, encoding: str, path: Path | str) -> str:
    try:
        if _ASCII.encode(encoding) != _ASCII.encode("ascii"):
            raise ReadError(path, f"names {encoding} in its coding line, which cannot be the encoding of that line")
        if codecs.lookup(encoding).name == _OF_HOST_NAMES:
            raise LookupError(encoding)
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(path, _undecodable(data, error)) from error
    except (UnicodeError, LookupError) as error:
        raise ReadError(path, f"names {encoding} in its coding line, which is no encoding of texts") from error


def _undecodable(data: bytes, error: UnicodeDecodeError) -> str:
    before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line, byte = before.count(b"\n") + 1, data[error.start]
    return f"is not {error.encoding}: byte 0x{byte:02x} on line {line}; save it as UTF-8 or add a coding line"


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _encoded(text: str, like: FileText, path: Path) -> bytes:
    signature = codecs.BOM_UTF8 if like.bom else b""
    if _digest(signature + like.text.encode(like.encoding, "replace")) != like.digest:
        # Some encodings write one text in several ways: lines that nobody touched would change.
        raise WriteError(path, f"not written: its encoding {like.encoding} would change other bytes too; use UTF-8")
    try:
        return signature + text.encode(like.encoding)
    except UnicodeEncodeError as error:
        character = f"U+{ord(text[error.start]):04X}"
        reason = f"not written: the new text holds {character}, which its encoding {like.encoding} does not have"
        raise WriteError(path, reason) from error


def _check_unchanged(real: Path, like: FileText, path: Path) -> None:
    try:
        now = real.read_bytes()
    except FileNotFoundError as error:
        raise WriteError(path, "not written: it was removed since it was read") from error
    if _digest(now) != like.digest:
        raise WriteError(path, "not written: it was changed since it was read; run the command again")


def _replace(real: Path, data: bytes, like: FileText, path: Path) -> None:
    """Write `data` beside the file, then let it take the file's place."""
    status = real.stat()
    if not os.access(real, os.W_OK):
        raise WriteError(path, "not written: it is read-only")
    with file_beside(real) as (descriptor, beside):
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            _take_owner_and_mode(beside, status)
            os.fsync(stream.fileno())
        # Somebody may have saved the file while ours was being written.
        _check_unchanged(real, like, path)
        beside.replace(real)


def _take_owner_and_mode(file: Path, status: os.stat_result) -> None:
    """Give the new file the old one's owner (only root may, elsewhere the group at best) and mode."""
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(file, -1, status.st_gid)
        with suppress(PermissionError):
            os.chown(file, status.st_uid, -1)
    # After the owner: changing that clears the set-user-id bits.
    file.chmod(stat.S_IMODE(status.st_mode))
