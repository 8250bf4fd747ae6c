"""Diagnostics are pushed with the version that they were computed from, and only when there is news."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER, capabilities, codes_of, replacing, span

pytestmark = pytest.mark.asyncio

BARE = "try:\n    work()\nexcept:\n    log.exception('work')\n    recover()\n"
RUNNING = f"3.{sys.version_info[1]}"
SYNTAX = [
    (10, "match x:\n    case {'a': [1, *rest]}:\n        f(rest)\n", ""),
    (11, "try:\n    f()\nexcept* ValueError as error:\n    g(error)\n", "'except*'"),
    (11, "x: tuple[int, *Ts]\n", "a star in a subscript or an annotation"),
    (12, "def first[T](x: list[T]) -> T:\n    return x[0]\n", "type parameters"),
    (12, 'x = f"{a["b"]}"\n', "an f-string with such text in its braces"),
    (13, "class Box[T = int]:\n    x: T\n", "type parameters with defaults"),
    (14, 'x = t"hello {name}"\n', "a template string"),
    (14, "try:\n    f()\nexcept ValueError, TypeError:\n    g()\n", "several exceptions without parentheses"),
]
UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def units(encoding: str, text: str) -> int:
    codec, size = UNITS[encoding]
    return len(text.encode(codec)) // size


async def test_opening_and_changing_a_file_publishes_its_findings_with_the_version(
    connect: Connect, tmp_path: Path
) -> None:
    editor = await connect()
    uri = (tmp_path / "service.py").as_uri()

    editor.open(uri, BARE, version=3)
    (found,) = await editor.diagnostics(uri, 3)
    editor.change(uri, 4, replacing(span(2, 6), " Error"))

    assert (found.code, found.source, found.severity) == ("OBS202", "prodready", types.DiagnosticSeverity.Warning)
    assert found.range == span(2, 0, 2, 6)
    assert found.code_description == types.CodeDescription("https://prodready.readthedocs.io/rules/OBS202")
    assert await editor.diagnostics(uri, 4) == []


@pytest.mark.parametrize("encoding", UNITS)
async def test_positions_are_in_the_encoding_of_the_client_both_ways(
    connect: Connect, tmp_path: Path, encoding: str
) -> None:
    editor = await connect(capabilities(encoding))
    uri = (tmp_path / "ünïcode 🎉.py").as_uri()

    editor.open(uri, 's = "é🎉"; v = [1\n')
    (first,) = await editor.diagnostics(uri, 1)
    editor.change(uri, 2, replacing(span(0, units(encoding, 's = "é🎉')), "文🎉"))
    (second,) = await editor.diagnostics(uri, 2)
    editor.change(uri, 3, replacing(span(0, units(encoding, 's = "é🎉文🎉"; v = [1')), "]"))

    assert first.range.start == types.Position(0, units(encoding, 's = "é🎉"; v = '))
    assert second.range.start == types.Position(0, units(encoding, 's = "é🎉文🎉"; v = '))
    assert await editor.diagnostics(uri, 3) == []


async def test_the_whole_text_can_be_sent(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()

    editor.open(uri, "x = 1\n")
    assert await editor.diagnostics(uri, 1) == []
    editor.change(uri, 2, types.TextDocumentContentChangeWholeDocument(f"y = 2\n{BARE}"))

    assert [d.range.start.line for d in await editor.diagnostics(uri, 2)] == [3]


async def test_nothing_is_published_when_a_client_would_see_no_change(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, f"{BARE}\n\ndef f():\n    return 1\n")
    await editor.diagnostics(uri, 1)

    editor.change(uri, 2, replacing(span(8, 11, 8, 12), "22"))
    await editor.hover(uri, 0, 0)
    editor.change(uri, 3, replacing(span(8, 11, 8, 13), "3"))
    await editor.hover(uri, 0, 0)
    editor.change(uri, 4, replacing(span(0, 0), "\n"))

    assert [d.range.start.line for d in await editor.diagnostics(uri)] == [3]
    assert [params.version for params in editor.published] == [1, 4]


async def test_marks_are_set_again_when_their_own_lines_were_edited(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    before = await editor.diagnostics(uri, 1)

    editor.change(uri, 2, replacing(span(2, 0, 2, 7), "except:"))

    assert await editor.diagnostics(uri, 2) == before


async def test_a_burst_of_changes_is_applied_in_order_and_ends_with_the_last_state(
    connect: Connect, tmp_path: Path
) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, "")
    await editor.diagnostics(uri, 1)

    for index, char in enumerate(BARE):
        line, column = BARE[:index].count("\n"), index - (BARE[:index].rfind("\n") + 1)
        editor.change(uri, index + 2, replacing(span(line, column), char))

    # The last change need not be published: what the client would see may be the same as after the one before.
    await editor.hover(uri, 0, 0)
    assert codes_of(editor.published[-1].diagnostics) == ["OBS202"]


async def test_a_broken_statement_keeps_the_findings_of_the_others(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, f"{BARE}\n\nx = 1\n\n\n{BARE}")
    await editor.diagnostics(uri, 1, codes=["OBS202", "OBS202"])

    editor.change(uri, 2, replacing(span(7, 4, 7, 5), "["))

    assert sorted(codes_of(await editor.diagnostics(uri, 2))) == ["OBS202", "OBS202", "SYN101"]


@pytest.mark.parametrize("separator", ["\f", "\v", "\x85", "\u2028"])
async def test_characters_that_only_look_like_line_ends_move_nothing(
    connect: Connect, tmp_path: Path, separator: str
) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, f'S = """a{separator}b"""\nx = 1\n{BARE}')
    await editor.diagnostics(uri, 1, codes=["OBS202"])

    editor.change(uri, 2, replacing(span(1, 4, 1, 5), "["))
    broken = await editor.diagnostics(uri, 2)
    editor.change(uri, 3, replacing(span(1, 5), "2]"))

    assert [d.range.start.line for d in broken if d.code == "SYN101"] == [1]
    assert [(d.code, d.range.start.line) for d in await editor.diagnostics(uri, 3)] == [("OBS202", 4)]


async def test_closing_a_file_takes_its_findings_back(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    await editor.diagnostics(uri, 1, codes=["OBS202"])

    editor.close(uri)

    assert await editor.diagnostics(uri) == []


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "vscode-notebook-cell:/w/b.ipynb#W0sZmlsZQ%3D%3D"])
async def test_documents_without_a_file_are_analysed_too(connect: Connect, uri: str) -> None:
    editor = await connect()

    editor.open(uri, BARE)

    assert codes_of(await editor.diagnostics(uri, 1)) == ["OBS202"]


async def test_other_languages_are_left_alone(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    toml, python = ((tmp_path / name).as_uri() for name in ("a.toml", "a.py"))

    editor.open(toml, BARE, language="toml")
    editor.change(toml, 2, replacing(span(0, 0), "x"))
    editor.open(python, BARE)

    await editor.diagnostics(python, 1)
    assert [params.uri for params in editor.published] == [python]


async def test_a_file_is_cut_off_at_a_thousand_findings(connect: Connect, tmp_path: Path) -> None:
    log = tmp_path / "log"
    editor = await connect(command=(*SERVER, "--log-file", str(log)))
    uri = (tmp_path / "a.py").as_uri()

    editor.open(uri, BARE * 1001)

    assert len(await editor.diagnostics(uri, 1)) == 1000
    await editor.end()
    assert "1001 findings; only the first 1000 are sent" in log.read_text()


async def test_a_client_without_any_capabilities_gets_plain_diagnostics(connect: Connect, tmp_path: Path) -> None:
    editor = await connect(types.ClientCapabilities())
    uri = (tmp_path / "a.py").as_uri()

    editor.open(uri, BARE)
    (found,) = await editor.diagnostics(uri, 1)

    assert (found.code, found.data, found.code_description) == ("OBS202", None, None)


@pytest.mark.parametrize(("minor", "code", "name"), SYNTAX)
async def test_syntax_that_this_python_does_not_know_yet_is_no_error(
    connect: Connect, tmp_path: Path, minor: int, code: str, name: str
) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()

    editor.open(uri, code)
    found = [(d.code, d.severity, d.message) for d in await editor.diagnostics(uri, 1)]

    message = f"this needs Python 3.{minor} or later, and prodready runs on {RUNNING}: {name}"
    known = sys.version_info >= (3, minor)
    assert found == ([] if known else [("SYN101", types.DiagnosticSeverity.Information, message)])
