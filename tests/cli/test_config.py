"""`prodready config`."""

from __future__ import annotations

import json

from tests.cli.conftest import Workplace


def test_without_a_configuration_all_settings_are_defaults(workplace: Workplace) -> None:
    done = workplace.run("config")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[:3] == ["Configuration: none, all settings are defaults", "Root:          .", ""]
    assert lines[3].split("  #") == [lines[3].split("  #")[0], " default"]
    assert lines[3].startswith('select = ["ALL"] ')


def test_a_file_has_a_role_and_a_reason(workplace: Workplace) -> None:
    workplace.write("prodready.toml", 'select = ["OBS202"]\nroles = { script = ["jobs/"] }\nexclude = ["jobs/old/"]\n')
    workplace.write("jobs/old/clean.py", "print(1)\n")
    done = workplace.run("config", "--format", "json", "jobs/old/clean.py")
    described = json.loads(done.out)
    assert described["config"] == "prodready.toml"
    assert described["root"] == "."
    reason = described["file"].pop("reason")
    assert '"jobs/"' in reason
    assert described["file"] == {
        "path": "jobs/old/clean.py",
        "role": "script",
        "module": "jobs.old.clean",
        "excluded": True,
        "rules": ["OBS202"],
    }
    assert described["settings"]["select"] == {"value": ["OBS202"], "from": "prodready.toml"}
    assert described["settings"]["logger-name"] == {"value": "logger", "from": "default"}
    text = workplace.run("config", "jobs/old/clean.py").out
    assert text.startswith(
        "Configuration: prodready.toml\n"
        "Root:          .\n"
        "File:          jobs/old/clean.py (excluded, unless it is named)\n"
        f"Role:          script. {reason}\n"
        "Module:        jobs.old.clean\n"
        "Rules:         OBS202\n"
        "\n"
        'select = ["OBS202"] '
    )
    assert '\nroles = { script = ["jobs/"] } ' in text


def test_a_wrong_configuration_exits_with_2(workplace: Workplace) -> None:
    workplace.write("prodready.toml", "select = [1]\n")
    done = workplace.run("config")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: prodready.toml:1:11: select[0]: ")
    assert done.err.endswith("  |\n1 | select = [1]\n  |           ^\n")


def test_a_path_that_does_not_exist_exits_with_2(workplace: Workplace) -> None:
    done = workplace.run("config", "nowhere.py")
    assert (done.code, done.err.splitlines()[-1]) == (2, "Error: The path 'nowhere.py' does not exist.")
