"""The programs whose own tests say whether repaired code still works."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from _dev.corpora import home
from _dev.places import ROOT


@dataclass(frozen=True)
class Suite:
    """One source distribution with the tests that it ships.

    `code` are the directories and files to repair, taken for service code whatever they look like; `tests` what pytest
    is given. Both count from the top of the distribution. `left_out` are tests that cannot hold here, with the reason;
    `differences` says for tests (or beginnings of their names) why they differ after repairs.
    """

    name: str
    version: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    options: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    differences: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"

    @property
    def home(self) -> Path:
        """Where everything of this suite lives, outside of the repository."""
        return home() / "suites" / f"{self.name}-{self.version}"

    @property
    def requirements(self) -> Path:
        """What its tests need, the distribution itself among it, pinned with hashes."""
        return ROOT / "requirements" / "suites" / f"{self.name}.txt"

    def explanation(self, test: str) -> str:
        """Return why a test differs after repairs, nothing where nobody knows."""
        return next((why for start, why in self.differences.items() if test.startswith(start)), "")


SUITES = (
    Suite("dulwich", "1.2.21", ("dulwich",), ("tests",), ("--ignore=tests/compat",)),
    Suite("gunicorn", "27.0.1", ("gunicorn",), ("tests",)),
    Suite("huey", "3.5.4", ("huey",), ("huey/tests",)),
    Suite("kombu", "5.7.0", ("kombu",), ("t/unit",)),
    Suite("luigi", "3.8.1", ("luigi",), ("test",)),
    Suite("paramiko", "5.1.0", ("paramiko",), ("tests",)),
    Suite("pyftpdlib", "2.2.0", ("pyftpdlib",), ("tests",)),
    Suite("Pyro5", "5.17", ("Pyro5",), ("tests",)),
    Suite("python-engineio", "4.15.1", ("src/engineio",), ("tests/async", "tests/common")),
    Suite(
        "supervisor",
        "4.3.0",
        ("supervisor",),
        ("supervisor/tests",),
        differences={
            "supervisor/tests/test_http_client.py::ListenerTests::test_error": "The test reads from "
            "standard error what the listener now logs (OBS102).",
        },
    ),
    # Trac names neither its test files nor their helpers as pytest expects: every file holds unittest's classes only.
    Suite(
        "Trac",
        "1.6",
        ("trac",),
        (
            *("trac/tests", "trac/admin/tests", "trac/db/tests", "trac/mimeview/tests", "trac/notification/tests"),
            *(
                "trac/prefs/tests",
                "trac/search/tests",
                "trac/ticket/tests",
                "trac/timeline/tests",
                "trac/upgrades/tests",
            ),
            *("trac/util/tests", "trac/versioncontrol/tests", "trac/web/tests", "trac/wiki/tests"),
        ),
        (
            *("-o", "python_files=*.py", "-o", "python_classes=none", "-o", "python_functions=none"),
            *("--ignore-glob=*/functional/*", "--ignore=trac/tests/_aiosmtpd.py", "--ignore=trac/tests/_smtpd.py"),
        ),
    ),
    Suite("waitress", "3.0.2", ("src/waitress",), ("tests",)),
    Suite(
        "websocket-client",
        "1.9.2",
        ("websocket",),
        ("websocket/tests",),
        differences=dict.fromkeys(
            (
                "websocket/tests/test_dispatcher.py::DispatcherTest::",
                "websocket/tests/test_socket.py::SocketTest::test_recv_",
                "websocket/tests/test_socket.py::SocketTest::test_send_",
                "websocket/tests/test_socket_bugs.py::SocketBugsTest::",
                "websocket/tests/test_ssl_edge_cases.py::SSLEdgeCasesTest::test_ssl_",
            ),
            "Its double of `selectors.DefaultSelector` cannot be entered by the `with` that RES102 and RES103 make.",
        ),
    ),
    Suite("ZEO", "6.2", ("src/ZEO",), ("src/ZEO/tests",)),
)
