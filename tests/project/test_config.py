"""The configuration: where it comes from, what is wrong in it and where, and what it says about a file."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prodready.engine.finding import Range, Severity
from prodready.engine.settings import Role
from prodready.project.config import Config, ConfigError, ConfigProblem, Loader, load
from prodready.project.discovery import discover

if TYPE_CHECKING:
    from tests.project.conftest import Write

pytestmark = pytest.mark.usefixtures("three_rules")


def problems_of(start: Path) -> list[ConfigProblem]:
    with pytest.raises(ConfigError) as caught:
        load(start)
    return caught.value.problems


def problem_of(write: Write, settings: str) -> tuple[str, Range | None, str]:
    """Return the only problem of `settings`, which stand below `[tool.prodready]` in the second line."""
    root = write({"pyproject.toml": f"[tool.prodready]\n{settings}\n"})
    (problem,) = problems_of(root)
    assert problem.path == root / "pyproject.toml"
    return problem.key, problem.range, problem.message


def test_nearest_configuration(write: Write) -> None:
    """The nearest directory that has settings counts, a pyproject.toml without them does not."""
    root = write(
        {
            "pyproject.toml": '[tool.prodready]\nlogger-name = "outer"\n',
            "inner/prodready.toml": 'logger-name = "inner"\n',
            "inner/lib/pyproject.toml": '[project]\nname = "lib"\n',
            "inner/lib/a.py": "",
        }
    )
    config = load(root / "inner" / "lib" / "a.py")
    assert (config.root, config.path) == (root / "inner", root / "inner" / "prodready.toml")
    assert config.options.logger_name == "inner"
    assert load(root / "other" / "not" / "there.py").options.logger_name == "outer"
    assert load(root).root == root


def test_no_configuration(write: Write) -> None:
    """Without settings the root is the nearest directory that looks like a project's."""
    root = write({"setup.cfg": "", "app/a.py": ""})
    config = load(root / "app" / "a.py")
    assert config == Config(root)
    (root / "app" / "pyproject.toml").write_text("")
    assert load(root / "app" / "a.py").root == root / "app"


def test_both_files(write: Write) -> None:
    """Settings in two files of one directory would hide each other."""
    root = write({"pyproject.toml": "[tool.black]\n[tool.prodready]\n", "prodready.toml": ""})
    (problem,) = problems_of(root)
    assert str(problem) == (
        f"{root / 'pyproject.toml'}:2:7: tool.prodready: prodready.toml lies beside it and has settings too; "
        "keep one of the two"
    )


