"""The VS Code manifest: its settings are the server's, with the same defaults, and its parts fit together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from _dev.manifest import OWN, with_settings
from _dev.places import ROOT
from prodready.cli.commands.server import command as server_command
from prodready.lsp.editor_settings import RUN, parsed, setting_of
from prodready.lsp.logs import LEVELS
from prodready.project.options import OPTIONS, Options, field_of


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def settings(manifest: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = manifest["contributes"]["configuration"]["properties"]
    return properties


def test_settings_of_options_that_are_gone_go_and_the_extensions_own_stay() -> None:
    before = {"prodready.run": {"default": "onType"}, "prodready.gone": {}, "prodready.select": {}}
    text = with_settings(json.dumps({"contributes": {"configuration": {"properties": before}}}))

    after = json.loads(text)["contributes"]["configuration"]["properties"]

    assert list(after) == ["prodready.run", *(f"prodready.{setting_of(option.key)}" for option in OPTIONS)]
    assert after["prodready.run"] == {"default": "onType"}


def test_the_settings_are_current() -> None:
    text = (ROOT / "package.json").read_text(encoding="utf-8")
    assert text == with_settings(text), "`python3 scripts/dev.py generate` writes them again"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_the_default_of_a_setting_is_the_servers(option: Any, settings: dict[str, Any]) -> None:
    setting = settings[f"prodready.{setting_of(option.key)}"]
    values, problems = parsed({setting_of(option.key): setting["default"]})
    assert problems == []
    for key, value in values.options.items():
        assert Options(**{field_of(key): option.kind.normal(value)}) == Options()


def test_what_the_extension_sets_besides_has_the_servers_defaults_too(settings: dict[str, Any]) -> None:
    assert settings["prodready.run"]["enum"] == list(RUN)
    assert settings["prodready.run"]["default"] == RUN[0]
    (level,) = [parameter for parameter in server_command.params if parameter.name == "log_level"]
    assert settings["prodready.logLevel"]["enum"] == list(LEVELS)
    assert settings["prodready.logLevel"]["default"] == level.default


def test_every_setting_says_what_it_does(settings: dict[str, Any]) -> None:
    for name, setting in settings.items():
        assert setting.get("description") or setting.get("markdownDescription"), name
        assert "default" in setting, name
        assert "scope" in setting, name


def test_a_workspace_that_is_not_trusted_cannot_choose_what_runs(
    manifest: dict[str, Any], settings: dict[str, Any]
) -> None:
    limits = manifest["capabilities"]["untrustedWorkspaces"]
    chooses = {f"prodready.{name}" for name in OWN - {"run", "logLevel", "trace"}}
    assert limits["supported"] == "limited"
    assert set(limits["restrictedConfigurations"]) == chooses
    assert {settings[name]["scope"] for name in chooses} == {"machine-overridable"}


def test_the_walkthrough_has_three_steps_whose_commands_and_pictures_are_there(manifest: dict[str, Any]) -> None:
    (walkthrough,) = manifest["contributes"]["walkthroughs"]
    commands = {command["command"] for command in manifest["contributes"]["commands"]}
    assert len(walkthrough["steps"]) == 3
    for step in walkthrough["steps"]:
        assert (ROOT / step["media"]["markdown"]).is_file()
        for event in step["completionEvents"]:
            kind, _, name = event.partition(":")
            assert kind == "onCommand"  # VS Code ignores kinds that it does not know, and the step is never done
            assert name in commands or name.startswith("workbench.action.")


def test_every_command_is_implemented(manifest: dict[str, Any]) -> None:
    source = (ROOT / "client-vscode" / "src" / "commands.ts").read_text(encoding="utf-8")
    for command in manifest["contributes"]["commands"]:
        assert f"    {command['command'].removeprefix('prodready.')}: (" in source


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []


def test_what_the_manifest_names_is_packed(manifest: dict[str, Any]) -> None:
    packed = (ROOT / ".vscodeignore").read_text(encoding="utf-8").splitlines()
    assert f"!{manifest['icon']}" in packed
    assert f"!{Path(manifest['main']).as_posix()}" in packed
