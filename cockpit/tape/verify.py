"""Looks a whole tape over: is everything on it as it was written?"""

from __future__ import annotations

from pathlib import Path

import msgspec

from cockpit.model.messages import Message
from cockpit.tape.folder import segments
from cockpit.tape.layout import BadBytes
from cockpit.tape.record import KINDS
from cockpit.tape.segment import INDEX, read, read_beside, scan

MOST_SAID = 100


class Verdict(msgspec.Struct):
    """Attributes:
    segments, records, bytes: what was looked at.
    open: segments that are still written, or whose writer was killed; what is whole in them was looked at.
    count: how much is wrong; problems: the first of it, a sentence each.
    """

    segments: int = 0
    records: int = 0
    bytes: int = 0
    open: int = 0
    count: int = 0
    problems: list[Message] = []

    def say(self, problem: Message) -> None:
        self.count += 1
        if len(self.problems) < MOST_SAID:
            self.problems.append(problem)


def verify(folder: Path) -> Verdict:
    """
    Raises:
        OSError: the folder can not be read.
    """
    verdict = Verdict()
    for kind in KINDS:
        last = -1
        for segment in segments(folder, kind):
            verdict.segments += 1
            name = f"{kind}/{segment.path.name}"
            try:
                last = max(last, _segment(verdict, segment.path, kind, name, last))
            except (BadBytes, OSError) as error:
                verdict.say(Message("tape.v_damaged", {"file": name, "why": str(error)}))
    return verdict


def _segment(verdict: Verdict, path: Path, kind: str, name: str, last: int) -> int:
    """The order of its last record."""
    size = path.stat().st_size
    index = scan(path, check=True)
    verdict.bytes += index.size
    beside = read_beside(path, size)
    if beside is None and not path.with_suffix(INDEX).exists():
        verdict.open += 1
    elif index.size != size or beside is None or beside.streams != index.streams:
        raise BadBytes(f"{index.size} of {size} bytes are good")
    if index.head.kind != kind:
        raise BadBytes(f"kind {index.head.kind}")
    for record in read(path, index):
        verdict.records += 1
        if record.order <= last:
            raise BadBytes(f"record {record.order} behind {last}")
        last = record.order
    return last