@pytest.mark.parametrize(
    ("settings", "key", "where", "message"),
    [
        ("selct = []", "selct", (1, 0, 1, 5), 'there is no such key; did you mean "select"?'),
        (
            "per_file_ignores = {}",
            "per_file_ignores",
            (1, 0, 1, 16),
            'there is no such key; did you mean "per-file-ignores"?',
        ),
        (
            "zzz.x = 1",
            "zzz",
            (1, 0, 1, 3),
            (
                "there is no such key; the keys are select, extend-select, ignore, exclude, per-file-ignores, "
                "severity, roles, log-functions, traceback-style, silent-level, logger-name, logger, line-length, "
                "coexist"
            ),
        ),
        (
            'ignore = "OBS101"',
            "ignore",
            (1, 9, 1, 17),
            "expected a list of rules, found a text; put it into brackets",
        ),
        (
            'select = ["OBS", 3]',
            "select[1]",
            (1, 17, 1, 18),
            "expected a rule's code, family or name, found the number 3",
        ),
        (
            'select = ["é"]',
            "select[0]",
            (1, 10, 1, 13),
            'no rule, family or rule name is called so; "prodready rules" lists them',
        ),
        (
            'select = ["obs999"]',
            "select[0]",
            (1, 10, 1, 18),
            'no rule has the code "obs999"; the rules of this family are OBS101, OBS201',
        ),
        (
            'select = ["prnt-call"]',
            "select[0]",
            (1, 10, 1, 21),
            'no rule, family or rule name is called "prnt-call"; did you mean "print-call"?',
        ),
        (
            'severity = { OBS = "warn" }',
            "severity.OBS",
            (1, 19, 1, 25),
            '"warn" is none of the known values; did you mean "warning"?',
        ),
        (
            'severity.unclosed-sesion = "hint"',
            "severity.unclosed-sesion",
            (1, 9, 1, 24),
            'no rule, family or rule name is called "unclosed-sesion"; did you mean "unclosed-session"?',
        ),
        ('roles = ["cli"]', "roles", (1, 8, 1, 15), "expected a table from roles to lists of globs, found a list"),
        (
            'roles.servce = ["a"]',
            "roles.servce",
            (1, 6, 1, 12),
            '"servce" is none of the known values; did you mean "service"?',
        ),
        (
            'roles.xyz = ["a"]',
            "roles.xyz",
            (1, 6, 1, 9),
            (
                'this is none of the known values; choose "service", "cli", "script", "test", "migration", '
                '"settings", "notebook" or "generated"'
            ),
        ),
        (
            'exclude = ["!a"]',
            "exclude[0]",
            (1, 11, 1, 15),
            'a glob cannot begin with "!"; name what is meant, not what is not',
        ),
        ('exclude = ["a\\\\b"]', "exclude[0]", (1, 11, 1, 17), "write directories with slashes, also on Windows"),
        (
            'exclude = ["../a"]',
            "exclude[0]",
            (1, 11, 1, 17),
            'a glob counts from the project\'s root and cannot leave it with ".."',
        ),
        (
            'exclude = ["#a"]',
            "exclude[0]",
            (1, 11, 1, 15),
            'a glob cannot begin with "#", which is a comment; write "[#]" for the character',
        ),
        ('exclude = ["a["]', "exclude[0]", (1, 11, 1, 15), "the glob matches nothing; are its brackets right?"),
        (
            'per-file-ignores."" = []',
            'per-file-ignores.""',
            (1, 17, 1, 19),
            'the glob is empty; name a file or a directory below the project\'s root, such as "tests/"',
        ),
        (
            'per-file-ignores = { "a b/" = ["OBS", "OB"] }',
            'per-file-ignores."a b/"[1]',
            (1, 38, 1, 42),
            'no rule, family or rule name is called "OB"; did you mean "OBS"?',
        ),
        ("traceback-style = true", "traceback-style", (1, 18, 1, 22), 'expected "exc_info" or "exception", found true'),
        (
            'silent-level = "debug"',
            "silent-level",
            (1, 15, 1, 22),
            'this is none of the known values; choose "info", "warning", "error" or "critical"',
        ),
        (
            'logger-name = "my-log"',
            "logger-name",
            (1, 14, 1, 22),
            'this cannot be the name of a variable; choose one such as "logger"',
        ),
        (
            'log-functions = ["a..b"]',
            "log-functions[0]",
            (1, 17, 1, 23),
            'this is no name of a function; write it with dots, such as "report_error" or "app.errors.report"',
        ),
        (
            "line-length = 10",
            "line-length",
            (1, 14, 1, 16),
            "expected a whole number from 20 to 500, found the number 10",
        ),
        ("line-length = true", "line-length", (1, 14, 1, 18), "expected a whole number from 20 to 500, found true"),
        (
            "line-length = 2020-01-01",
            "line-length",
            (1, 14, 1, 24),
            "expected a whole number from 20 to 500, found a date or time",
        ),
    ],
)
def test_wrong_settings(write: Write, settings: str, key: str, where: tuple[int, int, int, int], message: str) -> None:
    """Every wrong key and value is named with its place and the next step."""
    assert problem_of(write, settings) == (f"tool.prodready.{key}", Range.of(*where), message)


