"""How a panel of a wall is drawn: a frame, title, age and one line of facts in sizes that the last row reads, and in
place of its content a state in words.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import TopicAge
from widgets.kit.panel import Pane
from widgets.kit.states import PanelState
from widgets.kit.theme import WALL, Theme
from widgets.wall.options import settled
from widgets.wall.paint import HeadWords, draw_frame, paint_head, paint_state
from widgets.wall.sizes import SEAM, WallType, sizes

_GROWN = 2.2
"""How many times larger than it must be the type of a panel with much room becomes at the most."""
_LARGE, _LARGE_BY = (50, 28), 1.4
"""From how many rows of type across and down a panel has a larger title line, and how much larger."""
_ICONS = {PanelState.DEAD: "plug-broken", PanelState.ERROR: "close"}


def wall_theme() -> Theme:
    """The colours of walls, whatever the desk's are."""
    return Theme.load(WALL)


class WallFrame(Pane):
    """What a panel of a wall says, and where that lies.

    Attributes:
        options: what a scene may set, each with what it is where the scene says nothing; a value is of its kind.
            `title`, `area` (code) and `frame` every panel has.
        headed: whether it has a title line.
        ample: width and height, in rows of type, from which on its type grows with it; (0, 0) never.
        type: the sizes of now, for the panel as large as it is. theme: the wall's.
        chosen: the options as they hold. exposed: what is to be painted anew, while it is.
    """

    options: ClassVar[Mapping[str, Any]] = {}
    headed: ClassVar[bool] = True
    ample: ClassVar[tuple[float, float]] = (0, 0)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None, **options: Any) -> None:
        super().__init__(ctx, parent)
        self.theme = wall_theme()
        known = {"title": "", "area": "", "frame": True, **self.options}
        self.chosen, self._wrong = settled(known, options)
        self._age = TopicAge(None, False)
        self._facts: Message | str | None = None
        self._state: tuple[PanelState, Message, tuple[Message | str, ...]] | None = None
        self._held: QWidget | None = None
        self.exposed = QRectF()
        self.type = sizes(ctx)

    def headline(self) -> str:
        """The title as it is painted, "" none."""
        raise NotImplementedError

    def paint(self, painter: QPainter, box: QRectF) -> None:
        """Paint the content into `box`."""

    # -- what it says

    def set_age(self, age: Message | None, stale: bool = False, short: Message | None = None) -> None:
        """The age beside the title, in words; `short` in their place where there is no room for them."""
        told = TopicAge(age, stale, short)
        if told != self._age:
            self._age = told
            self.update(self.head().toAlignedRect())

    def set_facts(self, facts: Message | str | None) -> None:
        """The one line of facts at the right of the title."""
        if facts != self._facts:
            self._facts = facts
            self.update(self.head().toAlignedRect())

    def show_state(self, state: PanelState, title: Message, lines: Sequence[Message | str] = ()) -> None:
        """Say a state in place of the content."""
        told = (state, title, tuple(lines))
        if told != self._state and (not self.failed or state is PanelState.ERROR):
            self._state = told
            if self._held is not None:
                self._held.hide()
            self.update()

    def show_content(self) -> None:
        """Show the content again; does nothing after an error."""
        if self._state is not None and not self.failed:
            self._state = None
            if self._held is not None:
                self._held.show()
            self.update()

    @property
    def state(self) -> PanelState | None:
        """The state shown in place of the content, None when the content is."""
        return self._state[0] if self._state else None

    @property
    def said(self) -> str:
        """The sentences of the state, "" when the content is shown."""
        if self._state is None:
            return ""
        return "\n".join(self.ctx.t(one) for one in (self._state[1], *self._state[2]))

    @property
    def wrong(self) -> Message | None:
        """What is wrong with the options that the scene has for it, in a sentence."""
        return self._wrong

    # -- where things lie

    def hold(self, widget: QWidget) -> None:
        """Lay a widget into the body; it is hidden while a state is said."""
        self._held = widget
        widget.setParent(self)
        widget.setGeometry(self.body().toAlignedRect())
        widget.setVisible(self._state is None)

    @property
    def edge(self) -> int:
        """How thick the frame is, px."""
        return self.base.hair if self.chosen["frame"] else 0

    @property
    def base(self) -> WallType:
        """The sizes that the wall asks for at the least: of titles, and so alike in all its panels."""
        return sizes(self.ctx)

    def _titled(self) -> WallType:
        """The sizes of the title line: larger in a panel that is as large as a screen."""
        base = self.base
        large = self.width() >= _LARGE[0] * base.row and self.height() >= _LARGE[1] * base.row
        return base.grown(_LARGE_BY) if large else base

    def head(self) -> QRectF:
        """The title line; of no height where there is none."""
        high = round(self._titled().panel * 1.56) if self.headed and self.headline() else 0
        return QRectF(self.edge, self.edge, self.width() - 2 * self.edge, high)

    def body(self) -> QRectF:
        """What is under the title line, within the frame."""
        head = self.head()
        return QRectF(head.left(), head.bottom(), head.width(), max(self.height() - self.edge - head.bottom(), 0))

    def content(self) -> QRectF:
        """The body without its padding."""
        pad = self.base.pad if self.chosen["frame"] else 0
        above = pad * 0.25 if self.head().height() else pad
        box = self.body().adjusted(pad, above, -pad, -pad * 0.8)
        return QRectF(box.left(), box.top(), max(box.width(), 0), max(box.height(), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        base = self.base
        across, down = self.ample
        by = 1.0
        if across and down and self.width() and self.height():
            by = min(self.width() / (across * base.row), self.height() / (down * base.row), _GROWN)
        self.type = base.grown(round(max(by, 1.0) * 8) / 8)
        if self._held is not None:
            self._held.setGeometry(self.body().toAlignedRect())

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint_all(painter, QRectF(event.rect()))
        finally:  # the report of an error keeps this frame: a painter left open would end the program
            painter.end()

    def _paint_all(self, painter: QPainter, exposed: QRectF) -> None:
        theme, base = self.theme, self.base
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.exposed = exposed
        painter.fillRect(exposed, theme.bg)
        if self.chosen["frame"]:
            draw_frame(painter, QRectF(self.rect()), theme.s1, theme.line, base.hair, base.radius)
        head = self.head()
        if head.height() and exposed.intersects(head):
            self._paint_head(painter, head)
        body = self.body()
        if not exposed.intersects(body):
            return
        painter.setClipRect(body)
        if self._state is not None:
            paint_state(painter, self.content(), base, theme, _ICONS.get(self._state[0], ""), self.said.split("\n"))
        elif self._wrong is not None:
            said = [self.ctx.t("wallkit.wrong_scene"), self.ctx.t(self._wrong)]
            paint_state(painter, self.content(), base, theme, "warning", said)
        else:
            self.paint(painter, self.content())

    def _paint_head(self, painter: QPainter, head: QRectF) -> None:
        t, (age, stale, short) = self.ctx.t, self._age
        pad = self.base.pad if self.chosen["frame"] else 0
        facts = t(self._facts) if isinstance(self._facts, Message) else self._facts or ""
        words = HeadWords(self.headline(), t(age) if age else "", stale, facts, t(short) if short else "")
        paint_head(painter, head.adjusted(pad, 0, -pad, 0), self._titled(), self.theme, words, self.bezels(head))

    def bezels(self, row: QRectF) -> list[tuple[float, float]]:
        """From where to where along a row bezels stand, with what is too close to them to be written on."""
        part = self.ctx.wall.part if self.ctx.wall is not None else None
        if part is None or self.width() != part.panel.w:
            return []
        panel = part.panel
        beside = [one for one in part.screens if one.y - panel.y < row.bottom() and one.y + one.h - panel.y > row.top()]
        edges = sorted({(one.x - panel.x, one.x + one.w - panel.x) for one in beside})
        gaps = [(left[1], right[0]) for left, right in itertools.pairwise(edges)]
        return [(first - SEAM, last + SEAM) for first, last in gaps if last > 0 and first < panel.w]
