"""Files are read exactly as they are or refused with a reason, and replaced whole or not at all."""

from __future__ import annotations

import codecs
import os
import pickle
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.project import files
from prodready.project.files import FileText, ReadError, WriteError, decode, read, write_atomic

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.py"


def reason_of(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        decode(data, "a.py")
    return caught.value.reason


def test_line_ends_stay() -> None:
    """No line end is translated, and unusual separators are plain characters."""
    data = b"a\r\nb\rc\n\n\x0cd\xe2\x80\xa8e"
    assert decode(data, "a.py").text == "a\r\nb\rc\n\n\x0cd\u2028e"


@pytest.mark.parametrize(
    ("data", "text", "encoding", "bom"),
    [
        (b"", "", "utf-8", False),
        ("x = 'é'\n".encode(), "x = 'é'\n", "utf-8", False),
        (codecs.BOM_UTF8 + b"x\n", "x\n", "utf-8", True),
        (codecs.BOM_UTF8 + b"# coding: utf-8\n", "# coding: utf-8\n", "utf-8", True),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n", "iso-8859-1", False),
        (
            b"#!/x\n# vim: fileencoding=cp1252\n'\x80'\n",
            "#!/x\n# vim: fileencoding=cp1252\n'€'\n",
            "cp1252",
            False,
        ),
        (b"#!/bin/x\r# coding: cp1252\r'\x80'\r", "#!/bin/x\r# coding: cp1252\r'€'\r", "cp1252", False),
        (b"x\n\n# coding: cp1252\n", "x\n\n# coding: cp1252\n", "utf-8", False),
    ],
)
def test_encodings(data: bytes, text: str, encoding: str, bom: bool) -> None:
    """The signature and the coding line decide, as PEP 263 says."""
    found = decode(data, "a.py")
    assert (found.text, found.encoding, found.bom) == (text, encoding, bom)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GIF89a\0\1", "is binary (it contains NUL bytes)"),
        ("x = 1".encode("utf-16"), "is UTF-16, which Python does not read; save it as UTF-8"),
        ("x = 1".encode("utf-32"), "is UTF-32, which Python does not read; save it as UTF-8"),
        (b"a\nb\r\nx = '\xe9'\n", "is not utf-8: byte 0xe9 on line 3; save it as UTF-8 or add a coding line"),
        (b"# caf\xe9\n", "is not utf-8: byte 0xe9 on line 1; save it as UTF-8 or add a coding line"),
        (b"# coding: ascii\n'\xe9'\n", "is not ascii: byte 0xe9 on line 2; save it as UTF-8 or add a coding line"),
        (b"# coding: klingon\n", "names an encoding in its coding line that Python does not know"),
        (b"# coding: utf-16\n", "names utf-16 in its coding line, which cannot be the encoding of that line"),
        (
            codecs.BOM_UTF8 + b"# coding: cp1252\n",
            "begins with a UTF-8 signature, but its coding line names another encoding",
        ),
    ],
)
def test_what_cannot_be_decoded(data: bytes, reason: str) -> None:
    """Each refusal says what the file is, where, and what to do."""
    assert reason_of(data) == reason


@pytest.mark.parametrize("codec", ["hex", "rot13", "zlib", "undefined"])
def test_codecs_that_are_no_encodings(codec: str) -> None:
    """Python has codecs that no source file can have; they are refused, not obeyed."""
    reason = reason_of(f"# coding: {codec}\nx = 1\n".encode())
    assert reason == f"names {codec} in its coding line, which is no encoding of texts"


@pytest.mark.parametrize("codec", ["punycode", "unicode_escape", "utf-7"])
def test_encodings_that_do_not_hold_ascii(codec: str) -> None:
    """An encoding that writes line ends or backslashes in its own way could not be written back."""
    reason = reason_of(f"# coding: {codec}\nx = 1\n".encode())
    assert reason == f"names {codec} in its coding line, which cannot be the encoding of that line"


def test_ambiguous_encoding(file: Path) -> None:
    """Where a text can be written in several ways, other lines would change: nothing is written."""
    data = b"# coding: iso2022_jp\n# \x1b$B\x1b(B\n"
    file.write_bytes(data)
    with pytest.raises(WriteError) as caught:
        write_atomic(file, "# coding: iso2022_jp\n", read(file))
    assert caught.value.reason == "not written: its encoding iso2022_jp would change other bytes too; use UTF-8"
    assert file.read_bytes() == data


