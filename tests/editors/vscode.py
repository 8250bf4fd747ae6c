"""VS Code for tests: its server with an empty profile, in a headless Chromium, and what a user does in it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from tests.editors import programs
from tests.editors.pictures import place_of_picture
from tests.editors.waiting import until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

PATIENCE = 180_000
"""Milliseconds after which something that should be there counts as missing; nothing waits for it to pass."""

SETTINGS = {
    "security.workspace.trust.enabled": False,
    "files.autoSave": "off",
    "workbench.quickOpen.closeOnFocusLost": False,
    "chat.commandCenter.enabled": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "workbench.startupEditor": "none",
    "workbench.colorTheme": "Default Light Modern",
    "workbench.tips.enabled": False,
    "editor.lightbulb.enabled": "on",
    "editor.minimap.enabled": False,
    "editor.fontFamily": "DejaVu Sans Mono",
    "editor.autoClosingBrackets": "never",
    "editor.autoClosingQuotes": "never",
    "editor.autoIndent": "none",
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "editor.parameterHints.enabled": False,
}
BROWSER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class Profile:
    """An empty profile with the extension in it: directories, settings, and the environment of its processes."""

    def __init__(self, directory: Path, **variables: str) -> None:
        self.directory = directory
        self.home = directory / "home"
        self._extensions, self._data = directory / "extensions", directory / "data"
        self._settings = self._data / "data" / "User" / "settings.json"
        self.home.mkdir(parents=True)
        self._settings.parent.mkdir(parents=True)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        self.environment = {**kept, "HOME": str(self.home), **variables}
        self._settings.write_text(json.dumps(SETTINGS, indent=2), encoding="utf-8")

    @property
    def storage(self) -> Path:
        """Return where the extension keeps its environments."""
        return self._data / "data" / "User" / "globalStorage" / "prodready.prodready"

    def command(self, *arguments: str) -> list[str]:
        """Return a call of VS Code's server on this profile."""
        main = programs.code_server() / "out" / "server-main.js"
        directories = ["--extensions-dir", str(self._extensions), "--server-data-dir", str(self._data)]
        return [programs.node(), str(main), "--accept-server-license-terms", *directories, *arguments]

    @contextmanager
    def settings(self, more: dict[str, Any]) -> Iterator[None]:
        """Have more settings for the windows that are opened meanwhile."""
        self._settings.write_text(json.dumps({**SETTINGS, **more}, indent=2), encoding="utf-8")
        try:
            yield
        finally:
            self._settings.write_text(json.dumps(SETTINGS, indent=2), encoding="utf-8")

    def install(self, vsix: Path) -> None:
        """Install an extension from its file."""
        command = self.command("--install-extension", str(vsix))
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Run VS Code's server, and yield its address."""
        listen = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--telemetry-level", "off"]
        log = self.directory / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command(*listen), env=self.environment, stdout=output, stderr=output, start_new_session=True
            )
        try:
            yield f"http://127.0.0.1:{_port(process, log)}"
        finally:
            # Its session: the extension host, and the language servers that it started.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def log(self) -> str:
        """Return what the extension has written to its log, in all windows, in the order in which they were opened."""
        # Their directories are numbered: exthost1, exthost2, …, exthost10.
        logs = sorted(self._data.glob("data/logs/**/prodready.log"), key=lambda log: (len(str(log)), log))
        return "\n".join(log.read_text(encoding="utf-8") for log in logs)

    def starts(self) -> int:
        """Return how many servers have become ready, in all windows."""
        return self.log().count(" runs after ")

    def language_servers(self) -> list[int]:
        """Return the process ids of our servers that run from this profile, without their workers."""
        return servers_of(self.storage)


