"""The panel `wallvideo`: 1 to 36 cameras that play on a wall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QResizeEvent

from cockpit.model.messages import Message
from cockpit.model.ports import Body
from cockpit.model.videos import MOST_SHOWN
from widgets.kit.panel import PanelState
from widgets.video.choosing import by_id, first_ones, gravest, in_area, named, nearest, place_of
from widgets.video.tiles import VideoTiles
from widgets.wall.gravest import gravest_key
from widgets.wall.kit import WallPanel

GRAVEST_SECONDS = 20.0
"""So long the cameras of the gravest events stay, whatever comes in."""
BEZEL = 14
"""No tile comes closer to the edge of a screen where another one goes on, px."""
LEAST_ACROSS = 9
"""Characters that a tile is wide at the least, where nobody says how many there are."""


class WallVideoPanel(WallPanel):
    """Which cameras: `cameras` by key or id; `near = "event"` those about the event that it follows; `area` (code);
    `group` of cameras.toml; without any of them those at the gravest open events. `count` at the most (0: as many as
    can be read), `columns`, `fps`."""

    panel_id = "wallvideo"
    title_id = "videos.title"
    topics = frozenset({"camera", "event", "video"})
    calm = 0.9
    options: ClassVar[Mapping[str, Any]] = {
        "cameras": [], "near": "", "group": "", "count": 0, "columns": 0, "fps": 25,
    }  # fmt: skip

    def begin(self) -> None:
        self._event = ""
        self._own = ""
        self._found: tuple[tuple[object, ...], list[str]] = ((), [])
        self.tiles = VideoTiles(self.ctx, self)
        self.tiles.columns = max(0, min(int(self.chosen["columns"]), MOST_SHOWN))
        self.tiles.fps = float(max(1, min(self.chosen["fps"], 60)))
        self.hold(self.tiles)

    def look(self) -> None:
        sight = self.ctx.wall
        self.tiles.show_to(sight.privacy if sight is not None else "open")
        self.tiles.lie_in(self._rooms())
        self.tiles.dress(lambda: self.theme, self.base.min, self.base.gap, self.base.gap)
        videos = self.ctx.videos
        if videos is None or videos.problem is not None:
            problem = videos.problem if videos is not None else None
            self._nothing(PanelState.DEAD, problem or Message("videos.no_port"))
            return
        cameras = self._cameras()
        if not cameras:
            self._nothing(PanelState.EMPTY, self._why_none(), videos.mistake)
            return
        self.show_content()
        self.tiles.show_cameras(cameras)
        self.age_tick()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.look_now()  # how many can be read is another number

    def _rooms(self) -> list[QRect]:
        """What of the body lies on each screen, without what is close to a bezel; [] all of it on one."""
        part = self.ctx.wall.part if self.ctx.wall is not None else None
        body = self.body().toAlignedRect()
        if part is None:
            return []
        panel, least = part.panel, self.base.min * LEAST_ACROSS // 2
        rooms = []
        for screen in part.screens:
            left, top = screen.x - panel.x, screen.y - panel.y
            right, foot = left + screen.w, top + screen.h
            seen = QRect(
                QPoint(left + BEZEL if left > 0 else 0, top + BEZEL if top > 0 else 0),
                QPoint(right - BEZEL if right < panel.w else panel.w, foot - BEZEL if foot < panel.h else panel.h),
            ).intersected(body)
            if seen.width() >= least and seen.height() >= least:
                rooms.append(seen.translated(-body.topLeft()))
        return sorted(rooms, key=lambda room: (room.top(), room.left())) if len(rooms) > 1 else []

    def _nothing(self, state: PanelState, why: Message, mistake: Message | None = None) -> None:
        self.tiles.show_cameras(())
        self.set_facts(None)
        self.show_state(state, why, () if mistake is None else (mistake,))

    @property
    def most(self) -> int:
        """How many at the most."""
        told = int(self.chosen["count"])
        if told:
            return max(1, min(told, MOST_SHOWN))
        body = self.body()
        wide = self.base.min * LEAST_ACROSS
        fit = max(1, int(body.width() / wide)) * max(1, int(body.height() / (wide * 9 / 16 + self.tiles.line)))
        return min(fit, 9)

    def _cameras(self) -> list[str]:
        picture, chosen = self.ctx.picture, self.chosen
        if chosen["cameras"]:
            return first_ones(named(picture, chosen["cameras"]), self.most)
        if chosen["group"]:
            groups = self.ctx.videos.groups if self.ctx.videos is not None else ()
            found = next((group for group in groups if group.id == chosen["group"]), None)
            return first_ones(named(picture, found.cameras), self.most) if found is not None else []
        event = self._followed()
        if chosen["near"] == "event" or event:
            self._ask(event)
            place = place_of(picture, event)
            near = self._once(("near", place), lambda: nearest(picture, *place, self.most) if place else [])
            return first_ones([self._own, *near], self.most)
        sight = self.ctx.wall
        area = chosen["area"] or (sight.area if sight is not None else "")
        if area:
            return self._once(("area", area), lambda: in_area(picture, area, self.most))
        turn = self.ctx.clock.mono() // GRAVEST_SECONDS
        return self._once(("gravest", turn), lambda: gravest(picture, self.most))

    def _once(self, what: tuple[object, ...], find: Callable[[], list[str]]) -> list[str]:
        """Looked for again only when something is another: a city has hundreds of thousands of cameras."""
        key = (*what, self.ctx.picture["camera"].moves, self.most)
        if key != self._found[0]:
            self._found = key, find()
        return self._found[1]

    def _followed(self) -> str:
        sight = self.ctx.wall
        if sight is None:
            return self.ctx.selection.key if self.ctx.selection.topic == "event" else ""
        if self.chosen["near"] != "event":
            return sight.event
        return sight.event or sight.focus or gravest_key(self.ctx)

    def _why_none(self) -> Message:
        if self.chosen["group"]:
            return Message("videos.no_group", {"group": self.chosen["group"]})
        if self.chosen["near"] == "event":
            return Message("videos.none_near") if self._followed() else Message("videos.no_event")
        return Message("videos.none_here")

    def _ask(self, event: str) -> None:
        """The camera that saw it, as its source says."""
        if event == self._event:
            return
        self._event, self._own = event, ""
        if not event:
            return

        def told(body: Body | Message) -> None:
            if event == self._event and isinstance(body, Body):
                self._own = by_id(self.ctx.picture, str(body.fields.get("camera") or ""))
                self.look_now()

        self.ctx.bodies.body(event, told)

    def age_tick(self) -> None:
        super().age_tick()
        if self.state is None:
            self.tiles.say()
            self.set_facts(self.tiles.counted)


PANELS = {"wallvideo": WallVideoPanel}
