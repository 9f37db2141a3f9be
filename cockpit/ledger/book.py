"""The hub's ledger: takes commands and facts, decides one after the other, appends, answers. No two decide at once.

What is decided is on disk in the stream before anyone is told. The hub's own copy follows it; at each start the two are
compared, and a stream that is shorter than the copy, or another one, is not written to.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from cockpit.bus import asks
from cockpit.ledger.chain import BrokenChain
from cockpit.ledger.decide import Decided, decide, record, refusal, sweep
from cockpit.ledger.files import Stopped
from cockpit.ledger.fold import State
from cockpit.ledger.incoming import command_of, fact_of, id_of
from cockpit.ledger.keeping import Keeping, of_disk
from cockpit.ledger.shown import shown_ids
from cockpit.ledger.stream import Overtaken, Stream, Unsure
from cockpit.model.clock import CityClock
from cockpit.model.entries import (
    MAX_DECISION,
    Actor,
    Command,
    Decision,
    Fact,
    NewCase,
    Receipt,
    Refused,
    digest,
    encode,
    opens,
    raw_entry,
    read_decision,
)
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.loop import LoopRules
from cockpit.model.messages import Message
from cockpit.model.ports.units import Units
from cockpit.model.time_limit import time_limit
from cockpit.store.texts import Reused

log = logging.getLogger(__name__)

SETTLE_SECONDS = 0.5
"""Shorter than who asks waits; others are answered behind it."""
REF_BYTES = 200
"""Bytes of a text's name, id and code in a decision."""

Rule = Callable[[int], Decided]
"""What follows at a city time."""


