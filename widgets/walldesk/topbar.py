"""The top bar of the operator's desk: which wall, in which mode, by whom; trying and publishing."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from cockpit.model.ages import moment
from cockpit.model.headline import by_words
from cockpit.model.messages import Message
from cockpit.model.wallstate import WallShows
from widgets.kit.actions import key_words
from widgets.kit.buttons import KeyButton, Segments, button, disable
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.panel import Pane, guarded
from widgets.walldesk.editing import Editing

EXTRA = ("walldesk.rehearse", "walldesk.remote")
"""Commands that have a button here where the desk has them."""
MOST_WALLS = 6
DID = {
    "carousel": "walldesk.did_carousel", "pause": "walldesk.did_carousel", "next": "walldesk.did_carousel",
    "live": "walldesk.did_back", "uncast": "walldesk.did_back", "blank": "walldesk.did_blank",
    "freeze": "walldesk.did_freeze", "identify": "walldesk.did_identify", "cast": "walldesk.did_cast",
    "view": "walldesk.did_pointed", "event": "walldesk.did_pointed", "area": "walldesk.did_pointed",
    "about": "walldesk.did_pointed", "volume": "walldesk.did_sound", "mute": "walldesk.did_sound",
    "brightness": "walldesk.did_light", "try": "walldesk.did_try",
}  # fmt: skip
"""What an act that brings neither scene nor mode is called."""


class _Mark(QWidget):
    """Logo and name of the desk."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.short = False

    def _words(self) -> str:
        ctx = self._ctx
        city = ctx.t.pack(ctx.pack.name)
        return ctx.t("walldesk.title_short" if self.short else "walldesk.title", city=city)

    def sizeHint(self) -> QSize:
        wide = QFontMetricsF(self._ctx.theme.font("clock", 700)).horizontalAdvance(self._words())
        return QSize(round(36 + wide + 8), 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.75, self.height() / 2 - 11.25, 22.5, 22.5)
        painter.setPen(QPen(theme.t2, 1.5))
        painter.drawRoundedRect(box, 4, 4)
        foot = box.bottom() - 5.25
        for x, high in ((6, 7), (11, 12), (16, 5)):
            painter.fillRect(QRectF(x, foot - high, 2.5, high), theme.acc)
        painter.setFont(theme.font("clock", 700))
        painter.setPen(theme.t1)
        painter.drawText(
            QRectF(36, 0, self.width() - 36, self.height()), int(Qt.AlignmentFlag.AlignVCenter), self._words()
        )


