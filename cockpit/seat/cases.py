"""The closed loop at a seat: its copy of the ledger, its outbox, and the port that panels are handed. No Qt.

Everything that is read belongs to the thread of `tick`. Decisions arrive on the I/O thread and are folded in slices, so
that hours of them stop no frame; rows of the outbox change on its writer's thread and are looked at in the next tick.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.bus import asks, subjects
from cockpit.bus.sending import Sender
from cockpit.bus.users import User
from cockpit.ledger.threads import Threads
from cockpit.model.cases import Case, Order
from cockpit.model.city import Pack
from cockpit.model.clock import CityClock
from cockpit.model.entries import MAX_TEXT, Act, Actor, Command, Decision, IssueOrders, OpenCase, TextRef, encode
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.outgoing import Row
from cockpit.model.ports.cases import Check, Sending, Waiting
from cockpit.model.ports.units import Units
from cockpit.seat.following import LedgerAtSeat
from cockpit.seat.sent import Sent, acknowledged, decided, unreadable
from cockpit.seat.view import CaseView
from cockpit.seat.words import Words
from cockpit.store.cipher import Connect
from cockpit.store.ledger import LedgerCopy
from cockpit.store.outbox import Outbox

if TYPE_CHECKING:
    from nats.aio.client import Client

TELL_SECONDS = 0.25
"""While more of them wait, panels are told so often."""
MAX_COMMAND = 200_000
"""Bytes of a command; its decision has to fit into a message of the ledger."""

Done = Callable[[Message | None], None]


class LedgerCases:
    """`ports.Cases`.

    Attributes:
        box: outbox.db.
        actor: this seat, as the hub last knew it.
    """

    def __init__(
        self,
        folder: Path,
        pack: Pack,
        clock: CityClock,
        units: Units,
        words: Words,
        *,
        later: Callable[[Callable[[], None]], None],
        aside: Callable[[Callable[[], object]], None],
        notice: Callable[[Message], None],
        who: Callable[[], str],
        connect: Connect = sqlite3.connect,
    ) -> None:
        """
        Args:
            units: of the picture.
            later: runs something in the next tick; callable on any thread.
            aside: runs what is slow on another thread.
            notice: says something once; called in a tick.
            who: the officer's name, "" unknown.
            connect: opens its files, as `sqlite3.connect`.
        """
        self._pack = pack
        self._clock = clock
        self._words = words
        self._later = later
        self._aside = aside
        self._notice = notice
        self._who = who
        self._view = CaseView(pack.loop, units, clock, Actor("", "duty"))
        self._none = CaseView(pack.loop, units, clock, Actor("", "duty"))
        self._sent = Sent()
        self._stirred = False
        self._rows_changed = False
        self._case_changed = False
        self._told_at = 0.0
        self._orphans: set[str] = set()
        self._live = False
        self._then: CaseView | None = None
        self._past = False
        self._ledger = LedgerAtSeat(
            folder / "ledger.db",
            pack.id,
            self._view,
            clock,
            stir=self._stir,
            later=later,
            notice=notice,
            each=self._settle,
            on_other=self._suspect,
            on_whole=self._disown,
            connect=connect,
        )
        self.box = Outbox.open(
            folder / "outbox.db",
            clock,
            on_change=self._box_changed,
            on_problem=self._problem,
            check=unreadable,
            connect=connect,
        )
        self._sender = Sender(self.box, clock)
        for problem in self.box.notices:
            notice(problem)
        self.box.notices.clear()

    # -- life ----------------------------------------------------------------------------------------------------

    @property
    def actor(self) -> Actor:
        return self._view.actor

    @actor.setter
    def actor(self, actor: Actor) -> None:
        self._view.actor = actor
        self._rows_changed = True

    def open(self) -> None:
        """Folds what is in the copy, so that everything is there with the hub dead; to be called before a tick."""
        if self._ledger.is_open:
            return
        self._look_at_rows(first=True)
        self._suspect()
        self._ledger.open()
        self._look_for_acknowledged()
        self._look_at_rows()

    @contextlib.asynccontextmanager
    async def alongside(self, client: Client, user: User, welcome: asks.Welcome) -> AsyncIterator[None]:
        """Follows the ledger and sends what waits, as long as the hub is joined. On the I/O thread."""
        self._later(lambda: setattr(self, "actor", Actor(user.name, user.role)))
        commands = subjects.command(self._pack.id, welcome.world, user.name)
        following = self._ledger.following(client, user.name, welcome.world)
        async with following, self._sender.sending(client, commands):
            self._live = True
            try:
                yield
            finally:
                self._live = False

    def close(self) -> None:
        self.box.close()
        self._ledger.close()

    # -- what was ------------------------------------------------------------------------------------------------

    @property
    def copy(self) -> LedgerCopy:
        """ledger.db."""
        return self._ledger.copy

    def show_then(self, view: CaseView | None, past: bool) -> None:
        """Answers with the cases of then, None where they are not known; acts are refused meanwhile.

        Args:
            past: False goes back to what is.
        """
        self._then, self._past = view, past
        self.then_changed()

    def then_changed(self) -> None:
        """The cases of then are others now."""
        self._case_changed = True
        self._stir()

    @property
    def _shown(self) -> CaseView:
        if not self._past:
            return self._view
        return self._then if self._then is not None else self._none

    # -- on other threads ----------------------------------------------------------------------------------------

    def _box_changed(self) -> None:
        self._rows_changed = True
        self._sender.poke()
        self._stir()

    def _problem(self, problem: Message) -> None:
        self._later(lambda: self._notice(problem))

    def _stir(self) -> None:
        """There is something for the next tick."""
        if not self._stirred:
            self._stirred = True
            self._later(lambda: None)

    # -- a tick --------------------------------------------------------------------------------------------------

    def tick(self) -> frozenset[str]:
        """Takes in what arrived; `case` and `outbox`, as far as they changed."""
        self._stirred = False
        topics: set[str] = set()
        if self._ledger.waits:
            self._ledger.fold()
            self._view.lay(self._sent.pending(self._view.state.seq))
            self._case_changed = True
            self._look_for_acknowledged()
        if self._rows_changed:
            self._look_at_rows()
            self._look_for_acknowledged()
            topics.add("outbox")
        if self._rows_changed:  # some were acknowledged
            self._look_at_rows()
            topics.add("outbox")
        now = self._clock.mono()
        if self._case_changed and (not self._ledger.waits or now - self._told_at >= TELL_SECONDS):
            self._case_changed = False
            self._told_at = now
            topics.add("case")
        if self._ledger.waits:
            self._stir()
        return frozenset(topics)

    def _settle(self, decision: Decision) -> None:
        """What the ledger says of a row; on any thread."""
        row = self.box.row(decision.cause)
        if row is None:
            return
        self._orphans.discard(row.id)
        came = decided(row, decision)
        if came is not None:
            self.box.settle(row.id, *came, decision.seq)

    def _suspect(self) -> None:
        """What the hub has accepted has to be in its ledger."""
        self._orphans = {row.id for row in self._sent.unacknowledged()}

    def _disown(self) -> None:
        """The ledger is here whole: what only a former one had is for a person to decide."""
        for ident in self._orphans:
            self.box.settle(ident, Sending.PARKED, Message("seat.other_ledger"))
        self._orphans.clear()

    def _look_at_rows(self, first: bool = False) -> None:
        self._rows_changed = False
        told = self._sent.take(self.box.rows())
        if not first:
            for message in told:
                self._notice(message)
        self._view.lay(self._sent.pending(self._view.state.seq))
        self._case_changed = True

    def _look_for_acknowledged(self) -> None:
        state = self._view.state
        for row in self._sent.unacknowledged():
            if row.seq <= state.seq:
                came = acknowledged(row, state.cases.get(row.lane), state.known(row.lane))
                if came is not None:
                    self.box.settle(row.id, *came)

    # -- the port: reading ---------------------------------------------------------------------------------------

    @property
    def threads(self) -> Threads:
        """批示 and 请示, with what waits in the outbox on top."""
        return self._shown.top.threads

    @property
    def known(self) -> bool:
        return self._then is not None if self._past else self._ledger.known

    def case(self, ident: str) -> Case | None:
        return self._shown.case(ident)

    def of_event(self, key: str) -> Case | None:
        return self._shown.of_event(key)

    def all_open(self) -> list[Case]:
        return self._shown.all_open()

    def closed(self) -> list[Case]:
        return self._shown.closed()

    def order_of(self, unit: str) -> Order | None:
        return self._shown.order_of(unit)

    def nearby(self, lon: float, lat: float, metres: float) -> list[tuple[Case, float]]:
        return self._shown.nearby(lon, lat, metres)

    def checks(self, act: Act, case: str) -> list[Check]:
        return self._shown.checks(act, case)

    def outbox(self) -> list[Waiting]:
        return self._sent.shown(self._clock.now())

    def texts(self, refs: Sequence[TextRef], done: Callable[[dict[str, str] | Message], None]) -> None:
        wanted = list(refs)
        self._aside(lambda: self._words.texts(wanted, lambda found: self._later(lambda: done(found))))

    def photo(self, sha256: str, thumb: bool, done: Callable[[bytes | Message], None]) -> None:
        self._aside(lambda: self._words.photo(sha256, thumb, lambda found: self._later(lambda: done(found))))

    # -- the port: acting ----------------------------------------------------------------------------------------

    def submit(self, act: Act, case: str, texts: dict[str, str], done: Done, valid_for: int = 0) -> str:
        if self._past:
            self._later(lambda: done(Message("tape.no_acts")))
            return case
        command = self._command(act, case or new_id(self._clock.base), texts, valid_for)
        data = encode(command)
        problem = _unfit(command, data)
        if problem is not None:
            self._later(lambda: done(problem))
            return command.case
        self.box.put(
            command.id,
            command.case,
            data,
            lambda why: self._later(lambda: self._kept(why, done)),
            issued=command.issued,
            valid_until=command.valid_until,
            awaits=isinstance(act, IssueOrders),
            going=self._live,
        )
        return command.case

    def _command(self, act: Act, case: str, texts: dict[str, str], valid_for: int) -> Command:
        now = self._clock.now()
        new = isinstance(act, OpenCase) or (isinstance(act, IssueOrders) and act.open is not None)
        who = self._who()
        return Command(
            id=new_id(self._clock.base),
            case=case,
            expected=0 if new else self._view.state.revision(case),
            issued=now,
            valid_until=now + valid_for if valid_for else 0,
            act=act,
            texts={"who": who, **texts} if who else texts,
        )

    def _kept(self, problem: Message | None, done: Done) -> None:
        """Whoever is told that it is durable finds it in the outbox."""
        if self._rows_changed:
            self._look_at_rows()
            self._rows_changed = True  # the tick has still to say so
        done(problem)

    def cancel(self, command: str, done: Done) -> None:
        self.box.cancel(command, lambda why: self._later(lambda: self._kept(why, done)))

    def send_again(self, command: str) -> None:
        self.box.again(command)

    def row(self, command: str) -> Row | None:
        """A row of the outbox as it is kept, for whoever wants to know more than the port tells."""
        return self.box.row(command)


def _unfit(command: Command, data: bytes) -> Message | None:
    """Why a command can not be kept at all."""
    if any(len(words) > MAX_TEXT for words in command.texts.values()):
        return Message("seat.text_too_long", {"most": MAX_TEXT})
    if len(data) > MAX_COMMAND:
        return Message("seat.too_large_to_send")
    return None
