"""The rows of the list of scenes: miniature, name, how it stands, key; and what is typed finds them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cockpit.model.clock import SECOND
from cockpit.model.messages import Message
from cockpit.model.wall import Scene
from cockpit.model.wall_tree import walk
from widgets.kit.buttons import draw_key
from widgets.kit.fuzzy import score
from widgets.kit.lines import Index, Lines
from widgets.walldesk.hand import Hand
from widgets.walldesk.mini import paint_scene
from widgets.walldesk.ways import first_fitting

ROW, MINI = 54, QRectF(12, 9, 68, 36)
_LEFT = 92
Ways = tuple[Message, ...]


@dataclass(frozen=True)
class SceneRow:
    """One row.

    Attributes:
        state: under the name; token: its colour. shorter: the same in fewer words, the most first.
        live: it is on the wall. draft: it is another than published.
    """

    id: str
    name: str
    state: str
    token: str
    key: str
    live: bool
    draft: bool
    shorter: tuple[str, ...] = ()


def scene_rows(hand: Hand, typed: str) -> list[SceneRow]:
    """The rows that fit what was typed, in order."""
    t = hand.ctx.t
    shows, mode = hand.shows, hand.mode
    found = []
    for id, name, key in hand.scenes():
        words = t.pack(name)
        if typed and score(typed, name.get("zh", words), name.get("en", words)) <= 0:
            continue
        live = shows is not None and shows.scene.id == id
        draft = hand.differs(id)
        ways = _live(hand) if live else _about(hand, id, mode.scene if mode is not None else "")
        token = "acc" if live else "orange_text" if draft else "t2"
        said, *shorter = map(t, _of_draft(ways, live) if draft else ways)
        found.append(SceneRow(id, words, said, token, key, live, draft, tuple(shorter)))
    return found


def _of_draft(ways: Ways, live: bool) -> Ways:
    """The same of a scene that is another than published: of one on the wall its seconds stay, of another that."""
    found = [Message("walldesk.draft_of", {"state": state}) for state in ways]
    left = ways[-1].params
    return (*found, Message("walldesk.draft_left", left) if live and "n" in left else Message("walldesk.draft"))


def _live(hand: Hand) -> Ways:
    shows, hold, now = hand.shows, hand.hold, hand.ctx.clock.wall()
    if hold is not None and hold.until:
        left = {"n": max(0, hold.until - now) // SECOND}
        return Message("walldesk.held", left), Message("walldesk.held_left", left)
    if hold is not None:
        return Message("walldesk.held_on"), Message("walldesk.held_short")
    if shows is not None and shows.carousel and not shows.paused and shows.next_at:
        left = {"n": max(0, shows.next_at - now) // SECOND}
        return Message("walldesk.in_carousel", left), Message("walldesk.carousel_left", left)
    if shows is not None and shows.carousel and shows.paused:
        return Message("walldesk.carousel_stands"), Message("walldesk.on_wall")
    return (Message("walldesk.on_wall"),)


def _about(hand: Hand, id: str, of_mode: str) -> Ways:
    scene = hand.scene(id)
    if scene is None:
        return (Message("walldesk.reading"),)
    n = {"n": len(hand.placed(scene))}
    panels = Message("walldesk.panels", n)
    if id == of_mode:
        return Message("walldesk.panels_of_mode", n), Message("walldesk.of_mode")
    if scene.privacy == "visitor":
        return Message("walldesk.panels_visitor", n), Message("walldesk.visitor")
    if scene.privacy == "named":
        return Message("walldesk.panels_named", n), Message("walldesk.named")
    if _follows(scene):
        return Message("walldesk.panels_follow", n), panels
    return (panels,)


def _follows(scene: Scene) -> bool:
    return any(place.follows for one in scene.arrangements for place in walk(one.root))


class SceneDelegate(QStyledItemDelegate):
    """Draws a row. Over a row that is not on the wall, the key gives way to a button that brings it there."""

    def __init__(self, hand: Hand, model: Lines) -> None:
        super().__init__(model)
        self._hand, self._model = hand, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hand, theme, row = self._hand, self._hand.ctx.theme, self._model.lines[index.row()]
        rect, state = QRectF(option.rect), option.state  # type: ignore[attr-defined]
        chosen, hovered = state & QStyle.StateFlag.State_Selected, state & QStyle.StateFlag.State_MouseOver
        painter.save()
        if chosen:
            painter.fillRect(rect, theme.acc_bg)
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), theme.acc)
        elif hovered:
            painter.fillRect(rect, theme.s2)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), theme.line)
        wall, scene = hand.wall, hand.scene(row.id)
        mini = MINI.translated(rect.left(), rect.top())
        if wall is not None:
            paint_scene(painter, mini, wall, hand.placed(scene), theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = rect.right() - 12
        if hovered and not row.live:
            right = self._button(painter, self.button(rect), hand.ctx.t("walldesk.show")) - 8
        elif row.key:
            right = draw_key(painter, right, rect.center().y(), row.key, theme) - 8
        ways = (row.state, *row.shorter)
        for y, style, token, said in ((8, "row_title", "t1", (row.name,)), (29, "small", row.token, ways)):
            font = theme.font(style)
            painter.setFont(font)
            painter.setPen(theme[token])
            room = QRectF(rect.left() + _LEFT, rect.top() + y, right - rect.left() - _LEFT, 20)
            words = first_fitting(said, QFontMetricsF(font), room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
        painter.restore()

    def button(self, rect: QRectF) -> QRectF:
        """Where the button is in a row."""
        words = self._hand.ctx.t("walldesk.show")
        wide = QFontMetricsF(self._hand.ctx.theme.font("small")).horizontalAdvance(words) + 20
        return QRectF(round(rect.right() - 12 - wide) + 0.5, round(rect.center().y() - 12) + 0.5, wide, 24)

    def _button(self, painter: QPainter, at: QRectF, words: str) -> float:
        theme = self._hand.ctx.theme
        painter.setPen(QPen(theme.acc, 1))
        painter.setBrush(theme.s1)
        painter.drawRoundedRect(at, 4, 4)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.acc)
        painter.drawText(at, int(Qt.AlignmentFlag.AlignCenter), words)
        return at.left()

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            row = self._model.lines[index.row()]
            if not row.live and self.button(QRectF(option.rect)).contains(event.position()):  # type: ignore[attr-defined]
                self._hand.show(row.id)
                return True
        return super().editorEvent(event, model, option, index)
