"""The language client, the script that types, and how figures are summed up."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import memory
import project
from _bench import limits
from _bench.language_client import LanguageClient, ServerDiedError
from _bench.machine import description, resident
from _bench.servers import FLOOR, OURS, Peer
from _bench.tables import share, table
from _bench.timing import Figure
from _bench.typing_script import BARE, NAMED, Page, Typist

ASKING = """
import json, sys
def send(message):
    body = json.dumps(message).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\nX: y\\r\\n\\r\\n" % len(body) + body)
    sys.stdout.flush()
def receive():
    length = int(sys.stdin.buffer.readline().split(b":")[1])
    sys.stdin.buffer.readline()
    return json.loads(sys.stdin.buffer.read(length))
asked = receive()
send({"id": 7, "method": "workspace/configuration", "params": {"items": [{}, {}]}})
send({"id": asked["id"], "result": receive()["result"]})
"""
CODE = "import os\n\n\nclass A:\n    def f(self):\n        first()\n        second()\n        third()\n"


@pytest.fixture
def page(tmp_path: Path) -> Page:
    path = tmp_path / "a.py"
    path.write_text(CODE)
    return Page(path)


@pytest.fixture
def typist(page: Page, tmp_path: Path) -> Iterator[Typist]:
    client, answer = FLOOR.start(tmp_path)
    assert answer.arrived > client.started
    yield Typist(client, page)
    client.close()


def test_a_server_may_ask_before_it_answers(tmp_path: Path) -> None:
    client = LanguageClient([sys.executable, "-c", ASKING], tmp_path)
    assert client.request("ask", {}).content["result"] == [None, None]
    client.close()


def test_a_server_that_dies_is_told_with_what_was_waited_for(tmp_path: Path) -> None:
    client = LanguageClient([sys.executable, "-c", "import sys; sys.stdin.buffer.readline()"], tmp_path)
    with pytest.raises(ServerDiedError, match="no initialize from process"):
        client.request("initialize", {})
    client.close()


def test_a_measured_server_may_keep_its_bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    program = ASKING.replace('receive()["result"]', "[receive() and sys.dont_write_bytecode]") + "receive()\n"
    client, answer = Peer("a", (sys.executable, "-c", program)).start(tmp_path)
    client.close()
    assert answer.content["result"] == [False]


def test_the_page_has_its_handler_in_a_function_and_parses_both_ways(page: Page) -> None:
    line = page.text.splitlines()[page.line]
    assert line[page.column :] == NAMED
    for text in (page.text, page.text.replace(NAMED, BARE)):
        function = ast.parse(text).body[1].body[0]  # type: ignore[attr-defined]
        assert any(isinstance(statement, ast.Try) for statement in function.body)


def test_a_typist_opens_edits_asks_and_opens_again(typist: Typist) -> None:
    assert typist.open() > 0
    assert typist.edit() > 0
    assert typist.is_bare
    assert typist.edit_and_pull() > 0
    assert not typist.is_bare
    assert typist.quick_fixes() > 0
    assert typist.open_again() > 0
    assert typist.version == 4


def test_what_is_taken_back_at_closing_is_no_answer_to_opening_again(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(CODE.replace("third()", "print(1)"))
    client, _ = OURS.start(tmp_path)
    typist = Typist(client, Page(path))
    typist.open()
    told = typist.diagnostics
    typist.open_again()
    assert [diagnostic["code"] for diagnostic in typist.diagnostics] == ["OBS101"]
    assert typist.diagnostics == told
    client.close()


def test_memory_of_a_process_includes_its_children(typist: Typist) -> None:
    import os

    own = resident(typist.client.pid)
    assert own > 1_000_000
    assert resident(os.getpid()) >= own


def test_a_figure_is_a_median_and_what_few_are_above() -> None:
    figure = Figure.of([float(n) for n in range(101)])
    assert (figure.median, figure.high, figure.count) == (50, 95, 101)
    assert str(figure) == "50.0 (95.0)"
    assert figure.ratio_to(Figure.of([100.0])) == "0.50"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, "-"),
        (3, 3, "100 %"),
        (0, 3, "0 %"),
        (99_999, 100_000, "99.99 %"),
        (1, 100_000, "0.01 %"),
        (1, 4, "25.00 %"),
    ],
)
def test_a_share_is_only_whole_where_it_is_exact(part: int, whole: int, text: str) -> None:
    assert share(part, whole) == text


def test_a_table_is_markdown_with_apart_thousands() -> None:
    assert table(["A", "B"], [["x", 12345]]) == "| A | B |\n| --- | ---: |\n| x | 12,345 |\n"


def test_pages_name_every_server_and_command() -> None:
    sizes = {0: 10_000_000, 10: 11_000_000, 20: 12_000_000}
    assert "| prodready | 10.0 MB | 11.0 MB | 11.0 MB | 12.0 MB |" in memory.page({"prodready": sizes})
    assert "| x check | 1.5 s | 1.00 | 2.0 s | 7 MB |" in project.page({"x check": project.Run(1.5, 2.0, 7_000_000)})


def test_the_machine_is_described_without_its_name() -> None:
    import platform

    assert platform.python_version() in description()
    assert platform.node() not in description() or not platform.node()


def _figures(ours: dict[str, float], ruff: float) -> dict[str, dict[str, Figure]]:
    return {
        "prodready": {kind: Figure.of([median]) for kind, median in ours.items()},
        "ruff server": {"edit, pushed": Figure.of([ruff])},
    }


def test_limits_stand_beside_what_was_measured_and_what_it_is_on_a_machine_as_fast_as_theirs() -> None:
    opened = {"edit, pushed": 4.5, "quick fixes": 6.0, "opened again": 90.0}
    results = {
        "django/http/response.py (763 lines)": _figures({"edit, pushed": 2.0}, 1.1),
        "django/db/models/expressions.py (2,150 lines)": _figures(opened, 5.55),
        "tests/admin_views/tests.py (9,063 lines)": _figures({"edit, pushed": 3.0}, 36.0),
        "": _figures({"start to initialized": 450.0}, 1000.0),
    }
    assert limits.page(results).splitlines() == [
        "| Milliseconds | at most | here | here / 1.50 |",
        "| --- | ---: | ---: | ---: |",
        "| django/http/response.py, edit, pushed | 3 | 2.0 | 1.3 |",
        "| django/db/models/expressions.py, edit, pushed | 3 | 4.5 | 3.0 |",
        "| tests/admin_views/tests.py, edit, pushed | 5 | 3.0 | 2.0 |",
        "| django/db/models/expressions.py, quick fixes | 30 | 6.0 | 4.0 |",
        "| django/db/models/expressions.py, opened again | 80 | 90.0 | 60.0 |",
        "| start to initialized | 400 | 450 | 300 |",
    ]


def test_limits_of_a_project_are_told_for_a_machine_that_walks_as_fast_as_theirs() -> None:
    seconds = {
        "prodready check": 12.0,
        "prodready check, nothing changed": 0.9,
        "ast.parse, ast.walk, one process": 6.75,
    }
    assert limits.project_page(seconds, 153_400_000).splitlines() == [
        "|  | at most | here | here / 1.50 |",
        "| --- | ---: | ---: | ---: |",
        "| prodready check, seconds | 10 | 12.0 | 8.0 |",
        "| prodready check, nothing changed, seconds | 1.5 | 0.9 | 0.6 |",
        "| prodready check, megabytes | 400 | 153 |  |",
    ]
