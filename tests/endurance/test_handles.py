"""No more files can be opened: what is open is analysed, the trouble is told once, and it is over when it is over."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.cli.conftest import Workplace
from tests.endurance.hardship import PRODREADY, files, no_more_handles, run, with_limit, workers_of
from tests.lsp.conftest import Connect
from tests.lsp.editor import Editor, capabilities, codes_of, replacing, span

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of a running process are Linux's")

REFUSED = (sys.executable, str(Path(__file__).with_name("serve_refused.py")))
SERVER_CANCELLED = -32802
BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"
ADVICE = "too many open files; raise the limit of open files (ulimit -n)"


def server_of(editor: Editor) -> int:
    process = editor.client._server
    assert process is not None
    return process.pid


async def fix_all(editor: Editor, uri: str) -> types.WorkspaceEdit | None:
    (action,) = await editor.actions(uri, span(0, 0), only=["source.fixAll.prodready"])
    return (await editor.client.code_action_resolve_async(action)).edit


@pytest.mark.asyncio
async def test_a_server_without_handles_analyses_what_is_open_and_recovers(connect: Connect, tmp_path: Path) -> None:
    config = tmp_path / "prodready.toml"
    config.write_text("severity = {}\n")
    editor = await connect(capabilities("utf-32"))
    uri, other = (tmp_path / "a.py").as_uri(), (tmp_path / "b.py").as_uri()
    editor.open(uri, "")
    # Whatever an analysis needs is loaded by then; what repairs need is not.
    await editor.diagnostics(uri, 1, codes=[])

    with no_more_handles(server_of(editor)):
        config.write_text('ignore = ["OBS202"]\n')
        editor.files_changed(config)
        (problem,) = await editor.diagnostics(config.as_uri())
        for version in range(2, 5):
            editor.change(uri, version, replacing(span(0, 0), BARE))
            assert codes_of(await editor.diagnostics(uri, version)) == ["OBS202"] * (version - 1)
        editor.open(other, BARE)
        assert codes_of(await editor.diagnostics(other, 1)) == ["OBS202"]
        for _ in range(3):
            with pytest.raises(JsonRpcException) as refused:
                await fix_all(editor, uri)

    assert problem.message == f"cannot be read: {ADVICE}"
    assert refused.value.message == f"repairs cannot be planned now: {ADVICE}"
    assert [message.message for message in editor.client.messages] == [
        f"prodready: nothing can be repaired: {ADVICE}. Asking for repairs tries again."
    ]

    editor.save(uri)
    assert await editor.diagnostics(config.as_uri()) == []
    assert await editor.diagnostics(uri, 4) == await editor.diagnostics(other, 1) == []
    config.write_text("severity = {}\n")
    editor.files_changed(config)
    await editor.diagnostics(uri, 4, codes=["OBS202"] * 3)
    assert await fix_all(editor, uri) is not None
    assert len(editor.client.messages) == 1


@pytest.mark.asyncio
async def test_a_worker_that_no_handle_is_left_for_is_started_when_there_are_some(
    connect: Connect, tmp_path: Path
) -> None:
    editor = await connect(capabilities("utf-32"))
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    await editor.diagnostics(uri, 1, codes=["OBS202"])
    assert await fix_all(editor, uri) is not None
    (worker,) = workers_of(server_of(editor))

    with no_more_handles(server_of(editor)):
        os.kill(worker, signal.SIGKILL)
        for _ in range(3):
            with pytest.raises(JsonRpcException) as refused:
                await fix_all(editor, uri)
        editor.change(uri, 2, replacing(span(0, 0), "\n"))
        assert codes_of(await editor.diagnostics(uri, 2)) == ["OBS202"]

    assert await fix_all(editor, uri) is not None
    assert refused.value.message == f"no worker process can be started: {ADVICE}"
    told = (
        f"prodready: no helper process can be started: {ADVICE}. What is open is analysed all the same; large repairs, "
        "and what other modules say, are missing until there is one. Saving a file tries again."
    )
    assert [message.message for message in editor.client.messages] == [told]


@pytest.fixture
def refusing(tmp_path: Path) -> Path:
    """Give a file that keeps servers started with `REFUSED` from loading rules, until it is removed."""
    sign = tmp_path / "refusing"
    sign.touch()
    return sign


@pytest.mark.asyncio
async def test_a_document_that_is_opened_without_handles_is_analysed_when_there_are_some(
    connect: Connect, tmp_path: Path, refusing: Path
) -> None:
    """The rules are not loaded yet: no findings at all must not look like none."""
    editor = await connect(command=(*REFUSED, str(refusing), "server"))
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    (message,) = await editor.until(lambda: editor.client.messages)
    editor.change(uri, 2, replacing(span(0, 0), "\n"))
    await editor.hover(uri, 2, 1)
    assert [params for params in editor.published if params.uri == uri] == []
    refusing.unlink()
    editor.save(uri)

    assert codes_of(await editor.diagnostics(uri, 2)) == ["OBS202"]
    assert editor.client.messages == [message]
    assert message.message == (
        f"prodready: {tmp_path / 'a.py'} cannot be analysed: {ADVICE}. The next edit, or saving the file, tries again."
    )


@pytest.mark.asyncio
async def test_a_pull_of_a_document_that_cannot_be_analysed_is_refused(
    connect: Connect, tmp_path: Path, refusing: Path
) -> None:
    """The client is not to ask again at once, but after the next edit, as always."""
    able = capabilities(diagnostic=types.DiagnosticClientCapabilities())
    editor = await connect(able, command=(*REFUSED, str(refusing), "server"))
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    with pytest.raises(JsonRpcException) as refused:
        await editor.pull(uri)
    refusing.unlink()
    editor.change(uri, 2, replacing(span(0, 0), "\n"))
    report = await editor.pull(uri)

    assert (refused.value.code, refused.value.data) == (SERVER_CANCELLED, {"retriggerRequest": False})
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert codes_of(report.items) == ["OBS202"]


@pytest.mark.parametrize(("command", "limit"), [("check", 6), ("check", 16), ("fix", 12)])
def test_a_command_without_handles_finds_what_there_is_or_says_why_not(
    workplace: Workplace, command: str, limit: int
) -> None:
    for number in range(4):
        workplace.write(f"src/m{number}.py", BARE)
    before = files(workplace.root / "src")
    words = [*PRODREADY, command, "--jobs", "3", "src"]
    done = run(workplace.root, *words, preexec_fn=with_limit("RLIMIT_NOFILE", limit))

    if command == "check":
        assert done.returncode == 1 or (done.returncode == 2 and ADVICE in done.stderr), done.stderr
    else:
        assert done.returncode == 0 or (done.returncode == 2 and ADVICE in done.stderr), done.stderr
        texts = set(files(workplace.root / "src").values())
        assert texts <= {BARE.encode(), BARE.replace("except:", "except BaseException:").encode()}
        assert done.returncode == 2 or BARE.encode() not in texts
    assert files(workplace.root / "src").keys() == before.keys()
    assert "fault of prodready" not in done.stderr
