"""Files that would hold us up for ever, or lead out of the workspace, are refused; the rest of it is looked at."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from prodready.project import toml_text
from prodready.project.config import load
from prodready.project.globs import GlobSet, can_match, compiled
from prodready.project.options import BY_KEY
from prodready.project.problems import ConfigError
from tests.lsp.wire import Wire
from tests.security.regex_attacks import attack

PATIENCE = 120
"""Seconds after which a command is taken to hang: far more than it needs, also on a machine that is busy."""
FINDING = "try:\n    f()\nexcept:\n    raise\n"
needs_links = pytest.mark.skipif(os.name == "nt", reason="needs pipes and symbolic links")


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "prodready", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(8 * 1024**3)


NAMES = ("pyproject.toml", "prodready.toml", ".gitignore", "other.py", "__init__.py", "book.ipynb")


@needs_links
@pytest.mark.parametrize("make", [_pipe, _device, _loop], ids=lambda make: make.__name__[1:])
@pytest.mark.parametrize("arguments", [("check",), ("fix", "--diff"), ("config", "app.py")], ids=" ".join)
def test_pipes_devices_and_loops_hold_up_no_command(
    tmp_path: Path, make: Callable[[Path], None], arguments: Sequence[str]
) -> None:
    for name in NAMES:
        make(tmp_path / name)
    (tmp_path / "app.py").write_text(FINDING)
    done = run(tmp_path, *arguments)

    assert done.returncode == (0 if arguments[0] == "config" else 1), done.stderr
    assert "app.py" in done.stdout


@needs_links
@pytest.mark.parametrize("make", [_pipe, _device, _loop, _huge], ids=lambda make: make.__name__[1:])
@pytest.mark.parametrize("command", ["check", "fix", "config"])
def test_naming_such_a_file_says_what_it_is(tmp_path: Path, make: Callable[[Path], None], command: str) -> None:
    make(tmp_path / "other.py")
    done = run(tmp_path, command, "other.py")

    assert done.returncode == (0 if command == "config" else 2), done.stderr
    assert command == "config" or re.search(
        "is a pipe|is a device|cannot be read|does not exist|is too large", done.stderr
    )


@needs_links
@pytest.mark.parametrize("make", [_pipe, _device, _loop], ids=lambda make: make.__name__[1:])
def test_pipes_devices_and_loops_do_not_hold_up_the_server(tmp_path: Path, make: Callable[[Path], None]) -> None:
    for name in NAMES:
        make(tmp_path / name)
    uri = (tmp_path / "app.py").as_uri()
    wire = Wire(stderr=None)
    wire.initialize(root=tmp_path.as_uri())
    wire.open(uri, "import other\n" + FINDING)

    assert wire.codes(uri) == ["OBS202"]
    wire.end()


@needs_links
def test_directories_that_lead_to_themselves_are_walked_once(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "app.py").write_text(FINDING)
    (tmp_path / "package" / "again").symlink_to(tmp_path)
    done = run(tmp_path, "check", "--concise")

    assert done.stdout.count("OBS202") == 1


SECRET = "machine example.org login me password CANARY-3\n"


@needs_links
@pytest.mark.parametrize(
    ("name", "content"),
    [("pyproject.toml", f"[tool.prodready]\n{SECRET}"), ("prodready.toml", SECRET)],
    ids=["pyproject", "prodready"],
)
def test_a_configuration_that_is_a_link_to_elsewhere_does_not_count(tmp_path: Path, name: str, content: str) -> None:
    root = linked(tmp_path, name, content)
    done = run(root, "check")
    wire = Wire(stderr=None)
    wire.initialize(root=root.as_uri())
    wire.open((root / "app.py").as_uri(), FINDING)
    codes = wire.codes((root / name).as_uri())
    wire.end()

    assert done.returncode == 2
    assert f"{name}: is a link that leads out of the project, and does not count" in done.stderr
    assert codes == ["configuration"]
    assert "CANARY" not in done.stdout + done.stderr + repr(wire.seen)


@needs_links
def test_a_linked_project_file_without_our_settings_is_no_concern_of_ours(tmp_path: Path) -> None:
    root = linked(tmp_path, "pyproject.toml", SECRET)
    done = run(root, "check")

    assert done.returncode == 1
    assert "CANARY" not in done.stdout + done.stderr


def linked(base: Path, name: str, content: str) -> Path:
    """Make a workspace with a file that has a finding, and a configuration that is a link to a file outside."""
    (base / "netrc").write_text(content)
    root = base / "workspace"
    root.mkdir()
    (root / name).symlink_to(base / "netrc")
    (root / "app.py").write_text(FINDING)
    return root


@needs_links
def test_a_configuration_that_is_a_link_to_another_place_of_the_repository_is_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "part").mkdir()
    (tmp_path / "shared.toml").write_text('logger-name = "log"\n')
    (tmp_path / "part" / "prodready.toml").symlink_to("../shared.toml")

    assert load(tmp_path / "part").options.logger_name == "log"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# " + "x" * 1024 * 1024, "is larger than 1 MB"),
        (f"a = {'[' * 100_000}", "the values are nested too deeply"),
        (f"a = {'{a=' * 100_000}", "the values are nested too deeply"),
        ("a" + ".a" * 100_000 + " = 1", "a key has too many parts"),
        (f"[{'.'.join(['prodready'] * 100_000)}]", "a key has too many parts"),
        ('"a"' + " . 'a'" * 100_000 + " = 1", "a key has too many parts"),
        ("a = " + "1" * 100_000, "a number has too many digits"),
        ("".join(f"key{number} = 1\n" for number in range(50_000)), "there are more mistakes than these"),
        (f"select = [{', '.join(['7'] * 100_000)}]", "there are more mistakes than these"),
    ],
    ids=["size", "lists", "tables", "key", "header", "quoted", "digits", "keys", "values"],
)
def test_a_configuration_made_to_hold_us_up_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "prodready.toml").write_text(text)
    with pytest.raises(ConfigError) as error:
        load(tmp_path)

    assert said in str(error.value)
    assert len(error.value.problems) <= 21
    assert len(str(error.value)) < 20_000


@needs_links
def test_huge_files_are_not_read(tmp_path: Path) -> None:
    """Each of them is larger than the memory of most machines, and takes no place on the disk."""
    _huge(tmp_path / ".gitignore")
    _huge(tmp_path / "other.py")
    (tmp_path / "app.py").write_text("import other\n" + FINDING)
    done = run(tmp_path, "check", "--concise")
    _huge(tmp_path / "pyproject.toml")
    refused = run(tmp_path, "check", "--concise")

    assert (done.returncode, refused.returncode) == (1, 2)
    assert "OBS202" in done.stdout
    assert "other.py: is too large" in done.stderr
    assert "pyproject.toml: is larger than 1 MB" in refused.stderr


def test_thousands_of_ignored_names_hold_up_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("".join(f"name{number}\n" for number in range(5_000)) + "ignored.py\n")
    (tmp_path / "ignored.py").write_text(FINDING)
    (tmp_path / "app.py").write_text(FINDING)

    assert "app.py" in run(tmp_path, "check", "--concise").stdout
    assert "ignored.py" not in run(tmp_path, "check", "--concise").stdout


@pytest.mark.parametrize(
    "glob",
    ["*a*a*a*b", "**/a/**/a/**/b", "a*b*c/**/d*e*f", "**/*a*a/**/[ab]*c*/x", "/a**b**c", "*[!a]*?*/", "a/**/b/**"],
)
def test_no_name_makes_a_glob_backtrack(glob: str) -> None:
    pattern = next(iter(compiled((glob,)).patterns)).regex
    assert pattern is not None

    assert attack(pattern, anywhere=False) is None


def test_globs_mean_what_they_mean_to_pathspec() -> None:
    from pathspec import GitIgnoreSpec

    choose = random.Random(5)
    parts = ("a", "b", "*", "**", "/", "/", "/**/", "?", "[ab]", "a*b", "*a*b*", "*a*a*", ".", "ab")
    for _ in range(3_000):
        glob = "".join(choose.choice(parts) for _ in range(choose.randrange(1, 8)))
        path = "/".join("".join(choose.choices("ab.", k=choose.randrange(1, 5))) for _ in range(choose.randrange(1, 7)))
        path += choose.choice(("", "", "/"))
        if can_match(glob):
            theirs, ours = GitIgnoreSpec.from_lines([glob], backend="simple"), compiled([glob])
            assert ours.check_file(path).include == theirs.check_file(path).include, (glob, path)


def test_a_glob_that_would_take_for_ever_is_matched() -> None:
    assert GlobSet(["*a*a*a*a*a*a*a*a*a*a*b"]).match("a" * 250) is None
    assert GlobSet(["/".join(["**/a"] * 12) + "/b"]).match("a/" * 500) is None


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"cells": ' + "[" * 100_000,
        '{"cells": [{"cell_type": "code", "source": 5}, {"cell_type": "code"}, 7, null]}',
        '{"cells": [{"cell_type": "code", "source": {"a": [null]}}, {"cell_type": "code", "source": [1, [2]]}]}',
        '{"cells": [{"cell_type": "code", "metadata": [], "source": null}], "metadata": []}',
        '{"cells": [], "x": ' + "1" * 10_000 + "}",
    ],
    ids=["lists", "cells", "numbers", "tables", "null", "digits"],
)
def test_notebooks_that_are_none_are_no_fault_of_ours(tmp_path: Path, text: str) -> None:
    (tmp_path / "book.ipynb").write_text(text)

    assert run(tmp_path, "check", "book.ipynb").returncode in (0, 2)
    assert run(tmp_path, "fix", "book.ipynb").returncode in (0, 2)


def test_an_encoding_of_host_names_does_not_hold_us_up(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(b"# coding: idna\n# xn--" + b"a" * 4_000_000)
    done = run(tmp_path, "check")

    assert done.returncode == 2
    assert "app.py: names idna in its coding line, which is no encoding of texts" in done.stderr


def test_no_option_of_a_configuration_names_a_file_to_read_or_write_a_program_or_a_port() -> None:
    """Whoever adds an option decides here whether a hostile project may set it."""
    assert set(BY_KEY) == {
        "select", "extend-select", "ignore", "exclude", "per-file-ignores", "severity", "roles", "log-functions",
        "traceback-style", "silent-level", "logger-name", "logger", "line-length", "coexist",
    }  # fmt: skip


@pytest.mark.parametrize("glob", ["../secret.py", "/../secret.py", "a/../../secret.py", "C:\\secret.py"])
@pytest.mark.parametrize("key", ["exclude", "roles"])
def test_globs_do_not_leave_the_project(tmp_path: Path, key: str, glob: str) -> None:
    value = f"['{glob}']" if key == "exclude" else f"{{ test = ['{glob}'] }}"
    (tmp_path / "prodready.toml").write_text(f"{key} = {value}\n")

    with pytest.raises(ConfigError):
        load(tmp_path)


def test_a_key_with_few_parts_is_none_of_too_many() -> None:
    assert (
        toml_text.parse('a.b.c = "x.' + "y." * 30 + '"\nnumbers = [' + "1.5, " * 500 + "]\n")["a"]["b"]["c"][0] == "x"
    )
