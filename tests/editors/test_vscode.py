"""The extension in the real VS Code, as a new user meets it: an empty profile, a file, no Python packages."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.editors import programs
from tests.editors.snippets import snippet
from tests.editors.vscode import Profile, Window
from tests.editors.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.editors

ORDERS = '''"""Orders, and what may go wrong with them."""

import json


def load(path):
    try:
        with open(path) as file:
            return json.load(file)
    except:
        print("could not load", path)
        return {}


def save(path, orders):
    file = open(path, "w")
    json.dump(orders, file)
    file.close()
'''
OPENED = 'def save(path, orders):\n    file = open(path, "w")\n    json.dump(orders, file)\n    file.close()\n'
CLOSED = 'def save(path, orders):\n    with open(path, "w") as file:\n        json.dump(orders, file)\n'


TRAPS = "traps"
SPRUNG = "sprung"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Profile:
    """A profile with nothing in it but the extension from its package, on a machine full of traps.

    Modules of the server's needs lie in the folder and on PYTHONPATH, in versions that cannot be imported; the path
    begins with an interpreter that belongs to the folder.
    """
    for name in ("attr", "attrs", "json", "lsprotocol", "prodready", "sitecustomize"):
        (folder / TRAPS).mkdir(exist_ok=True)
        (folder / TRAPS / f"{name}.py").write_text(f"open({str(folder / SPRUNG)!r}, 'w').close()\nraise ImportError\n")
    (folder / TRAPS / "python3.14").write_text(f"#!/bin/sh\ntouch {folder / SPRUNG}\n")
    (folder / TRAPS / "python3.14").chmod(0o755)
    path = f"{folder / TRAPS}:{os.environ['PATH']}"
    made = Profile(tmp_path_factory.mktemp("vscode") / "profile", PATH=path, PYTHONPATH=str(folder / TRAPS))
    made.install(programs.vsix())
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that is open, with a file and settings: what is there from the start is watched from the start."""
    made = tmp_path_factory.mktemp("shop")
    (made / "orders.py").write_text(ORDERS, encoding="utf-8")
    settings_of(made).parent.mkdir()
    settings_of(made).write_text("{}", encoding="utf-8")
    return made


def settings_of(folder: Path) -> Path:
    """Return where the settings of a folder are."""
    return folder / ".vscode" / "settings.json"


@pytest.fixture(scope="module")
def windows(context: BrowserContext, address: str) -> Iterator[list[Window]]:
    """The open window, if any: opening one for each test would take most of the time."""
    opened: list[Window] = []
    yield opened
    for window in opened:
        window.close()


@pytest.fixture
def window(
    request: pytest.FixtureRequest, windows: list[Window], context: BrowserContext, address: str, folder: Path
) -> Iterator[Window]:
    """The window that the tests share, each opening a file of its own, until one of them fails in it."""
    if not windows:
        windows.append(Window(context, address, folder / "orders.py", folder=folder))
    failed = request.session.testsfailed
    yield windows[0]
    if request.session.testsfailed > failed:
        windows[0].picture(f"failed-{request.node.name}")
        windows.pop().close()


