"""The hub's ledger: takes commands and facts, decides one after the other, appends, answers. No two decide at once.

What is decided is on disk in the stream before anyone is told. The hub's own copy follows it; at each start the two are
compared, and a stream that is shorter than the copy, or another one, is not written to.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from cockpit.bus import asks
from cockpit.ledger.chain import BrokenChain
from cockpit.ledger.decide import Decided, decide, record, refusal, sweep
from cockpit.ledger.files import Files, Stopped, open_files
from cockpit.ledger.fold import State
from cockpit.ledger.incoming import command_of, fact_of, id_of
from cockpit.ledger.stream import Overtaken, Stream, Unsure
from cockpit.model.clock import CityClock
from cockpit.model.entries import (
    MAX_DECISION,
    Actor,
    Command,
    Decision,
    Fact,
    Receipt,
    Refused,
    TextRef,
    digest,
    encode,
    raw_entry,
    read_decision,
)
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.loop import LoopRules
from cockpit.model.messages import Message
from cockpit.model.ports.units import Units
from cockpit.store.ledger import LedgerCopy, Row
from cockpit.store.texts import Reused

log = logging.getLogger(__name__)

LEAST_FREE = 8_000_000
"""Bytes that must be free: a stream whose disk is quite full takes no more until its server is started again."""
PIECE = 500_000
"""Bytes of one answer."""
MOST_TEXTS = 2_000


class Book:
    """The ledger of one hub.

    Attributes:
        folder: where its copy, its texts and its stream lie.
        state: what was decided so far, folded.
        problem: why nothing is decided now; None while all is well.
        stopped: whether `problem` stays until a person has looked.
    """

    def __init__(
        self,
        folder: Path,
        identity: Path,
        rules: LoopRules,
        units: Units,
        clock: CityClock,
        *,
        on_trouble: Callable[[], None],
        say: Callable[[Message], None],
    ) -> None:
        """
        Args:
            identity: file with the id of the hub, made if need be.
            clock: the city's, over the machine's.
            on_trouble: called when the stream has to be looked at again (`join`) before anything is decided.
            say: told what the hub's log should have.
        """
        self.folder = folder
        self.state = State()
        self.problem: Message | None = Message("ledger.starting")
        self.stopped = False
        self._identity = identity
        self._rules = rules
        self._units = units
        self._clock = clock
        self._on_trouble = on_trouble
        self._say = say
        self._files: Files | None = None
        self._disk = ThreadPoolExecutor(1, "ledger-disk")
        self._one = asyncio.Lock()
        self._stream: Stream | None = None
        self._joined = False
        self._attempts: set[str] = set()
        self._unsaved: list[tuple[int, str, bytes]] = []
        self._saving: asyncio.Task[None] | None = None
        self._disk_said = False

    @property
    def hub(self) -> str:
        """Id of the hub; "" before the book was opened."""
        return self._files.identity.hub if self._files is not None else ""

    @property
    def is_open(self) -> bool:
        return self._files is not None

    def has_room(self) -> bool:
        """Whether the disk has room for more."""
        try:
            return self._free() >= LEAST_FREE
        except OSError:
            return False

    # -- beginning and end ---------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Reads what there is; may be called again after it failed.

        Raises:
            OutsideError: the disk does not let it; the sentence is in `problem` too.
        """
        async with self._one:
            try:
                notices = await self._wait(self._open)
            except Stopped as error:
                self._stop(error.message)
                raise
            except OutsideError as error:
                self.problem = _of_disk(error)
                raise
            for notice in notices:
                self._say(notice)

    def _open(self) -> list[Message]:
        """On the disk's thread, all of it: whoever waits may be cancelled meanwhile."""
        self._files, self.state = open_files(self.folder, self._identity, self._clock.base)
        return self._files.notices

    async def join(self, stream: Stream) -> None:
        """Goes on with the stream: compares it with what is known, and takes in what is new there.

        Raises:
            OutsideError: it can not be read now, or (`Stopped`) must not be written to; `problem` says so.
        """
        async with self._one:
            self._stream = None
            if self.stopped and self.problem is not None:
                raise Stopped(self.problem.id, **self.problem.params)
            try:
                ends = await stream.ensure()
                if not ends.whole:
                    raise Stopped("ledger.stream_holes", n=ends.last - ends.messages)
                await self._compare(stream, ends.last)
                await self._take_in(stream, ends.last, only_ours=self._joined)
            except Stopped as error:
                self._stop(error.message)
                raise
            except OutsideError as error:
                self.problem = error.message
                raise
            self._stream, self.problem, self._joined = stream, None, True

    def leave(self, why: Message) -> None:
        """The connection is gone: nothing is decided until `join`."""
        self._stream = None
        if not self.stopped:
            self.problem = why

    async def close(self) -> None:
        """Writes what waits for the disk and ends."""
        async with self._one:
            self.leave(Message("ledger.closing"))
            if self._saving is not None:
                await asyncio.gather(self._saving, return_exceptions=True)
            await self._save()
        self._disk.shutdown()
        if self._files is not None:
            self._files.close()
            self._files = None

    # -- what comes in -------------------------------------------------------------------------------------------

    async def command(self, seat: str, role: str, data: bytes) -> Receipt:
        """Decides a command of a seat, once for ever; asked again it answers the same."""
        try:
            command = command_of(data)
        except UserError as error:
            return Receipt(id_of(data), refused=error.message)
        actor = Actor(seat, role)

        def rule(now: int) -> Decided:
            outcome = decide(self.state, command, actor, now, self._rules, self._units)
            return refusal(self.state, command, outcome) if isinstance(outcome, Message) else outcome

        return await self._decide(command, data, command.issued, actor, rule)

    async def fact(self, gateway: str, role: str, data: bytes) -> Receipt:
        """Records a fact, once for ever; asked again it answers the same."""
        try:
            fact = fact_of(data)
        except UserError as error:
            return Receipt(id_of(data), refused=error.message)
        actor = Actor(gateway, role, fact.unit)
        return await self._decide(fact, data, fact.said, actor, lambda now: record(self.state, fact, now, self._rules))

    async def sweep(self) -> None:
        """Decides what follows from time alone, and saves what the disk refused before.

        Raises:
            OutsideError: the stream goes on where we did not know; `problem` says what it means.
        """
        async with self._one:
            await self._save()
            if self.problem is not None or self._files is None:
                return
            now = self._clock.now()
            for decided in sweep(self.state, now, self._rules):
                actor = Actor("hub", "hub")
                decision = self._decision(decided.cause, now, now, actor, decided)
                try:
                    self._check_disk(await self._wait(self._free))
                    await self._append(decision, decided.area)
                except Overtaken:
                    await self._look_again()
                    return
                except OutsideError as error:
                    log.info("%s", error)
                    return

    async def _decide(
        self, asked: Command | Fact, content: bytes, issued: int, actor: Actor, rule: Callable[[int], Decided]
    ) -> Receipt:
        async with self._one:
            try:
                while True:
                    before, free = await self._before(asked.id, content)
                    if before is not None:
                        return before
                    if self.problem is not None:
                        return Receipt(asked.id, problem=self.problem)
                    self._check_disk(free)
                    try:
                        return await self._decide_new(asked, content, issued, actor, rule)
                    except Overtaken:  # by what we sent ourselves and gave up for lost, or by another
                        await self._look_again()
            except Reused as error:
                return Receipt(asked.id, refused=error.message)
            except OutsideError as error:
                return Receipt(asked.id, problem=_of_disk(error))

    async def _decide_new(
        self, asked: Command | Fact, content: bytes, issued: int, actor: Actor, rule: Callable[[int], Decided]
    ) -> Receipt:
        assert self._files is not None
        now = self._clock.now()
        try:
            decided = rule(now)
        except Exception as error:  # our bug: said, and the others go on
            log.exception("deciding %s", asked.id)
            return Receipt(asked.id, refused=Message("ledger.our_bug", {"detail": type(error).__name__}))
        reason = next((entry.reason for entry in decided.entries if isinstance(entry, Refused)), None)
        decision = self._decision(asked.id, now, issued, actor, decided)
        if len(encode(decision)) > MAX_DECISION - 200 * len(asked.texts):
            return Receipt(asked.id, refused=Message("ledger.too_large", {"most": MAX_DECISION // 1000}))
        texts = self._files.texts
        refs = await self._wait(lambda: texts.keep(asked.id, content, {} if reason else asked.texts))
        await self._append(_with_texts(decision, refs), decided.area)
        return Receipt(asked.id, self.state.seq, reason)

    async def _before(self, cause: str, content: bytes) -> tuple[Receipt | None, int]:
        """The receipt of something that was decided before, and the bytes that are free on the disk."""
        files = self._files
        if files is None:
            return None, LEAST_FREE
        unsaved = next((data for _, known, data in self._unsaved if known == cause), None)

        def look() -> tuple[bytes | None, bool, int]:
            return files.copy.by_cause(cause), files.texts.same(cause, content), self._free()

        known, same, free = await self._wait(look)
        known = known or unsaved
        if known is None:
            return None, free
        if not same:
            raise Reused("ledger.id_reused", id=cause)
        return _receipt(read_decision(known)), free

    def _decision(self, cause: str, now: int, issued: int, actor: Actor, decided: Decided) -> Decision:
        return Decision(
            hub=self.hub,
            seq=self.state.seq + 1,
            prev=self.state.head,
            cause=cause,
            at=now,
            wall=self._clock.wall(),
            issued=issued,
            actor=actor,
            case=decided.case,
            revision=decided.revision,
            entries=tuple(map(raw_entry, decided.entries)),
        )

    # -- the stream ----------------------------------------------------------------------------------------------

    async def _append(self, decision: Decision, area: str) -> None:
        """Appends and takes in.

        Raises:
            Overtaken: something else lies there.
            OutsideError: it is not known whether it lies there; `problem` is set.
        """
        assert self._stream is not None
        data = encode(decision)
        self._attempts.add(digest(data))
        try:
            await self._stream.append(decision, data, area)
        except Unsure as error:
            self.leave(error.message)
            self._on_trouble()
            raise
        self._took(decision, data)

    def _took(self, decision: Decision, data: bytes) -> None:
        self.state.apply(decision, data)
        self._attempts.clear()
        self._unsaved.append((decision.seq, decision.cause, data))
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save(), name="ledger-save")

    async def _look_again(self) -> None:
        """After an append that was refused: takes in what lies there if it is ours, else this hub is none any more.

        Raises:
            OutsideError: it can not be said, or (`Stopped`) another hub writes.
        """
        assert self._stream is not None
        before = self.state.seq
        try:
            await self._take_in(self._stream, (await self._stream.ends()).last, only_ours=True)
            if self.state.seq == before:
                raise Stopped("ledger.other_writer", seq=before + 1)
        except Stopped as error:
            self._stop(error.message)
            raise
        except OutsideError as error:
            self.leave(error.message)
            self._on_trouble()
            raise

    async def _compare(self, stream: Stream, last: int) -> None:
        """Raises Stopped: the stream is not the one that was written to before."""
        seq, head = self.state.seq, self.state.head
        if last < seq:
            raise Stopped("ledger.stream_shorter", stream=last, copy=seq)
        if seq:
            rows = [row async for piece in stream.read(seq - 1, seq) for row in piece]
            if digest(rows[0][1]) != head:
                raise Stopped("ledger.stream_differs", seq=seq)

    async def _take_in(self, stream: Stream, last: int, only_ours: bool = False) -> None:
        """Decisions of the stream that are new here.

        Raises:
            Stopped: one does not follow, or is not ours.
            OutsideError: they can not be read now.
        """
        async for piece in stream.read(self.state.seq, last):
            for _, data in piece:
                if only_ours and digest(data) not in self._attempts:
                    raise Stopped("ledger.other_writer", seq=self.state.seq + 1)
                decision = _read_in_chain(data)
                if self._files is None or not self._files.identity.adopt(decision.hub):
                    raise Stopped("ledger.other_hub", seq=decision.seq)
                try:
                    self._took(decision, data)
                except BrokenChain as error:
                    raise Stopped(error.message.id, **error.message.params) from error
            await self._save()

    def _stop(self, why: Message) -> None:
        self.problem, self.stopped, self._stream = why, True, None
        self._say(why)

    # -- the disk ------------------------------------------------------------------------------------------------

    async def _wait(self, work: Callable[[], Any]) -> Any:
        """Does something that may wait for the disk, on the thread for that."""
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    async def _save(self) -> None:
        """Brings the copy up to the state, as far as the disk lets it. What it refuses lies in the stream."""
        while self._files is not None and self._unsaved:
            rows = [(seq, data) for seq, _, data in self._unsaved]
            try:
                saved = await self._wait(partial(_save, self._files.copy, rows))
            except CockpitError as error:
                if not self._disk_said:
                    self._say(_of_disk(error))
                self._disk_said = True
                return
            self._disk_said = False
            self._unsaved = [row for row in self._unsaved if row[0] > saved]

    def _free(self) -> int:
        return shutil.disk_usage(self.folder).free

    def _check_disk(self, free: int) -> None:
        """Raises OutsideError: so little is left that the stream could get stuck."""
        if free < LEAST_FREE:
            raise OutsideError("ledger.disk_full", folder=str(self.folder))

    # -- what is asked -------------------------------------------------------------------------------------------

    async def rows(self, after: int) -> asks.LedgerReply:
        """Decisions behind a sequence."""
        files = self._files
        if files is None:
            return asks.LedgerReply(problem=self.problem or Message("ledger.starting"))
        try:
            rows = await self._wait(lambda: files.copy.read(max(after, 0)))
        except OutsideError as error:
            return asks.LedgerReply(problem=_of_disk(error))
        if not rows:  # what the disk did not take yet
            rows = [(seq, data) for seq, _, data in self._unsaved if seq > after]
        return asks.LedgerReply(rows, self.state.seq)

    async def words(self, ids: list[str]) -> asks.TextsReply:
        """Texts by id."""
        files = self._files
        if files is None:
            return asks.TextsReply(problem=self.problem or Message("ledger.starting"))
        try:
            found: dict[str, str] = await self._wait(lambda: files.texts.read(ids[:MOST_TEXTS]))
        except OutsideError as error:
            return asks.TextsReply(problem=_of_disk(error))
        size, texts = 0, {}
        for ident, words in found.items():
            size += len(words.encode()) + len(ident) + 10
            if size > PIECE:
                break
            texts[ident] = words
        more = [ident for ident in ids if ident not in texts and (ident in found or ident in ids[MOST_TEXTS:])]
        return asks.TextsReply(texts, more=more)


def _save(copy: LedgerCopy, rows: list[Row]) -> int:
    """Adds what the copy has not yet; the sequence that it then goes to."""
    if new := [row for row in rows if row[0] > copy.last[0]]:
        copy.append_many(new)
    return copy.last[0]


def _read_in_chain(data: bytes) -> Decision:
    try:
        return read_decision(data)
    except msgspec.MsgspecError as error:
        raise Stopped("ledger.stream_unreadable", why=str(error)[:200]) from error


def _with_texts(decision: Decision, refs: dict[str, TextRef]) -> Decision:
    return msgspec.structs.replace(decision, texts=refs)


def _receipt(decision: Decision) -> Receipt:
    reason = next((entry.reason for entry in decision.said() if isinstance(entry, Refused)), None)
    return Receipt(decision.cause, decision.seq, reason)


def _of_disk(error: CockpitError) -> Message:
    """What a store of the hub says of the disk, in words that are true of the ledger."""
    if error.message.id == "store.disk_full":
        return Message("ledger.disk_full", {"folder": str(Path(str(error.message.params["file"])).parent)})
    if error.message.id.startswith("store.") and "file" in error.message.params:
        why = error.message.params.get("why", "") or error.message.id.partition(".")[2]
        return Message("ledger.disk_error", {"file": error.message.params["file"], "why": why})
    return error.message
