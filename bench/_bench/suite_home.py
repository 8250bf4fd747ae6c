"""What a suite needs before it runs: the source distribution, an environment of its own, and a copy to repair."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from _bench.projects import top
from _bench.suite_list import Suite
from _dev.archives import anything, unpack
from _dev.environment import FOREIGN_VARIABLES, base_python, explain_pip_failure, say
from _dev.problem import Problem

CONFIGURATION = "prodready.toml"


class SuiteHome:
    """The places of one suite in the cache, made when they are asked for."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.python = suite.home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"

    @property
    def work(self) -> Path:
        """The copy that is repaired and tested; always the same place, so that no path differs between two runs."""
        return self.suite.home / "work"

    def ensure(self) -> None:
        """Download, unpack and install what is not there yet; raises Problem when it is not to be had."""
        if not self._original.is_dir():
            say(f"{self.suite.title}: downloading")
            self._download()
        if self._stamp() != self._installed():
            say(f"{self.suite.title}: making its environment")
            self._install()

    def copy_afresh(self) -> Path:
        """Put an unchanged copy in `work`, with a configuration that takes the code for a service's; returns it."""
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(top(self._original), self.work)
        (self.work / CONFIGURATION).write_text(self._configuration(), encoding="utf-8")
        return self.work

    def original(self, path: str) -> str:
        """Return the text of a file as it was published."""
        return (top(self._original) / path).read_bytes().decode("utf-8", "surrogateescape")

    @property
    def _original(self) -> Path:
        return self.suite.home / "original"

    def _configuration(self) -> str:
        globs = ", ".join(f'"{path}"' for path in self.suite.code)
        return f'select = ["ALL"]\nexclude = ["test/", "tests/"]\n\n[roles]\nservice = [{globs}]\n'

    def _download(self) -> None:
        with tempfile.TemporaryDirectory(prefix="prodready-suites-") as temporary:
            directory = Path(temporary)
            wanted = directory / "wanted.txt"
            wanted.write_text(_pin_of(self.suite), encoding="utf-8")
            chosen = ["--no-deps", "--no-binary", self.suite.name, "--require-hashes", "--requirement", str(wanted)]
            _pip(Path(base_python()), "download", *chosen, "--dest", str(directory / "got"))
            (archive,) = (directory / "got").iterdir()
            unpack(archive, self._original, anything)

    def _install(self) -> None:
        environment = self.suite.home / "venv"
        shutil.rmtree(environment, ignore_errors=True)
        subprocess.run([base_python(), "-m", "venv", str(environment)], check=True, env=plain_variables())
        _pip(self.python, "install", "--require-hashes", "--requirement", str(self.suite.requirements))
        (environment / "installed").write_text(self._stamp(), encoding="utf-8")

    def _installed(self) -> str:
        stamp = self.suite.home / "venv" / "installed"
        return stamp.read_text(encoding="utf-8") if stamp.is_file() else ""

    def _stamp(self) -> str:
        return hashlib.sha256(self.suite.requirements.read_bytes()).hexdigest()


def plain_variables() -> dict[str, str]:
    """Return the environment variables of this process without those that lead Python astray."""
    return {name: value for name, value in os.environ.items() if name not in (*FOREIGN_VARIABLES, "VIRTUAL_ENV")}


def _pin_of(suite: Suite) -> str:
    """Return the lines of the requirements that pin the distribution itself; its hashes cover the source, too."""
    pattern = rf"^{re.escape(suite.name)}==.*(?:\n[ ]+--hash=.*)+"
    found = re.search(pattern, suite.requirements.read_text(encoding="utf-8"), re.MULTILINE | re.IGNORECASE)
    if found is None or not found.group().partition("==")[2].startswith(suite.version):
        raise Problem(f"{suite.requirements.name} does not pin {suite.name}=={suite.version}")
    return found.group() + "\n"


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=plain_variables(), check=False)
    if done.returncode != 0:
        raise Problem(explain_pip_failure(done))
