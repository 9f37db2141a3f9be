"""What came of a file, in sentences: for the screen and for the command line."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.geo.imports.model import LEFT_OUT, MENDED, NOTES, Bad, Report
from cockpit.model.messages import Message


def sentences(report: Report) -> Iterator[Message]:
    """How many were read, what was mended, what was left out and why; the most frequent first."""
    left = sum(report.left_out.values())
    yield Message("imports.read", {"read": report.read, "total": report.total, "left": left})
    for group, counts in (("left", report.left_out), ("mended", report.mended), ("note", report.notes)):
        known = {"left": LEFT_OUT, "mended": MENDED, "note": NOTES}[group]
        for reason, n in sorted(counts.items(), key=lambda one: -one[1]):
            if reason in known:
                yield Message(f"imports.{group}_{reason}", {"n": n})


def bad_places(report: Report) -> Iterator[Message]:
    """The first bad places, one by one."""
    for bad in report.bad:
        yield bad_place(bad, report.lines)


def bad_place(bad: Bad, lines: bool) -> Message:
    """第 12 行：坐标不是数字."""
    where = "imports.at_line" if lines else "imports.at_feature"
    return Message(where, {"number": bad.number, "why": Message(f"imports.why_{bad.reason}", {})})