def test_all_problems_at_once(write: Write) -> None:
    """All that is wrong is told in one go, in the order of the file, columns in characters."""
    root = write(
        {
            "prodready.toml": "# Grüße\n"
            'select = [\n  "OBS",  # "ü"\n  "Ü", "nope",\n]\n'
            "[severity]\n"
            '"print-call" = "eror"\n'
            "[roles]\n"
            'test = [""]\n'
        }
    )
    assert [str(p).removeprefix(f"{root}/") for p in problems_of(root)] == [
        'prodready.toml:4:3: select[1]: no rule, family or rule name is called so; "prodready rules" lists them',
        'prodready.toml:4:8: select[2]: no rule, family or rule name is called so; "prodready rules" lists them',
        'prodready.toml:7:16: severity.print-call: "eror" is none of the known values; did you mean "error"?',
        (
            "prodready.toml:9:9: roles.test[0]: the glob is empty; name a file or a directory below the project's "
            'root, such as "tests/"'
        ),
    ]


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("[tool.prodready]\nselect = oops\n", (1, 9, 1, 13), "this is no TOML: invalid value"),
        ('[tool.prodready]\nselect = ["OBS"\n', (1, 15, 1, 15), "this is no TOML: unclosed array"),
        (
            "[tool.prodready]\r\nselect\r\n",
            (1, 6, 1, 6),
            "this is no TOML: expected '=' after a key in a key/value pair",
        ),
        ("[tool]\nprodready = 3\n", (1, 12, 1, 13), "expected a table of settings; write [tool.prodready]"),
    ],
)
def test_broken_files(write: Write, text: str, where: tuple[int, int, int, int], message: str) -> None:
    """A file that is no TOML is told with its place, too."""
    (problem,) = problems_of(write({"pyproject.toml": text}))
    assert (problem.range, problem.message) == (Range.of(*where), message)


def test_broken_files_that_are_not_ours(write: Write) -> None:
    """A broken pyproject.toml that does not speak of prodready is somebody else's, as in a test's data."""
    root = write(
        {"prodready.toml": "line-length = 99", "data/pyproject.toml": "[broken", "more/pyproject.toml": b"\xff"}
    )
    assert load(root / "data").line_length == 99
    assert load(root / "more").line_length == 99


def test_file_that_is_no_utf8(write: Write) -> None:
    """The line of the wrong byte is told."""
    root = write({"prodready.toml": b"# a\nlogger-name = '\xe9'\n"})
    (problem,) = problems_of(root)
    assert str(problem) == (
        f"{root / 'prodready.toml'}:2:1: TOML is UTF-8, but byte 0xe9 on this line is not; save the file as UTF-8"
    )


def test_table_in_our_own_file(write: Write) -> None:
    """Who copies `[tool.prodready]` into prodready.toml is told where the keys belong."""
    (problem,) = problems_of(write({"prodready.toml": "[tool.prodready]\nselect = []\n"}))
    assert (problem.key, problem.message) == (
        "tool",
        "in prodready.toml the keys stand at the top, without [tool.prodready]",
    )


def test_byte_order_mark(write: Write) -> None:
    """Windows editors begin files with a signature; it is no part of the text."""
    root = write({"prodready.toml": b'\xef\xbb\xbflogger-name = "log"\n'})
    assert load(root).options.logger_name == "log"


def test_error_travels_between_processes(write: Write) -> None:
    """A worker's configuration error arrives whole."""
    root = write({"prodready.toml": "a = 1\nb = 2\n"})
    with pytest.raises(ConfigError) as caught:
        load(root)
    arrived = pickle.loads(pickle.dumps(caught.value))
    assert arrived.problems == caught.value.problems
    assert str(arrived).count("\n") == 1


@pytest.mark.parametrize(
    ("settings", "on"),
    [
        ("", None),
        ('select = ["ALL"]', None),
        ("select = []", set()),
        ('select = ["OBS"]', {"OBS101", "OBS201"}),
        ('select = ["obs", "Unclosed-Session"]', {"OBS101", "OBS201", "RES101"}),
        ('select = ["OBS101"]\nextend-select = ["RES"]', {"OBS101", "RES101"}),
        ('ignore = ["OBS"]', {"RES101"}),
        ('select = ["ALL"]\nignore = ["print-call"]', {"OBS201", "RES101"}),
        ('select = ["OBS101"]\nignore = ["OBS"]', {"OBS101"}),
        ('select = ["OBS101"]\nignore = ["OBS101"]', set()),
    ],
)
def test_selection(write: Write, settings: str, on: set[str] | None) -> None:
    """Codes, families and names select in any case; the narrower word wins, at a draw `ignore`."""
    root = write({"prodready.toml": settings})
    assert load(root).for_file(root / "a.py", "").select == on