class Book:
    """The ledger of one hub.

    Attributes:
        state: what was decided so far, folded.
        problem: why nothing is decided now; None while all is well.
        stopped: whether `problem` stays until a person has looked.
        cause: says why a case can not be opened about what it names (an alarm that nobody raised), None when it can;
            asked of each command that opens one. Whoever knows sets it.
        listeners: told of each decision that lies in the stream, with its bytes; those that were new to the copy at the
            start among them.
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
            folder: of its copy and texts.
            identity: file with the id of the hub, made if need be.
            clock: the city's, over the machine's.
            on_trouble: called when the stream has to be looked at again (`join`) before anything is decided.
            say: told what the hub's log should have.
        """
        self.state = State()
        self.problem: Message | None = Message("ledger.starting")
        self.stopped = False
        self.cause: Callable[[NewCase], Message | None] = lambda facts: None
        self._rules = rules
        self._units = units
        self._clock = clock
        self._on_trouble = on_trouble
        self._say = say
        self._kept = Keeping(folder, identity, clock.base, say)
        self._read = False
        self._one = asyncio.Lock()
        self._stream: Stream | None = None
        self._joined = False
        self._attempts: set[str] = set()
        self.listeners: list[Callable[[Decision, bytes], None]] = []

    @property
    def hub(self) -> str:
        """Id of the hub; "" before the book was opened."""
        return self._kept.hub

    @property
    def is_open(self) -> bool:
        return self._read

    def has_room(self) -> bool:
        """Whether the disk has room for more."""
        return self._kept.has_room()

    # -- beginning and end ---------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Reads what there is; to be called again after it failed.

        Raises:
            OutsideError: the disk does not let it, or (`Stopped`) it is another hub's; `problem` says so.
        """
        async with self._one:
            try:
                self.state = await self._kept.open()
            except Stopped as error:
                self._stop(error.message)
                raise
            except OutsideError as error:
                self.problem = of_disk(error)
                raise
            self._read = True

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
            await self._kept.close()

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
            opened = opens(command.act)
            if opened is not None and not isinstance(outcome, Message):
                outcome = self.cause(opened) or outcome
            return refusal(self.state, command, outcome) if isinstance(outcome, Message) else outcome

        return await self._take(command, data, command.issued, actor, rule)

    async def fact(self, gateway: str, role: str, data: bytes) -> Receipt:
        """Records a fact, once for ever; asked again it answers the same."""
        try:
            fact = fact_of(data)
        except UserError as error:
            return Receipt(id_of(data), refused=error.message)
        actor = Actor(gateway, role, fact.unit)
        return await self._take(
            fact, data, fact.said or fact.received, actor, lambda now: record(self.state, fact, now, self._rules)
        )

    async def sweep(self) -> None:
        """Decides what follows from time alone, and saves what the disk refused before.

        Raises:
            OutsideError: it could not be appended; `problem` says more.
        """
        async with self._one:
            await self._kept.save()
            if self.problem is not None:
                return
            now = self._clock.now()
            for decided in sweep(self.state, now, self._rules):
                await self._kept.check_room()
                decision = self._decision(decided.cause, now, now, Actor("hub", "hub"), decided)
                try:
                    await self._append(decision, decided.area)
                except Overtaken:
                    await self._look_again()
                    return

    async def own(self, cause: str, rule: Callable[[int], Decided | None]) -> bool:
        """Appends a decision of the hub's own, once for ever.

        Args:
            cause: its id.
            rule: what follows at a city time; None: nothing any more.

        Returns:
            whether it is in the ledger, now or from before.

        Raises:
            OutsideError: nothing can be decided now.
        """
        async with self._one:
            while True:
                before = await self._kept.before(cause, b"")
                if before.decision is not None:
                    return True
                if self.problem is not None:
                    raise OutsideError(self.problem.id, **self.problem.params)
                self._kept.enough(before.free)
                now = self._clock.now()
                decided = rule(now)
                if decided is None:
                    return False
                try:
                    await self._append(self._decision(cause, now, now, Actor("hub", "hub"), decided), decided.area)
                except Overtaken:
                    await self._look_again()
                else:
                    return True

    async def _take(self, asked: Command | Fact, content: bytes, issued: int, actor: Actor, rule: Rule) -> Receipt:
        async with self._one:
            try:
                while True:
                    before = await self._kept.before(asked.id, content)
                    if before.decision is not None and before.same:
                        return _receipt(read_decision(before.decision))
                    if not before.same:
                        raise Reused("ledger.id_reused", id=asked.id)
                    if self.problem is not None:
                        return Receipt(asked.id, problem=self.problem)
                    self._kept.enough(before.free)
                    try:
                        return await self._decide(asked, content, issued, actor, rule)
                    except Overtaken:  # by what we sent ourselves and gave up for lost, or by another
                        await self._look_again()
            except Reused as error:
                return Receipt(asked.id, refused=error.message)
            except OutsideError as error:
                return Receipt(asked.id, problem=of_disk(error))

    async def _decide(self, asked: Command | Fact, content: bytes, issued: int, actor: Actor, rule: Rule) -> Receipt:
        now = self._clock.now()
        try:
            decided = rule(now)
            decision = self._decision(asked.id, now, issued, actor, decided)
            read_decision(encode(decision)).said()  # nothing goes in that could not be read again
        except Exception as error:  # our bug: said, and the others go on
            log.exception("deciding %s", asked.id)
            return Receipt(asked.id, refused=Message("ledger.our_bug", {"detail": type(error).__name__}))
        if len(encode(decision)) > MAX_DECISION - REF_BYTES * len(asked.texts):
            return Receipt(asked.id, refused=Message("ledger.too_large", {"most": MAX_DECISION // 1000}))
        reason = _reason(decision)
        refs = await self._kept.keep(asked.id, content, {} if reason else asked.texts)
        await self._append(msgspec.structs.replace(decision, texts=refs), decided.area)
        return Receipt(asked.id, self.state.seq, reason)

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
            self._in_trouble(error)
            raise
        self._took(decision, data)

    def _took(self, decision: Decision, data: bytes) -> None:
        self.state.apply(decision, data)
        self._attempts.clear()
        self._kept.took(decision, data)
        for listen in self.listeners:
            listen(decision, data)

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
            self._in_trouble(error)
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

    async def _take_in(self, stream: Stream, last: int, only_ours: bool) -> None:
        """Decisions of the stream that are new here.

        Args:
            only_ours: none is expected but those that we sent ourselves and had no answer to.

        Raises:
            Stopped: one does not follow, or is not ours.
            OutsideError: they can not be read now.
        """
        async for piece in stream.read(self.state.seq, last):
            for seq, data in piece:
                if only_ours and digest(data) not in self._attempts:
                    raise Stopped("ledger.other_writer", seq=seq)
                decision = _decision_of(seq, data)
                if not self._kept.adopt(decision.hub):
                    raise Stopped("ledger.other_hub", seq=seq)
                try:
                    self._took(decision, data)
                except (BrokenChain, msgspec.MsgspecError) as error:
                    raise Stopped("ledger.stream_broken", seq=seq) from error
            await self._kept.save()

    def _in_trouble(self, error: CockpitError) -> None:
        self.leave(error.message)
        self._on_trouble()

    def _stop(self, why: Message) -> None:
        self.problem, self.stopped, self._stream = why, True, None
        self._say(why)

    # -- what is asked -------------------------------------------------------------------------------------------

    async def rows(self, after: int) -> asks.LedgerReply:
        """Decisions behind a sequence."""
        try:
            rows = await self._kept.rows(after)
        except OutsideError as error:
            return asks.LedgerReply(problem=self._why(error))
        return asks.LedgerReply(rows, self.state.seq)

    async def words(self, ids: list[str], role: str) -> asks.TextsReply:
        """Texts by id, those that this role may read."""
        if role == "device":
            if not await self._settled():
                return asks.TextsReply(problem=self.problem or Message("ledger.starting"))
            may = shown_ids(self.state)
            ids = [ident for ident in ids if ident in may]
        try:
            return await self._kept.words(ids)
        except OutsideError as error:
            return asks.TextsReply(problem=self._why(error))

    async def _settled(self) -> bool:
        """Waits a little for what is being decided: it is asked for as soon as it is on disk, ahead of the state."""
        with suppress(TimeoutError):
            async with time_limit(SETTLE_SECONDS), self._one:
                return self.problem is None or self.stopped
        return False

    def _why(self, error: CockpitError) -> Message:
        return of_disk(error) if self._read else self.problem or error.message


def _decision_of(seq: int, data: bytes) -> Decision:
    try:
        return read_decision(data)
    except msgspec.MsgspecError as error:
        raise Stopped("ledger.stream_broken", seq=seq) from error


def _reason(decision: Decision) -> Message | None:
    """Why the command was refused; None: it was not."""
    return next((entry.reason for entry in decision.said() if isinstance(entry, Refused)), None)


def _receipt(decision: Decision) -> Receipt:
    return Receipt(decision.cause, decision.seq, _reason(decision))
