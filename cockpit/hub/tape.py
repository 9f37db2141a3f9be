"""The tape at the hub: records what feeds bring and what the hub makes of it, tells how it stands, starts replays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import msgspec

import cockpit
from cockpit.feeds.sources.base import Received
from cockpit.hub.checkpoint import HEAD, PART, VERSION, Head, Site, bare, encode, parts_of
from cockpit.hub.checkpoint import Part as PicturePart
from cockpit.hub.replays import Replays
from cockpit.hub.service import Setting
from cockpit.model.batch import Columns, pack_columns
from cockpit.model.city import FeedSpec
from cockpit.model.clock import CityTime
from cockpit.model.entries import Decision
from cockpit.model.errors import CockpitError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message, language, texts
from cockpit.model.replay import TapeState, TapeWanted
from cockpit.model.tables import TABLES
from cockpit.tape import TapeWriter
from cockpit.tape.record import CHECKPOINT, ENTRY, MINUTE, RAW, SENSOR
from cockpit.tape.settings import read_keep
from cockpit.tape.state import TapeStatus

log = logging.getLogger(__name__)

FOLDER = "tape"
LOOK_SECONDS = 1.0
CHECKPOINT_SECONDS = 60.0
LONG_SECONDS = 600.0
"""Each tenth checkpoint is kept as long as all else, the others as long as the sensors' messages."""
VOLUME = 64 * 1024 * 1024
LEAST_SECONDS = 10.0
"""A checkpoint comes earlier after so many bytes of messages, but not sooner than that."""
FIRST_SECONDS = 15.0
"""After the start the feeds bring all there is: that is kept soon."""
FEED_SECONDS = 30.0
"""How a feed does is noted when its trouble changes, else once in so long: its messages say the rest."""


