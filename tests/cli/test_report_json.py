"""The JSON that `check` prints, literally: others rely on it."""

from __future__ import annotations

from prodready.engine.finding import Finding, Fix, Range, Related, Severity
from prodready.report import as_json
from prodready.report.model import FileReport, Problem, Report

EXPECTED = """\
{
  "version": 1,
  "findings": [
    {
      "code": "OBS101",
      "name": "print-call",
      "severity": "warning",
      "path": "src/a.py",
      "range": {
        "start": {
          "line": 3,
          "column": 5
        },
        "end": {
          "line": 3,
          "column": 20
        }
      },
      "scope": "Service.post",
      "message": "“é” is printed",
      "fix": {
        "title": "Log it",
        "applicability": "unsafe"
      },
      "related": [
        {
          "path": "src/a.py",
          "range": {
            "start": {
              "line": 1,
              "column": 1
            },
            "end": {
              "line": 1,
              "column": 7
            }
          },
          "message": "the logger"
        },
        {
          "path": "src/b.py",
          "range": {
            "start": {
              "line": 2,
              "column": 1
            },
            "end": {
              "line": 2,
              "column": 2
            }
          },
          "message": "its base"
        }
      ]
    },
    {
      "code": "SYN101",
      "name": "syntax-error",
      "severity": "error",
      "path": "src/a.py",
      "range": {
        "start": {
          "line": 9,
          "column": 1
        },
        "end": {
          "line": 9,
          "column": 1
        }
      },
      "scope": "",
      "message": "invalid syntax",
      "fix": null,
      "related": []
    }
  ],
  "summary": {
    "files": 1,
    "findings": 2,
    "fixable": 1,
    "by_code": {
      "OBS101": 1,
      "SYN101": 1
    },
    "errors": [
      {
        "path": "src/data.py",
        "reason": "is binary"
      }
    ]
  }
}"""


def test_the_format_is_the_documented_one() -> None:
    related = (Related("the logger", Range.of(0, 0, 0, 6)), Related("its base", Range.of(1, 0, 1, 1), "src/b.py"))
    printed = Finding(
        "OBS101",
        "print-call",
        Severity.WARNING,
        "“é” is printed",
        Range.of(2, 4, 2, 19),
        "Service.post",
        Fix.unsafe("Log it", "the output moves"),
        related,
    )
    broken = Finding("SYN101", "syntax-error", Severity.ERROR, "invalid syntax", Range.of(8, 0, 8, 0))
    unread = FileReport("src/data.py", problems=(Problem("src/data.py", "is binary"),), analysed=False)
    report = Report([FileReport("src/a.py", (printed, broken)), unread])
    assert as_json.render(report) == EXPECTED


def test_a_run_without_findings_has_all_keys() -> None:
    assert as_json.as_object(Report([])) == {
        "version": 1,
        "findings": [],
        "summary": {"files": 0, "findings": 0, "fixable": 0, "by_code": {}, "errors": []},
    }
