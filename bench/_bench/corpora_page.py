"""docs/corpora.md: what prodready finds in code that nobody here wrote, and what its repairs are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from _bench.examine import CHECKS
from _bench.outcome import ProjectOutcome, tally
from _bench.tables import number, plain, share, table
from prodready.rules import all_rules

INTRO = """\
<!-- Written by scripts/dev.py bench corpora. -->

# On code that nobody here wrote

`python3 scripts/dev.py corpora` downloads the projects below, `python3 scripts/dev.py bench corpora` analyses every
file of them with every rule, and tries every repair on copies in memory. Nothing of the projects is imported or run.
"""
REPAIRS = """\
Each repair that is offered for a finding is applied alone. The text after it is parsed with `ast` and analysed from
nothing, without the code that planned it, and must pass these checks:

- *parses*: CPython takes it.
- *removes*: there is one finding less that says the same.
- *stable*: the place where the finding was has none of the same rule, so the same repair is not offered again.
- *adds none*: no finding of any rule is new.
- *keeps*: no comment is lost, and no line end is of another kind than the file's own.
"""
TOGETHER = """\
All repairs of a file applied one after the other, first the safe ones only, then all. *Stable* means here that the
edits lead to the text that the single steps led to, and that a second round changes nothing.
"""
PROMISES = """\
Findings that say they can be repaired, but cannot, with the reason. A promise that is not kept is a defect of the rule.
"""
UNREAD = "Files that could not be read, or do not parse:"


def page(outcomes: Sequence[ProjectOutcome]) -> str:
    """Return the page."""
    parts = [
        INTRO,
        _projects(outcomes),
        _crashes(outcomes),
        "## Findings\n",
        _findings(outcomes),
        "## Repairs, each alone\n",
        REPAIRS,
        _alone_by_project(outcomes),
        _alone_by_rule(outcomes),
        "## Repairs, all together\n",
        TOGETHER,
        _together(outcomes),
        _names(outcomes),
        "## Promises\n",
        PROMISES,
        _promises(outcomes),
        "## Files that were left out\n",
        _unread(outcomes),
    ]
    return "\n".join(part for part in parts if part)


def _projects(outcomes: Sequence[ProjectOutcome]) -> str:
    head = ["Project", "Version", "Files", "Lines", "Seconds", "Findings", "Crashes", "Not read", "Do not parse"]
    rows: list[Sequence[object]] = [
        [
            outcome.project.name,
            outcome.project.version,
            len(outcome.files),
            outcome.lines,
            f"{outcome.seconds:.1f}",
            outcome.by_code.total(),
            len(outcome.crashes),
            sum(bool(file.unread) for file in outcome.files),
            sum(bool(file.broken) for file in outcome.files),
        ]
        for outcome in outcomes
    ]
    return table(head, rows, text_columns=2) + "\nSeconds are processor time of one core, with every rule on.\n"


def _crashes(outcomes: Sequence[ProjectOutcome]) -> str:
    listed = [f"- {o.project.title}: {plain(crash)}" for o in outcomes for crash in o.crashes]
    listed += [
        f"- {o.project.title}: {file.path}: the findings of an editor are others than those of the command line"
        for o in outcomes
        for file in o.files
        if file.live_differs
    ]
    return "\n".join([*listed, ""]) if listed else ""


def _findings(outcomes: Sequence[ProjectOutcome]) -> str:
    head = ["Rule", "Name", *(outcome.project.name for outcome in outcomes), "All"]
    counts = [outcome.by_code for outcome in outcomes]
    rows: list[Sequence[object]] = [
        [rule.code, rule.name, *(count[rule.code] for count in counts), sum(count[rule.code] for count in counts)]
        for rule in all_rules()
    ]
    return table(head, rows, text_columns=2)


def _alone_by_project(outcomes: Sequence[ProjectOutcome]) -> str:
    rows = [[o.project.name, len(o.alone), *_shares(tally(o.alone), len(o.alone))] for o in outcomes]
    return table(["Project", "Repairs", *CHECKS], rows)


def _alone_by_rule(outcomes: Sequence[ProjectOutcome]) -> str:
    trials = [trial for outcome in outcomes for trial in outcome.alone]
    rows: list[Sequence[object]] = []
    for code in sorted({trial.code for trial in trials}):
        own = [trial for trial in trials if trial.code == code]
        rows.append([code, len(own), sum(trial.is_safe for trial in own), *_shares(tally(own), len(own))])
    rows.append(["All", len(trials), sum(t.is_safe for t in trials), *_shares(tally(trials), len(trials))])
    return table(["Rule", "Repairs", "safe", *CHECKS], rows)


def _together(outcomes: Sequence[ProjectOutcome]) -> str:
    rows: list[Sequence[object]] = []
    for unsafe in (False, True):
        for outcome in outcomes:
            files = outcome.together(unsafe=unsafe)
            applied, refused = sum(f.applied for f in files), sum(f.refused for f in files)
            kind = "all" if unsafe else "safe"
            rows.append([outcome.project.name, kind, len(files), applied, refused, *_shares(tally(files), len(files))])
    return table(["Project", "Repairs", "Files", "Applied", "Not possible", *CHECKS], rows, text_columns=2)


def _names(outcomes: Sequence[ProjectOutcome]) -> str:
    listed = [f"- {outcome.project.name}: {plain(worse)}" for outcome in outcomes for worse in outcome.worse_names]
    count = f"{number(len(listed))} new" if listed else "no new"
    said = f"`ruff check --select E9,F` (undefined names, unused imports) has {count} complaints after all repairs.\n"
    return "\n".join([said, *listed, ""] if listed else [said])


def _promises(outcomes: Sequence[ProjectOutcome]) -> str:
    promises = [p for outcome in outcomes for file in outcome.trials for p in file.broken_promises]
    if not promises:
        return "None.\n"
    counted = Counter((promise.code, plain(promise.reason)) for promise in promises)
    rows = [[code, reason, count] for (code, reason), count in sorted(counted.items())]
    return table(["Rule", "Reason", "Findings"], rows, text_columns=2)


def _unread(outcomes: Sequence[ProjectOutcome]) -> str:
    rows = [
        [outcome.project.name, plain(file.path), plain(file.unread or file.broken)]
        for outcome in outcomes
        for file in outcome.files
        if file.unread or file.broken
    ]
    if not rows:
        return "None.\n"
    return f"{UNREAD}\n\n{table(['Project', 'File', 'Reason'], rows, text_columns=3)}"


def _shares(passed: Iterable[int], whole: int) -> list[str]:
    return [share(count, whole) for count in passed]
