"""`prodready fix`, run as a process."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from textwrap import dedent

import pytest

from prodready.cli.commands import fix
from prodready.cli.diff import painted, unified
from prodready.cli.target import Target
from prodready.cli.work import Repair
from prodready.engine.finding import Finding, Range, Severity
from prodready.project.files import read
from prodready.report.model import FileReport
from tests.cli.conftest import Workplace

BARE = "try:\n    a()\nexcept:\n    log.exception('a failed')\n"
NAMED = BARE.replace("except:", "except Exception:")
ONLY = ("--select", "OBS202")


def test_unsafe_fixes_wait_until_they_are_asked_for(workplace: Workplace) -> None:
    path = workplace.write("app.py", BARE)
    done = workplace.run("fix", *ONLY)
    assert (done.code, done.err) == (1, "")
    assert done.out == dedent("""\
        app.py:3:1 OBS202 [warning] 'except:' also catches KeyboardInterrupt and SystemExit: name the type
        Fixed 0 findings; 1 left in 1 file (1 more with --unsafe-fixes), 0.0 s
        """)
    assert path.read_text() == BARE


def test_everything_is_fixed_and_told_by_file_and_rule(workplace: Workplace) -> None:
    path = workplace.write("lib/app.py", BARE + BARE)
    workplace.write("lib/clean.py", "")
    done = workplace.run("fix", "--unsafe-fixes", *ONLY)
    assert (done.code, done.err) == (0, "")
    assert done.out == dedent("""\
        fixed lib/app.py: 2 OBS202 bare-except
        Fixed 2 findings in 1 file; none left, 0.0 s
        """)
    assert path.read_text() == NAMED + NAMED
    assert workplace.run("fix", "--unsafe-fixes", *ONLY).out == "No findings in 2 files, 0.0 s\n"


def test_safe_fixes_are_applied_at_once(workplace: Workplace) -> None:
    head = '"""App."""\n\nimport logging\n\nlogger = logging.getLogger(__name__)\n\n\n'
    silent = "def f(x):\n    try:\n        x.send()\n    except Exception:\n        pass\n"
    path = workplace.write("app.py", head + silent + BARE)
    done = workplace.run("fix", "--select", "OBS201,OBS202")
    assert done.code == 1
    assert done.out == dedent("""\
        fixed app.py: 1 OBS201 silent-except
        app.py:15:1 OBS202 [warning] 'except:' also catches KeyboardInterrupt and SystemExit: name the type
        Fixed 1 finding in 1 file; 1 left in 1 file (1 more with --unsafe-fixes), 0.0 s
        """)
    fixed = path.read_text()
    assert fixed.startswith(head + silent.partition("pass")[0] + "logger.warning(")
    assert fixed.endswith(BARE)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_only_the_selected_rules_are_fixed(workplace: Workplace, jobs: str) -> None:
    workplace.write("a.py", BARE)
    workplace.write("b.py", "def f(:\n")
    done = workplace.run("fix", "--unsafe-fixes", "--ignore", "OBS202", "--jobs", jobs)
    assert (done.code, "a.py" in done.out) == (1, False)
    assert workplace.run("fix", "--unsafe-fixes", "--jobs", jobs, *ONLY).code == 0
    assert (workplace.root / "a.py").read_text() == NAMED


def test_bytes_outside_the_fix_and_the_mode_stay(workplace: Workplace) -> None:
    before = b"\xef\xbb\xbf# \xc3\xa9\x0c\xe2\x80\xa8\r\n" + BARE.replace("\n", "\r\n").encode() + b"x = 1  \t"
    path = workplace.write("app.py", before)
    path.chmod(0o750)
    assert workplace.run("fix", "--unsafe-fixes", *ONLY).code == 0
    assert path.read_bytes() == before.replace(b"except:", b"except Exception:")
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert sorted(entry.name for entry in workplace.root.iterdir()) == ["app.py", "pyproject.toml"]


def test_a_coding_line_is_honoured_on_the_way_back(workplace: Workplace) -> None:
    before = b"# coding: latin-1\nx = '\xe9'\n" + BARE.encode()
    path = workplace.write("app.py", before)
    assert workplace.run("fix", "--unsafe-fixes", *ONLY).code == 0
    assert path.read_bytes() == before.replace(b"except:", b"except Exception:")


def test_a_diff_changes_nothing(workplace: Workplace) -> None:
    path = workplace.write("app.py", "x = 'é'\n" + BARE)
    done = workplace.run("fix", "--diff", "--unsafe-fixes", *ONLY)
    assert done.code == 1
    assert done.out == dedent("""\
        --- a/app.py
        +++ b/app.py
        @@ -1,5 +1,5 @@
         x = 'é'
         try:
             a()
        -except:
        +except Exception:
             log.exception('a failed')
        """)
    assert done.err == dedent("""\
        would fix app.py: 1 OBS202 bare-except
        Would fix 1 finding in 1 file; none left, 0.0 s
        """)
    assert path.read_text() == "x = 'é'\n" + BARE


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\x0c\n"])
def test_a_diff_can_be_applied(workplace: Workplace, ending: str) -> None:
    crlf = BARE.replace("\n", "\r\n").rstrip() + ending
    path = workplace.write("lib/a b.py", crlf)
    workplace.write("lib/b.py", BARE)
    diff = workplace.run("fix", "--diff", "--unsafe-fixes", *ONLY).out
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, cwd=workplace.root, input=diff.encode(), check=True, timeout=60)
    assert path.read_bytes() == crlf.replace("except:", "except Exception:").encode()


def test_a_diff_on_a_terminal_has_colours_and_cannot_steer_it() -> None:
    diff = unified("a.py", "x\t= 1\r\ny = '\x1b[2J'\n", "x\t= 2\r\ny = '\x1b[2J'\n")
    assert list(painted(diff, lambda text, style: f"<{style}>{text}")) == [
        "<bold>--- a/a.py",
        "<bold>+++ b/a.py",
        "<cyan>@@ -1,2 +1,2 @@",
        "<red>-x  = 1",
        "<green>+x  = 2",
        "<> y = '␛[2J'",
    ]


def test_standard_input_is_fixed_to_standard_output(workplace: Workplace) -> None:
    before = b"\xef\xbb\xbf" + BARE.replace("\n", "\r\n").encode()
    done = workplace.run("fix", "-", "--unsafe-fixes", "--stdin-filename", "lib/app.py", *ONLY, stdin=before)
    assert (done.code, done.out.encode()) == (0, before.replace(b"except:", b"except Exception:"))
    assert done.err == dedent("""\
        fixed lib/app.py: 1 OBS202 bare-except
        Fixed 1 finding in 1 file; none left, 0.0 s
        """)


def test_standard_input_without_a_fix_comes_back_as_it_was(workplace: Workplace) -> None:
    done = workplace.run("fix", "-", stdin=b"def f(:\n\r")
    assert (done.code, done.out) == (1, "def f(:\n\r")


def test_what_cannot_be_read_stays_as_it_was(workplace: Workplace) -> None:
    binary = workplace.write("binary.py", b"\0")
    workplace.write("app.py", BARE)
    done = workplace.run("fix", "--unsafe-fixes", *ONLY)
    assert (done.code, done.err) == (2, "error: binary.py: is binary (it contains NUL bytes)\n")
    assert done.out.startswith("fixed app.py: 1 OBS202 bare-except\n")
    assert binary.read_bytes() == b"\0"


def test_a_fault_of_ours_leaves_the_file_alone(workplace: Workplace) -> None:
    environment = workplace.sabotage("explode", "raise ValueError('boom')", entry="open")
    exploding = workplace.write("src/a.py", "# explode\n" + BARE)
    fine = workplace.write("src/b.py", BARE)
    done = workplace.run("fix", "--unsafe-fixes", "src", *ONLY, **environment)
    assert done.code == 3
    assert done.err.startswith("error: src/a.py: ValueError (")
    assert exploding.read_text() == "# explode\n" + BARE
    assert fine.read_text() == NAMED


def test_a_fix_may_not_bring_findings_of_rules_that_are_not_selected(workplace: Workplace) -> None:
    """Selecting a rule narrows what is repaired, not what a repair is tested against."""
    workplace.write("pyproject.toml", '[tool.prodready]\nignore = ["OBS202"]\n')
    path = workplace.write("app.py", BARE)
    assert workplace.run("fix", "--unsafe-fixes").code == 0
    assert path.read_text() == BARE
    assert workplace.run("fix", "--unsafe-fixes", *ONLY).code == 0
    assert path.read_text() == NAMED


def test_a_file_that_cannot_be_written_counts_as_not_fixed(workplace: Workplace) -> None:
    paths = [workplace.write(name, BARE) for name in ("a.py", "b.py")]
    finding = Finding("OBS202", "bare-except", Severity.WARNING, "…", Range.of(2, 0, 2, 7))
    found, left = FileReport("x.py", (finding,)), FileReport("x.py")
    repairs = [Repair(found, left, (finding,), read(path), NAMED) for path in paths]
    paths[0].write_text("somebody else's")
    targets = [Target(path, path.name) for path in paths]
    written, problems = fix._write_files(targets, repairs)
    assert [(problem.path, problem.reason) for problem in problems] == [
        ("a.py", "not written: it was changed since it was read; run the command again")
    ]
    assert [(repair.applied, repair.left) for repair in written] == [((), found), ((finding,), left)]
    assert [path.read_text() for path in paths] == ["somebody else's", NAMED]


def test_a_wrong_call_exits_with_2(in_process: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process("fix", "nowhere") == 2
    assert "The path 'nowhere' does not exist." in capsys.readouterr().err
