"""`prodready check --statistics`: what every rule found and took, beside the documented output."""

from __future__ import annotations

import json

from prodready.engine.finding import Finding, Range, Severity
from prodready.report.model import FileReport, FileTimes, Report
from prodready.report.statistics import as_object, as_text, statistics
from tests.cli.conftest import Workplace

BARE = "try:\n    a()\nexcept:\n    log.exception('a failed')\n"


def finding(code: str) -> Finding:
    return Finding(code, "x", Severity.WARNING, "m", Range.of(0, 0, 0, 1))


REPORT = Report(
    [
        FileReport(
            "a.py", (finding("A1"), finding("A1")), times=FileTimes({"A1": 10_000_000, "B1": 30_000_000}, 10**8)
        ),
        FileReport("b.py", (finding("B1"),), times=FileTimes({"A1": 10_000_000}, 3 * 10**8)),
        FileReport("c.py", analysed=False),
    ]
)
NAMES = {"A1": "first", "B1": "second", "C1": "third"}


def test_rules_and_files_are_summed_up_the_slowest_first() -> None:
    assert as_object(statistics(REPORT, NAMES)) == {
        "rules": [
            {"code": "B1", "name": "second", "findings": 1, "seconds": 0.03},
            {"code": "A1", "name": "first", "findings": 2, "seconds": 0.02},
            {"code": "C1", "name": "third", "findings": 0, "seconds": 0.0},
        ],
        "slowest_files": [{"path": "b.py", "seconds": 0.3}, {"path": "a.py", "seconds": 0.1}],
        "seconds": 0.4,
    }


def test_the_sums_as_text() -> None:
    assert list(as_text(statistics(REPORT, NAMES))) == [
        "Rule            Findings      Time   Share",
        "B1      second         1    0.03 s   7.5%",
        "A1      first          2    0.02 s   5.0%",
        "C1      third          0    0.00 s   0.0%",
        "",
        "Slowest files",
        "    0.30 s  b.py",
        "    0.10 s  a.py",
        "",
    ]


def test_json_has_them_under_a_key_of_their_own(workplace: Workplace) -> None:
    workplace.write("app.py", BARE)
    plain = json.loads(workplace.run("check", "--format", "json").out)
    timed = json.loads(workplace.run("check", "--format", "json", "--statistics").out)
    sums = timed.pop("statistics")
    assert timed == plain
    assert {row["code"]: row["findings"] for row in sums["rules"]}["OBS202"] == 1
    assert [file["path"] for file in sums["slowest_files"]] == ["app.py"]
    assert sums["seconds"] > 0
    assert all(row["seconds"] >= 0 for row in sums["rules"])


def test_they_stand_between_the_findings_and_the_total(workplace: Workplace) -> None:
    workplace.write("app.py", BARE)
    lines = workplace.run("check", "--concise", "--statistics", "--select", "OBS202").out.splitlines()
    assert lines[0].startswith("app.py:3:1 OBS202")
    assert lines[1].split() == ["Rule", "Findings", "Time", "Share"]
    assert "Slowest files" in lines
    assert lines[-1].startswith("1 finding in 1 of 1 file")
