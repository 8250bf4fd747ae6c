"""The extension in the real VS Code, with notebooks, and where not all is one trusted folder of files on a disk."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.editors import programs
from tests.editors.snippets import snippet
from tests.editors.vscode import Profile, Window, servers_of
from tests.editors.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.editors

EXTENSIONS = Path(__file__).with_name("extensions")
PRINT_AND_OPEN = 'def f():\n    print("x")\n    file = open("x")\n    file.read()\n    file.close()\n'
PRINT = 'def f():\n    print("x")\n'
CELL = "def load(path):\n    file = open(path)\n    orders = json.load(file)\n    file.close()\n    return orders"
CELL_REPAIRED = "def load(path):\n    with open(path) as file:\n        orders = json.load(file)\n    return orders"

Open = Callable[..., Window]


@pytest.fixture
def open_window(
    request: pytest.FixtureRequest, context: BrowserContext, address: str, tmp_path: Path
) -> Iterator[Open]:
    """Open windows, which are closed when the test ends; the picture of one that failed is kept."""
    opened: list[Window] = []

    def open_one(file: Path | str | None = None, **place: Any) -> Window:
        opened.append(Window(context, address, file, **place))
        return opened[-1]

    failed = request.session.testsfailed
    yield open_one
    for window in opened:
        if request.session.testsfailed > failed:
            window.picture(f"failed-{request.node.name}")
        window.close()


def folder_with(directory: Path, files: dict[str, str], **settings: object) -> Path:
    """Make a folder with files and settings."""
    (directory / ".vscode").mkdir(parents=True)
    (directory / ".vscode" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
    return directory


def program(path: Path, *lines: str) -> Path:
    """Make something that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


def environment(directory: Path, *paths: Path) -> Path:
    """Make an environment that has what lies in some directories, the first of them before all others."""
    directory.mkdir()
    (directory / "bin").mkdir()
    python = directory / "bin" / "python"
    python.symlink_to(Path(sys.executable).resolve())
    (directory / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n", encoding="utf-8")
    packages = directory / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "has.pth").write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    return python


def test_each_folder_of_a_workspace_has_its_own_settings(open_window: Open, profile: Profile, tmp_path: Path) -> None:
    billing = folder_with(tmp_path / "billing", {"bills.py": PRINT_AND_OPEN}, **{"prodready.ignore": ["OBS101"]})
    shop = folder_with(tmp_path / "shop", {"orders.py": PRINT_AND_OPEN})
    workspace = tmp_path / "both.code-workspace"
    workspace.write_text(json.dumps({"folders": [{"path": "billing"}, {"path": "shop"}]}), encoding="utf-8")
    before = profile.language_servers()

    window = open_window(billing / "bills.py", workspace=workspace)
    window.squiggles.first.wait_for()
    assert window.squiggles.count() == 1

    window.open(shop / "orders.py")
    window.squiggles.nth(1).wait_for()
    window.picture("two-folders")
    assert len(set(profile.language_servers()) - set(before)) == 1


def test_an_untitled_file_is_checked_and_repaired(open_window: Open) -> None:
    window = open_window(ew="true")
    window.page.keyboard.press("Control+Alt+n")
    window.language("Python")
    window.type('def f():\n    file = open("x")\n    file.read()\n    file.close()')
    window.squiggles.first.wait_for()
    window.picture("untitled")

    window.command("prodready: Apply All Safe Fixes in This File")
    window.squiggles.first.wait_for(state="detached")
    assert window.lines() == ["def f():", '    with open("x") as file:', "        file.read()"]


def test_a_virtual_workspace_is_checked_and_repaired(open_window: Open) -> None:
    folder = "vscode-vfs://memory/shop"
    window = open_window(f"{folder}/orders.py", folder=folder, extension=EXTENSIONS / "virtual")
    window.squiggles.first.wait_for()
    window.picture("virtual")

    window.command("prodready: Apply All Safe Fixes in This File")
    window.squiggles.first.wait_for(state="detached")
    assert window.lines() == ["def f():", '    with open("x") as file:', "        file.read()"]


def notebook(file: Path, *cells: str) -> Path:
    """Make a notebook of code."""
    nothing: dict[str, object] = {"execution_count": None, "metadata": {}, "outputs": []}
    parts = [{"cell_type": "code", "source": cell.splitlines(keepends=True), **nothing} for cell in cells]
    content = {"cells": parts, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 4}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def cells_of(file: Path) -> list[str]:
    """Return the texts of a notebook's cells."""
    return ["".join(cell["source"]) for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]]


