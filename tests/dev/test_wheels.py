"""The wheels of the VS Code extension: which pins count for which Python, and that they are the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from _dev import commands, wheels
from _dev.places import ROOT
from _dev.problem import Problem
from _dev.pythons import SUPPORTED
from _dev.wheels import Pin, counts, read_pins


def pins_of(name: str) -> list[Pin]:
    return list(read_pins((ROOT / "requirements" / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("", SUPPORTED),
        ("python_full_version < '3.11'", ("3.10",)),
        ("python_full_version >= '3.13'", ("3.13", "3.14")),
        ("python_full_version == '3.13.*'", ("3.13",)),
        ("python_full_version != '3.13.*'", ("3.10", "3.11", "3.12", "3.14")),
    ],
)
def test_a_pin_counts_for_the_pythons_that_its_marker_names(marker: str, expected: tuple[str, ...]) -> None:
    (pin,) = read_pins(f"# a comment\na==1 {';' if marker else ''} {marker} \\\n    --hash=sha256:00\n")
    assert pin.text == "a==1 --hash=sha256:00"
    assert tuple(python for python in SUPPORTED if counts(pin, python)) == expected


def test_a_marker_that_is_not_understood_is_refused() -> None:
    with pytest.raises(Problem, match="the marker of a==1"):
        list(read_pins("a==1 ; sys_platform == 'win32' --hash=sha256:00\n"))


def test_the_extension_carries_what_run_installs_but_the_build_tool_and_pip() -> None:
    server, run = set(pins_of("server.txt")), set(pins_of("run.txt"))
    assert {pin.text.split("==")[0] for pin in server - run} == {"pip"}
    assert "hatchling" in {pin.text.split("==")[0] for pin in run - server}


@pytest.mark.parametrize("python", SUPPORTED)
def test_no_package_is_pinned_twice_for_one_python(python: str) -> None:
    names = [pin.text.split("==")[0] for pin in pins_of("server.txt") if counts(pin, python)]
    assert len(names) == len(set(names))


def test_a_platform_without_wheels_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wheels, "this_platform", lambda: "darwin-x64")
    assert commands.main(["wheels", "--output", str(tmp_path / "new")]) == 3
    assert "for darwin-x64, only for linux-x64, " in capsys.readouterr().err


def test_a_directory_that_is_in_use_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").touch()
    assert commands.main(["wheels", "--target", "linux-x64", "--output", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
