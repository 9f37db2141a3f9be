"""The walls of a hall as a desk meets them: the hub's own board and versions in this process, told the time by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from cockpit.model.clock import SECOND, ManualClock
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.wall_shipped import FOLDER, hall_text
from cockpit.model.wall_solve import cut, solve_scene
from cockpit.model.wallasks import (
    HALL,
    Events,
    Paired,
    Publish,
    RemoteHere,
    RemotesKnown,
    SceneText,
    SceneTexts,
    Versions,
    VersionTexts,
)
from cockpit.model.walljoin import CodeMade, Forgotten, Machines, Member
from cockpit.model.wallstate import NodeReport, Pointer, ScreenHealth, Thumb, WallAct, WallState
from cockpit.ui.ports import while_alive
from cockpit.wall.board import Board, KeptBoard
from cockpit.wall.turning import Standing
from cockpit.wall.versions import PublishedVersions

CENTRE = Path(__file__).parent / "walldesk_hall.toml"
"""A command centre: a wall of 2 × 3 on the machines A, B and C, and one screen each in two other rooms."""


class LivingWalls:
    """`ports.walls.Walls` on a real board.

    Attributes:
        role: of whoever acts here. away: the hub does not answer; then nothing is told and acts are refused.
        late: the scenes are read at `read_scenes` only, however early they are told to be others.
        acts: what was asked for, in order. paired: remotes by their code. joined: machines that are there, gone: that
            are not, `old` without a key.
    """

    def __init__(self, clock: ManualClock, folder: Path, hall: str = "", scenes: Path = FOLDER) -> None:
        self.clock = clock
        self.role = "wall"
        self.away = self.late = False
        self._read: SceneTexts | None = None
        self.acts: list[WallAct] = []
        self.paired: dict[str, RemoteHere] = {}
        self.joined, self.gone = ["a", "b", "c"], ["left", "old"]
        self.versions_ = PublishedVersions(folder / "versions", folder / "site", scenes)
        site = folder / "site"
        site.mkdir(parents=True, exist_ok=True)
        text = hall_text(hall) if hall else CENTRE.read_text(encoding="utf-8")
        (site / HALL).write_text(text, encoding="utf-8")
        problems = self.versions_.open(clock.now())
        assert not problems, problems
        self.board = Board(self.versions_.whole.site, KeptBoard(), clock.now())
        self._listeners: list[Callable[[str], None]] = []
        self._thumbs: dict[str, dict[int, Thumb]] = {}
        self._state: WallState | None = None
        self._heard = 0
        self.tell()

    # -- the port --------------------------------------------------------------------------------------------------

    @property
    def state(self) -> WallState | None:
        return self._state

    @property
    def heard(self) -> int:
        return self._heard

    @property
    def scenes(self) -> SceneTexts | None:
        if self._read is None or not self.late:
            self._read = self._scenes()
        return self._read

    def _scenes(self) -> SceneTexts:
        whole = self.versions_.whole
        found = tuple(
            SceneText(scene, whole.texts[f"scenes/{id}.toml"], f"scenes/{id}.toml" not in whole.own)
            for id, scene in whole.site.scenes.items()
        )
        return SceneTexts(found, whole.texts[HALL], whole.own_hall, self.versions_.number)

    def thumbs(self, wall: str) -> Mapping[int, Thumb]:
        return self._thumbs.get(wall, {})

    def listen(self, told: Callable[[str], None]) -> None:
        self._listeners.append(while_alive(told))

    def second(self, wall: str) -> None:
        pass

    def act(self, act: WallAct, done: Callable[[Message | None], None]) -> None:
        self.acts.append(act)
        if self.away:
            done(Message("seat.hub_silent"))
            return
        try:
            self.board.check(act.wall, self.role)
            self.board.act(act, "刘洋", self.clock.now(), self._mono)
        except CockpitError as error:
            done(error.message)
            return
        self.tell()
        done(None)

    def publish(self, texts: Mapping[str, str], note: str, seen: int, done: Callable[[int | Message], None]) -> None:
        self._publish(Publish(dict(texts), seen, note), done)

    def back(self, version: int, seen: int, done: Callable[[int | Message], None]) -> None:
        self._publish(Publish(back=version, seen=seen), done)

    def _publish(self, wanted: Publish, done: Callable[[int | Message], None]) -> None:
        try:
            number = self.versions_.publish(wanted, "刘洋", self.clock.now())
        except CockpitError as error:
            done(error.message)
            return
        self.board.publish(self.versions_.whole.site, self.clock.now(), self._mono)
        self.tell()
        if not self.late:
            self._say("scenes")
        done(number)

    def versions(self, done: Callable[[Versions | Message], None]) -> None:
        done(Versions(self.versions_.versions()))

    def version(self, number: int, against: int, done: Callable[[VersionTexts | Message], None]) -> None:
        try:
            done(self.versions_.version(number, against))
        except CockpitError as error:
            done(error.message)

    def events(self, done: Callable[[Events | Message], None]) -> None:
        done(Events())

    def pair(self, role: str, days: int, done: Callable[[Paired | Message], None]) -> None:
        until = self.clock.now() + 600 * SECOND
        code = f"K7QM-{len(self.paired) + 1:04}"
        self.paired[code] = RemoteHere(code, "", role, until, False)
        done(Paired(code, f"https://10.0.0.8:8443/remote#{code}", until))

    def remotes(self, done: Callable[[RemotesKnown | Message], None]) -> None:
        done(RemotesKnown(tuple(self.paired.values())))

    def unpair(self, id: str, done: Callable[[Message | None], None]) -> None:
        self.paired.pop(id, None)
        done(None)

    def code(self, machine: str, done: Callable[[CodeMade | Message], None]) -> None:
        done(CodeMade("8K2M-QX7P-4T9D", self.clock.now() + 600 * SECOND, "10.0.0.8"))

    def machines(self, done: Callable[[Machines | Message], None]) -> None:
        now = self.clock.now()
        gone = (Member(name, 0 if name == "old" else now, False, now - 3600 * SECOND) for name in self.gone)
        done(Machines((*(Member(name, now, True) for name in self.joined), *gone)))

    def revoke(self, machine: str, done: Callable[[Message | None], None]) -> None:
        self.joined.remove(machine)
        done(None)

    def forget(self, machine: str, done: Callable[[Forgotten | Message], None]) -> None:
        if machine in self.joined:
            done(Message("walljoin.machine_alive", {"name": machine}))
            return
        self.gone.remove(machine)
        done(Forgotten(machine))

    def hand(self, pointer: Pointer) -> None:
        pass

    # -- what a test does ------------------------------------------------------------------------------------------

    @property
    def _mono(self) -> int:
        return round(self.clock.mono() * SECOND)

    def _say(self, what: str) -> None:
        for told in tuple(self._listeners):
            told(what)

    def forget_listeners(self) -> None:
        """Those who listened are gone."""
        self._listeners.clear()

    def tell(self) -> None:
        """The hub tells its state now."""
        self.board.settle(self._mono + SECOND)
        self.board.stamp(self.clock.now())
        self._state = self.board.state(self.versions_.number)
        self._heard = self.clock.now()
        self._say("state")

    def after(self, seconds: float, standing: Sequence[Standing] | None = None) -> None:
        """Time passes at the hub.

        Args:
            standing: alerts of now; None: as before.
        """
        self.clock.advance(seconds)
        now = self.clock.now()
        self.board.tick(now, self._mono, now, standing)
        self.tell()

    def published_by(self, by: str, texts: Mapping[str, str]) -> int:
        """Somebody at another desk publishes files; their version."""
        number = self.versions_.publish(Publish(dict(texts)), by, self.clock.now())
        self.board.publish(self.versions_.whole.site, self.clock.now(), self._mono)
        self.tell()
        self._say("scenes")
        return number

    def read_scenes(self) -> None:
        """The scenes come that were asked for."""
        self._read = self._scenes()
        self._say("scenes")

    def report(
        self,
        machine: str,
        unplugged: tuple[int, ...] = (),
        frame: float = 9.1,
        longest: float = 0.0,
        behind: int = 0,
        **more: object,
    ) -> None:
        """A machine's beat, for all the screens it draws on the first wall; behind: so many revisions."""
        wall = self.board.site.hall.walls[0]
        revision = self.board.shows[wall.id].revision - behind
        screens = tuple(
            ScreenHealth(
                one.id,
                one.id not in unplugged,
                revision,
                revision,
                frame + 0.4 * one.id,
                frame + 6.2,
                2,
                3000,
                118.0,
                longest,
            )
            for one in wall.screens
            if one.machine == machine
        )
        facts: dict[str, object] = {"temperature": 54.0, "feed_age": 1.2, "clock_error_us": 400, "offset_us": 120}
        report = NodeReport(machine, wall.id, "0.6.2", 3_564_000.0, 1930.0, screens, **{**facts, **more})  # type: ignore[arg-type]
        self.board.report(report, f"user-{machine}", self.clock.now(), self.clock.mono())

    def report_all(self, but: tuple[str, ...] = (), **more: object) -> None:
        for machine in self.board.site.hall.walls[0].machines:
            if machine not in but:
                self.report(machine, **more)  # type: ignore[arg-type]
        self.tell()

    def picture(self, *screens: int, of: int = 0) -> None:
        """Small pictures of screens come: flat ones, a rectangle a panel.

        Args:
            of: as of `Thumb`.
        """
        wall = self.board.site.hall.walls[0]
        shows = self.board.shows[wall.id]
        placed = solve_scene(shows.scene, wall)
        for screen in wall.screens:
            if screens and screen.id not in screens:
                continue
            image = QImage(384, 216, QImage.Format.Format_RGB32)
            image.fill(QColor("#0B1117"))
            painter = QPainter(image)
            scale = 384 / screen.at.w
            for one in cut(placed, screen):
                at = QRectF(one.at.x * scale, one.at.y * scale, one.at.w * scale, one.at.h * scale)
                painter.fillRect(at, QColor("#152B40" if one.place.panel == "wallmap" else "#121A22"))
                painter.setPen(QColor("#E8EEF3"))
                painter.drawText(at, int(Qt.AlignmentFlag.AlignCenter), one.place.panel)
            painter.end()
            buffer = QBuffer()
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            image.save(buffer, "JPG", 80)
            thumb = Thumb(wall.id, screen.id, self.clock.now(), bytes(buffer.data().data()), of)
            self._thumbs.setdefault(wall.id, {})[screen.id] = thumb
        self._say("thumbs")
