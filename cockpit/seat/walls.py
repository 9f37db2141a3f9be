"""What a seat knows of the walls of its hall: what the hub tells, small pictures while somebody looks, and acts."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace

from cockpit.model.messages import Message
from cockpit.model.typed import from_msgpack
from cockpit.model.wallasks import (
    HAND,
    THUMB,
    Events,
    EventsWanted,
    Nothing,
    Pair,
    Paired,
    Publish,
    Published,
    RemotesKnown,
    SceneTexts,
    Thumbs,
    ThumbsWanted,
    Unpair,
    Versions,
    VersionTexts,
    VersionWanted,
)
from cockpit.model.walljoin import CodeMade, CodeWanted, Forget, Forgotten, Machines, MachinesWanted, Revoke, Revoked
from cockpit.model.wallstate import BEAT, TOPIC, ActDone, Pointer, Thumb, WallAct, WallState
from cockpit.seat.seat import Seat

KEPT = "walls"
"""Name of the last state in the seat's cache."""
KEEP_SECONDS = 20.0
THUMB_SECONDS = 5.0
"""So often the hub hears that small pictures are looked at; in between it tells them by itself."""
AGAIN_SECONDS = 3.0
"""After so long a question that was not answered is asked again."""

Listener = Callable[[str], None]


