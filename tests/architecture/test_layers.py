"""Who may import whom, and what gets loaded when."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from tests.architecture.sources import Module, modules

PURE = {
    "__future__", "ast", "bisect", "builtins", "collections", "dataclasses", "enum", "functools", "inspect", "io",
    "itertools", "keyword", "operator", "re", "sys", "tokenize", "types", "typing", "warnings",
}  # fmt: skip
"""Standard modules of the engine. `io` is for `StringIO`, `sys` for the docstrings of loaded rules."""
OUTSIDE = {"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"}


def _in(directory: str) -> list[Module]:
    found = modules(directory)
    assert found, f"there is no {directory}/"
    return found


@pytest.mark.parametrize("module", [*_in("engine"), *_in("models")], ids=lambda m: m.place)
def test_the_engine_and_the_models_import_nothing_but_pure_modules(module: Module) -> None:
    own = {name for name in module.imports() if name.startswith("prodready")}
    assert module.imported_tops() - {"prodready"} <= PURE
    layers = {".".join(name.split(".")[:2]) for name in own}
    allowed = {"prodready.engine"} if module.place.startswith("engine/") else {"prodready.engine", "prodready.models"}
    # The rules are looked up when the first segment is checked; a rule's signature names the draft that it writes into.
    named = {"engine/checker.py": {"prodready.rules"}, "engine/rule.py": {"prodready.fixes"}}
    assert layers <= allowed | named.get(module.place, set())


@pytest.mark.parametrize("module", [*_in("engine"), *_in("models"), *_in("rules")], ids=lambda m: m.place)
def test_the_engine_the_models_and_the_rules_read_and_write_nothing(module: Module) -> None:
    calls = [n.func for n in ast.walk(module.tree) if isinstance(n, ast.Call)]
    assert {f.id for f in calls if isinstance(f, ast.Name)} & OUTSIDE == set()
    text_io = {f.attr for f in calls if isinstance(f, ast.Attribute)} & {"read_text", "write_text", "read_bytes"}
    assert text_io == set()
    assert not any(isinstance(n, ast.Attribute) and n.attr in ("stdout", "stderr", "argv") for n in _of_sys(module))


def _of_sys(module: Module) -> list[ast.Attribute]:
    attributes = [n for n in ast.walk(module.tree) if isinstance(n, ast.Attribute)]
    return [n for n in attributes if isinstance(n.value, ast.Name) and n.value.id == "sys"]


@pytest.mark.parametrize(
    ("libraries", "directories"),
    [
        pytest.param({"libcst"}, {"fixes"}, id="libcst"),
        pytest.param({"pygls", "lsprotocol"}, {"lsp"}, id="pygls and lsprotocol"),
        pytest.param({"rich", "click"}, {"cli", "report"}, id="rich and click"),
        pytest.param(
            {"tree_sitter", "tree_sitter_toml", "pathspec", "platformdirs"}, {"project", "cli"}, id="the rest"
        ),
    ],
)
def test_a_library_is_imported_in_its_own_layer_only(libraries: set[str], directories: set[str]) -> None:
    users = {module.place.partition("/")[0] for module in modules() if module.imported_tops() & libraries}
    assert users <= directories


def test_rules_import_the_engine_the_models_and_the_fixes_only() -> None:
    layers = {".".join(name.split(".")[:2]) for module in _in("rules") for name in module.imports()}
    own = {layer for layer in layers if layer.startswith("prodready")}
    assert own <= {"prodready.engine", "prodready.models", "prodready.fixes", "prodready.rules"}


def test_the_fixes_know_nothing_of_editors_projects_and_the_command_line() -> None:
    layers = {".".join(name.split(".")[:2]) for module in _in("fixes") for name in module.imports()}
    own = {layer for layer in layers if layer.startswith("prodready")}
    assert own <= {"prodready.engine", "prodready.models", "prodready.fixes", "prodready.rules"}


def test_the_language_server_and_the_command_line_do_not_know_each_other() -> None:
    """But for the command that starts the server, and the short way to it."""
    assert [m.place for m in _in("lsp") if any(n.startswith("prodready.cli") for n in m.imports())] == []
    users = [m.place for m in _in("cli") if any(n.startswith("prodready.lsp") for n in m.imports())]
    assert users == ["cli/__init__.py", "cli/commands/server.py"]


def _loaded(program: str) -> set[str]:
    """Run a program in a fresh interpreter; returns the names of the modules that it loaded."""
    code = f"{program}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded: list[str] = json.loads(done.stdout)
    return set(loaded)


FINDINGS = """
from prodready.engine.analysis import Analysis
from prodready.engine.source import SourceFile
text = "import logging\\ndef f():\\n    try:\\n        g()\\n    except Exception:\\n        pass\\n    print(1)\\n"
analysis = Analysis.open(SourceFile.from_text(text))
assert len({finding.code for finding in analysis.findings}) > 1
"""


def test_importing_the_engine_loads_nothing_that_does_input_or_output() -> None:
    loaded = _loaded("import prodready.engine.analysis")
    outside = {"asyncio", "socket", "subprocess", "logging", "pygls", "lsprotocol", "libcst", "rich", "click"}
    assert loaded & outside == set()
    ours = {".".join(name.split(".")[:2]) for name in loaded if name.startswith("prodready.")}
    assert ours == {"prodready.engine"}


def test_checking_a_file_with_findings_loads_no_libcst_and_no_editor() -> None:
    loaded = _loaded(FINDINGS)
    assert loaded & {"libcst", "pygls", "lsprotocol", "rich", "click", "asyncio"} == set()
    assert "prodready.rules" in loaded


def test_planning_a_fix_that_rewrites_a_statement_loads_libcst() -> None:
    program = """
from prodready.fixes.planner import plan
text = "def f(p):\\n    s = open(p)\\n    try:\\n        return s.read()\\n    finally:\\n        s.close()\\n"
analysis = Analysis.open(SourceFile.from_text(text))
assert plan(analysis, next(finding for finding in analysis.findings if finding.code == "RES102"))
"""
    assert "libcst" in _loaded(FINDINGS + program)


def test_the_command_line_starts_without_the_editors_libraries() -> None:
    assert _loaded("import prodready.cli") & {"pygls", "lsprotocol", "libcst"} == set()
