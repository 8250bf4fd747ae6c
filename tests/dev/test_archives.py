"""Unpacking: only what is wanted, only where it belongs, all of it or nothing."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from _dev.archives import unpack
from _dev.problem import Problem


def wheel(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


def sdist(path: Path, files: dict[str, str], links: dict[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            packed.addfile(member, io.BytesIO(text.encode()))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type = tarfile.SYMTYPE
            member.linkname = target
            packed.addfile(member)
    return path


def names(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}


FILES = {"a/b.py": "x = 1\n", "a/logo.png": "...", "pyproject.toml": "", "a/Dockerfile.dev": "", ".env.example": ""}
WANTED = {"a/b.py", "pyproject.toml", "a/Dockerfile.dev", ".env.example"}


def test_a_wheel_gives_the_files_that_prodready_reads(tmp_path: Path) -> None:
    archive = wheel(tmp_path / "a-1-py3-none-any.whl", FILES)
    assert unpack(archive, tmp_path / "out") == len(WANTED)
    assert names(tmp_path / "out") == WANTED
    assert (tmp_path / "out/a/b.py").read_text() == "x = 1\n"


def test_a_source_distribution_gives_the_same(tmp_path: Path) -> None:
    archive = sdist(tmp_path / "a-1.tar.gz", FILES)
    unpack(archive, tmp_path / "out")
    assert names(tmp_path / "out") == WANTED


def test_links_are_passed_over(tmp_path: Path) -> None:
    archive = sdist(tmp_path / "a-1.tar.gz", {"a.py": ""}, links={"b.py": "/etc/passwd", "c.py": "a.py"})
    unpack(archive, tmp_path / "out")
    assert names(tmp_path / "out") == {"a.py"}


@pytest.mark.parametrize("name", ["../evil.py", "a/../../evil.py", "/evil.py", "..\\evil.py", "C:\\evil.py"])
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_name_that_leads_outside_stops_everything(tmp_path: Path, name: str, kind: str) -> None:
    files = {"good.py": "", name: ""}
    home = tmp_path / "home"
    archive = wheel(tmp_path / "a.whl", files) if kind == "wheel" else sdist(tmp_path / "a.tar.gz", files)
    with pytest.raises(Problem, match="outside of its directory"):
        unpack(archive, home / "out")
    assert names(tmp_path) == {archive.name}
    assert list(home.iterdir()) == []


def test_a_link_cannot_be_used_as_a_way_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    archive = tmp_path / "a.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        link = tarfile.TarInfo("d")
        link.type = tarfile.SYMTYPE
        link.linkname = str(outside)
        packed.addfile(link)
        member = tarfile.TarInfo("d/evil.py")
        packed.addfile(member, io.BytesIO(b""))
    unpack(archive, tmp_path / "out")
    assert names(outside) == set()
    assert names(tmp_path / "out") == {"d/evil.py"}


@pytest.mark.parametrize("name", ["a.whl", "a.tar.gz"])
def test_a_broken_archive_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    archive = tmp_path / name
    archive.write_bytes(b"not an archive")
    with pytest.raises(Problem, match=f"{name} could not be unpacked"):
        unpack(archive, tmp_path / "home" / "out")
    assert list((tmp_path / "home").iterdir()) == []


def test_what_an_earlier_call_left_is_replaced_as_a_whole(tmp_path: Path) -> None:
    old = tmp_path / "out" / "old.py"
    old.parent.mkdir()
    old.write_text("")
    unpack(wheel(tmp_path / "a.whl", {"new.py": ""}), tmp_path / "out")
    assert names(tmp_path / "out") == {"new.py"}
