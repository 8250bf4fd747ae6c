"""What other modules say counts: from the disk as it changes, and from open documents as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER_WITH_RULES, Editor, capabilities, replacing, span

pytestmark = pytest.mark.asyncio

USER = "import os\nfrom lib import thing\n"


async def opened(connect: Connect, root: Path, able: types.ClientCapabilities | None = None) -> tuple[Editor, str]:
    """Open a module that imports from `lib`."""
    (root / "pyproject.toml").touch()
    editor = await connect(able, command=SERVER_WITH_RULES)
    uri = (root / "user.py").as_uri()
    editor.open(uri, USER)
    return editor, uri


async def test_another_module_is_read_and_then_counts(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text("MARK = 1\n")

    editor, uri = await opened(connect, tmp_path)

    (found,) = await editor.diagnostics(uri, 1, codes=["TST301"])
    assert found.message == "lib binds MARK"


async def test_a_module_that_is_changed_or_made_on_disk_counts_as_it_is_then(connect: Connect, tmp_path: Path) -> None:
    lib = tmp_path / "lib.py"
    editor, uri = await opened(connect, tmp_path)
    assert await editor.diagnostics(uri, 1) == []

    lib.write_text("MARK = 1\n")
    editor.files_changed(lib)
    await editor.diagnostics(uri, 1, codes=["TST301"])
    lib.write_text("mark = 1\n")
    editor.files_changed(lib)

    await editor.diagnostics(uri, 1, codes=[])


async def test_an_open_module_counts_as_it_is_typed_and_its_file_again_when_it_is_closed(
    connect: Connect, tmp_path: Path
) -> None:
    lib = tmp_path / "lib.py"
    lib.write_text("MARK = 1\n")
    editor, uri = await opened(connect, tmp_path)
    await editor.diagnostics(uri, 1, codes=["TST301"])

    editor.open(lib.as_uri(), "MARK = 1\n")
    editor.change(lib.as_uri(), 2, replacing(span(0, 0, 0, 4), "mark"))
    await editor.diagnostics(uri, 1, codes=[])
    editor.change(lib.as_uri(), 3, replacing(span(0, 0, 0, 4), "MARK"))
    await editor.diagnostics(uri, 1, codes=["TST301"])
    editor.change(lib.as_uri(), 4, replacing(span(0, 0, 0, 4), "mark"))
    await editor.diagnostics(uri, 1, codes=[])
    editor.close(lib.as_uri())

    await editor.diagnostics(uri, 1, codes=["TST301"])


async def test_a_save_is_enough_where_files_are_not_watched(connect: Connect, tmp_path: Path) -> None:
    lib = tmp_path / "lib.py"
    editor, uri = await opened(connect, tmp_path, types.ClientCapabilities())
    assert await editor.diagnostics(uri, 1) == []

    lib.write_text("MARK = 1\n")
    editor.save(uri)

    await editor.diagnostics(uri, 1, codes=["TST301"])


async def test_the_library_that_the_project_logs_with_is_found_before_a_fix_is_planned(
    connect: Connect, tmp_path: Path
) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text("import structlog\n\nlog = structlog.get_logger()\n")
    (tmp_path / "pyproject.toml").touch()
    editor = await connect(capabilities("utf-32"))
    uri = (tmp_path / "service.py").as_uri()
    editor.open(uri, 'print("ready")\n')
    await editor.diagnostics(uri, 1, codes=["OBS101"])

    actions = await editor.actions(uri, span(0, 0), only=["quickfix"])

    assert "structlog" in str(actions[0].edit)