class TapeService:
    """Records from the moment it is made.

    Attributes:
        writer: of the tape; None where the folder can not be written, which `problem` says.
        problem: why nothing is recorded; None while it is.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._clock = setting.clock
        self._folder = setting.folder / FOLDER
        self.writer: TapeWriter | None = None
        self.problem: Message | None = None
        self._keep, wrong = read_keep(setting.folder.parent)
        if wrong is not None:
            self._say(wrong)
        self._status = TapeStatus(self._folder, self._keep)
        self._looking = asyncio.Lock()
        self._kinds: dict[str, str] = {}
        self._bytes = 0
        self._time: CityTime | None = None
        self._told: dict[str, tuple[float, object]] = {}
        self._checkpointing: asyncio.Task[None] | None = None
        self._checked = self._long = -1e9
        self._site = Site(setting.pack.id, cockpit.__version__, tuple(map(bare, setting.pack.feeds)))
        self.replays = Replays(setting, self._folder)
        try:
            self.writer = TapeWriter(
                self._folder, setting.pack.id, setting.book.hub, self._clock.base, keep=self._keep, on_problem=self._say
            )
        except CockpitError as error:
            self.problem = error.message
            self._say(error.message)
        setting.intake.taps.append(self._received)
        setting.intake.watchers.append(self._own)
        setting.intake.notes.append(self._noted)
        setting.book.listeners.append(self._decided)
        setting.answers.add("tape.state", TapeWanted, self._answer_state)

    # -- the service -----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        if self.writer is None:
            await self.replays.keep()
            return
        if self.writer.torn:
            log.info("the tape: %d bytes were being written when the last run was killed", self.writer.torn)
        self._note_time()
        await self._checkpoint(MINUTE)
        self._checked -= CHECKPOINT_SECONDS - FIRST_SECONDS
        keeping = asyncio.create_task(self.replays.keep(), name="replays")
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                self._note_time()
                if self._is_due():
                    await self._checkpoint()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def close(self) -> None:
        await self.replays.close()
        for listening in (self._setting.intake.taps, self._setting.intake.watchers):
            listening.clear()
        if self.writer is not None:
            await asyncio.to_thread(self.writer.close)

    def _say(self, problem: Message | None) -> None:
        """On the writer's thread too."""
        if problem is None:
            log.info("the tape: recording goes on")
        else:
            log.info("%s", texts(language())(problem))

    # -- what is recorded ------------------------------------------------------------------------------------------

    def _received(self, spec: FeedSpec, message: Received) -> None:
        if self.writer is None:
            return
        kind = self._kinds.get(spec.id)
        if kind is None:
            kind = self._kinds[spec.id] = SENSOR if spec.topic == "sensor" else RAW
        self._bytes += len(message.data)
        self.writer.put(
            kind,
            spec.id,
            message.data,
            message.received_us,
            message.event_type,
            message.id,
            message.first,
            message.whole,
            message.address,
        )

    def _own(self, topic: str, columns: Columns | None, gone: Sequence[str]) -> None:
        """What the hub itself puts into the picture: alarms are kept as long as entries, signs as sensors are."""
        if self.writer is None:
            return
        if topic == "feed" and columns is not None:
            columns = self._news_of_feeds(columns)
        table, now = TABLES[topic], self._clock.wall()
        kind = SENSOR if topic == "sign" else ENTRY
        if columns is not None and len(columns["key"]):
            part = PicturePart(topic, table.names, len(columns["key"]), pack_columns(table, columns))
            self.writer.put(kind, "own", encode(part), now, topic)
        elif gone:
            self.writer.put(kind, "own.gone", msgspec.msgpack.encode(list(gone)), now, topic)

    def _news_of_feeds(self, columns: Columns) -> Columns:
        now = self._clock.mono()
        news = []
        for i, key in enumerate(columns["key"]):
            trouble = (columns["problem"][i], columns["detail"][i])
            at, told = self._told.get(key, (-1e9, None))
            if trouble != told or now - at >= FEED_SECONDS:
                self._told[key] = (now, trouble)
                news.append(i)
        return {
            name: [values[i] for i in news] if isinstance(values, list) else values[news]
            for name, values in columns.items()
        }

    def _noted(self, name: str, data: bytes) -> None:
        if self.writer is not None:
            self.writer.put(ENTRY, name, data, self._clock.wall())

    def _decided(self, decision: Decision, data: bytes) -> None:
        if self.writer is not None:
            self.writer.put(ENTRY, "ledger", data, decision.wall, id=str(decision.seq))

    def _note_time(self) -> None:
        """How the city's clock runs, whenever that changed."""
        if self._clock.city != self._time and self.writer is not None:
            self._time = self._clock.city
            self.writer.put(ENTRY, "time", msgspec.msgpack.encode(self._time), self._clock.wall())

    # -- checkpoints -----------------------------------------------------------------------------------------------

    def _is_due(self) -> bool:
        since = self._clock.mono() - self._checked
        return since >= CHECKPOINT_SECONDS or (self._bytes >= VOLUME and since >= LEAST_SECONDS)

    async def _checkpoint(self, kind: str = "") -> None:
        """The picture as it is now; what copies it is quick, what encodes it runs aside.

        Args:
            kind: "": whichever is due.
        """
        assert self.writer is not None
        self._checked, self._bytes = self._clock.mono(), 0
        if not kind:
            kind = CHECKPOINT if self._checked - self._long >= LONG_SECONDS else MINUTE
        if kind == CHECKPOINT:
            self._long = self._checked
        self._setting.intake.take_in()
        now, ident = self._clock.wall(), new_id(self._clock.base)
        head = Head(VERSION, 0, self._clock.city, self._setting.book.state.seq, self._site)
        parts = list(parts_of(self._setting.intake.picture))
        await asyncio.to_thread(self._write_checkpoint, kind, now, ident, head, parts)

    def _write_checkpoint(self, kind: str, now: int, ident: str, head: Head, parts: list[PicturePart]) -> None:
        assert self.writer is not None
        head = msgspec.structs.replace(head, parts=len(parts))
        if all(self.writer.put(kind, PART, encode(part), now, part.topic, ident) for part in parts):
            self.writer.put(kind, HEAD, encode(head), now, id=ident)

    # -- what is asked ---------------------------------------------------------------------------------------------

    async def _answer_state(self, seat: str, asked: TapeWanted) -> TapeState:
        async with self._looking:
            problem = self.writer.problem if self.writer is not None else self.problem
            state = await asyncio.to_thread(self._status.look, self._clock.wall(), problem)
            return msgspec.structs.replace(state, imported=await asyncio.to_thread(self.replays.imported))