def test_selection_of_the_command_line(write: Write) -> None:
    """`--select` replaces what the file selects, `--ignore` is added; ignores of single files stay."""
    root = write({"prodready.toml": 'select = ["OBS"]\nignore = ["OBS201"]\n[per-file-ignores]\n"b.py" = ["OBS"]\n'})
    config = load(root)
    assert config.for_file(root / "a.py", "").select == {"OBS101"}
    assert config.with_overrides(select=("OBS201", "RES")).for_file(root / "a.py", "").select == {"OBS201", "RES101"}
    assert config.with_overrides(select=("OBS201", "RES")).for_file(root / "b.py", "").select == {"RES101"}
    assert config.with_overrides(ignore=("OBS101",)).for_file(root / "a.py", "").select == set()
    assert config.with_overrides().for_file(root / "a.py", "").select == {"OBS101"}
    assert Config(root).with_overrides(ignore=("OBS",)).for_file(root / "a.py", "").select == {"RES101"}


def test_wrong_selection_of_the_command_line() -> None:
    """A word that means no rule is an error on the command line, too."""
    with pytest.raises(ConfigError) as caught:
        Config().with_overrides(select=("prnt-call",), ignore=("OBS",))
    assert str(caught.value) == (
        'command line: --select: no rule, family or rule name is called "prnt-call"; did you mean "print-call"?'
    )


def test_everything_about_a_file(write: Write) -> None:
    """Each option reaches the settings of the files that it is about."""
    root = write(
        {
            "pyproject.toml": """
[project.scripts]
shop = "shop.run:main"
[tool.ruff]
line-length = 100
[tool.black]
line-length = 90
[tool.prodready]
log-functions = ["report_error"]
traceback-style = "exception"
silent-level = "error"
logger-name = "log"
logger = "structlog"
coexist = ["ruff"]
[tool.prodready.severity]
OBS = "hint"
print-call = "error"
[tool.prodready.per-file-ignores]
"legacy/" = ["OBS"]
"old.py" = ["RES"]
[tool.prodready.roles]
script = ["jobs/"]
""",
            "shop/__init__.py": "",
            "shop/legacy/__init__.py": "",
        }
    )
    config = load(root)
    settings = config.for_file(root / "shop" / "legacy" / "old.py", "")
    assert settings.role is Role.SERVICE
    assert (settings.module, settings.package) == ("shop.legacy.old", "shop.legacy")
    assert settings.select == frozenset()
    assert settings.severities == {"OBS101": Severity.ERROR, "OBS201": Severity.HINT}
    assert (settings.traceback_style, settings.silent_level) == ("exception", "error")
    assert (settings.logger_name, settings.logger_kind, settings.line_length) == ("log", "structlog", 100)
    assert settings.log_functions == {"report_error"}
    assert settings.coexist == {"ruff"}
    assert config.for_file(root / "shop" / "a.py", "").select is None
    assert config.for_file(root / "jobs" / "nightly.py", "").role is Role.SCRIPT
    assert config.role(root / "shop" / "run.py", "")[1] == "A console script of pyproject.toml starts in it."
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("pyproject", "length", "origin"),
    [
        ("", 88, "default"),
        ("[tool.black]\nline-length = 110", 110, "pyproject.toml"),
        ('[tool.ruff]\nline-length = "wide"\n[tool.black]\nline-length = 70', 70, "pyproject.toml"),
        ("[tool]\nruff = 3", 88, "default"),
    ],
)
def test_line_length_of_others(write: Write, pyproject: str, length: int, origin: str) -> None:
    """The formatter's line length counts unless ours is given; what is wrong there is not ours to judge."""
    root = write({"pyproject.toml": pyproject, "prodready.toml": ""})
    config = load(root)
    assert (config.effective()["line-length"], config.origin("line-length")) == (length, origin)
    (root / "prodready.toml").write_text("line-length = 60")
    assert (load(root).line_length, load(root).origin("line-length")) == (60, "prodready.toml")


def test_settings_are_kept(write: Write) -> None:
    """As long as nothing changes, the settings are one object; the text decides on the role."""
    config = Config(write({"app/a.py": "import click\n"}))
    path = config.root / "app" / "a.py"
    assert config.for_file(path, "") is config.for_file(path, "x = 1")
    assert config.for_file(path).role is Role.CLI
    assert config.for_file(config.root / "app" / "gone.py").role is Role.SERVICE


