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
    Suite(
        "dulwich",
        "1.2.21",
        ("dulwich",),
        ("tests",),
        ("--ignore=tests/compat",),
        differences={
            "tests/cli/test_cli.py::": "The test reads from standard output what the command now logs "
            "(OBS101 and OBS102): here, the code of its command line is taken for a service's, too.",
            "tests/test_diffstat.py::MainFunctionTests::": "The test reads from standard output what the module's "
            "own `main()` now logs (OBS101).",
        },
    ),
    Suite("eventlet", "0.41.3", ("eventlet",), ("tests",), ("-o", "python_files=*_test.py test_*.py")),
    Suite(
        "gunicorn",
        "27.0.1",
        ("gunicorn",),
        ("tests",),
        differences={
            "tests/test_debug.py::TestSpew::": "The test reads from standard output the trace that is now logged "
            "(OBS101).",
            "tests/test_http2_config.py::TestConfigValidate::": "The test reads from standard error the warning that "
            "is now logged (OBS102).",
            "tests/test_util.py::test_warn": "The test reads from standard error the warning that is now logged "
            "(OBS101).",
        },
    ),
    Suite("huey", "3.5.4", ("huey",), ("huey/tests",)),
    # Left out: what needs the clients of Azure and of Google's cloud.
    Suite(
        "kombu",
        "5.7.0",
        ("kombu",),
        ("t/unit",),
        (
            "--ignore=t/unit/transport/test_azurestoragequeues.py",
            "--ignore=t/unit/transport/test_gcpubsub.py",
        ),
    ),
    # Left out: what needs services that are not at hand, or their clients, without which it cannot be imported.
    Suite(
        "luigi",
        "3.8.1",
        ("luigi",),
        ("test",),
        (
            "--continue-on-collection-errors",
            *(
                f"--ignore=test/contrib/{service}_test.py"
                for service in (
                    *("_webhdfs", "azureblob", "beam_dataflow", "bigquery", "bigquery_gcloud", "dataproc"),
                    *("docker_runner", "dropbox", "gcs", "kubernetes", "mongo", "mysqldb", "postgres_with_server"),
                    *("redis", "s3", "sqla"),
                )
            ),
        ),
    ),
    Suite("paramiko", "5.1.0", ("paramiko",), ("tests",)),
    Suite("Pyro5", "5.17", ("Pyro5",), ("tests",)),
    Suite("python-engineio", "4.15.1", ("src/engineio",), ("tests/async", "tests/common")),
    Suite(
        "SQLAlchemy",
        "2.1.9",
        ("lib/sqlalchemy",),
        (
            *("test/base", "test/engine", "test/ext", "test/sql/test_resultset.py"),
            *("test/orm/test_session.py", "test/orm/test_session_state_change.py", "test/orm/test_transaction.py"),
            *("test/dialect/mssql/test_engine.py", "test/dialect/postgresql/test_dialect.py"),
        ),
    ),
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
    # Its own runner silences the log of requests: the tests take any other line for unexpected.
    Suite(
        "tornado",
        "6.6.1",
        ("tornado",),
        ("tornado/test",),
        ("-o", "python_files=*_test.py", "--log-disable=tornado.access"),
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
    Suite("Werkzeug", "3.1.9", ("src/werkzeug",), ("tests",)),
    Suite("ZEO", "6.2", ("src/ZEO",), ("src/ZEO/tests",)),
)
