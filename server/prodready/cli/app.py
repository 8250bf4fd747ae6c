"""The group of commands, and how whatever ends a command becomes an exit code and a short message."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

import click

from prodready import __version__
from prodready.cli import exits, output
from prodready.project.suggest import closest

_COMMANDS = ("check", "config", "fix", "rule", "rules", "server")


@dataclass
class State:
    """What the options tell `run`, which also speaks when a command has failed."""

    verbose: bool = False


class _LazyGroup(click.Group):
    """A group that imports a command's module when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"prodready.cli.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            close = closest(args[0], _COMMANDS)
            ctx.fail(f"There is no command {args[0]!r}." + f" Did you mean {close!r}?" * (close is not None))
        return super().resolve_command(ctx, args)


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="prodready", message="%(prog)s %(version)s")
def commands() -> None:
    """Find what makes Python code unfit for production, and repair it.

    \b
    Start here:
      prodready check                 show what is wrong in this directory
      prodready fix --diff            show what safe fixes would change
      prodready fix                   apply the safe fixes
      prodready rule OBS201           explain a rule, with a bad and a good example

    \b
    Exit codes of every command:
      0    nothing found
      1    there are findings
      2    the call or the configuration is wrong, or (with no findings) files could not be read,
           or what is needed cannot be had: open files, room on the disk, packages that fit
      3    a fault of prodready itself
      130  interrupted
    """


def run(arguments: Sequence[str]) -> int:
    """Run the command in `arguments` and return the exit code of the process."""
    state = State()
    try:
        code = commands.main(list(arguments), prog_name="prodready", standalone_mode=False, obj=state)
        output.flush()
        return code if isinstance(code, int) else exits.NOTHING_FOUND
    except (click.Abort, KeyboardInterrupt):
        return exits.INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last place that can tell the user
        return reported(error, state)


def reported(error: Exception, state: State) -> int:
    """Tell the user why a command ended, and return the exit code of the process."""
    match error:
        case click.ClickException():
            with output.standard_error():
                error.show()
            return exits.WRONG_CALL
        case OSError():
            _report_refusal(error, state)
            return exits.WRONG_CALL
        case ImportError() if (error.name or "prodready").partition(".")[0] != "prodready":
            _report_installation(error, state)
            return exits.WRONG_CALL
    _report_fault(error, state)
    return exits.OUR_FAULT


def _report_refusal(error: OSError, state: State) -> None:
    """Tell what the system refused, where nobody has expected that."""
    from prodready.project.os_errors import reason_of
    from prodready.report.excerpt import printable
    from prodready.tracebacks import traced

    place = "" if error.filename is None else f"{error.filename}: "
    output.tell(printable(f"prodready cannot go on: {place}{reason_of(error)}"))
    if state.verbose:
        output.tell(traced(error), newline=False)


def _report_installation(error: ImportError, state: State) -> None:
    """Tell what is wrong with a package that prodready needs, and that others in this environment need, too."""
    from prodready.report.excerpt import printable
    from prodready.tracebacks import traced

    if state.verbose:
        output.tell(traced(error), newline=False)
    output.tell(
        printable(
            f"prodready cannot start with the packages that are installed beside it: {error}. "
            "`python -m pip check` tells which do not fit; in an environment of its own it has those that do."
        )
    )


def _report_fault(error: Exception, state: State) -> None:
    from prodready.engine.faults import named
    from prodready.report.excerpt import printable
    from prodready.tracebacks import traced

    output.tell(printable(f"prodready failed: {named(error)}"))
    if state.verbose:
        output.tell(traced(error), newline=False)
    else:
        output.tell("This is a fault of prodready; run it again with --verbose for the details to report.")