class WallTop(Pane):
    """
    Attributes:
        walls: a button a wall, by its id. modes: the switch of modes, None before they are known.
        publish: the button that publishes.
    """

    panel_id: ClassVar[str] = "deskwalltop"

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._edit = Editing(ctx)
        self._hand = self._edit.hand
        self.setFixedHeight(ctx.theme.space["topbar_h"])
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 1)
        row.setSpacing(8)
        self._mark = _Mark(ctx, self)
        row.addWidget(self._mark)
        self._walls, self._modes = QHBoxLayout(), QHBoxLayout()
        self._walls.setSpacing(6)
        self._group = QButtonGroup(self)
        self.walls: dict[str, QPushButton] = {}
        self.modes: Segments | None = None
        self._known: object = None
        row.addLayout(self._walls)
        row.addSpacing(8)
        row.addLayout(self._modes)
        row.addSpacing(4)
        self._by = ElidedLabel(parent=self)
        row.addWidget(self._by, 1)
        row.addStretch(0)
        self.extra = {id: button("", lambda id=id: self._act(id), parent=self) for id in EXTRA}
        for made in self.extra.values():
            row.addWidget(made)
        self.try_ = button("", lambda: self._act("walldesk.try"), parent=self)
        row.addWidget(self.try_)
        self.publish = KeyButton("", key_words("Ctrl+Return"), ctx.theme, "primary", self)
        self.publish.clicked.connect(lambda _checked=False: self._act("walldesk.publish"))
        row.addWidget(self.publish)
        ctx.walling.changed.connect(self._looked)
        if ctx.walls is not None:
            ctx.walls.listen(self._heard)
        self.retheme()

    def _looked(self, what: str) -> None:
        self._tell()

    @guarded
    def _heard(self, what: str) -> None:
        if what in ("state", "scenes"):
            self._tell()

    def retheme(self) -> None:
        theme = self.ctx.theme
        self._by.setFont(theme.font("small"))
        self._by.set_color(theme.t2)
        self.publish.retheme(theme)
        self.update()
        self._tell()

    def retranslate(self) -> None:
        self._known = None
        self._mark.updateGeometry()
        self._mark.update()
        self._tell()

    def age_tick(self) -> None:
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        short = self.width() < 1500
        if short != self._mark.short:
            self._mark.short = short
            self._mark.updateGeometry()
        self.publish.set_bare(self.width() < 1200)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.fillRect(self.rect(), theme.s1)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.line)

    def _act(self, id: str) -> None:
        reason = self.ctx.actions.trigger(id)
        if reason is not None:
            self.ctx.notify(reason, 0)

    def _tell(self) -> None:
        hand, t, state = self._hand, self.ctx.t, self._hand.state
        if state is not None and (key := (state.hall.walls, state.hall.modes, t.lang)) != self._known:
            self._known = key
            self._make()
        wall, shows = hand.wall, hand.shows
        for id, made in self.walls.items():
            made.setChecked(wall is not None and id == wall.id)
        if self.modes is not None and shows is not None and shows.mode:
            self.modes.set_current(shows.mode)
        said = [t(one) for one in self._told(shows)] if shows is not None else []
        words = self._fitting(" · ".join(said), *said[:1])
        drill = shows is not None and bool(shows.rehearsal)
        if drill:
            words = t("walldesk.in_rehearsal")
        self._by.set_color(self.ctx.theme["red_text" if drill else "t2"])
        self._by.setText(words)
        for id, made in self.extra.items():
            action = self.ctx.actions.get(id)
            made.setVisible(action is not None)
            if action is not None:
                made.setText(t(action.title))
        trying = shows is not None and shows.trial is not None
        self.try_.setText(t("walldesk.end_try" if trying else "walldesk.try"))
        self.publish.setText(t("walldesk.publish"))
        problem = None if self._edit.unpublished() else Message("walldesk.nothing_to_publish")
        disable(self.publish, t(problem) if problem is not None else "")

    def _fitting(self, *ways: str) -> str:
        """The first of several sentences that there is room for beside all else; none is better than half a name."""
        row, room = self.layout(), self.width()
        assert row is not None
        items = [item for i in range(row.count()) if (item := row.itemAt(i)) is not None and not item.isEmpty()]
        margins = row.contentsMargins()
        room -= margins.left() + margins.right() + row.spacing() * len(items)
        room -= sum(item.sizeHint().width() for item in items if item.widget() is not self._by)
        metrics = self._by.fontMetrics()
        return next((words for words in ways if metrics.horizontalAdvance(words) <= room), "")

    def _told(self, shows: WallShows) -> list[Message]:
        """Who brought what is on the wall, or its mode, and when; and what was last done to it beside that."""
        t, found = self.ctx.t, list[Message]()
        scene, at = {"scene": shows.scene.name}, max(shows.scene_at, shows.mode_at)
        if shows.mode_by and shows.mode_at == at:
            mode = self._hand.mode
            words = {"mode": mode.name if mode is not None else shows.mode}
            found.append(Message("walldesk.mode_by", {**self._who(at, shows.mode_by), **words}))
        elif shows.scene_by:
            found.append(Message("walldesk.scene_by", {**self._who(at, shows.scene_by), **scene}))
        elif at:
            turned = "walldesk.scene_turned" if shows.carousel and not shows.paused else "walldesk.scene_back"
            found.append(Message(turned, {**self._who(at, ""), **scene}))
        if shows.since > at and shows.by and shows.did in DID:
            found.append(Message("walldesk.did_by", {**self._who(shows.since, shows.by), "what": t(DID[shows.did])}))
        return found

    def _who(self, at: int, by: str) -> dict[str, object]:
        clock = self.ctx.clock
        return {"at": moment(clock.city.at(at), clock.now()), "by": by_words(by, self.ctx.t)}

    def _make(self) -> None:
        state, t = self._hand.state, self.ctx.t
        assert state is not None
        for old in self.walls.values():
            old.hide()
            old.deleteLater()
        rooms = {room.id: room.name for room in state.hall.rooms}
        self.walls = {}
        for wall in state.hall.walls[:MOST_WALLS]:
            name = t.pack(rooms.get(wall.room, wall.name))
            words = t("walldesk.wall_chip", name=name, rows=wall.rows, columns=wall.columns)
            made = button(words, lambda id=wall.id: self._hand.look_at_wall(id), "chip", parent=self)
            made.setToolTip(t.pack(wall.name))
            self._group.addButton(made)
            self._walls.addWidget(made)
            self.walls[wall.id] = made
        if self.modes is not None:
            self.modes.hide()
            self.modes.deleteLater()
        shows = self._hand.shows
        modes = [(mode.id, t.pack(mode.name)) for mode in state.hall.modes]
        self.modes = Segments(modes, shows.mode if shows is not None else "", self) if modes else None
        if self.modes is not None:
            self.modes.chosen.connect(self._mode)
            self._modes.addWidget(self.modes)

    def _mode(self, id: str) -> None:
        self._hand.act("mode", id)
        self._tell()  # a switch shows where it is, not that it was pressed


PANELS = {"deskwalltop": WallTop}
