"""What keeps the start short must change nothing of what is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = """
import builtins, gc, json
compiled = 0
original = builtins.compile

def counting(source, filename, *more, **named):
    global compiled
    compiled += str(filename).startswith("<attrs generated")
    return original(source, filename, *more, **named)

import attr
from prodready.lsp import starting
builtins.compile = counting
with starting.uncollected():
    starting.import_types()
builtins.compile = original
from lsprotocol.types import Position, Range
print(json.dumps({
    "compiled": compiled,
    "equal": [Position(1, 2) == Position(1, 2), Position(1, 2) == Position(1, 3)],
    "shown": repr(Range(Position(1, 2), Position(3, character=4))),
    "collects": gc.isenabled(),
    "ours stays": "compile" in vars(attr._make),
}))
"""
RIGHT = {"equal": [True, False], "shown": "1:2-3:4", "collects": True, "ours stays": False}


def start(bytecode: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Import the types in a new process whose bytecode lies below a directory.

    Returns how many methods attrs compiled, and what else was seen.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, *options, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    return seen.pop("compiled"), seen


def kept(bytecode: Path) -> list[Path]:
    return list(bytecode.rglob("starting.*.attrs"))


def test_the_second_start_compiles_nothing_that_the_first_one_did(tmp_path: Path) -> None:
    compiled, seen = start(tmp_path)
    assert compiled > 500
    assert seen == RIGHT
    assert start(tmp_path) == (0, RIGHT)
    assert len(kept(tmp_path)) == 1


def test_a_damaged_file_is_not_loaded_but_replaced(tmp_path: Path) -> None:
    compiled, _ = start(tmp_path)
    (file,) = kept(tmp_path)
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole[:100] + bytes([whole[100] ^ 1]) + whole[101:], b""):
        file.write_bytes(damaged)
        assert start(tmp_path) == (compiled, RIGHT)
        assert start(tmp_path) == (0, RIGHT)


def test_other_optimisations_have_other_bytecode(tmp_path: Path) -> None:
    compiled, _ = start(tmp_path)
    assert start(tmp_path, "-OO") == (compiled, RIGHT)
    assert len(kept(tmp_path)) == 2


def test_nothing_is_written_where_python_writes_no_bytecode(tmp_path: Path) -> None:
    forbidden = tmp_path / "forbidden"
    assert start(forbidden, "-B")[1] == RIGHT
    assert not forbidden.exists()
    no_directory = tmp_path / "file"
    no_directory.touch()
    assert start(no_directory)[1] == RIGHT
