"""Which files a command means: sorted, without what is nobody's source, and what is named is never left out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.project.config import Config, load
from prodready.project.files import discover
from prodready.project.globs import GlobSet, glob_fault

if TYPE_CHECKING:
    from tests.project.conftest import Write


def names(root: Path, *paths: str) -> list[str]:
    """Return what is discovered for paths below `root`, relative to it."""
    found = discover([root / path for path in paths or (".",)], load(root))
    return [path.relative_to(root).as_posix() for path in found]


def test_only_python_sorted(write: Write) -> None:
    """Python files are found at any depth, in the order of their names; stubs and others are not."""
    root = write({"b.py": "", "a/z.py": "", "a/b/c.py": "", "a.py": "", "b.pyi": "", "c.txt": "", "d.py/e.py": ""})
    assert names(root) == ["a/b/c.py", "a/z.py", "a.py", "b.py", "d.py/e.py"]


def test_default_exclusions(write: Write) -> None:
    """Environments, caches and build results are left out; a package called `build` is source."""
    root = write(
        {
            ".venv/a.py": "",
            "venv/a.py": "",
            "env3/pyvenv.cfg": "",
            "env3/lib/a.py": "",
            "x/node_modules/a.py": "",
            "x/__pycache__/a.py": "",
            "lib/site-packages/a.py": "",
            "build/lib/a.py": "",
            "dist/a.py": "",
            "app/build/__init__.py": "",
            ".hidden/a.py": "",
        }
    )
    assert names(root) == [".hidden/a.py", "app/build/__init__.py"]
    assert names(root, "build", ".venv/a.py") == ["build/lib/a.py", ".venv/a.py"]


def test_configured_exclusions(write: Write) -> None:
    """`exclude` counts from the configuration's directory; a directory that is named lifts what excludes it."""
    root = write(
        {
            "prodready.toml": 'exclude = ["gen", "/a.py", "*_x.py"]',
            "a.py": "",
            "app/a.py": "",
            "app/a_x.py": "",
            "app/gen/b.py": "",
            "gen/one/b.py": "",
            "gen/one/b_x.py": "",
        }
    )
    assert names(root) == ["app/a.py"]
    assert names(root, "gen/one") == ["gen/one/b.py"]
    assert names(root, "a.py", "app/a_x.py") == ["a.py", "app/a_x.py"]


def test_gitignore(write: Write) -> None:
    """Ignore files count below their directory, the deepest wins, and git's own exclude file counts too."""
    root = write(
        {
            ".git/info/exclude": "secret.py\n",
            ".gitignore": "# comment\n/out/\n*_gen.py\n\\\n[z-a]\nlogs\n",
            "a_gen.py": "",
            "out/a.py": "",
            "app/out/a.py": "",
            "app/secret.py": "",
            "app/.gitignore": "!keep_gen.py\n/local.py\n",
            "app/keep_gen.py": "",
            "app/drop_gen.py": "",
            "app/local.py": "",
            "app/sub/local.py": "",
            "app/logs/a.py": "",
        }
    )
    assert names(root) == ["app/keep_gen.py", "app/out/a.py", "app/sub/local.py"]
    assert names(root, "app") == ["app/keep_gen.py", "app/out/a.py", "app/sub/local.py"]
    assert names(root, "app/sub", "out") == ["app/sub/local.py", "out/a.py"]


def test_gitignore_outside_of_a_repository(write: Write) -> None:
    """A source archive has no repository, but its ignore files still say what is not source."""
    root = write({".gitignore": "out/\n", "out/a.py": "", "a.py": "", "prodready.toml": ""})
    assert names(root) == ["a.py"]


def test_each_file_once(write: Write) -> None:
    """Overlapping paths give each file once, at its first place."""
    root = write({"app/a.py": "", "app/b.py": ""})
    assert names(root, "app/b.py", "app", "app/../app/a.py") == ["app/b.py", "app/a.py"]


def test_named_paths_are_kept(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths come back as they were given; one that does not exist too: reading it tells."""
    root = write({"app/a.py": "", "run": ""})
    monkeypatch.chdir(root)
    found = list(discover([Path("app"), Path("run"), Path("gone.py")], Config()))
    assert found == [Path("app/a.py"), Path("run"), Path("gone.py")]


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_links(write: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Links are not followed, unless one is named; loops do no harm."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.py").write_text("")
    root = write({"app/a.py": ""})
    (root / "loop").symlink_to(root)
    (root / "out").symlink_to(outside)
    (root / "again.py").symlink_to(root / "app" / "a.py")
    (root / "shared.py").symlink_to(outside / "x.py")
    (root / "broken.py").symlink_to(root / "gone.py")
    assert names(root) == ["app/a.py"]
    assert names(root, "loop/app") == ["loop/app/a.py"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes(write: Write) -> None:
    """What is called like a Python file and is none is passed over."""
    root = write({"a.py": ""})
    os.mkfifo(root / "pipe.py")
    assert names(root) == ["a.py"]


def test_unreadable_directory(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that cannot be read is told, and the others are still looked at."""
    root = write({"a/x.py": "", "b/y.py": ""})
    scan = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    told: list[tuple[Path, str]] = []
    found = list(discover([root], Config(root), lambda path, reason: told.append((path, reason))))
    assert found == [root / "b" / "y.py"]
    assert told == [(root / "a", "cannot be read: permission denied")]


def test_deep_directories(write: Write) -> None:
    """However deep directories are, the walk does not recurse."""
    deep = "/".join(["d"] * 300)
    root = write({f"{deep}/a.py": ""})
    assert names(root) == [f"{deep}/a.py"]


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("tests/", "app/tests/a.py", True),
        ("tests/", "app/tests", False),
        ("tests", "tests/a/b.py", True),
        ("*.py", "a/b/c.py", True),
        ("/a.py", "b/a.py", False),
        ("src/a.py", "x/src/a.py", False),
        ("src/**/a.py", "src/x/y/a.py", True),
        ("src/*/a.py", "src/x/y/a.py", False),
        ("[ab].py", "b.py", True),
        ("[[a].py", "[.py", True),
    ],
)
def test_globs(glob: str, path: str, matches: bool) -> None:
    """Globs mean what they mean in `.gitignore`."""
    assert (GlobSet([glob]).match(path) == glob) is matches


@given(st.text(alphabet="ab/*?[]!#. \\{}-&", max_size=12))
def test_any_glob(glob: str) -> None:
    """Each text is either refused with a reason, or a glob that can be used."""
    if glob_fault(glob) is None:
        assert GlobSet([glob]).match("some/path.py") in (None, glob)
