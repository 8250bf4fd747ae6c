"""What each subcommand does."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from _dev import audit, corpora, new_rule, pythons, wheels
from _dev.arguments import parse
from _dev.environment import Environment, Level, say
from _dev.places import ROOT, SCRIPTS, shown
from _dev.problem import CANNOT, FAILED, WRONG_CALL, Problem

EDITORS = """
To see this while you type, attach an editor to the language server: {server} server

  Neovim 0.11 or later, in init.lua:
    vim.lsp.config("prodready", {{ cmd = {{ "{server}", "server" }}, filetypes = {{ "python" }} }})
    vim.lsp.enable("prodready")

  VS Code: `npm ci && npm run package` (Node.js 20 or later) writes dist/prodready-<version>.vsix, which brings the
  server along; "Extensions: Install from VSIX..." installs it.

  Emacs, Vim and others: docs/editors.md
"""


def main(argv: Sequence[str]) -> int:
    """Run one call of dev.py; returns its exit code."""
    call = parse(argv)
    try:
        return COMMANDS[call.command](call)
    except Problem as problem:
        print(f"dev.py {call.command}: {problem}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print(f"\ndev.py {call.command}: stopped", file=sys.stderr)
        return 130


def run(call: argparse.Namespace) -> int:
    """Check the paths (default: the example) and tell how to attach an editor; findings are no failure here."""
    paths = call.paths or [shown(ROOT / "examples" / "shop")]
    missing = [path for path in paths if not Path(path).exists()]
    if missing:
        raise Problem(f"there is no {', no '.join(missing)}", WRONG_CALL)
    environment = Environment(ROOT).ensure(Level.RUN)
    code = in_environment(environment, ["prodready", "check", "--", *paths])
    if code > 1:
        return code
    print(EDITORS.format(server=environment.program("prodready")))
    return 0


def test(call: argparse.Namespace) -> int:
    """Run pytest; without arguments over all but the editors, on all cores; with --editors over these alone."""
    version, asked = pythons.requested(call.pytest_arguments)
    if version == pythons.ALL:
        return pythons.on_each("test", asked)
    if version is not None and not pythons.is_running(version):
        return pythons.again_on(version, "test", asked)
    environment = Environment(ROOT, version).ensure(Level.DEV)
    arguments = asked or ["--numprocesses", "auto"]
    if arguments[0] == "--editors":
        missing = in_environment(environment, ["tests.editors.programs"], cwd=ROOT)
        if missing:
            return missing
        # One process for a file: windows and editors are shared by the tests of a file.
        arguments = [
            "-m",
            "editors",
            *(arguments[1:] or ["tests/editors", "--numprocesses", "auto", "--dist", "loadfile"]),
        ]
    code = in_environment(environment, ["pytest", *(_from_root(each) for each in arguments)], cwd=ROOT)
    return min(code, FAILED)


def check(call: argparse.Namespace) -> int:
    """Run every check, even after one that failed, and sum up."""
    environment = Environment(ROOT).ensure(Level.DEV)
    failed = []
    for title, command in _checks(fix=call.fix):
        print(f"== {title}", flush=True)
        if in_environment(environment, command, cwd=ROOT) != 0:
            failed.append(title)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed", flush=True)
    return FAILED if failed else 0


def _checks(*, fix: bool) -> list[tuple[str, list[str]]]:
    """Return the title and the module call of each check, in the order in which they mend each other's output."""
    return [
        ("lint", ["ruff", "check", *(["--fix"] if fix else []), "."]),
        ("format", ["ruff", "format", *([] if fix else ["--check"]), "."]),
        ("types", ["mypy"]),
        ("generated files", ["_dev.generate", *([] if fix else ["--check"])]),
        ("our own rules", ["prodready", "check", "server", "scripts"]),
    ]


def generate(call: argparse.Namespace) -> int:
    """Write the generated files, or say which are not current."""
    environment = Environment(ROOT).ensure(Level.RUN)
    return in_environment(environment, ["_dev.generate", *(["--check"] if call.check else [])], cwd=ROOT)


def bench(call: argparse.Namespace) -> int:
    """Run one program of bench/: the one named, or that which takes all figures."""
    programs = {path.stem: path for path in sorted((ROOT / "bench").glob("[!_]*.py"))}
    name, *rest = call.bench_arguments or ["figures"]
    if name not in programs:
        raise Problem(f"bench/ has no {name}.py, but: {', '.join(programs) or 'nothing'}", WRONG_CALL)
    environment = Environment(ROOT).ensure(Level.DEV)
    return in_environment(environment, [str(programs[name]), *rest], cwd=ROOT, module=False)


def download(call: argparse.Namespace) -> int:
    """Download the corpora that are not there yet."""
    wanted = corpora.chosen(call.names)
    if not call.list:
        environment = Environment(ROOT).ensure(Level.RUN)
        corpora.fetch(wanted, environment)
    for corpus in wanted:
        print(f"{corpus.name} {corpus.version}: {corpus.directory}{'' if corpus.is_there else ' (not downloaded)'}")
    return 0


def in_environment(
    environment: Environment, command: list[str], *, cwd: Path | None = None, module: bool = True
) -> int:
    """Run a module (or a file) with the environment's Python; returns its exit code, CANNOT when a signal ended it."""
    variables = environment.variables({"PYTHONPATH": str(SCRIPTS)})
    full = [str(environment.python), *(["-m"] if module else []), *command]
    code = subprocess.run(full, cwd=cwd, env=variables, check=False).returncode
    if code < 0:
        say(f"{command[0]} was ended by signal {-code}")
        return CANNOT
    return code


def _from_root(argument: str) -> str:
    """Return a path as seen from the root, for tests named from another directory; everything else as it is."""
    path, colons, rest = argument.partition("::")
    if argument.startswith("-") or not Path(path).exists() or (ROOT / path).exists():
        return argument
    return os.path.relpath(path, ROOT) + colons + rest


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": run,
    "test": test,
    "check": check,
    "new-rule": new_rule.command,
    "generate": generate,
    "corpora": download,
    "bench": bench,
    "wheels": wheels.command,
    "audit": audit.command,
}
