"""What is kept on disk between runs: that it comes back as it was, and that whatever is odd about it does not count."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from prodready.engine.analysis import facts_of
from prodready.engine.facts import ModuleFacts
from prodready.engine.finding import Finding, Fix, Range, Related, Severity
from prodready.engine.source import SourceFile
from prodready.project.cache import edition as edition_module
from prodready.project.cache import place, records, stamps
from prodready.project.cache.edition import edition
from prodready.project.cache.modules import written
from prodready.project.cache.plain import NotPlainError, from_plain, to_plain
from prodready.project.cache.records import FileRecord, Found, Records
from prodready.project.cache.stamps import Stamp
from prodready.project.cache.store import Limits, Store

FACTS = """\
import logging
from .db import Session as S
from .more import *
__all__ = ["logger", "Unit"]
logger = logging.getLogger(__name__)
alias = logger
limit = 3

class Unit(S):
    def __init__(self, url): self.session = S(url)
    def __enter__(self): return self
    def __exit__(self, *args): self.close()
    async def close(self): logger.info("closed")

@decorated
async def work() -> Unit:
    logger.info("%s", limit)

try:
    work()
except ValueError:
    work()
"""
FINDING = Finding(
    "OBS101",
    "print-call",
    Severity.HINT,
    "é \udcff",
    Range.of(1, 2, 3, 4),
    "A.f",
    Fix.unsafe("title", "reason"),
    (Related("here", Range.of(5, 6, 7, 8), "/a/b.py"), Related("there", Range.of(0, 0, 0, 1))),
)
STAMP = Stamp(10, 20, 30, 40)
LONG_AGO = 40 * 24 * 60 * 60


def facts(text: str) -> ModuleFacts:
    return facts_of(SourceFile.from_text(text, "a.py"), "", "")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache", "one")


def test_facts_come_back_from_json_as_they_were() -> None:
    before = facts(FACTS)
    assert before.symbols.keys() >= {"logging", "S", "logger", "alias", "limit", "Unit", "work"}
    assert before.stars == (".more",)
    assert from_plain(ModuleFacts, json.loads(json.dumps(to_plain(ModuleFacts, before)))) == before


def test_findings_come_back_from_json_as_they_were() -> None:
    before = Found({"app.db": "1f"}, (FINDING,))
    assert from_plain(Found, json.loads(json.dumps(to_plain(Found, before)))) == before


@pytest.mark.parametrize(
    "plain",
    [
        pytest.param(None, id="nothing"),
        pytest.param({}, id="no list"),
        pytest.param([{}], id="too few fields"),
        pytest.param([{}, [], []], id="too many fields"),
        pytest.param([{"a": 1}, []], id="a number for a text"),
        pytest.param([[], []], id="a list for an object"),
        pytest.param(
            [{}, [["A1", "a", "hint", "m", [["0", 0], [0, 1]], "", None, [], False]]], id="a text for a number"
        ),
        pytest.param(
            [{}, [["A1", "a", "hint", "m", [[True, 0], [0, 1]], "", None, [], False]]], id="a truth value for a number"
        ),
        pytest.param([{}, [["A1", "a", "loud", "m", [[0, 0], [0, 1]], "", None, [], False]]], id="an unknown severity"),
        pytest.param(
            [{}, [["A1", "a", "hint", "m", [[0, 0], [0, 1]], "", ["Edit", 1], [], False]]], id="an unknown class"
        ),
    ],
)
def test_plain_values_that_fit_no_type_are_refused(plain: object) -> None:
    with pytest.raises(NotPlainError):
        from_plain(Found, plain)


def test_the_hash_of_facts_is_that_of_what_they_tell_not_of_its_order() -> None:
    text = "def b():\n    return 1\n\ndef a():\n    return 2\n"
    moved = "def a():\n    return 3\n\ndef b():\n    return 4\n"
    assert written(facts(text))[1] == written(facts(moved))[1]
    assert written(facts(text))[1] != written(facts(text.replace("def a", "async def a")))[1]


def test_a_value_comes_back(store: Store) -> None:
    store.write("name", {"é": [1, None, "\udcff"]})
    assert Store(store.base, "one").read("name") == {"é": [1, None, "\udcff"]}
    assert Store(store.base, "two").read("name") is None
    assert store.read("other") is None


def test_the_cache_is_for_its_user_alone_and_marked_as_one(store: Store) -> None:
    store.write("name", 1)
    assert (store.base / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert (store.base / ".gitignore").read_text() == "*\n"
    if os.name == "posix":
        assert (store.base.stat().st_mode & 0o077, (store.base / "one" / "name.json").stat().st_mode & 0o077) == (0, 0)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[:-1], id="cut short"),
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data.replace(b"1", b"2"), id="another value"),
        pytest.param(lambda data: b"\0" * len(data), id="zeros"),
        pytest.param(lambda data: data.partition(b"\n")[2], id="without a hash"),
    ],
)
def test_a_damaged_file_counts_as_none_and_is_written_again(store: Store, damage) -> None:  # type: ignore[no-untyped-def]
    store.write("name", [1, 1])
    file = store.base / "one" / "name.json"
    file.write_bytes(damage(file.read_bytes()))
    assert store.read("name") is None
    store.write("name", [3])
    assert store.read("name") == [3]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in directories")
def test_a_pipe_in_the_place_of_a_file_keeps_nobody_waiting(store: Store) -> None:
    store.write("name", 1)
    (store.base / "one" / "name.json").unlink()
    os.mkfifo(store.base / "one" / "name.json")
    assert store.read("name") is None
    store.write("name", 2)
    assert store.read("name") == 2


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_in_the_cache_are_not_followed(store: Store, tmp_path: Path) -> None:
    victim = tmp_path / "victim.json"
    store.write("name", 1)
    file = store.base / "one" / "name.json"
    victim.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(victim)
    assert store.read("name") is None
    store.write("name", 2)
    assert (victim.read_bytes()[-1:], file.is_symlink()) == (b"1", False)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_in_the_place_of_a_directory_is_not_written_through(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    old = elsewhere / "old.json"
    old.write_text("{}")
    os.utime(old, (0, 0))
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "one").symlink_to(elsewhere)
    store = Store(tmp_path / "cache", "one")
    store.write("name", 1)
    store.sweep()
    assert [path.name for path in elsewhere.iterdir()] == ["old.json"]


def test_a_cache_that_cannot_be_made_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "cache", "one")
    store.write("name", 1)
    store.sweep()
    assert store.read("name") is None
    assert (tmp_path / "file").read_text() == ""


def test_what_keeps_a_cache_from_being_written_is_known(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file", "one")
    store.read("name")
    assert store.trouble is None
    store.write("name", 1)
    assert store.trouble == "file exists"


def test_a_disk_that_is_full_leaves_no_mark_half_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, mode: str) -> None:
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdopen", refuse)
        store.write("name", 1)
    assert store.trouble == "no space left on device; make room on the disk"
    assert list(store.base.iterdir()) == []
    again = Store(store.base, "one")
    again.write("name", 1)
    assert (again.trouble, (store.base / ".gitignore").read_text()) == (None, "*\n")


def aged(path: Path, seconds: float) -> Path:
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_what_nobody_used_for_long_is_swept_and_nothing_else(store: Store) -> None:
    for name in ("old", "used", "new"):
        store.write(name, 1)
    home = store.base / "one"
    for name in ("old.json", "used.json"):
        aged(home / name, LONG_AGO)
    foreign = home / "letter.txt"
    foreign.write_text("")
    aged(foreign, LONG_AGO)
    aged_temporary = home / "half.tmp"
    aged_temporary.write_text("")
    aged(aged_temporary, 2 * 24 * 60 * 60)
    assert store.read("used") == 1
    store.sweep()
    assert sorted(path.name for path in home.iterdir()) == ["letter.txt", "new.json", "used.json"]


def test_the_oldest_are_swept_where_it_is_too_much_in_all(store: Store) -> None:
    for age, name in enumerate(("a", "b", "c")):
        store.write(name, "x" * 1000)
        aged(store.base / "one" / f"{name}.json", 100 * age)
    store.sweep(Limits(size=2500))
    assert sorted(path.name for path in (store.base / "one").iterdir()) == ["a.json", "b.json"]


def test_sweeping_waits_for_a_day(store: Store) -> None:
    store.write("a", 1)
    store.sweep()
    old = aged(store.base / "one" / "a.json", LONG_AGO)
    store.sweep()
    assert old.exists()
    aged(store.base / "swept", 25 * 60 * 60)
    store.sweep()
    assert not old.exists()


def test_a_mark_from_the_future_does_not_put_sweeping_off(store: Store) -> None:
    """The clock was set back since."""
    store.write("a", 1)
    store.sweep()
    aged(store.base / "swept", -LONG_AGO)
    old = aged(store.base / "one" / "a.json", LONG_AGO)
    store.sweep()
    assert not old.exists()


def test_an_empty_edition_of_others_is_swept(store: Store) -> None:
    Store(store.base, "old").write("a", 1)
    aged(store.base / "old" / "a.json", LONG_AGO)
    store.write("b", 1)
    store.sweep()
    assert not (store.base / "old").exists()


@pytest.mark.parametrize(
    ("changed", "seen", "expected"),
    [
        pytest.param(Stamp(1_000, 1_000, 1, 1), 2_000_001_001, True, id="two seconds later"),
        pytest.param(Stamp(1_000, 1_000, 1, 1), 2_000_001_000, False, id="within the grain"),
        pytest.param(Stamp(1_000, 9_000, 1, 1), 2_000_001_001, False, id="its time was set back"),
        pytest.param(Stamp(9_000_000_000, 1_000, 1, 1), 5_000_000_000, False, id="from the future"),
    ],
)
def test_a_stamp_vouches_only_for_what_was_read_well_after_the_last_write(
    changed: Stamp, seen: int, expected: bool
) -> None:
    assert changed.vouches(seen) is expected


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files of a test look as if they had been written long ago."""
    monkeypatch.setattr(records, "now", lambda: stamps.now() + 10_000_000_000)


