"""`wheels`: the directory of wheels that the VS Code extension carries, from which it installs the server offline."""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from _dev.environment import Environment, Level, explain_pip_failure, say
from _dev.places import ROOT, shown
from _dev.problem import WRONG_CALL, Problem
from _dev.pythons import SUPPORTED

# The marketplace's names of platforms, and the tags of the wheels that run there, the more modern ones first. Missing
# are those for which a dependency has no wheels: Intel's Mac (libcst), Windows (pyyaml), Alpine (tree-sitter) on ARM.
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1")
MUSL = ("musllinux_1_2", "musllinux_1_1")
PLATFORMS = {
    "linux-x64": [f"{base}_x86_64" for base in GLIBC],
    "linux-arm64": [f"{base}_aarch64" for base in GLIBC],
    "alpine-x64": [f"{base}_x86_64" for base in MUSL],
    "darwin-arm64": [f"macosx_11_0_{arch}" for arch in ("arm64", "universal2")],
    "win32-x64": ["win_amd64"],
}
MARKER = re.compile(r"python_full_version (?P<operator>[<>=!]=?) '(?P<version>3\.\d+)(\.\*)?'")


class Pin(NamedTuple):
    """One entry of a requirements file: `name==version --hash=…`, and the marker that tells where it counts."""

    text: str
    marker: str


def command(call: argparse.Namespace) -> int:
    """Fill the directory that `call` names with the wheels for its target."""
    target, output = call.target or this_platform(), Path(call.output)
    if target not in PLATFORMS:
        raise Problem(f"no wheels of all dependencies are to be had for {target}, only for {', '.join(PLATFORMS)}")
    if output.exists() and any(output.iterdir()):
        raise Problem(f"{shown(output)} is not empty", WRONG_CALL)
    environment = Environment(ROOT).ensure(Level.RUN)
    pins = list(read_pins((ROOT / "requirements" / "server.txt").read_text(encoding="utf-8")))
    for python in SUPPORTED:
        _download(environment, [pin.text for pin in pins if counts(pin, python)], python, target, output)
    # A checkout says itself how it is built: no other build is trusted to be of this source.
    _pip(environment, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(output), str(ROOT))
    _describe(output, target)
    size = sum(wheel.stat().st_size for wheel in output.iterdir())
    say(f"{len(list(output.glob('*.whl')))} wheels for {target} in {shown(output)}, {size / 1e6:.1f} MB")
    return 0


def read_pins(text: str) -> Iterator[Pin]:
    """Yield the entries of a requirements file; raises Problem for a marker that is not about Python's version."""
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    for line in filter(None, map(str.strip, lines)):
        requirement, *hashes = line.split(" --hash=")
        name, _, marker = (part.strip() for part in requirement.partition(";"))
        if marker and not MARKER.fullmatch(marker):
            raise Problem(f"the marker of {name} is not understood: {marker}")
        yield Pin(" ".join([name, *(f"--hash={value.strip()}" for value in hashes)]), marker)


def counts(pin: Pin, python: str) -> bool:
    """Tell whether a pin is for a version of Python such as 3.12; pip would judge by the Python that it runs on."""
    found = MARKER.fullmatch(pin.marker)
    if found is None:
        return True
    here, there = (int(version.split(".")[1]) for version in (python, found["version"]))
    return {"<": here < there, ">=": here >= there, "==": here == there, "!=": here != there}[found["operator"]]


def _download(environment: Environment, pins: Iterable[str], python: str, target: str, output: Path) -> None:
    say(f"Downloading the wheels for {target}, Python {python}")
    platforms = [argument for tag in PLATFORMS[target] for argument in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as directory:
        requirements = Path(directory) / "requirements.txt"
        requirements.write_text("\n".join(pins) + "\n", encoding="utf-8")
        chosen = ["--only-binary", ":all:", "--python-version", python, "--implementation", "cp", *platforms]
        listed = ["--require-hashes", "--no-deps", "--requirement", str(requirements)]
        _pip(environment, "download", "--quiet", *chosen, *listed, "--dest", str(output))


def _pip(environment: Environment, *arguments: str) -> None:
    command = [str(environment.python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment.variables(), check=False)
    if done.returncode != 0:
        raise Problem(explain_pip_failure(done))


def _describe(output: Path, target: str) -> None:
    """Write what the extension has to know: environments made from equal wheels are equal."""
    wheels = sorted(output.glob("*.whl"))
    digest = hashlib.sha256()
    for wheel in wheels:
        digest.update(wheel.name.encode() + hashlib.sha256(wheel.read_bytes()).digest())
    (own,) = output.glob("prodready-*.whl")
    (pip,) = output.glob("pip-*.whl")
    version = own.name.split("-")[1]
    described = {
        "id": f"{version}-{digest.hexdigest()[:12]}",
        "target": target,
        "pythons": list(SUPPORTED),
        "pip": pip.name,
    }
    (output / "bundle.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")


def this_platform() -> str:
    """Name this platform as the marketplace does."""
    machine = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x64"
    system = {"win32": "win32", "darwin": "darwin"}.get(sys.platform, "linux")
    return f"alpine-{machine}" if Path("/etc/alpine-release").exists() else f"{system}-{machine}"