@pytest.fixture
def set_in_folder(window: Window, folder: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Write the settings of the folder while a file is open, and wait until they count; they are gone afterwards."""
    numbers = window.page.locator(".editor-group-container.active .line-numbers").first

    def write(settings: dict[str, Any]) -> None:
        # What can be seen of them: with settings there are no line numbers, without there are.
        seen = {"editor.lineNumbers": "off"} if settings else {}
        settings_of(folder).write_text(json.dumps({**settings, **seen}), encoding="utf-8")
        numbers.wait_for(state="detached" if settings else "visible")

    yield write
    write({})


@pytest.fixture
def edit(window: Window, folder: Path) -> Callable[[str, str], Path]:
    """Make a file and open it."""

    def open_file(name: str, text: str) -> Path:
        file = folder / name
        file.write_text(text, encoding="utf-8")
        window.open(file)
        return file

    return open_file


def test_a_new_user_sees_the_set_up_and_then_squiggles(window: Window, profile: Profile, folder: Path) -> None:
    window.was_told("Setting up prodready")
    if window.notification("Setting up prodready").is_visible():
        window.picture("setting-up")

    window.squiggles.nth(2).wait_for()

    (environment,) = (profile.storage / "environments").iterdir()
    assert (environment / "made.json").is_file()
    assert not (profile.home / ".cache" / "pip").exists(), "pip had no reason to keep anything"
    assert not (folder / SPRUNG).exists(), "something of the folder was run"
    window.picture("squiggles")


def test_the_problems_view_names_the_codes_and_links_to_the_pages(window: Window, edit: Any) -> None:
    edit("orders.py", ORDERS)
    window.command("Problems: Focus on Problems View")
    rows = window.problems
    for code in ("OBS202", "OBS101", "RES103"):
        rows.filter(has_text="prodready").filter(has_text=code).wait_for()
    links = rows.locator("a").filter(has_text=re.compile(r"^[A-Z]{3}\d{3}$"))
    assert links.all_inner_texts() == ["OBS202", "OBS101", "RES103"]
    window.picture("problems")
    window.command("View: Hide Panel")


def test_typing_a_print_makes_a_new_finding_appear(window: Window, edit: Any) -> None:
    edit("typing.py", "def work():\n    pass\n")
    window.go_to(2, 9)
    window.type('\n    print("done")')
    window.page.locator(".cdr.squiggly-warning").wait_for()
    assert window.squiggles.count() == 1
    window.save()


def test_the_quick_fix_makes_the_text_of_the_fixture(window: Window, edit: Any) -> None:
    file = edit("fixing.py", OPENED)
    window.squiggles.first.wait_for()
    entries = window.actions(2, 14)
    titles = entries.all_inner_texts()
    window.picture("light-bulb")
    window.page.keyboard.press("Enter")
    window.squiggles.first.wait_for(state="detached")
    window.save()

    assert titles[-1] == "Explain RES103"
    assert any(title.startswith("Ignore RES103") for title in titles)
    assert file.read_text(encoding="utf-8") == CLOSED


def test_all_findings_of_a_rule_are_repaired_at_once(window: Window, edit: Any) -> None:
    file = edit("twice.py", f"{OPENED}\n\n{OPENED.replace('save', 'keep')}")
    window.squiggles.nth(1).wait_for()
    titles = window.actions(2, 14).all_inner_texts()
    for _ in range(titles.index("Fix all RES103 in this file")):
        window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Enter")
    window.squiggles.first.wait_for(state="detached")
    window.save()
    assert file.read_text(encoding="utf-8") == f"{CLOSED}\n\n{CLOSED.replace('save', 'keep')}"


def test_an_unsafe_fix_says_so_in_the_menu(window: Window, edit: Any) -> None:
    edit("unsafe.py", ORDERS)
    window.squiggles.nth(2).wait_for()
    titles = window.actions(10, 6).all_inner_texts()
    window.picture("light-bulb-unsafe")
    window.page.keyboard.press("Escape")
    assert "unsafe" in titles[0]


def test_saving_repairs_what_is_safe_when_the_user_wants_it(window: Window, edit: Any, set_in_folder: Any) -> None:
    file = edit("saving.py", OPENED)
    window.squiggles.first.wait_for()
    set_in_folder(json.loads(snippet("vscode-settings")))
    window.go_to(1, 1)
    window.type("# saved\n")
    window.save()

    until(lambda: file.read_text(encoding="utf-8") == f"# saved\n{CLOSED}")


def test_the_command_applies_all_safe_fixes_of_a_file(window: Window, edit: Any) -> None:
    file = edit("command.py", OPENED)
    window.squiggles.first.wait_for()
    window.command("prodready: Apply All Safe Fixes in This File")
    window.squiggles.first.wait_for(state="detached")
    window.save()
    assert file.read_text(encoding="utf-8") == CLOSED


def test_a_rule_is_explained_beside_the_code(window: Window, edit: Any) -> None:
    edit("explaining.py", ORDERS)
    window.squiggles.nth(2).wait_for()
    window.command("View: Toggle Primary Side Bar Visibility")
    window.go_to(10, 6)
    window.command("prodready: Explain This Rule")
    page = window.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame").locator("body")
    page.locator("h1").filter(has_text="OBS202: bare-except").wait_for()
    page.locator("h2").filter(has_text="Why it matters in production").wait_for()
    page.locator("code .hljs-keyword").first.wait_for()
    window.picture("explain-rule")
    window.command("View: Close All Editors")
    window.command("View: Toggle Primary Side Bar Visibility")


def test_the_effective_configuration_says_where_it_comes_from(window: Window, edit: Any, folder: Path) -> None:
    edit("configured.py", "x = 1\n")
    window.command("prodready: Show Effective Configuration of This File")
    window.page.locator(".tab.active").filter(has_text="settings of configured.py").wait_for()
    window.page.locator(".view-line").filter(has_text="traceback-style").wait_for()
    window.picture("configuration")
    window.command("View: Close All Editors")


def test_the_walkthrough_shows_three_steps_and_takes_them(window: Window, edit: Any) -> None:
    edit("guided.py", OPENED)
    window.squiggles.first.wait_for()
    window.command("View: Toggle Primary Side Bar Visibility")
    window.command("Welcome: Open Walkthrough...")
    window.choose("Get started with prodready")
    steps = window.page.locator(".gettingStartedContainer .getting-started-step:visible")
    page = window.page.frame_locator("iframe.webview.ready").frame_locator("#active-frame").locator("h2")
    for number, (title, heading) in enumerate(
        [
            ("See what is not fit for production", "Underlined while you type"),
            ("Agree with your team", "One configuration for editors and CI"),
            ("Repair it", "The light bulb repairs"),
        ]
    ):
        steps.filter(has_text=title).locator(".step-title").click()
        page.filter(has_text=heading).wait_for()
        window.picture(f"walkthrough-{number + 1}")
    assert steps.count() == 3

    window.page.get_by_role("button", name="Apply All Safe Fixes in This File").click()
    window.page.locator(".tab.active").filter(has_text="guided.py").wait_for()
    window.squiggles.first.wait_for(state="detached")
    window.save()
    window.page.locator(".tab").filter(has_text=re.compile("Walkthrough|Welcome")).click()
    steps.filter(has_text="Repair it").get_by_role("checkbox", checked=True).wait_for()
    window.command("View: Close All Editors")
    window.command("View: Toggle Primary Side Bar Visibility")


def test_a_setting_applies_without_a_restart(window: Window, profile: Profile, edit: Any, set_in_folder: Any) -> None:
    edit("ignoring.py", 'def f():\n    print("x")\n')
    window.squiggles.first.wait_for()
    before = profile.language_servers()
    set_in_folder({"prodready.ignore": ["OBS101"]})
    window.squiggles.first.wait_for(state="detached")
    set_in_folder({})
    window.squiggles.first.wait_for()
    assert profile.language_servers() == before


def test_the_status_shows_version_findings_and_state(window: Window, edit: Any) -> None:
    edit("status.py", 'def f():\n    print("x")\n')
    window.squiggles.first.wait_for()
    window.page.locator('[id="status.languageStatus"]').hover()
    item = window.page.locator(".hover-language-status .element").filter(has_text="prodready")
    item.filter(has_text=re.compile(r"prodready \d+\.\d+\.\d+")).wait_for()
    item.filter(has_text="running, 1 finding in this file").wait_for()
    window.picture("status")
    window.go_to(1)


def test_the_log_is_shown(window: Window, edit: Any) -> None:
    edit("logging.py", "x = 1\n")
    window.command("prodready: Show Log")
    window.page.locator(".part.panel .view-line").filter(has_text="starting").first.wait_for()
    window.picture("log")
    window.command("View: Hide Panel")


def test_a_restart_starts_one_new_server(window: Window, profile: Profile, edit: Any) -> None:
    edit("restarting.py", 'def f():\n    print("x")\n')
    window.squiggles.first.wait_for()
    (before,) = profile.language_servers()
    window.command("prodready: Restart Server")
    until(lambda: before not in profile.language_servers() and profile.language_servers())
    (after,) = profile.language_servers()
    window.go_to(2, 15)
    window.type('\n    print("y")')
    window.squiggles.nth(1).wait_for()
    window.save()
    assert profile.language_servers() == [after]


def test_a_restart_ends_a_server_that_does_not_answer_any_more(window: Window, profile: Profile, edit: Any) -> None:
    edit("hanging.py", 'def f():\n    print("x")\n')
    window.squiggles.first.wait_for()
    (before,) = profile.language_servers()
    os.kill(before, signal.SIGSTOP)
    window.command("prodready: Restart Server")
    until(lambda: before not in profile.language_servers() and profile.language_servers())
    window.go_to(2, 15)
    window.type('\n    print("y")')
    window.squiggles.nth(1).wait_for()
    window.save()


def test_a_server_that_is_killed_is_back_by_itself_and_three_times_is_enough(
    window: Window, profile: Profile, edit: Any
) -> None:
    edit("killing.py", 'def f():\n    print("x")\n')
    window.squiggles.first.wait_for()
    for _ in range(2):
        starts = profile.starts()
        kill(profile)
        until(lambda starts=starts: profile.starts() > starts)
    window.squiggles.first.wait_for()
    kill(profile)
    window.notification("ended 3 times in a row").wait_for()
    window.picture("crashes")
    assert profile.language_servers() == []

    window.notification("ended 3 times in a row").get_by_role("button", name="Restart").click()
    until(profile.language_servers)
    window.squiggles.first.wait_for()
    window.command("View: Hide Panel")


def kill(profile: Profile) -> None:
    """End the server without asking it."""
    (server,) = profile.language_servers()
    os.kill(server, signal.SIGKILL)


def test_without_a_suitable_python_one_message_says_what_to_do(
    window: Window, profile: Profile, edit: Any, folder: Path, set_in_folder: Any
) -> None:
    edit("waiting.py", 'def f():\n    print("x")\n')
    window.squiggles.first.wait_for()
    old = folder / "old-python"
    old.write_text("#!/bin/sh\necho 3.8\n")
    old.chmod(0o755)
    (environment,) = (profile.storage / "environments").iterdir()
    made = environment / "made.json"
    made.rename(profile.directory / "kept.json")

    set_in_folder({"prodready.interpreter": str(old), "prodready.importStrategy": "useBundled"})

    message = window.notification("prodready needs Python 3.10 to 3.14")
    message.get_by_role("button", name="Get Python").wait_for()
    assert f"Found only {old} (3.8)" in message.inner_text()
    assert window.page.locator(".notification-list-item").count() == 1
    window.picture("no-python")

    (profile.directory / "kept.json").rename(made)
    set_in_folder({})
    window.squiggles.first.wait_for()


def test_debug_information_is_copied(window: Window, edit: Any) -> None:
    file = edit("pasting.py", "")
    window.command("prodready: Copy Debug Information")
    window.notification("the debug information is in the clipboard").wait_for()
    window.go_to(1)
    window.page.keyboard.press("Control+v")
    window.page.locator(".view-line").filter(has_text="Settings that are not defaults").wait_for()
    window.save()
    text = file.read_text(encoding="utf-8")
    assert "- Taken from: bundled with the extension\n" in text
    assert "- State: running\n- Last error: none\n- Trusted workspace: yes\n- Workspace folders: 1\n" in text
