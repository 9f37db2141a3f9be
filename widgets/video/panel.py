"""The panel `video` of a desk: the camera that is selected, or those about the event that is."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cockpit.model.messages import Message
from cockpit.model.ports import Body
from cockpit.picture import Selection
from widgets.kit.context import PanelContext
from widgets.kit.panel import Panel, PanelState
from widgets.video.choosing import by_id, first_ones, nearest, place_of
from widgets.video.walked import WalkedTiles

MOST = 4
PX, PAD = 12, 6


class VideoPanel(Panel):
    """
    Attributes:
        tiles: what plays.
    """

    panel_id = "video"
    title_id = "videos.title"
    topics = frozenset({"camera", "video"})

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._own = ("", "")
        """Event, and the camera that saw it."""
        self._main = ""
        column = QVBoxLayout(self.content)
        column.setContentsMargins(8, 8, 8, 8)
        self.tiles = WalkedTiles(ctx, self.content)
        self.tiles.dress(lambda: self.ctx.theme, PX, PAD)
        self.tiles.chosen.connect(lambda camera: ctx.selection.select("camera", camera))
        column.addWidget(self.tiles)
        self._unsubscribe = ctx.selection.subscribe(self._selected)
        self.refresh(self.topics)

    def _selected(self, selection: Selection) -> None:
        self.refresh(self.topics)

    def refresh(self, topics: frozenset[str]) -> None:
        videos = self.ctx.videos
        problem = Message("videos.no_port") if videos is None else videos.problem
        if problem is not None:
            self.tiles.show_cameras(())
            self.show_state(PanelState.DEAD, problem)
            return
        cameras = self._cameras()
        if not cameras:
            self.tiles.show_cameras(())
            self.set_facts(None)
            event = self.ctx.selection.topic == "event"
            mistake = videos.mistake if videos is not None else None
            why = Message("videos.none_near" if event else "videos.choose")
            self.show_state(PanelState.EMPTY, why, () if mistake is None else (mistake,))
            return
        self.show_content()
        self.tiles.show_cameras(cameras)
        self.age_tick()

    def _cameras(self) -> list[str]:
        picture, (topic, key) = self.ctx.picture, self.ctx.selection.item
        if topic == "camera":
            if key in [tile.camera for tile in self.tiles.tiles]:  # one of those shown was taken: they stay
                return [tile.camera for tile in self.tiles.tiles]
            row = picture["camera"].get(key)
            near = nearest(picture, row["lon"], row["lat"], MOST) if row is not None else []
            return first_ones([key, *near], MOST)
        if topic == "event":
            self._ask(key)
            place = place_of(picture, key)
            near = nearest(picture, *place, MOST) if place is not None else []
            return first_ones([self._own[1], *near], MOST)
        return [tile.camera for tile in self.tiles.tiles]

    def _ask(self, event: str) -> None:
        if event == self._own[0]:
            return
        self._own = (event, "")

        def told(body: Body | Message) -> None:
            if event == self._own[0] and isinstance(body, Body):
                self._own = (event, by_id(self.ctx.picture, str(body.fields.get("camera") or "")))
                self.refresh(self.topics)

        self.ctx.bodies.body(event, told)

    def age_tick(self) -> None:
        super().age_tick()
        if self.state is PanelState.DEAD:
            self.refresh(self.topics)  # who looks is told that it is over
        elif self.state is None and self.tiles.tiles:
            self.tiles.say()
            self.set_facts(self.tiles.counted)

    def retranslate(self) -> None:
        super().retranslate()
        self.refresh(self.topics)

    def retheme(self) -> None:
        super().retheme()
        self.tiles.update()


PANELS = {"video": VideoPanel}
