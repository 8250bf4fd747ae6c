"""What is known of other modules: found by name, read when asked, read again when changed, never run."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prodready.engine.facts import CallSymbol, ModuleFacts
from prodready.project import index as index_module
from prodready.project.index import ProjectIndex

if TYPE_CHECKING:
    from tests.project.conftest import Write

LOGGER = "import logging\nlog = logging.getLogger(__name__)\n"


def known(facts: ModuleFacts | None) -> ModuleFacts:
    assert facts is not None
    return facts


def test_facts_of_modules(write: Write) -> None:
    """Modules and packages are found under the source roots, with the names that they go by."""
    root = write(
        {
            "app/__init__.py": "",
            "app/logs.py": LOGGER,
            "src/shop/__init__.py": "from .models import Order\n",
            "backend/pkg/__init__.py": "",
            "backend/pkg/a.py": "class A: ...\n",
        }
    )
    index = ProjectIndex(root)
    logs = known(index.module("app.logs"))
    assert (logs.name, logs.package, logs.symbol("log")) == ("app.logs", "app", CallSymbol("logging.getLogger"))
    shop = known(index.module("shop"))
    assert (shop.name, shop.package, shop.absolute(".models.Order")) == ("shop", "shop", "shop.models.Order")
    assert list(known(index.module("pkg.a")).symbols) == ["A"]
    assert index.path_of("pkg.a") == root / "backend" / "pkg" / "a.py"


def test_what_is_not_the_projects(write: Write) -> None:
    """Libraries, the standard library, namespace packages and texts that are no names have no facts."""
    root = write({"logging.py": LOGGER, "space/a.py": "", "app.py": ""})
    index = ProjectIndex(root)
    for name in ("fastapi", "logging", "space", "app.gone", "", ".app", "a b", "app/..", "space.__init__.x"):
        assert index.module(name) is None, name
    assert known(index.module("space.a")).package == "space"


def test_package_before_module(write: Write) -> None:
    """Where both exist, Python imports the package."""
    root = write({"app/__init__.py": "x = 1\n", "app.py": "y = 1\n"})
    assert list(known(ProjectIndex(root).module("app")).symbols) == ["x"]


def test_read_again_only_when_changed(write: Write) -> None:
    """A module is one object until its file changes."""
    root = write({"app.py": "x = 1\n"})
    index = ProjectIndex(root)
    first = index.module("app")
    assert index.module("app") is first
    write({"app.py": "longer = 1\n"})
    assert list(known(index.module("app")).symbols) == ["longer"]


def test_same_time_and_size(write: Write) -> None:
    """A file that looks the same from outside is read again when it is known to have changed."""
    root = write({"app.py": "x = 1\n"})
    path = root / "app.py"
    before = path.stat()
    index = ProjectIndex(root)
    index.module("app")
    path.write_text("y = 1\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    index.invalidate(path)
    assert list(known(index.module("app")).symbols) == ["y"]


def test_made_and_removed(write: Write) -> None:
    """Files that come and go are noticed when the index is told."""
    root = write({"a.py": ""})
    index = ProjectIndex(root)
    assert index.module("b") is None
    write({"b.py": "x = 1\n"})
    index.invalidate(root / "b.py")
    assert list(known(index.module("b")).symbols) == ["x"]
    (root / "b.py").unlink()
    assert index.module("b") is None
    write({"b/__init__.py": "y = 1\n"})
    index.invalidate(root / "b" / "__init__.py")
    assert list(known(index.module("b")).symbols) == ["y"]


def test_a_package_takes_the_place_of_a_module(write: Write) -> None:
    """The name leads to the new file although the old one is still there."""
    root = write({"b.py": "x = 1\n"})
    index = ProjectIndex(root)
    assert list(known(index.module("b")).symbols) == ["x"]
    write({"b/__init__.py": "y = 1\n"})
    index.invalidate(root / "b" / "__init__.py")
    assert list(known(index.module("b")).symbols) == ["y"]


@pytest.mark.parametrize("content", [b"\0binary", b"\xff", b"#" * (1024 * 1024 + 1), b"# coding: klingon\n"])
def test_unreadable_modules(write: Write, content: bytes) -> None:
    """A module that cannot be read, or is too large, is not known."""
    assert ProjectIndex(write({"app.py": content})).module("app") is None


def test_broken_module(write: Write) -> None:
    """A module with a syntax error tells what its other statements say."""
    facts = known(ProjectIndex(write({"app.py": "x = (\ndef f(:\n\n\nclass A: ...\n"})).module("app"))
    assert "A" in facts.symbols


def test_nothing_is_run(write: Write) -> None:
    """Reading a module does not execute it."""
    root = write({"app.py": "raise SystemExit(3)\n"})
    assert known(ProjectIndex(root).module("app")).name == "app"


def test_only_so_many_are_kept(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules that were asked for least recently are forgotten, and read again when needed."""
    root = write({"a.py": "", "b.py": "", "c.py": ""})
    reads: list[str] = []
    read = index_module.read

    def noted(path: Path) -> object:
        reads.append(path.stem)
        return read(path)

    monkeypatch.setattr(index_module, "read", noted)
    index = ProjectIndex(root, max_modules=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert index.module(name) is not None
    assert reads == ["a", "b", "c", "b"]


def test_pickled_empty(write: Write) -> None:
    """In another process an index begins anew, about the same project."""
    root = write({"app.py": "x = 1\n"})
    index = ProjectIndex(root, max_modules=7)
    index.module("app")
    arrived = pickle.loads(pickle.dumps(index))
    assert arrived.root == root
    assert arrived.module("app") == index.module("app")