def test_a_cell_of_a_notebook_is_checked_and_repaired(open_window: Open, tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "lab", {"prodready.toml": '[roles]\nservice = ["*.ipynb"]\n'})
    book = notebook(folder / "orders.ipynb", "import json", CELL)

    window = open_window(folder=folder)
    window.open_notebook(book)
    window.squiggles.first.wait_for()
    window.page.locator(".cell-editor-part .view-line").filter(has_text="open(path)").click()
    titles = window.actions_here().all_inner_texts()
    window.picture("notebook")
    window.page.keyboard.press("Enter")
    window.squiggles.first.wait_for(state="detached")
    window.save()

    here = ["Close 'file' by a 'with'", "Ignore RES103 on this line", "Explain RES103"]
    assert titles == [*here, "Fix all safe prodready findings"]
    assert cells_of(book) == ["import json", CELL_REPAIRED]


def test_saving_a_notebook_repairs_what_is_safe_in_all_cells(open_window: Open, tmp_path: Path) -> None:
    on_save = json.loads(snippet("vscode-notebook-settings"))
    folder = folder_with(tmp_path / "lab", {"prodready.toml": '[roles]\nservice = ["*.ipynb"]\n'}, **on_save)
    book = notebook(folder / "orders.ipynb", "import json", CELL, CELL.replace("load(path)", "find(path)"))

    window = open_window(folder=folder)
    window.open_notebook(book)
    window.squiggles.nth(1).wait_for()
    window.page.locator(".cell-editor-part .view-line").filter(has_text="import json").click()
    window.page.keyboard.press("End")
    window.type(", os")
    window.save()

    repaired = ["import json, os", CELL_REPAIRED, CELL_REPAIRED.replace("load(path)", "find(path)")]
    until(lambda: cells_of(book) == repaired)


def test_a_workspace_chooses_what_runs_only_when_it_is_trusted(
    open_window: Open, profile: Profile, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    prodready = program(tmp_path / "shop" / "prodready", f"touch {started}", f'exec {sys.prefix}/bin/prodready "$@"')
    venv = program(tmp_path / "shop" / ".venv" / "bin" / "python", f"touch {started}")
    chosen = {"prodready.path": str(prodready), "prodready.interpreter": str(venv)}
    shop = folder_with(tmp_path / "shop", {"orders.py": PRINT}, **chosen)

    with profile.settings(
        {"security.workspace.trust.enabled": True, "security.workspace.trust.startupPrompt": "never"}
    ):
        window = open_window(shop / "orders.py", folder=shop)
        window.squiggles.first.wait_for()
        window.page.get_by_role("button", name="Restricted Mode").first.wait_for()
        window.picture("restricted")
        assert not started.exists()

        window.command("Workspaces: Manage Workspace Trust")
        window.page.locator(".workspace-trust-editor").get_by_role("button", name="Trust", exact=True).click()
        until(started.exists)


def test_a_program_that_never_answers_is_ended_as_soon_as_another_is_chosen(open_window: Open, tmp_path: Path) -> None:
    note = tmp_path / "process"
    silent = program(tmp_path / "silent", f"echo $$ > {note}.new && mv {note}.new {note}", "exec sleep 600")
    shop = folder_with(tmp_path / "shop", {"orders.py": PRINT}, **{"prodready.path": str(silent)})

    window = open_window(shop / "orders.py", folder=shop)
    until(note.exists)
    process = Path("/proc", note.read_text().strip())
    assert process.exists()

    folder_settings = shop / ".vscode" / "settings.json"
    folder_settings.write_text("{}", encoding="utf-8")
    window.squiggles.first.wait_for()
    until(lambda: not process.exists())


def test_a_path_that_leads_nowhere_is_told_with_a_way_to_its_setting(open_window: Open, tmp_path: Path) -> None:
    missing = tmp_path / "prodready"
    shop = folder_with(tmp_path / "shop", {"orders.py": PRINT}, **{"prodready.path": str(missing)})

    window = open_window(shop / "orders.py", folder=shop)
    told = window.notification(f"prodready.path is {missing}, but there is no such file")
    told.get_by_role("button", name="Open Settings").click()
    shown = window.page.locator(".settings-editor").get_by_role("textbox", name="prodready.path")
    shown.wait_for()
    window.picture("setting")
    assert shown.input_value() == str(missing)


def test_an_environment_whose_attrs_is_ten_years_old_does_no_harm_and_a_better_one_is_taken(
    open_window: Open, profile: Profile, tmp_path: Path
) -> None:
    """The folder's environment has a prodready, which cannot start with this attrs."""
    packages = [Path(path) for path in sys.path if path.endswith("site-packages")]
    shop = folder_with(tmp_path / "shop", {"orders.py": PRINT})
    environment(shop / ".venv", programs.old_attrs(), *packages, programs.ROOT / "server")
    good = environment(shop / ".venv-other", *packages, programs.ROOT / "server")

    window = open_window(shop / "orders.py", folder=shop, extension=EXTENSIONS / "python")
    window.squiggles.first.wait_for()
    window.command("prodready: Show Log")
    until(lambda: "bundled with the extension, as" in profile.log())
    window.page.locator(".part.panel .view-line").filter(has_text="[info]").first.wait_for()
    window.picture("old-attrs")

    window.command("Python: Use the Other Environment")
    until(lambda: servers_of(good))