def remembered(store: Store, path: Path) -> None:
    """Let a run look at a file, and keep its stamp."""
    mine = Records(store)
    stamp = Stamp.of(path)
    assert stamp is not None
    mine.keep(path, FileRecord(stamp, records.now(), mine.digest(path) or ""))
    mine.save()


def counted_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read: list[str] = []
    real = records.digest_of
    monkeypatch.setattr(records, "digest_of", lambda path: (read.append(path.name), real(path))[1])
    return read


def test_a_file_with_the_same_stamp_is_not_read_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    later(monkeypatch)
    remembered(store, file)
    read = counted_reads(monkeypatch)
    digest = Records(store).digest(file)
    assert (read, len(digest or "")) == ([], 32)
    file.write_text("x = 2, 3\n")
    assert Records(store).digest(file) not in (None, digest)
    assert read == ["a.py"]


def test_a_file_that_was_read_just_after_it_was_written_is_read_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    remembered(store, file)
    status = file.stat()
    before = Records(store).digest(file)
    file.write_text("x = 2\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert Records(store).digest(file) not in (None, before)


def test_a_record_from_a_later_time_than_now_is_not_believed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock was set back since: a file may get the same times again, with another content."""
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    later(monkeypatch)
    remembered(store, file)
    stamp = Stamp.of(file)
    file.write_text("x = 2\n")
    monkeypatch.setattr(records, "now", stamps.now)
    monkeypatch.setattr(Stamp, "of", lambda path: stamp)
    read = counted_reads(monkeypatch)
    assert Records(store).digest(file) == records.digest_of(file)
    assert read == ["a.py", "a.py"]


def test_a_file_of_the_same_content_is_not_read_a_third_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    remembered(store, file)
    later(monkeypatch)
    read = counted_reads(monkeypatch)
    second = Records(store)
    second.digest(file)
    second.save()
    Records(store).digest(file)
    assert read == ["a.py"]


def test_what_cannot_be_read_has_no_hash(store: Store, tmp_path: Path) -> None:
    assert Records(store).digest(tmp_path / "gone.py") is None
    assert Records(store).digest(tmp_path) is None


def record(key: str) -> FileRecord:
    return FileRecord(STAMP, 1, "00", results=Found({"app": "1f"}, ()).under(key))


def knows(kept: Records, path: Path, key: str) -> bool:
    return bool(kept.results(path, key))


def test_of_two_runs_at_once_both_are_kept(store: Store, tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("")
    first, second = Records(store), Records(store)
    assert (knows(first, tmp_path / "a.py", "k"), knows(second, tmp_path / "b.py", "k")) == (False, False)
    first.keep(tmp_path / "a.py", record("k"))
    second.keep(tmp_path / "b.py", record("k"))
    second.keep(tmp_path / "a.py", record("l"))
    first.save()
    second.save()
    last = Records(store)
    kept = [knows(last, tmp_path / name, key) for name, key in (("a.py", "k"), ("a.py", "l"), ("b.py", "k"))]
    assert kept == [True, True, True]


def test_files_that_are_gone_are_forgotten(store: Store, tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("")
        mine = Records(store)
        mine.keep(tmp_path / name, record("k"))
        mine.save()
    (tmp_path / "a.py").unlink()
    mine = Records(store)
    mine.keep(tmp_path / "b.py", record("l"))
    mine.save()
    assert not knows(Records(store), tmp_path / "a.py", "k")
    assert knows(Records(store), tmp_path / "b.py", "k")


def test_only_the_last_results_of_a_file_are_kept(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("")
    for key in "abcde":
        mine = Records(store)
        mine.keep(file, record(key))
        mine.save()
    kept = Records(store)
    assert [key for key in "abcde" if knows(kept, file, key)] == ["b", "c", "d", "e"]


def test_records_of_another_directory_with_the_same_name_do_not_count(store: Store, tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("")
    mine = Records(store)
    mine.keep(tmp_path / "here" / "a.py", record("k"))
    mine.save()
    (kept,) = (store.base / "one").iterdir()
    kept.rename(kept.with_name(f"{records._name(str(tmp_path / 'there'))}.json"))
    assert not knows(Records(store), tmp_path / "there" / "a.py", "k")


def test_an_edition_is_the_source_and_the_interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "prodready"
    (package / "engine").mkdir(parents=True)
    (package / "__pycache__").mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(edition_module.prodready, "__file__", str(package / "__init__.py"))
    first = edition()
    (package / "__pycache__" / "a.pyc").write_text("compiled")
    assert edition() == first
    (package / "engine" / "a.py").write_text("x = 1\n")
    second = edition()
    (package / "engine" / "a.py").write_text("x = 2\n")
    third = edition()
    monkeypatch.setattr(edition_module.sys, "version", "3.99.0")
    assert len({first, second, third, edition()}) == 4


def test_without_a_source_there_is_no_edition(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(edition_module.prodready, "__file__", str(tmp_path / "app.zip" / "__init__.py"))
    assert edition() is None


def test_the_cache_lies_where_the_user_says_or_in_the_users_own_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(place.VARIABLE, str(tmp_path / "mine"))
    assert place.cache_directory() == tmp_path / "mine"
    monkeypatch.delenv(place.VARIABLE)
    assert place.cache_directory().is_absolute()
    assert "prodready" in place.cache_directory().parts
