"""`dev.py audit`: does anybody know of a vulnerability in what is pinned? Where nobody can be asked, that is said."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _dev.environment import Environment, Level
from _dev.places import ROOT
from _dev.problem import CANNOT, FAILED

OSV = "https://api.osv.dev/v1/query"
"""The database of the Open Source Vulnerabilities project, which has PyPI's own advisories too."""


@dataclass(frozen=True)
class Outcome:
    """What came of one audit: of `what`, the `number` of packages that were asked about, and the advisories found.

    `reason` says why the packages, or some of them, could not be audited; empty when all were.
    """

    what: str
    number: int = 0
    advisories: tuple[str, ...] = ()
    reason: str = ""

    def lines(self) -> Iterator[str]:
        """Yield what to say of it."""
        if self.reason:
            yield f"NOT AUDITED: {self.what}: {self.reason}"
        for advisory in self.advisories:
            yield f"VULNERABLE: {advisory}"
        if not self.reason and not self.advisories:
            yield f"{self.what}: {self.number} audited, no known vulnerability"


def command(call: argparse.Namespace) -> int:
    """Audit the Python and the npm packages; returns the exit code."""
    environment = Environment(ROOT).ensure(Level.DEV)
    files = sorted((ROOT / "requirements").glob("*.txt"))
    outcomes = [
        python_packages(environment.python, files, call.osv_url, environment.variables()),
        npm_packages(ROOT, os.environ),
    ]
    for outcome in outcomes:
        print("\n".join(outcome.lines()), flush=True)
    return exit_code(outcomes, strict=call.strict)


def exit_code(outcomes: Sequence[Outcome], *, strict: bool) -> int:
    """Return FAILED for any advisory, and CANNOT where something was not audited and that is not to pass."""
    if any(outcome.advisories for outcome in outcomes):
        return FAILED
    return CANNOT if strict and any(outcome.reason for outcome in outcomes) else 0


def python_packages(python: Path, files: Sequence[Path], url: str, variables: Mapping[str, str]) -> Outcome:
    """Ask a service that speaks OSV's protocol at `url` about what files of pins install on this Python and system."""
    what = "Python packages of requirements/"
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json", "--timeout", "30"]
    named = [part for file in files for part in ("--requirement", str(file))]
    service = ["--vulnerability-service", "osv", "--osv-url", url]
    full = [str(python), "-m", "pip_audit", *service, *options, *named]
    done = subprocess.run(full, capture_output=True, text=True, env=dict(variables), check=False)
    report = _json(done.stdout)
    if "dependencies" not in report:
        return Outcome(what, reason=f"{url} gave no answer ({_last_line(done.stderr)})")
    packages = {(each["name"], each.get("version", "")): each for each in report["dependencies"]}
    skipped = [name for (name, _), each in packages.items() if "skip_reason" in each]
    found = tuple(
        f"{name} {version}: {each['id']}, mended in {', '.join(each['fix_versions']) or 'no version yet'}"
        for (name, version), package in packages.items()
        for each in package.get("vulns", ())
    )
    reason = f"pip-audit left out {', '.join(skipped)}" if skipped else ""
    return Outcome(what, len(packages) - len(skipped), found, reason)


def npm_packages(directory: Path, variables: Mapping[str, str]) -> Outcome:
    """Ask npm's registry about what the package-lock.json in a directory pins."""
    what = "npm packages of package-lock.json"
    npm = shutil.which("npm", path=variables.get("PATH"))
    if npm is None:
        return Outcome(what, reason="there is no npm on the PATH; install Node.js")
    full = [npm, "audit", "--json", "--package-lock-only", "--fetch-retries=0", "--fetch-timeout=30000"]
    done = subprocess.run(full, capture_output=True, text=True, cwd=directory, env=dict(variables), check=False)
    report = _json(done.stdout)
    if "vulnerabilities" not in report:
        said = report.get("message") or _last_line(done.stderr)
        return Outcome(what, reason=f"the registry gave no answer ({said})")
    found = tuple(
        f"{name}: {_titles(each)} ({each.get('severity')})" for name, each in report["vulnerabilities"].items()
    )
    return Outcome(what, report["metadata"]["dependencies"]["total"], found)


def _titles(vulnerability: Mapping[str, Any]) -> str:
    """Return what is wrong with an npm package: titles of advisories, and packages that it has them from."""
    via = (each["title"] if isinstance(each, dict) else f"through {each}" for each in vulnerability.get("via", ()))
    return "; ".join(dict.fromkeys(via))


def _json(text: str) -> dict[str, Any]:
    try:
        report = json.loads(text)
    except ValueError:  # it was cut short, or is an error in words
        return {}
    return report if isinstance(report, dict) else {}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "and no reason"
