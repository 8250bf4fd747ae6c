"""Files that are written beside others: gone in the end, whoever was killed, and left alone while somebody writes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from prodready.project.beside import file_beside

HOLDING = """
import pathlib, sys
from prodready.project.beside import file_beside
with file_beside(pathlib.Path(sys.argv[1])) as (descriptor, beside):
    print(beside.name, flush=True)
    {close}
    sys.stdin.read()
"""


def write(real: Path, text: str = "new") -> None:
    with file_beside(real) as (descriptor, beside):
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text)
        beside.replace(real)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize("close", ["pass", "__import__('os').close(descriptor)"], ids=["writing", "moving"])
def test_what_a_killed_process_left_is_removed_by_the_next_and_what_a_living_one_needs_is_not(
    tmp_path: Path, close: str
) -> None:
    real = tmp_path / "a.py"
    if os.name == "nt" and close != "pass":
        pytest.skip("there the file itself is what is held")
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING.format(close=close), str(real)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        assert other.stdout is not None
        left = other.stdout.readline().strip()
        write(real)
        assert names(tmp_path) == sorted([left, "a.py"])
        other.kill()
    assert names(tmp_path) == sorted([left, "a.py"])
    write(real, "newer")
    assert names(tmp_path) == ["a.py"]
    assert real.read_text() == "newer"


def test_only_what_is_sure_to_be_ours_is_removed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    for name in (".prodready-notes.tmp", ".prodready-abcdefgh.py", "prodready-abcdefgh.tmp"):
        (tmp_path / name).write_text("kept")
    (tmp_path / ".prodready-abcdefgh.tmp").mkdir()
    before = names(tmp_path)
    write(tmp_path / "a.py")
    assert names(tmp_path) == sorted([*before, "a.py"])


@pytest.mark.skipif(os.name == "nt", reason="a link is the user's own there, or none can be made")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("kept")
    (tmp_path / ".prodready-abcdefgh.tmp").symlink_to(tmp_path / "target")
    write(tmp_path / "a.py")
    assert (tmp_path / "target").read_text() == "kept"
    assert (tmp_path / ".prodready-abcdefgh.tmp").is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="there are no locks to take")
def test_a_file_that_is_taken_for_a_left_over_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prodready.project import beside

    real_lock, stolen = beside._lock, []

    def lock_late(descriptor: int) -> bool:
        if not stolen:
            stolen.extend(tmp_path.glob(".prodready-*.tmp"))
            stolen[0].unlink()
        return real_lock(descriptor)

    monkeypatch.setattr(beside, "_lock", lock_late)
    write(tmp_path / "a.py")
    assert names(tmp_path) == ["a.py"]
    assert len(stolen) == 1


def test_nothing_is_left_when_the_writer_fails(tmp_path: Path) -> None:
    (tmp_path / "a.py").mkdir()
    with pytest.raises(OSError, match=r"a\.py"):
        write(tmp_path / "a.py")
    assert names(tmp_path) == ["a.py"]
