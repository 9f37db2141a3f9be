"""Pictures of cameras side by side, each with its name and how it is doing; painted only where a new one came."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.ages import span
from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.ports.videos import Videos
from cockpit.model.tables import CameraState
from cockpit.model.videos import MOST_SHOWN, VideoSeen, VideoState, VideoWanted
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.kit.theme import Theme
from widgets.video.laying import lay
from widgets.video.tile import Tile, line_of, paint_caption, paint_picture, shows_of

LOOK_MS = 40
"""Twenty-five pictures a second."""
STILL = 3 * SECOND
"""A picture older than this has stopped, and its age is said."""
WARM_MS = 10_000
"""So long tiles that nobody has seen yet are fetched: a scene that is prepared has its pictures when it is shown."""


class VideoTiles(QWidget):
    """
    Attributes:
        tiles: in order. at: number of the one that the keyboard is on, -1 none.
        privacy: whose eyes see it. columns: 0 as many as make the pictures largest.
        fps: pictures a second of each at the most. painted: how often it was painted.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.tiles: list[Tile] = []
        self.privacy = "open"
        self.columns = 0
        self.fps = 25.0
        self.painted = 0
        self._theme: Callable[[], Theme] = lambda: ctx.theme
        self._px = 12
        self._pad, self._margin = 4, 0
        self._rooms: list[QRect] = []
        self.at = -1
        self._pictures = QRegion()
        self._warm = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)
        self._warming = QTimer(self, singleShot=True, interval=WARM_MS)
        self._warming.timeout.connect(self._cool)

    # -- what it is told -------------------------------------------------------------------------------------------

    def dress(self, theme: Callable[[], Theme], px: int, pad: int, margin: int = 0) -> None:
        """Its colours, the size of its words, the gap between tiles and the room around them."""
        self._theme = theme
        if (px, pad, margin) != (self._px, self._pad, self._margin):
            self._px, self._pad, self._margin = px, pad, margin
            self._lay()
            self._watch()
            self.update()

    def show_cameras(self, cameras: Sequence[str]) -> None:
        """The cameras to show, by key; those that were shown keep their picture."""
        wanted = list(dict.fromkeys(cameras))[:MOST_SHOWN]
        known = {tile.camera: tile for tile in self.tiles}
        table, t = self.ctx.picture["camera"], self.ctx.t
        tiles = []
        for camera in wanted:
            row = table.get(camera)
            video = self.ctx.videos.video(camera) if self.ctx.videos is not None else None
            own = t.pack(video.name) if video is not None and video.name else ""
            name = own or (str(row["name"]) if row is not None else "") or camera.partition("/")[2] or camera
            offline = row is not None and int(row["state"]) == CameraState.OFFLINE
            tile = known.get(camera) or Tile(camera, name)
            tile.name, tile.offline = name, offline
            tiles.append(tile)
        if [tile.camera for tile in tiles] != [tile.camera for tile in self.tiles]:
            self.tiles = tiles
            self.at = min(self.at, len(tiles) - 1)
            self.setAccessibleName("、".join(tile.name for tile in tiles))
            self._lay()
            self._warm_up()
            self.update()
        self.say()

    def show_to(self, privacy: str) -> None:
        """Whose eyes see it; what was there for others is let go at once."""
        if privacy != self.privacy:
            self.privacy = privacy
            for tile in self.tiles:
                tile.let_go()
                tile.after = 0
            self._place()
            self._watch()
            self.update()

    def say(self) -> None:
        """How each is doing, in words, and no picture that may not be seen any more; to be called each second."""
        hidden = [tile for tile in self.tiles if tile.data is not None and not self._may_stay(tile)]
        for tile in hidden:
            tile.let_go()
            self.update(tile.box.toAlignedRect())
        if hidden:
            self._place()
        for tile in self.tiles:
            said = self._state_of(tile)
            if said != tile.said:
                tile.said = said
                self.update(tile.box.toAlignedRect())

    @property
    def live(self) -> int:
        """How many play."""
        now = self.ctx.clock.wall()
        return sum(tile.data is not None and now - tile.data.at < STILL for tile in self.tiles)

    @property
    def counted(self) -> Message:
        """How many there are and play, and whether the site's file is wrong, so that those known before are shown."""
        wrong = self.ctx.videos is not None and self.ctx.videos.mistake is not None
        return Message("videos.counted_wrong" if wrong else "videos.counted", {"live": self.live, "n": len(self.tiles)})

    # -- fetching --------------------------------------------------------------------------------------------------

    def _wanted(self, tile: Tile) -> VideoWanted:
        ratio = self.devicePixelRatioF()
        room = tile.room
        size = max(16, round(room.width() * ratio)), max(16, round(room.height() * ratio))
        return VideoWanted(tile.camera, size, self.fps, self.privacy)  # type: ignore[arg-type]

    def _watch(self) -> None:
        videos = self.ctx.videos
        if videos is not None:
            for tile in self.tiles:
                tile.wanted = self._wanted(tile)
            on = self.isVisible() or self._warm
            videos.watch(self, [tile.wanted for tile in self.tiles if tile.wanted is not None] if on else ())

    def _warm_up(self) -> None:
        """Fetches before it is seen, for a while."""
        if not self.isVisible():
            self._warm = True
            self._warming.start()
        self._watch()

    def _cool(self) -> None:
        self._warm = False
        self._watch()

    @guarded
    def _look(self) -> None:
        """Takes the newest picture of each; only where it is a new one is painted."""
        videos = self.ctx.videos
        if videos is None:
            return
        for tile in self.tiles:
            if tile.wanted is None:
                continue
            new = videos.newest(tile.wanted, tile.after)
            if new is None:
                continue
            before, stood = tile.image.size(), tile.said
            tile.take(new, self.devicePixelRatioF(), shows_of(videos.video(tile.camera), self.privacy))
            if before != tile.image.size():
                self._place()
            if stood:
                tile.said = self._state_of(tile)
            self.update((tile.box if stood or before != tile.image.size() else tile.shown).toAlignedRect())

    def showEvent(self, event: QShowEvent) -> None:
        self._warm = False
        self._warming.stop()
        self.say()
        self._watch()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        self._watch()

    def stop(self) -> None:
        """Wants nothing any more."""
        self._timer.stop()
        self._warming.stop()
        self._warm = False
        if self.ctx.videos is not None:
            self.ctx.videos.watch(self, ())

    # -- where things lie ------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay()
        self._watch()

    def lie_in(self, rooms: Sequence[QRect]) -> None:
        """The places that tiles may lie in, no tile in two of them: what of the widget is seen on each screen."""
        if list(rooms) != self._rooms:
            self._rooms = list(rooms)
            self._lay()
            self._watch()
            self.update()

    @property
    def line(self) -> int:
        """Height of a line under a picture, px."""
        return line_of(self._px)

    def _lay(self) -> None:
        lay(self.tiles, self._rooms or [self.rect()], self._px, self._pad, self._margin, self.columns)
        self._place()

    def _place(self) -> None:
        """Where the pictures are: a repaint of nothing else needs no words."""
        self._pictures = QRegion()
        for tile in self.tiles:
            tile.shown = tile.picture_box()
            if not tile.image.isNull():
                self._pictures += tile.shown.toAlignedRect()

    # -- words -----------------------------------------------------------------------------------------------------

    def _seen(self, tile: Tile) -> VideoSeen:
        videos: Videos | None = self.ctx.videos
        return videos.seen(self._wanted(tile)) if videos is not None else VideoSeen()

    def _may_stay(self, tile: Tile) -> bool:
        """Whether the picture of a tile may still be seen: the site can hide or mask a camera at any time."""
        video = self.ctx.videos.video(tile.camera) if self.ctx.videos is not None else None
        return shows_of(video, self.privacy) == tile.shows and self._seen(tile).state is not VideoState.REFUSED

    def _state_of(self, tile: Tile) -> str:
        """How a tile is doing; "" it plays."""
        t, now = self.ctx.t, self.ctx.clock.wall()
        seen = self._seen(tile)
        if tile.data is not None and seen.state is not VideoState.REFUSED:
            age = now - tile.data.at
            return "" if age < STILL else t("videos.stopped", span=t(span(age)))
        if seen.why is not None:
            away = tile.offline and seen.state is VideoState.AWAY
            return t(Message("videos.offline")) if away else t(seen.why)
        return t("videos.opening")

    # -- painting --------------------------------------------------------------------------------------------------

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        region = event.region()
        moving = region.subtracted(self._pictures).isEmpty()
        if not moving:
            painter.fillRect(region.boundingRect(), theme.s1)
        for i, tile in enumerate(self.tiles):
            if region.intersects(tile.box.toAlignedRect()):
                paint_picture(painter, tile, theme, self._px)
                if not moving:
                    paint_caption(painter, tile, theme, self._px, self.ctx.t("videos.live"))
                if i == self.at and self.hasFocus():
                    draw_focus(painter, tile.box, theme)
        self.painted += 1
