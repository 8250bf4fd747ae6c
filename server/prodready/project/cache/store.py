"""Values in files that are read whole, replaced whole, and taken for missing whenever something is odd about them.

Text, not pickles: whoever can write here may make us show wrong findings, but not run anything. Every file begins with
a hash of the rest, so that a damaged one is not taken for another truth. There are no locks: a file is replaced at
once, and of two that write the same one the last wins, which costs the other's work and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from prodready.project.os_errors import reason_of

_MAX_FILE = 64 * 1024 * 1024
_MAX_BYTES = 256 * 1024 * 1024
_DAY = 24 * 60 * 60
_MAX_AGE = 30 * _DAY
_SUFFIXES = (".json", ".tmp")
_SIGNS = {
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# prodready's cache: delete it at any time.\n",
    ".gitignore": "*\n",
}
_SWEPT = "swept"
_CAREFUL = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Limits:
    """How much is kept: bytes in all, and seconds since the last use."""

    size: int = _MAX_BYTES
    age: float = _MAX_AGE


class Store:
    """The files of one edition in the cache at `base`. Nothing here raises: what cannot be read or written is not.

    `trouble` says why nothing can be written, None while something can, or nothing was to be.
    """

    def __init__(self, base: Path, edition: str) -> None:
        self.base = base
        self.edition = edition
        self._home = base / edition
        self._prepared = False
        self.trouble: str | None = None

    def read(self, name: str) -> object:
        """Return the plain value kept under `name`, None when there is none, or it is not as it was written."""
        path = self._path(name)
        try:
            data = _read(path)
            digest, _, body = data.partition(b"\n")
            if digest != _digest(body):
                return None
            value: object = json.loads(body)
        except (OSError, ValueError, RecursionError):
            return None
        _touch(path)
        return value

    def write(self, name: str, value: object) -> None:
        """Keep a plain value under `name`."""
        if not self._is_writable():
            return
        body = json.dumps(value, separators=(",", ":")).encode("ascii")
        if len(body) >= _MAX_FILE - 100:
            return
        try:
            _replace(self._path(name), _digest(body) + b"\n" + body)
        except OSError as error:
            # A full disk does not become emptier while we run.
            self.trouble = reason_of(error)

    def sweep(self, limits: Limits | None = None) -> None:
        """Once a day, delete what nobody has used for long, and the oldest of what is too much in all."""
        mark = self.base / _SWEPT
        with suppress(OSError):
            # A mark from the future was made by a clock that has been set since.
            if not self._is_writable() or 0 <= _age(mark) < _DAY:
                return
            _sign(mark, "")
            os.utime(mark)
            _delete_old(self.base, limits or Limits())

    def _path(self, name: str) -> Path:
        return self._home / f"{name}.json"

    def _is_writable(self) -> bool:
        if not self._prepared:
            self._prepared = True
            try:
                self._prepare()
            except OSError as error:
                self.trouble = reason_of(error)
        return self.trouble is None

    def _prepare(self) -> None:
        """Make the directories, for the user alone; backups and git are told to leave them out."""
        self.base.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in _SIGNS.items():
            _sign(self.base / name, text)
        self._home.mkdir(mode=0o700, exist_ok=True)
        if self._home.is_symlink():
            raise NotADirectoryError(self._home)


def _read(path: Path) -> bytes:
    """Read a regular file; nothing that could keep us waiting, and nothing that a link leads to."""
    with open(path, "rb", opener=_carefully) as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_FILE:
            raise ValueError(f"{path} is none of our files")
        return stream.read()


def _carefully(path: str, flags: int) -> int:
    return os.open(path, flags | _CAREFUL)


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).hexdigest().encode("ascii")


def _replace(path: Path, data: bytes) -> None:
    """Write beside, then rename. Nothing is flushed to the disk: a file that a crash cuts short fails its hash."""
    descriptor, name = tempfile.mkstemp(suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _sign(path: Path, text: str) -> None:
    """Make a small file unless something of that name is there; whole, since nobody would write it again."""
    if not os.path.lexists(path):
        _replace(path, text.encode("ascii"))


def _age(path: Path) -> float:
    """Return how many seconds ago a file was written, or used; infinity for one that is not there."""
    try:
        return time.time() - path.lstat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _touch(path: Path) -> None:
    """Note, at most once a day, that a file was used."""
    with suppress(OSError):
        if _age(path) > _DAY:
            os.utime(path)


def _delete_old(base: Path, limits: Limits) -> None:
    """Delete files of ours only: links are not followed, and other names are left alone."""
    found = [(status.st_mtime, status.st_size, path) for path, status in _files(base)]
    oldest, kept = time.time() - limits.age, 0
    for modified, size, path in sorted(found, key=lambda entry: entry[0], reverse=True):
        kept += size
        abandoned = path.suffix == ".tmp" and modified < time.time() - _DAY
        if modified < oldest or kept > limits.size or abandoned:
            with suppress(OSError):
                path.unlink()
    for edition in _directories(base):
        with suppress(OSError):
            edition.rmdir()


def _directories(base: Path) -> list[Path]:
    with os.scandir(base) as entries:
        return [base / entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]


def _files(base: Path) -> list[tuple[Path, os.stat_result]]:
    found: list[tuple[Path, os.stat_result]] = []
    for edition in _directories(base):
        with suppress(OSError), os.scandir(edition) as entries:
            found.extend(
                (edition / entry.name, entry.stat(follow_symlinks=False))
                for entry in entries
                if entry.name.endswith(_SUFFIXES) and entry.is_file(follow_symlinks=False)
            )
    return found
