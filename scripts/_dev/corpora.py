"""The projects that nobody here wrote, on which prodready is measured: what they are, and how they get here.

They are downloaded with pip, never built, installed, imported or run, and live outside of the repository.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from _dev.archives import unpack
from _dev.environment import Environment, explain_pip_failure, say
from _dev.problem import WRONG_CALL, Problem


@dataclass(frozen=True)
class Corpus:
    """One project at one version; `kind` is the file to take: "wheel" or "sdist"."""

    name: str
    version: str
    kind: str = "wheel"

    @property
    def directory(self) -> Path:
        """Where the unpacked files are, or will be; there only when complete."""
        return home() / f"{self.name}-{self.version}"

    @property
    def is_there(self) -> bool:
        return self.directory.is_dir()


# A source distribution wants its build backend run before pip hands it out, so wheels wherever they hold the code.
# Django's is the exception: its tests are most of its lines, and its metadata is a static pyproject.toml.
CORPORA = (
    Corpus("litellm", "1.109.1"),
    Corpus("open-webui", "0.12.4"),
    Corpus("celery", "5.7.0"),
    Corpus("apache-superset", "6.1.0"),
    Corpus("Django", "5.2.19", kind="sdist"),
)


def home() -> Path:
    """Return the directory of all corpora: $PRODREADY_CORPORA, or prodready-corpora in the user's cache."""
    chosen_by_user = os.environ.get("PRODREADY_CORPORA")
    if chosen_by_user:
        return Path(chosen_by_user).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "prodready-corpora"


def chosen(names: Sequence[str]) -> list[Corpus]:
    """Return the corpora of these names, all of them for none; raises Problem for a name that is none of them."""
    known = {corpus.name.lower(): corpus for corpus in CORPORA}
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        raise Problem(f"no corpus is named {', '.join(unknown)}; there are: {', '.join(known)}", WRONG_CALL)
    return [known[name.lower()] for name in names] or list(CORPORA)


def fetch(wanted: Sequence[Corpus], environment: Environment) -> None:
    """Download and unpack what is not there yet, one after the other, with a line on each step."""
    missing = [corpus for corpus in wanted if not corpus.is_there]
    for number, corpus in enumerate(missing, start=1):
        say(f"[{number}/{len(missing)}] downloading {corpus.name} {corpus.version}")
        with tempfile.TemporaryDirectory(prefix="prodready-corpora-") as temporary:
            archive = _download(corpus, Path(temporary), environment)
            size = archive.stat().st_size / 1e6
            count = unpack(archive, corpus.directory)
        say(f"[{number}/{len(missing)}] unpacked {count} files of {archive.name} ({size:.1f} MB)")


def _download(corpus: Corpus, directory: Path, environment: Environment) -> Path:
    """Return the downloaded file. pip's own progress bar shows on a terminal."""
    form = ["--only-binary", ":all:"] if corpus.kind == "wheel" else ["--no-binary", corpus.name]
    command = [
        *(str(environment.python), "-m", "pip", "--disable-pip-version-check", "--no-input", "download"),
        # Their Python need not be ours: nothing of them is ever run.
        *("--no-deps", "--no-cache-dir", "--ignore-requires-python", "--dest", str(directory)),
        *form,
        f"{corpus.name}=={corpus.version}",
    ]
    output = None if sys.stderr.isatty() else subprocess.PIPE
    done = subprocess.run(
        command, stdout=output, stderr=subprocess.PIPE, text=True, env=environment.variables(), check=False
    )
    files = [path for path in directory.iterdir() if path.is_file()]
    if done.returncode != 0 or len(files) != 1:
        captured = subprocess.CompletedProcess(command, done.returncode, done.stdout or "", done.stderr or "")
        raise Problem(f"{corpus.name} {corpus.version} was not downloaded. {explain_pip_failure(captured)}")
    return files[0]