def servers_of(place: Path) -> list[int]:
    """Return the process ids of our servers that are run by an interpreter in a place, without their workers."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command.read_bytes().split(b"\0")
        except OSError:  # it has ended since
            continue
        if words[0].startswith(str(place).encode()) and b"server" in words:
            found.append(int(command.parent.name))
    return found


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    def found() -> int | None:
        assert process.poll() is None, log.read_text()
        match = re.search(r"listening on (\d+)", log.read_text())
        return int(match[1]) if match else None

    return until(found)


NOTE_MESSAGES = """
window.notedMessages = [];
new MutationObserver(() => {
  for (const message of document.querySelectorAll(".notification-list-item")) {
    if (!notedMessages.includes(message.textContent)) notedMessages.push(message.textContent);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
"""Notes, in the page, every message that is shown: a set-up may be over before a test gets to look at it."""


@contextmanager
def browser() -> Iterator[BrowserContext]:
    """Start Chromium, which reaches this machine only, with an empty profile.

    A profile of its own, not a private window: what is loaded and compiled for one window of VS Code is kept for the
    next, as it is on a user's desktop. Routes that refuse what is elsewhere would turn that off: no name is resolved.
    """
    programs.make_playwright_importable()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=programs.chromium(), args=BROWSER, viewport={"width": 1180, "height": 720}
        )
        context.set_default_timeout(PATIENCE)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield context
        context.close()


class Window:
    """One window of VS Code: what a user sees and does."""

    def __init__(
        self,
        context: BrowserContext,
        address: str,
        file: Path | str | None = None,
        *,
        extension: Path | None = None,
        **place: Path | str,
    ) -> None:
        """Open a window on a place (`folder`, `workspace`, or `ew` for an empty window) with a file, or its address.

        An extension in a directory takes part in this window, as one that is being developed.
        """
        remote = f"vscode-remote://{urlsplit(address).netloc}"
        payload = []
        if file is not None:
            payload.append(["openFile", f"{remote}{file}" if isinstance(file, Path) else file])
        if extension is not None:
            payload.append(["extensionDevelopmentPath", f"{remote}{extension}"])
        self.page: Page = context.new_page()
        self.page.add_init_script(NOTE_MESSAGES)
        self.page.goto(f"{address}/?{urlencode({**place, 'payload': json.dumps(payload)})}")
        self.page.locator('[id="status.problems"]').wait_for()

    def close(self) -> None:
        """Close the window, whatever is not saved."""
        self.page.close(run_before_unload=False)

    # What is seen

    @property
    def squiggles(self) -> Locator:
        """The underlined places of the editor."""
        return self.page.locator(".monaco-editor .cdr:is(.squiggly-error, .squiggly-warning, .squiggly-info)")

    @property
    def problems(self) -> Locator:
        """The rows of the Problems view."""
        return self.page.locator(".markers-panel .monaco-list-row")

    def notification(self, text: str | re.Pattern[str]) -> Locator:
        """A message in the corner."""
        return self.page.locator(".notification-list-item").filter(has_text=text)

    def was_told(self, text: str) -> None:
        """Wait for a message in the corner, which may have gone again."""
        self.page.wait_for_function("text => notedMessages.some(message => message.includes(text))", arg=text)

    def lines(self) -> list[str]:
        """The lines of the editor, which must all fit into it."""
        shown = self.page.locator(".editor-group-container.active .view-lines .view-line")
        placed = shown.evaluate_all("lines => lines.map(line => [parseFloat(line.style.top), line.textContent])")
        return [text.replace("\N{NO-BREAK SPACE}", " ") for _, text in sorted(placed) if text]

    def picture(self, name: str) -> Path:
        """Keep a picture of the window, with whatever is sliding or fading in at its end."""
        path = place_of_picture(name)
        self.page.screenshot(path=path, animations="disabled")
        return path

    # What is done

    def command(self, title: str) -> None:
        """Run a command of the palette."""
        self._ask("F1", f">{title}", title)

    def choose(self, title: str) -> None:
        """Choose an entry of the list that a command has opened, by typing its title."""
        self._answer(title, title)

    def open(self, file: Path) -> None:
        """Open a file, and put the cursor into it."""
        # Away from what was pointed at before, whose explanation would lie over what is looked at next.
        self.page.mouse.move(200, 640)
        self._ask("Control+p", str(file), file.name)
        self._editor(f'[data-uri$="/{file.name}"]').wait_for()

    def open_notebook(self, file: Path) -> None:
        """Open a notebook, in the editor for notebooks."""
        self._ask("Control+p", str(file), file.name)
        self.page.locator(".notebookOverlay .cell-editor-part:visible").first.wait_for()

    def language(self, name: str) -> None:
        """Choose the language of the active file."""
        self.command("Change Language Mode")
        self.choose(name)
        self.page.locator('[id="status.editor.mode"]').filter(has_text=name).wait_for()

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor somewhere, counted from 1."""
        self._ask("Control+g", f":{line}:{column}", f"line {line}")
        self.page.locator('[id="status.editor.selection"]').filter(has_text=f"Ln {line}, Col {column}").wait_for()

    def type(self, text: str) -> None:
        """Type at the cursor; nothing is indented, closed or completed by itself."""
        self._editor().wait_for()
        self.page.keyboard.type(text)

    def save(self) -> None:
        """Save the active file, which has changed, and wait until that is done."""
        self.page.locator(".tab.active.dirty").wait_for()
        self.page.keyboard.press("Control+s")
        self.page.locator(".tab.active:not(.dirty)").wait_for()

    def actions(self, line: int, column: int) -> Locator:
        """Open the menu of the light bulb at a place; returns its entries."""
        self.go_to(1)
        self.go_to(line, column)
        return self.actions_here()

    def actions_here(self) -> Locator:
        """Open the menu of the light bulb where the cursor has just come; returns its entries."""
        entries = self.page.locator(".action-widget .monaco-list-row.action")
        none = self.page.locator(".monaco-editor-overlaymessage").filter(has_text="No code actions available")
        self.page.locator(".lightBulbWidget:visible, [class*=codicon-gutter-lightbulb]").first.wait_for()
        while not entries.first.is_visible():
            # On a busy machine, the editor's patience with the server can end before there is an answer; it says so.
            none.wait_for(state="detached")
            self.page.keyboard.press("Control+.")
            entries.or_(none).first.wait_for()
        return entries

    def _editor(self, which: str = "") -> Locator:
        """The editor that has the cursor: a file's, or that of a notebook's cell."""
        places = ":is(.editor-group-container.active, .notebookOverlay)"
        return self.page.locator(f"{places} .monaco-editor.focused{which}")

    def _ask(self, key: str, text: str, title: str) -> None:
        """Open the input at the top with a key, once the one before is gone, and answer it."""
        self._top.wait_for(state="hidden")
        self.page.keyboard.press(key)
        self._answer(text, title)

    def _answer(self, text: str, title: str) -> None:
        """Type into the input at the top, and accept the entry with this title as soon as it is the chosen one."""
        field = self._top.locator("input[type=text]").first
        field.fill(text)
        self._top.locator(".monaco-list-row.focused").filter(has_text=title).wait_for()
        # To the field, not to whatever has taken the cursor meanwhile.
        field.press("Enter")

    @property
    def _top(self) -> Locator:
        return self.page.locator(".quick-input-widget")