class HubWalls:
    """`model.ports.walls.Walls`, answered by the hub. To be used on the thread that ticks.

    Attributes:
        pointer: what the hand of some remote or desk points at and draws, told by `hand_told`.
    """

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._state: WallState | None = None
        self._heard = 0
        self._scenes: SceneTexts | None = None
        self._thumbs: dict[str, dict[int, Thumb]] = {}
        self._listeners: list[Listener] = []
        self._kept = self._asked_state = self._asked_scenes = self._asked_thumbs = float("-inf")
        self._wanted_scenes = 0
        self._looked = ""
        self.pointer: Pointer | None = None
        kept = seat.cache.meta(KEPT)
        if kept:
            try:
                self._heard, self._state = from_msgpack(base64.b64decode(kept), type=tuple[int, WallState])
            except (msgspec.MsgspecError, ValueError):  # of another version: the hub tells it anew
                self._state = None
        seat.hear(TOPIC, WallState, self._told)
        seat.hear(THUMB, Thumb, self._pictured)
        seat.hear(HAND, Pointer, self._pointed)

    # -- what is known ---------------------------------------------------------------------------------------------

    @property
    def state(self) -> WallState | None:
        return self._state

    @property
    def heard(self) -> int:
        return self._heard

    @property
    def scenes(self) -> SceneTexts | None:
        return self._scenes

    def thumbs(self, wall: str) -> Mapping[int, Thumb]:
        return self._thumbs.get(wall, {})

    def listen(self, told: Listener) -> None:
        self._listeners.append(told)

    def _say(self, what: str) -> None:
        for told in tuple(self._listeners):
            told(what)

    def _told(self, state: WallState) -> None:
        fresh = self._state is None or state.published != self._state.published
        self._state, self._heard = state, self._seat.live.wall()
        now = self._seat.live.mono()
        if fresh or now - self._kept >= KEEP_SECONDS:
            self._kept = now
            self._seat.cache.put_meta(
                KEPT, base64.b64encode(msgspec.msgpack.encode((self._heard, self._state))).decode()
            )
        if fresh:
            self._ask_scenes()
        self._say("state")

    def _pictured(self, thumb: Thumb) -> None:
        kept = self._thumbs.setdefault(thumb.wall, {})
        before = kept.get(thumb.screen)
        if before is None or before.taken <= thumb.taken:
            kept[thumb.screen] = thumb
            self._say("thumbs")

    def _pointed(self, pointer: Pointer) -> None:
        self.pointer = pointer
        self._say("hand")

    # -- as time goes by -------------------------------------------------------------------------------------------

    def second(self, wall: str) -> None:
        now, heard = self._seat.live.mono(), self._seat.live.wall() - self._heard
        silent = self._state is None or heard > 3 * BEAT * 1_000_000
        if silent and now - self._asked_state >= AGAIN_SECONDS:
            self._asked_state = now
            self._seat.ask("wall.state", Nothing(), WallState, self._answered)
        if now - self._asked_scenes >= AGAIN_SECONDS:
            self._ask_scenes()
        if wall and (wall != self._looked or now - self._asked_thumbs >= THUMB_SECONDS):
            self._looked, self._asked_thumbs = wall, now
            newest = max((thumb.taken for thumb in self.thumbs(wall).values()), default=0)
            self._seat.ask("wall.thumbs", ThumbsWanted(wall, newest), Thumbs, self._all_pictured)

    def _ask_scenes(self, published: int = 0) -> None:
        """Asks for the scenes where those that are known are not as published: of this version, else as last told."""
        wanted = published or (self._state.published if self._state is not None else 0)
        now = self._seat.live.mono()
        asked = wanted == self._wanted_scenes and now - self._asked_scenes < AGAIN_SECONDS
        if wanted and not asked and (self._scenes is None or self._scenes.version != wanted):
            self._asked_scenes, self._wanted_scenes = now, wanted
            self._seat.ask("wall.scenes", Nothing(), SceneTexts, self._read)

    def _answered(self, reply: WallState | Message) -> None:
        if isinstance(reply, WallState):
            self._told(reply)

    def _read(self, reply: SceneTexts | Message) -> None:
        if isinstance(reply, SceneTexts):
            self._scenes = reply
            self._say("scenes")

    def _all_pictured(self, reply: Thumbs | Message) -> None:
        if isinstance(reply, Thumbs):
            for thumb in reply.thumbs:
                self._pictured(thumb)

    # -- what is asked for -----------------------------------------------------------------------------------------

    def act(self, act: WallAct, done: Callable[[Message | None], None]) -> None:
        self._seat.ask("wall.act", replace(act, who=self._seat.who()), ActDone, _only_problem(done))

    def publish(self, texts: Mapping[str, str], note: str, seen: int, done: Callable[[int | Message], None]) -> None:
        self._publish(Publish(dict(texts), seen, note), done)

    def back(self, version: int, seen: int, done: Callable[[int | Message], None]) -> None:
        self._publish(Publish(back=version, seen=seen), done)

    def _publish(self, wanted: Publish, done: Callable[[int | Message], None]) -> None:
        def told(reply: Published | Message) -> None:
            if isinstance(reply, Published):
                self._ask_scenes(reply.version)
            done(reply if isinstance(reply, Message) else reply.version)

        self._seat.ask("wall.publish", wanted, Published, told)

    def versions(self, done: Callable[[Versions | Message], None]) -> None:
        self._seat.ask("wall.versions", Nothing(), Versions, done)

    def version(self, number: int, against: int, done: Callable[[VersionTexts | Message], None]) -> None:
        self._seat.ask("wall.version", VersionWanted(number, against), VersionTexts, done)

    def events(self, done: Callable[[Events | Message], None]) -> None:
        self._seat.ask("wall.events", EventsWanted(), Events, done)

    def pair(self, role: str, days: int, done: Callable[[Paired | Message], None]) -> None:
        self._seat.ask("wall.pair", Pair(role, days), Paired, done)

    def remotes(self, done: Callable[[RemotesKnown | Message], None]) -> None:
        self._seat.ask("wall.remotes", Nothing(), RemotesKnown, done)

    def unpair(self, id: str, done: Callable[[Message | None], None]) -> None:
        self._seat.ask("wall.unpair", Unpair(id), Nothing, _only_problem(done))

    def code(self, machine: str, done: Callable[[CodeMade | Message], None]) -> None:
        self._seat.ask("wall.code", CodeWanted(machine), CodeMade, done)

    def machines(self, done: Callable[[Machines | Message], None]) -> None:
        self._seat.ask("wall.machines", MachinesWanted(), Machines, done)

    def revoke(self, machine: str, done: Callable[[Message | None], None]) -> None:
        self._seat.ask("wall.revoke", Revoke(machine), Revoked, _only_problem(done))

    def forget(self, machine: str, done: Callable[[Forgotten | Message], None]) -> None:
        self._seat.ask("wall.forget", Forget(machine), Forgotten, done)

    def hand(self, pointer: Pointer) -> None:
        self._seat.ask("wall.hand", pointer, Nothing, lambda reply: None)


def _only_problem(done: Callable[[Message | None], None]) -> Callable[[object], None]:
    """Tells why not, or None."""

    def told(reply: object) -> None:
        done(reply if isinstance(reply, Message) else None)

    return told