def test_configuration_travels_between_processes(write: Write) -> None:
    """A pickled configuration is equal, and gives the same settings, whatever it was asked before."""
    root = write(
        {"prodready.toml": 'ignore = ["RES"]\n[per-file-ignores]\n"a.py" = ["OBS101"]\n[roles]\ntest = ["t/"]\n'}
    )
    config = load(root)
    settings = config.for_file(root / "a.py", "")
    arrived = pickle.loads(pickle.dumps(config))
    assert arrived == config
    assert arrived.for_file(root / "a.py", "") == settings
    assert settings.select == {"OBS201"}


def test_effective(write: Write) -> None:
    """`effective` shows every key, given or not."""
    root = write({"prodready.toml": 'select = ["OBS"]\n[roles]\ntest = ["t/"]\n'})
    config = load(root)
    assert config.effective() == {
        "select": ["OBS"],
        "extend-select": [],
        "ignore": [],
        "exclude": [],
        "per-file-ignores": {},
        "severity": {},
        "roles": {"test": ["t/"]},
        "log-functions": [],
        "traceback-style": "exc_info",
        "silent-level": "warning",
        "logger-name": "logger",
        "logger": "auto",
        "line-length": 88,
        "coexist": [],
    }
    assert (config.origin("select"), config.origin("ignore")) == ("prodready.toml", "default")


def test_excluded(write: Write) -> None:
    """A path is excluded by a glob, or by lying in what is no source."""
    root = write(
        {
            "prodready.toml": 'exclude = ["gen/", "*_x.py"]',
            "build/a.py": "",
            "app/build/__init__.py": "",
            "env3/pyvenv.cfg": "",
        }
    )
    config = load(root)
    excluded = ("gen/a.py", "app/gen/b/a.py", "app/a_x.py", "build/a.py", "env3/lib/a.py", "app/.venv/a.py")
    for name in excluded:
        assert config.is_excluded(root / name), name
    for name in ("app/a.py", "app/build/a.py", "generated.py"):
        assert not config.is_excluded(root / name), name
    assert not config.is_excluded(root.parent / "gen" / "a.py")


def test_loader_reads_each_file_once(write: Write) -> None:
    """Files with the same configuration get the same object, also where all settings are defaults."""
    root = write({"pyproject.toml": "", "a/x.py": "", "one/prodready.toml": "", "one/b/y.py": "", "one/c/z.py": ""})
    loader = Loader()
    inner = loader.load(root / "one" / "b" / "y.py")
    assert loader.load(root / "one" / "c" / "z.py") is inner
    assert loader.load(root / "one") is inner
    outer = loader.load(root / "a" / "x.py")
    assert loader.load(root) is outer
    assert (outer.root, inner.root) == (root, root / "one")
    assert (outer, inner) == (load(root), load(root / "one"))


def test_loader_excludes_by_the_nearest_configuration(write: Write) -> None:
    """Below a directory with settings of its own, those say what is excluded."""
    root = write(
        {
            "prodready.toml": 'exclude = ["gen.py", "/data/"]',
            "gen.py": "",
            "one/prodready.toml": 'exclude = ["other.py"]',
            "one/gen.py": "",
            "one/other.py": "",
            "data/a.py": "",
            "data/prodready.toml": "",
        }
    )
    found = [path.relative_to(root).as_posix() for path in discover([root, root / "data"], Loader())]
    assert found == ["one/gen.py", "data/a.py"]


def test_a_project_without_any_sign_begins_where_somebody_works(write: Write) -> None:
    """Else the directories of its paths, such as migrations/, would say nothing about its files."""
    root = write({"shop/migrations/a.py": "", "shop/__init__.py": "", "shop/api/__init__.py": "", "shop/api/b.py": ""})
    assert load(root / "shop" / "migrations" / "a.py", root).root == root
    assert load(root / "shop" / "api" / "b.py", root / "shop" / "api").root == root / "shop" / "api"
    assert load(root / "shop" / "api" / "b.py", root.parent / "elsewhere").root == root
    assert load(root / "shop" / "migrations" / "a.py").root == root / "shop" / "migrations"
    (root / "shop" / "setup.cfg").touch()
    assert load(root / "shop" / "migrations" / "a.py", root).root == root / "shop"


def test_the_home_directory_is_no_project(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write({"one/a.py": ""})
    monkeypatch.setenv("HOME", str(root))
    assert load(root / "one" / "a.py", root).root == root / "one"
    assert load(root / "one" / "a.py", Path(root.anchor)).root == root / "one"
