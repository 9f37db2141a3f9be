"""Walks a ledger from its first decision to its last and says in sentences what is not as it must be."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Generator, Iterator
from pathlib import Path

import msgspec

from cockpit.ledger.fold import NO_CASE
from cockpit.ledger.source import Source
from cockpit.model.entries import GENESIS, CallMade, Decision, PhotoAdded, Refused, Unknown, digest, read_decision
from cockpit.model.errors import UserError
from cockpit.model.instructing import InstructionGiven
from cockpit.model.messages import Message
from cockpit.store.blobs import Blobs
from cockpit.store.ledger import Row
from cockpit.store.recordings import Sounds
from cockpit.store.texts import Standing, Texts

MOST_SAID = 50
"""Sentences; a ledger that is broken in more places is just broken."""


class Verdict(msgspec.Struct):
    """What was found.

    Attributes:
        decisions, texts, erased, photos: how many there are; `texts` counts those that were erased too.
        calls: that were noted; recordings: sounds of them, and of instructions, that are still kept.
        unknown: entries of kinds that this program does not know.
        behind: decisions that the hub's copy does not have yet.
        problems: what is wrong, a sentence each, `MOST_SAID` at most; count: how many there are.
    """

    decisions: int = 0
    texts: int = 0
    erased: int = 0
    photos: int = 0
    calls: int = 0
    recordings: int = 0
    unknown: int = 0
    behind: int = 0
    count: int = 0
    problems: list[Message] = []

    def say(self, message_id: str, **params: object) -> None:
        self.count += 1
        if len(self.problems) < MOST_SAID:
            self.problems.append(Message(message_id, params))


async def verify(
    source: Source, copy: Iterator[Row] | None, texts: Texts | None, blobs: Blobs, recordings: Sounds | None = None
) -> Verdict:
    """Checks every decision of the stream against the chain, the hub's copy, the texts and the evidence.

    Args:
        copy: the decisions that the hub's copy has (see `rows_of_copy`); None: there is no copy.
        recordings: of calls; one that is not there any more was kept as long as it had to be.

    Raises:
        OutsideError: the stream can not be read at all.
    """
    verdict = Verdict()
    walk = _Walk(verdict, copy, texts, blobs, recordings)
    ends = await source.stream.ends()
    if ends.first > 1:
        verdict.say("ledger.v_missing", first=1, last=ends.first - 1)
    after = max(ends.first - 1, 0)
    walk.seq = after
    while after < ends.last:
        piece = await source.stream.piece(after)
        for seq, data in piece:
            walk.take(seq, data)
        if not piece:
            break
        after = piece[-1][0]
    if after < ends.last:
        verdict.say("ledger.v_missing", first=after + 1, last=ends.last)
    walk.end(ends.last, source.live)
    return verdict


class _Walk:
    """Takes the messages of the stream one by one."""

    def __init__(
        self,
        verdict: Verdict,
        copy: Iterator[Row] | None,
        texts: Texts | None,
        blobs: Blobs,
        recordings: Sounds | None,
    ) -> None:
        self.seq = 0
        self._verdict = verdict
        self._copied = copy if copy is not None else iter(())
        self._copied_to = 0
        self._ahead: Row | None = None
        self._texts = texts
        self._blobs = blobs
        self._recordings = recordings
        self._head = GENESIS
        self._hub = ""
        self._causes: set[str] = set()
        self._revisions: dict[str, int] = {}
        self._photos: set[str] = set()

    def take(self, seq: int, data: bytes) -> None:
        """The next message; what lies between it and the last one is missing."""
        verdict = self._verdict
        verdict.decisions += 1
        if seq != self.seq + 1:
            verdict.say("ledger.v_missing", first=self.seq + 1, last=seq - 1)
        whole = seq == self.seq + 1
        before, self.seq, self._head = self._head, seq, digest(data)
        self._compare(seq, data)
        try:
            decision = read_decision(data)
            entries = decision.said()
        except msgspec.MsgspecError:
            verdict.say("ledger.v_unreadable", seq=seq)
            return
        if decision.seq != seq or (whole and decision.prev != before):
            verdict.say("ledger.v_unlinked", seq=seq)
        self._once(decision)
        self._hub = self._hub or decision.hub
        if decision.hub != self._hub:
            verdict.say("ledger.v_other_hub", seq=seq)
        refused = any(isinstance(entry, Refused) for entry in entries)
        self._revision(decision, 0 if refused else 1)
        self._words(decision)
        for entry in entries:
            if isinstance(entry, PhotoAdded):
                self._photo(seq, entry.photo.sha256)
            if isinstance(entry, CallMade):
                self._call(seq, entry)
            if isinstance(entry, InstructionGiven) and entry.voice:
                self._sound(seq, entry.voice)
            verdict.unknown += isinstance(entry, Unknown)

    def end(self, last: int, live: bool) -> None:
        """The stream is over: what the copy still has is more than there is."""
        self._verdict.behind = max(last - self._copied_to, 0)
        further = self._ahead or self._next()
        if further is not None and not live:  # a live one may have gone on meanwhile
            self._verdict.say("ledger.v_copy_longer", first=further[0])

    def _compare(self, seq: int, data: bytes) -> None:
        row = self._ahead or self._next()
        while row is not None and row[0] < seq:
            row = self._next()
        self._ahead = row if row is not None and row[0] > seq else None
        if row is not None and row[0] == seq:
            self._copied_to = seq
            if row[1] != data:
                self._verdict.say("ledger.v_copy_differs", seq=seq)

    def _next(self) -> Row | None:
        try:
            return next(self._copied, None)
        except sqlite3.Error as error:
            self._verdict.say("ledger.v_copy_unreadable", why=str(error))
            self._copied = iter(())
            return None

    def _once(self, decision: Decision) -> None:
        if decision.cause in self._causes:
            self._verdict.say("ledger.v_twice", seq=decision.seq, cause=decision.cause)
        self._causes.add(decision.cause)

    def _revision(self, decision: Decision, step: int) -> None:
        if decision.case == NO_CASE:
            return
        awaited = self._revisions.get(decision.case, 0) + step
        if decision.revision != awaited:
            self._verdict.say("ledger.v_revision", seq=decision.seq, found=decision.revision, awaited=awaited)
        self._revisions[decision.case] = decision.revision

    def _words(self, decision: Decision) -> None:
        for ref in decision.texts.values():
            self._verdict.texts += 1
            standing = self._texts.standing(ref) if self._texts is not None else Standing.MISSING
            if standing is Standing.ERASED:
                self._verdict.erased += 1
            elif standing is Standing.MISSING:
                self._verdict.say("ledger.v_text_missing", seq=decision.seq, id=ref.id)
            elif standing is Standing.CHANGED:
                self._verdict.say("ledger.v_text_changed", seq=decision.seq, id=ref.id)

    def _photo(self, seq: int, sha: str) -> None:
        if sha in self._photos:
            return
        self._photos.add(sha)
        self._verdict.photos += 1
        try:
            if _sha_of(self._blobs.path(sha)) != sha:
                self._verdict.say("ledger.v_photo_changed", seq=seq, sha=sha)
        except (OSError, UserError):
            self._verdict.say("ledger.v_photo_missing", seq=seq, sha=sha)

    def _call(self, seq: int, call: CallMade) -> None:
        self._verdict.calls += 1
        if call.recording is not None:
            self._sound(seq, call.recording.sha256)

    def _sound(self, seq: int, sha: str) -> None:
        if self._recordings is None or sha in self._photos:
            return
        self._photos.add(sha)
        with contextlib.suppress(OSError, UserError):
            found = _sha_of(self._recordings.path(sha))
            self._verdict.recordings += 1
            if found != sha:
                self._verdict.say("ledger.v_recording_changed", seq=seq, sha=sha)


def rows_of_copy(path: Path) -> Generator[Row, None, None]:
    """Decisions in the file of a copy, in order, read only: a hub may be writing it.

    Raises:
        sqlite3.Error: while it is read: it can not be.
    """
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        for seq, data in db.execute("SELECT seq, data FROM decision ORDER BY seq"):
            yield int(seq), data if isinstance(data, bytes) else str(data).encode()


def _sha_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
