"""The audit, with services of our own on this machine that speak as those on the network do."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from _dev.audit import Outcome, exit_code, npm_packages, python_packages
from _dev.places import ROOT
from _dev.problem import CANNOT, FAILED

PINS = "click==8.5.1 --hash=sha256:" + "0" * 64 + "\nrich==15.0.0 --hash=sha256:" + "1" * 64 + "\n"
LOCK = {
    "name": "extension",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "extension", "version": "1.0.0", "devDependencies": {"esbuild": "0.1.0"}},
        "node_modules/esbuild": {"version": "0.1.0", "dev": True},
    },
}
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")


class Service(ThreadingHTTPServer):
    """Answers as api.osv.dev and as npm's registry do. `vulnerable` names the packages with an advisory."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.vulnerable: set[str] = set()
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        """Refuse connections from now on: while the loop still waits on its socket, they would be accepted and cut."""
        self.shutdown()
        self.server_close()

    def osv(self, question: dict[str, Any]) -> dict[str, Any]:
        name, version = question["package"]["name"], question["version"]
        self.asked.append(name)
        if name not in self.vulnerable:
            return {}
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}]
        affected = [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges, "versions": [version]}]
        advisory = {"id": "PYSEC-1", "summary": "bad", "modified": "2026-01-01T00:00:00Z", "affected": affected}
        return {"vulns": [advisory]}

    def npm(self, question: dict[str, Any]) -> dict[str, Any]:
        self.asked.extend(question)
        advisory = {"id": 1, "url": "https://example.org/1", "title": "a hole", "severity": "high"}
        return {name: [{**advisory, "vulnerable_versions": "<9"}] for name in question if name in self.vulnerable}


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self._body()
        question = json.loads(gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
        answer = self.server.osv(question) if self.path == "/v1/query" else self.server.npm(question)
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> bytes:
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the standard library
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        thread = Thread(target=service.serve_forever)
        thread.start()
        yield service
        service.shutdown()
        thread.join()


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    path = tmp_path / "pins.txt"
    path.write_text(PINS)
    return path


def asked_about(pins: Path, url: str) -> Outcome:
    return python_packages(Path(sys.executable), [pins], f"{url}/v1/query", os.environ)


def asked_npm(directory: Path, url: str) -> Outcome:
    (directory / "package.json").write_text(json.dumps(LOCK["packages"][""]))  # type: ignore[index]
    (directory / "package-lock.json").write_text(json.dumps(LOCK))
    variables = {**os.environ, "npm_config_registry": url, "npm_config_cache": str(directory / "cache")}
    return npm_packages(directory, variables)


def test_python_packages_without_advisories_pass(service: Service, pins: Path) -> None:
    outcome = asked_about(pins, service.url)

    assert sorted(service.asked) == ["click", "rich"]
    assert list(outcome.lines()) == ["Python packages of requirements/: 2 audited, no known vulnerability"]
    assert exit_code([outcome], strict=True) == 0


def test_an_advisory_on_a_python_package_fails(service: Service, pins: Path) -> None:
    service.vulnerable.add("click")
    outcome = asked_about(pins, service.url)

    assert list(outcome.lines()) == ["VULNERABLE: click 8.5.1: PYSEC-1, mended in 9.9"]
    assert exit_code([outcome], strict=False) == FAILED


def test_python_packages_that_nobody_could_be_asked_about_are_not_called_safe(service: Service, pins: Path) -> None:
    url = service.url
    service.stop()
    (line,) = asked_about(pins, url).lines()

    assert line.startswith(f"NOT AUDITED: Python packages of requirements/: {url}/v1/query gave no answer (")
    assert "refused" in line


@needs_npm
def test_npm_packages_without_advisories_pass(service: Service, tmp_path: Path) -> None:
    outcome = asked_npm(tmp_path, service.url)

    assert service.asked == ["esbuild"]
    assert list(outcome.lines()) == ["npm packages of package-lock.json: 1 audited, no known vulnerability"]


@needs_npm
def test_an_advisory_on_an_npm_package_fails(service: Service, tmp_path: Path) -> None:
    service.vulnerable.add("esbuild")
    outcome = asked_npm(tmp_path, service.url)

    assert list(outcome.lines()) == ["VULNERABLE: esbuild: a hole (high)"]
    assert exit_code([outcome], strict=False) == FAILED


@needs_npm
def test_npm_packages_that_nobody_could_be_asked_about_are_not_called_safe(service: Service, tmp_path: Path) -> None:
    url = service.url
    service.stop()
    (line,) = asked_npm(tmp_path, url).lines()

    assert line.startswith("NOT AUDITED: npm packages of package-lock.json: the registry gave no answer (")


def test_a_machine_without_npm_says_so() -> None:
    outcome = npm_packages(ROOT, {"PATH": ""})

    assert outcome.reason == "there is no npm on the PATH; install Node.js"


def test_what_was_not_audited_fails_only_where_it_is_to() -> None:
    outcomes = [Outcome("a", 3), Outcome("b", reason="nobody answers")]

    assert exit_code(outcomes, strict=False) == 0
    assert exit_code(outcomes, strict=True) == CANNOT
    assert exit_code([*outcomes, Outcome("c", 1, ("c 1: X",))], strict=True) == FAILED
