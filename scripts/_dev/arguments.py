"""What dev.py can be asked: its subcommands and their arguments."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from _dev import audit, wheels

DESCRIPTION = """\
Everything a checkout of prodready is used for. The environment in .venv is made and kept current by each command
that needs it; nothing but Python 3.10 or later (with its venv module) has to be there before.
"""
EXIT_CODES = """\
exit codes: 0 done; 1 a test or a check failed; 2 the call is wrong; 3 something is missing (the message says what).
"""
# These hand everything that follows them to another program, options included.
PASS_THROUGH = {"test": "pytest_arguments", "bench": "bench_arguments"}


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the parsed call, with `.command` set; leaves with code 2 and a usage line when it is wrong."""
    parser = _parser()
    if argv and argv[0] in PASS_THROUGH and argv[1:2] not in (["-h"], ["--help"]):
        return argparse.Namespace(command=argv[0], **{PASS_THROUGH[argv[0]]: list(argv[1:])})
    return parser.parse_args(argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_pass_through(commands)
    _add_check(commands)
    _add_new_rule(commands)
    _add_generate(commands)
    _add_corpora(commands)
    _add_wheels(commands)
    _add_audit(commands)
    return parser


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="check PATH with this checkout, and tell how to attach an editor")
    run.add_argument("paths", nargs="*", metavar="PATH", help="files and directories (default: examples/shop)")


def _add_pass_through(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    test = commands.add_parser(
        "test",
        help="run the tests; all arguments go to pytest, but a first --editors, which runs those in real editors, and "
        "before it --python VERSION, which runs them on another Python, in an environment of its own (all: on each)",
    )
    test.add_argument("pytest_arguments", nargs="*", metavar="ARGUMENT", help="default: all tests, on all cores")
    bench = commands.add_parser("bench", help="run bench/NAME.py, or take all figures")
    bench.add_argument(
        "bench_arguments",
        nargs="*",
        metavar="NAME [ARGUMENT ...]",
        help="a program in bench/ (default: figures, which writes docs/figures.md)",
    )


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = commands.add_parser("check", help="format, lint, types, generated files, and our own rules on our own code")
    check.add_argument("--fix", action="store_true", help="mend what can be mended: format, lint, generated files")


def _add_new_rule(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    new_rule = commands.add_parser("new-rule", help="make the two files of a new rule, which work from the start")
    new_rule.add_argument("name", metavar="NAME", help="kebab-case, and it names the bad pattern: manual-close")
    new_rule.add_argument("--code", help="family and number, such as OBS999 (asked for when left out)")


def _add_generate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    generate = commands.add_parser("generate", help="write rule pages, tables and the schema from the code")
    generate.add_argument("--check", action="store_true", help="write nothing; fail when something is not current")


def _add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    asked = commands.add_parser("audit", help="ask whether vulnerabilities are known in the packages that are pinned")
    asked.add_argument("--strict", action="store_true", help="fail (3) also where nobody could be asked")
    asked.add_argument(
        "--osv-url", default=audit.OSV, metavar="URL", help="a mirror of the service (default: %(default)s)"
    )


def _add_corpora(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    corpora = commands.add_parser("corpora", help="download the projects that bench/corpora.py measures")
    corpora.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    corpora.add_argument("--list", action="store_true", help="only say what they are, and where they would be")


def _add_wheels(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bundle = commands.add_parser("wheels", help="gather the wheels that the VS Code extension carries")
    bundle.add_argument("--target", choices=wheels.PLATFORMS, help="default: this platform")
    bundle.add_argument("--output", required=True, metavar="DIR", help="an empty or new directory")
