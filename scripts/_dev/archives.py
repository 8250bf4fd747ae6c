"""Unpacking of downloaded wheels and source distributions, without trusting a name in them."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from _dev.problem import Problem

# What prodready reads in a project; pictures and compiled front ends would only fill the disk.
WANTED_SUFFIXES = frozenset({".py", ".toml", ".cfg", ".ini", ".txt", ".in", ".lock"})
WANTED_NAMES = ("Dockerfile", ".env")


def is_wanted(path: Path) -> bool:
    """Whether prodready has any use for a file of this name."""
    return path.suffix in WANTED_SUFFIXES or path.name.startswith(WANTED_NAMES)


def anything(path: Path) -> bool:
    """Want every file: what is run needs all of them."""
    return True


def unpack(archive: Path, directory: Path, wanted: Callable[[Path], bool] = is_wanted) -> int:
    """Unpack the wanted files of a wheel or .tar.gz into the new `directory`; returns how many.

    The directory appears complete or not at all. Raises Problem when the archive is broken, or when a name in it
    leads outside.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=directory.parent))
    try:
        count = _unpack_into(archive, beside, wanted)
        shutil.rmtree(directory, ignore_errors=True)
        beside.rename(directory)
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise Problem(f"{archive.name} could not be unpacked: {error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return count


def _unpack_into(archive: Path, directory: Path, wanted: Callable[[Path], bool]) -> int:
    count = 0
    for name, content in _files(archive):
        target = _inside(directory, name, archive)
        if wanted(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                shutil.copyfileobj(content, out)
            count += 1
    return count


def _files(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and content of the regular files; links, devices and directories are passed over."""
    if archive.name.endswith((".whl", ".zip")):
        with zipfile.ZipFile(archive) as packed:
            for item in packed.infolist():
                if not item.is_dir():
                    with packed.open(item) as content:
                        yield item.filename, content
        return
    with tarfile.open(archive) as packed_tar:
        for member in packed_tar:
            stream = packed_tar.extractfile(member) if member.isreg() else None
            if stream is not None:
                yield member.name, stream


def _inside(directory: Path, name: str, archive: Path) -> Path:
    """Return where `name` goes below `directory`; raises Problem for one that would leave it."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise Problem(
            f"{archive.name} holds a file that would land outside of its directory: {name!r}. It is not unpacked."
        )
    return directory.joinpath(*path.parts)
