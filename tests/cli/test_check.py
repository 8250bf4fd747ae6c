"""`prodready check`, run as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from textwrap import dedent

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.source import SourceFile
from prodready.project.config import load
from prodready.project.index import ProjectIndex
from tests.cli.conftest import PRODREADY, Workplace

BARE = "try:\n    a()\nexcept:\n    log.exception('a failed')\n"
BARE_AT = "3:1 OBS202 [warning] 'except:' also catches KeyboardInterrupt and SystemExit: name the type"


def test_clean_code_exits_with_0(workplace: Workplace) -> None:
    workplace.write("app.py", "import os\n")
    done = workplace.run("check")
    assert (done.code, done.out, done.err) == (0, "No findings in 1 file, 0.0 s\n", "")


def test_findings_exit_with_1_and_are_shown_with_their_source(workplace: Workplace) -> None:
    workplace.write("app/é.py", "def é():\n\ttry:\n\t\ta()\n\texcept:\n\t\tlog.exception('a')\n")
    done = workplace.run("check", "--select", "OBS202")
    assert done.code == 1
    assert done.out == dedent("""\
        app/é.py:4:2 OBS202 [warning] 'except:' also catches KeyboardInterrupt and SystemExit: name the type
          |
        4 |     except:
          |     ^^^^^^
          = fix: Catch Exception (unsafe: interrupts and exits are no longer caught)

        1 finding in 1 of 1 file (1 fixable, 0 safe with `prodready fix`), 0.0 s
        """)


def test_json_is_the_documented_object(workplace: Workplace) -> None:
    workplace.write("app.py", "class A:\n    def é(self):\n        try: a('é')\n        except: log.exception('a')\n")
    workplace.write("data.py", b"\0")
    done = workplace.run("check", "--select", "OBS202", "--format", "json")
    assert done.code == 1
    assert json.loads(done.out) == {
        "version": 1,
        "findings": [
            {
                "code": "OBS202",
                "name": "bare-except",
                "severity": "warning",
                "path": "app.py",
                "range": {"start": {"line": 4, "column": 9}, "end": {"line": 4, "column": 15}},
                "scope": "A.é",
                "message": "'except:' also catches KeyboardInterrupt and SystemExit: name the type",
                "fix": {"title": "Catch Exception", "applicability": "unsafe"},
                "related": [],
            }
        ],
        "summary": {
            "files": 1,
            "findings": 1,
            "fixable": 1,
            "by_code": {"OBS202": 1},
            "errors": [{"path": "data.py", "reason": "is binary (it contains NUL bytes)"}],
        },
    }


def test_files_are_shown_by_path_then_position_whatever_the_arguments(workplace: Workplace) -> None:
    for name in ("b.py", "a/z.py", "a.py"):
        workplace.write(name, BARE + BARE)
    expected = [f"{name}:{line}:1" for name in ("a/z.py", "a.py", "b.py") for line in (3, 7)]
    for arguments in ((), ("b.py", "a", "a.py", "."), ("--jobs", "3")):
        done = workplace.run("check", "--concise", "--select", "OBS202", *arguments)
        assert [line.split()[0] for line in done.out.splitlines()[:-1]] == expected


def test_paths_are_shown_from_the_current_directory(workplace: Workplace) -> None:
    workplace.write("lib/a.py", BARE)
    workplace.write("here/pyproject.toml", "")
    command = [*PRODREADY, "check", "--concise", "--select", "OBS202", "../lib", str(workplace.root / "lib/a.py")]
    done = subprocess.run(command, cwd=workplace.root / "here", capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[0] == f"../lib/a.py:{BARE_AT}"
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize("words", ["OBS202", "obs202", "OBS", "bare-except", "SYN,OBS202", "SYN, bare-except"])
def test_select_takes_codes_families_and_names(workplace: Workplace, words: str) -> None:
    workplace.write("app.py", BARE)
    assert f"app.py:{BARE_AT}" in workplace.run("check", "--concise", "--select", words).out


def test_ignore_leaves_rules_out(workplace: Workplace) -> None:
    workplace.write("app.py", BARE)
    assert workplace.run("check", "--select", "OBS202", "--ignore", "bare-except").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere"], "The path 'nowhere' does not exist."),
        (["check", "-", "app.py"], "`-` (standard input) cannot be combined with other paths."),
        (["check", "--stdin-filename", "app.py"], "--stdin-filename needs `-` as the only path."),
        (["check", "--output-file", "no/where.txt"], "--output-file: the directory 'no' does not exist."),
        (["check", "--output-file", "sub"], "File 'sub' is a directory."),
        (["check", "--jobs", "0"], "Invalid value for '--jobs': 0 is not in the range x>=1."),
        (["chekc"], "There is no command 'chekc'. Did you mean 'check'?"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_is_wrong(
    workplace: Workplace, arguments: list[str], message: str
) -> None:
    workplace.write("sub/app.py", "")
    done = workplace.run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err.splitlines()[-1]


def test_an_unknown_rule_exits_with_2_and_guesses(workplace: Workplace) -> None:
    done = workplace.run("check", "--select", "bare-exept")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        'error: --select: no rule, family or rule name is called "bare-exept"; did you mean "bare-except"?\n'
    )


def test_a_wrong_configuration_exits_with_2_and_shows_the_line(workplace: Workplace) -> None:
    workplace.write("app.py", "")
    workplace.write("pyproject.toml", '[project]\nname = "x"\n\n[tool.prodready]\nselct = ["OBS"]\nline-length = "é"\n')
    done = workplace.run("check")
    assert (done.code, done.out) == (2, "")
    lines = done.err.splitlines()
    assert lines[0].startswith("error: pyproject.toml:5:1: tool.prodready.selct: ")
    assert 'did you mean "select"?' in lines[0]
    assert lines[1:4] == ["  |", '5 | selct = ["OBS"]', "  | ^^^^^"]
    assert lines[4].startswith("error: pyproject.toml:6:15: tool.prodready.line-length: ")
    assert lines[5:] == ["  |", '6 | line-length = "é"', "  |               ^^^"]


def test_files_that_cannot_be_read_are_told_and_the_others_are_analysed(workplace: Workplace) -> None:
    workplace.write("a.py", BARE)
    workplace.write("binary.py", bytes(range(256)))
    workplace.write("latin.py", 'x = 1\ny = "é"\n'.encode("latin-1"))
    workplace.write("large.py", "x = 1\n" * 1_000_000)
    workplace.write("z.py", "# coding: latin-1\n# é\n".encode("latin-1") + BARE.encode())
    done = workplace.run("check", "--concise", "--select", "OBS202")
    assert done.code == 1
    assert [line.split(" ")[0] for line in done.out.splitlines()[:-1]] == ["a.py:3:1", "z.py:5:1"]
    assert done.out.splitlines()[-1] == (
        "2 findings in 2 of 2 files (2 fixable, 0 safe with `prodready fix`), 3 others could not be analysed, 0.0 s"
    )
    assert [line.split(" is ")[0] for line in done.err.splitlines()] == [
        "error: binary.py:",
        "error: large.py:",
        "error: latin.py:",
    ]


def test_without_findings_files_that_cannot_be_read_exit_with_2(workplace: Workplace) -> None:
    workplace.write("a.py", "")
    workplace.write("binary.py", b"\0")
    for arguments in ([], ["--exit-zero"], ["--format", "json"]):
        assert workplace.run("check", *arguments).code == 2


@pytest.mark.parametrize("depth", [90, 980, 30_000])
def test_deep_nesting_costs_no_other_file(workplace: Workplace, depth: int) -> None:
    deep = ("(" * depth + ")" * depth, "-" * depth + "1", "a" + "+a" * depth, "a" + ".b()" * depth, "[" * depth)
    for number, expression in enumerate(deep):
        workplace.write(f"deep{number}.py", f"x = {expression}\n")
    workplace.write("other.py", BARE)
    done = workplace.run("check", "--concise", "--select", "OBS202,SYN")
    assert done.code == 1
    assert f"other.py:{BARE_AT}" in done.out
    assert "fault of prodready" not in done.err


def test_a_broken_statement_costs_no_other_finding(workplace: Workplace) -> None:
    workplace.write("app.py", "def f(:\n    pass\n\n" + BARE)
    done = workplace.run("check", "--concise", "--select", "OBS202,SYN")
    assert [line.split(" ")[0:2] for line in done.out.splitlines()[:-1]] == [
        ["app.py:1:7", "SYN101"],
        ["app.py:6:1", "OBS202"],
    ]


def test_exit_zero_hides_findings_from_the_exit_code_only(workplace: Workplace) -> None:
    workplace.write("app.py", BARE)
    done = workplace.run("check", "--exit-zero", "--concise", "--select", "OBS202")
    assert done.code == 0
    assert done.out.startswith(f"app.py:{BARE_AT}\n")


def test_standard_input_is_analysed_as_the_file_that_is_named(workplace: Workplace) -> None:
    workplace.write("pyproject.toml", '[tool.prodready]\nper-file-ignores = { "old.py" = ["OBS202"] }\n')
    options = ("check", "-", "--concise", "--select", "OBS202", "--stdin-filename")
    named = workplace.run(*options, "new.py", stdin=BARE.encode())
    assert (named.code, named.out.splitlines()[0]) == (1, f"new.py:{BARE_AT}")
    ignored = workplace.run(*options, "old.py", stdin=BARE.encode())
    assert ignored.code == 0
    nameless = workplace.run("check", "--select", "OBS202", "--concise", "-", stdin=BARE.encode())
    assert (nameless.code, nameless.out.splitlines()[0]) == (1, f"-:{BARE_AT}")


def test_binary_standard_input_exits_with_2(workplace: Workplace) -> None:
    done = workplace.run("check", "-", stdin=b"\0")
    assert (done.code, done.out, done.err) == (2, "", "Error: standard input is binary (it contains NUL bytes)\n")


def test_the_report_goes_to_a_file_instead(workplace: Workplace) -> None:
    workplace.write("app.py", BARE)
    report = workplace.write("report.json", "old")
    done = workplace.run("check", "--select", "OBS202", "--format", "json", "--output-file", "report.json")
    assert (done.code, done.out, done.err) == (1, "", "")
    assert json.loads(report.read_text())["summary"]["findings"] == 1


def test_a_directory_without_python_files_is_told(workplace: Workplace) -> None:
    done = workplace.run("check")
    assert (done.code, done.err) == (0, "warning: no Python files were found here\n")


@pytest.mark.parametrize("paths", [[], ["one", "two"], ["two/app.py", "one/app.py"]])
def test_each_file_has_the_configuration_nearest_to_it(workplace: Workplace, paths: list[str]) -> None:
    workplace.write("one/pyproject.toml", '[tool.prodready]\nignore = ["OBS202"]\n')
    workplace.write("one/app.py", BARE)
    workplace.write("two/pyproject.toml", '[tool.prodready]\nselect = ["OBS202"]\nseverity = { OBS = "error" }\n')
    workplace.write("two/app.py", BARE)
    done = workplace.run("check", "--concise", *paths)
    assert [line for line in done.out.splitlines() if "OBS202" in line] == [
        f"two/app.py:{BARE_AT}".replace("[warning]", "[error]")
    ]


@pytest.mark.skipif(os.name == "nt", reason="pipes break in another way")
def test_a_reader_that_stops_early_ends_it_quietly(workplace: Workplace) -> None:
    workplace.write("app.py", BARE * 2000)
    command = [*PRODREADY, "check", "--select", "OBS202"]
    with subprocess.Popen(command, cwd=workplace.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is no signal there")
def test_an_interrupt_exits_with_130_without_a_traceback(workplace: Workplace) -> None:
    pipe = subprocess.PIPE
    command = [*PRODREADY, "check", "-"]
    with subprocess.Popen(command, cwd=workplace.root, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        # More than a pipe holds: once it is written, the command reads.
        process.stdin.write(b"#" * 1_000_000)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (130, b"", b"")


def test_a_fault_of_ours_exits_with_3_and_the_rest_is_shown(workplace: Workplace) -> None:
    environment = workplace.sabotage("explode", "raise ValueError('boom')")
    workplace.write("a.py", "# explode\n")
    workplace.write("b.py", BARE)
    done = workplace.run("check", "a.py", "b.py", "--concise", "--select", "OBS202", **environment)
    assert done.code == 3
    assert done.out.startswith(f"b.py:{BARE_AT}\n")
    assert done.err.splitlines()[0].startswith("error: a.py: ValueError (")
    assert "please report it" in done.err
    assert "Traceback" not in done.err
    assert "Traceback" in workplace.run("check", "a.py", "--verbose", **environment).err


def test_a_fault_that_many_files_meet_is_told_once_in_full(workplace: Workplace) -> None:
    environment = workplace.sabotage("explode", "raise ValueError('boom')")
    for number in range(8):
        workplace.write(f"src/a{number}.py", "# explode\n")
    lines = workplace.run("check", "src", **environment).err.splitlines()
    reason = lines[0].removeprefix("error: src/a0.py: ")
    assert reason.startswith("ValueError (")
    assert lines[:5] == [f"error: src/a{number}.py: {reason}" for number in range(5)]
    assert lines[5] == f"error: {reason}: the same in 3 other files"


def test_a_process_that_dies_is_told_and_the_rest_is_shown(workplace: Workplace) -> None:
    environment = workplace.sabotage("die", "os._exit(9)")
    workplace.write("src/a.py", "# die\n")
    for name in "bcdefgh":
        workplace.write(f"src/{name}.py", BARE)
    done = workplace.run("check", "--concise", "--select", "OBS202", "--jobs", "2", "src", **environment)
    assert done.code == 3
    assert [line.split(":")[0] for line in done.out.splitlines()[:-1]] == [f"src/{name}.py" for name in "bcdefgh"]
    assert done.err.splitlines()[0] == "error: src/a.py: the process that analysed it ended with exit code 9"


def test_colours_are_for_terminals(workplace: Workplace) -> None:
    workplace.write("app.py", BARE)
    assert "\x1b[" not in workplace.run("check", "--select", "OBS202").out


SAMPLES = {
    "app/errors.py": "import logging\nlogger = logging.getLogger(__name__)\n" + BARE + "def f():\n    print('é', 1)\n",
    "app/broken.py": "def f(:\n    pass\n\n" + BARE + "x = (\n",
    "app/silent.py": "async def f(x):\n    try:\n        await x()\n    except Exception:\n        return None\n",
    "app/crlf.py": BARE.replace("\n", "\r\n"),
    "app/feed.py": "x = '\x0c\u2028'\n" + BARE,
    "tests/test_app.py": "def test_f():\n    print(1)\n" + BARE,
    "scripts/run.py": "import requests\ns = requests.Session()\ns.get('x')\n" + BARE,
}


def test_the_findings_are_those_of_the_editor(workplace: Workplace) -> None:
    for name, source in SAMPLES.items():
        workplace.write(name, source)
    done = workplace.run("check", "--format", "json")
    shown = [(f["path"], f["code"], f["range"]["start"], f["message"]) for f in json.loads(done.out)["findings"]]
    config, expected = load(workplace.root), []
    for name, source in sorted(SAMPLES.items()):
        settings = config.for_file(workplace.root / name, source)
        analysis = Analysis.open(SourceFile.from_text(source, name), settings, ProjectIndex(config.root))
        for finding in analysis.findings:
            start = {"line": finding.range.start.line + 1, "column": finding.range.start.column + 1}
            expected.append((name, finding.code, start, finding.message))
    assert shown == expected
    assert {name for name, *_ in shown} >= {name for name, source in SAMPLES.items() if "except:" in source}