def test_unreadable_paths(tmp_path: Path) -> None:
    """What is no regular file is refused without being opened."""
    with pytest.raises(ReadError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"{tmp_path}: is a directory"
    with pytest.raises(ReadError) as caught:
        read(tmp_path / "gone.py")
    assert caught.value.reason == "cannot be read: no such file or directory"
    with pytest.raises(ReadError) as caught:
        read(Path("a\0b.py"))
    assert caught.value.reason == "cannot be read: no file can have this name"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_are_not_opened(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would wait for ever."""
    pipe = tmp_path / "pipe.py"
    os.mkfifo(pipe)
    with pytest.raises(ReadError) as caught:
        read(pipe)
    assert caught.value.reason == "is a pipe, not a regular file"


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs /dev/null")
def test_devices_are_not_opened() -> None:
    """A device may have no end."""
    with pytest.raises(ReadError) as caught:
        read(Path("/dev/null"))
    assert caught.value.reason == "is a device, not a regular file"


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_forbidden_file(file: Path) -> None:
    """The system's reason is told without its number."""
    file.write_text("x")
    file.chmod(0)
    with pytest.raises(ReadError) as caught:
        read(file)
    assert caught.value.reason == "cannot be read: permission denied"


def test_too_large(file: Path) -> None:
    """The size and the limit are told."""
    file.write_bytes(b"#" * (5 * 1024 * 1024 + 600_000))
    with pytest.raises(ReadError) as caught:
        read(file)
    assert caught.value.reason == "is too large (5.6 MB; at most 5 MB are read)"


def test_errors_travel_between_processes() -> None:
    """A worker's errors arrive whole."""
    error = pickle.loads(pickle.dumps(ReadError(Path("a.py"), "is binary")))
    assert (error.path, error.reason, str(error)) == (Path("a.py"), "is binary", "a.py: is binary")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"old\r\nb\r\n", b"new\r\nb\r\n"),
        (codecs.BOM_UTF8 + b"old\n", codecs.BOM_UTF8 + b"new\n"),
        (b"# coding: latin-1\nold = '\xe9'\n", b"# coding: latin-1\nnew = '\xe9'\n"),
        (b"old", b"new"),
    ],
)
def test_writing_keeps_the_rest(file: Path, before: bytes, after: bytes) -> None:
    """Encoding, signature and line ends stay, and nothing is left beside the file."""
    file.write_bytes(before)
    found = read(file)
    write_atomic(file, found.text.replace("old", "new"), found)
    assert file.read_bytes() == after
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes")
def test_writing_keeps_mode_and_link(tmp_path: Path, file: Path) -> None:
    """The file behind a link is replaced, with its mode; the link stays."""
    file.write_text("a")
    file.chmod(0o754)
    other = tmp_path / "elsewhere"
    other.mkdir()
    link = other / "link.py"
    link.symlink_to(file)
    write_atomic(link, "b", read(link))
    assert file.read_text() == "b"
    assert stat.S_IMODE(file.stat().st_mode) == 0o754
    assert link.is_symlink()
    assert list(other.iterdir()) == [link]


def test_changed_meanwhile(file: Path) -> None:
    """A file that somebody saved in the meantime is theirs."""
    file.write_text("a")
    found = read(file)
    file.write_text("b")
    with pytest.raises(WriteError) as caught:
        write_atomic(file, "c", found)
    assert caught.value.reason == "not written: it was changed since it was read; run the command again"
    assert file.read_text() == "b"


def test_removed_meanwhile(file: Path) -> None:
    """A file that is gone is not made again."""
    file.write_text("a")
    found = read(file)
    file.unlink()
    with pytest.raises(WriteError) as caught:
        write_atomic(file, "c", found)
    assert caught.value.reason == "not written: it was removed since it was read"
    assert not file.exists()


def test_changed_while_writing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that somebody saves while ours is written is theirs too, and ours goes."""
    file.write_text("a")
    found = read(file)

    def save_first(beside: Path, status: os.stat_result) -> None:
        file.write_text("theirs")

    monkeypatch.setattr(files, "_take_owner_and_mode", save_first)
    with pytest.raises(WriteError):
        write_atomic(file, "ours", found)
    assert file.read_text() == "theirs"
    assert list(file.parent.iterdir()) == [file]


def test_text_outside_of_the_encoding(file: Path) -> None:
    """A character that the file cannot hold stops the change before anything happens."""
    file.write_bytes(b"# coding: latin-1\n")
    with pytest.raises(WriteError) as caught:
        write_atomic(file, "# coding: latin-1\n# €\n", read(file))
    assert caught.value.reason == "not written: the new text holds U+20AC, which its encoding iso-8859-1 does not have"
    assert file.read_bytes() == b"# coding: latin-1\n"


def test_failing_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses, the file is whole and nothing is left beside it."""
    file.write_text("a")
    found = read(file)

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(WriteError) as caught:
        write_atomic(file, "b" * 1000, found)
    assert caught.value.reason == "cannot be written: no space left on device; make room on the disk"
    assert file.read_text() == "a"
    assert list(file.parent.iterdir()) == [file]


def test_read_only_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that its owner protects is not replaced, although its directory would allow it."""
    file.write_text("a")
    found = read(file)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(WriteError) as caught:
        write_atomic(file, "b", found)
    assert caught.value.reason == "not written: it is read-only"
    assert file.read_text() == "a"


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Any bytes are either a text that encodes to the same bytes, or refused in the one way."""
    try:
        found = decode(data, "a.py")
    except ReadError:
        return
    signature = codecs.BOM_UTF8 if found.bom else b""
    assert signature + found.text.encode(found.encoding) == data


def test_digest_is_not_shown() -> None:
    """What a person sees of a file's text is the text."""
    assert repr(FileText("x", digest=b"12")) == "FileText(text='x', encoding='utf-8', bom=False)"
